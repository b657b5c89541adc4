package lint

import "fmt"

// What is compared with each other, and how much of it
//
//   - documents of several principals are looked at once
//   - beyond a bound nothing is compared any more, and a finding says so: whoever reads no
//     other would take the file for sound

// maxCompared resources are compared with each other: more stand in no 10 documents that
// AWS takes.
const maxCompared = 500

// maxComparisons of resources are made for one file, however many principals have its policies.
const maxComparisons = 20 * maxCompared * maxCompared

// mayCompare takes n comparisons out of those that are left; false if there are none.
func (l *linter) mayCompare(n int) bool {
	if l.compared+n > maxComparisons {
		return false
	}
	l.compared += n
	return true
}

// leftOut notes something that was not compared, at what place.
func (l *linter) leftOut(at spot) {
	if l.uncompared++; l.uncompared == 1 {
		l.beyond = at
	}
}

// placeOf is where the first of some documents stands, if one is known.
func (l *linter) placeOf(docs []*document) spot {
	for _, d := range docs {
		if d.root != nil {
			return d.root.At
		}
	}
	return l.src.Start()
}

// reportLeftOut says once how much was not compared.
func (l *linter) reportLeftOut() {
	if l.uncompared == 0 {
		return
	}
	what := "policies that apply together were not compared"
	if l.uncompared > 1 {
		what = fmt.Sprintf("in %d places %s", l.uncompared, what)
	}
	f := l.report("unreadable", l.beyond, what+fmt.Sprintf(": of a principal they have more than %d resources, or all of the file's too many",
		maxCompared), "lint them in several files, a principal each")
	f.Severity = Warning
}

// isKnown reports whether these documents were looked at together before: a hundred
// certificates may have the same.
func (l *linter) isKnown(docs []*document) bool {
	key := fmt.Sprint(docs) // of pointers, each another
	known := l.pools[key]
	l.pools[key] = true
	return known
}
