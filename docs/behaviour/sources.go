package behaviour

import (
	"regexp"
	"slices"
	"strings"
)

// A Source is where a rule comes from, under the name that its text has for it.
type Source struct {
	Key   string `json:"key"`   // "DG:protocols"
	Means string `json:"means"` // an address, or a few words
}

const (
	awsDocs = "https://docs.aws.amazon.com/"
	guide   = awsDocs + "iot/latest/developerguide/"

	longestWord = len("SDK-SHADOW") // of the keys that are one word
)

// A sourceForm is a kind of key, as the heads of auth.md, broker.md and shadow.md explain them.
type sourceForm struct {
	key   *regexp.Regexp
	word  bool   // it may be a word of a sentence as well
	means string // $1 and $2 are the key's groups
}

// sourceForms returns all kinds; the first that fits counts.
func sourceForms() []sourceForm {
	form := func(key, means string) sourceForm {
		return sourceForm{regexp.MustCompile(`^(?:` + key + `)$`), false, means}
	}
	word := func(key, means string) sourceForm {
		f := form(key, means)
		f.word = true
		return f
	}
	const page, repository, issue = `([A-Za-z0-9_-]+)`, `([A-Za-z0-9._-]+/[A-Za-z0-9._-]+)`, `(?:I:|GH:)?`
	const sdks = `(java-v2|js-v2|python-v2|cpp-v2|embedded-C|java|js|python|cpp)`
	return []sourceForm{
		form(`DG?:`+page, guide+"$1.html"),
		form(`DG?22:`+page, "the developer guide's page $1, as it was in 2022"),
		form(`API:([A-Za-z_]+)`, awsDocs+"iot/latest/apireference/API_$1.html"),
		form(issue+repository+`#(\d+)`, "https://github.com/$1/issues/$2"),
		form(issue+`(?:aws-iot-device-sdk-)?`+sdks+`#(\d+)`,
			"https://github.com/aws/aws-iot-device-sdk-$1/issues/$2"),
		form(issue+`([A-Za-z][A-Za-z0-9._-]+)#(\d+)`, "issue $2 of a public repository named $1"),
		form(`S:([A-Za-z0-9._/-]+)`, "the source of $1"),
		word(`API`, awsDocs+"iot/latest/apireference"),
		word(`MODEL`, "AWS's service models, as botocore has them"),
		word(`SDK-SHADOW`, "the walkthrough samples/shadow/shadow-sandbox of https://github.com/aws/aws-iot-device-sdk-cpp-v2"),
		word(`SDK-TEST`, "test/test_shadow.py of https://github.com/aws/aws-iot-device-sdk-python-v2"),
		word(`VT`, "https://github.com/aws-iot-builder-tools/validation-tool-for-aws-iot-rules"),
		word(`TF`, "the source of https://github.com/hashicorp/terraform-provider-aws"),
		word(`JL`, "a test of a Julia client of AWSIoT against AWS"),
		word(`MOTO`, "tests of https://github.com/getmoto/moto that pass on AWS"),
		word(`HA`, "notes of the authors of a Home Assistant integration on what AWS answered"),
		word(`GG`, "the source of https://github.com/aws-greengrass/aws-greengrass-shadow-manager"),
		word(`MS(\d{4})`, "https://github.com/ministackorg/ministack/pull/$1"),
		word(`Q`, awsDocs+"general/latest/gr/iot-core.html"),
		word(`B20`, "the page of the public beta of 2020 on custom authorizers"),
		word(`S([0-4])`, "a published system, rebuilt in fixtures/seeds/00$1"),
		word(`MS`, "measurements on AWS in https://github.com/ministackorg/ministack/issues/1755"),
		word(`FL`, "tests of https://github.com/floci-io/floci, measured on AWS"),
		word(`M1`, "measurements on AWS of https://github.com/mariotoffia/floci"),
		word(`M2`, "tests of https://github.com/floci-io/floci, measured on AWS"),
		word(`SC`, "https://developers.soracom.io/en/docs/endorse"),
		word(`SDK`, "the source of https://github.com/awslabs/aws-c-mqtt"),
		word(`IAM`, awsDocs+"IAM/latest/UserGuide/reference_policies_grammar.html"),
		word(`MQTT`, "https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html"),
	}
}

// meaning says what a key means, "" if it is none.
func (f sourceForm) meaning(key string) string {
	m := f.key.FindStringSubmatchIndex(key)
	if m == nil {
		return ""
	}
	return string(f.key.ExpandString(nil, f.means, key, m))
}

var (
	possibleKey = regexp.MustCompile(`[A-Za-z0-9][A-Za-z0-9:._/#-]*`)
	beforeWord  = regexp.MustCompile(`(?:\(|[,;.)\]] )$`) // of a source, and not of a sentence
)

// sourcesOf finds the sources that a text names, each once, in their order.
func sourcesOf(forms []sourceForm, text string) []Source {
	found := []Source{}
	for _, at := range possibleKey.FindAllStringIndex(text, -1) {
		key := strings.TrimRight(text[at[0]:at[1]], ":._/-")
		if len(key) > longestWord && !strings.ContainsAny(key, ":#") {
			continue
		}
		alone := beforeWord.MatchString(text[max(at[0]-2, 0):at[0]])
		for _, f := range forms {
			means := f.meaning(key)
			if means == "" || f.word && !alone {
				continue
			}
			if s := (Source{key, means}); !slices.Contains(found, s) {
				found = append(found, s)
			}
			break
		}
	}
	return found
}
