// Command subackbench measures Suback beside Mosquitto and beside the bare engine,
// and prints a Markdown table of ratios with the goals that they have.
//
//	go run ./cmd/subackbench [-rows regexp] [-pairs 5] [-seconds 2] [-short] [-o file.md]
//
// It builds ./cmd/suback, lays the brokers out in a temporary folder, on loopback,
// and runs one at a time, in turn, on a CPU of its own, with the generator on
// another. What counts is the ratio of neighbours; absolute figures are of a machine
// at a moment. Mosquitto is used if it is installed. docs/benchmarks.md has how to
// read the table.
//
// It is no test: it asserts nothing, but with -short, that no ratio is below half of
// its goal twice in a row. Nothing of it is in the image or in suback itself.
//
// It runs itself as its children, by these verbs, which may be used alone:
//
//	subackbench load flow -addr 127.0.0.1:1883 -subs 100    see package load
//	subackbench engine -tcp 127.0.0.1:1883                  the engine, which lets everybody do everything
//	subackbench function -n 300 file.js                     invocations of a Node.js function, without a broker
//
// and by the name bootstrap, as Lambda has it, it is the authorizer.
package main
