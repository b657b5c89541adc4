package sql

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
)

// hashFunctions give hexadecimal digits.
func hashFunctions() (all []function) {
	for name, h := range map[string]func() hash.Hash{
		"md5": md5.New, "sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384,
		"sha512": sha512.New,
	} {
		all = append(all, hashFunction(name, func(s string) []byte {
			h := h()
			h.Write([]byte(s))
			return h.Sum(nil)
		}))
	}
	return append(all, hashFunction("md2", func(s string) []byte { return md2([]byte(s)) }))
}

func hashFunction(name string, sum func(string) []byte) function {
	return function{name: name, min: 1, max: 1, call: func(r *run, args []Value) Value {
		s, ok := r.text(args[0])
		if !ok || !r.spend(len(s)/10) {
			return Value{}
		}
		return OfText(hex.EncodeToString(sum(s)))
	}}
}
