package simulate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"jard/internal/stocktake"
)

// Progress is how far a run is.
type Progress struct {
	Took    time.Duration
	Events  uint64 // recorded
	Held    uint64 // of these, not acknowledged yet
	Passes  int    // closed
	Online  int    // devices connected now
	Devices int
}

// Report is what came of a run. The ledger holds the truth to compare the server with.
type Report struct {
	Session stocktake.SessionID
	Progress
	Members []MemberReport
	Ledger  *Ledger
}

// MemberReport is what came of one member. Err is why it stopped early, nil when it did not.
type MemberReport struct {
	Name   string
	Person stocktake.PersonID
	Status Status
	Passes int
	Err    error
}

// play is one run.
type play struct {
	Config
	session stocktake.SessionID
	larder  *Larder
	began   time.Time

	mu      sync.Mutex
	devices []*Device
	report  Report
}

// Run plays every member at once until all is counted and acknowledged (or, with Stay, until the session closes). One
// member's failure stops no other: the report is always given, and the error joins theirs. A ctx that ends is a kill:
// devices keep what they hold, and the same Config resumes them.
func Run(ctx context.Context, c Config) (Report, error) {
	if err := c.Check(); err != nil {
		return Report{}, err
	}
	if c.Clock == nil {
		c.Clock = System
	}
	c.Every = cmp.Or(c.Every, time.Second)
	p := &play{Config: c, session: c.Session, larder: NewLarder(filepath.Join(c.Dir, "chunks")), began: c.Clock.Now()}
	p.devices = make([]*Device, len(c.Members))
	p.report.Members = make([]MemberReport, len(c.Members))
	p.report.Ledger = new(Ledger)
	if err := p.open(); err != nil {
		return Report{}, errors.Join(err, p.close())
	}
	watching, stop := context.WithCancel(ctx)
	var work, watch sync.WaitGroup
	watch.Go(func() { p.watch(watching) })
	for n := range c.Members {
		work.Go(func() {
			m := &p.report.Members[n]
			m.Name, m.Person = c.Members[n].Name, c.Members[n].Person
			if err := p.member(ctx, n); err != nil {
				m.Err = fmt.Errorf("%s: %w", m.Name, err)
			}
		})
	}
	work.Wait()
	stop()
	watch.Wait()
	return p.finish(ctx)
}

// open opens every device before any begins, so that two runs on one directory fail early.
func (p *play) open() error {
	for n, m := range p.Members {
		fit := Fitting{
			Server: p.Server, Dir: filepath.Join(p.Dir, m.Name), Name: m.Name, Larder: p.larder, Clock: p.Clock, Skew: m.Skew,
			Patience: p.Patience, Weather: p.Weather, PushOnly: p.PushOnly, NoSync: p.NoSync, Seed: p.Seed + uint64(n), Log: p.Log,
		}
		if m.Weather != nil {
			fit.Weather = *m.Weather
		}
		d, err := OpenDevice(fit)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
		p.devices[n] = d
	}
	return nil
}

func (p *play) close() error {
	var all error
	for _, d := range p.devices {
		if d != nil {
			all = errors.Join(all, d.Close())
		}
	}
	return all
}

// member plays one counter from enrolment to the last acknowledgement.
func (p *play) member(ctx context.Context, n int) error {
	m, d := p.Members[n], p.devices[n]
	if d.Token() == "" {
		if err := p.patiently(ctx, func() error { return enrol(ctx, d, m) }); err != nil {
			return err
		}
	}
	if m.PIN != "" && !d.SignedIn(m.Person) {
		if err := p.patiently(ctx, func() error { return d.SignIn(ctx, m.Person, m.PIN) }); err != nil {
			return err
		}
	}
	session, err := p.choose(ctx, d)
	if err != nil {
		return err
	}
	if _, err := d.Pack(session); err != nil {
		if _, err := d.Join(ctx, session); err != nil {
			return err
		}
	}
	linked, unplug := context.WithCancel(ctx)
	defer unplug()
	var broken error
	var link sync.WaitGroup
	link.Go(func() {
		if broken = d.Connect(linked); broken != nil {
			unplug() // nothing that the counter waits for can come any more
		}
	})
	c := &Counter{
		Device: d, Person: m.Person, Session: session, Truth: p.Truth, Seed: p.Seed, Habits: p.Habits, Pace: p.Pace,
		Index: n, Of: len(p.Members), Overlap: p.Overlap,
	}
	walk := c.Walk
	if p.Stay {
		walk = c.Stay
	}
	err = walk(linked)
	if err == nil {
		err = d.Settle(linked)
	}
	unplug()
	link.Wait()
	return cmp.Or(broken, err)
}

// patiently tries again what the server asks to try later: a whole shift that signs in at once looks like guessing.
func (p *play) patiently(ctx context.Context, try func() error) error {
	for n := 0; ; n++ {
		err := try()
		if stocktake.CodeOf(err) != stocktake.TooMany || n == maxTries {
			return err
		}
		if err := pause(ctx, p.Clock, time.Second); err != nil {
			return err
		}
	}
}

// maxTries bounds how often patiently tries again.
const maxTries = 60

func enrol(ctx context.Context, d *Device, m Member) error {
	switch {
	case m.Token != "":
		return d.Adopt(m.Device, m.Token)
	case m.Code == "":
		return ConfigMissing.New("Members.Code (or Device and Token)")
	}
	return d.Enrol(ctx, m.Code)
}

// choose gives the session to count, asking the server once where none was named.
func (p *play) choose(ctx context.Context, d *Device) (stocktake.SessionID, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session != "" {
		return p.session, nil
	}
	offers, err := d.Offers(ctx)
	if err != nil {
		return "", err
	}
	if len(offers) == 0 {
		return "", NothingOffered.New()
	}
	p.session = offers[0].Session
	return p.session, nil
}

// watch reports progress until the members are done.
func (p *play) watch(ctx context.Context) {
	if p.Config.Progress == nil {
		return
	}
	for pause(ctx, p.Clock, p.Every) == nil {
		p.Config.Progress(p.progress())
	}
}

func (p *play) progress() Progress {
	g := Progress{Took: p.Clock.Now().Sub(p.began), Devices: len(p.devices)}
	p.mu.Lock()
	session := p.session
	p.mu.Unlock()
	for _, d := range p.devices {
		s := d.Status()
		g.Events += s.Recorded
		g.Held += s.Held
		g.Passes += d.closedIn(session)
		if s.Online {
			g.Online++
		}
	}
	return g
}

func (p *play) finish(ctx context.Context) (Report, error) {
	r := &p.report
	r.Session, r.Progress = p.session, p.progress()
	var all error
	for n, d := range p.devices {
		m := &r.Members[n]
		m.Status, m.Passes = d.Status(), d.closedIn(p.session)
		if ctx.Err() == nil || !errors.Is(m.Err, context.Canceled) {
			all = errors.Join(all, m.Err)
		}
		all = errors.Join(all, r.Ledger.Add(d))
	}
	all = errors.Join(all, p.close())
	if p.Config.Ledger != "" {
		all = errors.Join(all, r.Ledger.WriteFile(p.Config.Ledger))
	}
	if p.Config.Progress != nil {
		p.Config.Progress(r.Progress)
	}
	return *r, cmp.Or(all, ctx.Err())
}

// Failed lists the members that stopped early.
func (r *Report) Failed() []MemberReport {
	return slices.DeleteFunc(slices.Clone(r.Members), func(m MemberReport) bool { return m.Err == nil })
}

// NothingOffered refuses a run for want of a session.
var NothingOffered = stocktake.NewReason(stocktake.NotFound, "simulate-no-session",
	"The server offers no session to count. Issue one first, or name it.",
	"لا يعرض الخادم جلسة للعد. أصدر جلسة أولًا أو حدّدها.")
