package account_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"jard/internal/account"
	"jard/internal/stocktake"
)

func TestEnrol(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	code, err := s.NewEnrolment(ctx, admin, "Cold store 1")
	must(t, err)
	if !regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$`).MatchString(string(code.Secret)) {
		t.Fatalf("code %q", string(code.Secret))
	}
	if code.ExpiresAt != s.clock.now().Add(15*time.Minute) {
		t.Fatalf("expires %v", code.ExpiresAt)
	}
	d, token, err := s.Enrol(ctx, string(code.Secret), "TC26-7", remote)
	must(t, err)
	if d.Society != rawda || d.Name != "Cold store 1" || d.Revoked || d.EnrolledBy != "admin" || stocktake.CheckID("device", string(d.ID)) != nil {
		t.Fatalf("got %+v", d)
	}
	got, err := s.Device(ctx, token)
	must(t, err)
	if got != d {
		t.Fatalf("got %+v", got)
	}
	_, _, err = s.Enrol(ctx, string(code.Secret), "TC26-8", remote)
	want(t, err, account.CodeUnknown)

	unnamed, err := s.NewEnrolment(ctx, admin, "")
	must(t, err)
	d, _, err = s.Enrol(ctx, string(unnamed.Secret), "TC26-8", remote)
	must(t, err)
	if d.Name != "TC26-8" {
		t.Fatalf("got %+v", d)
	}
	for _, bad := range []string{" x", "a\nb", "\u202egnp", strings.Repeat("x", 65)} {
		_, err = s.NewEnrolment(ctx, admin, bad)
		wantKey(t, err, "device-name")
	}
	// A token of a person opens nothing for a device.
	_, err = s.Device(ctx, string(s.signIn(t, admin)))
	want(t, err, account.DeviceUnknown)
	_, err = s.Device(ctx, "jd_"+strings.Repeat("A", 43))
	want(t, err, account.DeviceUnknown)
}

func TestCodeExpires(t *testing.T) {
	s := open(t)
	admin := s.administrator(t, rawda)
	for late, reason := range map[time.Duration]*stocktake.Reason{15*time.Minute - time.Microsecond: nil, 15 * time.Minute: account.CodeUnknown} {
		code, err := s.NewEnrolment(t.Context(), admin, "")
		must(t, err)
		s.clock.pass(late)
		_, _, err = s.Enrol(t.Context(), string(code.Secret), "x", remote)
		if reason == nil {
			must(t, err)
		} else {
			want(t, err, reason)
		}
	}
}

func TestCodeEnrolsOnceHoweverManyTry(t *testing.T) {
	s := open(t)
	admin := s.administrator(t, rawda)
	code, err := s.NewEnrolment(t.Context(), admin, "")
	must(t, err)
	var wait sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wait.Go(func() { _, _, errs[i] = s.Enrol(t.Context(), string(code.Secret), "x", fmt.Sprint("198.51.100.", i)) })
	}
	wait.Wait()
	good := 0
	for _, err := range errs {
		if err == nil {
			good++
		} else {
			want(t, err, account.CodeUnknown)
		}
	}
	if devices, _ := s.Devices(t.Context(), admin); good != 1 || len(devices) != 1 {
		t.Fatalf("%d enrolments, %d devices", good, len(devices))
	}
}

func TestCodeAsPeopleTypeIt(t *testing.T) {
	s := open(t, func(c *account.Config) { c.Random = fixed{} })
	admin := s.administrator(t, rawda)
	code, err := s.NewEnrolment(t.Context(), admin, "")
	must(t, err)
	if code.Secret != "1111-1111" {
		t.Fatalf("code %q", string(code.Secret))
	}
	for i, typed := range []string{"", "1111111", "111111111", "1111-111U", "١١١١-٢٢٢٢", strings.Repeat("1", 100)} {
		_, _, err := s.Enrol(t.Context(), typed, "x", fmt.Sprint(i))
		want(t, err, account.CodeUnknown)
	}
	_, _, err = s.Enrol(t.Context(), " il١۱ 11-lI\u200f", "x", remote)
	must(t, err)
}

// fixed is randomness that always says one.
type fixed struct{}

func (fixed) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 1
	}
	return len(b), nil
}

func TestTakenCodesAndIDsAreDrawnAgain(t *testing.T) {
	s := open(t, func(c *account.Config) { c.Random = fixed{} })
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	_, err := s.NewEnrolment(ctx, admin, "")
	must(t, err)
	_, err = s.NewEnrolment(ctx, admin, "")
	want(t, err, account.CodeTaken) // the same again every time: it gives up rather than hand out one code twice
	_, _, err = s.Enrol(ctx, "1111-1111", "x", remote)
	must(t, err)
	_, err = s.NewEnrolment(ctx, admin, "")
	must(t, err)
	_, _, err = s.Enrol(ctx, "1111-1111", "x", remote)
	want(t, err, account.DeviceExists)
}

func TestGuessingCodesSlowsDown(t *testing.T) {
	s := open(t)
	admin := s.administrator(t, rawda)
	code, err := s.NewEnrolment(t.Context(), admin, "")
	must(t, err)
	for range 5 {
		_, _, err := s.Enrol(t.Context(), "ABCD-EFGH", "x", remote)
		want(t, err, account.CodeUnknown)
	}
	_, _, err = s.Enrol(t.Context(), string(code.Secret), "x", remote)
	want(t, err, account.SlowDown)
	wait, _ := account.RetryAfter(err)
	s.clock.pass(wait)
	_, _, err = s.Enrol(t.Context(), string(code.Secret), "x", remote)
	must(t, err)
}

func TestRevokedDevice(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	fahad := s.add(t, admin, "fahad", stocktake.Counter)
	d, token := s.enrol(t, admin)
	_, err := s.Device(ctx, token)
	must(t, err)
	_, err = s.Revoke(ctx, admin, d.ID, "")
	wantKey(t, err, "reason-missing")
	_, err = s.Revoke(ctx, admin, d.ID, "lost in the cold store")
	must(t, err)
	got, err := s.Device(ctx, token)
	must(t, err)
	if !got.Revoked || got.Reason != "lost in the cold store" || got.RevokedBy != "admin" {
		t.Fatalf("the revocation is not seen at once: %+v", got)
	}
	_, err = s.SignInOnDevice(ctx, got, fahad.ID, string(pin))
	want(t, err, account.DeviceRevoked)
	_, err = s.SignInOnDevice(ctx, d, fahad.ID, string(pin)) // as remembered from before
	want(t, err, account.DeviceRevoked)
	_, err = s.Revoke(ctx, admin, "nothing", "lost")
	want(t, err, stocktake.Missing)
}

func TestSignInOnDevice(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	fahad := s.add(t, admin, "fahad", stocktake.Counter)
	s.add(t, admin, "boss", stocktake.Supervisor)
	d, _ := s.enrol(t, admin)
	other, _ := s.enrol(t, admin)
	none, err := s.SignedIn(ctx, rawda, d.ID)
	must(t, err)
	if len(none) != 0 {
		t.Fatalf("got %v", none)
	}
	for _, typed := range []string{"8264", "٨٢٦٤", "۸۲٦4"} {
		info, err := s.SignInOnDevice(ctx, d, fahad.ID, typed)
		must(t, err)
		if info.ID != "fahad" || info.Name.English != "fahad" {
			t.Fatalf("got %+v", info)
		}
	}
	for _, bad := range []string{"", "123", "123456789", "12a4", "१२३४", strings.Repeat("1", 1000)} {
		_, err := s.SignInOnDevice(ctx, d, fahad.ID, bad)
		wantKey(t, err, "pin-shape")
	}
	_, err = s.SignInOnDevice(ctx, d, "boss", string(pin))
	want(t, err, stocktake.NotAllowed)

	people, err := s.SignedIn(ctx, rawda, d.ID)
	must(t, err)
	people["intruder"] = true // the caller's own
	before := s.memory.reads
	if people, _ = s.SignedIn(ctx, rawda, d.ID); len(people) != 1 || !people["fahad"] || s.memory.reads != before {
		t.Fatalf("got %v", people)
	}
	if people, _ = s.SignedIn(ctx, rawda, other.ID); len(people) != 0 {
		t.Fatalf("got %v on another device", people)
	}
	if people, _ = s.SignedIn(ctx, adailiya, d.ID); len(people) != 0 {
		t.Fatalf("got %v in another society", people)
	}
	must(t, s.SetRoles(ctx, admin, "fahad", nil))
	must(t, s.Disable(ctx, admin, "fahad", "left"))
	if people, _ = s.SignedIn(ctx, rawda, d.ID); !people["fahad"] {
		t.Fatal("somebody who left was taken out of what had been counted")
	}
}

func TestWithReplicasSignedInIsNotRemembered(t *testing.T) {
	s := open(t, func(c *account.Config) { c.Sole = false })
	for range 3 {
		_, err := s.SignedIn(t.Context(), rawda, "d")
		must(t, err)
	}
	if s.memory.reads != 3 {
		t.Fatalf("%d reads", s.memory.reads)
	}
}

func TestGuessingPINsSlowsDown(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	fahad, ali := s.add(t, admin, "fahad", stocktake.Counter), s.add(t, admin, "ali", stocktake.Counter)
	d, _ := s.enrol(t, admin)
	other, _ := s.enrol(t, admin)
	for range 4 {
		_, err := s.SignInOnDevice(ctx, d, fahad.ID, "7391")
		want(t, err, account.PINWrong)
	}
	_, err := s.SignInOnDevice(ctx, d, fahad.ID, string(pin))
	want(t, err, account.SlowDown)
	for device, who := range map[account.Device]stocktake.PersonID{d: ali.ID, other: fahad.ID} {
		_, err = s.SignInOnDevice(ctx, device, who, string(pin))
		must(t, err)
	}
	tried := 0
	for end := s.clock.now().Add(24 * hour); s.clock.now().Before(end); {
		_, err := s.SignInOnDevice(ctx, d, fahad.ID, "7391")
		if wait, ok := account.RetryAfter(err); ok {
			s.clock.pass(wait)
			continue
		}
		tried++
	}
	if tried > 120 {
		t.Fatalf("%d guesses in a day", tried)
	}
}

func TestPINRules(t *testing.T) {
	s := open(t)
	admin := s.administrator(t, rawda)
	s.add(t, admin, "fahad", stocktake.Counter)
	for _, weak := range []account.Secret{"1111", "1234", "98765", "٠١٢٣"} {
		wantKey(t, s.SetPIN(t.Context(), admin, "fahad", weak), "pin-weak")
	}
	for _, good := range []account.Secret{"1357", "1123", "00000001", "٩٠٢١٠"} {
		must(t, s.SetPIN(t.Context(), admin, "fahad", good))
	}
}
