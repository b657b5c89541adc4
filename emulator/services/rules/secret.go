package rules

import "strings"

// What is not written down of an action: values that let somebody in
//
//   - the token of salesforce, the values of http's headers and the query of its URLs, what a
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
		return shownURL(text)
	}
	return v
}

// shownURL is a URL without its query, which may have a key in it.
func shownURL(text string) string {
	if before, query, ok := strings.Cut(text, "?"); ok && query != "" {
		return before + "?" + notShown
	}
	return text
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
