package simulate

import (
	"fmt"
	"log/slog"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// Config says what Run plays. Server, Dir, Truth and Members are needed.
type Config struct {
	Server  string              // "http://host:port"
	Dir     string              // each member's device keeps its database in a directory below; an old one is resumed
	Session stocktake.SessionID // what to count; empty takes the first session that the server offers
	Truth   Truth               // what stands where
	Members []Member

	Seed     uint64  // of all that counters do and of the weather
	Habits   Habits  // the zero value never errs; Ordinary is a usual person
	Pace     Pace    // the zero value takes no time; Stroll is a usual person
	Weather  Weather // of every device that has none of its own
	Overlap  float64 // the chance that a location of nobody's is counted twice
	PushOnly bool    // websockets are blocked
	Stay     bool    // wait for recounts until the session closes, and drain; else return when everything is counted

	Patience
	Clock    Clock
	Log      *slog.Logger
	NoSync   bool
	Progress func(Progress) // called from one goroutine, about every Every, and at the end
	Every    time.Duration  // default 1 s
	Ledger   string         // file that the truth is written to at the end; empty writes none
}

// Member is one counter with a device: enrolled by a one-time code, or already.
type Member struct {
	Name    string // of the device, and of its directory: one path element
	Code    string // redeemed where the directory holds no enrolled device
	Device  stocktake.DeviceID
	Token   string
	Person  stocktake.PersonID
	PIN     string        // signed in with where the device does not know the person yet; empty: signed in elsewhere
	Skew    time.Duration // of the device's clock
	Weather *Weather
}

// MaxMembers bounds the devices of one run.
const MaxMembers = 5000

// Check refuses a config that cannot be played, before anything is touched.
func (c *Config) Check() error {
	switch {
	case c.Server == "":
		return ConfigMissing.New("Server")
	case c.Dir == "":
		return ConfigMissing.New("Dir")
	case len(c.Truth) == 0:
		return ConfigMissing.New("Truth")
	case len(c.Members) == 0:
		return ConfigMissing.New("Members")
	case len(c.Members) > MaxMembers:
		return ConfigRange.New("Members", len(c.Members), 1, MaxMembers)
	case c.Pace.Walk < 0 || c.Pace.Look < 0 || c.Pace.Key < 0:
		return ConfigRange.New("Pace", c.Pace, 0, "any time")
	}
	if err := checkChances("Habits", c.Habits.chances()); err != nil {
		return err
	}
	if err := checkChances("Config", map[string]float64{"Overlap": c.Overlap}); err != nil {
		return err
	}
	if err := c.Weather.check(); err != nil {
		return err
	}
	if err := c.Truth.Check(); err != nil {
		return err
	}
	names := make(map[string]bool)
	for n := range c.Members {
		m := &c.Members[n]
		if err := m.check(); err != nil {
			return err
		}
		if names[m.Name] {
			return ConfigRepeated.New("Members.Name", m.Name)
		}
		names[m.Name] = true
	}
	return nil
}

func (m *Member) check() error {
	if err := stocktake.CheckID("Members.Name", m.Name); err != nil {
		return err
	}
	if m.Name[0] == '.' || slices.ContainsFunc([]byte(m.Name), func(b byte) bool { return b == '/' || b == '\\' }) {
		return ConfigRange.New("Members.Name", m.Name, "one path element", "one path element")
	}
	if (m.Device == "") != (m.Token == "") {
		return ConfigMissing.New("Members.Device and Members.Token (both, or Members.Code)")
	}
	if m.Weather != nil {
		if err := m.Weather.check(); err != nil {
			return err
		}
	}
	return stocktake.CheckID("Members.Person", string(m.Person))
}

func (w *Weather) check() error {
	if w.CutAfter < 0 || w.Rate < 0 || w.Latency < 0 {
		return ConfigRange.New("Weather", *w, 0, "any number")
	}
	return checkChances("Weather", map[string]float64{"Cut": w.Cut, "Torn": w.Torn, "Duplicate": w.Duplicate, "Stale": w.Stale})
}

func checkChances(of string, chances map[string]float64) error {
	for name, p := range chances {
		if !(p >= 0 && p <= 1) { // a NaN fails too
			return ConfigRange.New(of+"."+name, p, 0, 1)
		}
	}
	return nil
}

// Check refuses a truth that no counter could record.
func (t Truth) Check() error {
	type place struct{ location, item, code, lot, expiry, condition string }
	seen := make(map[place]bool, len(t))
	for _, s := range t {
		where := string(s.Location)
		if err := stocktake.CheckID("Truth.Location", where); err != nil {
			return err
		}
		switch {
		case s.Item == "" && s.Code == "":
			return ConfigStand.New(where, "neither item nor code")
		case s.Quantity < 0 || s.Quantity > stocktake.MaxObserved:
			return ConfigStand.New(where, fmt.Sprintf("%s of %s%s", s.Quantity, s.Item, s.Code))
		}
		p := place{where, string(s.Item), s.Code, s.Lot, s.Expiry, string(s.Condition)}
		if seen[p] {
			return ConfigRepeated.New("Truth", where+" / "+string(s.Item)+s.Code)
		}
		seen[p] = true
	}
	return nil
}
