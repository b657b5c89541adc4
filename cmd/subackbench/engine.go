package main

import (
	"context"
	"crypto/tls"
	"flag"
	"io"
	"log/slog"
	"path/filepath"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
)

// startEngine starts the bare engine, which asks nobody.
func startEngine(ctx context.Context, l *lab) (*broker, error) {
	folder, err := l.folder()
	if err != nil {
		return nil, err
	}
	if err := writeServerCertificate(folder); err != nil {
		return nil, err
	}
	addrs, err := l.addresses(3)
	if err != nil {
		return nil, err
	}
	b := &broker{tcp: addrs[0], tls: addrs[1], wss: addrs[2]}
	return b.launch(ctx, l, folder, l.self,
		"engine", "-tcp", b.tcp, "-tls", b.tls, "-wss", b.wss, "-certificate", folder)
}

// runEngine is the engine's process: it serves until ctx ends.
func runEngine(ctx context.Context, args []string, stderr io.Writer) error {
	fs := flag.NewFlagSet("engine", flag.ContinueOnError)
	fs.SetOutput(stderr)
	tcp := fs.String("tcp", "127.0.0.1:1883", "`address` for MQTT")
	secure := fs.String("tls", "", "`address` for MQTT over TLS")
	web := fs.String("wss", "", "`address` for MQTT over WebSocket over TLS")
	folder := fs.String("certificate", "", "`folder` of server.pem and server.key, for the two")
	if err := fs.Parse(args); err != nil {
		return errUsage
	}
	server := mqtt.New(&mqtt.Options{Logger: slog.New(slog.DiscardHandler)})
	if err := server.AddHook(new(auth.AllowHook), nil); err != nil {
		return err
	}
	all := []listeners.Listener{listeners.NewTCP(listeners.Config{ID: "tcp", Address: *tcp})}
	if *folder != "" {
		cert, key := filepath.Join(*folder, serverCertificate), filepath.Join(*folder, serverKey)
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return err
		}
		c := &tls.Config{Certificates: []tls.Certificate{pair}}
		all = append(all, listeners.NewTCP(listeners.Config{ID: "tls", Address: *secure, TLSConfig: c}),
			listeners.NewWebsocket(listeners.Config{ID: "wss", Address: *web, TLSConfig: c}))
	}
	for _, l := range all {
		if err := server.AddListener(l); err != nil {
			return err
		}
	}
	if err := server.Serve(); err != nil {
		return err
	}
	<-ctx.Done()
	return server.Close()
}
