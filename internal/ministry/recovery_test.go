package ministry_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

func TestEnrolment(t *testing.T) {
	s := newWorld(t).society(rumaithiya)
	code := s.code()
	if len(strings.Split(code, "-")) != 7 || len(code) != 34 {
		t.Errorf("code %q", code)
	}
	typed := strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(code, "-", " "), "0", "o"))
	statement, err := s.signer.Enrol(s.ctx, s.http.Client(), s.id, s.http.URL+"/", typed)
	if err != nil {
		t.Fatal(err)
	}
	if statement.Governorate != stocktake.Hawalli || len(statement.Keys) != 1 {
		t.Errorf("%+v", statement)
	}
	i := must(s.box.Identity(s.ctx, s.id))
	if i.Ministry == nil || i.Ministry.Key != s.key.Public() || len(i.Keys) != 1 {
		t.Errorf("identity %+v", i)
	}
	// An answer that was lost: the same server asks again with the same code.
	if _, err := s.signer.Enrol(s.ctx, s.http.Client(), s.id, s.http.URL, code); err != nil {
		t.Errorf("the same key again: %v", err)
	}
	if m := must(s.inbox.Member(s.ctx, s.id)); len(m.Keys) != 1 {
		t.Errorf("keys %+v", m.Keys)
	}
	// Another server with the same code.
	thief := s.society(rumaithiya)
	if _, err := thief.signer.Enrol(s.ctx, s.http.Client(), s.id, s.http.URL, code); !errors.Is(err, ministry.CodeWrong) ||
		stocktake.CodeOf(err) != stocktake.Forbidden || stocktake.Fault(err).Arabic() == "" {
		t.Errorf("a code used twice: %v", err)
	}
	other := s.society("adailiya")
	if _, err := other.signer.Enrol(s.ctx, s.http.Client(), other.id, s.http.URL, s.code()); !errors.Is(err, ministry.CodeWrong) {
		t.Errorf("a code of another society: %v", err)
	}
	late := other.code()
	s.clock.move(ministry.CodeLife + time.Second)
	if _, err := other.signer.Enrol(s.ctx, s.http.Client(), other.id, s.http.URL, late); !errors.Is(err, ministry.CodeWrong) {
		t.Errorf("an expired code: %v", err)
	}
	for _, c := range []string{"", "abcd", code + "7", strings.Replace(code, code[:1], "U", 1)} {
		if _, err := other.signer.Enrol(s.ctx, s.http.Client(), other.id, s.http.URL, c); !errors.Is(err, ministry.CodeMalformed) {
			t.Errorf("%q: %v", c, err)
		}
	}
	for _, address := range []string{"", "ftp://x", "https://", "https://x/?a=b", "https://a:b@x"} {
		if _, err := other.signer.Enrol(s.ctx, s.http.Client(), other.id, address, late); !errors.Is(err, ministry.AddressWrong) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// TestSealedBeforeEnrolment: results, and a change of key, from before the society ever knew a ministry.
func TestSealedBeforeEnrolment(t *testing.T) {
	s := newWorld(t).society(rumaithiya)
	one := s.sealed(nil)
	period, err := s.signer.ChangeKey(s.ctx, s.id, "yearly")
	if err != nil {
		t.Fatal(err)
	}
	three := s.sealed(nil)
	s.enrol()
	s.round()
	s.want(one, ministry.Accepted)
	s.want(three, ministry.Accepted)
	if m := must(s.inbox.Member(s.ctx, s.id)); len(m.Keys) != 2 || m.Keys[1] != period {
		t.Errorf("keys %+v", m.Keys)
	}
	s.verified(3)
}

func TestKeyRotation(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	one := s.sealed(nil)
	s.round()
	composed := s.compose(nil) // with the old key, not yet sealed
	period, err := s.signer.ChangeKey(s.ctx, s.id, "yearly")
	if err != nil || period.From != (result.Ref{Series: 1, Number: 3}) {
		t.Fatal(period, err)
	}
	if err := s.box.seal(s.id, composed); !errors.Is(err, count.ChainMoved) {
		t.Errorf("a result signed with the old key slipped in: %v", err)
	}
	three := s.sealed(nil)
	if kid, _ := result.SignedBy(three.Signed.Signature); kid != period.Key.Fingerprint() {
		t.Error("not signed with the new key")
	}
	// The result reaches the ministry before the change of key: unknown key, no place, and later all is well.
	if _, err := s.arrive(three); !errors.Is(err, result.SignatureWrong) {
		t.Errorf("%v", err)
	}
	s.start(s.box)
	s.round()
	s.want(one, ministry.Accepted)
	s.want(three, ministry.Accepted)
	s.verified(3)
	// The old key signs nothing more; the requests of the new one are answered.
	i := must(s.box.Identity(s.ctx, s.id))
	s.start(s.box)
	if err := s.signer.Recover(s.ctx, s.http.Client(), s.id); err != nil || len(i.Keys) != 2 {
		t.Error(err, i.Keys)
	}
	forged := s.compose(nil)
	old := must(result.LoadKey(filepath.Join(s.dir, "society-"+escaped+".pem")))
	forged.Signed.Signature = old.Sign(forged.Signed.Document)
	if _, err := s.arrive(forged); !errors.Is(err, result.SignatureWrong) {
		t.Errorf("signed with the old key: %v", err)
	}
	status, key, _ := s.put("/api/ministry/keys/"+escaped, one.Signed)
	if status != http.StatusForbidden || key != "signature-wrong" {
		t.Errorf("a result as a change of key: %d %s", status, key)
	}
}

// TestRestore: locked, then recovered from the ministry; a result signed in between never exists.
func TestRestore(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	one := s.sealed(nil)
	s.round()
	backup := s.box.restored()
	two := s.sealed(nil)
	if _, err := s.signer.ChangeKey(s.ctx, s.id, "yearly"); err != nil { // the backup does not know of it
		t.Fatal(err)
	}
	four := s.sealed(nil)
	s.round()
	s.want(four, ministry.Accepted)

	s.start(backup)
	d := s.compose(nil)
	if err := s.box.seal(s.id, d); !errors.Is(err, count.SigningLocked) {
		t.Fatalf("signed after a restore: %v", err)
	}
	if _, err := s.signer.ChangeKey(s.ctx, s.id, ""); !errors.Is(err, count.SigningLocked) {
		t.Fatalf("key changed after a restore: %v", err)
	}
	s.down.Store(true)
	s.round()
	if chain := must(s.box.Chain(s.ctx, s.id)); !chain.Locked {
		t.Fatal("unlocked without the ministry")
	}
	s.down.Store(false)
	s.clock.move(time.Minute)
	s.round()
	chain := must(s.box.Chain(s.ctx, s.id))
	if chain.Locked || chain.Head != (result.Head{Ref: four.At, Hash: four.Hash}) {
		t.Fatalf("%+v", chain)
	}
	for _, d := range []ministry.Stored{one, two, four} {
		if again := s.stored(d); string(again.Signed.Document) != string(d.Signed.Document) || again.Answer == nil || again.Delivery != nil {
			t.Errorf("%s did not come back whole", d.At)
		}
	}
	five := s.sealed(nil)
	s.round()
	s.want(five, ministry.Accepted)
	s.verified(5)
}

// TestRestoreUnnoticed: an old store file put back by hand, which locks nothing, is found at the start.
func TestRestoreUnnoticed(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	s.sealed(nil)
	s.round()
	backup := s.box.restored()
	two := s.sealed(nil)
	s.round()
	c := backup.chains[s.id]
	c.Locked = false
	backup.chains[s.id] = c
	s.start(backup)
	s.round()
	if chain := must(s.box.Chain(s.ctx, s.id)); chain.Hash != two.Hash {
		t.Errorf("%+v", chain)
	}
}

// TestRestoreForked: the ministry has another document at a number that this store has: people decide.
func TestRestoreForked(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	s.round()
	old := s.box.restored()
	one := s.sealed(nil)
	s.round()
	s.want(one, ministry.Accepted)
	old.chains[s.id] = ministry.Chain{Head: result.Start()}
	s.start(old)
	twin := s.sealed(nil) // sealed unlocked, against all rules
	c := old.chains[s.id]
	c.Locked = true
	old.chains[s.id] = c
	if err := s.signer.Recover(s.ctx, s.http.Client(), s.id); !errors.Is(err, ministry.ChainForked) {
		t.Fatalf("%v", err)
	}
	s.round()
	if chain := must(s.box.Chain(s.ctx, s.id)); !chain.Locked || chain.Hash != twin.Hash {
		t.Errorf("%+v", chain)
	}
	// The way out: a new series that cites the last known document.
	if _, err := s.box.OpenSeries(s.ctx, s.id, 1); !errors.Is(err, ministry.SeriesUsed) {
		t.Errorf("%v", err)
	}
	if _, err := s.box.OpenSeries(s.ctx, s.id, 2); err != nil {
		t.Fatal(err)
	}
	next := s.sealed(nil)
	if next.At != (result.Ref{Series: 2, Number: 1}) || next.Previous != twin.Hash {
		t.Errorf("%s %s", next.At, next.Previous)
	}
	s.clock.move(time.Hour)
	s.round()
	s.want(next, ministry.Accepted)
	s.want(twin, ministry.Refused, "number-taken")
	keys := map[string]bool{}
	for _, a := range must(s.desk.Alarms(s.ctx, s.id)) {
		keys[a.Key] = true
	}
	if !keys["number-taken"] || !keys["series-opened"] {
		t.Errorf("alarms %v", keys)
	}
}

func TestNewSeriesMustCite(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	one := s.sealed(nil)
	s.round()
	for previous, want := range map[stocktake.Hash]ministry.Verdict{
		{}: ministry.Refused, stocktake.HashOf([]byte("lost with the old disk")): ministry.Held, one.Hash: ministry.Accepted,
	} {
		s.box.chains[s.id] = ministry.Chain{Head: result.Head{Ref: result.Ref{Series: 2}, Hash: previous}}
		d := s.compose(nil)
		s.inbox.filed[s.id] = s.inbox.filed[s.id][:1]
		if answer := must(s.arrive(d)); answer.Verdict != want {
			t.Errorf("citing %s: %s, want %s", previous, answer.Verdict, want)
		}
	}
}

// TestLostKey: the private key is gone with the disk; a code enrols a new one, from after what the ministry has.
func TestLostKey(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	one := s.sealed(nil)
	s.round()
	two := s.sealed(nil) // not delivered yet: the old key's signature stays good for it
	if err := os.RemoveAll(s.dir); err != nil {
		t.Fatal(err)
	}
	s.start(s.box)
	if _, err := s.signer.Sign(s.ctx, s.id, result.Ref{Series: 1, Number: 3}, []byte("x")); !errors.Is(err, result.KeyFileMissing) {
		t.Fatalf("%v", err)
	}
	if _, err := s.signer.ReplaceLostKey(s.ctx, s.id); err != nil {
		t.Fatal(err)
	}
	s.enrol()
	three := s.sealed(nil)
	s.round()
	s.want(one, ministry.Accepted)
	s.want(two, ministry.Accepted)
	s.want(three, ministry.Accepted)
	if m := must(s.inbox.Member(s.ctx, s.id)); len(m.Keys) != 2 || m.Keys[1].From != three.At {
		t.Errorf("keys %+v", m.Keys)
	}
	s.verified(3)
}

// TestLostEverything: a new server without store or keys gets the whole chain back.
func TestLostEverything(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	var sent []ministry.Stored
	for range 25 { // more than are adopted at once
		sent = append(sent, s.sealed(nil))
	}
	s.round()
	fresh := s.society(rumaithiya)
	fresh.seed = 100
	fresh.enrol()
	chain := must(fresh.box.Chain(s.ctx, s.id))
	if chain.Ref != sent[24].At || chain.Hash != sent[24].Hash {
		t.Fatalf("%+v", chain)
	}
	next := fresh.sealed(nil)
	fresh.round()
	fresh.want(next, ministry.Accepted)
	fresh.verified(26)
}

// TestOneSocietyCannotReadAnother: reading needs the society's own newest key, and no older request serves again.
func TestOneSocietyCannotReadAnother(t *testing.T) {
	w := newWorld(t)
	s := w.society(rumaithiya).enrol()
	s.sealed(nil)
	s.round()
	other := w.society("adailiya").enrol()
	// The other's server claims to be this society: its own key signs.
	i := must(other.box.Identity(w.ctx, other.id))
	i.Society = s.id
	if err := other.box.PutIdentity(w.ctx, i); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(other.dir, "society-adailiya.pem"), filepath.Join(other.dir, "society-"+escaped+".pem")); err != nil {
		t.Fatal(err)
	}
	if err := other.signer.Recover(w.ctx, w.http.Client(), s.id); !errors.Is(err, ministry.RequestUnsigned) {
		t.Errorf("%v", err)
	}
	for _, path := range []string{"/head", "/1/1"} {
		r := must(http.NewRequestWithContext(w.ctx, http.MethodGet, w.http.URL+"/api/ministry/results/"+escaped+path, nil))
		if status, _ := w.do(r); status != http.StatusUnauthorized {
			t.Errorf("unsigned %s: %d", path, status)
		}
	}
}

// TestRequestIsGoodForLittle: a recorded request serves neither later, nor for another address.
func TestRequestIsGoodForLittle(t *testing.T) {
	w := newWorld(t)
	s := w.society(rumaithiya).enrol()
	s.sealed(nil)
	s.round()
	var recorded *http.Request
	spy := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		recorded = r.Clone(w.ctx)
		return http.DefaultTransport.RoundTrip(r)
	})}
	s.start(s.box.restored())
	if err := s.signer.Recover(w.ctx, spy, s.id); err != nil {
		t.Fatal(err)
	}
	send := func() int {
		status, _ := w.do(recorded.Clone(w.ctx))
		return status
	}
	if status := send(); status != http.StatusOK {
		t.Fatalf("recorded request: %d", status)
	}
	query := recorded.URL.RawQuery
	recorded.URL.RawQuery = "after=1%2F0&x=1"
	if status := send(); status != http.StatusUnauthorized {
		t.Errorf("another query: %d", status)
	}
	recorded.URL.RawQuery = query
	w.clock.move(6 * time.Minute)
	if status := send(); status != http.StatusUnauthorized {
		t.Errorf("six minutes later: %d", status)
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestStatementIsVerified: somebody in between changes what the ministry says, or plays back what it said before.
func TestStatementIsVerified(t *testing.T) {
	w := newWorld(t)
	s := w.society(rumaithiya).enrol()
	backup := s.box.restored()
	s.sealed(nil)
	s.round()
	var played []byte
	through := func(change func(path, body string) string) error {
		s.start(backup.restored())
		s.clock.move(time.Second)
		return s.signer.Recover(w.ctx, &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			answer, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				return nil, err
			}
			body, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			answer.Body = io.NopCloser(strings.NewReader(change(r.URL.Path, string(body))))
			return answer, err
		})}, s.id)
	}
	sound := through(func(path, body string) string {
		if strings.HasSuffix(path, "/head") && played == nil {
			played = []byte(body)
		}
		return body
	})
	if sound != nil {
		t.Fatal(sound)
	}
	for name, change := range map[string]func(path, body string) string{
		"head":      func(_, body string) string { return strings.Replace(body, `"number":1`, `"number":0`, 1) },
		"document":  func(_, body string) string { return strings.Replace(body, `"kind":"full"`, `"kind":"spot"`, 1) },
		"receipt":   func(_, body string) string { return strings.Replace(body, `"accepted"`, `"refused"`, 1) },
		"signature": func(_, body string) string { return strings.Replace(body, `"signature":"ey`, `"signature":"eY`, 1) },
		"page":      func(_, _ string) string { return "<html>" },
		"replay": func(path, body string) string {
			if strings.HasSuffix(path, "/head") {
				return string(played)
			}
			return body
		},
	} {
		if err := through(change); !errors.Is(err, ministry.ReceiptWrong) {
			t.Errorf("%s changed: %v", name, err)
		}
		if chain := must(s.box.Chain(w.ctx, s.id)); !chain.Locked || chain.Number != 0 {
			t.Errorf("%s changed, and adopted: %+v", name, chain)
		}
	}
}
