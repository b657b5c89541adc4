package rules

import (
	"strings"

	"github.com/suback/suback/emulator/printed"
)

// What is not written down of an action: values that let somebody in
//
//   - the token of salesforce, the values of http's headers, who signs in and the query in its URLs, what a
//     Kafka client signs in with

const notShown = "(not shown)"

// shown are the parameters of an action as records and stories have them.
func shown(action string, v values) values {
	if v == nil {
		return nil
	}
	return withoutSecrets(action, "", map[string]any(v)).(map[string]any)
}

func withoutSecrets(action, name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for member, inner := range v {
			out[member] = withoutSecrets(action, name+"."+member, inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = withoutSecrets(action, name, inner)
		}
		return out
	}
	if isSecret(action, name) {
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
