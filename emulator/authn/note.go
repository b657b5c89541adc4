package authn

import "github.com/suback/suback/emulator/cause"

// Cause is the note for a record, which adds what to do.
func (n Note) Cause() cause.Cause { return cause.Cause{Detail: n.Text, Rules: []string{n.Rule}} }

// Cure says what to do about it: "" where the text does.
func (n Note) Cure() string {
	switch n.Rule {
	case "A-86", "D-7":
		return "correct the client's user name or URL: AWS reads it as this gateway does"
	case "A-130":
		return "return whole numbers without a decimal point, with int() or Math.round"
	case "A-131":
		return "write the member's name as AWS has it"
	case "A-236":
		return "let the client send the endpoint's name as server name: connect to a name, not to an address"
	case "A-371":
		return "put the keys into credentials, in suback.yaml, to have them verified as on AWS"
	case "B-338":
		return "write the variable's name as AWS has it, with its case"
	case "B-109":
		return `begin the policy document with "Version": "2012-10-17"`
	case "B-111":
		return "leave the empty list out, or name what it is to match"
	case "B-119":
		return "return at least one policy document, which allows iot:Connect on the client"
	case "B-201":
		return "write all six parts, as in arn:aws:iot:<region>:<account>:topic/<topic>"
	case "B-314":
		return "use ForAllValues: if clients without a will are meant, ForAnyValue: or Null if not"
	case "B-696":
		return "give the thing that attribute, as with aws iot update-thing, or take it out of the type's " +
			"mqtt5Configuration"
	case "B-697":
		return "connect with a certificate that is attached to the thing, and with the thing's name as client id"
	case "D-4":
		return "leave the certificate out, or expect the policies of the certificate"
	case "D-25":
		return "set allowAuthorizerOverride of the domain configuration, or leave the name out"
	case "D-41":
		return "sign for the host that the request is sent to"
	}
	return ""
}
