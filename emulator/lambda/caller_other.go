//go:build !linux

package lambda

import "net/netip"

// Elsewhere nobody is recognized by a connection, so the secret is needed.

func findSocket(_, _ netip.AddrPort) string { return "" }

func holds([]kin, string) bool { return false }

func ourselves() []kin { return nil }
