package dataplane

import (
	"encoding/json"
	"net/http"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/services/shadow"
)

// GET, POST and DELETE /things/<thing>/shadow, with ?name=<shadow> for a named one, and
// GET /api/things/shadow/ListNamedShadowsForThing/<thing>
//
//   - bodies are those of MQTT, without topics [S-80]; errors have its texts, and MODEL's
//     types [S-81, S-82]
//   - iot:GetThingShadow and so on, on thing/<thing> or thing/<thing>/<shadow> [S-83];
//     iot:ListNamedShadowsForThing on "*" [B-121]
//   - an update publishes accepted, delta and documents, a delete accepted; a get and what
//     is rejected publish nothing [S-75, S-84]
//   - what is more than 20 per second of one shadow is 429, if rates are held to [S-77]
//   - the list has no classic shadow, and is empty for a thing that nobody knows [S-86]

func (h *Handler) getShadow(c *call) *answer { return h.shadow(c, shadow.Get, policy.GetThingShadow) }
func (h *Handler) updateShadow(c *call) *answer {
	return h.shadow(c, shadow.Update, policy.UpdateThingShadow)
}
func (h *Handler) deleteShadow(c *call) *answer {
	return h.shadow(c, shadow.Delete, policy.DeleteThingShadow)
}

// shadow does what is asked of a shadow, for a caller who may do that.
func (h *Handler) shadow(c *call, op shadow.Op, a policy.Action) *answer {
	if refusal := h.admit(c); refusal != nil {
		return refusal
	}
	r := shadow.Request{ID: shadow.ID{Thing: c.name, Name: c.query.Get("name")}, Op: op}
	c.event.Shadow = r.ID.Called()
	if why := r.ID.Check(); why != nil {
		return h.rejected(c, why)
	}
	if refusal := h.authorize(c, a, r.ID.String(), nil); refusal != nil {
		return refusal
	}
	if op == shadow.Update { // the others have no body
		r.Payload = c.body
	}
	out := h.Shadows.Do(r, func(out *shadow.Outcome) {
		if out.Refusal == nil && op != shadow.Get {
			h.TellShadow(out, c.event.TraceID, c.why)
		}
	})
	if out.Refusal != nil {
		return h.rejected(c, out.Refusal)
	}
	return h.done(c, json.RawMessage(out.Answer))
}

// shadowErrors are MODEL's types by status [S-81].
var shadowErrors = map[int]string{
	http.StatusBadRequest:            "InvalidRequestException",
	http.StatusNotFound:              "ResourceNotFoundException",
	http.StatusConflict:              "ConflictException",
	http.StatusRequestEntityTooLarge: "RequestEntityTooLargeException",
	http.StatusUnsupportedMediaType:  "UnsupportedDocumentEncodingException",
	http.StatusTooManyRequests:       "ThrottlingException",
	http.StatusInternalServerError:   "InternalFailureException",
}

// rejected answers and records what the shadow's service refuses.
func (h *Handler) rejected(c *call, why *shadow.Refusal) *answer {
	return h.refuse(c, reply(why.Code, shadowErrors[why.Code], why.Message),
		cause.Cause{Reason: why.Reason(), Detail: why.Detail, Hint: why.Hint, Rules: why.Rules})
}

// namedShadows is an answer.
type namedShadows struct {
	Results   []string `json:"results"`
	Timestamp int64    `json:"timestamp"` // seconds since 1970
	NextToken string   `json:"nextToken,omitempty"`
}

func (h *Handler) listShadows(c *call) *answer {
	if refusal := h.admit(c); refusal != nil {
		return refusal
	}
	p, err := newPage(c.query, sizesOfShadows)
	if err != nil {
		return h.malformed(c, err)
	}
	if why := (shadow.ID{Thing: c.name}).Check(); why != nil {
		return h.rejected(c, why)
	}
	if refusal := h.authorize(c, policy.ListNamedShadowsForThing, "", nil); refusal != nil {
		return refusal
	}
	list := namedShadows{Results: []string{}, Timestamp: h.Shadows.Now().Unix()}
	part, next := of(p, h.Shadows.Names(c.name), func(name string) string { return name })
	list.Results, list.NextToken = append(list.Results, part...), next
	return h.done(c, list)
}
