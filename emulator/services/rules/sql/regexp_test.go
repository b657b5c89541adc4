package sql_test

import (
	"context"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// TestRegularExpressions are Java's where they differ from .NET's, by the documentation of
// java.util.regex.Pattern (JDK 8): what matches in a text, or what is said.
func TestRegularExpressions(t *testing.T) {
	for _, tt := range []struct{ what, in, pattern, want string }{
		{"greedy", "aaa", `a+`, "aaa"}, {"lazy", "aaa", `a+?`, "a"}, {"possessive", "aaa", `a++a|b`, "Undefined"},
		{"possessive, of a group", "abab!", `(ab)*+!`, "abab!"}, {"possessive, of a class", "ab1", `[a-z]++\d`, "ab1"},
		{"possessive, counted", "aaab", `a{2,3}+b`, "aaab"}, {"atomic", "aab", `(?>a+)b`, "aab"},
		{"look ahead", "price 5", `\w+(?= 5)`, "price"}, {"not ahead", "ab ac", `a(?!b)\w`, "ac"},
		{"look behind", "x=5", `(?<=x=)\d`, "5"}, {"not behind", "a5 b6", `(?<!a)\d`, "6"},
		{"back reference", "xyyz", `(\w)\1`, "yy"}, {"named", "xyyz", `(?<c>\w)\k<c>`, "yy"},
		{"named and not", "abcabc", `(?<x>a)(b)(c)\k<x>\2`, "abcab"},
		{"digits are ASCII's", "٣3", `\d`, "3"}, {"word characters are ASCII's", "éa", `\w`, "a"},
		{"space is ASCII's", "\u00a0 ", `\s`, " "},
		{"negated", "5é", `\D`, "é"}, {"negated in a class", "5a-", `[^\D5]|[\W]`, "-"}, {"not digits in a class", "1x", `[\Da]`, "x"},
		{"horizontal space", "a\u00a0b", `\h`, "\u00a0"}, {"vertical space", "a\r\n", `\v+`, "\r\n"},
		{"a line end", "a\r\nb", `\R`, "\r\n"},
		{"the dot leaves out line ends", "\r\u0085a", `.`, "a"}, {"the dot with s", "\na", `(?s).`, "\n"},
		{"quoted", "a.b*c", `\Q.b*\E`, ".b*"}, {"quoted to the end", "a(b", `\Q(b`, "(b"},
		{"POSIX", "x7Y", `\p{Digit}\p{Upper}`, "7Y"}, {"not POSIX", "7Y", `\P{Digit}`, "Y"}, {"Unicode", "aÉ", `\p{Lu}`, "É"},
		{"one letter", "5é", `\pL`, "é"}, {"a script", "aλ", `\p{IsGreek}`, "λ"}, {"alphabetic", "5é", `\p{IsAlphabetic}`, "é"},
		{"punctuation", "a!", `\p{Punct}`, "!"}, {"hexadecimal", "A", `\x41`, "A"}, {"a code point", "😀", `\x{1F600}`, "😀"},
		{"octal", "A", `\0101`, "A"}, {"control", "\x01", `\cA`, "\x01"}, {"u", "é", `\u00e9`, "é"},
		{"a union", "m5", `[a-c[m-p]]`, "m"}, {"an intersection", "abcde", `[a-z&&[d-e]]+`, "de"},
		{"a subtraction", "abcde", `[a-z&&[^bc]]+`, "a"}, {"a plain intersection", "abc", `[a-z&&b]`, "b"},
		{"brackets in a class", "]", `[\]]`, "]"}, {"a hyphen in a class", "-", `[a-]`, "-"},
		{"no case", "ABC", `(?i)b`, "B"}, {"no case for a part", "aB", `a(?i:b)`, "aB"}, {"lines", "a\nb", `(?m)^b`, "b"},
		{"Unix lines", "ab", `(?d)b`, "b"}, {"alternatives", "cat", `dog|cat`, "cat"}, {"nothing", "a", `x*`, ""},
		{"a bracket that opens nothing", "a]", `]`, "]"}, {"a brace", "a}", `}`, "}"},

		{"invalid", "a", `(`, "not valid"}, {"invalid", "a", `a)`, "not valid"}, {"invalid", "a", `[a`, "not valid"},
		{"invalid", "a", `*a`, "not valid"}, {"invalid", "a", `a**`, "not valid"}, {"invalid", "a", `a{`, "not valid"},
		{"invalid", "a", `\`, "not valid"}, {"invalid", "a", `\y`, "not valid"}, {"invalid", "a", `[]a]`, "not valid"},
		{"invalid", "a", `\p{Nonsense}`, "not valid"}, {"invalid", "a", `\k<x>`, "not valid"}, {"invalid", "a", `a{2,1}`, "not valid"},
		{"invalid", "a", `[z-a]`, "not valid"},
		{".NET's own", "a", `(?(a)b|c)`, "not valid"}, {".NET's own", "a", `(?n)(a)`, "not valid"},
		{".NET's own", "a", `(?#a)a`, "not valid"},
		{".NET's own", "a", `(?'n'a)`, "not valid"}, {"Python's own", "a", `(?P<n>a)`, "not valid"},
		{"too long", "a", strings.Repeat("a", 10_001), "has 10001 bytes, want at most 10000"},
		{"not here", "a", `\p{InGreek}`, `\p{InGreek}, which is valid in Java, is not emulated`},
		{"not here", "a", `(?U)\w`, "the flag U, which is valid in Java, is not emulated"}, {"not here", "a", `\X`, `\X, which is valid`},
		{"not here", "a", `[a[^b]]`, `is not emulated`}, {"not here", "a", `[\P{Alpha}b]`, `is not emulated`},
	} {
		s := parse(t, `SELECT VALUE regexp_substr(s, p)`, sql.V2016)
		payload := `{"s":` + string(sql.OfText(tt.in).JSON()) + `,"p":` + string(sql.OfText(tt.pattern).JSON()) + `}`
		r := s.Evaluate(context.Background(), message("a", payload), env())
		if strings.Contains(tt.want, "valid") || strings.Contains(tt.want, "bytes") || strings.Contains(tt.want, "emulated") {
			if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], tt.want) || len(r.Payload) > 0 {
				t.Errorf("%s, %s: got %q, %v; want nothing and %q (R-71)", tt.what, tt.pattern, r.Payload, r.Notes, tt.want)
			}
			continue
		}
		want := string(sql.OfText(tt.want).JSON())
		if tt.want == "Undefined" {
			want = ""
		}
		if got := string(r.Payload); got != want || r.Err != nil {
			t.Errorf("%s, %s in %q: got %s, %v, %v; want %s (R-71)", tt.what, tt.pattern, tt.in, got, r.Err, r.Notes, want)
		}
	}
}

func TestRegexpReplace(t *testing.T) {
	for _, tt := range []struct{ expression, want string }{
		{`regexp_replace('a.b.c', '\.', '/')`, `"a/b/c"`}, {`regexp_replace('ab', '(a)(b)', '$2$1')`, `"ba"`},
		{`regexp_replace('ab', '(?<x>a)(b)', '${x}$2$1')`, `"aba"`}, {`regexp_replace('ab', 'a', '\$1')`, `"$1b"`},
		{`regexp_replace('ab', '(a)', '$12')`, `"a2b"`}, {`regexp_replace('ab', 'a', '[$0]')`, `"[a]b"`},
		{`regexp_replace('ab', 'a', '$1')`, ``}, {`regexp_replace('ab', 'a', '$')`, ``}, {`regexp_replace('ab', 'a', 'x\')`, ``},
		{`regexp_replace('ab', 'a', '${x}')`, ``}, {`regexp_replace('ab', 'x', '$9')`, `"ab"`},
		{`regexp_replace('ab', 'x*', '-')`, `"-a-b-"`},
		{`regexp_replace('😀a', 'a', 'b')`, `"😀b"`}, {`regexp_replace(15, '5', 6)`, `"16"`}, {`regexp_replace(null, 'a', 'b')`, ``},
		{`regexp_matches(true, 'r')`, `true`}, {`regexp_matches('a', null)`, ``}, {`regexp_substr('a', 'b')`, ``},
	} {
		if got := value(t, tt.expression, sql.V2016, `{}`); got != tt.want {
			t.Errorf("%s: got %s, want %s (R-71)", tt.expression, got, tt.want)
		}
	}
}
