package handheld_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/link"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// Quantities in thousandths that stand nowhere else, so that any of them in an answer is a leak.
const (
	firstCount  = 41_111_000
	secondCount = 42_222_000
	recounted   = 43_333_000
	tested      = 44_444_000
)

// night is a world with one session of two sections and a committee, and with handhelds whose people count there.
type night struct {
	*world
	t     *testing.T
	layla stocktake.Person
	of    map[stocktake.PersonID]*device
	walks int
}

// newNight issues session n1 in the place of s1.
func newNight(t *testing.T, double bool) *night {
	w := start(t)
	n := &night{world: w, t: t, layla: stocktake.Person{Society: "salwa", ID: "layla", Roles: []stocktake.Role{stocktake.CommitteeMember}}, of: map[stocktake.PersonID]*device{}}
	_, err := w.sessions.Cancel(t.Context(), boss, "s1", count.Because{Reason: "another is counted"})
	w.check(err)
	site := stocktake.Site{
		ID: "central", Name: stocktake.Name{English: "Central"}, Kind: stocktake.CentralMarket,
		Sections: []stocktake.Section{{ID: "dairy", Name: stocktake.Name{English: "Dairy"}}, {ID: "frozen", Name: stocktake.Name{English: "Frozen"}}},
	}
	for _, l := range []struct {
		id      stocktake.LocationID
		section stocktake.SectionID
	}{{"A-01", "dairy"}, {"A-02", "dairy"}, {"F-01", "frozen"}} {
		site.Locations = append(site.Locations, stocktake.Location{ID: l.id, Name: stocktake.Name{English: string(l.id)}, Section: l.section, Kind: stocktake.Floor})
	}
	w.publish("salwa", "site/central", site)
	_, err = w.sessions.Issue(t.Context(), boss, count.Plan{
		Session: "n1", Name: stocktake.Name{English: "Night"}, Site: "central", Kind: count.Full, Blind: true, Double: double,
		Tiers: []count.Tier{{Role: stocktake.Manager}}, Committee: []stocktake.PersonID{"layla"},
	})
	w.check(err)
	return n
}

// handheld is somebody's device, signed in and joined.
func (n *night) handheld(id stocktake.DeviceID, who stocktake.PersonID) *device {
	n.Helper()
	d := n.device(id, string(who))
	if status, body, _ := n.call("POST", "/signin", d.token, map[string]any{"person": who, "pin": "1234"}); status != http.StatusOK {
		n.Fatalf("sign in: %d %s", status, body)
	}
	n.join(d.token, "n1", d.epoch)
	d.sessions, n.of[who] = []stocktake.SessionID{"n1"}, d
	return d
}

// walk records that somebody walks a location and finds so much milk, or with nothing given meets nothing. It gives the numbers of its first
// event and its last.
func (n *night) walk(who stocktake.PersonID, at stocktake.LocationID, round int, task string, quantity int64) (first, last uint64) {
	d := n.of[who]
	n.walks++
	first = d.last() + 1
	when, id := time.Now().UnixMilli(), func() string { return stocktake.RandomID() }
	pass := fmt.Sprintf("p-%s-%d", who, n.walks)
	d.record(fmt.Appendf(nil, `{"v":1,"id":%q,"kind":"pass.opened","session":"n1","at":%d,"pass":%q,"location":%q,"round":%d,"assignment":%q,"person":%q,"mode":"quantity"}`, id(), when, pass, at, round, task, who))
	observations := 0
	if quantity > 0 {
		observations = 1
		d.record(fmt.Appendf(nil, `{"v":1,"id":%q,"kind":"observed","session":"n1","at":%d,"pass":%q,"item":"milk","code":"6291003012345","pack":1000,"amount":%d}`, id(), when, pass, quantity))
	}
	d.record(fmt.Appendf(nil, `{"v":1,"id":%q,"kind":"pass.closed","session":"n1","at":%d,"pass":%q,"observations":%d,"quantity":%d}`, id(), when, pass, observations, quantity))
	return first, d.last()
}

// counts is walk over the HTTP way.
func (n *night) counts(who stocktake.PersonID, at stocktake.LocationID, round int, task string, quantity int64) {
	n.Helper()
	first, last := n.walk(who, at, round, task, quantity)
	d := n.of[who]
	d.post(d.pushed(first, last))
}

func (n *night) view() *count.View {
	n.Helper()
	v, err := n.sessions.View(n.t.Context(), boss, "n1")
	n.check(err)
	return v
}

// A handheld is told where to count again, where to test and what of the two counts of a location is left, and never what anybody found, nor the
// books: in no frame, no pack, no answer and no error.
func TestRoundsTellNoQuantities(t *testing.T) {
	n := newNight(t, true)
	var told strings.Builder
	spy := n.device("d9", "spy")
	ask := func(method, path string, body any) {
		status, answer, header := n.call(method, path, spy.token, body)
		fmt.Fprintf(&told, "%s %s %d %v\n%s\n", method, path, status, header, answer)
	}
	hear := func() wire.Frame {
		t.Helper()
		f, err := spy.receive()
		n.check(err)
		fmt.Fprintf(&told, "%s\n", wire.Encode(f))
		return f
	}
	look := func() {
		ask("GET", "/sessions", nil)
		ask("POST", "/join", map[string]any{"session": "n1", "epoch": spy.epoch, "app": "1.0.0"})
		ask("POST", "/push", wire.Encode(spy.hello())) // welcome and feeds
		ask("POST", "/join", map[string]any{"session": "n2", "epoch": spy.epoch, "app": "1.0.0"})
		ask("PUT", "/photos/"+strings.Repeat("0", 64), "no picture")
	}
	ask("POST", "/signin", map[string]any{"person": "sami", "pin": "1234"})
	spy.sessions = []stocktake.SessionID{"n1"}
	look()
	fmt.Fprintf(&told, "%s\n", wire.Encode(spy.connect()))
	hear()
	for who, id := range map[stocktake.PersonID]stocktake.DeviceID{"fatima": "d1", "yousef": "d2", "dana": "d3", "badr": "d4"} {
		n.handheld(id, who)
	}
	feedOf := func(round int) wire.Task {
		t.Helper()
		f, ok := hear().(*wire.Feed)
		if !ok || len(f.Tasks) == 0 {
			t.Fatalf("no task came: %s", told.String()[max(0, told.Len()-500):])
		}
		task := f.Tasks[slices.IndexFunc(f.Tasks, func(x wire.Task) bool { return x.Round == round })]
		return task
	}

	// Two independent counts that differ, and a recount.
	n.counts("fatima", "A-01", 1, "", firstCount)
	n.counts("yousef", "A-01", 1, "", secondCount)
	for _, at := range []stocktake.LocationID{"A-02"} {
		n.counts("fatima", at, 1, "", 0)
		n.counts("yousef", at, 1, "", 0)
	}
	if v := n.view(); len(v.Disputes) != 1 {
		t.Fatalf("%+v", v.Lines)
	}
	look()
	_, err := n.sessions.OrderWanted(t.Context(), boss, "n1", count.Want{Of: count.PickDisputes}, []stocktake.PersonID{"dana"})
	n.check(err)
	again := feedOf(2)
	look()
	n.counts("dana", "A-01", 2, again.Assignment, recounted)
	if l := n.view().Line("dairy", "milk"); l.Variance == nil || l.Counted != recounted {
		t.Fatalf("%+v", l)
	}
	look()

	// A test of it, which differs, and the recount that this leads to.
	_, err = n.sessions.OrderTest(t.Context(), n.layla, "n1", count.TestWant{Lines: []count.LineRef{{Section: "dairy", Item: "milk"}}, Person: "badr"}, nil)
	n.check(err)
	f, ok := hear().(*wire.Feed)
	if !ok || len(f.Tasks) != 2 {
		t.Fatalf("the test is not told: %+v", f)
	}
	test := f.Tasks[slices.IndexFunc(f.Tasks, func(x wire.Task) bool { return x.Assignment != again.Assignment })]
	n.counts("badr", "A-01", test.Round, test.Assignment, tested)
	if l := n.view().Line("dairy", "milk"); !l.TestDiffers {
		t.Fatalf("%+v", l)
	}
	look()
	_, err = n.sessions.OrderWanted(t.Context(), boss, "n1", count.Want{Of: count.PickTests}, []stocktake.PersonID{"sami"})
	n.check(err)
	hear()

	// What it says itself, right and wrong.
	spy.record([]byte(`{"v":1,"id":"nonsense-1","kind":"observed","session":"n1"}`), []byte(`no event at all`))
	spy.push(1, spy.last())
	hear()
	spy.send(&wire.Drained{Session: "n1", Last: 2})
	hear()
	look()
	_, err = n.sessions.BeginClosing(t.Context(), boss, "n1", count.Because{})
	n.check(err)
	hear()
	look()

	secrets := []int64{firstCount, secondCount, recounted, tested, 73_331_000, 9_117_791_177}
	for _, secret := range secrets {
		// Whole numbers: five digits in a row stand in some hash now and then.
		form := regexp.MustCompile(fmt.Sprintf(`\b(%d|%d|%s)\b`, secret, secret/1000, regexp.QuoteMeta(stocktake.Quantity(secret).String())))
		if at := form.FindStringIndex(told.String()); at != nil {
			t.Errorf("%s leaks: …%s…", form, told.String()[max(0, at[0]-200):min(told.Len(), at[1]+100)])
		}
	}
	// The search would be worth nothing if the numbers did not stand where they may be seen.
	rounds := fmt.Sprintf("%+v", n.view().RoundsOf("dairy", "milk"))
	for _, q := range []stocktake.Quantity{firstCount, secondCount, recounted, tested} {
		if !strings.Contains(rounds, q.String()) {
			t.Errorf("%s is not among the rounds: %s", q, rounds)
		}
	}
}

// A recount that is ordered at the board arrives while people walk: at the handheld of the nearest who may count it, named, with its items and by
// when; and what they find settles the line.
func TestRecountArrivesAtTheNearestWhoMay(t *testing.T) {
	n := newNight(t, false)
	fatima, yousef, badr := n.handheld("d1", "fatima"), n.handheld("d2", "yousef"), n.handheld("d3", "badr")
	for _, d := range []*device{fatima, yousef, badr} {
		d.connect()
		expect[*wire.Feed](d)
	}
	live := func(d *device, first, last uint64) {
		t.Helper()
		d.push(first, last)
		for d.acked < last {
			d.acked = expect[*wire.Ack](d).Through
		}
	}
	first, last := n.walk("badr", "F-01", 1, "", 0)
	live(badr, first, last)
	first, last = n.walk("fatima", "A-01", 1, "", 73_331_000)
	live(fatima, first, last)
	first, last = n.walk("yousef", "A-02", 1, "", 0)
	live(yousef, first, last)

	// The feed brings goods that may have been put away before the count or after it.
	now := time.Now().UTC()
	_, err := n.db.Move(t.Context(), "salwa", "central", link.Transfer{
		By: "till", Watermark: stocktake.Watermark{Since: now.AddDate(0, 0, -2), Through: now.Add(-time.Hour)},
		Movements: []stocktake.Movement{{ID: "r1", Kind: stocktake.Receipt, Item: "milk", Quantity: 12_000, Booked: now.Add(time.Minute), Section: "dairy"}},
	})
	n.check(err)
	if l := n.view().Line("dairy", "milk"); l.Status != count.LineUncertain {
		t.Fatalf("%s: %+v", l.Status, l.Variance)
	}
	due := now.Add(2 * time.Hour).Truncate(time.Millisecond)
	_, err = n.sessions.OrderWanted(t.Context(), boss, "n1", count.Want{Of: count.PickUncertain, Due: due, Reason: "goods came in"}, []stocktake.PersonID{"badr", "fatima", "yousef"})
	n.check(err)
	for who, d := range map[string]*device{"fatima": fatima, "yousef": yousef, "badr": badr} {
		f := expect[*wire.Feed](d)
		if len(f.Tasks) != 1 {
			t.Fatalf("%s is told of %+v", who, f.Tasks)
		}
		x := f.Tasks[0]
		if x.Person != "yousef" || x.Location != "A-01" || x.Round != 2 || !slices.Equal(x.Items, []stocktake.ItemID{"milk"}) || x.Due != due.UnixMilli() {
			t.Fatalf("%s is told of %+v", who, x)
		}
	}
	task := n.view().Tasks[0].ID
	first, last = n.walk("yousef", "A-01", 2, task, 73_331_000)
	live(yousef, first, last)
	v := n.view()
	if l := v.Line("dairy", "milk"); len(l.Adopted) != 1 || l.Adopted[0].Round != 2 || !v.Tasks[0].Done {
		t.Fatalf("%+v, %+v", l.Adopted, v.Tasks)
	}
}
