package stack

import (
	"strconv"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// Values of parameters that are NoEcho
//
//   - the result has them, since functions need them: that is told
//   - no note has them, whatever it is about

// minSecret is how long a value is that is looked for in notes, in bytes: a shorter one is in any text.
const minSecret = 4

// keep notes that the result has the value of a parameter that is NoEcho.
func (o *output) keep(name string, at tree.Spot, value string) {
	quoted := strconv.Quote(value)
	o.secrets = append(o.secrets, value, quoted[1:len(quoted)-1])
	o.remark(at, "parameter %s is NoEcho, and the result may have its value: keep that to yourself", tree.Clip(name))
}

// withoutSecrets is the text of a note.
func (o *output) withoutSecrets(text string) string {
	for _, s := range o.secrets {
		clipped := strings.TrimSuffix(tree.Clip(s), "…")
		if len(clipped) >= minSecret {
			text = strings.ReplaceAll(strings.ReplaceAll(text, s, "****"), clipped, "****")
		}
	}
	return text
}
