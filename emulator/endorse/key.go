package endorse

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/golang-jwt/jwt/v5"

	"github.com/suback/suback/emulator/pki"
)

// A signingKey signs the tokens of Endorse.
//
//   - RSA 2048, kept in a file or in memory
//   - kid "v1-<32 hex>-x509.pem"; here the hex are of the public key
//   - the header of a token is kid and alg, in that order, without typ;
//     the library would sort them and add a typ, so it only signs
type signingKey struct {
	private *rsa.PrivateKey
	kid     string
	public  []byte // PEM, as the store hands it out
	secret  []byte // for the tokens of the API, which nobody else can verify
}

// openKey loads the key kept in dir, or makes one. An empty dir keeps none: it is made
// when something is signed first, which takes a tenth of a second.
func openKey(dir string) (func() *signingKey, error) {
	if dir == "" {
		return sync.OnceValue(newKey), nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	key, err := pki.LoadOrCreate(filepath.Join(dir, "endorse-key.pem"), 0o600, newKeyPEM, parseKey)
	return func() *signingKey { return key }, err
}

func newKey() *signingKey {
	text, err := newKeyPEM()
	var key *signingKey
	if err == nil {
		key, err = parseKey(text)
	}
	if err != nil {
		panic(err) // the machine has no random numbers, or we do not read what we write
	}
	return key
}

func newKeyPEM() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return pki.EncodeKey(key)
}

func parseKey(text []byte) (*signingKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New(`no key in it, want "BEGIN PRIVATE KEY"`)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("the key is a %T, want RSA", parsed)
	}
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		return nil, err
	}
	fingerprint := sha256.Sum256(der)
	secret := sha256.Sum256(append([]byte("tokens of the API "), block.Bytes...))
	return &signingKey{
		private: private,
		kid:     fmt.Sprintf("v1-%x-x509.pem", fingerprint[:16]),
		public:  pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
		secret:  secret[:],
	}, nil
}

// sign returns a token with these claims.
func (k *signingKey) sign(claims any) (string, error) {
	header, err := json.Marshal(struct {
		Kid string `json:"kid"`
		Alg string `json:"alg"`
	}{k.kid, jwt.SigningMethodRS256.Alg()})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	b64 := base64.RawURLEncoding
	text := b64.EncodeToString(header) + "." + b64.EncodeToString(payload)
	signature, err := jwt.SigningMethodRS256.Sign(text, k.private)
	if err != nil {
		return "", err
	}
	return text + "." + b64.EncodeToString(signature), nil
}
