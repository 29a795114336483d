package handheld_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/handheld"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// carried is a rescue file to be: what a device holds.
type carried struct {
	device  stocktake.DeviceID
	epoch   string
	first   uint64
	prev    stocktake.Hash
	events  [][]byte
	earlier [][]byte
	photos  [][]byte
	token   string // that proves it
}

func (c carried) file() []byte {
	var b bytes.Buffer
	lines := 0
	line := func(v any) {
		text, _ := json.Marshal(v)
		b.Write(append(text, '\n'))
		lines++
	}
	line(map[string]any{"t": "rescue", "v": 1, "society": "salwa", "device": c.device, "name": "TC26", "epoch": c.epoch, "acked": 0, "first": c.first,
		"prev": c.prev, "events": len(c.events), "earlier": len(c.earlier), "photos": len(c.photos)})
	digest := c.prev
	for n, e := range c.events {
		digest = count.NextDigest(digest, e)
		line(map[string]any{"seq": c.first + uint64(n), "digest": digest, "event": string(e)})
	}
	for _, e := range c.earlier {
		line(map[string]any{"event": string(e)})
	}
	for _, p := range c.photos {
		line(map[string]any{"photo": stocktake.HashOf(p), "jpeg": p})
	}
	sum := stocktake.HashOf(b.Bytes())
	key := sha256.Sum256([]byte(c.token))
	mac := hmac.New(sha256.New, key[:])
	mac.Write([]byte("jard.rescue.v1\n" + sum.String()))
	line(map[string]any{"end": lines, "sha256": sum, "mac": hex.EncodeToString(mac.Sum(nil))})
	return b.Bytes()
}

// enrolled is what a Rescuer asks of people: token "t-<device>" is the device's.
type enrolled struct{ *people }

func (e enrolled) Enrolled(ctx context.Context, society stocktake.SocietyID, id stocktake.DeviceID) (handheld.Device, stocktake.Hash, error) {
	d, err := e.Device(ctx, "t-"+string(id))
	if err != nil || d.Society != society {
		return d, stocktake.Hash{}, stocktake.Missing.New("device", string(id))
	}
	return d, stocktake.HashOf([]byte("t-" + string(id))), nil
}

func (w *world) rescue(c carried) (*handheld.RescueReport, error) {
	x := handheld.Rescuer{Accounts: enrolled{w.accounts}, Store: w.store, Logger: slog.New(slog.NewTextHandler(w.log, nil))}
	return x.Rescue(context.Background(), "salwa", "boss", c.file())
}

func (w *world) rescued(c carried, held string, sessions ...handheld.RescuedSession) {
	w.Helper()
	r, err := w.rescue(c)
	w.check(err)
	if r.Held != held || !reflect.DeepEqual(r.Sessions, sessions) {
		w.Fatalf("held %q, sessions %+v; want %q, %+v", r.Held, r.Sessions, held, sessions)
	}
}

func holding(device stocktake.DeviceID, epoch string, events ...[]byte) carried {
	return carried{device: device, epoch: epochOf(epoch), first: 1, events: events, token: "t-" + string(device)}
}

func TestARescuedStreamGoesOnAndItsDeviceFindsItAcknowledged(t *testing.T) {
	w := start(t)
	d := w.device("d1", "e1").record(opened("s1", 1, "fatima"), observed("s1", 1), observed("s1", 2), observed("s1", 3))
	d.connect()
	d.push(1, 2)
	expect[*wire.Ack](d)
	c := holding("d1", "e1", d.events...)
	w.rescued(c, "", handheld.RescuedSession{Session: "s1", New: 2, Known: 2})
	w.rescued(c, "", handheld.RescuedSession{Session: "s1", Known: 4}) // again: nothing
	// The device comes back after all: the mark is on its chain, and it goes on from there.
	d.record(observed("s1", 4))
	if m := d.connect().Mark; m.Acked != 4 || m.Digest != d.digests[4] {
		t.Fatalf("the mark is %+v", m)
	}
	d.push(5, 5)
	expect[*wire.Ack](d)
	w.rescued(c, "", handheld.RescuedSession{Session: "s1", Known: 4}) // an older file than the store
	if n := w.noted("salwa", "s1"); n["observed"] != 4 || n["pass.opened"] != 1 {
		t.Errorf("the log holds %v", n)
	}
}

func TestARescuedFileIsJudgedLikeAPush(t *testing.T) {
	w := start(t)
	c := holding("d1", "e1", opened("s1", 1, "fatima"), opened("s1", 2, "yousef"), []byte(`{"v":9}`), observed("gone", 1))
	w.rescued(c, "", handheld.RescuedSession{New: 1, Quarantined: 1},
		handheld.RescuedSession{Session: "gone", New: 1, Late: 1}, handheld.RescuedSession{Session: "s1", New: 2, Quarantined: 1})
	if n := w.noted("salwa", count.LateLog); n["observed session-unknown"] != 1 || len(n) != 2 {
		t.Errorf("the late log holds %v", n)
	}
	if n := w.noted("salwa", "s1"); n["pass.opened"] != 1 || n["quarantined person-not-signed-in"] != 1 {
		t.Errorf("the log holds %v", n)
	}
}

func TestWhatAFileDoesNotProveIsHeldAndMovesNoMark(t *testing.T) {
	for name, c := range map[string]struct {
		file carried
		held string
		acts func(*world)
		mark uint64
	}{
		"revoked": {holding("d1", "e1", observed("s1", 1)), "device-revoked", func(w *world) { w.accounts.revoke("d1") }, 1}, // as a push of it
		"revoked, forged": {func() carried {
			c := holding("d1", "e1", observed("s1", 1))
			c.token = "t-d2"
			return c
		}(), "device-revoked", func(w *world) { w.accounts.revoke("d1") }, 0},
		"unknown":   {holding("x9", "e1", observed("s1", 1)), "device-unknown", nil, 0},
		"elsewhere": {holding("r1", "e1", observed("s1", 1)), "device-unknown", nil, 0},
		"forged": {func() carried {
			c := holding("d1", "e1", observed("s1", 1))
			c.token = "t-d2"
			return c
		}(), "file-unproved", nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			if c.acts != nil {
				c.acts(w)
			}
			w.rescued(c.file, c.held, handheld.RescuedSession{Session: "s1", New: 1, Quarantined: 1})
			w.rescued(c.file, c.held, handheld.RescuedSession{Session: "s1", Known: 1})
			if n := w.noted("salwa", "s1"); n["quarantined "+c.held] != 1 || n["observed"] != 0 {
				t.Errorf("the log holds %v", n)
			}
			if m := w.mark("salwa", c.file.device, c.file.epoch); m.Acked != c.mark {
				t.Errorf("the mark is %+v", m)
			}
		})
	}
}

// Who proves it later is believed: the same bytes arrive on a way that is trusted.
func TestAProvenFileAfterAForgedOne(t *testing.T) {
	w := start(t)
	good := holding("d1", "e1", opened("s1", 1, "fatima"), observed("s1", 1))
	bad := good
	bad.token = "t-d2"
	w.rescued(bad, "file-unproved", handheld.RescuedSession{Session: "s1", New: 2, Quarantined: 2})
	w.rescued(good, "", handheld.RescuedSession{Session: "s1", New: 2})
	v, err := w.sessions.View(context.Background(), boss, "s1")
	w.check(err)
	if len(v.Held) != 0 || len(v.Passes) != 1 {
		t.Errorf("held %+v, passes %+v", v.Held, v.Passes)
	}
}

// Where the stream itself cannot go on, what the store lacks comes in beside it, once.
func TestARescuedFileOfAnotherHistory(t *testing.T) {
	w := start(t)
	first := []([]byte){opened("s1", 1, "fatima"), observed("s1", 1)}
	prev := wire.DigestAfter(stocktake.Hash{}, first)
	gap := carried{device: "d1", epoch: epochOf("e1"), first: 3, prev: prev, events: [][]byte{observed("s1", 2), observed("s1", 3)}, token: "t-d1"}
	w.rescued(gap, "", handheld.RescuedSession{Session: "s1", New: 2}) // the store never had the first two, and the device lost them
	w.rescued(gap, "", handheld.RescuedSession{Session: "s1", Known: 2})
	longer := gap
	longer.events = append(longer.events, observed("s1", 4))
	w.rescued(longer, "", handheld.RescuedSession{Session: "s1", New: 1, Known: 2}) // saved again later

	fenced := holding("d2", "e1", observed("s1", 5))
	w.check(w.sessions.Fence(context.Background(), "salwa", count.Stream{Device: "d2", Epoch: fenced.epoch}, nil))
	w.rescued(fenced, "", handheld.RescuedSession{Session: "s1", New: 1})

	early := holding("d3", "e2", observed("s1", 7)) // from an epoch before, and the present one
	early.earlier = [][]byte{opened("s1", 6, "fatima"), observed("s1", 7)}
	w.rescued(early, "", handheld.RescuedSession{Session: "s1", New: 2, Known: 1})
	if n := w.noted("salwa", "s1"); n["observed"] != 5 {
		t.Errorf("the log holds %v", n)
	}
}

func TestARescuedFileBringsItsPhotos(t *testing.T) {
	w := start(t)
	c := holding("d1", "e1", observed("s1", 1))
	c.photos = [][]byte{picture(t, 20, 20), []byte("no photo")}
	r, err := w.rescue(c)
	w.check(err)
	if r.Photos != 1 {
		t.Errorf("%d photos", r.Photos)
	}
	if _, err := w.db.Document(context.Background(), "salwa", stocktake.HashOf(c.photos[0])); err != nil {
		t.Error(err)
	}
	if _, err := w.db.Document(context.Background(), "salwa", stocktake.HashOf(c.photos[1])); err == nil {
		t.Error("what is no photo was kept")
	}
}

// The photos of a revoked device's own file lie beside its events in quarantine; those of a forged one are left out, and said to be.
func TestPhotosOfWhatIsQuarantined(t *testing.T) {
	w := start(t)
	w.accounts.revoke("d1")
	c := holding("d1", "e1", observed("s1", 1))
	c.photos = [][]byte{picture(t, 20, 20)}
	forged := c
	forged.token = "t-d2"
	for n, file := range []carried{forged, c} {
		r, err := w.rescue(file)
		w.check(err)
		if r.Photos != n || r.NoPhotos != 1-n {
			t.Errorf("%d photos, %d left out", r.Photos, r.NoPhotos)
		}
	}
	if !strings.Contains(w.log.String(), "by=boss") {
		t.Error("the log does not say who carried the file")
	}
}

// failing is a store whose disk is full after some appends.
type failing struct {
	handheld.RescueStore
	left  int
	sizes []int
}

func (f *failing) Append(ctx context.Context, b count.Batch) (count.Mark, error) {
	if f.left--; f.left < 0 {
		return count.Mark{}, boltdb.StoreFull.New()
	}
	f.sizes = append(f.sizes, len(b.Events))
	return f.RescueStore.Append(ctx, b)
}

func TestAFileComesInByPushesAndAgainBringsTheRest(t *testing.T) {
	w := start(t)
	c := holding("d1", "e1", opened("s1", 1, "fatima"))
	for n := range wire.ServerLimits.Events {
		c.events = append(c.events, observed("s1", n+1))
	}
	c.earlier = [][]byte{observed("s1", 5000)}
	c.photos = [][]byte{picture(t, 20, 20)}
	store := &failing{RescueStore: w.db}
	x := handheld.Rescuer{Accounts: enrolled{w.accounts}, Store: store, Logger: slog.New(slog.DiscardHandler)}
	rescue := func(appends int) error {
		store.left = appends
		_, err := x.Rescue(context.Background(), "salwa", "boss", c.file())
		return err
	}
	if err := rescue(0); !errors.Is(err, boltdb.StoreFull) || errors.Is(err, handheld.RescuePart) {
		t.Errorf("with nothing in: %v", err)
	}
	for range 2 {
		if err := rescue(1); !errors.Is(err, boltdb.StoreFull) || !errors.Is(err, handheld.RescuePart) {
			t.Errorf("with a part in: %v", err)
		}
	}
	if _, err := w.db.Document(context.Background(), "salwa", stocktake.HashOf(c.photos[0])); err == nil {
		t.Error("a photo came before events")
	}
	w.check(rescue(1))
	w.check(rescue(0))
	if n := w.noted("salwa", "s1"); n["observed"] != 1001 || !slices.Equal(store.sizes, []int{1000, 1, 1}) {
		t.Errorf("the log holds %v, appended by %v", n, store.sizes)
	}
}

// What lies in quarantine from another device's push is not yet there: its own device's file is believed.
func TestAnEventHeldOfAnotherDeviceStillCounts(t *testing.T) {
	w := start(t)
	w.accounts.revoke("d2")
	event := observed("s1", 1)
	w.rescued(holding("d2", "e1", event), "device-revoked", handheld.RescuedSession{Session: "s1", New: 1, Quarantined: 1})
	c := holding("d1", "e1")
	c.earlier = [][]byte{event}
	w.rescued(c, "", handheld.RescuedSession{Session: "s1", New: 1})
	w.rescued(c, "", handheld.RescuedSession{Session: "s1", Known: 1})
}

func TestADamagedFileOrOneOfAnotherSocietyTakesNothing(t *testing.T) {
	w := start(t)
	x := handheld.Rescuer{Accounts: enrolled{w.accounts}, Store: w.db, Logger: slog.New(slog.DiscardHandler)}
	file := holding("d1", "e1", observed("s1", 1), observed("s1", 2)).file()
	if _, err := x.Rescue(context.Background(), "rumaithiya", "boss", file); !errors.Is(err, handheld.RescueElsewhere) {
		t.Errorf("of another society: %v", err)
	}
	torn := bytes.Replace(file, []byte("12000"), []byte("13000"), 2)
	if _, err := x.Rescue(context.Background(), "salwa", "boss", torn); !errors.Is(err, wire.RescueChain) {
		t.Errorf("damaged: %v", err)
	}
	if n := w.noted("salwa", "s1"); n["observed"] != 0 {
		t.Errorf("the log holds %v", n)
	}
}
