package count_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

const again stocktake.SessionID = "s2"

// sealedFloor is a session of one freezer that was sealed while a second device still held a walk.
func sealedFloor(t *testing.T) (*floor, *device) {
	t.Helper()
	f, d := counted(t)
	f.check(f.svc.Drained(t.Context(), society, session, d.stream, d.mark.Acked))
	f.sealNext(mona, session)
	return f, d
}

func (f *floor) sealNext(by stocktake.Person, id stocktake.SessionID) {
	f.t.Helper()
	_, err := f.svc.Seal(f.t.Context(), by, id, f.view(by, id).Seen, f.chained())
	f.check(err)
}

// chained is an issuer that goes on from the society's last result.
func (f *floor) chained() *issuer {
	f.t.Helper()
	chain, err := f.db.Chain(f.t.Context(), society)
	f.check(err)
	return &issuer{number: chain.Next().Number - 1, previous: chain.Hash}
}

func (f *floor) log(id stocktake.SessionID) []byte {
	f.t.Helper()
	entries, err := f.db.Read(f.t.Context(), society, id, 1, 10_000)
	f.check(err)
	var b []byte
	for _, e := range entries {
		b = append(append(b, e.Hash[:]...), e.AppendStored(nil)...)
	}
	return b
}

func (f *floor) correct(by stocktake.Person, sealed, id stocktake.SessionID) {
	f.t.Helper()
	_, _, err := f.svc.Correct(f.t.Context(), by, sealed, count.Correction{Session: id, Reason: "a handheld came late"})
	f.check(err)
}

// What came too late stands in the late log, until a correction takes it in; the sealed log stays as it was.
func TestCorrectionTakesInWhatCameLate(t *testing.T) {
	f, _ := sealedFloor(t)
	was := f.view(sara, session)
	before := f.log(session)
	late := f.device(society, "d2")
	late.push(walkOf(session, "p2", "badr", 3)...)

	after, err := f.svc.After(t.Context(), sara, session)
	f.check(err)
	if after.LateEvents != 3 || len(after.Late) != 1 || after.Late[0].Location != "C1" || after.Late[0].Person != "badr" || len(after.Changes) != 1 {
		t.Fatalf("after the seal: %+v", after)
	}
	if x := after.Changes[0]; x.Was.Status != count.LineWithin || x.Is.Status != count.LineDisputed {
		t.Fatalf("the line was %s and would be %s", x.Was.Status, x.Is.Status)
	}
	list, err := f.svc.LateSessions(t.Context(), sara)
	f.check(err)
	if len(list) != 1 || list[0].Session != session || list[0].Events != 3 {
		t.Fatalf("sessions with late events: %+v", list)
	}

	f.correct(sara, session, again)
	v := f.view(sara, again)
	if len(v.Disputes) != 1 || v.Plan.Basis == nil || v.Plan.Basis.Session != session || v.LateTaken != 3 || v.State == count.StateSealed {
		t.Fatalf("the correction: %+v with disputes %+v", v.Plan, v.Disputes)
	}
	if list, err := f.svc.LateSessions(t.Context(), sara); err != nil || len(list) != 0 {
		t.Fatalf("once taken in: %+v, %v", list, err)
	}
	d := v.Disputes[0]
	_, err = f.svc.ChooseDispute(t.Context(), sara, again, count.Choice{Location: d.Location, Item: d.Item, Pass: "p2", Digest: d.Digest, Reason: "looked myself"})
	f.check(err)
	l := f.view(sara, again).Line("cold", "ice")
	if l.Variance == nil || l.Variance.Quantity != -1000 {
		t.Fatalf("the line: %+v", l)
	}
	_, err = f.svc.DecideLines(t.Context(), mona, again, count.LinesVerdict{Verdict: count.Approve, Reason: "stands", Lines: []count.LineRef{{Section: "cold", Item: "ice", Digest: l.Digest}}})
	f.check(err)
	_, err = f.svc.BeginClosing(t.Context(), mona, again, count.Because{})
	f.check(err)
	f.sealNext(mona, again)
	if p := count.PastOf(f.view(sara, again), time.UnixMilli(dawn)); len(p.Counted)+len(p.Walks) > 0 {
		t.Fatalf("planning takes a correction for a count: %+v", p)
	}
	if !bytes.Equal(f.log(session), before) {
		t.Fatal("the sealed log has changed")
	}
	if got := f.view(sara, session); whole(t, got) != whole(t, was) {
		t.Fatal("the sealed session's view has changed")
	}

	// A correction is corrected like any sealed session, with all that came of either.
	late.push(walkOf(session, "p3", "dana", 3)...)
	if _, _, err := f.svc.Correct(t.Context(), sara, session, count.Correction{Reason: "x"}); !errors.Is(err, count.CorrectedAlready) {
		t.Fatalf("the first was corrected twice: %v", err)
	}
	f.correct(sara, again, "s3")
	v = f.view(sara, "s3")
	if !slices.Equal(v.Corrected, []stocktake.SessionID{session, again}) || v.LateTaken != 6 || len(v.Passes) != 3 {
		t.Fatalf("the second correction has %v, late %d and %d passes", v.Corrected, v.LateTaken, len(v.Passes))
	}
	if l := v.Line("cold", "ice"); len(l.Decisions) != 1 || !l.Decisions[0].Lapsed {
		t.Fatalf("decided before dana's walk came: %+v", l.Decisions)
	}

	// The same from a store that was opened anew.
	fresh := count.NewService(f.db, f.db, f.db, clock())
	defer fresh.Close()
	w, err := fresh.View(t.Context(), sara, "s3")
	f.check(err)
	if got, want := whole(t, w), whole(t, v); got != want {
		t.Fatalf("folded anew:\n%s", firstDifference(want, got))
	}
}

// More of it comes while the correction is open, and is taken in when somebody says so.
func TestCorrectionTakesInMore(t *testing.T) {
	f, _ := sealedFloor(t)
	f.correct(sara, session, again)
	if _, err := f.svc.TakeLate(t.Context(), sara, again); !errors.Is(err, count.NothingLate) {
		t.Fatalf("nothing has come: %v", err)
	}
	f.device(society, "d2").push(walkOf(session, "p2", "badr", 4)...)
	if v := f.view(sara, again); len(v.Passes) != 1 {
		t.Fatalf("%d walks before anybody took the second in", len(v.Passes))
	}
	c, err := f.svc.CorrectionOf(t.Context(), sara, session)
	f.check(err)
	if c == nil || c.More != 3 || c.State != count.LogOpen {
		t.Fatalf("the correction as the sealed session has it: %+v", c)
	}
	_, err = f.svc.TakeLate(t.Context(), person("ali", stocktake.Counter), again)
	if stocktake.CodeOf(err) != stocktake.Forbidden {
		t.Fatalf("a counter took it in: %v", err)
	}
	_, err = f.svc.TakeLate(t.Context(), sara, again)
	f.check(err)
	v := f.view(sara, again)
	if len(v.Passes) != 2 || v.LateTaken != 3 {
		t.Fatalf("%d walks, late to %d", len(v.Passes), v.LateTaken)
	}
	if who := v.CountedBy("cold", "ice"); !slices.Contains(who, "badr") {
		t.Fatalf("who counted: %v", who)
	}
	if _, err := f.svc.TakeLate(t.Context(), sara, session); !errors.Is(err, count.LogClosed) {
		t.Fatalf("a sealed session took it in: %v", err)
	}
}

// What ingest did not trust is held in the correction, with its reason.
func TestLateQuarantineIsHeldInACorrection(t *testing.T) {
	f, _ := sealedFloor(t)
	d := f.device(society, "d2")
	b := count.Batch{Society: society, Stream: d.stream, First: 1}
	for _, e := range walkOf(session, "p2", "badr", 3) {
		body := encode(t, e)
		b.Digest = count.NextDigest(b.Digest, body)
		r := count.Receive([][]byte{body})[0]
		r.Quarantine(count.DeviceRevoked)
		b.Events = append(b.Events, r)
	}
	_, err := f.db.Append(t.Context(), b)
	f.check(err)
	after, err := f.svc.After(t.Context(), sara, session)
	f.check(err)
	if after.LateEvents != 3 || after.LateHeld != 3 {
		t.Fatalf("after the seal: %+v", after)
	}
	f.correct(sara, session, again)
	v := f.view(sara, again)
	if len(v.Held) != 3 || v.Held[0].Reason != count.DeviceRevoked.Key || v.Held[0].Log != count.LateLog || !v.Held[0].Readable {
		t.Fatalf("held: %+v", v.Held)
	}
	for _, h := range v.Held {
		_, err := f.svc.ResolveQuarantine(t.Context(), sara, again, count.Release{Key: h.Key, Digest: h.Digest, Accept: true, Reason: "seen the device"})
		f.check(err)
	}
	if v := f.view(sara, again); len(v.Passes) != 2 || len(v.Held) != 0 {
		t.Fatalf("let count: %d walks, held %+v", len(v.Passes), v.Held)
	}
}

func TestWhatIsNotCorrected(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	why := count.Correction{Session: again, Reason: "a handheld came late"}
	if _, _, err := f.svc.Correct(t.Context(), sara, session, why); !errors.Is(err, count.CorrectsUnsealed) {
		t.Fatalf("an open session: %v", err)
	}
	if _, _, err := f.svc.Correct(t.Context(), sara, "never-issued", why); stocktake.CodeOf(err) != stocktake.NotFound {
		t.Fatalf("what was never issued: %v", err)
	}
	f, _ = sealedFloor(t)
	for _, by := range []stocktake.Person{person("ali", stocktake.Counter), person("fahd", stocktake.FinancialController)} {
		if _, _, err := f.svc.Correct(t.Context(), by, session, why); stocktake.CodeOf(err) != stocktake.Forbidden {
			t.Fatalf("by %v: %v", by.Roles, err)
		}
	}
	if _, _, err := f.svc.Correct(t.Context(), sara, session, count.Correction{}); !errors.Is(err, count.ReasonNeeded) {
		t.Fatalf("without a reason: %v", err)
	}
	f.correct(sara, session, again)
	if _, _, err := f.svc.Correct(t.Context(), sara, session, count.Correction{Reason: "x"}); !errors.Is(err, count.CorrectionOpen) {
		t.Fatalf("beside an open correction: %v", err)
	}
	_, err := f.svc.Cancel(t.Context(), mona, again, count.Because{Reason: "not needed"})
	f.check(err)
	f.issue(sara, "s4")
	if _, _, err := f.svc.Correct(t.Context(), sara, session, count.Correction{Reason: "x"}); !errors.Is(err, count.SessionOverlap) {
		t.Fatalf("while another session counts the same: %v", err)
	}
	plan := coldPlan("s5")
	plan.Scope.Sections, plan.Basis, plan.Reason = []stocktake.SectionID{"dairy"}, &count.Basis{Session: session, Offset: 1}, "made up"
	_, err = f.svc.Issue(t.Context(), sara, plan)
	f.check(err)
	if v := f.view(sara, "s5"); v.Plan.Basis != nil || v.Plan.Reason != "" {
		t.Fatalf("a plan with a basis was issued: %+v", v.Plan)
	}
}

// A basis that is not what the correction was issued on is refused, with what does not fit.
func TestCorrectionOfAChangedLog(t *testing.T) {
	f, _ := sealedFloor(t)
	p := f.view(sara, session).Plan
	p.Session, p.Reason = again, "made up"
	p.Basis = &count.Basis{Session: session, Offset: f.view(sara, session).Offset, Hash: stocktake.HashOf([]byte("another"))}
	_, err := f.db.Write(t.Context(), count.Draft{Society: society, Session: again, Author: count.Author{Person: "sara"}, Kind: count.Issued, Body: encode(t, p)})
	f.check(err)
	if _, err := f.svc.View(t.Context(), sara, again); !errors.Is(err, count.BasisBroken) {
		t.Fatalf("folded: %v", err)
	}
}

// A session that was sealed under a plan which today nobody could issue is corrected all the same.
func TestCorrectionOfAnEarlierPlan(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, "s0")
	p := f.view(sara, "s0").Plan
	_, err := f.svc.Cancel(t.Context(), mona, "s0", count.Because{Reason: "a pattern"})
	f.check(err)
	p.Session, p.Policy, p.Committee, p.Witness = session, "1", []stocktake.PersonID{"noor"}, "noor"
	_, err = f.db.Write(t.Context(), count.Draft{Society: society, Session: session, Author: count.Author{Person: "sara"}, Kind: count.Issued, Body: encode(t, p)})
	f.check(err)
	d := f.device(society, "d1")
	f.check(f.svc.Join(t.Context(), society, session, d.stream, ""))
	d.push(walkOf(session, "p1", "ali", 4)...)
	_, err = f.svc.BeginClosing(t.Context(), sara, session, count.Because{})
	f.check(err)
	f.check(f.svc.Drained(t.Context(), society, session, d.stream, d.mark.Acked))
	f.sealNext(mona, session)
	if _, _, err := f.svc.Correct(t.Context(), sara, session, count.Correction{Session: again, Name: stocktake.Name{English: strings.Repeat("x", 10_000)}, Reason: "late"}); stocktake.CodeOf(err) != stocktake.Invalid {
		t.Fatalf("an endless name: %v", err)
	}
	f.correct(sara, session, again)
}

// essence is what a view says of goods, people and places, whatever session it is of.
func essence(t testing.TB, v *count.View) string {
	t.Helper()
	all := parts(v)
	for _, own := range []string{"view", "streams", "held", "accepted"} {
		delete(all, own)
	}
	all["totals"], all["rounds"] = v.Totals, v.Rounds
	for name, list := range map[string][]count.Held{"held": v.Held, "accepted": v.Accepted} {
		list = slices.Clone(list)
		for n := range list {
			list[n].Log, list[n].Offset = "", 0 // which log it stands in is the one thing that differs
		}
		all[name] = list
	}
	b, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A correction of nothing new says what the first said, decisions and all; and whatever comes, it says what one session would that had gone on.
// However often anybody looks at it meanwhile.
func TestCorrectionGoesOn(t *testing.T) {
	own := map[count.Kind]bool{ // a session's own affair, which says nothing of goods
		count.Joined: true, count.Drained: true, count.Restored: true, count.Closing: true, count.Reopened: true, count.Signed: true, count.SignatureRefused: true,
		count.SignatureSetAside: true, count.ScopeExtended: true, count.Fenced: true,
	}
	sessions(t, 80, func(t *testing.T, r *random) {
		entries := slices.DeleteFunc(slices.Clone(r.entries), func(e count.Entry) bool { return own[e.Kind] })
		for n := range entries {
			entries[n].Offset = uint64(n) + 1
		}
		cut := 1 + r.IntN(len(entries))
		plan := r.plan
		plan.Session, plan.Basis = again, &count.Basis{Session: session, Offset: uint64(cut)}
		begin := func() *count.Fold {
			f := count.NewFold(society, again)
			issued := entries[0]
			issued.RecordedAt, issued.Body = entries[cut-1].RecordedAt, encode(t, plan)
			if err := f.Apply(issued); err != nil {
				t.Fatal(err)
			}
			f.SetMaterial(r.material)
			for _, e := range entries[:cut] {
				if err := f.Inherit(session, e); err != nil {
					t.Fatal(err)
				}
			}
			return f
		}
		looked := begin()
		for n := cut; ; n++ {
			want := essence(t, fold(t, r.material, entries[:n]).View())
			if got := essence(t, looked.View()); got != want {
				t.Fatalf("correction of %d entries, after %d:\n%s\nlog:\n%s", cut, n, firstDifference(want, got), listing(entries[:n]))
			}
			if n == len(entries) {
				break
			}
			e := entries[n]
			e.Offset = uint64(n-cut) + 2
			if err := looked.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
		seldom := begin()
		for n, e := range entries[cut:] {
			e.Offset = uint64(n) + 2
			if err := seldom.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := whole(t, seldom.View()), whole(t, looked.View()); got != want {
			t.Fatalf("looked at once:\n%s", firstDifference(want, got))
		}
	})
}

// lateLog reads entries as a late log, up to a position.
func lateLog(entries []count.Entry, through uint64) func(uint64, func(*count.Entry) error) error {
	return func(from uint64, visit func(*count.Entry) error) error {
		for n := from; n <= through; n++ {
			if err := visit(&entries[n-1]); err != nil {
				return err
			}
		}
		return nil
	}
}

// A measurement of its clock is all that is missing of a late walk: it can be taken in, and a correction is not sealed without it.
func TestCorrectionTakesInClocks(t *testing.T) {
	f, _ := sealedFloor(t)
	d := f.device(society, "d2")
	f.correct(sara, session, again)
	zero := int64(0)
	d.push(count.Event{Version: 1, ID: "c-late", Name: "clock", Session: session, At: dawn, Offset: &zero})
	_, err := f.svc.BeginClosing(t.Context(), mona, again, count.Because{})
	f.check(err)
	if _, err := f.svc.Seal(t.Context(), mona, again, f.view(mona, again).Seen, f.chained()); !errors.Is(err, count.LateUntaken) {
		t.Fatalf("sealed without it: %v", err)
	}
	if list, err := f.svc.LateSessions(t.Context(), sara); err != nil || len(list) != 0 {
		t.Fatalf("a measurement alone is no late event: %+v, %v", list, err)
	}
	_, err = f.svc.TakeLate(t.Context(), sara, again)
	f.check(err)
	if n := f.view(sara, again).LateTaken; n != 1 {
		t.Fatalf("taken to %d", n)
	}
	f.sealNext(mona, again)
	a, err := f.svc.After(t.Context(), sara, session)
	f.check(err)
	if b := string(encode(t, a)); strings.Contains(b, "null") {
		t.Fatalf("a list that is none: %s", b)
	}
}

// What was taken in of the late log is like what came at the end of the first log, whether it was taken in at once or by and by.
func TestTakingLateIsLikeInTime(t *testing.T) {
	sessions(t, 60, func(t *testing.T, r *random) {
		entries := slices.DeleteFunc(slices.Clone(r.entries), func(e count.Entry) bool { return e.Kind == count.ScopeExtended })
		var basis, late []count.Entry
		for _, e := range entries {
			if isDevice(e) && r.IntN(3) == 0 {
				e.Offset = uint64(len(late)) + 1
				if e.Note = "session-sealed"; e.Kind == count.Quarantined {
					e.Note = "session-sealed; device-revoked"
				}
				late = append(late, e)
				continue
			}
			e.Offset = uint64(len(basis)) + 1
			basis = append(basis, e)
		}
		plan := r.plan
		plan.Session, plan.Basis = again, &count.Basis{Session: session, Offset: uint64(len(basis))}
		take := func(basis, late []count.Entry, look bool) *count.View {
			f := count.NewFold(society, again)
			issued := entries[0]
			issued.Body = encode(t, plan)
			if err := f.Apply(issued); err != nil {
				t.Fatal(err)
			}
			f.SetMaterial(r.material)
			for _, e := range basis {
				if err := f.Inherit(session, e); err != nil {
					t.Fatal(err)
				}
			}
			for n := range late {
				if look {
					f.View()
				}
				if look || n == len(late)-1 {
					if err := f.TakeLate(lateLog(late, uint64(n)+1), uint64(n)+1); err != nil {
						t.Fatal(err)
					}
				}
			}
			return f.View()
		}
		got := take(basis, late, true)
		if got, want := whole(t, got), whole(t, take(basis, late, false)); got != want {
			t.Fatalf("looked at once:\n%s", firstDifference(want, got))
		}
		if n := got.LateTaken; n != uint64(len(late)) {
			t.Fatalf("taken to %d of %d", n, len(late))
		}
		joined := slices.Clone(basis)
		of := func(e count.Entry) bool {
			event, _, _ := count.ParseEvent(e.Body)
			return event != nil && event.Session == session
		}
		brought := map[count.Stream]bool{}
		for _, e := range late {
			brought[e.Author.Stream] = brought[e.Author.Stream] || of(e)
		}
		for _, e := range late {
			if !of(e) && !brought[e.Author.Stream] {
				continue // nobody can tell whose it is
			}
			e.Offset, e.Note = uint64(len(joined))+1, e.QuarantinedFor()
			joined = append(joined, e)
		}
		if want, got := essence(t, take(joined, nil, false)), essence(t, got); got != want {
			t.Fatalf("in the first log:\n%s\nlog:\n%s", firstDifference(want, got), listing(joined))
		}
	})
}

// The feed goes on in a correction. What posts the first result tells how much is in the books already, and is no part of a line: else its
// variance would be gone, and with it the shortage that the correction must name.
func TestFeedOfACorrection(t *testing.T) {
	s := dairy(t, 8, 6)
	s.complete(2000)
	s.wantBand("dairy", "milk", -2, -2, -2)
	sealed := s.bookings[len(s.bookings)-1]
	s.decide("mona", count.Sealed, count.Seal{Series: 1, Number: 7, Movements: sealed.Offset, MovementsHash: sealed.Hash}, stocktake.Manager)
	was := s.view()
	posts := func(what string) func(*stocktake.Movement) {
		return func(m *stocktake.Movement) { m.Section, m.Posts = "dairy", what }
	}
	takesBack := func(id stocktake.MovementID) func(*stocktake.Movement) {
		return func(m *stocktake.Movement) { m.Section, m.Voids = "dairy", id }
	}
	s.book(stocktake.WriteOff, "milk", 1, 2051, takesBack("m4")) // which comes before what it takes back
	s.book(stocktake.Sale, "milk", -1, 602, in("dairy"))
	s.book(stocktake.WriteOff, "milk", -1, 2050, posts("1/7-shortage"))
	s.book(stocktake.WriteOff, "milk", -2, 2060, posts("1/7"))
	s.book(stocktake.WriteOff, "milk", -2, 2070, posts("1/70"))
	s.complete(4000)
	s.wantBand("dairy", "milk", -2, -2, -2) // sealed

	plan := s.plan
	plan.Session, plan.Basis = again, &count.Basis{Session: session, Offset: uint64(len(s.entries))}
	begin := func() *count.Fold {
		f := count.NewFold(society, again)
		if err := f.Apply(count.Entry{Offset: 1, Kind: count.Issued, RecordedAt: minute(3000), Body: encode(t, plan)}); err != nil {
			t.Fatal(err)
		}
		f.SetMaterial(s.material)
		for _, e := range s.entries {
			if err := f.Inherit(session, e); err != nil {
				t.Fatal(err)
			}
		}
		return f
	}
	f := begin()
	f.Book(s.bookings[:sealed.Offset])
	if a, b := essence(t, was), essence(t, f.View()); a != b {
		t.Fatalf("nothing new:\n%s", firstDifference(a, b))
	}
	for _, b := range s.bookings[sealed.Offset:] {
		f.Book([]count.Booking{b})
		f.View()
	}
	once := begin()
	once.Book(s.bookings)
	if a, b := whole(t, once.View()), whole(t, f.View()); a != b {
		t.Fatalf("by and by:\n%s", firstDifference(a, b))
	}
	v := f.View().Line("dairy", "milk").Variance
	// The sale at 602 explains one of the two, or not; the posting of another result is one, as in any session.
	if v == nil || v.Quantity != 1000 {
		t.Fatalf("varies by %+v", v)
	}
	var ids []stocktake.MovementID
	for _, m := range f.View().Postings {
		ids = append(ids, m.ID)
	}
	if !slices.Equal(ids, []stocktake.MovementID{"m4", "m2", "m5"}) {
		t.Fatalf("postings are %v", ids)
	}
}

// A correction is worked on like any session: its handhelds are asked for what it asks, not for what the first did, and whoever counted for the first
// neither recounts nor approves in it.
func TestRecountInACorrection(t *testing.T) {
	f := openFloor(t)
	f.issue(sara, session)
	_, err := f.svc.Assign(t.Context(), sara, session, count.Assignment{Tasks: []count.Task{{ID: "t1", Round: 1, Location: "C1"}}})
	f.check(err)
	d := f.device(society, "d1")
	walk := walkOf(session, "p1", "ali", 4)
	walk[0].Assignment = "t1"
	d.push(walk...)
	_, err = f.svc.BeginClosing(t.Context(), sara, session, count.Because{})
	f.check(err)
	f.sealNext(mona, session)
	f.correct(sara, session, again)

	pack, err := f.svc.Pack(t.Context(), society, again)
	f.check(err)
	if len(pack.Tasks.Tasks) != 0 || len(pack.Book) != 0 || !pack.Plan.Blind {
		t.Fatalf("the pack: %+v", pack)
	}
	recount := count.Recount{Round: 2, Tasks: []count.Task{{ID: "t1", Round: 2, Location: "C1", Items: []stocktake.ItemID{"ice"}, Person: "ali"}}, Reason: "doubted"}
	if _, err := f.svc.OrderRecount(t.Context(), sara, again, recount); !errors.Is(err, count.TaskExists) {
		t.Fatalf("a task's id was given twice: %v", err)
	}
	recount.Tasks[0].ID = "t2"
	if _, err := f.svc.OrderRecount(t.Context(), sara, again, recount); !errors.Is(err, count.RecounterCounted) {
		t.Fatalf("who counted for the first recounts: %v", err)
	}
	recount.Tasks[0].Person = "badr"
	_, err = f.svc.OrderRecount(t.Context(), sara, again, recount)
	f.check(err)
	if pack, err = f.svc.Pack(t.Context(), society, again); err != nil || len(pack.Tasks.Tasks) != 1 || pack.Tasks.Round != 2 {
		t.Fatalf("the pack: %+v, %v", pack.Tasks, err)
	}
	e := f.device(society, "d2")
	f.check(f.svc.Join(t.Context(), society, again, e.stream, ""))
	walk = walkOf(again, "p2", "badr", 2)
	walk[0].Round, walk[0].Assignment = 2, "t2"
	e.push(walk...)
	l := f.view(sara, again).Line("cold", "ice")
	if l.Variance == nil || l.Variance.Quantity != -2000 || len(l.Rounds) != 2 {
		t.Fatalf("recounted: %+v", l)
	}
	verdict := count.LinesVerdict{Verdict: count.Approve, Reason: "stands", Lines: []count.LineRef{{Section: "cold", Item: "ice", Digest: l.Digest}}}
	if _, err := f.svc.DecideLines(t.Context(), person("ali", stocktake.Manager), again, verdict); !errors.Is(err, count.ApproverCounted) {
		t.Fatalf("who counted for the first approves: %v", err)
	}
	_, err = f.svc.DecideLines(t.Context(), mona, again, verdict)
	f.check(err)
	_, err = f.svc.BeginClosing(t.Context(), mona, again, count.Because{})
	f.check(err)
	if _, err := f.svc.Seal(t.Context(), mona, again, f.view(mona, again).Seen, f.chained()); !errors.Is(err, count.SealBlocked) {
		t.Fatalf("sealed while a handheld holds something: %v", err)
	}
	f.check(f.svc.Drained(t.Context(), society, again, e.stream, e.mark.Acked))
	f.sealNext(mona, again)
}
