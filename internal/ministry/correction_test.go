package ministry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/link"
	"jard/internal/ministry"
	"jard/internal/reconcile"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// kiosk is a society's server on a real store, with a shop of two items in one section and one place.
type kiosk struct {
	*world
	db      *boltdb.DB
	counts  *count.Service
	signer  *ministry.Signer
	courier *ministry.Courier
	marks   map[stocktake.DeviceID]count.Mark
}

const kioskID stocktake.SocietyID = "kiosk"

var (
	kioskPlanner = stocktake.Person{Society: kioskID, ID: "sara", Roles: []stocktake.Role{stocktake.Supervisor}}
	kioskManager = stocktake.Person{Society: kioskID, ID: "mona", Roles: []stocktake.Role{stocktake.Manager}}
)

func (w *world) kiosk() *kiosk {
	w.t.Helper()
	dir := w.t.TempDir()
	db := must(boltdb.Open(filepath.Join(dir, "jard.db"), boltdb.Options{Clock: w.clock.Now, InitialMmapSize: 64 << 20}))
	k := &kiosk{world: w, db: db, counts: count.NewService(db, db, db, w.clock.Now), marks: map[stocktake.DeviceID]count.Mark{}}
	w.t.Cleanup(func() {
		k.counts.Close()
		if err := db.Close(); err != nil {
			w.t.Error(err)
		}
	})
	k.signer = must(ministry.NewSigner(db, filepath.Join(dir, "keys"), w.clock))
	k.courier = ministry.NewCourier(db, k.signer, w.http.Client(), w.clock, func() float64 { return 1 }, quiet())
	code := must(w.desk.NewEnrolmentCode(w.ctx, kioskID, stocktake.Name{Arabic: "جمعية الكشك"}, stocktake.Hawalli))
	if _, err := k.signer.Enrol(w.ctx, w.http.Client(), kioskID, w.http.URL, code); err != nil {
		w.t.Fatal(err)
	}
	site := stocktake.Site{
		ID: "central", Name: stocktake.Name{Arabic: "السوق"}, Kind: stocktake.CentralMarket,
		Sections:  []stocktake.Section{{ID: "dry", Name: stocktake.Name{Arabic: "جاف"}, Custodian: stocktake.Name{Arabic: "خالد"}}},
		Locations: []stocktake.Location{{ID: "B1", Name: stocktake.Name{Arabic: "رف"}, Section: "dry", Kind: stocktake.Floor}},
	}
	k.publish("site/central", must(stocktake.NewDocument(site)))
	head, chunks, err := stocktake.NewCatalogue([]stocktake.Item{
		{ID: "rice", Name: stocktake.Name{Arabic: "أرز"}, Unit: stocktake.Piece}, {ID: "tea", Name: stocktake.Name{Arabic: "شاي"}, Unit: stocktake.Piece},
		{ID: "salt", Name: stocktake.Name{Arabic: "ملح"}, Unit: stocktake.Piece},
	})
	k.check(err)
	k.publish("catalogue", head, chunks...)
	k.publish("snapshot/central", must(stocktake.NewSnapshot(stocktake.Snapshot{
		Site: "central", AsOf: w.clock.Now(), Lines: []stocktake.BookLine{{Section: "dry", Item: "rice", Quantity: 10_000, Cost: 1_000_000}, {Section: "dry", Item: "tea", Quantity: 5000, Cost: 400_000}},
	})))
	return k
}

// issue issues the session "first", in which every difference waits for the manager.
func (k *kiosk) issue() {
	k.t.Helper()
	tolerance := stocktake.Quantity(0)
	_, err := k.counts.Issue(k.ctx, kioskPlanner, count.Plan{
		Session: "first", Name: stocktake.Name{Arabic: "جرد"}, Site: "central", Kind: count.Full, Blind: true, Tolerance: reconcile.Tolerance{Quantity: &tolerance},
		Tiers: []count.Tier{{Role: stocktake.Manager}},
	})
	k.check(err)
}

func (k *kiosk) publish(name string, d stocktake.Document, rest ...stocktake.Document) {
	k.t.Helper()
	k.check(k.db.Publish(k.ctx, kioskID, name, d, rest...))
}

func (k *kiosk) check(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// walk is pushed by a handheld: a pass over the shelf in one session, each event changed by more, if any.
func (k *kiosk) walk(device stocktake.DeviceID, session stocktake.SessionID, pass stocktake.PassID, who stocktake.PersonID, rice, tea int64, more func(*count.Event)) {
	k.t.Helper()
	zero, at := int64(0), k.clock.Now().Add(-10*time.Minute).UnixMilli()
	var bodies [][]byte
	record := func(e count.Event) {
		if more != nil {
			more(&e)
		}
		e.Version, e.ID, e.Session, e.Pass, e.At, e.Mono, e.Offset = 1, stocktake.EventID(stocktake.RandomID()), session, pass, at, at-1_000_000_000_000, &zero
		if e.Name == "clock" {
			e.Pass = ""
		}
		at += 1000
		bodies = append(bodies, must(json.Marshal(e)))
	}
	record(count.Event{Name: "clock"})
	record(count.Event{Name: "pass.opened", Location: "B1", Round: 1, Person: who, Mode: "quantity"})
	record(count.Event{Name: "observed", Item: "rice", Code: "1", Pack: 1000, Amount: stocktake.Quantity(rice * 1000)})
	record(count.Event{Name: "observed", Item: "tea", Code: "2", Pack: 1000, Amount: stocktake.Quantity(tea * 1000)})
	record(count.Event{Name: "pass.closed", Observations: 2, Quantity: stocktake.Quantity((rice + tea) * 1000)})
	record(count.Event{Name: "clock"})
	stream := count.Stream{Device: device, Epoch: "e1"}
	b := count.Batch{Society: kioskID, Stream: stream, First: k.marks[device].Acked + 1, Prev: k.marks[device].Digest, Digest: k.marks[device].Digest}
	for _, body := range bodies {
		b.Digest = count.NextDigest(b.Digest, body)
	}
	b.Events = count.Receive(bodies)
	k.marks[device] = must(k.db.Append(k.ctx, b))
}

func (k *kiosk) book(watermark bool, list ...stocktake.Movement) {
	k.t.Helper()
	x := link.Transfer{By: "till", Movements: list}
	if watermark {
		x.Watermark = stocktake.Watermark{Since: k.clock.Now().Add(-72 * time.Hour), Through: k.clock.Now()}
	}
	if _, err := k.db.Move(k.ctx, kioskID, "central", x); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kiosk) view(session stocktake.SessionID) *count.View {
	k.t.Helper()
	return must(k.counts.View(k.ctx, kioskManager, session))
}

// settle approves what waits, and seals.
func (k *kiosk) settle(session stocktake.SessionID) *result.Document {
	k.t.Helper()
	for _, l := range k.view(session).Lines {
		if l.Waits() {
			_, err := k.counts.DecideLines(k.ctx, kioskManager, session, count.LinesVerdict{
				Verdict: count.Approve, Reason: "looked", Lines: []count.LineRef{{Section: l.Section, Item: l.Item, Digest: l.Digest}},
			})
			k.check(err)
		}
	}
	_, err := k.counts.BeginClosing(k.ctx, kioskManager, session, count.Because{})
	k.check(err)
	_, err = k.counts.Seal(k.ctx, kioskManager, session, k.view(session).Seen, ministry.NewIssuer(k.db, k.db, k.signer, "jard test"))
	k.check(err)
	all := must(k.db.Results(k.ctx, kioskID, result.Ref{Series: 1, Number: 1}, 100))
	return must(result.Parse(must(k.db.Result(k.ctx, kioskID, all[len(all)-1].At)).Signed.Document))
}

// sealed is all that is stored of a sealed session: its log, its result and the signature.
func (k *kiosk) sealed(session stocktake.SessionID, at result.Ref) []byte {
	k.t.Helper()
	var b []byte
	for _, e := range must(k.db.Read(k.ctx, kioskID, session, 1, 10_000)) {
		b = append(append(b, e.Hash[:]...), e.AppendStored(nil)...)
	}
	s := must(k.db.Result(k.ctx, kioskID, at))
	return append(append(b, s.Signed.Document...), s.Signed.Signature...)
}

func (k *kiosk) accepted(d *result.Document) {
	k.t.Helper()
	_, err := k.courier.Round(context.WithoutCancel(k.ctx))
	k.check(err)
	a := must(k.db.Result(k.ctx, kioskID, d.Ref())).Answer
	if a == nil || a.Verdict != ministry.Accepted {
		k.t.Fatalf("the ministry's answer to %s: %+v", d.Ref(), a)
	}
}

func wantLeft(t *testing.T, d *result.Document, shortage, surplus map[stocktake.ItemID]stocktake.Quantity) {
	t.Helper()
	for n, v := range must(d.Vouchers()) {
		want := []map[stocktake.ItemID]stocktake.Quantity{shortage, surplus}[n]
		if len(v.Lines) != len(want) {
			t.Errorf("%s has %d lines, want %v", v.Number, len(v.Lines), want)
		}
		for _, l := range v.Lines {
			if want[l.Item] != l.Quantity {
				t.Errorf("%s posts %s of %s, want %s", v.Number, l.Quantity, l.Item, want[l.Item])
			}
		}
	}
}

// After the seal a walk comes late, a sale is booked late, and one shortage is posted wrongly and the other never: a correction says what the result should
// have been and what is left to post, the ministry takes it for the first, and nothing sealed changes by it. So it is once more after that.
func TestCorrectionsOfASealedCount(t *testing.T) {
	k := newWorld(t).kiosk()
	k.clock.move(24 * time.Hour)
	k.issue()
	k.clock.move(time.Hour)
	k.walk("d1", "first", "p1", "ali", 7, 4, nil)
	k.clock.move(24 * time.Hour)
	k.book(true)
	first := k.settle("first")
	k.accepted(first)
	wantLeft(t, first, map[stocktake.ItemID]stocktake.Quantity{"rice": -3000, "tea": -1000}, nil)
	before := k.sealed("first", first.Ref())

	k.clock.move(time.Hour)
	k.walk("d2", "first", "p2", "badr", 8, 4, nil) // of that evening, as far as anybody can tell
	sold := k.clock.Now().Add(-38 * time.Hour)
	k.book(true,
		stocktake.Movement{ID: "till/1", Kind: stocktake.Sale, Item: "tea", Section: "dry", Quantity: -1000, Booked: sold},
		stocktake.Movement{ID: "erp/1", Kind: stocktake.WriteOff, Item: "rice", Section: "dry", Quantity: -5000, Booked: k.clock.Now(), Posts: first.Ref().String() + "-shortage"})
	after := must(k.counts.After(k.ctx, kioskPlanner, "first"))
	if after.LateEvents != 4 || len(after.Movements) != 1 || after.Movements[0].Item != "tea" || len(after.Changes) != 2 {
		t.Fatalf("after the seal: %+v", after)
	}

	_, _, err := k.counts.Correct(k.ctx, kioskPlanner, "first", count.Correction{Session: "second", Reason: "a handheld came late"})
	k.check(err)
	for _, d := range k.view("second").Disputes {
		_, err := k.counts.ChooseDispute(k.ctx, kioskPlanner, "second", count.Choice{Location: d.Location, Item: d.Item, Pass: "p2", Digest: d.Digest, Reason: "two cases behind"})
		k.check(err)
	}
	k.clock.move(24 * time.Hour)
	k.book(true)
	second := k.settle("second")
	k.accepted(second)
	if c := second.Corrects; second.Type != result.Correction || c.Ref() != first.Ref() || c.Session != "first" || c.Reason != "a handheld came late" || c.Log == nil {
		t.Fatalf("corrects %+v", c)
	}
	if l := second.Totals.Shortage; l.Lines != 1 || second.Totals.Lines != 2 {
		t.Fatalf("what was posted has left the result: %+v", second.Totals)
	}
	// Rice is short of two and five were written off; tea matches, and nothing of it was posted.
	wantLeft(t, second, map[stocktake.ItemID]stocktake.Quantity{"rice": 3000}, nil)
	if !bytes.Equal(k.sealed("first", first.Ref()), before) {
		t.Fatal("the sealed session has changed")
	}

	// The first voucher is posted once more by mistake; the correction's is not yet.
	beforeSecond := k.sealed("second", second.Ref())
	k.clock.move(time.Hour)
	k.book(true, stocktake.Movement{ID: "erp/2", Kind: stocktake.WriteOff, Item: "tea", Section: "dry", Quantity: -1000, Booked: k.clock.Now(), Posts: first.Ref().String()})
	_, _, err = k.counts.Correct(k.ctx, kioskPlanner, "second", count.Correction{Session: "third", Reason: "posted after it was replaced"})
	k.check(err)
	k.clock.move(24 * time.Hour)
	k.book(true)
	third := k.settle("third")
	k.accepted(third)
	if third.Corrects.Ref() != second.Ref() || len(third.Lines) != 2 || third.Lines[0].Variance != second.Lines[0].Variance || third.Lines[1].Variance != second.Lines[1].Variance {
		t.Fatalf("the third: %+v", third)
	}
	wantLeft(t, third, map[stocktake.ItemID]stocktake.Quantity{"rice": 3000, "tea": 1000}, nil)
	if !bytes.Equal(k.sealed("first", first.Ref()), before) || !bytes.Equal(k.sealed("second", second.Ref()), beforeSecond) {
		t.Fatal("a sealed session has changed")
	}
}

// A code that turns out to be other goods leaves no line of those that it was taken for. What was posted of them is taken out of the books again, at
// what it was brought in at.
func TestCorrectionTakesBackALineThatIsNoMore(t *testing.T) {
	k := newWorld(t).kiosk()
	k.publish("snapshot/central", must(stocktake.NewSnapshot(stocktake.Snapshot{
		Site: "central", AsOf: k.clock.Now(), Lines: []stocktake.BookLine{{Section: "dry", Item: "rice", Quantity: 10_000, Cost: 1_000_000}, {Section: "dry", Item: "salt", Cost: 300_000}, {Section: "dry", Item: "tea", Cost: 400_000}},
	})))
	k.clock.move(24 * time.Hour)
	k.issue()
	k.clock.move(time.Hour)
	k.walk("d1", "first", "p1", "ali", 8, 2, func(e *count.Event) {
		if e.Item == "tea" {
			e.Item, e.Code = "", "777"
		}
	})
	_, err := k.counts.ResolveCode(k.ctx, kioskPlanner, "first", count.Resolution{Code: "777", Item: "tea", Pack: 1000, Reason: "looks like tea"})
	k.check(err)
	k.clock.move(24 * time.Hour)
	k.book(true)
	first := k.settle("first")
	k.accepted(first)
	wantLeft(t, first, map[stocktake.ItemID]stocktake.Quantity{"rice": -2000}, map[stocktake.ItemID]stocktake.Quantity{"tea": 2000})

	k.clock.move(time.Hour)
	k.book(true, stocktake.Movement{ID: "erp/1", Kind: stocktake.WriteOff, Item: "tea", Section: "dry", Quantity: 2000, Booked: k.clock.Now(), Posts: first.Ref().String() + "-surplus"},
		stocktake.Movement{ID: "erp/2", Kind: stocktake.WriteOff, Item: "salt", Quantity: -1000, Booked: k.clock.Now(), Posts: first.Ref().String()})
	_, _, err = k.counts.Correct(k.ctx, kioskPlanner, "first", count.Correction{Session: "second", Reason: "it was rice"})
	k.check(err)
	_, err = k.counts.ResolveCode(k.ctx, kioskPlanner, "second", count.Resolution{Code: "777", Item: "rice", Pack: 1000, Reason: "it was rice"})
	k.check(err)
	k.clock.move(24 * time.Hour)
	k.book(true)
	second := k.settle("second")
	k.accepted(second)
	wantLeft(t, second, map[stocktake.ItemID]stocktake.Quantity{"salt": 1000}, map[stocktake.ItemID]stocktake.Quantity{"tea": -2000})
	if v := must(second.Vouchers())[0]; v.Lines[0].Cost != 300_000 || v.Value != 300 {
		t.Errorf("what was posted without a section and never ordered is taken back by %+v", v)
	}
	if v := must(second.Vouchers())[1]; v.Lines[0].Cost != 400_000 || v.Value != -800 || v.Lines[0].Name.Arabic == "" {
		t.Errorf("the voucher takes back %+v", v)
	}
}
