package control

import (
	"strings"
	"testing"
)

func TestPage(t *testing.T) {
	items := []string{"c", "a", "e", "b", "d"}
	read := func(size int, o order, up bool) (all []string, pages int) {
		l := listing{PageSize: size, AscendingOrder: up}
		for {
			part, next, err := page("ListThings", l, items, itself, o)
			if err != nil {
				t.Fatal(err)
			}
			all, pages = append(all, part...), pages+1
			if next == "" {
				return all, pages
			}
			l.Marker = next
		}
	}
	for _, tt := range []struct {
		size   int
		order  order
		up     bool
		want   string
		pages  int
		source string
	}{
		{0, ascending, false, "abcde", 1, "A-328, guess"},
		{2, ascending, false, "abcde", 3, "A-328"},
		{5, ascending, false, "abcde", 1, "A-328"},
		{2, newestFirst, false, "edcba", 3, "A-328"},
		{2, newestFirst, true, "abcde", 3, "A-328"},
	} {
		got, pages := read(tt.size, tt.order, tt.up)
		if strings.Join(got, "") != tt.want || pages != tt.pages {
			t.Errorf("%+v: got %v in %d pages (%s)", tt, got, pages, tt.source)
		}
	}
}

func TestPageAfterDeletion(t *testing.T) {
	_, next, err := page("ListThings", listing{MaxResults: 2}, []string{"a", "b", "c", "d"}, itself, ascending)
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := page("ListThings", listing{NextToken: next}, []string{"c", "d"}, itself, ascending)
	if err != nil || strings.Join(got, "") != "cd" {
		t.Errorf("got %v, %v, want c and d (A-328)", got, err)
	}
	for _, marker := range []string{"garbage", "!", "Z2FyYmFnZQ==", next} {
		_, _, err := page("ListOthers", listing{Marker: marker}, []string{"a"}, itself, ascending)
		if err == nil || !strings.Contains(err.Error(), "Invalid/Malformed marker passed for listOthers") {
			t.Errorf("marker %q: got %v, want a refusal (A-328)", marker, err)
		}
	}
}
