package emulator_test

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// All devices of AWS's SDK and of MQTT.js run in one process, but those that want one
// of their own: see testdata/devices.cjs. It is started by the first of them, and ended
// by TestMain.

// sdkDevices is the process. There is one in a test program, as there is one
// tally of what was skipped.
var sdkDevices devices

type devices struct {
	mu      sync.Mutex
	cmd     *exec.Cmd // nil: not started
	in      io.WriteCloser
	read    chan struct{} // closed when nothing more is read from it
	problem error         // why
	next    int
	running map[int]*program
}

// A deviceCommand is a line to the process: without a file it ends a device.
type deviceCommand struct {
	ID   int               `json:"id"`
	File string            `json:"file,omitempty"` // as the process names it
	Args []string          `json:"args"`
	CA   string            `json:"ca,omitempty"` // a file, for MQTT.js
	Env  map[string]string `json:"env,omitempty"`
}

// start starts a device that needs an npm module, until the end of the test.
func (d *devices) start(t *testing.T, module string, c deviceCommand) *program {
	t.Helper()
	modules, node := npmModules(t, module), nodejs(t)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cmd == nil {
		must(t, d.open(modules, node))
	}
	if d.running == nil {
		t.Fatalf("node testdata/devices.cjs has ended: %v", d.problem)
	}
	d.next++
	id := d.next
	p := &program{t: t, name: filepath.Base(c.File), lines: make(chan string, 1000)}
	p.kill = func() { _ = d.command(deviceCommand{ID: id}) }
	d.running[id] = p
	c.ID = id
	must(t, d.send(c))
	p.endWithTest()
	return p
}

// open starts the process.
func (d *devices) open(modules, node string) (err error) {
	d.cmd = exec.Command(node, "testdata/devices.cjs")
	d.cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	d.cmd.Stderr = os.Stderr
	d.running, d.read = make(map[int]*program), make(chan struct{})
	if d.in, err = d.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := d.cmd.Start(); err != nil {
		return err
	}
	go d.readAll(out)
	return nil
}

func (d *devices) command(c deviceCommand) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.send(c)
}

func (d *devices) send(c deviceCommand) error { return json.NewEncoder(d.in).Encode(c) }

// readAll hands on what the devices print, until the process ends.
func (d *devices) readAll(out io.Reader) {
	defer close(d.read)
	for lines := json.NewDecoder(out); ; {
		var said struct {
			ID   int
			Line *string
		}
		if err := lines.Decode(&said); err != nil {
			d.problem = err // EOF if it has ended
			break
		}
		d.mu.Lock()
		p := d.running[said.ID]
		if said.Line == nil {
			delete(d.running, said.ID)
		}
		d.mu.Unlock()
		if said.Line == nil {
			close(p.lines)
			continue
		}
		select {
		case p.lines <- *said.Line:
		default: // nobody reads so many lines
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.running {
		close(p.lines)
	}
	d.running = nil
}

// close ends the process.
func (d *devices) close() {
	if d.cmd == nil {
		return
	}
	_ = d.in.Close()
	<-d.read
	_ = d.cmd.Wait()
}
