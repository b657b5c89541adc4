package authn

import (
	"crypto/x509/pkix"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
)

func TestJustInTimeRegistration(t *testing.T) {
	g := newGateway(t, yesAnswer)
	var topics, events []string
	g.Announce = func(topic string, payload []byte) {
		topics, events = append(topics, topic), append(events, string(payload))
	}
	factory := newCA(t, pkix.Name{CommonName: "factory"})
	ca := g.registerCA(t, factory, registry.Active, registry.Enable)
	leaf := factory.leaf(t, nil).Leaf
	id := registry.CertificateIDOf(leaf)

	_, refused := g.authenticate(withCertificate(leaf))
	if code(refused) != certificateInactive || !strings.Contains(refused.Detail, "has been registered just now") ||
		!strings.Contains(refused.Hint, "the device tries again") || !slices.Contains(refused.Rules, "D-36") {
		t.Errorf("first CONNECT: got %+v, want it refused so (A-239, D-36)", refused)
	}
	c, ok := g.Registry.Certificate(id)
	if !ok || c.Status != registry.PendingActivation || c.CACertificateID != ca.CertificateID {
		t.Fatalf("got %+v, want it PENDING_ACTIVATION of %s (A-239)", c, ca.CertificateID)
	}

	_, refused = g.authenticate(withCertificate(leaf))
	if code(refused) != certificateInactive || !strings.Contains(refused.Detail, "waits for its activation") ||
		!slices.Contains(refused.Rules, "A-241") {
		t.Errorf("second CONNECT: got %+v, want it refused so (A-241)", refused)
	}
	if again, _ := g.Registry.Certificate(id); again.Status != registry.PendingActivation {
		t.Errorf("status: got %s, want it unchanged (A-241)", again.Status)
	}

	topic := "$aws/events/certificates/registered/" + ca.CertificateID
	if !slices.Equal(topics, []string{topic, topic}) {
		t.Fatalf("announced on %q, want twice on %s (A-239, A-241)", topics, topic)
	}
	for i, registered := range []string{"null", fmt.Sprintf(`"%d"`, c.CreationDate.UnixMilli())} {
		want := regexp.MustCompile(`^\{"certificateId":"` + id + `","caCertificateId":"` + ca.CertificateID +
			`","timestamp":\d{13},"certificateStatus":"PENDING_ACTIVATION","awsAccountId":"000000000000","certificateRegistrationTimestamp":` +
			registered + `\}$`)
		if !want.MatchString(events[i]) {
			t.Errorf("event %d: got %s, want %s (A-239)", i, events[i], want)
		}
	}

	if _, err := g.Registry.UpdateCertificateStatus(id, registry.Active); err != nil {
		t.Fatal(err)
	}
	if _, refused := g.authenticate(withCertificate(leaf)); refused != nil || len(events) != 2 {
		t.Errorf("once ACTIVE: got %v, %d events, want a grant and no event more (D-36)", refused, len(events))
	}
}

func TestNoRegistration(t *testing.T) {
	factory := newCA(t, pkix.Name{CommonName: "factory"})
	tests := []struct {
		name          string
		status, auto  string
		serverName    string
		wantHint      string
		source        string
		signedBy      *ca
		andItIsSaidBy string // rule
	}{
		{"no SNI", registry.Active, registry.Enable, "", "send the endpoint's name", "A-242", factory, "A-242"},
		{"automatic registration is off", registry.Active, registry.Disable, "localhost", "to ENABLE", "A-239", factory, "A-239"},
		{"the CA is INACTIVE", registry.Inactive, registry.Enable, "localhost", "set it ACTIVE", "A-239", factory, "A-239"},
		{"another CA with the same name", registry.Active, registry.Enable, "localhost", "register the device's certificate", "A-239",
			newCA(t, pkix.Name{CommonName: "factory"}), "A-226"},
	}
	for _, tt := range tests {
		g := newGateway(t, yesAnswer)
		announced := 0
		g.Announce = func(string, []byte) { announced++ }
		g.registerCA(t, factory, tt.status, tt.auto)
		r := withCertificate(tt.signedBy.leaf(t, nil).Leaf)
		r.Facts.ServerName = tt.serverName
		_, refused := g.authenticate(r)
		if code(refused) != certificateNotRegistered || !strings.Contains(refused.Hint, tt.wantHint) ||
			!slices.Contains(refused.Rules, tt.andItIsSaidBy) {
			t.Errorf("%s: got %+v, want hint %q (%s)", tt.name, refused, tt.wantHint, tt.source)
		}
		if n := len(g.Registry.Certificates()); n != 0 || announced != 0 {
			t.Errorf("%s: got %d certificates, %d events, want none (%s)", tt.name, n, announced, tt.source)
		}
	}
}

// Who waits for its activation and has no event, is told why: nobody else hears of it.
func TestNotAnnouncedAgain(t *testing.T) {
	tests := []struct {
		name                   string
		status, auto, server   string
		wantHint, source, rule string
	}{
		{"no SNI", registry.Active, registry.Enable, "", "send the endpoint's name", "A-241, A-242", "A-242"},
		{"the CA is INACTIVE", registry.Inactive, registry.Enable, "localhost",
			"is INACTIVE with autoRegistrationStatus ENABLE", "A-241", "A-239"},
		{"automatic registration is off", registry.Active, registry.Disable, "localhost",
			"is ACTIVE with autoRegistrationStatus DISABLE", "A-241", "A-239"},
	}
	for _, tt := range tests {
		g := newGateway(t, yesAnswer)
		announced := 0
		g.Announce = func(string, []byte) { announced++ }
		factory := newCA(t, pkix.Name{CommonName: "factory"})
		ca := g.registerCA(t, factory, registry.Active, registry.Enable)
		r := withCertificate(factory.leaf(t, nil).Leaf)
		r.Facts.ServerName = "localhost"
		if _, refused := g.authenticate(r); code(refused) != certificateInactive || announced != 1 {
			t.Fatalf("%s: first CONNECT: got %v, %d events, want it refused and announced (A-239)", tt.name, refused, announced)
		}
		change := registry.CACertificateUpdate{Status: tt.status, AutoRegistrationStatus: tt.auto}
		if _, err := g.Registry.UpdateCACertificate(ca.CertificateID, change); err != nil {
			t.Fatal(err)
		}
		r.Facts.ServerName = tt.server
		_, refused := g.authenticate(r)
		if code(refused) != certificateInactive || announced != 1 || !strings.Contains(refused.Hint, tt.wantHint) ||
			strings.Contains(refused.Hint, "so it is meant") || !slices.Contains(refused.Rules, tt.rule) {
			t.Errorf("%s: got %+v and %d events, want hint %q and no event more (%s)", tt.name, refused, announced, tt.wantHint, tt.source)
		}
	}
}

// TestProvisioningTemplate: it is kept, but not run.
func TestProvisioningTemplate(t *testing.T) {
	g := newGateway(t, yesAnswer) // without Announce: nobody is told
	factory := newCA(t, pkix.Name{CommonName: "factory"})
	_, err := g.Registry.RegisterCACertificate(registry.CACertificate{CertificatePem: pemOf(factory.Leaf), Status: registry.Active,
		AutoRegistrationStatus: registry.Enable, RegistrationConfig: &registry.RegistrationConfig{TemplateName: "pumps"}})
	if err != nil {
		t.Fatal(err)
	}
	_, refused := g.authenticate(withCertificate(factory.leaf(t, nil).Leaf))
	if refused == nil || !strings.Contains(refused.Hint, "the provisioning template of its CA is not run here") ||
		!slices.Contains(refused.Rules, "A-243") {
		t.Errorf("got %+v, want that said (A-243)", refused)
	}
}
