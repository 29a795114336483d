//go:build unix

package boltdb_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/stocktake"
)

const (
	crashStore   = "JARD_TEST_CRASH_STORE" // set for the child only: the store that it fills until it is killed
	crashDevices = 8
)

// TestCrash kills a process in the middle of ingest, without any warning, again and again, and looks each time for what
// the process had acknowledged: that, and nothing twice or torn, is what devices rely on when they forget events.
func TestCrash(t *testing.T) {
	if path := os.Getenv(crashStore); path != "" {
		ingestUntilKilled(t, path)
		return
	}
	rounds := 4
	if testing.Short() {
		rounds = 2
	}
	path := filepath.Join(t.TempDir(), "jard.db")
	db := mustOpen(t, path)
	issue(t, db, "s1")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	acked := map[int]uint64{}
	for round := range rounds {
		before := total(acked)
		killAfter(t, path, 20+rand.IntN(200), acked)
		if err := boltdb.Check(path); err != nil {
			t.Fatal(err)
		}
		db := mustOpen(t, path)
		counted := verifyLog(t, db, "s1")
		for n := range crashDevices {
			d := newDevice(n)
			mark, err := db.Mark(t.Context(), "c1", d.stream)
			if err != nil {
				t.Fatal(err)
			}
			if mark.Acked < acked[n] {
				t.Errorf("round %d: device %d was told %d, the store knows %d", round, n, acked[n], mark.Acked)
			}
			if counted[d.stream] != mark.Acked {
				t.Errorf("round %d: device %d has %d events and mark %d", round, n, counted[d.stream], mark.Acked)
			}
		}
		if total(acked) == before {
			t.Errorf("round %d: nothing was acknowledged", round)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func total(acked map[int]uint64) (sum uint64) {
	for _, n := range acked {
		sum += n
	}
	return sum
}

// killAfter runs a child on the store, kills it once it has reported so many acknowledgements, and notes all that it
// reported, those too that were on their way.
func killAfter(t *testing.T, path string, reports int, acked map[int]uint64) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = read.Close() }()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrash$", "-test.timeout=2m")
	child.Env = append(os.Environ(), crashStore+"="+path)
	child.ExtraFiles = []*os.File{write}
	var said bytes.Buffer
	child.Stdout, child.Stderr = &said, &said
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	lines := bufio.NewScanner(read)
	for n := 0; lines.Scan(); n++ {
		var device int
		var mark uint64
		if _, err := fmt.Sscan(lines.Text(), &device, &mark); err != nil {
			t.Errorf("child said %q: %v", lines.Text(), err)
			continue
		}
		acked[device] = mark
		if n == 0 {
			if _, err := boltdb.Open(path, boltdb.Options{}); !errors.Is(err, boltdb.StoreLocked) {
				t.Errorf("a second process opens the store: %v", err)
			}
		}
		if n == reports {
			if err := child.Process.Signal(syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		}
	}
	err = child.Wait()
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the child was not killed: %v\n%s", err, said.String())
	}
}

// ingestUntilKilled is the child: devices go on from where the store says they are, and each acknowledgement is reported
// on the pipe only after Append has returned it.
func ingestUntilKilled(t *testing.T, path string) {
	reports := os.NewFile(3, "reports")
	db, err := boltdb.Open(path, boltdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, crashDevices)
	for n := range crashDevices {
		go func() {
			d := newDevice(n)
			var err error
			if d.mark, err = db.Mark(t.Context(), "c1", d.stream); err != nil {
				failed <- err
				return
			}
			for {
				if err := d.push(t.Context(), db, d.batch("s1", 1+rand.IntN(40))); err != nil {
					failed <- err
					return
				}
				if _, err := io.WriteString(reports, fmt.Sprintln(n, d.mark.Acked)); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	t.Fatal(<-failed) // it never ends by itself
}

// verifyLog checks a log's chain from its beginning, and that each stream's events stand in it once, in order and with
// the bytes that the device made. It gives the number of events of each stream.
func verifyLog(tb testing.TB, db *boltdb.DB, session stocktake.SessionID) map[count.Stream]uint64 {
	tb.Helper()
	counted := map[count.Stream]uint64{}
	previous, next := count.Genesis("c1", session), uint64(1)
	for {
		entries, err := db.Read(tb.Context(), "c1", session, next, 5000)
		if err != nil {
			tb.Fatal(err)
		}
		for _, e := range entries {
			if e.Offset != next || e.Hash != count.Chain(previous, e.AppendStored(nil)) {
				tb.Fatalf("entry %d breaks the chain", e.Offset)
			}
			previous = e.Hash
			next++
			if e.Kind != count.Observed {
				continue
			}
			s := e.Author.Stream
			counted[s]++
			if e.Author.Seq != counted[s] {
				tb.Fatalf("entry %d: event %d of %s stands where %d belongs", e.Offset, e.Author.Seq, s.Device, counted[s])
			}
			if !bytes.Equal(e.Body, body(s.Device, session, e.Author.Seq)) {
				tb.Fatalf("entry %d: event %d of %s is not what was sent", e.Offset, e.Author.Seq, s.Device)
			}
		}
		if len(entries) == 0 {
			break
		}
	}
	head, err := db.Head(tb.Context(), "c1", session)
	if err != nil {
		tb.Fatal(err)
	}
	if head.Offset != next-1 || head.Hash != previous {
		tb.Fatalf("the head is at %d, the last entry is %d", head.Offset, next-1)
	}
	return counted
}
