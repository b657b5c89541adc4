package sql

import "fmt"

// A Version is one of the SQL versions that a rule can have.
type Version uint8

// The versions. The zero Version is what AWS's API takes when a rule names none.
const (
	V2015 Version = iota // 2015-10-08
	V2016                // 2016-03-23, and beta
)

// ParseVersion reads awsIotSqlVersion: 2015-10-08, also when it is empty, 2016-03-23
// or beta, which is taken for 2016-03-23.
func ParseVersion(text string) (Version, error) {
	switch text {
	case "", "2015-10-08":
		return V2015, nil
	case "2016-03-23", "beta":
		return V2016, nil
	}
	return 0, fmt.Errorf("SQL version %q: want 2015-10-08, 2016-03-23 or beta", text)
}

// String is the version as AWS writes it.
func (v Version) String() string {
	if v == V2016 {
		return "2016-03-23"
	}
	return "2015-10-08"
}
