package lint

import (
	"fmt"
	"regexp"
	"strings"
)

// Partitions are those that have AWS IoT.
func Partitions() []string { return []string{"aws", "aws-cn", "aws-us-gov"} }

// Partition, region and account [B-202]
//
//   - they are the endpoint's, or the resource never matches
//   - whoever lints a file alone need not say which endpoint: then what most of the file
//     says is taken for it

// A placed is a field of an ARN that is plain.
type placed struct {
	field    int
	text     string
	resource *value
	place    string // of its statement
	endpoint [arnFields]string
}

// checkPlaces notes the fields of a document's resources.
func (l *linter) checkPlaces(d *document, endpoint [arnFields]string) {
	for _, s := range d.statements {
		for _, r := range s.resources {
			if r.fields == nil || r.fields[serviceField] != "iot" {
				continue
			}
			for _, field := range []int{partitionField, regionField, accountField} {
				if text := r.fields[field]; !strings.ContainsAny(text, "*?$"+unknown) {
					l.places = append(l.places, placed{field, text, r.value, s.place, endpoint})
				}
			}
		}
	}
}

var (
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
	regionForm  = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]$`)
)

// endpoint is what the options say.
func (o Options) endpoint() (e [arnFields]string) {
	e[partitionField], e[regionField], e[accountField] = o.Partition, o.Region, o.Account
	if e[partitionField] == "" && o.Region != "" {
		e[partitionField] = partitionOf(o.Region)
	}
	return e
}

func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// comparePlaces reports the fields that are not the endpoint's.
func (l *linter) comparePlaces() {
	most, regions := l.most(), map[*value]string{}
	for _, p := range l.places {
		if p.field == regionField && !isSample(p) {
			regions[p.resource] = p.text
		}
	}
	for _, p := range l.places {
		want, whose := p.endpoint[p.field], "the endpoint's is"
		region, hasRegion := regions[p.resource]
		switch {
		case isSample(p):
			l.report("arn-placeholder", p.resource.At, fmt.Sprintf("%s has %q, where %s stands for the %s",
				p.place, clip(p.resource.Show()), quoteEmpty(p.text), fieldName(p.field)), form(p.field))
			continue
		case want == "" && p.field == partitionField && hasRegion:
			want, whose = partitionOf(region), "the region's is"
		case want == "":
			want, whose = most[p.field], "elsewhere in this file it is"
		}
		if p.text != want {
			l.report(fieldName(p.field)+"-other", p.resource.At,
				fmt.Sprintf("%s has %q: its %s is %s, %s %s, so it never matches", p.place, clip(p.resource.Show()),
					fieldName(p.field), p.text, whose, want), "write "+want)
		}
	}
	l.places = nil
}

// isSample reports whether a field has not the form that it must have.
func isSample(p placed) bool {
	switch p.field {
	case accountField:
		return !accountForm.MatchString(p.text)
	case regionField:
		return !regionForm.MatchString(p.text)
	}
	return !strings.HasPrefix(p.text, "aws")
}

func quoteEmpty(s string) string {
	if s == "" {
		return "nothing"
	}
	return fmt.Sprintf("%q", clip(s))
}

func fieldName(field int) string {
	return map[int]string{partitionField: "partition", regionField: "region", accountField: "account"}[field]
}

func form(field int) string {
	return map[int]string{partitionField: "write aws, aws-cn or aws-us-gov",
		regionField:  "write the endpoint's region, as us-east-1",
		accountField: "write the 12 digits of the account"}[field]
}

// most is what most places of the file have in each field, the first of several.
func (l *linter) most() (most [arnFields]string) {
	count := map[[2]string]int{}
	for _, p := range l.places {
		if !isSample(p) {
			count[[2]string{fieldName(p.field), p.text}]++
		}
	}
	for _, p := range l.places {
		name := fieldName(p.field)
		if count[[2]string{name, p.text}] > count[[2]string{name, most[p.field]}] {
			most[p.field] = p.text
		}
	}
	return most
}
