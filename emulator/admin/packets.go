package admin

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/hooks"
)

// What a client does, and what it is made to do
//
//	GET  /_suback/packets?client=pump-7          each packet that it sends and is sent from now on, as JSON
//	                                             lines of [tap.Packet], until who asks leaves
//	POST /_suback/messages?topic=a/b&qos=1       publishes the body as a message, whatever policies say

// packetTime is how long a reader may take for one packet.
const packetTime = 10 * time.Second

func followPackets(a *account.Account, w http.ResponseWriter, r *http.Request) {
	client := r.URL.Query().Get("client")
	if client == "" {
		account.Refuse(w, http.StatusBadRequest, `want ?client=, the id of a client, connected or not`)
		return
	}
	reader, err := a.Packets().Open(client)
	if err != nil {
		account.Refuse(w, http.StatusTooManyRequests, err.Error())
		return
	}
	defer reader.Close()
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(packetTime))
	if control.Flush() != nil { // from now on it is listened to
		return
	}
	for lines := json.NewEncoder(w); ; {
		p, err := reader.Next(r.Context())
		if err != nil {
			return
		}
		_ = control.SetWriteDeadline(time.Now().Add(packetTime))
		if lines.Encode(p) != nil || control.Flush() != nil {
			return
		}
	}
}

// mostMessage is how much of a body is read; what is more than a message may have is refused.
const mostMessage = 1 << 20

func publishMessage(a *account.Account, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	m := &session.Message{Topic: q.Get("topic")}
	qos, err := strconv.ParseUint(cmp.Or(q.Get("qos"), "0"), 10, 8)
	if err != nil || qos > 1 {
		account.Refuse(w, http.StatusBadRequest, fmt.Sprintf("qos is %q, want 0 or 1", q.Get("qos")))
		return
	}
	m.QoS = byte(qos)
	if m.Retain, err = strconv.ParseBool(cmp.Or(q.Get("retain"), "0")); err != nil {
		account.Refuse(w, http.StatusBadRequest, fmt.Sprintf("retain is %q, want 1 or 0", q.Get("retain")))
		return
	}
	if m.Payload, err = io.ReadAll(http.MaxBytesReader(w, r.Body, mostMessage)); err == nil {
		err = a.Publish(m, a.CauseOf(r))
	}
	switch {
	case errors.Is(err, hooks.ErrForbidden):
		account.Refuse(w, http.StatusForbidden, fmt.Sprintf("topic is %q, want one that is not AWS's own", m.Topic))
	case errors.Is(err, hooks.ErrThrottled):
		account.Refuse(w, http.StatusTooManyRequests, err.Error())
	case errors.Is(err, hooks.ErrTopic):
		account.Refuse(w, http.StatusBadRequest, fmt.Sprintf("topic is %q, want one to publish to", m.Topic))
	case err != nil:
		account.Refuse(w, http.StatusBadRequest, err.Error())
	default:
		writeJSON(w, map[string]string{"topic": m.Topic})
	}
}
