package main

import (
	"cmp"
	"context"
	"strings"

	"github.com/suback/suback/cmd/subackbench/load"
)

// The contestants that have a column.
const (
	mosquittoColumn = "Mosquitto"
	engineColumn    = "bare engine"
	subackColumn    = "Suback"
)

// A contestant is one of those that an experiment compares.
type contestant struct {
	name    string
	measure func(ctx context.Context, l *lab) (load.Figures, error)
}

// An experiment is one kind of work, done by each contestant in turn, and what of it
// stands in the table.
type experiment struct {
	contestants []contestant
	rows        []row
	sink        string // arguments of the generator for its ceiling; empty: not shown
	slow        bool   // half a minute and more for each run: three pairs are enough
	short       bool   // part of -short
}

// A row is one figure of an experiment.
type row struct {
	name    string
	figure  string // of load.Figures
	unit    string
	of      string // contestant; empty: Suback
	against string // contestant that the ratio is to; empty: Mosquitto
	goal    goal
}

func (r row) contestant() string { return cmp.Or(r.of, subackColumn) }
func (r row) peer() string       { return cmp.Or(r.against, mosquittoColumn) }

// hasRatio says that a ratio says something: to Mosquitto's figure always, to another's
// where it has a goal.
func (r row) hasRatio() bool { return r.against == "" || r.goal.isRatio() }

// isRate says that the figure is a number of messages per second, so that what each
// costs in CPU time is the same work's.
func (r row) isRate() bool { return r.figure == "per_s" && r.against == "" }

// on measures a broker that is started for it, by the generator with args, and has
// the figures that it knows itself.
func on(start starter, args string) func(context.Context, *lab) (load.Figures, error) {
	return func(ctx context.Context, l *lab) (load.Figures, error) {
		b, err := start(ctx, l)
		if err != nil {
			return nil, err
		}
		defer b.end()
		f, err := l.load(ctx, b, strings.Fields(args)...)
		if err != nil {
			return nil, b.told(err)
		}
		return f, nil
	}
}

// compared is an experiment of the three with the same work. engine may be nil.
func compared(args string, mosquitto, engine, suback starter, rows ...row) experiment {
	e := experiment{rows: rows}
	for _, c := range []struct {
		name  string
		start starter
	}{{mosquittoColumn, mosquitto}, {engineColumn, engine}, {subackColumn, suback}} {
		if c.start != nil {
			e.contestants = append(e.contestants, contestant{c.name, on(c.start, args)})
		}
	}
	return e
}

// experiments are all, in the order of the table.
func experiments() (list []experiment) {
	for _, some := range [][]experiment{flows(), connects(), residents(), durables(), delays(), secures(),
		policies(), told(), starts(), storms(), shadows(), rules(), registries()} {
		list = append(list, some...)
	}
	return list
}

// rowNames are the names of the rows of an experiment.
func (e experiment) rowNames() string {
	var names []string
	for _, r := range e.rows {
		names = append(names, r.name)
	}
	return strings.Join(names, "; ")
}
