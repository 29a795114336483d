package ministry_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

func TestDelivery(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	var sent []ministry.Stored
	for range 3 {
		sent = append(sent, s.sealed(nil))
	}
	s.round()
	var before stocktake.Hash
	for i, d := range sent {
		r := s.want(d, ministry.Accepted)
		if r.Number != uint64(i+1) || r.Previous != before || len(r.Faults) != 0 {
			t.Errorf("receipt %d: %+v", i, r)
		}
		before = s.stored(d).Answer.Signed.Hash()
		if s.stored(d).Delivery != nil {
			t.Error("still queued")
		}
	}
	s.verified(3)
}

// verified runs the ministry's own verification and wants no finding.
func (s *society) verified(documents int) {
	s.t.Helper()
	n, err := s.desk.VerifyChain(s.ctx, s.id, func(f ministry.Finding) { s.t.Errorf("finding at %s: %s %s", f.Place, f.Key, f.Path) })
	if err != nil || n != documents {
		s.t.Errorf("verified %d documents of %d: %v", n, documents, err)
	}
	if _, err := s.desk.VerifyReceipts(s.ctx, func(f ministry.Finding) { s.t.Errorf("finding at %s: %s", f.Place, f.Key) }); err != nil {
		s.t.Error(err)
	}
}

// TestMinistryDownThenUp: a week without a ministry loses nothing and holds no seal up; attempts become rare; when it is
// back everything arrives in order.
func TestMinistryDownThenUp(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	s.down.Store(true)
	first := s.sealed(nil)
	var attempts int
	for week := s.clock.Now().Add(7 * 24 * time.Hour); s.clock.Now().Before(week); {
		next := s.round()
		attempts = s.stored(first).Delivery.Attempts
		if wait := next.Sub(s.clock.Now()); wait > time.Minute || wait <= 0 {
			t.Fatalf("sleeps %s", wait)
		}
		s.clock.move(s.stored(first).Delivery.Next.Sub(s.clock.Now()))
		if attempts == 4 {
			s.sealed(nil) // sealing goes on
		}
	}
	if attempts < 1000 || attempts > 1100 { // ten minutes apart, after the first few
		t.Errorf("%d attempts in a week", attempts)
	}
	second := must(s.box.Results(s.ctx, s.id, result.Ref{Series: 1, Number: 2}, 1))[0]
	if second.Delivery.Attempts != 0 {
		t.Error("a later result was tried before the first got through")
	}
	s.start(s.box) // a restart in between: the queue is durable
	s.down.Store(false)
	s.round()
	s.want(first, ministry.Accepted)
	s.want(second, ministry.Accepted)
	s.verified(2)
}

// TestLostAnswer: the ministry filed it, its answer never came. Sending again gives the same receipt and a second one is
// not made.
func TestLostAnswer(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	d := s.sealed(nil)
	s.round() // recovery done
	s.want(d, ministry.Accepted)
	e := s.sealed(nil)
	s.lose.Store(true)
	s.round()
	if s.stored(e).Answer != nil || s.stored(e).Delivery.Attempts != 1 || !s.stored(e).Delivery.Blocking {
		t.Fatalf("%+v", s.stored(e).Delivery)
	}
	s.lose.Store(false)
	s.clock.move(time.Minute)
	s.round()
	if r := s.want(e, ministry.Accepted); r.Number != 2 || len(s.inbox.receipts) != 2 {
		t.Errorf("receipt %d of %d", r.Number, len(s.inbox.receipts))
	}
	path := "/api/ministry/results/" + escaped + "/1/2"
	_, _, one := s.put(path, e.Signed)
	_, _, two := s.put(path, e.Signed)
	if !bytes.Equal(one, two) || len(s.inbox.receipts) != 2 {
		t.Error("repeated PUT gave another receipt")
	}
}

const escaped = "%D8%A7%D9%84%D8%B1%D9%85%D9%8A%D8%AB%D9%8A%D8%A9%2F1"

func TestRefusedKeepsItsNumber(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	bad := s.sealed(func(d *result.Document) {
		d.Lines[0].Snapshot++
		d.Lines[1].Value++
		d.Session.Kind = "guess"
		d.Totals.Exact++
		d.Software = ""
	})
	later := s.sealed(nil)
	s.round()
	r := s.want(bad, ministry.Refused, "expected-wrong", "value-wrong", "field-wrong", "total-wrong")
	if len(r.Faults) < 5 {
		t.Errorf("not every fault: %v", r.Faults)
	}
	s.want(later, ministry.Accepted) // it names the refused one as the document before it
	puts := s.puts.Load()
	s.clock.move(time.Hour)
	s.round()
	if s.puts.Load() != puts {
		t.Error("a refusal was sent again")
	}

	correction := s.sealed(func(d *result.Document) {
		d.Type = result.Correction
		d.Corrects = &result.Corrects{Series: 1, Number: 1, Hash: bad.Hash, Session: bad.Session}
	})
	s.round()
	s.want(correction, ministry.Accepted)
	if f := must(s.inbox.Filing(s.ctx, s.id, bad.Hash)); f.CorrectedBy != correction.Hash {
		t.Error("the corrected one does not say so")
	}
	s.verified(3)
}

func TestCorrections(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	one, two := s.sealed(nil), s.sealed(nil)
	correct := func(c result.Corrects) ministry.Stored {
		return s.sealed(func(d *result.Document) { d.Type, d.Corrects = result.Correction, &c })
	}
	at := func(d ministry.Stored) result.Corrects {
		return result.Corrects{Series: d.At.Series, Number: d.At.Number, Hash: d.Hash, Session: d.Session}
	}
	otherSession := at(one)
	otherSession.Session = two.Session
	a := correct(otherSession)
	otherPlace := at(one)
	otherPlace.Number = 2
	b := correct(otherPlace)
	unknown := at(one)
	unknown.Hash = stocktake.HashOf([]byte("?"))
	c := correct(unknown)
	otherSite := s.sealed(func(d *result.Document) {
		corrects := at(one)
		d.Type, d.Corrects, d.Session.Site = result.Correction, &corrects, "warehouse"
	})
	good := correct(at(one))
	again := correct(at(one))
	ofCorrection := correct(at(good))
	s.round()
	s.want(a, ministry.Refused, "correction-mismatch")
	s.want(b, ministry.Refused, "correction-mismatch")
	s.want(c, ministry.Held, "corrected-missing")
	s.want(otherSite, ministry.Refused, "correction-mismatch")
	s.want(good, ministry.Accepted)
	s.want(again, ministry.Refused, "corrected-already")
	s.want(ofCorrection, ministry.Accepted)
}

func TestTampered(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	d := s.sealed(nil)
	path := "/api/ministry/results/" + escaped + "/1/1"
	bad := bytes.Clone(d.Signed.Document)
	bad[len(bad)/2] ^= 1
	if status, key, _ := s.put(path, result.Signed{Document: bad, Signature: d.Signed.Signature}); status != http.StatusForbidden || key != "signature-wrong" {
		t.Errorf("tampered: %d %s", status, key)
	}
	if status, key, _ := s.put("/api/ministry/results/"+escaped+"/1/2", d.Signed); status != http.StatusBadRequest || key != "place-mismatch" {
		t.Errorf("at another's place: %d %s", status, key)
	}
	if status, key, _ := s.put("/api/ministry/results/nobody/1/1", d.Signed); status != http.StatusForbidden || key != "society-not-enrolled" {
		t.Errorf("unknown society: %d %s", status, key)
	}
	other := s.society("adailiya").enrol()
	o := other.sealed(nil)
	if status, key, _ := s.put(path, o.Signed); status != http.StatusForbidden || key != "signature-wrong" {
		t.Errorf("another society's key: %d %s", status, key)
	}
	if status, key, _ := s.put("/api/ministry/results/adailiya/1/1", d.Signed); status != http.StatusForbidden || key != "signature-wrong" {
		t.Errorf("under another society's name: %d %s", status, key)
	}
	if len(s.inbox.filed[s.id]) != 0 || len(s.inbox.receipts) != 0 {
		t.Error("a bad signature took a place")
	}
	s.round()
	s.want(d, ministry.Accepted)
}

func TestGapIsHeldUntilFilled(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	s.round()
	one, two, three := s.sealed(nil), s.sealed(nil), s.sealed(nil)
	put := func(d ministry.Stored, verdict ministry.Verdict) {
		t.Helper()
		answer, err := s.arrive(d)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Verdict != verdict {
			t.Fatalf("%s: %s, want %s", d.At, answer.Verdict, verdict)
		}
	}
	put(one, ministry.Accepted)
	put(three, ministry.Held)
	put(three, ministry.Held)
	if len(s.inbox.receipts) != 2 {
		t.Errorf("%d receipts: a held one gets one only", len(s.inbox.receipts))
	}
	alarms := must(s.desk.Alarms(s.ctx, s.id))
	if len(alarms) != 1 || alarms[0].Key != "numbers-missing" {
		t.Errorf("the gap is not shown: %+v", alarms)
	}
	put(two, ministry.Accepted)
	s.round() // the courier sends all three, for it has no receipt
	s.want(three, ministry.Accepted)
	s.verified(3)
	if len(s.inbox.receipts) != 4 {
		t.Errorf("%d receipts", len(s.inbox.receipts))
	}
}

// arrive hands a document to the desk past HTTP.
func (s *society) arrive(d ministry.Stored) (ministry.Answer, error) {
	answer, err := s.desk.Receive(s.ctx, ministry.Arrival{Society: s.id, At: d.At, Kind: d.Kind, Signed: d.Signed})
	return answer, err
}

func TestHeldIsRetriedByTheCourier(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	s.round()
	one, two := s.sealed(nil), s.sealed(nil)
	if err := s.box.Postponed(s.ctx, ministry.Postponement{Delivery: ministry.Delivery{
		Society: s.id, At: one.At, Attempts: 1, Next: s.clock.Now().Add(5 * time.Minute), Cause: "signature-wrong",
	}}); err != nil {
		t.Fatal(err)
	}
	s.round()
	s.want(two, ministry.Held, "predecessor-missing")
	if s.stored(two).Delivery == nil {
		t.Fatal("a held result is not sent again")
	}
	s.clock.move(5 * time.Minute)
	s.round()
	s.want(one, ministry.Accepted)
	s.clock.move(5 * time.Minute)
	s.round()
	s.want(two, ministry.Accepted)
}

func TestTwoDocumentsOneNumber(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	one := s.sealed(nil)
	a, b := s.compose(nil), s.compose(nil)
	for i, d := range []ministry.Stored{one, a, b} {
		if answer, err := s.arrive(d); err != nil || (answer.Verdict == ministry.Refused) != (i == 2) {
			t.Fatal(i, err, answer.Verdict)
		}
	}
	if list := must(s.desk.Results(s.ctx, s.id, result.Ref{Series: 1, Number: 2}, 10)); len(list) != 2 {
		t.Errorf("%d kept", len(list))
	}
	alarms := must(s.desk.Alarms(s.ctx, s.id))
	if len(alarms) != 1 || alarms[0].Key != "number-taken" || alarms[0].Hash != b.Hash {
		t.Errorf("alarms %+v", alarms)
	}
}

func TestBrokenLink(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	one, two := s.sealed(nil), s.sealed(nil)
	forged := s.compose(func(d *result.Document) { d.Previous = one.Hash })
	for _, d := range []ministry.Stored{one, two, forged} {
		answer, err := s.arrive(d)
		if err != nil {
			t.Fatal(err)
		}
		if (answer.Verdict == ministry.Refused) != (d.Hash == forged.Hash) {
			t.Errorf("%s: %s", d.At, answer.Verdict)
		}
	}
}

func TestDryRun(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	d := s.sealed(func(d *result.Document) { d.Lines[0].Value++ })
	status, _, body := s.put("/api/ministry/results/"+escaped+"/1/1?dryRun=1", d.Signed)
	if status != http.StatusOK || !bytes.Contains(body, []byte(`"value-wrong"`)) || !bytes.Contains(body, []byte(`"signature":""`)) ||
		!bytes.Contains(body, []byte(`"number":0`)) {
		t.Errorf("%d %s", status, body)
	}
	if len(s.inbox.filed[s.id]) != 0 || len(s.inbox.receipts) != 0 {
		t.Error("a dry run kept something")
	}
}

// TestCourierRuns: woken by a seal, it delivers; told to end, it ends, and no delivery is lost.
func TestCourierRuns(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	ctx, stop := context.WithCancel(t.Context())
	s.box.delivered = make(chan result.Ref, 8)
	ended := make(chan error)
	go func() { ended <- s.courier.Run(ctx) }()
	for range 3 {
		d := s.sealed(nil)
		s.courier.Wake()
		if at := <-s.box.delivered; at != d.At {
			t.Fatalf("delivered %s", at)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	s.verified(3)
}

// TestForgedReceipt: an answer that the pinned ministry did not sign for this document is none.
func TestForgedReceipt(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	s.round()
	d := s.sealed(nil)
	stranger := newWorld(t)
	i := must(s.box.Identity(s.ctx, s.id))
	i.Ministry.URL = stranger.http.URL
	if err := s.box.PutIdentity(s.ctx, i); err != nil {
		t.Fatal(err)
	}
	// The stranger knows the society's key and receipts everything.
	code := must(stranger.desk.NewEnrolmentCode(s.ctx, s.id, stocktake.Name{English: "x"}, stocktake.Capital))
	if _, err := s.signer.Enrol(s.ctx, s.http.Client(), s.id, s.http.URL, code); !errors.Is(err, ministry.WrongMinistry) {
		t.Errorf("a code of another ministry: %v", err)
	}
	stranger.inbox.members[s.id] = s.inbox.members[s.id]
	s.round()
	stored := s.stored(d)
	if stored.Answer != nil || stored.Delivery == nil || stored.Delivery.Cause != "receipt-wrong" {
		t.Errorf("%+v %+v", stored.Answer, stored.Delivery)
	}
}

func TestSealNeedsTheChain(t *testing.T) {
	s := newWorld(t).society(rumaithiya)
	d := s.compose(nil)
	s.sealed(nil)
	if err := s.box.seal(s.id, d); !errors.Is(err, count.ChainMoved) {
		t.Errorf("%v", err)
	}
}

func TestLargeBodyIsRefused(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	status, key, _ := s.put("/api/ministry/keys/"+escaped, result.Signed{
		Document: []byte(strings.Repeat(" ", 65<<10)), Signature: []byte("x..y"),
	})
	if status != http.StatusRequestEntityTooLarge || key != "body-too-large" {
		t.Errorf("%d %s", status, key)
	}
}
