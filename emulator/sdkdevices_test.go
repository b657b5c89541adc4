package emulator_test

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// All devices of AWS's SDK run in one process: see testdata/devices.cjs. It is
// started by the first of them, and ended by TestMain.

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

// A deviceCommand is a line to the process: without arguments it ends a device.
type deviceCommand struct {
	ID   int      `json:"id"`
	Args []string `json:"args,omitempty"`
}

// start starts a device, until the end of the test.
func (d *devices) start(t *testing.T, args []string) *program {
	t.Helper()
	modules, node := npmModules(t, "aws-iot-device-sdk-v2"), nodejs(t)
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
	p := &program{t: t, name: "sdk.js", lines: make(chan string, 1000)}
	p.kill = func() { _ = d.command(deviceCommand{ID: id}) }
	d.running[id] = p
	must(t, d.send(deviceCommand{id, args}))
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
