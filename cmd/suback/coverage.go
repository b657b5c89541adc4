package main

import (
	"context"
	"fmt"

	"github.com/suback/suback/emulator"
)

// coverage says how well what is emulated is founded, and what is not emulated.
func (p *program) coverage(context.Context) error {
	if err := p.parse(p.flags("coverage")); err != nil {
		return err
	}
	fmt.Fprint(p.stdout, emulator.Coverage().Text())
	return nil
}
