package count_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"jard/internal/count"
	"jard/internal/stocktake"
)

const (
	openedEvent   = `{"v":1,"id":"e1","kind":"pass.opened","session":"s1","at":1767250800000,"pass":"p1","location":"C1","round":1,"person":"ali","mode":"quantity"}`
	observedEvent = `{"v":1,"id":"e2","kind":"observed","session":"s1","at":1767250800000,"pass":"p1","scanned_at":1767250799000,"code":"c1","item":"ice","pack":1000,"amount":4000}`
	reversedEvent = `{"v":1,"id":"e3","kind":"reversed","session":"s1","at":1767250800000,"pass":"p1","code":"c1","item":"ice","pack":1000,"amount":4000,"reverses":"e2"}`
	closedEvent   = `{"v":1,"id":"e4","kind":"pass.closed","session":"s1","at":1767250800000,"pass":"p1","observations":1,"quantity":4000}`
	movedEvent    = `{"v":1,"id":"e6","kind":"moved","session":"s1","at":1767250800000,"person":"ali","code":"c1","item":"ice","pack":1000,"amount":4000,"from":"A1","to":"C1","taken_at":1767250790000}`
	movedBack     = `{"v":1,"id":"e7","kind":"reversed","session":"s1","at":1767250800000,"code":"c1","item":"ice","pack":1000,"amount":4000,"from":"A1","to":"C1","taken_at":1767250790000,"reverses":"e6"}`
	clockEvent    = `{"v":1,"id":"e5","kind":"clock","session":"s1","at":1767250800000,"offset":-12,"rtt":40}`
)

func TestEventsThatAreTaken(t *testing.T) {
	for body, kind := range map[string]count.Kind{
		openedEvent: count.PassOpened, observedEvent: count.Observed, reversedEvent: count.Reversed, closedEvent: count.PassClosed,
		clockEvent: count.Clocked, movedEvent: count.Moved, movedBack: count.Reversed,
		strings.Replace(observedEvent, `"amount":4000`, `"amount":4000,"note":"`+strings.Repeat("ش", count.MaxNote)+`"`, 1): count.Observed,
		strings.Replace(observedEvent, `"amount":4000`, `"amount":0`, 1):                                                    count.Observed,
		strings.Replace(observedEvent, `"amount":4000`, `"amount":10000000000,"new_field":[1,{}]`, 1):                       count.Observed,
		strings.Replace(observedEvent, `"amount":4000`, `"amount":1500,"condition":"damaged","expiry":"2028-02-29"`, 1):     count.Observed,
		strings.Replace(observedEvent, `"amount"`, `"photo":"`+strings.Repeat("0a", 32)+`","amount"`, 1):                    count.Observed,
		strings.Replace(observedEvent, `,"item":"ice"`, "", 1):                                                              count.Observed,
		strings.Replace(observedEvent, `"code":"c1",`, "", 1):                                                               count.Observed,
		strings.Replace(clockEvent, `-12`, "-1700000000000", 1):                                                             count.Clocked, // a device in 1970
	} {
		e, got, err := count.ParseEvent([]byte(body))
		if err != nil || got != kind || e.Session != "s1" {
			t.Errorf("%s: %s, %v", body, got, err)
		}
	}
	e, _, err := count.ParseEvent([]byte(strings.Replace(observedEvent, `"amount"`, `"condition":"saleable","amount"`, 1)))
	if err != nil || e.Condition != count.Saleable {
		t.Errorf("condition %q, %v; saleable is left out", e.Condition, err)
	}
}

// Each field that is wrong is refused for its own reason.
func TestEventsThatAreRefused(t *testing.T) {
	reason := func(key string) *stocktake.Reason { return &stocktake.Reason{Key: key} }
	for _, c := range []struct {
		body, from, to string
		want           *stocktake.Reason
	}{
		{observedEvent, `{"v"`, `{{"v"`, count.EventUnreadable},
		{observedEvent, `}`, ``, count.EventUnreadable},
		{observedEvent, `"amount":4000`, `"amount":4.5`, count.EventUnreadable},
		{observedEvent, `"amount":4000`, `"amount":"4"`, count.EventUnreadable},
		{observedEvent, `"amount":4000`, `"amount":99999999999999999999`, count.EventUnreadable},
		{observedEvent, `"c1"`, "\"\xff\"", count.EventUnreadable},
		{observedEvent, `"c1"`, `"` + strings.Repeat("x", count.MaxEvent) + `"`, count.EventTooLarge},
		{observedEvent, `"amount"`, `"photo":"0a","amount"`, count.EventField},
		{observedEvent, `"v":1`, `"v":2`, count.EventVersion},
		{observedEvent, `"v":1,`, ``, count.EventVersion},
		{observedEvent, `observed`, `observed2`, count.EventKind},
		{observedEvent, `"session":"s1",`, ``, reason("id-empty")},
		{observedEvent, `"s1"`, `"~late"`, reason("id-characters")},
		{observedEvent, `"id":"e2"`, `"id":""`, reason("id-empty")},
		{observedEvent, `"id":"e2"`, `"id":"` + strings.Repeat("e", 65) + `"`, reason("id-too-long")},
		{observedEvent, `"id":"e2"`, `"id":"e\u0000"`, reason("id-characters")},
		{observedEvent, `"at":1767250800000`, `"at":-1`, count.EventField},
		{observedEvent, `"at":1767250800000`, `"at":9000000000000`, count.EventField},
		{observedEvent, `"pass":"p1"`, `"pass":" p1"`, reason("id-characters")},
		{observedEvent, `"pass":"p1",`, ``, reason("id-empty")},
		{observedEvent, `"scanned_at":1767250799000`, `"scanned_at":1767250800001`, count.EventField},
		{observedEvent, `"scanned_at":1767250799000`, `"scanned_at":-5`, count.EventField},
		{observedEvent, `"scanned_at":1767250799000`, `"all_here":true`, count.EventField},
		{observedEvent, `"code":"c1","item":"ice",`, ``, count.EventField},
		{observedEvent, `"item":"ice"`, `"item":"ice\n"`, reason("id-characters")},
		{observedEvent, `"c1"`, `"` + strings.Repeat("x", count.MaxText+1) + `"`, count.EventField},
		{observedEvent, `"pack":1000,`, ``, count.EventField},
		{observedEvent, `"pack":1000`, `"pack":-1000`, count.EventField},
		{observedEvent, `"pack":1000`, `"pack":10000000001`, count.EventField},
		{observedEvent, `"amount":4000`, `"amount":-1`, count.EventField},
		{observedEvent, `"amount":4000`, `"amount":10000000001`, count.EventField},
		{observedEvent, `"pack":1000,"amount":4000`, `"pack":12000,"amount":9000000000`, count.EventField},
		{observedEvent, `"pack":1000,"amount":4000`, `"pack":333,"amount":1`, reason("quantity-inexact")},
		{observedEvent, `"amount":4000`, `"amount":4000,"condition":"eaten"`, count.EventField},
		{observedEvent, `"amount":4000`, `"amount":4000,"expiry":"2027-02-29"`, count.EventField},
		{observedEvent, `"amount":4000`, `"amount":4000,"expiry":"01/02/2027"`, count.EventField},
		{observedEvent, `"amount":4000`, `"amount":4000,"offset":4000000000000`, count.EventField},
		{observedEvent, `"amount":4000`, `"amount":4000,"rtt":-1`, count.EventField},
		{observedEvent, `"amount":4000`, `"amount":4000,"price":-1`, count.EventField},
		{observedEvent, `"amount":4000`, `"amount":4000,"price":9007199254740992`, count.EventField},
		{observedEvent, `"amount":4000`, `"amount":4000,"unit_price":1000000001`, count.EventField},
		{observedEvent, `"amount":4000`, `"amount":4000,"price":1750`, count.EventField},
		{observedEvent, `"amount":4000`, `"amount":4000,"unit_price":1250`, count.EventField},
		{observedEvent, `"amount":4000`, `"amount":4000,"mono":9007199254740992`, count.EventField},
		{reversedEvent, `,"reverses":"e2"`, ``, reason("id-empty")},
		{reversedEvent, `"amount":4000`, `"amount":-4000`, count.EventField},
		{openedEvent, `"location":"C1",`, ``, reason("id-empty")},
		{openedEvent, `"person":"ali",`, ``, reason("id-empty")},
		{openedEvent, `"round":1`, `"round":0`, count.EventField},
		{openedEvent, `"round":1`, `"round":100`, count.EventField},
		{openedEvent, `"quantity"`, `"guess"`, count.EventField},
		{openedEvent, `"mode"`, `"continues":"p0","replaces":"p0","mode"`, count.EventField},
		{openedEvent, `"mode"`, `"assignment":"` + strings.Repeat("t", 65) + `","mode"`, count.EventField},
		{observedEvent, `"amount":4000`, `"amount":4000,"note":"` + strings.Repeat("ش", count.MaxNote+1) + `"`, count.EventField},
		{observedEvent, `"amount":4000`, `"amount":4000,"from":"A1","to":"C1"`, count.EventField},
		{movedEvent, `"person":"ali",`, ``, reason("id-empty")},
		{movedEvent, `"person"`, `"pass":"p1","person"`, count.EventField},
		{movedEvent, `"from":"A1",`, ``, reason("id-empty")},
		{movedEvent, `"to":"C1",`, ``, reason("id-empty")},
		{movedEvent, `"to":"C1"`, `"to":"A1"`, count.EventField},
		{movedEvent, `,"taken_at":1767250790000`, ``, count.EventField},
		{movedEvent, `"taken_at":1767250790000`, `"taken_at":-1`, count.EventField},
		{movedEvent, `"taken_at":1767250790000`, `"taken_at":1767250800001`, count.EventField},
		{movedEvent, `"amount":4000`, `"amount":0`, count.EventField},
		{movedEvent, `"pack":1000,`, ``, count.EventField},
		{movedEvent, `"code":"c1","item":"ice",`, ``, count.EventField},
		{movedBack, `,"reverses":"e6"`, ``, reason("id-empty")},
		{movedBack, `"from":"A1",`, ``, reason("id-empty")}, // then it takes an observation back, and wants a pass
		{movedBack, `"session"`, `"pass":"p1","session"`, count.EventField},
		{closedEvent, `"observations":1`, `"observations":-1`, count.EventField},
		{closedEvent, `"quantity":4000`, `"quantity":9007199254740992`, count.EventField},
		{clockEvent, `"offset":-12,`, ``, count.EventField},
	} {
		body := strings.Replace(c.body, c.from, c.to, 1)
		if body == c.body {
			t.Fatalf("%s is not in %s", c.from, c.body)
		}
		e, _, err := count.ParseEvent([]byte(body))
		if err == nil || stocktake.Fault(err).Reason.Key != c.want.Key {
			t.Errorf("%.300s\ngot %v; want %s", body, err, c.want.Key)
		}
		if e != nil && e.Session != "s1" && e.Session != "" {
			t.Errorf("%.300s\nis shown in session %q", body, e.Session)
		}
	}
}

// An event that is wrong is still shown in its session, if that can be read.
func TestRefusedEventTellsItsSession(t *testing.T) {
	e, _, err := count.ParseEvent([]byte(strings.Replace(observedEvent, `"pack":1000`, `"pack":0`, 1)))
	if !errors.Is(err, count.EventField) || e == nil || e.Session != "s1" {
		t.Fatalf("%+v, %v", e, err)
	}
}

func FuzzParseEvent(f *testing.F) {
	for _, body := range []string{openedEvent, observedEvent, reversedEvent, closedEvent, clockEvent, movedEvent, movedBack, `{}`, `null`, `[1]`, "\xff"} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		kept := bytes.Clone(body)
		e, kind, err := count.ParseEvent(body)
		if !bytes.Equal(body, kept) {
			t.Fatal("the body was changed")
		}
		if err != nil {
			if stocktake.CodeOf(err) == stocktake.Internal {
				t.Fatalf("refused without a reason: %v", err)
			}
			return
		}
		if !kind.IsEvent() || !utf8.ValidString(string(e.ID)) || stocktake.CheckID("session", string(e.Session)) != nil {
			t.Fatalf("taken: %s %+v", kind, e)
		}
		// What was taken once is taken again in its own words.
		again, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if _, second, err := count.ParseEvent(again); len(again) <= count.MaxEvent && (err != nil || second != kind) {
			t.Fatalf("taken as %s, then %s: %v\n%s", kind, second, err, again)
		}
	})
}
