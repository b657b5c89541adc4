package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/suback/suback/cmd/subackbench/load"
	"github.com/suback/suback/emulator/lambda"
)

// nodeHandler is the export of nodeSource, as functions name it.
const nodeHandler = "index.handler"

const nodeSource = `'use strict';

exports.handler = async () => ({
  isAuthenticated: true,
  principalId: 'node',
  policyDocuments: [{
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }],
  }],
  disconnectAfterInSeconds: 3600,
  refreshAfterInSeconds: 300,
});
`

// connectEvent is what a custom authorizer gets for a CONNECT over plain MQTT.
const connectEvent = `{"protocolData": {"mqtt": {"username": "load", "password": "dGVzdA==", "clientId": "load-0"}},
  "protocols": ["mqtt"], "signatureVerified": false,
  "connectionMetadata": {"id": "00000000-0000-0000-0000-000000000000"}}`

func writeNode(folder string) (string, error) {
	file := filepath.Join(folder, "index.js")
	return file, os.WriteFile(file, []byte(nodeSource), 0o600)
}

// functionAlone measures the Node.js function without a broker, on the broker's CPU.
func functionAlone(ctx context.Context, l *lab) (load.Figures, error) {
	if l.node == "" {
		return nil, skipped("node is not installed: apt-get install nodejs")
	}
	folder, err := l.folder()
	if err != nil {
		return nil, err
	}
	file, err := writeNode(folder)
	if err != nil {
		return nil, err
	}
	return l.figures(ctx, command{path: l.self, cpu: l.broker,
		args: []string{"function", "-duration", l.time(1).String(), file}})
}

// invokeAlone is the process that invokes: one after the other, after a first that
// is not counted.
func invokeAlone(ctx context.Context, args []string, out io.Writer) error {
	fs := flag.NewFlagSet("function", flag.ContinueOnError)
	duration := fs.Duration("duration", 2*time.Second, "counting")
	if err := fs.Parse(args); err != nil || fs.NArg() != 1 {
		return errUsage
	}
	f, err := lambda.NewProcess(lambda.ProcessOptions{Name: "bench", Runtime: "nodejs", Code: fs.Arg(0),
		Handler: nodeHandler})
	if err != nil {
		return err
	}
	defer f.Close()
	var all []time.Duration
	var end time.Time
	for end.IsZero() || time.Now().Before(end) {
		start := time.Now()
		if _, err := f.Invoke(ctx, lambda.Invocation{Event: []byte(connectEvent)}); err != nil {
			return fmt.Errorf("function: %w", err)
		}
		if end.IsZero() {
			end = time.Now().Add(*duration)
			continue
		}
		all = append(all, time.Since(start))
	}
	if len(all) == 0 {
		return fmt.Errorf("no invocation in %v", *duration)
	}
	slices.Sort(all)
	middle := float64(all[len(all)/2]) / float64(time.Millisecond)
	return json.NewEncoder(out).Encode(load.Figures{"connack_ms": middle})
}
