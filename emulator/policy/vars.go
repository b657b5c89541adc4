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

// values answers look-ups in Values, whatever the case of the key. They are not changed.
type values struct {
	exact  Values
	folded map[string]string // the spelling in exact, by lower-case key
}

// newValues merges; a key of extra hides the same key of base.
func newValues(base, extra Values) values {
	if len(extra) == 0 {
		return values{base, spellings(base)}
	}
	hidden := spellings(extra)
	all := maps.Clone(extra)
	for key, list := range base {
		if _, is := hidden[strings.ToLower(key)]; !is {
			all[key] = list
		}
	}
	return values{all, spellings(all)}
}

// spellings are the keys by their lower case: the first of several, of those that have
// a value if there are such.
func spellings(from Values) map[string]string {
	folded := make(map[string]string, len(from))
	for key, list := range from {
		k := strings.ToLower(key)
		old, is := folded[k]
		switch better := list != nil && from[old] == nil; {
		case !is, better, key < old && (list == nil) == (from[old] == nil):
			folded[k] = key
		}
	}
	return folded
}

// without leaves keys out.
func (v values) without(keys []string) values {
	if len(keys) == 0 {
		return v
	}
	left := maps.Clone(v.exact)
	maps.DeleteFunc(left, func(key string, _ []string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
	})
	return newValues(left, nil)
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
	if spelling, is := v.folded[strings.ToLower(key)]; is {
		return v.exact[spelling]
	}
	return nil
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
