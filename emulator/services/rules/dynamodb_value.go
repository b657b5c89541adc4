package rules

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Values of DynamoDB
//
//   - JSON is a map, a list, text, a number as it is written, BOOL or NULL; bytes that are
//     no JSON are B
//   - back again sets are lists, and bytes base64 [R-88, guess]

// A dynamoValue is one as the service has it, as {"S": "text"}.
type dynamoValue map[string]any

func dynamoKey(of, text string) dynamoValue {
	if of == "NUMBER" {
		return dynamoValue{"N": text}
	}
	return dynamoValue{"S": text}
}

// dynamoPayload is a result.
func dynamoPayload(payload []byte) dynamoValue {
	if !json.Valid(payload) {
		return dynamoValue{"B": payload}
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	var v any
	_ = d.Decode(&v) // it is valid
	return toDynamo(v)
}

func toDynamo(v any) dynamoValue {
	switch v := v.(type) {
	case string:
		return dynamoValue{"S": v}
	case json.Number:
		return dynamoValue{"N": v.String()}
	case bool:
		return dynamoValue{"BOOL": v}
	case []any:
		list := make([]dynamoValue, len(v))
		for i := range v {
			list[i] = toDynamo(v[i])
		}
		return dynamoValue{"L": list}
	case map[string]any:
		members := make(map[string]dynamoValue, len(v))
		for name, of := range v {
			members[name] = toDynamo(of)
		}
		return dynamoValue{"M": members}
	}
	return dynamoValue{"NULL": true}
}

// fromDynamo is the JSON of an item, or of a value in it.
func fromDynamo(item map[string]json.RawMessage) (map[string]any, error) {
	out := make(map[string]any, len(item))
	for name, text := range item {
		var v map[string]json.RawMessage
		if err := json.Unmarshal(text, &v); err != nil {
			return nil, err
		}
		var err error
		if out[name], err = ofDynamo(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func ofDynamo(v map[string]json.RawMessage) (any, error) {
	for kind, text := range v { // it has one member
		switch kind {
		case "S", "B", "BOOL", "SS", "BS":
			return text, nil
		case "NULL":
			return nil, nil
		case "N":
			var n json.Number
			return n, json.Unmarshal(bytes.Trim(text, `"`), &n)
		case "NS":
			var list []json.Number
			return list, json.Unmarshal(text, &list)
		case "M":
			var members map[string]json.RawMessage
			if err := json.Unmarshal(text, &members); err != nil {
				return nil, err
			}
			return fromDynamo(members)
		case "L":
			return listOfDynamo(text)
		}
		return nil, fmt.Errorf("DynamoDB has a value of type %q", kind)
	}
	return nil, nil
}

func listOfDynamo(text json.RawMessage) (any, error) {
	var list []map[string]json.RawMessage
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, err
	}
	out := make([]any, len(list))
	for i := range list {
		var err error
		if out[i], err = ofDynamo(list[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
