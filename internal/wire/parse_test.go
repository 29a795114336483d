package wire_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

func TestParseKeepsToItsLimits(t *testing.T) {
	limits := wire.Limits{Bytes: 400, Header: 300, Events: 3}
	push := func(n int, event string) []byte {
		events := make([][]byte, n)
		for i := range events {
			events[i] = []byte(event)
		}
		return wire.Encode(wire.NewPush(1, stocktake.Hash{}, events...))
	}
	for _, c := range []struct {
		name    string
		message []byte
		want    error
	}{
		{"as many events as may be", push(3, "{}"), nil},
		{"one more", push(4, "{}"), wire.TooManyEvents},
		{"too many bytes", push(1, strings.Repeat("x", 400)), wire.TooLarge},
		{"header too long", []byte(`{"t":"ping","time":1,"mono":1,"x":"` + strings.Repeat("x", 300) + `"}`), wire.HeaderTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := wire.Parse(c.message, limits); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
		})
	}
}

// A device that reads its limits may be given no event at all.
func TestParseRefusesPushesToDevices(t *testing.T) {
	if _, err := wire.Parse(wire.Encode(wire.NewPush(1, stocktake.Hash{}, []byte("{}"))), wire.DeviceLimits); !errors.Is(err, wire.TooManyEvents) {
		t.Fatal(err)
	}
}

func TestParseDoesNotCopyEvents(t *testing.T) {
	message := wire.Encode(wire.NewPush(1, stocktake.Hash{}, []byte("one"), []byte("two")))
	f, err := wire.Parse(message, wire.ServerLimits)
	if err != nil {
		t.Fatal(err)
	}
	copy(message[bytes.Index(message, []byte("two")):], "2nd")
	events := f.(*wire.Push).Events
	if string(events[1]) != "2nd" {
		t.Fatal("the event is a copy")
	}
	if _ = append(events[0], '!'); string(events[1]) != "2nd" || message[bytes.Index(message, []byte("2nd"))-1] != '\n' {
		t.Fatal("appending to one event writes over the next")
	}
}

func TestFaultNamesTheReason(t *testing.T) {
	f := wire.NewFault(fmt.Errorf("outer: %w", wire.EmptyEvent.New(7)))
	if f.Key != "frame-empty-event" || f.Code != stocktake.Invalid || !strings.Contains(f.English, "7") || f.Arabic == "" {
		t.Fatalf("%+v", f)
	}
	if f := wire.NewFault(errors.New("secret path")); strings.Contains(f.English, "secret") {
		t.Fatal("a defect's text is shown")
	}
}

func BenchmarkParsePush(b *testing.B) {
	var events [][]byte
	for n := range 200 {
		events = append(events, fmt.Appendf(nil, `{"v":1,"id":"%022d","kind":"observed","session":"s","at":1795000004200,"pass":"p","code":"6291003012345","pack":1000,"amount":12000}`, n))
	}
	message := wire.Encode(wire.NewPush(1, stocktake.Hash{}, events...))
	b.SetBytes(int64(len(message)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.Parse(message, wire.ServerLimits); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/200, "ns/event")
}
