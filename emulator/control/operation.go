package control

import (
	"bytes"
	"context"
	"encoding/json"
)

// An operation is a function of the API.
type operation struct {
	do func(ctx context.Context, input []byte) (output any, err error)

	in, out any // zero values of its input and output, to be compared with the model
}

// operations are functions by the name of their operation.
type operations map[string]operation

// register makes an operation of a function. In and Out are structs whose JSON
// tags are the model's names.
func register[In, Out any](f func(context.Context, In) (Out, error)) operation {
	do := func(ctx context.Context, input []byte) (any, error) {
		var in In
		d := json.NewDecoder(bytes.NewReader(input))
		if err := d.Decode(&in); err != nil {
			return nil, refuse("SerializationException", "%v", err)
		}
		return f(ctx, in)
	}
	return operation{do, *new(In), *new(Out)}
}

// MaxBody is the length of the longest body that AWS IoT and ACM read, in bytes.
// AWS's largest member, a policy document of white space, has 404,600 characters.
const MaxBody = 4 << 20
