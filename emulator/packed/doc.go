// Package packed reads texts that the program carries packed by gzip: beside each text,
// which is for people and tests, lies one of the same name with ".gz" behind it, and
// only that is embedded.
//
// It does not know what the texts are. What is packed is made anew, after a change of
// any of the texts, by
//
//	go test ./emulator/packed -update
//
//	text := packed.Text(files, "model/iot.json") // of model/iot.json.gz
package packed
