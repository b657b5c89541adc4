package policy

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func plainGlob(pattern string) glob {
	return parseWildcards(pattern).resolve(values{}, 1).fields[0]
}

func TestMatch(t *testing.T) {
	tests := []struct {
		name    string
		pattern string
		text    string
		want    bool
		source  string
	}{
		{"star crosses levels", "topicfilter/some/*/topic", "topicfilter/some/a/b/topic", true, "B-203"},
		{"star is empty", "topic/a*", "topic/a", true, "B-203"},
		{"star matches plus", "topicfilter/some/*/topic", "topicfilter/some/+/topic", true, "DG:pub-sub-policy"},
		{"star needs both slashes", "some/*/topic", "some/topic", false, "B-203"},
		{"plus is a plain character", "topicfilter/some/+/topic", "topicfilter/some/a/topic", false, "B-204, B-221"},
		{"plus matches itself", "some/+/topic", "some/+/topic", true, "B-221"},
		{"hash is a plain character", "topic/a/#", "topic/a/b", false, "B-204"},
		{"hash matches itself", "topic/a/#", "topic/a/#", true, "B-204"},
		{"question mark is one character", "client/pump-?", "client/pump-12", false, "B-203"},
		{"question mark is not none", "client/pump-?", "client/pump-", false, "B-203"},
		{"question mark is a slash", "a?b", "a/b", true, "B-203"},
		{"question mark is one code point", "a?b", "aあb", true, "B-203, guess"},
		{"two question marks are not one code point", "a??b", "aあb", false, "B-203, guess"},
		{"case counts", "topic/Pump", "topic/pump", false, "B-207, guess"},
		{"no normalisation", "caf\u00e9", "cafe\u0301", false, "B-207, guess"},
		{"leading slash counts", "topic/a", "topic//a", false, "B-208, guess"},
		{"star then question mark", "a*?", "a", false, "B-203"},
		{"star then question mark, one", "a*?", "ab", true, "B-203"},
		{"question mark after a star, at the end", "*?b", "あb", true, "B-203"},
		{"parts in order", "*b*a*", "ab", false, "B-203"},
		{"tail does not overlap the head", "ab*ba", "aba", false, "B-203"},
		{"two stars", "a**b", "ab", true, "B-203"},
		{"empty pattern", "", "", true, "B-207"},
		{"empty pattern, some text", "", "a", false, "B-207"},
		{"a dot is a dot", "a.b", "a/b", false, "B-207"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := plainGlob(tt.pattern).match(tt.text); got != tt.want {
				t.Errorf("match(%q, %q) = %v, want %v (%s)", tt.pattern, tt.text, got, tt.want, tt.source)
			}
		})
	}
}

func TestMatchDoesNotBlowUp(t *testing.T) {
	pattern := plainGlob(strings.Repeat("*a?", 300) + "b")
	start := time.Now()
	if pattern.match(strings.Repeat("a", 100_000)) {
		t.Error("matched, want not")
	}
	plainGlob(strings.Repeat("*", 100_000) + "a").after(strings.Repeat("b", 1000))
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v, want far less", took)
	}
}

func TestReach(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          int
	}{
		{"topic/pump/7/data/*", "topic/pump/7/state", 13}, // design.md, example 4
		{"topic/*/data", "topic/pump/state", 11},
		{"topic/a", "topic/abc", 7},
		{"topic/abc", "topic/a", 7},
		{"*/data", "x/data/y", 7},
		{"a*zz", "abc", 1},
		{"client/?", "client/", 7},
	}
	for _, tt := range tests {
		if got := plainGlob(tt.pattern).reach(tt.text); got != tt.want {
			t.Errorf("reach(%q, %q) = %d, want %d", tt.pattern, tt.text, got, tt.want)
		}
	}
}

// matchPlainly is the definition: slow, short, and nothing like match.
func matchPlainly(pattern, text []rune) bool {
	row := make([]bool, len(text)+1) // row[i]: the pattern so far matches text[:i]
	row[0] = true
	for _, p := range pattern {
		next := make([]bool, len(text)+1)
		for i := range next {
			switch {
			case p == '*':
				next[i] = row[i] || i > 0 && next[i-1]
			case i > 0:
				next[i] = row[i-1] && (p == '?' || p == text[i-1])
			}
		}
		row = next
	}
	return row[len(text)]
}

func FuzzMatch(f *testing.F) {
	f.Add("some/*/topic", "some/a/topic", 4)
	f.Add("*?b", "あb", 1)
	f.Add("a*b*c?", "aabbccあ", 3)
	f.Add("*", "", 0)
	f.Add("\xff", "\xfe\xff", 1)
	f.Fuzz(func(t *testing.T, pattern, text string, cut int) {
		g := plainGlob(pattern)
		got := g.match(text)
		if at := g.reach(text); at < 0 || at > len(text) {
			t.Errorf("reach(%q, %q) = %d", pattern, text, at)
		}
		if !utf8.ValidString(pattern) || !utf8.ValidString(text) || len(pattern) > 200 || len(text) > 200 {
			return // neither JSON nor MQTT can bring it
		}
		if want := matchPlainly([]rune(pattern), []rune(text)); got != want {
			t.Errorf("match(%q, %q) = %v, want %v", pattern, text, got, want)
		}
		runes := []rune(text)
		if cut < 0 || cut > len(runes) {
			return
		}
		var table nameTable
		for _, rest := range g.after(string(runes[:cut])) {
			table = append(table, newNamePattern(rest))
		}
		table.sort()
		if rests := table.match(string(runes[cut:])); rests != got {
			t.Errorf("after(%q) of %q on %q: %v, want %v", string(runes[:cut]), pattern, text, rests, got)
		}
	})
}
