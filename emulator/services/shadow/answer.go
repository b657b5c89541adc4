package shadow

import (
	"bytes"
	"strconv"
)

// What is answered and told: members as AWS has them, in its order
//
//   - accepted: what the request named, its metadata, version, timestamp, clientToken if
//     there was one [S-45, S-46]; a field that was deleted is null there, and has a
//     timestamp [S-47, S-48]
//   - documents: before and after; before is absent the first time [S-50, S-51, S-52]
//   - delta: what differs, with the version and timestamp of accepted [S-53]
//   - get: all, with a delta if there is one, and the time of the answer [S-59]
//   - delete: the version that was deleted [S-60]
//   - rejected: no timestamp, as it was seen with 400, 404 and 409 [S-70, S-71]

// appendEnd appends ,"version":n,"timestamp":t[,"clientToken":…]}; token is JSON.
func appendEnd(b []byte, version, at int64, token string) []byte {
	b = strconv.AppendInt(append(b, `,"version":`...), version, 10)
	return appendTime(b, at, token)
}

func appendTime(b []byte, at int64, token string) []byte {
	b = strconv.AppendInt(append(b, `,"timestamp":`...), at, 10)
	return appendToken(b, token)
}

func appendToken(b []byte, token string) []byte {
	if token != "" {
		b = append(append(b, `,"clientToken":`...), token...)
	}
	return append(b, '}')
}

// accepted answers an update that led to a document.
func (u *update) accepted(d *document) []byte {
	b := append(u.desk.text[:0], '{')
	if u.state.is(null) {
		b = u.state.appendValue(append(b, `"state":`...))
		b = (&node{kind: null, at: d.at}).appendTimes(append(b, `,"metadata":`...))
	} else {
		b = appendSections(append(b, `"state":`...), (*node).appendValue, u.desired, u.reported, nil)
		b = appendSections(append(b, `,"metadata":`...), (*node).appendTimes, u.desired, u.reported, nil)
	}
	u.desk.text = appendEnd(b, d.version, d.at, u.token)
	return bytes.Clone(u.desk.text)
}

// documents tells of an update that has been encoded; before is nil if it made the shadow.
func documents(before, d *document, token string) []byte {
	about := len(`{"previous":{,"version":},"current":{,"version":},"timestamp":,"clientToken":}`) + 3*10 +
		len(d.states) + len(token)
	if before != nil {
		about += len(before.states)
	}
	b := append(make([]byte, 0, about), '{')
	if before != nil {
		b = append(before.appendWhole(append(b, `"previous":`...)), ',')
	}
	b = d.appendWhole(append(b, `"current":`...))
	return appendTime(b, d.at, token)
}

func (d *document) appendWhole(b []byte) []byte {
	b = append(append(b, '{'), d.states...)
	b = strconv.AppendInt(append(b, `,"version":`...), d.version, 10)
	return append(b, '}')
}

// deltaOf tells what differs after an update.
func deltaOf(d *document, differs *node, token string) []byte {
	b := strconv.AppendInt([]byte(`{"version":`), d.version, 10)
	b = strconv.AppendInt(append(b, `,"timestamp":`...), d.at, 10)
	b = differs.appendValue(append(b, `,"state":`...))
	b = differs.appendTimes(append(b, `,"metadata":`...))
	return appendToken(b, token)
}

// got answers a get at a moment.
func (d *document) got(at int64, token string, on *desk) []byte {
	b := d.appendStates([]byte("{"), on.delta(d.desired, d.reported))
	return appendEnd(b, d.version, at, token)
}

// deleted answers a delete of a document of a version.
func deleted(version, at int64, token string) []byte {
	b := strconv.AppendInt([]byte(`{"version":`), version, 10)
	return appendTime(b, at, token)
}

// rejected is what a refusal is answered with.
func (r *Refusal) rejected() []byte {
	b := strconv.AppendInt([]byte(`{"code":`), int64(r.Code), 10)
	b = appendText(append(b, `,"message":`...), r.Message)
	return appendToken(b, r.token)
}
