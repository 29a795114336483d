package storetest

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"jard/internal/count"
	"jard/internal/link"
	"jard/internal/stocktake"
)

var movements = []guarantee{
	{"a site that never sent anything has no feed", noFeed},
	{"movements are chained in the order in which they came", movementChain},
	{"a movement sent again has no effect", movementAgain},
	{"another content under one id is a conflict, kept once and never taken", movementConflict},
	{"a dry run says what would come and writes nothing", movementDryRun},
	{"a transfer with one bad movement has no effect", movementBad},
	{"the watermark only goes forward", watermarks},
	{"what comes behind the watermark is taken and counted as late", movementLate},
	{"gaps are what no claim covers, and close when it comes", claims},
	{"what posts a result is found, with what takes it back, whichever came first", postingsFound},
	{"sites and societies have feeds of their own", feedsApart},
	{"transfers at one time keep the log whole", movementRace},
	{"a fold reads movements and watermarks, and hears that there are more", feedFolded},
	{"every movement and conflict is there after a reopening", feedReopened},
}

const (
	central stocktake.SiteID   = "central"
	branch  stocktake.SiteID   = "branch"
	till    stocktake.PersonID = "till"
)

var opening = time.Date(2026, 1, 15, 7, 0, 0, 0, time.UTC)

// sold is the n-th sale of a till.
func sold(n int) stocktake.Movement {
	return stocktake.Movement{
		ID: stocktake.MovementID(fmt.Sprintf("till-1/%d", n)), Kind: stocktake.Sale, Item: stocktake.ItemID(fmt.Sprint("item-", n%7)),
		Quantity: -1000, Booked: opening.Add(time.Duration(n) * time.Second), Position: stocktake.Position(n),
	}
}

func sales(from, to int) (list []stocktake.Movement) {
	for n := from; n <= to; n++ {
		list = append(list, sold(n))
	}
	return list
}

func (t *trial) move(site stocktake.SiteID, x link.Transfer) link.Taken {
	t.Helper()
	x.By = till
	taken, err := t.Move(t.Context(), ours, site, x)
	t.ok(err)
	return taken
}

// moved reads a site's whole log, and holds its chain and its feed's state against it.
func (t *trial) moved(site stocktake.SiteID) []link.Entry {
	t.Helper()
	var all []link.Entry
	for {
		page := must(t.Moved(t.Context(), ours, site, uint64(len(all))+1, 1000))
		if len(page) == 0 {
			break
		}
		all = append(all, page...)
	}
	previous := link.Genesis(ours, site)
	booked, conflicts := uint64(0), uint64(0)
	for n, e := range all {
		if e.Offset != uint64(n)+1 || e.Hash != link.Chain(previous, e.AppendStored(nil)) || e.By != till || e.RecordedAt.IsZero() {
			t.Fatalf("entry %d is %+v", n, e)
		}
		previous = e.Hash
		switch e.Kind {
		case link.Booked:
			booked++
		case link.Conflict:
			conflicts++
		}
	}
	s := must(t.Feed(t.Context(), ours, site))
	seen := must(link.VerifyMovements(t.Context(), t, ours, s, func(offset uint64, what string) { t.Errorf("entry %d: %s", offset, what) }))
	equal(t, "what was verified", seen, s.Offset)
	equal(t, "the head's offset", s.Offset, uint64(len(all)))
	equal(t, "the head's hash", s.Hash, previous)
	equal(t, "the number of movements", s.Movements, booked)
	equal(t, "the number of conflicts", s.Conflicts, conflicts)
	return all
}

func noFeed(t *trial) {
	same(t, "the feed", must(t.Feed(t.Context(), ours, central)), link.NoFeed(ours, central))
	equal(t, "the number of feeds", len(must(t.Feeds(t.Context(), ours))), 0)
	equal(t, "the log", len(must(t.Moved(t.Context(), ours, central, 1, 10))), 0)
	equal(t, "the conflicts", len(must(t.Conflicts(t.Context(), ours, central, 1, 10))), 0)
	_, err := t.Move(t.Context(), ours, "a\x00b", link.Transfer{By: till})
	if stocktake.CodeOf(err) != stocktake.Invalid {
		t.Errorf("a malformed site answers %v", err)
	}
}

func movementChain(t *trial) {
	full := stocktake.Movement{
		ID: "گ 1/٢", Kind: stocktake.Transfer, Item: "x", Quantity: stocktake.MaxNumber, Booked: opening.Add(123 * time.Millisecond),
		Position: stocktake.MaxNumber, Section: "dry", Location: "A-01", Voids: "till-1/9", Posts: "1/17",
	}
	t.move(central, link.Transfer{Movements: sales(1, 700)})
	t.move(central, link.Transfer{Movements: []stocktake.Movement{full}})
	t.move(central, link.Transfer{Movements: sales(701, 4700)})
	log := t.moved(central)
	equal(t, "the length", len(log), 4701)
	for n, e := range log {
		want := sold(n)
		switch {
		case n < 700:
			want = sold(n + 1)
		case n == 700:
			want = full
		}
		if e.Kind != link.Booked || e.Movement != want {
			t.Fatalf("entry %d is %+v, want %+v", n+1, e.Movement, want)
		}
	}
	for _, from := range []uint64{1, 2, 699, 700, 701, 702, 4000, 4701} {
		page := must(t.Moved(t.Context(), ours, central, from, 3))
		equal(t, "the page", len(page), min(3, 4702-int(from)))
		equal(t, "its first", page[0].Hash, log[from-1].Hash)
	}
	equal(t, "behind the end", len(must(t.Moved(t.Context(), ours, central, 4702, 3))), 0)
	equal(t, "the position", must(t.Feed(t.Context(), ours, central)).Position, stocktake.MaxNumber)
}

func movementAgain(t *trial) {
	equal(t, "new", t.move(central, link.Transfer{Movements: sales(1, 500)}).New, 500)
	head := must(t.Feed(t.Context(), ours, central))
	late := sold(3)
	late.Booked = late.Booked.In(time.FixedZone("", 3*3600)) // the same instant, told otherwise
	again := t.move(central, link.Transfer{Movements: append(sales(401, 600), late, sold(601), sold(601))})
	equal(t, "new", again.New, 101)
	equal(t, "the same", again.Same, 102)
	equal(t, "conflicts", len(again.Conflicts), 0)
	equal(t, "the length", len(t.moved(central)), 601)
	after := must(t.Feed(t.Context(), ours, central))
	if after.ReceivedAt.Before(head.ReceivedAt) || after.ReceivedBy != till {
		t.Errorf("received at %v by %s", after.ReceivedAt, after.ReceivedBy)
	}
	for range 2 { // nothing new at all: only that it came is noted
		same := t.move(central, link.Transfer{Movements: sales(1, 601)})
		equal(t, "new", same.New, 0)
		equal(t, "the hash", same.State.Hash, after.Hash)
	}
}

func movementConflict(t *trial) {
	t.move(central, link.Transfer{Movements: sales(1, 10)})
	other := sold(4)
	other.Quantity = -2000
	third := sold(4)
	third.Booked = third.Booked.Add(time.Millisecond)
	taken := t.move(central, link.Transfer{Movements: []stocktake.Movement{sold(11), other, sold(12), other}})
	equal(t, "new", taken.New, 2)
	equal(t, "told", len(taken.Conflicts), 2)
	for _, e := range taken.Conflicts {
		if e.Movement != other || e.Against != 4 || e.Offset != 12 {
			t.Errorf("the conflict is %+v", e)
		}
	}
	log := t.moved(central)
	equal(t, "the length", len(log), 13)
	equal(t, "the kind", log[11].Kind, link.Conflict)

	// Sent again every night it is told every night, and kept once; another content is another conflict.
	for range 3 {
		again := t.move(central, link.Transfer{Movements: []stocktake.Movement{other}})
		equal(t, "told", len(again.Conflicts), 1)
		equal(t, "where", again.Conflicts[0].Offset, 12)
	}
	equal(t, "where", t.move(central, link.Transfer{Movements: []stocktake.Movement{third}}).Conflicts[0].Offset, 14)
	equal(t, "the length", len(t.moved(central)), 14)
	list := must(t.Conflicts(t.Context(), ours, central, 1, 10))
	if len(list) != 2 || list[0].Movement != other || list[1].Movement != third || list[1].Against != 4 {
		t.Errorf("the conflicts are %+v", list)
	}
	equal(t, "from the second on", len(must(t.Conflicts(t.Context(), ours, central, 13, 10))), 1)
	equal(t, "at most one", len(must(t.Conflicts(t.Context(), ours, central, 1, 1))), 1)
	last := must(t.LastConflicts(t.Context(), ours, central, 10))
	slices.Reverse(last)
	equal(t, "the last ones, the newest first", fmt.Sprint(last), fmt.Sprint(list))
	equal(t, "the last one", fmt.Sprint(must(t.LastConflicts(t.Context(), ours, central, 1))), fmt.Sprint(list[len(list)-1:]))
	equal(t, "none of another site", len(must(t.LastConflicts(t.Context(), ours, "elsewhere", 1))), 0)

	// Two contents in one transfer: the first stands.
	both := sold(20)
	both.Item = "other"
	taken = t.move(central, link.Transfer{Movements: []stocktake.Movement{sold(20), both}})
	equal(t, "new", taken.New, 1)
	equal(t, "told", len(taken.Conflicts), 1)
	equal(t, "against", taken.Conflicts[0].Against, taken.Conflicts[0].Offset-1)
	// What stands goes on standing.
	equal(t, "the same", t.move(central, link.Transfer{Movements: []stocktake.Movement{sold(4)}}).Same, 1)
}

func movementDryRun(t *trial) {
	t.move(central, link.Transfer{Movements: sales(1, 10)})
	before := must(t.Feed(t.Context(), ours, central))
	other := sold(4)
	other.Quantity = -2000
	x := link.Transfer{Movements: append(sales(9, 12), other), Watermark: stocktake.Watermark{Since: opening, Through: opening.Add(time.Hour)},
		Claim: link.Claim{After: 8, Through: 12}, DryRun: true}
	for range 2 {
		taken := t.move(central, x)
		equal(t, "new", taken.New, 2)
		equal(t, "the same", taken.Same, 2)
		equal(t, "told", len(taken.Conflicts), 1)
		equal(t, "the watermark", taken.Watermark.Through, opening.Add(time.Hour))
	}
	same(t, "the feed", must(t.Feed(t.Context(), ours, central)), before)
	equal(t, "the length", len(t.moved(central)), 10)
	x.DryRun = false
	equal(t, "new", t.move(central, x).New, 2)
}

func movementBad(t *trial) {
	for name, spoil := range map[string]func(*link.Transfer){
		"no id":                      func(x *link.Transfer) { x.Movements[2].ID = "" },
		"nothing":                    func(x *link.Transfer) { x.Movements[2].Quantity = 0 },
		"an id with NUL":             func(x *link.Transfer) { x.Movements[2].Item = "a\x00" },
		"nobody sends it":            func(x *link.Transfer) { x.By = "" },
		"too many":                   func(x *link.Transfer) { x.Movements = sales(1, link.MaxTransfer+1) },
		"a claim backwards":          func(x *link.Transfer) { x.Claim = link.Claim{After: 2, Through: 1} },
		"a watermark backwards":      func(x *link.Transfer) { x.Watermark = stocktake.Watermark{Since: opening, Through: opening.Add(-1e9)} },
		"a watermark without an end": func(x *link.Transfer) { x.Watermark.Since = opening },
		"a first one without since":  func(x *link.Transfer) { x.Watermark.Through = opening },
	} {
		for _, dry := range []bool{true, false} {
			x := link.Transfer{By: till, Movements: sales(1, 5), DryRun: dry}
			spoil(&x)
			if _, err := t.Move(t.Context(), ours, central, x); stocktake.CodeOf(err) != stocktake.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	equal(t, "the length", len(t.moved(central)), 0)
}

func watermarks(t *trial) {
	at := func(hours int) time.Time { return opening.Add(time.Duration(hours) * time.Hour) }
	for n, c := range []struct{ since, through, wantSince, wantThrough int }{
		{0, 1, 0, 1},  // the first says from when
		{-1, 2, 0, 2}, // −1: goes on
		{-1, 1, 0, 2}, // an older one came late
		{-1, 2, 0, 2}, // again
		{1, 3, 0, 3},  // it meets what is there
		{5, 6, 5, 6},  // between 3 and 5 nobody vouches
		{2, 5, 2, 6},  // until that comes
		{-1, 4, 2, 6}, // nothing to say
		{0, 1, 2, 6},  // does not meet what stands
		{0, 9, 0, 9},  // all of it
		{10, 11, 10, 11},
	} {
		w := stocktake.Watermark{Through: at(c.through)}
		if c.since >= 0 {
			w.Since = at(c.since)
		}
		taken := t.move(central, link.Transfer{Watermark: w})
		want := stocktake.Watermark{Since: at(c.wantSince), Through: at(c.wantThrough)}
		equal(t, fmt.Sprint("watermark ", n), taken.Watermark, want)
		equal(t, fmt.Sprint("kept ", n), must(t.Feed(t.Context(), ours, central)).Watermark, want)
	}
	log := t.moved(central)
	equal(t, "the changes in the log", len(log), 7)
	equal(t, "the last", log[6].Watermark, stocktake.Watermark{Since: at(10), Through: at(11)})
	equal(t, "its kind", log[6].Kind, link.Completed)
}

func movementLate(t *trial) {
	t.move(central, link.Transfer{Movements: sales(1, 5), Watermark: stocktake.Watermark{Since: opening, Through: opening.Add(10 * time.Second)}})
	before, after := sold(6), sold(11)
	earlier := sold(7)
	earlier.Booked = opening.Add(-time.Hour) // before the feed begins: nobody said that it had come
	taken := t.move(central, link.Transfer{Movements: []stocktake.Movement{before, after, earlier, sold(5)}})
	equal(t, "new", taken.New, 3)
	equal(t, "late", taken.Late, 1)
	equal(t, "late in all", must(t.Feed(t.Context(), ours, central)).Late, 1)
}

func claims(t *trial) {
	claim := func(after, through stocktake.Position) []link.Claim {
		t.Helper()
		s := t.move(central, link.Transfer{Claim: link.Claim{After: after, Through: through}}).State
		stored := must(t.Feed(t.Context(), ours, central))
		same(t, "the gaps kept", stored.Gaps(), s.Gaps())
		equal(t, "the position kept", stored.Position, s.Position)
		return s.Gaps()
	}
	same(t, "one piece", claim(0, 10), []link.Claim(nil))
	same(t, "the next", claim(10, 20), []link.Claim(nil))
	same(t, "again", claim(0, 10), []link.Claim(nil))
	same(t, "a hole", claim(25, 30), []link.Claim{{After: 20, Through: 25}})
	same(t, "two", claim(40, 50), []link.Claim{{After: 20, Through: 25}, {After: 30, Through: 40}})
	same(t, "filled in part", claim(22, 32), []link.Claim{{After: 20, Through: 22}, {After: 32, Through: 40}})
	same(t, "filled", claim(20, 40), []link.Claim(nil))
	same(t, "nothing", claim(60, 60), []link.Claim(nil))
	equal(t, "the position", must(t.Feed(t.Context(), ours, central)).Position, 60)
	for n := range 600 { // an integrator gone wrong: bounded, and no gap hidden
		claim(stocktake.Position(100+10*n), stocktake.Position(101+10*n))
	}
	s := must(t.Feed(t.Context(), ours, central))
	if len(s.Covered) > 500 || len(s.Gaps()) != len(s.Covered)-1 || s.Covered[0] != (link.Claim{Through: 50}) || s.Position != 6091 {
		t.Errorf("%d pieces, from %+v, up to %d", len(s.Covered), s.Covered[0], s.Position)
	}
}

func feedsApart(t *trial) {
	t.move(central, link.Transfer{Movements: sales(1, 3)})
	equal(t, "new at another site", t.move(branch, link.Transfer{Movements: sales(1, 2)}).New, 2)
	taken := must(t.Move(t.Context(), theirs, central, link.Transfer{By: till, Movements: sales(1, 9)}))
	equal(t, "new at another society", taken.New, 9)
	equal(t, "the length", len(t.moved(central)), 3)
	equal(t, "the branch's", len(t.moved(branch)), 2)
	var sites []stocktake.SiteID
	for _, s := range must(t.Feeds(t.Context(), ours)) {
		sites = append(sites, s.Site)
	}
	same(t, "the feeds", sites, []stocktake.SiteID{branch, central})
}

func movementRace(t *trial) {
	var group sync.WaitGroup
	fail := make(chan error, 8)
	for n := range 8 {
		group.Go(func() {
			for round := range 10 { // each sends half of what its neighbour sends, too
				from := (n+round)*50 + 1
				if _, err := t.Move(t.Context(), ours, central, link.Transfer{By: till, Movements: sales(from, from+99)}); err != nil {
					fail <- err
					return
				}
			}
		})
	}
	group.Wait()
	select {
	case err := <-fail:
		t.Fatal(err)
	default:
	}
	ids := map[stocktake.MovementID]bool{}
	for _, e := range t.moved(central) {
		if e.Kind != link.Booked || ids[e.Movement.ID] {
			t.Fatalf("entry %d is %+v", e.Offset, e)
		}
		ids[e.Movement.ID] = true
	}
	equal(t, "the movements", len(ids), 18*50)
}

func feedReopened(t *trial) {
	other := sold(2)
	other.Item = "other"
	t.move(central, link.Transfer{Movements: append(sales(1, 300), other), Claim: link.Claim{Through: 300},
		Watermark: stocktake.Watermark{Since: opening, Through: opening.Add(time.Hour)}})
	log, state := t.moved(central), must(t.Feed(t.Context(), ours, central))
	t.again()
	if !slices.Equal(t.moved(central), log) {
		t.Error("the log has changed")
	}
	same(t, "the feed", must(t.Feed(t.Context(), ours, central)), state)
	equal(t, "the conflicts", len(must(t.Conflicts(t.Context(), ours, central, 1, 10))), 1)
	taken := t.move(central, link.Transfer{Movements: append(sales(299, 301), other)})
	equal(t, "new", taken.New, 1)
	equal(t, "the same", taken.Same, 2)
	equal(t, "where", taken.Conflicts[0].Offset, 301)
	t.moved(central)
}

func feedFolded(t *trial) {
	heard := make(chan count.Committed, 4)
	stop := t.Watch(func(c count.Committed) { heard <- c })
	defer stop()
	t.move(central, link.Transfer{Movements: sales(1, 3), Watermark: stocktake.Watermark{Since: opening, Through: opening.Add(time.Hour)}})
	again := sold(2)
	again.Quantity = -2000
	t.move(central, link.Transfer{Movements: []stocktake.Movement{again}})
	t.move(central, link.Transfer{Movements: sales(1, 3)}) // is told to nobody: nothing is new
	t.move(branch, link.Transfer{Movements: sales(1, 1)})
	for _, site := range []stocktake.SiteID{central, central, branch} {
		select {
		case c := <-heard:
			if c.Society != ours || c.Site != site || c.Session != "" || len(c.Entries) > 0 {
				t.Fatalf("heard %+v, want site %q", c, site)
			}
		case <-time.After(soon):
			t.Fatal("nobody was told")
		}
	}
	log := t.moved(central)
	booked, err := t.Booked(t.Context(), ours, central, 2, 10)
	t.ok(err)
	equal(t, "entries from the second on", len(booked), 4)
	for n, b := range booked {
		e := log[n+1]
		if b.Offset != e.Offset || b.Hash != e.Hash || !b.RecordedAt.Equal(e.RecordedAt) || b.Watermark != e.Watermark {
			t.Fatalf("entry %d is read as %+v", e.Offset, b)
		}
		if (b.Movement != nil) != (e.Kind == link.Booked) || b.Movement != nil && *b.Movement != e.Movement {
			t.Fatalf("movement of entry %d is read as %+v", e.Offset, b.Movement)
		}
	}
	page, err := t.Booked(t.Context(), ours, central, 3, 1)
	t.ok(err)
	equal(t, "a page", len(page), 1)
	none, err := t.Booked(t.Context(), ours, central, 6, 10)
	t.ok(err)
	equal(t, "behind the end", len(none), 0)
}

func postingsFound(t *trial) {
	say := func(n int, posts string, voids int) stocktake.Movement {
		m := sold(n)
		if m.Posts = posts; voids > 0 {
			m.Voids, m.Quantity = sold(voids).ID, 1000
		}
		return m
	}
	found := func(site stocktake.SiteID, after uint64) (list []int) {
		t.Helper()
		for _, m := range must(t.Posted(t.Context(), ours, site, after)) {
			list = append(list, int(m.Position))
		}
		return list
	}
	equal(t, "what a site posted that never sent anything", len(found(central, 0)), 0)
	t.move(central, link.Transfer{Movements: []stocktake.Movement{sold(1), say(2, "1/17", 0), say(3, "", 5), say(4, "", 1)}}) // 3 takes back what is not there yet
	t.move(central, link.Transfer{Movements: append(sales(10, 900), say(5, "1/17-shortage", 0), say(6, "", 2), say(7, "1/18", 2), say(8, "", 6))})
	t.move(branch, link.Transfer{Movements: []stocktake.Movement{say(2, "1/17", 0), say(9, "", 5)}})
	same(t, "what was posted", found(central, 0), []int{2, 3, 5, 6, 7, 8})
	same(t, "behind the second, and what takes it back", found(central, 2), []int{3, 5, 6, 7, 8})
	same(t, "at the branch", found(branch, 0), []int{2})
	conflict := say(5, "1/19", 0)
	t.move(central, link.Transfer{Movements: []stocktake.Movement{conflict}})
	t.again()
	same(t, "what was posted", found(central, 0), []int{2, 3, 5, 6, 7, 8})
	_, err := t.Posted(t.Context(), ours, "a\x00b", 0)
	if stocktake.CodeOf(err) != stocktake.Invalid {
		t.Errorf("a malformed site answers %v", err)
	}
}
