package main

import (
	"flag"
	"fmt"
	"strings"

	"github.com/suback/suback/emulator"
)

// doors are who may come in beside this machine.
type doors struct {
	bind                                   string
	hosts, origins, functionsFrom, rulesTo []string
}

func (d *doors) register(fs *flag.FlagSet) {
	fs.Func("bind", "what an address without a host means: loopback, this machine alone, or all (default "+
		"loopback)",
		func(text string) error {
			if text != emulator.BindLoopback && text != emulator.BindAll {
				return fmt.Errorf("want %s or %s", emulator.BindLoopback, emulator.BindAll)
			}
			d.bind = text
			return nil
		})
	list(fs, &d.hosts, "host", "`names` by which HTTP requests may come here beside the gateway's own, *.x "+
		"for all below x")
	list(fs, &d.origins, "allow-origin",
		"`origins`, as http://localhost:3000, whose pages may use the control plane and the admin API")
	list(fs, &d.functionsFrom, "functions-from",
		"`sources` that may make this machine run code by Lambda's API: addresses, networks, host names, gateway")
	list(fs, &d.rulesTo, "rules-to",
		"`hosts` that http actions of topic rules may send to beside this machine and what suback.yaml lists, *.x for all "+
			"below x")
}

// list defines a flag whose values stand between commas.
func list(fs *flag.FlagSet, to *[]string, name, about string) {
	fs.Func(name, about, func(text string) error {
		*to = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
		return nil
	})
}
