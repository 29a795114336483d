package wire_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

// golden is one file of testdata: a message and what it is read as, or the key of the reason it is refused for.
// Canonical says that the frame is written back to the same bytes. The app's tests read the same files.
type golden struct {
	name      string
	From      string          `json:"from"`
	Message   string          `json:"message"`
	Base64    []byte          `json:"message_base64"`
	Canonical bool            `json:"canonical"`
	Frame     json.RawMessage `json:"frame"`
	Error     string          `json:"error"`
}

func (g golden) bytes(testing.TB) []byte {
	if g.Base64 != nil {
		return g.Base64
	}
	return []byte(g.Message)
}

// limits are those of whoever reads the message.
func (g golden) limits() wire.Limits {
	if g.From == "server" {
		return wire.DeviceLimits
	}
	return wire.ServerLimits
}

func goldens(t testing.TB) []golden {
	t.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 50 {
		t.Fatalf("golden frames are missing: %d files, %v", len(files), err)
	}
	var list []golden
	for _, file := range files {
		if filepath.Base(file) == "digest-chain.json" {
			continue
		}
		g := golden{name: strings.TrimSuffix(filepath.Base(file), ".json")}
		readJSON(t, file, &g)
		list = append(list, g)
	}
	return list
}

func readJSON(t testing.TB, file string, v any) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func TestGoldenFrames(t *testing.T) {
	read := map[string]bool{}
	for _, g := range goldens(t) {
		t.Run(g.name, func(t *testing.T) {
			message := g.bytes(t)
			f, err := wire.Parse(message, g.limits())
			if g.Error != "" {
				if err == nil || stocktake.Fault(err).Reason.Key != g.Error {
					t.Fatalf("want %s, got %#v, %v", g.Error, f, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			read[f.Type()] = true
			if got, want := decode(t, fields(t, f)), decode(t, g.Frame); !reflect.DeepEqual(got, want) {
				t.Fatalf("read as\n%v, want\n%v", got, want)
			}
			if written := wire.Encode(f); g.Canonical && !bytes.Equal(written, message) {
				t.Fatalf("written as\n%s, want\n%s", written, message)
			}
		})
	}
	for _, name := range strings.Fields("hello welcome push ack mark ping pong feed drained fence busy bye") {
		if !read[name] {
			t.Errorf("no golden %s frame", name)
		}
	}
}

// fields is a frame as the golden files write it: the header's fields, and a push's events beside them.
func fields(t *testing.T, f wire.Frame) []byte {
	header, _, _ := bytes.Cut(wire.Encode(f), []byte{'\n'})
	push, ok := f.(*wire.Push)
	if !ok {
		return header
	}
	all := decode(t, header).(map[string]any)
	var events []string
	for _, e := range push.Events {
		events = append(events, string(e))
	}
	all["events"] = events
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decode(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDigestChain(t *testing.T) {
	var file struct {
		Chain []struct {
			Event  string         `json:"event"`
			Base64 []byte         `json:"event_base64"`
			Digest stocktake.Hash `json:"digest"`
		} `json:"chain"`
	}
	readJSON(t, "testdata/digest-chain.json", &file)
	var digest stocktake.Hash
	for n, link := range file.Chain {
		event := []byte(link.Event)
		if link.Base64 != nil {
			event = link.Base64
		}
		if digest = wire.NextDigest(digest, event); digest != link.Digest {
			t.Fatalf("digest of event %d is %s, want %s", n+1, digest, link.Digest)
		}
	}
	if len(file.Chain) < 4 {
		t.Fatal("the chain is too short to be an example")
	}
}
