package count_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// The society, the session and the instant at which every script begins.
const (
	society stocktake.SocietyID = "coop"
	session stocktake.SessionID = "s1"
	dawn                        = int64(1_767_250_800_000) // 2026-01-01T07:00Z, in ms
)

// script writes the log of one session by hand: what handhelds and people did, in the order in which the server heard of
// it. The clock moves one second with each entry, so that no test depends on when it runs.
type script struct {
	t        testing.TB
	plan     count.Plan
	material *count.Material
	entries  []count.Entry
	running  *count.Fold // folds along, and is asked now and then: see view
	ids      int
	recorded time.Time // when the server hears of anything, if it is not to be at once
	bookings []count.Booking
	sent     map[count.Stream]uint64 // how many events a stream has sent
}

func supervisorTier(upTo stocktake.Fils) count.Tier {
	return count.Tier{Role: stocktake.Supervisor, UpTo: &upTo}
}

// shop is the site of most tests. A1 and A2 make the section dairy; B1 and the shared S1 make dry; C1 is cold.
func shop() *count.Material {
	site := &stocktake.Site{ID: "central", Name: stocktake.Name{English: "Central"}, Kind: stocktake.CentralMarket}
	for _, id := range []stocktake.SectionID{"dairy", "dry", "cold"} {
		site.Sections = append(site.Sections, stocktake.Section{ID: id, Name: stocktake.Name{English: string(id)}})
	}
	for _, l := range []struct {
		id      stocktake.LocationID
		section stocktake.SectionID
		shared  bool
	}{{"A1", "dairy", false}, {"A2", "dairy", false}, {"B1", "dry", false}, {"S1", "dry", true}, {"C1", "cold", false}} {
		site.Locations = append(site.Locations, stocktake.Location{
			ID: l.id, Name: stocktake.Name{English: string(l.id)}, Section: l.section, Kind: stocktake.Floor, Shared: l.shared,
		})
	}
	items := map[stocktake.ItemID]stocktake.Item{}
	for _, id := range []stocktake.ItemID{"milk", "eggs", "rice", "oil", "ice", "tea"} {
		items[id] = stocktake.Item{ID: id, Name: stocktake.Name{English: string(id)}, Unit: stocktake.Piece}
	}
	book := []stocktake.BookLine{
		{Section: "cold", Item: "ice", Quantity: 4000, Cost: 100_000},
		{Section: "dairy", Item: "eggs", Quantity: 6000, Cost: 500_000},
		{Section: "dairy", Item: "milk", Quantity: 10_000, Cost: 250_000},
		{Section: "dry", Item: "oil", Quantity: 0, Cost: 900_000},
		{Section: "dry", Item: "rice", Quantity: 8000, Cost: 1_000_000},
	}
	snapshot := &stocktake.Snapshot{Site: "central", AsOf: time.UnixMilli(dawn).UTC(), Lines: book}
	return &count.Material{Site: site, Items: items, Snapshot: snapshot}
}

// write begins a log with its plan; edit changes plan and shop before.
func write(t testing.TB, edit ...func(*count.Plan, *count.Material)) *script {
	t.Helper()
	none := stocktake.Quantity(0)
	s := &script{t: t, material: shop()}
	s.plan = count.Plan{
		Session: session, Name: stocktake.Name{English: "January"}, Site: "central", Kind: count.Full, Blind: true,
		Tolerance: reconcile.Tolerance{Quantity: &none},
		Tiers:     []count.Tier{supervisorTier(3000), {Role: stocktake.Manager}},
		Policy:    count.PolicyVersion,
	}
	for _, f := range edit {
		f(&s.plan, s.material)
	}
	s.running = count.NewFold(society, session)
	s.decide("mona", count.Issued, s.plan, stocktake.Manager)
	s.running.SetMaterial(s.material)
	return s
}

// add appends an entry and gives its offset.
func (s *script) add(e count.Entry) uint64 {
	s.t.Helper()
	e.Offset = uint64(len(s.entries)) + 1
	e.RecordedAt = time.UnixMilli(dawn).UTC().Add(time.Duration(e.Offset) * time.Second)
	if !s.recorded.IsZero() {
		e.RecordedAt = s.recorded
	}
	s.entries = append(s.entries, e)
	if err := s.running.Apply(e); err != nil {
		s.t.Fatalf("apply entry %d: %v", e.Offset, err)
	}
	return e.Offset
}

// decide appends a person's decision.
func (s *script) decide(person stocktake.PersonID, kind count.Kind, body any, roles ...stocktake.Role) uint64 {
	s.t.Helper()
	if len(roles) == 0 {
		roles = []stocktake.Role{stocktake.Supervisor}
	}
	return s.add(count.Entry{Author: count.Author{Person: person, Roles: roles}, Kind: kind, Body: encode(s.t, body)})
}

// server appends what the server records of a stream.
func (s *script) server(stream count.Stream, kind count.Kind, body any) uint64 {
	s.t.Helper()
	return s.add(count.Entry{Author: count.Author{Stream: stream}, Kind: kind, Body: encode(s.t, body)})
}

// push appends an event that ingest let pass, and gives its bytes.
func (s *script) push(stream count.Stream, e count.Event) []byte {
	s.t.Helper()
	body := encode(s.t, e)
	s.pushBytes(stream, body)
	return body
}

func (s *script) pushBytes(stream count.Stream, body []byte) {
	s.t.Helper()
	_, kind, err := count.ParseEvent(body)
	if err != nil {
		s.t.Fatalf("parse %s: %v", body, err)
	}
	s.add(count.Entry{Author: count.Author{Stream: stream, Seq: s.next(stream)}, Kind: kind, Body: body})
}

// quarantine appends an event that ingest did not let pass.
func (s *script) quarantine(stream count.Stream, note string, body []byte) {
	s.t.Helper()
	s.add(count.Entry{Author: count.Author{Stream: stream, Seq: s.next(stream)}, Kind: count.Quarantined, Note: note, Body: body})
}

// next is the number of a stream's next event.
func (s *script) next(stream count.Stream) uint64 {
	if s.sent == nil {
		s.sent = map[count.Stream]uint64{}
	}
	s.sent[stream]++
	return s.sent[stream]
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// fold folds entries afresh.
func fold(t testing.TB, material *count.Material, entries []count.Entry) *count.Fold {
	t.Helper()
	f := count.NewFold(society, session)
	for n, e := range entries {
		e.Offset = uint64(n) + 1
		if err := f.Apply(e); err != nil {
			t.Fatalf("apply entry %d: %v", e.Offset, err)
		}
		if n == 0 {
			f.SetMaterial(material)
		}
	}
	return f
}

// view is the state as of the last entry. Every look also proves that a fold which was looked at on its way is no
// different from one that runs through.
func (s *script) view() *count.View {
	s.t.Helper()
	f := fold(s.t, s.material, s.entries)
	f.Book(s.bookings)
	v := f.View()
	if a, b := whole(s.t, s.running.View()), whole(s.t, v); a != b {
		s.t.Fatalf("the fold that was looked at on its way differs:\n%s", firstDifference(a, b))
	}
	return v
}

func (s *script) line(section stocktake.SectionID, item stocktake.ItemID) *count.Line {
	s.t.Helper()
	l := s.view().Line(section, item)
	if l == nil {
		s.t.Fatalf("there is no line %s / %s", section, item)
	}
	return l
}

// want holds a line against a status and a counted quantity in units.
func (s *script) want(section stocktake.SectionID, item stocktake.ItemID, status count.LineStatus, units int64) *count.Line {
	s.t.Helper()
	l := s.line(section, item)
	if l.Status != status || l.Counted != stocktake.Quantity(units*1000) {
		s.t.Fatalf("line %s / %s is %s with %s; want %s with %d", section, item, l.Status, l.Counted, status, units)
	}
	return l
}

func (s *script) pass(id stocktake.PassID) *count.Pass {
	s.t.Helper()
	v := s.view()
	n := slices.IndexFunc(v.Passes, func(p *count.Pass) bool { return p.ID == id })
	if n < 0 {
		s.t.Fatalf("there is no pass %s", id)
	}
	return v.Passes[n]
}

func (s *script) wantPass(id stocktake.PassID, status count.PassStatus) *count.Pass {
	s.t.Helper()
	p := s.pass(id)
	if p.Status != status {
		s.t.Fatalf("pass %s is %s; want %s", id, p.Status, status)
	}
	return p
}

// wantHeld holds the reasons of all that is held, sorted, against those given.
func (s *script) wantHeld(reasons ...string) []count.Held {
	s.t.Helper()
	held := s.view().Held
	got := make([]string, 0, len(held))
	for _, h := range held {
		got = append(got, h.Reason)
	}
	slices.Sort(got)
	slices.Sort(reasons)
	if !slices.Equal(got, reasons) {
		s.t.Fatalf("held are %v; want %v", got, reasons)
	}
	return held
}

// refs names lines as they now are shown.
func (s *script) refs(names ...[2]string) []count.LineRef {
	s.t.Helper()
	var list []count.LineRef
	for _, n := range names {
		l := s.line(stocktake.SectionID(n[0]), stocktake.ItemID(n[1]))
		list = append(list, count.LineRef{Section: l.Section, Item: l.Item, Digest: l.Digest})
	}
	return list
}

// approve has somebody approve a line as it now is.
func (s *script) approve(person stocktake.PersonID, section, item string, roles ...stocktake.Role) {
	s.t.Helper()
	s.decide(person, count.LinesDecided, count.LinesVerdict{Verdict: count.Approve, Lines: s.refs([2]string{section, item})}, roles...)
}

func (s *script) newID(prefix string) string {
	s.ids++
	return fmt.Sprintf("%s-%d", prefix, s.ids)
}

func blockers(v *count.View) map[string]int {
	m := map[string]int{}
	for _, b := range v.Blockers {
		m[b.Key] = b.Count
	}
	return m
}
