package guest

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// Things, and what devices leave behind: shadows, which a thing's end does not end, and
// retained messages.

// Thing makes one, marked by an attribute beside its own.
func (a *Account) Thing(ctx context.Context, owner, name string, attributes map[string]string) error {
	all := map[string]string{Prefix: "yes"}
	maps.Copy(all, attributes)
	a.note(&item{kind: thing, owner: owner, name: name})
	_, err := a.call(ctx, request{operation: "CreateThing", method: http.MethodPost,
		path:  "/things/" + url.PathEscape(name),
		input: map[string]any{"attributePayload": map[string]any{"attributes": all}}})
	return unless(err, exists)
}

// Retained notes that devices may retain a message on a topic, which is removed with the
// other things of its owner.
func (a *Account) Retained(owner, topic string) {
	a.note(&item{kind: retained, owner: owner, name: topic})
}

// Shadow is the document of a device shadow, nil if there is none.
func (a *Account) Shadow(ctx context.Context, thing, name string) ([]byte, error) {
	answer, err := a.call(ctx, request{service: "iotData", operation: "GetThingShadow",
		path: shadowPath(thing, name)})
	switch {
	case is(err, gone):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return answer.Body, nil
}

func shadowPath(thing, name string) string {
	path := "/things/" + url.PathEscape(thing) + "/shadow"
	if name != "" {
		path += "?name=" + url.QueryEscape(name)
	}
	return path
}

// deleteShadows deletes all that a thing has, and reports whether there were any.
func (a *Account) deleteShadows(ctx context.Context, thing string) (found bool, _ error) {
	names := []string{""} // of the classic one
	r := request{service: "iotData", operation: "ListNamedShadowsForThing",
		path: "/api/things/shadow/ListNamedShadowsForThing/" + url.PathEscape(thing) + "?pageSize=100"}
	err := a.pages(ctx, r, "nextToken", "nextToken", func(body []byte) error {
		var page struct{ Results []string }
		err := json.Unmarshal(body, &page)
		names = append(names, page.Results...)
		return err
	})
	if err = unless(err, gone); err != nil {
		return false, err
	}
	for _, name := range names {
		_, err := a.call(ctx, request{service: "iotData", operation: "DeleteThingShadow", method: http.MethodDelete,
			path: shadowPath(thing, name)})
		found = found || err == nil
		if err = unless(err, gone); err != nil {
			return found, err
		}
	}
	return found, nil
}

// clear takes a retained message away: an empty one takes its place.
func (a *Account) clear(ctx context.Context, topic string) error {
	path := "/topics/" + strings.ReplaceAll(url.QueryEscape(topic), "+", "%20") + "?qos=1&retain=true"
	_, err := a.call(ctx, request{service: "iotData", operation: "Publish", method: http.MethodPost, path: path})
	return err
}
