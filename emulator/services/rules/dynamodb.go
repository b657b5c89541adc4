package rules

import (
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/suback/suback/emulator/neighbour"
	"github.com/suback/suback/emulator/policy"
)

// dynamoDB, dynamoDBv2
//
//   - dynamoDB writes one item: the keys as the rule gives them, and the result in the column
//     payload, or payloadField; JSON as a map, what is none as bytes
//   - operation is INSERT, the default, UPDATE or DELETE: PutItem, UpdateItem, DeleteItem
//     [R-121, guess for what is called]
//   - dynamoDBv2 writes each member of the result, which is an object, into a column of its
//     own; the table's keys must be among them, as DynamoDB says itself

func (x *run) writeDynamoDB(v values) (done, error) {
	table, operation := v.text("tableName"), v.text("operation")
	if operation == "" {
		operation = "INSERT"
	}
	payload := dynamoPayload(x.result.Payload)
	d := done{resource: table, log: map[string]string{"Table": table, "Operation": operation,
		"ItemHashKeyField": v.text("hashKeyField"), "ItemHashKeyValue": v.text("hashKeyValue"),
		"IsPayloadJSON": strconv.FormatBool(json.Valid(x.result.Payload))}}
	key := map[string]any{v.text("hashKeyField"): dynamoKey(v.text("hashKeyType"), v.text("hashKeyValue"))}
	if name := v.text("rangeKeyField"); name != "" {
		key[name] = dynamoKey(v.text("rangeKeyType"), v.text("rangeKeyValue"))
	}
	column := v.text("payloadField")
	if column == "" {
		column = "payload"
	}
	input := map[string]any{"TableName": table}
	switch operation {
	case "INSERT":
		key[column] = payload
		input["Item"] = key
	case "UPDATE":
		input["Key"], input["UpdateExpression"] = key, "SET #p = :p"
		input["ExpressionAttributeNames"] = map[string]string{"#p": column}
		input["ExpressionAttributeValues"] = map[string]any{":p": payload}
	case "DELETE":
		input["Key"] = key
	default:
		return d, refuse("write INSERT, UPDATE or DELETE", "R-121", "operation is %q", operation)
	}
	where := fmt.Sprintf("Action: dynamo, Table: %s, HashKeyField: %s, HashKeyValue: %s, RangeKeyField: %s, "+
		"RangeKeyValue: %s", table, v.text("hashKeyField"), v.text("hashKeyValue"), v.text("rangeKeyField"),
		v.text("rangeKeyValue"))
	called := map[string]string{"INSERT": "PutItem", "UPDATE": "UpdateItem", "DELETE": "DeleteItem"}[operation]
	return x.writeItem(d, v, table, called, input, where)
}

func (x *run) writeDynamoDBv2(v values) (done, error) {
	put, _ := v["putItem"].(map[string]any)
	table := values(put).text("tableName")
	d := done{resource: table, log: map[string]string{"Table": table}}
	item, ok := dynamoPayload(x.result.Payload)["M"]
	if !ok {
		return d, refuse("select an object: its members are the table's columns, as in SELECT id, temperature",
			"R-121", "the result is no JSON object")
	}
	return x.writeItem(d, v, table, "PutItem", map[string]any{"TableName": table, "Item": item},
		fmt.Sprintf("Action: dynamoDBv2, Table: %s", table))
}

func (x *run) writeItem(d done, v values, table, called string, input map[string]any, where string,
) (done, error) {
	answer, err := x.send(call{Request: neighbour.JSON("dynamoDB", called, input), role: v.text("roleArn"),
		needs: policy.Action("dynamodb:" + called), on: x.arn("dynamodb", "table/"+table),
		doing: "write DynamoDB item", where: where, create: "dynamodb create-table --table-name " + table + " …"})
	if err == nil {
		d.answer = fmt.Sprintf("%s table %s: %s done", answer.Endpoint, table, called)
	}
	return d, err
}
