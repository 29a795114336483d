package simulate

import (
	"cmp"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// App is the version that devices claim to be.
const App = "1.0.0"

// Fitting is what a device is made with. Server and Dir are needed; the rest has a meaning when left out.
type Fitting struct {
	Server   string        // "http://host:port": the protocol's paths are added
	Dir      string        // of the device's own database
	Name     string        // what it calls itself when it enrols
	App      string        // its app's version; default App
	Larder   *Larder       // where catalogue chunks are kept; default within Dir
	Clock    Clock         // default System
	Skew     time.Duration // how far its wall clock is ahead
	Patience               // how soon it tries again
	Weather
	Batch    int           // events a push at most; default and bound: what the server says
	Ping     time.Duration // between measurements of the clock; default wire.PingEvery
	PushOnly bool          // websockets are blocked: push over HTTP alone
	NoSync   bool          // gives up local durability, for load tests
	Seed     uint64        // of weather and jitter; never of ids, which a clone must not repeat
	Log      *slog.Logger  // default: nothing is logged
}

// Patience is a full-jitter backoff: the n-th retry waits a random part of First·2ⁿ, never more than Most.
type Patience struct {
	First time.Duration // default 1 s
	Most  time.Duration // default 60 s
}

// before gives the greatest wait before a retry.
func (p Patience) before(retry int) time.Duration {
	return min(p.Most, p.First<<min(retry, 16))
}

// Device is one virtual handheld. Its methods may be called from any goroutine; Connect runs in one of its own.
type Device struct {
	fit   Fitting
	radio *Radio
	watch wristwatch
	http  *http.Client
	log   *slog.Logger

	mu      sync.Mutex
	base    *Database
	notes   *notebook
	changed chan struct{} // closed and replaced at every change
	ping    chan struct{} // asks the link for a measurement
	status  Status
	packs   map[stocktake.SessionID]*Pack
	off     bool // the database is closed: another device may have it
}

// Status is how a device is doing.
type Status struct {
	Device    stocktake.DeviceID
	Stream    string // the epoch
	Succeeds  string
	Last      uint64
	Acked     uint64
	Recorded  uint64 // in all epochs
	Held      uint64 // recorded and not covered by a verified mark
	Online    bool
	Revoked   bool
	Connected int // times that a welcome came
	Refused   int // connections that failed, were cut or said bye
	Pushed    int // push frames sent
	Marks     int // pushes that did not follow
	Busy      int
	Fenced    int    // epochs given up
	Restored  int    // new incarnations met
	Unsettled int    // sessions with observations that wait for a measurement of the clock
	Offset    int64  // server − device, ms, as last measured
	safe      uint64 // what a verified backup holds of this stream
}

// OpenDevice makes a device on its directory, new or resumed after a kill.
func OpenDevice(fit Fitting) (*Device, error) {
	if fit.Server == "" {
		return nil, ConfigMissing.New("Server")
	}
	if fit.Dir == "" {
		return nil, ConfigMissing.New("Dir")
	}
	if fit.Clock == nil {
		fit.Clock = System
	}
	if fit.Log == nil {
		fit.Log = slog.New(slog.DiscardHandler)
	}
	if fit.Larder == nil {
		fit.Larder = NewLarder(filepath.Join(fit.Dir, "chunks"))
	}
	fit.App = cmp.Or(fit.App, App)
	fit.Ping = cmp.Or(fit.Ping, wire.PingEvery)
	fit.First = cmp.Or(fit.First, time.Second)
	fit.Most = cmp.Or(fit.Most, 60*time.Second)
	base, err := OpenDatabase(fit.Dir, fit.NoSync)
	if err != nil {
		return nil, err
	}
	d := &Device{
		fit: fit, base: base, notes: newNotebook(), changed: make(chan struct{}), ping: make(chan struct{}, 1),
		radio: newRadio(fit.Weather, fit.Seed, fit.Clock), watch: wristwatch{fit.Clock, fit.Skew, fit.Clock.Now()},
		packs: make(map[stocktake.SessionID]*Pack),
	}
	d.http = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DialContext: d.radio.dialCalm}}
	d.log = fit.Log.With("device", base.state.Device)
	err = base.Each(func(event []byte, _ uint64, _ bool) error {
		var e count.Event
		if json.Unmarshal(event, &e) == nil {
			d.notes.note(&e)
		}
		return nil
	})
	if err != nil {
		_ = base.Close()
		return nil, err
	}
	return d, nil
}

// Close switches the device off, once. Connect must have returned. What was recorded stays on disk.
func (d *Device) Close() error {
	d.http.CloseIdleConnections()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return nil
	}
	d.off = true
	err := d.base.save()
	return cmp.Or(err, d.base.Close())
}

// Radio is the device's network.
func (d *Device) Radio() *Radio { return d.radio }

// Record makes an event of what was seen: the device adds id, version, instants and clock offset, stores it, and only
// then returns it. Instants that the caller has set are kept: At is the last key's, ScannedAt the scan's.
func (d *Device) Record(e count.Event) (count.Event, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a := d.base.state.Sessions[e.Session]; a != nil && !a.open() && e.Name != clocked {
		return count.Event{}, SessionClosing.New(string(e.Session))
	}
	return d.record(e)
}

func (d *Device) record(e count.Event) (count.Event, error) {
	e.Version, e.ID = 1, stocktake.EventID(stocktake.RandomID())
	e.Mono = d.watch.mono()
	if e.At == 0 {
		e.At = d.watch.wall()
	}
	if c := d.base.state.Contact; c != nil {
		offset := c.Offset
		e.Offset, e.RTT = &offset, c.RTT
	}
	event, err := json.Marshal(&e)
	if err != nil {
		return count.Event{}, EventShape.Wrap(err, 0, count.MaxEvent)
	}
	if _, err := d.base.Append(event); err != nil {
		return count.Event{}, err
	}
	d.notes.note(&e)
	d.announce()
	return e, nil
}

// RecordRaw stores bytes as an event without looking at them: what a damaged or a newer app might send.
func (d *Device) RecordRaw(event []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.base.Append(event); err != nil {
		return err
	}
	d.announce()
	return nil
}

// Now is the device's wall clock, in ms.
func (d *Device) Now() int64 { return d.watch.wall() }

// announce wakes everybody who waits for a change. The caller holds the lock.
func (d *Device) announce() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// Changed gives a channel that closes at the next change of the device's state.
func (d *Device) Changed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changed
}

// Status gives the device's state.
func (d *Device) Status() Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, b := d.status, d.base
	s.Device, s.Stream, s.Succeeds = b.state.Device, b.state.Epoch, b.state.Succeeds
	s.Last, s.Acked, s.Recorded = b.Last(), b.state.Acked, uint64(len(b.ends))
	s.Held = s.Last - s.Acked
	s.Unsettled = len(d.notes.dirty)
	if b.state.Contact != nil {
		s.Offset = b.state.Contact.Offset
	}
	return s
}

// Token is what the server knows the device by.
func (d *Device) Token() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.base.state.Token
}

// Attending gives what the device knows of a session.
func (d *Device) Attending(session stocktake.SessionID) (Attending, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.base.state.Sessions[session]
	if a == nil {
		return Attending{}, false
	}
	copied := *a
	copied.Tasks = slices.Clone(a.Tasks)
	return copied, true
}

// Walks gives the passes that a device has recorded in a session, oldest first.
func (d *Device) Walks(session stocktake.SessionID) []Walk {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []Walk
	for _, id := range d.notes.order {
		if w := d.notes.walks[id]; w.Opened.Session == session {
			copied := *w
			copied.Steps = slices.Clone(w.Steps)
			list = append(list, copied)
		}
	}
	return list
}

// totals gives what stands in a pass.
func (d *Device) totals(pass stocktake.PassID) (int64, stocktake.Quantity) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w := d.notes.walks[pass]
	return w.Standing, w.Quantity
}

// closedIn counts the closed passes of a session.
func (d *Device) closedIn(session stocktake.SessionID) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, w := range d.notes.walks {
		if w.Closed && w.Opened.Session == session {
			n++
		}
	}
	return n
}

// SessionClosing refuses to record in a session that has stopped.
var SessionClosing = stocktake.NewReason(stocktake.Conflict, "device-session-closing",
	"Session %q is closing: nothing more is counted in it. Hand in what you have.",
	"الجلسة %q قيد الإقفال ولا يُعدّ فيها المزيد. سلّم ما لديك.")
