package main

import "context"

// why prints what became of a message, as a running gateway has it.
func (p *program) why(ctx context.Context) error {
	fs := p.flags("why")
	addr := fs.String("http", ":4566", "`address` of the gateway's http listener")
	asJSON := fs.Bool("json", false, "print it as JSON")
	ids, err := p.parseWith(fs)
	switch {
	case err != nil:
		return err
	case len(ids) != 1:
		return usagef("why: want the trace id of one message, as in: suback why 0f8fad5b-d9cb-469f-a165-70867728950e")
	}
	return p.tellStory(ctx, baseURL(*addr), ids[0], *asJSON)
}
