package lint

import (
	"fmt"
	"io"
	"strings"

	"github.com/suback/suback/emulator/printed"
)

// Workflow commands of GitHub Actions: an annotation for each finding, beside the line that
// it is about.

var (
	githubText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// WriteGitHub writes a command for each finding.
func WriteGitHub(w io.Writer, r Report) error {
	var b strings.Builder
	for _, f := range r.Findings {
		command := string(f.Severity)
		if f.Severity == Info {
			command = "notice"
		}
		file := printed.Line(githubProperty.Replace(f.File))
		fmt.Fprintf(&b, "::%s file=%s,line=%d,col=%d,title=%s::%s\n", command, file, f.Line, f.Column,
			githubProperty.Replace("suback lint: "+f.Rule), githubText.Replace(f.Text+". "+f.Cure))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
