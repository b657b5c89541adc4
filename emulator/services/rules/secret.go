package rules

import (
	"errors"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/services/rules/sql"
)

// What is not written down of an action: values that let somebody in
//
//   - the token of salesforce, the values of http's headers, who signs in and the query in its URLs, what a
//     Kafka client signs in with
//   - what get_secret has given, in a parameter or a result; where an answer or an error may have
//     such a parameter in it, nothing of them. The error action gets AWS's document all the same

const notShown = "(not shown)"

// shown are the parameters of an action as records and stories have them.
func shown(action string, v values, p *param) values {
	if v == nil {
		return nil
	}
	return withoutSecrets(action, "", map[string]any(v), p).(map[string]any)
}

func withoutSecrets(action, name string, v any, p *param) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for member, inner := range v {
			out[member] = withoutSecrets(action, name+"."+member, inner, p.below(member, 0))
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = withoutSecrets(action, name, inner, p.below("", i))
		}
		return out
	}
	if p != nil && p.secret || isSecret(action, name) {
		return notShown
	}
	if text, ok := v.(string); ok && action == "http" && (name == ".url" || name == ".confirmationUrl") {
		return printed.URL(text)
	}
	return v
}

func isSecret(action, name string) bool {
	switch action {
	case "salesforce":
		return name == ".token"
	case "http":
		return name == ".headers.value"
	case "kafka":
		property := strings.TrimPrefix(name, ".clientProperties.")
		return property != name && (strings.Contains(property, "password") ||
			strings.HasPrefix(property, "sasl.") || strings.HasSuffix(property, ".key"))
	}
	return false
}

// hiddenOf is the first parameter that is secret and that answers or errors may have in them, ""
// for none: headers and user properties are in none.
func hiddenOf(at, action string, p *param) string {
	names := slices.Sorted(slices.Values(p.secrets("")))
	for _, name := range names {
		quiet := action == "http" && name == ".headers.value" ||
			action == "republish" && strings.HasPrefix(name, ".headers.userProperties")
		if !quiet {
			return at + name
		}
	}
	return ""
}

// tellable is what may be told of an action that is done, or failed.
func (a *action) tellable(d done, err error) (done, error) {
	if a.hidden == "" {
		return d, err
	}
	log := make(map[string]string, len(d.log))
	for name := range d.log {
		log[name] = notShown
	}
	d.log = log
	if d.answer != "" {
		d.answer = "done, with an answer that is not shown: " + a.hidden + " has a value of get_secret"
	}
	return d, tellableError(err, a.hidden+" has a value of get_secret", a.hidden)
}

// tellableError is an error without what may have a secret in it: that get_secret has none, or
// that something cannot be parsed, has not.
func tellableError(err error, why, where string) error {
	if err == nil || errors.As(err, new(*sql.Error)) || errors.Is(err, sql.ErrExternal) &&
		strings.HasPrefix(err.Error(), sql.ErrExternal.Error()+" get_secret:") {
		return err
	}
	_, rules := advice(err)
	return &refusal{"it failed, and why is not shown: " + why,
		"to see why, write a text of your own in place of get_secret in " + where, rules}
}
