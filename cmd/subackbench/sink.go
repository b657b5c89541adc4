package main

import "context"

// startSink starts a broker without anything: what the generator can do at most.
func startSink(ctx context.Context, l *lab) (*broker, error) {
	folder, err := l.folder()
	if err != nil {
		return nil, err
	}
	addrs, err := l.addresses(1)
	if err != nil {
		return nil, err
	}
	b := &broker{tcp: addrs[0], noAuth: true}
	return b.launch(ctx, l, folder, l.self, "load", "sink", "-addr", b.tcp)
}
