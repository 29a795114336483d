package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// buildServer builds the real program once. It is built plain even for a test with -race: what the story checks of it is
// what it does across processes, and a plain program is what people run.
var buildServer = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "jard-story-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "server")
	builtServer.Store(&path)
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

var (
	builtServer atomic.Pointer[string]
	nextPort    atomic.Int64
)

// TestMain takes the built program away again.
func TestMain(m *testing.M) {
	code := m.Run()
	if path := builtServer.Load(); path != nil {
		_ = os.RemoveAll(filepath.Dir(*path))
	}
	os.Exit(code)
}

// program is the built server with the address of its role: what a person has in a terminal.
type program struct {
	path   string
	role   string
	data   string
	port   int
	output string // file with what it said
	killed int

	command *exec.Cmd
	ended   chan struct{}
}

func (p *program) url() string { return "http://" + p.address() }

func (p *program) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)) }

// start serves and returns when the port answers.
func (p *program) start(t *testing.T) {
	t.Helper()
	out, err := os.OpenFile(p.output, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p.command = exec.Command(p.path, "serve", "--role", p.role, "--data", p.data, "--listen", p.address())
	p.command.Stdout, p.command.Stderr = out, out
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	ended, command := make(chan struct{}), p.command
	p.ended = ended
	go func() { _ = command.Wait(); close(ended) }()
	eventually(t, p.role+" answers", func() bool {
		select {
		case <-ended:
			t.Fatalf("%s ended at once:\n%s", p.role, p.said())
		default:
		}
		conn, err := net.Dial("tcp", p.address())
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
}

// kill ends the program as a power cut does: nothing of it runs any more. A program that has ended already stays so.
func (p *program) kill() {
	if p.command == nil {
		return
	}
	_ = p.command.Process.Kill()
	<-p.ended
	p.command = nil
	p.killed++
}

// stop ends the program as its operator does.
func (p *program) stop(t *testing.T) {
	t.Helper()
	if err := p.command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatalf("%s does not stop:\n%s", p.role, p.said())
	}
	if code := p.command.ProcessState.ExitCode(); code != 0 {
		t.Errorf("%s ended with status %d:\n%s", p.role, code, p.said())
	}
	p.command = nil
}

// said gives the end of what the program wrote.
func (p *program) said() string {
	b, _ := os.ReadFile(p.output)
	return string(b[max(0, len(b)-4000):])
}

// resident gives the memory that the program holds, in KiB; zero where the system does not tell.
func (p *program) resident() int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if size, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.Atoi(strings.Fields(size)[0])
			return n
		}
	}
	return 0
}

// freePort finds a port that only this test listens on. It lies below the ports that the system hands to clients: a
// port among those could be a client's by the time that a killed server comes back for it.
func freePort(t *testing.T) int {
	t.Helper()
	for n := range 10_000 {
		port := 20_000 + (os.Getpid()*7+int(nextPort.Add(1))+n)%10_000
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

// command runs the program once and gives what it printed, without the end of the last line, and its exit status.
func command(ctx context.Context, path string, args ...string) (string, string, int) {
	c := exec.CommandContext(ctx, path, args...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	code := 0
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		code = e.ExitCode()
	} else if err != nil {
		code = -1
		errs.WriteString(err.Error())
	}
	return strings.TrimSpace(out.String()), errs.String(), code
}

// patience is how long anything may take to come about.
const patience = 40 * time.Second

// eventually asks again and again whether something has come about.
func eventually(t *testing.T, what string, arrived func() bool) {
	t.Helper()
	late := time.After(patience)
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for !arrived() {
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("in vain: %s", what)
		}
	}
}
