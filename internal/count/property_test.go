package count_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// fewer divides the number of random sessions.
var fewer = 1

// sessions calls f with random sessions, short ones first, so that what fails is seen in as few entries as can be. The
// number of them is fixed, and so is each; JARD_SESSIONS asks for more.
func sessions(t *testing.T, number int, f func(t *testing.T, r *random), edit ...func(*count.Plan, *count.Material)) {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("JARD_SESSIONS")); err == nil {
		number = n
	}
	number /= fewer
	for seed := range uint64(number) {
		steps := 5 + int(seed)*55/number
		ok := t.Run(fmt.Sprintf("%d", seed), func(t *testing.T) { f(t, randomSession(t, seed, steps, edit...)) })
		if !ok {
			t.Fatalf("session %d of %d steps fails; the rest is not tried", seed, steps)
		}
	}
}

// isDevice reports whether an entry is an event of a handheld, let pass or not.
func isDevice(e count.Entry) bool { return e.Kind.IsEvent() || e.Kind == count.Quarantined }

// What handhelds did folds to the same state in whatever order it arrives: streams interleaved otherwise, events doubled
// under new epochs, whole streams delayed until after the decisions. Decisions keep their order among themselves.
func TestOrderOfArrivalLeavesNoTrace(t *testing.T) {
	sessions(t, 300, func(t *testing.T, r *random) {
		want := settled(t, fold(t, r.material, r.entries).View())
		for try := range 4 {
			entries := shuffle(rand.New(rand.NewPCG(uint64(try), 11)), r.entries, try)
			if got := settled(t, fold(t, r.material, entries).View()); got != want {
				t.Fatalf("try %d differs:\n%s\nlog:\n%s", try, firstDifference(want, got), listing(r.entries))
			}
		}
	})
}

// shuffle gives another log of the same facts. The first entry stays the first.
func shuffle(r *rand.Rand, entries []count.Entry, how int) []count.Entry {
	var decisions, events []count.Entry
	for _, e := range entries[1:] {
		if isDevice(e) {
			events = append(events, e)
		} else {
			decisions = append(decisions, e)
		}
	}
	for range len(events) / 4 {
		again := pick(r, events)
		again.Author.Stream.Epoch = "later" // a restored store is filled again by new epochs
		events = append(events, again)
	}
	switch how {
	case 0: // everything before the first decision
		r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		return slices.Concat(entries[:1], events, decisions)
	case 1: // everything after the last
		slices.Reverse(events)
		return slices.Concat(entries[:1], decisions, events)
	}
	r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	list := slices.Clone(entries[:1])
	for len(decisions)+len(events) > 0 {
		from := &events
		if len(events) == 0 || (len(decisions) > 0 && r.IntN(2) == 0) {
			from = &decisions
		}
		list = append(list, (*from)[0])
		*from = (*from)[1:]
	}
	return list
}

// A fold that was looked at after every entry is, at every entry, what a fresh fold of the prefix is.
func TestIncrementalIsFromScratch(t *testing.T) {
	sessions(t, 60, func(t *testing.T, r *random) {
		f := count.NewFold(society, session)
		for n, e := range r.entries {
			if err := f.Apply(e); err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				f.SetMaterial(r.material)
			}
			got, want := whole(t, f.View()), whole(t, fold(t, r.material, r.entries[:n+1]).View())
			if got != want {
				t.Fatalf("after entry %d (%s):\n%s\nlog:\n%s", n+1, e.Kind, firstDifference(want, got), listing(r.entries[:n+1]))
			}
		}
	})
}

// So it is beside a feed, whichever of its movements and watermarks come between whichever entries, however often anybody looks.
func TestIncrementalBesideAFeedIsFromScratch(t *testing.T) {
	views, made := 0, 0
	sessions(t, 240, func(t *testing.T, r *random) {
		var feed []count.Booking
		f, g := count.NewFold(society, session), count.NewFold(society, session)
		var last *count.View
		for n, e := range r.entries {
			for _, x := range []*count.Fold{f, g} {
				if err := x.Apply(e); err != nil {
					t.Fatal(err)
				}
				if n == 0 {
					x.SetMaterial(r.material)
				}
			}
			for more := r.IntN(3); n > 0 && more > 0; more-- {
				feed = append(feed, r.booking(uint64(len(feed))+1))
				f.Book(feed[len(feed)-1:])
			}
			if r.IntN(4) == 0 {
				g.Book(feed) // it looks less often, and hears of all at once
				g.View()
			}
			fresh := fold(t, r.material, r.entries[:n+1])
			fresh.Book(feed)
			v := f.View()
			if got, want := whole(t, v), whole(t, fresh.View()); got != want {
				t.Fatalf("after entry %d (%s) and %d of the feed:\n%s\nlog:\n%s", n+1, e.Kind, len(feed), firstDifference(want, got), listing(r.entries[:n+1]))
			}
			views++
			if last != nil && slices.ContainsFunc(v.Lines, func(l *count.Line) bool { return slices.Contains(last.Lines, l) }) {
				made++
			}
			last = v
		}
		g.Book(feed)
		if got, want := whole(t, g.View()), whole(t, f.View()); got != want {
			t.Fatalf("seldom looked at:\n%s\nlog:\n%s", firstDifference(want, got), listing(r.entries))
		}
	}, func(p *count.Plan, m *count.Material) {
		m.Site.Locations[1].Kind = stocktake.Store
		m.Snapshot.Lines = append(m.Snapshot.Lines, stocktake.BookLine{Section: "cold", Item: "milk", Quantity: 3000, Cost: 250_000})
		floor := []stocktake.LocationKind{stocktake.Floor}
		// As seconds go by in these sessions, so that some is decided and some not.
		p.Rules = &reconcile.Rules{
			Sale: reconcile.Window{Early: 6, Places: floor}, Return: reconcile.Window{Late: 6, Places: floor},
			Receipt:  reconcile.Window{Early: 5, Late: 5, Places: []stocktake.LocationKind{stocktake.Store}},
			Transfer: reconcile.Window{Early: 5, Late: 5, Anywhere: true}, WriteOff: reconcile.Window{Early: 5, Late: 5, Anywhere: true},
			Posting: 5, Voiding: 10,
		}
	})
	t.Logf("%d of %d views were made out of the ones before", made, views)
	if 3*made < views {
		t.Fatalf("only %d of %d views were made out of the ones before", made, views)
	}
}

// booking is something that a feed brings: late, early or at once, of a place or of none; voids of what may never have been too.
func (r *random) booking(offset uint64) count.Booking {
	b := count.Booking{Offset: offset, RecordedAt: time.UnixMilli(dawn).UTC()}
	if r.IntN(4) == 0 {
		b.Watermark.Through = time.UnixMilli(dawn + int64(offset)*1500).UTC()
		if r.IntN(12) == 0 {
			b.Watermark.Since = time.UnixMilli(dawn - 30_000).UTC()
		}
		return b
	}
	kind := pick(r.Rand, []stocktake.MovementKind{stocktake.Sale, stocktake.Return, stocktake.Receipt, stocktake.Transfer, stocktake.WriteOff})
	m := &stocktake.Movement{
		ID: stocktake.MovementID(strconv.FormatUint(offset, 10)), Kind: kind, Item: pick(r.Rand, []stocktake.ItemID{"milk", "eggs", "rice", "oil", "ice", "tea"}),
		Quantity: stocktake.Quantity(1+r.IntN(3)) * 1000, Booked: time.UnixMilli(dawn + r.Int64N(80_000) - 10_000).UTC(), Position: stocktake.Position(offset),
	}
	if kind == stocktake.Sale || kind == stocktake.WriteOff || kind == stocktake.Transfer && r.IntN(2) == 0 {
		m.Quantity = -m.Quantity
	}
	switch r.IntN(4) {
	case 0:
		m.Section = pick(r.Rand, []stocktake.SectionID{"dairy", "dry", "cold"})
	case 1:
		m.Location = pick(r.Rand, []stocktake.LocationID{"A1", "A2", "B1", "S1", "C1"})
	}
	if r.IntN(10) == 0 {
		m.Voids = stocktake.MovementID(strconv.Itoa(1 + r.IntN(int(offset))))
	}
	b.Movement = m
	return b
}

// The fold and the model, which share nothing but DESIGN.md, agree.
func TestModelAgrees(t *testing.T) {
	sessions(t, 300, func(t *testing.T, r *random) {
		v := fold(t, r.material, r.entries).View()
		got, want := describe(r, v), r.model.at(len(r.entries)).describe()
		if got != want {
			t.Fatalf("model (−) and fold (+) differ:\n%s\nlog:\n%s", firstDifference(want, got), listing(r.entries))
		}
	})
}

// describe is what the fold says, in the model's words.
func describe(r *random, v *count.View) string {
	var b strings.Builder
	for _, p := range byID(v.Passes) {
		fmt.Fprintln(&b, "pass", p.ID, p.Location, p.Round, p.Person, p.Status, p.Lapsed, p.Observations, int64(p.Quantity))
	}
	held := make([]string, 0, len(v.Held))
	for _, h := range v.Held {
		x := heldDoc{body: string(r.entries[h.Offset-1].Body), reason: h.Reason, pass: h.Pass, location: h.Location, aside: h.SetAside, readable: h.Readable}
		held = append(held, fmt.Sprintln("held", x))
	}
	slices.Sort(held)
	b.WriteString(strings.Join(held, ""))
	accepted := make([]string, 0, len(v.Accepted))
	for _, h := range v.Accepted {
		accepted = append(accepted, fmt.Sprintln("accepted", short(string(r.entries[h.Offset-1].Body)), h.Reason, h.Accepted != ""))
	}
	slices.Sort(accepted)
	b.WriteString(strings.Join(accepted, ""))
	for _, u := range v.Unknown {
		fmt.Fprintln(&b, "unknown", u.Code, int64(u.Quantity), int64(u.Moved), u.SetAside)
	}
	for _, l := range v.Locations {
		if l.SetAside+l.Lapsed != "" {
			fmt.Fprintln(&b, "location", l.Location, l.SetAside != "")
		}
	}
	disputes := make([]string, 0, len(v.Disputes))
	for _, d := range v.Disputes {
		var leads []stocktake.PassID
		for _, c := range d.Competitors {
			leads = append(leads, c.Pass)
		}
		disputes = append(disputes, fmt.Sprint("dispute ", d.Location, " ", d.Item, " ", leads, "\n"))
	}
	slices.Sort(disputes)
	b.WriteString(strings.Join(disputes, ""))
	var moves []string
	for _, m := range v.Moves {
		moves = append(moves, fmt.Sprint("move ", m.Person, " ", m.Item, " ", m.Code, " ", int64(m.Quantity), " ", m.From, " ", m.To, " ", m.Lot, " ", m.Expiry, " ", m.Condition, " ",
			m.Taken.UnixMilli(), " ", m.Placed.UnixMilli(), "\n"))
	}
	slices.Sort(moves)
	b.WriteString(strings.Join(moves, ""))
	for _, l := range v.Lines {
		fmt.Fprintln(&b, "line", describeLine(v, l))
	}
	counts := map[string]int{}
	for _, x := range v.Blockers {
		counts[x.Key] = x.Count
	}
	fmt.Fprintln(&b, "blockers", counts)
	return b.String()
}

func byID(passes []*count.Pass) []*count.Pass {
	return slices.SortedFunc(slices.Values(passes), func(a, b *count.Pass) int { return strings.Compare(string(a.ID), string(b.ID)) })
}

func cellText(cells []count.Cell) string {
	m := map[string]stocktake.Quantity{}
	for _, c := range cells {
		m[fmt.Sprintf("%q %q %q", c.Lot, c.Expiry, c.Condition)] = c.Quantity
	}
	return sortedMap(m)
}

func describeLine(v *count.View, l *count.Line) *mline {
	m := &mline{
		section: l.Section, item: l.Item, status: l.Status, counted: l.Counted, variance: l.Variance != nil, cells: cellText(l.Cells),
		provisional: l.Provisional, restZero: l.RestZero, counters: v.CountedBy(l.Section, l.Item),
	}
	for _, a := range l.Adopted {
		var ids []string
		for _, p := range a.Passes {
			ids = append(ids, string(p))
		}
		slices.Sort(ids)
		m.adopted = append(m.adopted, fmt.Sprint(a.Location, " ", a.Round, " ", ids, " ", int64(a.Quantity), " ", cellText(a.Cells), " ", a.Chosen))
	}
	var rounds []string
	for _, x := range l.Rounds {
		rounds = append(rounds, fmt.Sprint(x.Round, ":", int64(x.Quantity)))
	}
	m.rounds = strings.Join(rounds, " ")
	for _, d := range l.Decisions {
		say := "valid"
		switch {
		case d.Lapsed:
			say = "lapsed"
		case d.Void != "":
			say = d.Void
		case d.Standing:
			say = "stands"
		}
		m.decisions = append(m.decisions, fmt.Sprint(d.Person, " ", d.Verdict, " ", say))
	}
	return m
}

// listing shows a log to whoever has to find out.
func listing(entries []count.Entry) string {
	var b bytes.Buffer
	for n, e := range entries {
		body := e.Body
		if e.Kind == count.Issued {
			body = nil
		}
		fmt.Fprintf(&b, "%d %s %s %s%s %s %s\n", n+1, e.Kind, short(string(e.Body)), e.Author.Stream.Device, e.Author.Person, e.Note, body)
	}
	return b.String()
}
