package lambda

// The Lambda Runtime API, version 2018-06-01, as one process sees it
//
//	GET  …/runtime/invocation/next             200 event, or waits for one
//	POST …/runtime/invocation/{id}/response    202, 400 not the current id, 413 over 6 MB
//	POST …/runtime/invocation/{id}/error       202, 400 not the current id
//	POST …/runtime/init/error                  202, 403 after the first "next"
//
// "next" during an invocation is answered with 403, and so is who is not the
// function: see caller.go. Bodies are JSON, errors {"errorMessage", "errorType"}.
// A runtime that posts an init error is ended.

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	maxPayload = 6<<20 + 100 // bytes of an answer
	maxDrained = 64 << 20    // bytes beyond it that are read and forgotten, so that the runtime sees the 413
)

const apiVersion = "/2018-06-01/runtime"

func (s *sandbox) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	for _, base := range []string{apiVersion, "/{secret}" + apiVersion} {
		mux.HandleFunc("GET "+base+"/invocation/next", s.forCallers(s.next))
		mux.HandleFunc("POST "+base+"/invocation/{id}/response", s.forHolders(s.response))
		mux.HandleFunc("POST "+base+"/invocation/{id}/error", s.forHolders(s.error))
		mux.HandleFunc("POST "+base+"/init/error", s.forCallers(s.initError))
	}
	return mux
}

func (s *sandbox) next(w http.ResponseWriter, r *http.Request) {
	inv, ok := s.p.arrive(s)
	if !ok {
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "Transition from "+s.stateName()+
			" to Ready is not allowed")
		return
	}
	if inv == nil {
		inv = s.await(r)
	}
	if inv == nil {
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(inv.Event)))
	h.Set("Lambda-Runtime-Aws-Request-Id", inv.RequestID)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(inv.deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", inv.FunctionARN)
	h.Set("Lambda-Runtime-Trace-Id", newTraceID())
	w.Write(inv.Event)
}

// await waits for an invocation. It is nil if the sandbox ends instead.
func (s *sandbox) await(r *http.Request) *invocation {
	idle := time.NewTicker(s.p.idle)
	defer idle.Stop()
	for {
		select {
		case inv := <-s.work:
			return inv
		case <-idle.C:
			if s.p.retire(s, false) {
				return nil
			}
		case <-r.Context().Done():
			s.p.retire(s, true)
			return nil
		}
	}
}

func (s *sandbox) response(w http.ResponseWriter, r *http.Request) {
	body, err := s.p.readBody(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, "TruncatedHTTPRequest", "HTTP request detected as truncated")
		return
	}
	if len(body) <= maxPayload {
		s.settle(w, r, body, nil)
		return
	}
	more, _ := io.Copy(io.Discard, io.LimitReader(r.Body, maxDrained))
	if s.p.answer(s, r.PathValue("id"), nil, tooLarge(int64(len(body))+more)) {
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge",
			fmt.Sprintf("Exceeded maximum allowed payload size (%d bytes).", maxPayload))
		return
	}
	refuseID(w)
}

// readBody reads an answer, of which a byte over maxPayload at most. Most are short and say
// how long they are, or are as long as the latest, so the buffer need not grow: AWS's client
// for Go sends an answer in chunks.
func (p *Process) readBody(r *http.Request) ([]byte, error) {
	const usual = 64 << 10
	var body bytes.Buffer
	body.Grow(int(min(max(r.ContentLength, p.answered.Load()), usual)) + bytes.MinRead)
	n, err := body.ReadFrom(io.LimitReader(r.Body, maxPayload+1))
	p.answered.Store(n)
	return body.Bytes(), err
}

func (s *sandbox) error(w http.ResponseWriter, r *http.Request) {
	s.settle(w, r, nil, readFailure(r))
}

// settle answers the invocation a request names.
func (s *sandbox) settle(w http.ResponseWriter, r *http.Request, body []byte, failure *FunctionError) {
	s.hear()
	if !s.p.answer(s, r.PathValue("id"), body, failure) {
		refuseID(w)
		return
	}
	accept(w)
}

func (s *sandbox) initError(w http.ResponseWriter, r *http.Request) {
	failure := readFailure(r)
	s.p.mu.Lock()
	ok := s.state == starting
	if ok {
		s.initFail = failure
	}
	s.p.mu.Unlock()
	if !ok {
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "Transition from "+s.stateName()+
			" to InitError is not allowed")
		return
	}
	accept(w)
	w.(http.Flusher).Flush()
	s.p.mu.Lock()
	s.end()
	s.p.mu.Unlock()
}

func readFailure(r *http.Request) *FunctionError {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxPayload))
	return parseFailure(body, r.Header.Get("Lambda-Runtime-Function-Error-Type"))
}

func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	io.WriteString(w, "{\"status\":\"OK\"}\n")
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"errorMessage": message, "errorType": kind})
}

func refuseID(w http.ResponseWriter) {
	refuse(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
}

func (s *sandbox) stateName() string {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	return [...]string{"Starting", "Ready", "Running", "InvocationResponse", "Exited"}[s.state]
}

// newTraceID is an X-Ray header whose trace is not sampled.
func newTraceID() string {
	var b [20]byte
	rand.Read(b[:])
	return fmt.Sprintf("Root=1-%08x-%x;Parent=%x;Sampled=0", time.Now().Unix(), b[:12], b[12:])
}
