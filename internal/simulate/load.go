package simulate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

// Credential is an enrolled device.
type Credential struct {
	Device stocktake.DeviceID `json:"device"`
	Token  string             `json:"token"`
}

// Load presses a server: every device sends a push, waits for its durable acknowledgement, and sends the next. All
// bytes are made before the clock starts, and an answer is compared with the one that is due, so that the client
// takes as little as can be of the processors that it shares with the server.
type Load struct {
	Server  string
	Devices []Credential
	Session stocktake.SessionID
	Join    bool // each device joins the session first, with its own stream
	// Person is named in the passes; it must have signed in on each device, or PIN signs it in now (slow: a PIN is
	// stretched). Else every event goes to quarantine, which is another path than the one to be measured.
	Person    stocktake.PersonID
	PIN       string                 // sign-ins are limited, by address too: hundreds of devices are signed in sooner beside the server
	Locations []stocktake.LocationID // device n opens its pass in the n-th, and around again
	Items     []LoadItem             // observed in turn

	Batch  int    // events a push: B
	Pushes int    // of each device
	Warmup int    // pushes of each device before the clock starts
	Start  func() // called when everything is ready, before the first push; nil: nothing
	Sync   string // directory for a file per device that each push is appended and synced to before it is sent; empty: none
}

// LoadItem is something to observe.
type LoadItem struct {
	Item stocktake.ItemID
	Code string
	Pack stocktake.Quantity
}

// LoadReport is what a load measured, from the first push after the warm-up to the last acknowledgement.
type LoadReport struct {
	Devices int
	Batch   int
	Events  uint64
	Took    time.Duration
	Busy    int // answers that asked to come back
	Latency Histogram
}

// PerSecond is the rate of durable events.
func (r *LoadReport) PerSecond() float64 {
	if r.Took <= 0 {
		return 0
	}
	return float64(r.Events) / r.Took.Seconds()
}

// String is the report on one line.
func (r *LoadReport) String() string {
	return fmt.Sprintf("%d×%d: %.0f events/s, p50 %s, p99 %s, max %s, busy %d", r.Devices, r.Batch, r.PerSecond(),
		r.Latency.Quantile(0.5).Round(time.Microsecond), r.Latency.Quantile(0.99).Round(time.Microsecond),
		r.Latency.Max().Round(time.Microsecond), r.Busy)
}

// maxTape bounds the bytes that are made beforehand.
const maxTape = 1 << 30

// dialers bounds the handshakes under way at once: a thousand at once would measure the backlog.
const dialers = 16

// Check refuses a load that cannot be run.
func (l *Load) Check() error {
	switch {
	case l.Server == "":
		return ConfigMissing.New("Server")
	case len(l.Devices) == 0:
		return ConfigMissing.New("Devices")
	case len(l.Locations) == 0:
		return ConfigMissing.New("Locations")
	case len(l.Items) == 0:
		return ConfigMissing.New("Items")
	case l.Batch < 1 || l.Batch > wire.ServerLimits.Events:
		return ConfigRange.New("Batch", l.Batch, 1, wire.ServerLimits.Events)
	case l.Pushes < 1:
		return ConfigRange.New("Pushes", l.Pushes, 1, "any number")
	case l.Warmup < 0:
		return ConfigRange.New("Warmup", l.Warmup, 0, "any number")
	}
	if size := len(l.Devices) * l.Batch * (l.Pushes + l.Warmup); size > maxTape/typicalEvent {
		return ConfigRange.New("Devices × Batch × Pushes", size, 1, maxTape/typicalEvent)
	}
	if err := stocktake.CheckID("Person", string(l.Person)); err != nil {
		return err
	}
	return stocktake.CheckID("Session", string(l.Session))
}

// Run makes the bytes, connects every device, lets them all go at once and measures. Any device's failure ends the
// load: a figure that leaves some out says nothing.
func (l *Load) Run(ctx context.Context) (*LoadReport, error) {
	if err := l.Check(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	presses := make([]*press, len(l.Devices))
	defer func() {
		for _, p := range presses {
			if p != nil {
				p.close()
			}
		}
	}()
	each := func(atOnce int, f func(n int) error) error {
		slots := make(chan struct{}, atOnce)
		var all sync.WaitGroup
		for n := range presses {
			all.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				if ctx.Err() != nil {
					return
				}
				if err := f(n); err != nil {
					cancel(fmt.Errorf("device %s: %w", l.Devices[n].Device, err))
				}
			})
		}
		all.Wait()
		return context.Cause(ctx)
	}
	if err := each(dialers, func(n int) (err error) {
		presses[n], err = l.press(ctx, n)
		return err
	}); err != nil {
		return nil, err
	}
	// Apart from the above, which may take minutes where sign-ins are limited: a socket must not be silent so long.
	if err := each(dialers, func(n int) error { return presses[n].greet(ctx) }); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() {
		for _, p := range presses {
			_ = p.net.SetDeadline(time.Now())
		}
	})
	defer stop()
	if l.Start != nil {
		l.Start()
	}
	if err := each(len(presses), func(n int) error { return presses[n].run(l.Warmup) }); err != nil {
		return nil, err
	}
	for _, p := range presses {
		p.latency, p.busy = Histogram{}, 0
	}
	began := time.Now()
	err := each(len(presses), func(n int) error { return presses[n].run(l.Pushes) })
	r := &LoadReport{Devices: len(l.Devices), Batch: l.Batch, Took: time.Since(began)}
	for _, p := range presses {
		r.Latency.Merge(&p.latency)
		r.Busy += p.busy
	}
	r.Events = r.Latency.Count() * uint64(l.Batch)
	return r, err
}

// Enrol redeems one code for a load's device.
func Enrol(ctx context.Context, server, code, name string) (Credential, error) {
	d := caller(server, name)
	if err := d.Enrol(ctx, code); err != nil {
		return Credential{}, err
	}
	return Credential{Device: d.base.state.Device, Token: d.base.state.Token}, nil
}

// EnrolAll redeems codes in turn; devices are named prefix-1, prefix-2 …
func EnrolAll(ctx context.Context, server, prefix string, codes []string) ([]Credential, error) {
	list := make([]Credential, 0, len(codes))
	for n, code := range codes {
		c, err := Enrol(ctx, server, code, fmt.Sprintf("%s-%d", prefix, n+1))
		if err != nil {
			return list, err
		}
		list = append(list, c)
	}
	return list, nil
}

// ready signs the person in and joins the session, for one device of the load.
func (l *Load) ready(ctx context.Context, d *Device) error {
	if l.PIN != "" {
		if err := d.SignIn(ctx, l.Person, l.PIN); err != nil {
			return err
		}
	}
	if !l.Join {
		return nil
	}
	_, err := d.join(ctx, l.Session)
	return err
}

// errAnswer is a press that was not answered as it must be.
var errAnswer = errors.New("the answer is not the acknowledgement that was due")

// location of the n-th device.
func (l *Load) location(n int) stocktake.LocationID { return l.Locations[n%len(l.Locations)] }

// item observed n-th.
func (l *Load) item(n int) LoadItem {
	i := l.Items[n%len(l.Items)]
	i.Pack = cmp.Or(i.Pack, 1000)
	return i
}
