package rules

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/suback/suback/emulator/neighbour"
	"github.com/suback/suback/emulator/services/rules/sql"
)

// get_dynamodb and get_secret
//
//   - they ask where the actions send to, with the role that the call names
//   - get_dynamodb is the item; none is Undefined [R-88, guess]
//   - get_secret is the current version's text, the member key of it if that is given, or
//     its bytes as base64; it is asked each time, where AWS keeps it for up to 15 minutes
//

func (x *run) externalService(function string, args []sql.Value, texts []string) (v sql.Value, err error) {
	if function == "get_secret" {
		v, err = x.askSecret(texts)
	} else {
		v, err = x.askDynamoDB(args, texts)
	}
	if err == nil {
		x.asked++
	}
	return v, err
}

// askDynamoDB is get_dynamodb(table, key, value[, key, value], role).
func (x *run) askDynamoDB(args []sql.Value, texts []string) (sql.Value, error) {
	table, role := texts[0], texts[len(texts)-1]
	key := map[string]any{}
	for i := 1; i+1 < len(texts); i += 2 {
		of := "STRING"
		if k := args[i+1].Kind(); k == sql.Int || k == sql.Decimal {
			of = "NUMBER"
		}
		key[texts[i]] = dynamoKey(of, texts[i+1])
	}
	input := map[string]any{"TableName": table, "Key": key}
	answer, err := x.ask(call{Request: neighbour.JSON("dynamoDB", "GetItem", input), role: role,
		needs: "dynamodb:GetItem", on: x.arn("dynamodb", "table/"+table),
		where: "get_dynamodb of table " + table, create: "dynamodb create-table --table-name " + table + " …"})
	if err != nil {
		return sql.Value{}, err
	}
	var said struct{ Item map[string]json.RawMessage }
	if err := json.Unmarshal(answer.Body, &said); err != nil {
		return sql.Value{}, fmt.Errorf("%s: no answer of DynamoDB's: %w", answer.Endpoint, err)
	}
	if said.Item == nil {
		return sql.Value{}, nil
	}
	item, err := fromDynamo(said.Item)
	if err != nil {
		return sql.Value{}, err
	}
	return x.asValue(item)
}

func (x *run) asValue(v any) (sql.Value, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return sql.Value{}, err
	}
	return sql.ParseJSON(text, x.rule.statement.Version())
}

// askSecret is get_secret(id, type[, key], role).
func (x *run) askSecret(texts []string) (sql.Value, error) {
	id, of, role := texts[0], texts[1], texts[len(texts)-1]
	if of != "SecretString" && of != "SecretBinary" {
		return sql.Value{}, fmt.Errorf("the type of the secret is %q, want SecretString or SecretBinary", of)
	}
	input := map[string]any{"SecretId": id}
	answer, err := x.ask(call{Request: neighbour.JSON("secretsManager", "GetSecretValue", input),
		where: "get_secret of " + id, create: "secretsmanager create-secret --name " + id + " --secret-string …"})
	if err != nil {
		return sql.Value{}, err
	}
	if err := x.mayDo(role, "secretsmanager:GetSecretValue", answer.Text("ARN")); err != nil {
		return sql.Value{}, err
	}
	secret := answer.Text(of)
	if secret == "" {
		return sql.Value{}, fmt.Errorf("the secret %q has no %s", id, of)
	}
	if of == "SecretBinary" || len(texts) < 4 {
		return sql.OfText(secret), nil
	}
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(secret), &members) != nil || members[texts[2]] == nil {
		// never with the secret's own text
		return sql.Value{}, fmt.Errorf("the secret %q is no JSON object with a member %q", id, texts[2])
	}
	return sql.ParseJSON(members[texts[2]], x.rule.statement.Version())
}

// ask is send for a function: nowhere is an error there.
func (x *run) ask(c call) (*neighbour.Answer, error) {
	answer, err := x.send(c)
	if errors.Is(err, neighbour.ErrNowhere) {
		return nil, &refusal{err.Error(), whereHint(c.Service), []string{"R-150"}}
	}
	return answer, err
}

// whereHint says how to say where a service is.
func whereHint(service string) string {
	return fmt.Sprintf("say where %s is: %s=http://… in the gateway's environment, or actions: {%s: http://…} "+
		"in suback.yaml", service, neighbour.Variable(service), service)
}
