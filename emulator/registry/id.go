package registry

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
)

// Identifiers of named resources come from the name and the account, so that
// they are the same after a reload; those of credentials and identities are
// random.

// digestOf is the same for the same kind and name in one account and region.
func (r *Registry) digestOf(k kind, name string) [sha256.Size]byte {
	return sha256.Sum256([]byte(strings.Join([]string{string(k), r.Region(), r.Account(), name}, "\x00")))
}

// uuidOf looks like the ids AWS gives to things and groups.
func (r *Registry) uuidOf(k kind, name string) string {
	d := r.digestOf(k, name)
	return uuid([16]byte(d[:16]))
}

// lettersOf returns n characters of base 36.
func (r *Registry) lettersOf(k kind, name string, n int) string {
	d := r.digestOf(k, name)
	s := new(big.Int).SetBytes(d[:]).Text(36)
	return strings.Repeat("0", max(0, n-len(s))) + s[:min(n, len(s))]
}

// randomUUID is a UUID of version 4.
func randomUUID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return uuid(b)
}

func uuid(b [16]byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
}

const (
	upperAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	secretCharacters  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
)

// random returns n characters of an alphabet of 32 or 64.
func random(alphabet string, n int) string {
	b := make([]byte, n)
	rand.Read(b) // never fails
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}
