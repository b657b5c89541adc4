package main

import (
	"errors"
	"flag"
	"net"
	"strconv"
	"strings"
)

// defaultHTTP is where a gateway listens that nobody has told anything else.
const defaultHTTP = ":4566"

// An address is the value of --http, where a gateway's http listener is.
type address string

// httpFlag defines --http.
func httpFlag(fs *flag.FlagSet, to *string) {
	*to = defaultHTTP
	fs.Var((*address)(to), "http", "`address` of the gateway's http listener")
}

func (a *address) String() string { return string(*a) }

// Set implements [flag.Value]. The URL of a listener is its address, too.
func (a *address) Set(text string) error {
	at := strings.TrimSuffix(strings.TrimPrefix(text, "http://"), "/")
	host, port, err := net.SplitHostPort(at)
	if err != nil {
		host, port = at, "4566"
	}
	_, err = strconv.ParseUint(port, 10, 16) // of SUBACK_HTTP it may be 0, which is for suback serve
	isName := !strings.ContainsAny(host, " /:?#@[]%\t\r\n")
	if err != nil || at == "" || !isName && net.ParseIP(host) == nil {
		return errors.New("want host:port, as localhost:4566")
	}
	*a = address(at)
	return nil
}
