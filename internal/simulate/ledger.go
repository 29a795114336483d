package simulate

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// Record is one event as its device keeps it: what a counter really did.
type Record struct {
	ID       stocktake.EventID    `json:"id"`
	Kind     string               `json:"kind"`
	Device   stocktake.DeviceID   `json:"device"`
	Epoch    string               `json:"epoch"`         // the device's current one
	Seq      uint64               `json:"seq,omitempty"` // in it; absent where the event lies in an earlier one only
	Acked    bool                 `json:"acked"`         // covered by a mark that the device has verified
	Session  stocktake.SessionID  `json:"session,omitempty"`
	Pass     stocktake.PassID     `json:"pass,omitempty"`
	Location stocktake.LocationID `json:"location,omitempty"`
	Round    int                  `json:"round,omitempty"`
	Person   stocktake.PersonID   `json:"person,omitempty"`
	Event    json.RawMessage      `json:"event"` // its bytes
	Reversed bool                 `json:"reversed,omitempty"`

	parsed count.Event
}

// Ledger is the truth file: everything that counters recorded, each event once however many clones and epochs hold it.
// Where clones disagree, the first one added is named.
type Ledger struct {
	Records []*Record

	byID map[stocktake.EventID]*Record
}

// Tally is what stands in one pass, of one item (or code without an item), lot, expiry and condition.
type Tally struct {
	Pass      stocktake.PassID     `json:"pass"`
	Location  stocktake.LocationID `json:"location"`
	Item      stocktake.ItemID     `json:"item,omitempty"`
	Code      string               `json:"code,omitempty"` // of unknown goods alone
	Lot       string               `json:"lot,omitempty"`
	Expiry    string               `json:"expiry,omitempty"`
	Condition count.Condition      `json:"condition,omitempty"`
	Quantity  stocktake.Quantity   `json:"quantity"`
}

// PassTotal is what a pass should come to.
type PassTotal struct {
	Pass         stocktake.PassID     `json:"pass"`
	Location     stocktake.LocationID `json:"location"`
	Round        int                  `json:"round"`
	Person       stocktake.PersonID   `json:"person"`
	Closed       bool                 `json:"closed"`
	Observations int64                `json:"observations"`
	Quantity     stocktake.Quantity   `json:"quantity"`
}

// Collect reads the databases of switched-off devices.
func Collect(dirs ...string) (*Ledger, error) {
	l := new(Ledger)
	for _, dir := range dirs {
		b, err := OpenDatabase(dir, true)
		if err != nil {
			return nil, err
		}
		err = l.add(b)
		if closed := b.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return nil, err
		}
	}
	return l, nil
}

// Add takes in everything that a device holds now. Adding it again brings the ledger up to date.
func (l *Ledger) Add(d *Device) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return l.add(d.base)
}

func (l *Ledger) add(b *Database) error {
	err := b.Each(func(event []byte, seq uint64, acked bool) error {
		r := &Record{Device: b.state.Device, Epoch: b.state.Epoch, Seq: seq, Acked: acked, Event: event}
		if json.Unmarshal(event, &r.parsed) != nil || r.parsed.ID == "" {
			return nil // recorded raw: no counter's doing
		}
		e := &r.parsed
		r.ID, r.Kind, r.Session, r.Pass = e.ID, e.Name, e.Session, e.Pass
		l.put(r)
		return nil
	})
	l.link()
	return err
}

func (l *Ledger) put(r *Record) {
	if l.byID == nil {
		l.byID = make(map[stocktake.EventID]*Record)
	}
	if had := l.byID[r.ID]; had != nil {
		had.Acked = had.Acked || r.Acked
		return
	}
	l.byID[r.ID] = r
	l.Records = append(l.Records, r)
}

// link fills in what an event alone does not say: where its pass was, and whether it was taken back.
func (l *Ledger) link() {
	passes := l.openings()
	for _, r := range l.Records {
		if o := passes[r.Pass]; o != nil {
			r.Location, r.Round, r.Person = o.Location, o.Round, o.Person
		}
		if r.Kind == reversed {
			if taken := l.byID[r.parsed.Reverses]; taken != nil {
				taken.Reversed = true
			}
		}
	}
}

func (l *Ledger) openings() map[stocktake.PassID]*count.Event {
	passes := make(map[stocktake.PassID]*count.Event)
	for _, r := range l.Records {
		if r.Kind == opened && passes[r.Pass] == nil {
			passes[r.Pass] = &r.parsed
		}
	}
	return passes
}

// Unacked counts the events that no verified mark covers: what the server may lack.
func (l *Ledger) Unacked() int {
	n := 0
	for _, r := range l.Records {
		if !r.Acked {
			n++
		}
	}
	return n
}

// Tallies folds what stands in a session's passes, closed or not, sorted. An item whose every observation was taken
// back has no tally; one counted as none has one of zero.
func (l *Ledger) Tallies(session stocktake.SessionID) []Tally {
	sums := make(map[Tally]stocktake.Quantity)
	for _, r := range l.Records {
		if r.Kind != observed || r.Reversed || r.Session != session {
			continue
		}
		e := &r.parsed
		key := Tally{Pass: r.Pass, Location: r.Location, Item: e.Item, Lot: e.Lot, Expiry: e.Expiry, Condition: e.Condition}
		if e.Item == "" {
			key.Code = e.Code
		}
		quantity, _ := stocktake.Times(e.Amount, e.Pack)
		sums[key] += quantity
	}
	list := make([]Tally, 0, len(sums))
	for key, quantity := range sums {
		key.Quantity = quantity
		list = append(list, key)
	}
	slices.SortFunc(list, Tally.compare)
	return list
}

// Found leaves out the tallies of zero: a server that holds "none there" for as much as "not met" in a covered location
// lists only the rest.
func Found(tallies []Tally) []Tally {
	return slices.DeleteFunc(slices.Clone(tallies), func(t Tally) bool { return t.Quantity == 0 })
}

// Passes gives what each pass of a session should come to, in the order of their opening on their devices.
func (l *Ledger) Passes(session stocktake.SessionID) []PassTotal {
	var list []PassTotal
	at := make(map[stocktake.PassID]int)
	for _, r := range l.Records {
		if r.Session != session || r.Pass == "" {
			continue
		}
		n, ok := at[r.Pass]
		if !ok {
			n = len(list)
			at[r.Pass] = n
			list = append(list, PassTotal{Pass: r.Pass, Location: r.Location, Round: r.Round, Person: r.Person})
		}
		switch {
		case r.Kind == closed:
			list[n].Closed = true
		case r.Kind == observed && !r.Reversed:
			quantity, _ := stocktake.Times(r.parsed.Amount, r.parsed.Pack)
			list[n].Observations++
			list[n].Quantity += quantity
		}
	}
	return list
}

// WriteFile writes the ledger as JSON lines, one event each, replacing the file as a whole.
func (l *Ledger) WriteFile(name string) error {
	var b bytes.Buffer
	for _, r := range l.Records {
		line, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("write ledger: %w", err)
		}
		b.Write(append(line, '\n'))
	}
	return replaceFile(name, b.Bytes(), false)
}

// ReadLedger reads what WriteFile wrote.
func ReadLedger(name string) (*Ledger, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	defer func() { _ = file.Close() }()
	l := new(Ledger)
	for d := json.NewDecoder(bufio.NewReader(file)); ; {
		r := new(Record)
		if err := d.Decode(r); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("read ledger: %w", err)
		}
		if err := json.Unmarshal(r.Event, &r.parsed); err != nil {
			return nil, fmt.Errorf("read ledger, event %s: %w", r.ID, err)
		}
		l.put(r)
	}
	l.link()
	return l, nil
}

func (t Tally) compare(o Tally) int {
	return cmp.Or(cmp.Compare(t.Location, o.Location), cmp.Compare(t.Pass, o.Pass), cmp.Compare(t.Item, o.Item),
		cmp.Compare(t.Code, o.Code), cmp.Compare(t.Lot, o.Lot), cmp.Compare(t.Expiry, o.Expiry), cmp.Compare(t.Condition, o.Condition))
}
