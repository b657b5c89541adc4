// Package console is the page that a browser gets from the http listener: its files,
// and the headers under which they are served.
//
// It knows nothing of the emulator: the page asks the admin API, by which it may do
// what any other page of this origin may. It loads nothing from elsewhere, runs
// nothing that is not one of its files, is shown in no frame, and shows what clients
// send as text alone.
//
// What it is written in needs no build: index.html, style.css and the modules beside
// them, which `go test ./emulator/packed -update` packs, and two libraries in page/vendor,
// whose README.md says how they came there.
package console
