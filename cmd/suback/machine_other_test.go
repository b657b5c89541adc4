//go:build !linux

package main

import "testing"

func hungFile(t *testing.T, _ string) (read func()) {
	t.Helper()
	t.Skip("a plain file that hangs whoever opens it can be had on Linux alone")
	return nil
}

func limitDescriptors(t *testing.T, _, _ int) {
	t.Helper()
	t.Skip("another process' limit can be set on Linux alone")
}
