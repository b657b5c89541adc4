package guest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Certificates sign themselves and are registered without a CA: the key never leaves this
// process, and a certificate that stays behind is one that nobody can use.
//
//   - AWS needs a moment to know them everywhere (settling)
//   - inactive until its policies are attached, and again before they are detached

// A Certificate is one that devices show.
type Certificate struct {
	TLS tls.Certificate
	id  string // as AWS has it: the fingerprint
}

// Shared is a certificate of all owners that have the same documents, which is made once.
func (a *Account) Shared(ctx context.Context, documents []json.RawMessage) (Certificate, error) {
	var key strings.Builder
	for _, d := range documents {
		key.Write(append(d, 0))
	}
	a.mu.Lock()
	make := a.shared[key.String()]
	if make == nil {
		make = sync.OnceValues(func() (Certificate, error) { return a.Certificate(ctx, "", documents, nil) })
		a.shared[key.String()] = make
	}
	a.mu.Unlock()
	return make()
}

// Certificate makes one for an owner that has these policies' documents, and is attached to
// things that [Account.Thing] has made.
func (a *Account) Certificate(
	ctx context.Context, owner string, documents []json.RawMessage, things []string,
) (Certificate, error) {
	days := 7 // so that what stays behind at AWS ends by itself
	if !a.Own {
		days = 30 * 365 // the clock of a stand-in may be advanced
	}
	c, text, err := newCertificate(a.name(owner, "certificate"), days)
	if err != nil {
		return c, err
	}
	if len(documents) == 0 {
		documents = []json.RawMessage{a.nothing()}
	}
	it := a.note(&item{kind: certificate, owner: owner, name: c.id})
	_, err = a.call(ctx, request{operation: "RegisterCertificateWithoutCA", method: http.MethodPost,
		path:  "/certificate/register-no-ca",
		input: map[string]any{"certificatePem": string(text), "status": "INACTIVE"}})
	if err = unless(err, exists); err != nil {
		return c, err
	}
	for _, d := range documents {
		name, err := a.policy(ctx, owner, d)
		if err == nil {
			err = a.attach(ctx, it, name)
		}
		if err != nil {
			return c, err
		}
	}
	for _, thing := range things {
		if err := a.attachThing(ctx, it, thing); err != nil {
			return c, err
		}
	}
	if err := a.status(ctx, c.id, "ACTIVE"); err != nil || !a.Own {
		return c, err
	}
	return c, pause(ctx, settling)
}

// settling is how long AWS has until the gateway knows a new certificate and its policies. A
// policy that changes takes 6 to 8 minutes, which is why none does here.
const settling = 10 * time.Second

// nothing is the policy of who has none: it allows nothing that is ever asked.
func (a *Account) nothing() json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iot:Connect",`+
		`"Resource":%q}]}`, a.arn("client/"+a.Run+"-nobody")))
}

func newCertificate(name string, days int) (c Certificate, text []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return c, nil, err
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, days)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return c, nil, err
	}
	sum := sha256.Sum256(der)
	text = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	c = Certificate{tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, hex.EncodeToString(sum[:])}
	return c, text, nil
}

func (a *Account) certificateARN(id string) string { return a.arn("cert/" + id) }

func (a *Account) status(ctx context.Context, id, status string) error {
	_, err := a.call(ctx, request{operation: "UpdateCertificate", method: http.MethodPut,
		path: "/certificates/" + id + "?newStatus=" + status})
	return err
}

// policy makes one, and returns its name.
func (a *Account) policy(ctx context.Context, owner string, document json.RawMessage) (string, error) {
	it := a.note(&item{kind: policy, owner: owner})
	_, err := a.call(ctx, request{operation: "CreatePolicy", method: http.MethodPost,
		path: "/policies/" + it.name, input: map[string]any{"policyDocument": string(document),
			"tags": []map[string]string{{"Key": Prefix, "Value": "yes"}}}})
	return it.name, unless(err, exists)
}

func (a *Account) attach(ctx context.Context, to *item, policy string) error {
	a.mu.Lock()
	to.policies = append(to.policies, policy)
	a.mu.Unlock()
	_, err := a.call(ctx, request{operation: "AttachPolicy", method: http.MethodPut,
		path: "/target-policies/" + policy, input: map[string]string{"target": a.certificateARN(to.name)}})
	return err
}

func (a *Account) attachThing(ctx context.Context, to *item, thing string) error {
	a.mu.Lock()
	to.things = append(to.things, thing)
	a.mu.Unlock()
	_, err := a.call(ctx, request{operation: "AttachThingPrincipal", method: http.MethodPut,
		path:   "/things/" + url.PathEscape(thing) + "/principals",
		header: http.Header{"X-Amzn-Principal": {a.certificateARN(to.name)}}})
	return err
}
