package policy

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Values are the policy variables and condition keys of one connection or
// request: {"iot:ClientId": {"pump-7"}}. Key names compare case-insensitively
// [B-304]. A key that is missing, or has no value, is undefined. Several values
// make a set, for ForAnyValue and ForAllValues; a set is no text that could
// stand in for a variable [guess].
//
// A certificate's attributes come under the plain name with all their values;
// ".1", ".List" and "iot:Certificate.AvailableKeys" follow from that [B-331].
// The backslashes of distinguished names [B-332] are the caller's to write.
type Values map[string][]string

const (
	certificateKeys      = "iot:certificate." // prefix, lower case
	maxCertificateValues = 5                  // per attribute [B-331]
	maxCertificateValue  = 1024               // characters [B-333]
	certificateSpecials  = "*$+?#"            // no substitution with these [B-334]
)

// values answers look-ups in Values, whatever the case of the key.
type values struct {
	exact  map[string][]string
	folded map[string][]string // by lower-case key
}

// newValues merges; a key of extra hides the same key of base.
func newValues(base, extra Values) values {
	v := values{exact: map[string][]string{}, folded: map[string][]string{}}
	hidden := map[string]bool{}
	for _, from := range []Values{extra, base} {
		for _, key := range slices.Sorted(maps.Keys(from)) {
			k := strings.ToLower(key)
			if hidden[k] {
				continue
			}
			v.exact[key] = from[key]
			if v.folded[k] == nil {
				v.folded[k] = from[key]
			}
		}
		for key := range from {
			hidden[strings.ToLower(key)] = true
		}
	}
	return v
}

// without leaves keys out.
func (v values) without(keys []string) values {
	if len(keys) == 0 {
		return v
	}
	hidden := func(key string, _ []string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
	}
	left := values{maps.Clone(v.exact), maps.Clone(v.folded)}
	maps.DeleteFunc(left.exact, hidden)
	maps.DeleteFunc(left.folded, hidden)
	return left
}

// get returns the values of a key; none if it is undefined.
func (v values) get(key string) []string {
	found := v.plain(key)
	k := strings.ToLower(key)
	if k == "iot:sourceip" && len(found) == 0 { // alias [guess]
		return v.plain("aws:SourceIp")
	}
	if !strings.HasPrefix(k, certificateKeys) {
		return found
	}
	if k == certificateKeys+"availablekeys" {
		return v.availableKeys(found)
	}
	return v.certificate(key, found)
}

// plain prefers the very spelling, because the attribute names of a thing do
// differ by case: iot:Connection.Thing.Attributes[Site].
func (v values) plain(key string) []string {
	if found := v.exact[key]; len(found) > 0 {
		return found
	}
	return v.folded[strings.ToLower(key)]
}

// certificate knows the suffixes: none is the first value, ".1" the second,
// ".List" all of them [B-331].
func (v values) certificate(key string, found []string) []string {
	if len(found) > 0 {
		return found[:1]
	}
	dot := strings.LastIndexByte(key, '.')
	all := v.plain(key[:dot])
	all = all[:min(len(all), maxCertificateValues)]
	suffix := key[dot+1:]
	if strings.EqualFold(suffix, "List") {
		return all
	}
	if n, err := strconv.Atoi(suffix); err == nil && n >= 1 && n < len(all) {
		return all[n : n+1]
	}
	return nil
}

// availableKeys are the certificate variables that have a value; with their
// full names [guess].
func (v values) availableKeys(given []string) []string {
	if len(given) > 0 {
		return given
	}
	var keys []string
	for key := range v.exact {
		if strings.HasPrefix(strings.ToLower(key), certificateKeys) && len(v.exact[key]) > 0 {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// substitute returns the text that replaces ${key}; false if there is none. Unlike
// condition keys, variables of AWS IoT's are known as they are written [B-338].
func (v values) substitute(key string) (string, bool) {
	if strings.EqualFold(key[:min(len(key), len("iot:"))], "iot:") {
		v = values{exact: v.exact}
		for _, special := range []string{"iot:SourceIp", "iot:Certificate."} { // get knows them in any case
			if n := len(special); len(key) >= n && strings.EqualFold(key[:n], special) && key[:n] != special {
				return "", false
			}
		}
	}
	found := v.get(key)
	if len(found) != 1 || !utf8.ValidString(found[0]) {
		return "", false
	}
	text := found[0]
	if strings.HasPrefix(strings.ToLower(key), certificateKeys) {
		if utf8.RuneCountInString(text) > maxCertificateValue || strings.ContainsAny(text, certificateSpecials) {
			return "", false
		}
	}
	return text, true
}
