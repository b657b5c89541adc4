package advise

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/tap"
)

// A history is what a device has sent and been sent since a case began, in the order that the
// gateway saw it.
type history []tap.Packet

// of are the packets of a type that come from "client" or "gateway"; "" for an END.
func (h history) of(from, kind string) (found history) {
	for _, p := range h {
		if p.From == from && p.Type == kind {
			found = append(found, p)
		}
	}
	return found
}

// on are the packets of one connection.
func (h history) on(connectionID string) (found history) {
	for _, p := range h {
		if p.ConnectionID == connectionID {
			found = append(found, p)
		}
	}
	return found
}

// find returns the first packet that is as wanted.
func (h history) find(is func(tap.Packet) bool) (tap.Packet, bool) {
	if i := slices.IndexFunc(h, is); i >= 0 {
		return h[i], true
	}
	return tap.Packet{}, false
}

// unanswered returns the first request of a device, a message of QoS 1 or a SUBSCRIBE, that got no
// answer of its identifier on its connection before it was sent again.
func (h history) unanswered(request, answer string) (tap.Packet, bool) {
	for i, p := range h {
		asks := func(p tap.Packet) bool {
			return p.Type == request && p.From == "client" && (request != "PUBLISH" || isQoS1(p))
		}
		if !asks(p) {
			continue
		}
		next, ok := h[i+1:].on(p.ConnectionID).find(func(q tap.Packet) bool {
			return q.ID == p.ID && (asks(q) || q.Type == answer && q.From == "gateway")
		})
		if !ok || next.From == "client" {
			return p, true
		}
	}
	return tap.Packet{}, false
}

// pings are the PINGREQs without an answer: those behind as many as there are PINGRESPs.
func (h history) pings() history {
	all := h.of("client", "PINGREQ")
	return all[min(len(h.of("gateway", "PINGRESP")), len(all)):]
}

// admitted is how many CONNECTs were let in.
func (h history) admitted() (n int) {
	for _, p := range h.of("gateway", "CONNACK") {
		if p.Code == 0 {
			n++
		}
	}
	return n
}

// returns are how long it took from the end of each connection to the next CONNECT. An end may
// be told after the CONNECT that follows it.
func (h history) returns() (delays []time.Duration) {
	var ids []string
	for _, p := range h {
		if !slices.Contains(ids, p.ConnectionID) {
			ids = append(ids, p.ConnectionID)
		}
	}
	for i := 1; i < len(ids); i++ {
		ends, connects := h.on(ids[i-1]).of("", "END"), h.on(ids[i]).of("client", "CONNECT")
		if len(ends) > 0 && len(connects) > 0 {
			delays = append(delays, max(0, connects[0].Time.Sub(ends[0].Time)))
		}
	}
	return delays
}

// intervals are those between CONNECTs.
func (h history) intervals() (delays []time.Duration) {
	connects := h.of("client", "CONNECT")
	for i := 1; i < len(connects); i++ {
		delays = append(delays, connects[i].Time.Sub(connects[i-1].Time))
	}
	return delays
}

// mostLines is how many packets are told as evidence, the last ones.
const mostLines = 24

// lines are the packets for a person, with the times since the first.
func (h history) lines(name string) (lines []string) {
	if len(h) == 0 {
		return nil
	}
	begin := h[0].Time
	if more := len(h) - mostLines; more > 0 {
		lines = append(lines, fmt.Sprintf("… %d before", more))
		h = h[more:]
	}
	for _, p := range h {
		who := map[string]string{"client": name, "gateway": "gateway", "": "connection"}[p.From]
		lines = append(lines, fmt.Sprintf("+%.3f s  %s: %s", p.Time.Sub(begin).Seconds(), who, said(p)))
	}
	return lines
}

// said is a packet for a person.
func said(p tap.Packet) string {
	text := p.Type
	switch {
	case p.Type == "CONNECT":
		text += fmt.Sprintf(" (MQTT %s, keep alive %d s%s%s)", version(p.Version), p.KeepAlive, where(p.Clean,
			", clean"),
			where(p.Flaw != 0, ", though the certificate was not to be trusted"))
	case p.Type == "CONNACK":
		text += fmt.Sprintf(" 0x%02X%s", p.Code, where(p.SessionPresent, ", session present"))
	case p.Type == "PUBLISH":
		text += fmt.Sprintf(" %q, QoS %d%s%s", p.Topic, p.QoS, where(p.QoS > 0, fmt.Sprintf(", id %d", p.ID)),
			where(p.Dup, ", again"))
	case p.Type == "END":
		text = "ended: " + p.Reason
	case p.Type == "LOST":
		text = fmt.Sprintf("%d packets were not seen: they came too fast", p.Count)
	case len(p.Filters) > 0:
		text += fmt.Sprintf(" %s, id %d", strings.Join(p.Filters, ", "), p.ID)
	case p.ID != 0:
		text += fmt.Sprintf(", id %d", p.ID)
	case p.Code != 0:
		text += fmt.Sprintf(" 0x%02X", p.Code)
	}
	return text
}

func version(level byte) string {
	if level == 5 {
		return "5"
	}
	return "3.1.1"
}

func where(holds bool, text string) string {
	if holds {
		return text
	}
	return ""
}
