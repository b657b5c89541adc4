package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/cmd/subackbench/load"
	"github.com/suback/suback/emulator/mqtttest"
)

// starts is how long it takes from the start of the program until it listens, and its
// memory then; and how long a test waits for its first CONNACK.
func starts() []experiment {
	const program = "the program"
	return []experiment{{
		contestants: []contestant{
			{mosquittoColumn, started(startMosquitto)},
			{subackColumn, started(startEmbedded)},
		},
		rows: []row{
			{name: "start", figure: "start_ms", unit: "ms", goal: goal{20, valueAtMost, "keep"}},
			{name: "resident", figure: "rss_mb", unit: "MB", goal: goal{22, valueAtMost, "keep"}},
		},
	}, {
		contestants: []contestant{{program, firstConnack}, {subackColumn, accountConnack}},
		rows: []row{
			{name: "the program's start to the first CONNACK", figure: "connack_ms", unit: "ms",
				of: program, against: subackColumn, goal: goal{20, valueAtMost, ""}},
			{name: "an account, made by POST, to its first CONNACK", figure: "connack_ms", unit: "ms",
				against: program, goal: goal{20, valueAtMost, ""}},
		},
	}}
}

func started(start starter) func(context.Context, *lab) (load.Figures, error) {
	return func(ctx context.Context, l *lab) (load.Figures, error) {
		b, err := start(ctx, l)
		if err != nil {
			return nil, err
		}
		defer b.end()
		return load.Figures{
			"start_ms": milliseconds(b.ready),
			"rss_mb":   float64(load.Resident(b.pid())) / (1 << 20),
		}, nil
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// firstConnack starts the program and connects.
func firstConnack(ctx context.Context, l *lab) (load.Figures, error) {
	b, err := startEmbedded(ctx, l)
	if err != nil {
		return nil, err
	}
	defer b.end()
	begin := time.Now()
	if err := connect(ctx, b.tcp); err != nil {
		return nil, b.told(err)
	}
	return load.Figures{"connack_ms": milliseconds(b.ready + time.Since(begin))}, nil
}

// accountConnack makes accounts in a program that runs, and connects to each: the median.
func accountConnack(ctx context.Context, l *lab) (load.Figures, error) {
	b, err := startEmbedded(ctx, l)
	if err != nil {
		return nil, err
	}
	defer b.end()
	took := make([]time.Duration, 51)
	for i := range took {
		begin := time.Now()
		addr, err := b.makeAccount(ctx)
		if err == nil {
			err = connect(ctx, addr)
		}
		if err != nil {
			return nil, b.told(err)
		}
		took[i] = time.Since(begin)
	}
	slices.Sort(took)
	return load.Figures{"connack_ms": milliseconds(took[len(took)/2])}, nil
}

// connect waits for a CONNACK at an address.
func connect(ctx context.Context, addr string) error {
	c, err := mqtttest.Dial(ctx, "mqtt://"+addr, nil)
	if err != nil {
		return err
	}
	defer c.Close()
	ack, err := c.Connect(4, "pump-7", mqtttest.User(userName, password))
	if err == nil && ack.ReasonCode != 0 {
		err = fmt.Errorf("CONNACK %#x, want 0", ack.ReasonCode)
	}
	return err
}

// makeAccount returns the address of its plain listener.
func (b *broker) makeAccount(ctx context.Context) (addr string, err error) {
	url := "http://" + b.http + "/_suback/accounts"
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var made struct{ Listeners struct{ MQTT string } }
	if err := json.NewDecoder(res.Body).Decode(&made); err != nil || made.Listeners.MQTT == "" {
		return "", fmt.Errorf("POST %s: got %s (%v), want an account with its address", url, res.Status, err)
	}
	return made.Listeners.MQTT, nil
}
