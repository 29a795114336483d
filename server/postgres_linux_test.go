package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cluster is a PostgreSQL of its own, in a directory of its own, heard on a socket there.
type cluster struct {
	dir, bin string
	server   *exec.Cmd
	as       *syscall.Credential // PostgreSQL does not run as root
}

// startCluster skips where PostgreSQL is not installed (Debian: apt-get install postgresql). The cluster ends with the benchmark.
func startCluster(tb testing.TB) *cluster {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		tb.Skip("PostgreSQL is not installed")
	}
	c := &cluster{dir: tempDir(tb), bin: filepath.Dir(slices.Max(found))}
	tb.Cleanup(func() { _ = os.RemoveAll(c.dir) })
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		must(tb, err)
		uid, err := strconv.Atoi(u.Uid)
		must(tb, err)
		gid, err := strconv.Atoi(u.Gid)
		must(tb, err)
		c.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		must(tb, os.Chown(c.dir, uid, gid))
	}
	data := filepath.Join(c.dir, "data")
	initdb := c.command("initdb", "-D", data, "-A", "trust", "-U", "jard", "-E", "UTF8", "--locale=C", "--no-instructions")
	if out, err := initdb.CombinedOutput(); err != nil {
		tb.Fatalf("%v: %s", err, out)
	}
	c.server = c.command("postgres", "-D", data, "-k", c.dir, "-c", "listen_addresses=", "-c", "shared_buffers=1GB", "-c", "work_mem=1GB",
		"-c", "maintenance_work_mem=1GB", "-c", "max_wal_size=8GB", "-c", "max_parallel_workers=2", "-c", "max_parallel_workers_per_gather=2",
		"-c", "effective_cache_size=4GB", "-c", "random_page_cost=1.1")
	var log bytes.Buffer
	c.server.Stderr = &log
	must(tb, c.server.Start())
	tb.Cleanup(func() {
		_ = c.server.Process.Signal(syscall.SIGINT) // without waiting for anybody
		_ = c.server.Wait()
	})
	for began := time.Now(); c.command("pg_isready", "-q", "-h", c.dir).Run() != nil; <-time.After(50 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			tb.Fatalf("PostgreSQL does not start: %s", log.String())
		}
	}
	return c
}

func (c *cluster) command(name string, args ...string) *exec.Cmd {
	x := exec.Command(filepath.Join(c.bin, name), args...)
	x.Dir = c.dir
	x.SysProcAttr = &syscall.SysProcAttr{Credential: c.as, Pdeathsig: syscall.SIGKILL}
	return x
}

// sql runs statements, with what COPY … FROM STDIN is to read, and gives what they print.
func (c *cluster) sql(tb testing.TB, statements string, in io.Reader) string {
	tb.Helper()
	x := c.command("psql", "-h", c.dir, "-U", "jard", "-d", "postgres", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statements)
	var out, faults bytes.Buffer
	x.Stdin, x.Stdout, x.Stderr = in, &out, &faults
	if err := x.Run(); err != nil {
		tb.Fatalf("%v: %s", err, faults.String())
	}
	return out.String()
}

// watchMemory gives the most memory that the cluster's processes had together until it is called: what each had for itself, and what they
// share once.
func (c *cluster) watchMemory() (most func() int64) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int64)
	go func() {
		peak := int64(0)
		for {
			select {
			case <-ctx.Done():
				done <- peak
				return
			case <-time.After(20 * time.Millisecond):
				peak = max(peak, c.memory())
			}
		}
	}()
	return func() int64 {
		cancel()
		return <-done
	}
}

func (c *cluster) memory() int64 {
	list, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", c.server.Process.Pid, c.server.Process.Pid))
	own, shared := int64(0), int64(0)
	for _, pid := range append(strings.Fields(string(list)), strconv.Itoa(c.server.Process.Pid)) {
		own += status(pid, "RssAnon")
		shared = max(shared, status(pid, "RssShmem"))
	}
	return own + shared
}

// status reads a figure of a process in bytes.
func status(pid, name string) int64 {
	b, _ := os.ReadFile("/proc/" + pid + "/status")
	for line := range strings.Lines(string(b)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return n << 10
		}
	}
	return 0
}

func middle(took []time.Duration) time.Duration {
	took = slices.Sorted(slices.Values(took))
	return took[len(took)/2]
}
