package account

import (
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/logs"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/services/shadow"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/transport"
)

// Shared is what all accounts of an emulator have together: its CA and bounds, the log, and
// who may ask.
type Shared struct {
	CA              *pki.CA
	Room            *transport.Room // of connections
	Stored          *session.Room   // of messages that wait
	StoryRoom       *story.Room     // of what became of messages
	ShadowRoom      *shadow.Room    // of device shadows
	Log             *slog.Logger
	Logs            *logs.Log // that Log belongs to
	CloudWatch      io.Writer // nil: none
	CloudWatchLevel slog.Level

	FunctionsFrom functions.Sources           // who may have this machine run code
	Door          *egress.Door                // hosts that rules may send to; nil: this machine
	Own           *egress.Own                 // what rules of all accounts send
	FunctionsOff  func() bool                 // whether nobody may, whatever an account's configuration says
	Origins       *http.CrossOriginProtection // of pages that may use what changes things

	Enforce string // goes before what configurations say; "" for what they say

	Followers   int           // of a trace, at most
	BodyBytes   int           // of a request's body, at most
	RequestTime time.Duration // that a request's body may take
}

// Options are an account's own.
type Options struct {
	Shared *Shared
	Name   string // "" for that of the file itself
	Config *config.Config
	Go     config.InGo // what no configuration says

	// StateDir is the folder of what outlives a restart, made if it is missing; empty keeps
	// all in memory.
	StateDir string
	OnDisk   bool // it is on the disk before it is acknowledged, see [store.Options]

	ReplayPerSecond int // to a client that comes back; 0 is 10, below 0 there is no limit

	Stories int // of how many messages it is kept what became of them; 0 is 10,000, below 0 of none

	// CopyOf is the id of the account whose configuration this is too: what names that id
	// in it is of this account's. Empty for an account of the configuration.
	CopyOf string
}
