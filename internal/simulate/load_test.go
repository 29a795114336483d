package simulate_test

import (
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"jard/internal/simulate"
	"jard/internal/stocktake"
)

func TestLoadIsAcknowledgedWhole(t *testing.T) {
	s := newShop(t, 3, 20)
	var codes []string
	for n := range 8 {
		codes = append(codes, "CODE-"+strconv.Itoa(n))
	}
	devices, err := simulate.EnrolAll(t.Context(), s.http.URL, "load", codes)
	if err != nil {
		t.Fatal(err)
	}
	s.busyEvery = 13
	l := simulate.Load{
		Server: s.http.URL, Devices: devices, Session: session, Join: true, Person: "amal", PIN: "1234",
		Locations: []stocktake.LocationID{"A-01", "A-02"}, Batch: 7, Pushes: 9, Warmup: 2, Sync: filepath.Join(t.TempDir(), "load"),
		Items: []simulate.LoadItem{{Item: "i0000", Code: "6291003000000"}, {Item: "عسل \"1\"", Code: "7003", Pack: 12000}},
	}
	r, err := l.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Events != 8*7*9 || r.Busy == 0 || r.PerSecond() <= 0 || r.Latency.Quantile(0.5) > r.Latency.Max() {
		t.Errorf("%s", r)
	}
	got := s.received()
	if len(got) != 8*7*11 {
		t.Errorf("%d events arrived", len(got))
	}
	for _, e := range got {
		if e.Name != "pass.closed" {
			continue
		}
		var n int64
		var sum stocktake.Quantity
		for _, o := range got {
			if o.Pass == e.Pass && o.Name == "observed" {
				q, _ := stocktake.Times(o.Amount, o.Pack)
				n, sum = n+1, sum+q
			}
		}
		if n != e.Observations || sum != e.Quantity {
			t.Errorf("a pass closed as %d, %s; %d, %s arrived", e.Observations, e.Quantity, n, sum)
		}
	}
}

func TestLoadIsChecked(t *testing.T) {
	good := simulate.Load{
		Server: "http://x", Devices: []simulate.Credential{{Device: "d", Token: "t"}}, Session: "s", Person: "p",
		Locations: []stocktake.LocationID{"l"}, Items: []simulate.LoadItem{{Code: "1"}}, Batch: 1, Pushes: 1,
	}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*simulate.Load){
		"no devices": func(l *simulate.Load) { l.Devices = nil },
		"batch":      func(l *simulate.Load) { l.Batch = 1001 },
		"too large":  func(l *simulate.Load) { l.Batch, l.Pushes = 1000, 1e6 },
		"nobody":     func(l *simulate.Load) { l.Person = "" },
	} {
		l := good
		spoil(&l)
		if err := l.Check(); stocktake.CodeOf(err) != stocktake.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHistogram(t *testing.T) {
	var a, b simulate.Histogram
	if a.Quantile(0.5) != 0 {
		t.Error("an empty histogram has a median")
	}
	for n := 1; n <= 1000; n++ {
		h := &a
		if n%2 == 0 {
			h = &b
		}
		h.Add(time.Duration(n) * time.Millisecond)
	}
	a.Merge(&b)
	for q, want := range map[float64]time.Duration{0: time.Millisecond, 0.5: 500 * time.Millisecond, 0.99: 990 * time.Millisecond, 1: time.Second} {
		got := a.Quantile(q)
		if off := float64(got-want) / float64(want); off < -0.01 || off > 0.04 {
			t.Errorf("quantile %v is %v, not %v", q, got, want)
		}
	}
	if a.Count() != 1000 || a.Max() != time.Second {
		t.Errorf("%d, %v", a.Count(), a.Max())
	}
	a.Add(-1)
	a.Add(1 << 62)
}

func TestCompareNamesEveryDifference(t *testing.T) {
	x := func(item stocktake.ItemID, q stocktake.Quantity) simulate.Tally {
		return simulate.Tally{Pass: "p", Location: "l", Item: item, Quantity: q}
	}
	d := simulate.Compare([]simulate.Tally{x("a", 1000), x("b", 0), x("c", 3000)}, []simulate.Tally{x("d", 1), x("c", 2000), x("a", 1000)})
	want := "missing: b at l in pass p: 0\nextra: d at l in pass p: 0.001\ndifferent: c at l in pass p: 3, the server has 2"
	if d.String() != want || d.None() {
		t.Errorf("got:\n%s", d)
	}
	if !simulate.Compare(nil, nil).None() {
		t.Error("nothing differs from nothing")
	}
}
