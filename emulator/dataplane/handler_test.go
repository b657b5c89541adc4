package dataplane_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// Whom a custom authorizer let in may publish and send direct messages; whoever
// signs or has a certificate may do everything.
func TestWhoMayDoWhat(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	b.device(t, 4, "pub", "all", 0).publish("kept", "x", true, noProperties)
	tests := []struct {
		method, target string
		operation      trace.Operation
		custom         bool
		source         string
	}{
		{"POST", "/topics/t", trace.PublishIn, true, "A-150, B-810a"},
		{"POST", "/connections/d/messages?topic=t", trace.SendDirectMessage, true, "B-810b"},
		{"GET", "/retainedMessage", trace.ListRetainedMessage, false, "B-810c, status guess"},
		{"GET", "/retainedMessage/kept", trace.GetRetainedMessage, false, "B-810c, status guess"},
		{"GET", "/connections/d", trace.GetConnection, false, "B-810c, status guess"},
		{"GET", "/connections/d/subscriptions", trace.ListSubscriptions, false, "B-810c, status guess"},
		{"DELETE", "/connections/d", trace.DeleteConnection, false, "B-810c, status guess"},
	}
	for _, kind := range []string{"CUSTOM_AUTH", "CUSTOM_AUTH_X509", "AWS_SIGV4", "AWS_X509"} {
		for _, tt := range tests {
			t.Run(kind+" "+string(tt.operation), func(t *testing.T) {
				b.device(t, 4, "d", "all", 0)
				got := b.do(t, tt.method, tt.target, "", "all", "Kind", kind)
				if tt.custom || !strings.HasPrefix(kind, "CUSTOM") {
					if ev := b.event(t, got); got.status != 200 || ev.Outcome != trace.Allowed || ev.Operation != tt.operation ||
						ev.Principal != "tester" || ev.Saw != "" {
						t.Errorf("got %d %s and %+v, want 200 (%s)", got.status, got.body, ev, tt.source)
					}
					return
				}
				b.refused(t, got, 403, "ForbiddenException", "Forbidden", trace.Event{Operation: tt.operation,
					Cause: cause.Cause{Reason: "AUTHORIZATION_FAILURE"}},
					tt.source)
				if ev := b.event(t, got); strings.Join(ev.Rules, " ") != "A-150 B-810a B-810c" || ev.Detail == "" || ev.Hint == "" {
					t.Errorf("got %+v, want why (%s)", ev, tt.source)
				}
			})
		}
	}
}

// Each operation has an action of its own, on one resource.
func TestActions(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	b.device(t, 4, "pub", "all", 0).publish("kept", "x", true, noProperties)
	tests := []struct {
		method, target string
		operation      trace.Operation
		allow, other   string // a policy that allows it, and one that does not
	}{
		{"GET", "/retainedMessage", trace.ListRetainedMessage, "ListRetainedMessages=*", "ListRetainedMessages=topic/kept"},
		{"GET", "/retainedMessage/kept", trace.GetRetainedMessage, "GetRetainedMessage=topic/kept", "GetRetainedMessage=topic/other"},
		{"GET", "/connections/d", trace.GetConnection, "GetConnection=client/d", "GetConnection=client/e"},
		{"GET", "/connections/d/subscriptions", trace.ListSubscriptions, "ListSubscriptions=client/d", "ListSubscriptions=topic/d"},
		{"POST", "/connections/d/messages?topic=t", trace.SendDirectMessage, "SendDirectMessage=client/d", "Publish=topic/t"},
		{"DELETE", "/connections/d", trace.DeleteConnection, "DeleteConnection=client/d", "Connect=client/d"},
	}
	for _, tt := range tests {
		t.Run(string(tt.operation), func(t *testing.T) {
			d := b.device(t, 4, "d", "all", 0)
			got := b.do(t, tt.method, tt.target, "", tt.other)
			if ev := b.event(t, got); got.status != 403 || got.message() != "Forbidden" || ev.Reason != "AUTHORIZATION_FAILURE" ||
				ev.Decision == nil || ev.Saw != "403 Forbidden" {
				t.Errorf("got %d %s and %+v, want 403 with the decision (A-165, B-121, B-806)", got.status, got.body, ev)
			}
			d.lives("B-121")
			if got := b.do(t, tt.method, tt.target, "", tt.allow); got.status != 200 {
				t.Errorf("got %d %s, want 200 (B-121)", got.status, got.body)
			}
		})
	}
}

// Client ids are percent-encoded; one that ends like another operation's path
// has to be [B-816].
func TestClientIDsInPaths(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	for _, id := range []string{"client", "client/subscriptions", "ü d", "a/b"} {
		b.device(t, 5, id, "all", 0)
	}
	tests := []struct {
		target string
		client string
		want   trace.Operation
		source string
	}{
		{"/connections/client%2Fsubscriptions", "client/subscriptions", trace.GetConnection, "B-816"},
		{"/connections/client/subscriptions", "client", trace.ListSubscriptions, "B-816"},
		{"/connections/client%2Fsubscriptions/subscriptions", "client/subscriptions", trace.ListSubscriptions, "B-816"},
		{"/connections/%C3%BC%20d", "ü d", trace.GetConnection, "B-816"},
		{"/connections/a%2fb", "a/b", trace.GetConnection, "B-816"},
		{"/connections/a/b", "a/b", trace.GetConnection, "B-816, guess"},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			got := b.do(t, "GET", tt.target, "", "all")
			if ev := b.event(t, got); got.status != 200 || ev.Operation != tt.want || ev.Client != tt.client {
				t.Errorf("got %d %s and %+v, want %s of %q (%s)", got.status, got.body, ev, tt.want, tt.client, tt.source)
			}
		})
	}
}

// What no operation is refused for its form, before anybody is asked.
func TestUnreadable(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	tests := []struct {
		method, target string
		status         int
		kind, detail   string
		source         string
	}{
		{"PUT", "/connections/d", 405, "MethodNotAllowedException", "the method is PUT, want GET or DELETE", "A-171, B-807"},
		{"DELETE", "/retainedMessage/a", 405, "MethodNotAllowedException", "the method is DELETE, want GET", "A-171, B-807"},
		{"POST", "/connections/d/messages?topic=large", 413, "RequestEntityTooLargeException", "the payload has more than 131072 bytes",
			"B-808, B-817"},
		{"GET", "/connections", 403, "ForbiddenException",
			`the path "/connections" is none of the gateway's`, "A-38, A-46, guess"},
		{"GET", "/things/t/shadows", 403, "ForbiddenException",
			`the path "/things/t/shadows" is none of the gateway's`, "A-38, A-46, guess"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.target, func(t *testing.T) {
			body := ""
			if tt.status == 413 {
				body = strings.Repeat("x", 128<<10+1)
			}
			got := b.do(t, tt.method, tt.target, body, "all")
			if ev := b.event(t, got); got.status != tt.status || got.kind != tt.kind || ev.Operation != trace.Transport || ev.Detail != tt.detail ||
				ev.Principal != "" || ev.Hint == "" || ev.Rules == nil {
				t.Errorf("got %d %s and %+v, want %d %s, %q, and a hint (%s)", got.status, got.kind, ev, tt.status, tt.kind, tt.detail, tt.source)
			}
		})
	}
}

// The http listener has other paths too, and must not tidy up these.
func TestPathsBesideTheAdminAPI(t *testing.T) {
	g := start(t)
	tests := []struct {
		method, target string
		status         int
		operation      trace.Operation
		name           string // of the topic
		source         string
	}{
		{"POST", "/topics/closed//a", 403, trace.PublishIn, "closed//a", "B-801"},
		{"POST", "/topics/closed%2F%2Fa", 403, trace.PublishIn, "closed//a", "B-801"},
		{"GET", "/retainedMessage/a//b", 403, trace.GetRetainedMessage, "", "B-810c, B-811"},
		{"GET", "/retainedMessage/", 403, trace.GetRetainedMessage, "", "B-810c, B-811"},
		{"GET", "/connections/a%2F%2Fb%2F..", 403, trace.GetConnection, "", "B-810c, B-816"},
		{"DELETE", "/connections/..", 403, trace.DeleteConnection, "", "B-810c, B-816"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.target, func(t *testing.T) {
			g.Trace().Reset()
			conn, err := net.Dial("tcp", g.Addr(emulator.HTTP))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: localhost\r\nToken: good\r\nContent-Length: 0\r\n\r\n", tt.method, tt.target)
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			events := g.Trace().Events(trace.Filter{})
			if resp.StatusCode != tt.status || len(events) != 1 || events[0].Operation != tt.operation || events[0].Topic != tt.name ||
				events[0].Listener != "http" {
				t.Errorf("got %d and %+v, want %d, %s of %q (%s)", resp.StatusCode, events, tt.status, tt.operation, tt.name, tt.source)
			}
		})
	}
}

// What an authentication notes is one note for a principal and a rule.
func TestNotes(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	b.handler.Authenticate = func(ctx context.Context, r authn.Request) (*authn.Grant, error) {
		g, err := b.authenticate(ctx, r)
		g.Notes = []authn.Note{{Text: "more than one ?", Rule: "A-86"}}
		return g, err
	}
	for range 2 {
		if got := b.do(t, "POST", "/topics/t", "x", "all"); got.status != 200 {
			t.Fatalf("got %d %s, want 200", got.status, got.body)
		}
	}
	notes := b.trace.Events(trace.Filter{Outcome: trace.Note})
	if len(notes) != 1 || notes[0].Count != 2 || notes[0].Detail != "more than one ?" || !slices.Equal(notes[0].Rules, []string{"A-86"}) ||
		notes[0].Principal != "tester" {
		t.Errorf("got %+v, want one note that counts 2 (A-86)", notes)
	}
}
