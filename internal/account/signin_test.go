package account_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"jard/internal/account"
	"jard/internal/stocktake"
)

const hour = time.Hour

func TestSignIn(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	grant, err := s.SignIn(ctx, rawda, "admin", password, remote)
	must(t, err)
	if grant.ExpiresAt != s.clock.now().Add(12*hour) || grant.Name.Arabic == "" {
		t.Fatalf("got %+v", grant)
	}
	p, err := s.PersonByToken(ctx, grant.Token)
	must(t, err)
	if p.ID != admin.ID || p.Society != rawda || !p.Is(stocktake.SocietyAdministrator) {
		t.Fatalf("got %+v", p)
	}
	for token := range s.memory.signIns {
		if strings.Contains(string(grant.Token), token.String()) {
			t.Fatal("the token is kept in the clear")
		}
	}
	p.Roles[0] = stocktake.Counter // the caller's own copy
	p, _ = s.PersonByToken(ctx, grant.Token)
	if !p.Is(stocktake.SocietyAdministrator) {
		t.Fatal("a caller changed what is remembered")
	}
	for _, token := range []account.Secret{"", "jp_", grant.Token[:20], grant.Token + "x", "jd_" + grant.Token[3:]} {
		_, err := s.PersonByToken(ctx, token)
		want(t, err, account.SignInFirst)
	}

	s.clock.pass(12*hour - time.Microsecond)
	_, err = s.PersonByToken(ctx, grant.Token)
	must(t, err)
	s.clock.pass(time.Microsecond)
	_, err = s.PersonByToken(ctx, grant.Token)
	want(t, err, account.SignInFirst)
}

func TestSignOutAndExpulsionWorkAtOnce(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	fahad := s.add(t, admin, "fahad", stocktake.Supervisor, stocktake.SocietyAdministrator)
	live := func(token account.Secret) bool {
		_, err := s.PersonByToken(ctx, token)
		return err == nil
	}
	signIn := func() account.Secret {
		token := s.signIn(t, fahad)
		if !live(token) {
			t.Fatal("a fresh token is refused")
		}
		return token
	}
	one, two := signIn(), signIn()
	must(t, s.SignOut(ctx, one))
	must(t, s.SignOut(ctx, one))
	must(t, s.SignOut(ctx, "nonsense"))
	if live(one) || !live(two) {
		t.Fatal("sign-out ended the wrong sign-in")
	}
	code, err := s.NewEnrolment(ctx, fahad, "")
	must(t, err)
	must(t, s.SetPassword(ctx, admin, "fahad", password))
	if live(two) {
		t.Fatal("a new password left an old sign-in")
	}
	_, _, err = s.Enrol(ctx, string(code.Secret), "x", remote)
	want(t, err, account.CodeUnknown)

	three := signIn()
	want(t, s.ChangePassword(ctx, fahad, "not the old one", "a newer password", remote), account.SignInWrong)
	must(t, s.ChangePassword(ctx, fahad, password, "a newer password", remote))
	if live(three) {
		t.Fatal("a changed password left an old sign-in")
	}
	must(t, s.SetPassword(ctx, admin, "fahad", password))
	four := signIn()
	must(t, s.SetRoles(ctx, admin, "fahad", []stocktake.Role{stocktake.Supervisor}))
	if live(four) {
		t.Fatal("somebody who administers no more kept the sign-in")
	}
	five := signIn()
	must(t, s.SetRoles(ctx, admin, "fahad", []stocktake.Role{stocktake.Counter}))
	if p, err := s.PersonByToken(ctx, five); err != nil || p.Is(stocktake.Supervisor) || !p.Is(stocktake.Counter) {
		t.Fatalf("new roles are not seen at once: %+v %v", p, err)
	}
	must(t, s.Disable(ctx, admin, "fahad", "left"))
	if live(five) {
		t.Fatal("a disabled person is still in")
	}
	_, err = s.SignIn(ctx, rawda, "fahad", password, remote)
	want(t, err, account.SignInWrong)
}

func TestTokensAreRememberedAndBounded(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	token := s.signIn(t, admin)
	for range 100 {
		_, err := s.PersonByToken(ctx, token)
		must(t, err)
	}
	if s.memory.reads != 1 {
		t.Fatalf("%d reads", s.memory.reads)
	}
	// What another replica does is seen when the answer has grown stale.
	s.memory.signIns = map[stocktake.Hash]account.SignIn{}
	_, err := s.PersonByToken(ctx, token)
	must(t, err)
	s.clock.pass(5 * time.Second)
	_, err = s.PersonByToken(ctx, token)
	want(t, err, account.SignInFirst)

	var tokens []account.Secret
	for range account.MaxSignIns + 3 {
		tokens = append(tokens, s.signIn(t, admin))
		s.clock.pass(time.Second)
	}
	for i, token := range tokens {
		if _, err := s.PersonByToken(ctx, token); (err == nil) != (i >= 3) {
			t.Errorf("sign-in %d: %v", i, err)
		}
	}
}

func TestUnknownPersonCostsTheSame(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	s.add(t, admin, "disabled", stocktake.Counter)
	must(t, s.Disable(ctx, admin, "disabled", "left"))
	_, err := s.AddPerson(ctx, admin, account.NewPerson{ID: "mute", Name: stocktake.Name{English: "Mute"}})
	must(t, err)
	var first int64
	var text string
	for i, who := range []struct {
		society stocktake.SocietyID
		id      stocktake.PersonID
		pass    account.Secret
	}{
		{rawda, "admin", "wrong password"}, {rawda, "nobody", password}, {"nowhere", "admin", password},
		{rawda, "disabled", password}, {rawda, "mute", password}, {rawda, "mute", ""},
	} {
		s.work.Store(0)
		_, err := s.SignIn(ctx, who.society, who.id, who.pass, remote)
		want(t, err, account.SignInWrong)
		if i == 0 {
			first, text = s.work.Load(), err.Error()
		}
		if s.work.Load() != first || first == 0 || err.Error() != text {
			t.Errorf("%s/%s did %d work, a wrong password %d: %v", who.society, who.id, s.work.Load(), first, err)
		}
	}
	d, _ := s.enrol(t, admin)
	for _, id := range []stocktake.PersonID{"admin", "nobody", "disabled", "mute"} {
		s.work.Store(0)
		_, err := s.SignInOnDevice(ctx, d, id, "7391")
		want(t, err, account.PINWrong)
		if s.work.Load() != first {
			t.Errorf("PIN of %s did %d work", id, s.work.Load())
		}
	}
}

func TestGuessingAnAccountSlowsDown(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	s.administrator(t, rawda)
	guess := func(id stocktake.PersonID, from int) error {
		_, err := s.SignIn(ctx, rawda, id, "wrong password", fmt.Sprintf("198.51.100.%d:4711", from))
		return err
	}
	for _, id := range []stocktake.PersonID{"nobody", "admin"} { // both alike: the delay tells nothing either
		var waits []time.Duration
		for i := range 14 {
			err := guess(id, i) // from another address each time
			if wait, ok := account.RetryAfter(err); ok {
				waits = append(waits, wait)
				s.work.Store(0)
				want(t, guess(id, i), account.SlowDown)
				if s.work.Load() != 0 {
					t.Fatal("a refused attempt costs work")
				}
				s.clock.pass(wait)
				err = guess(id, i)
			}
			want(t, err, account.SignInWrong)
		}
		if got := fmt.Sprint(waits); got != "[1s 2s 4s 8s 16s 32s 1m0s 1m0s 1m0s]" {
			t.Fatalf("%s waits %s", id, got)
		}
	}
	// The owner waits no longer than that, and a success starts the account anew.
	_, err := s.SignIn(ctx, rawda, "admin", password, remote)
	want(t, err, account.SlowDown)
	s.clock.pass(time.Minute)
	s.signIn(t, stocktake.Person{Society: rawda, ID: "admin"})
	want(t, guess("admin", 99), account.SignInWrong)
	want(t, guess("admin", 99), account.SignInWrong)
}

func TestGuessingFromOneAddressSlowsDown(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	from := func(i int) string { return fmt.Sprintf("2001:db8:1:2::%x", i) } // one /64 is one address
	for i := range 30 {
		_, err := s.SignIn(ctx, rawda, stocktake.PersonID(fmt.Sprint("p", i)), password, from(i))
		want(t, err, account.SignInWrong)
	}
	_, err := s.SignIn(ctx, rawda, "admin", password, from(77))
	want(t, err, account.SlowDown)
	s.signIn(t, admin) // another address
	s.clock.pass(time.Second)
	// One's own account opens nothing for guessing others: a success takes back only itself.
	_, err = s.SignIn(ctx, rawda, "admin", password, from(77))
	must(t, err)
	_, err = s.SignIn(ctx, rawda, "x", password, from(77))
	want(t, err, account.SignInWrong)
	_, err = s.SignIn(ctx, rawda, "x", password, from(77))
	want(t, err, account.SlowDown)
	// Honest errors of a whole building are forgotten as time passes.
	s.clock.pass(hour)
	for i := range 29 {
		_, err := s.SignIn(ctx, rawda, stocktake.PersonID(fmt.Sprint("q", i)), password, from(i))
		want(t, err, account.SignInWrong)
	}
}

func TestManyGuessesAtOnceGainNothing(t *testing.T) {
	block := make(chan struct{})
	s := open(t, func(c *account.Config) {
		derive := c.Derive
		c.Derive = func(a, b []byte, x, y uint32, z uint8, n uint32) []byte {
			<-block
			return derive(a, b, x, y, z, n)
		}
	})
	errs := make(chan error)
	for range 40 {
		go func() {
			_, err := s.SignIn(context.Background(), rawda, "admin", "wrong password", remote)
			errs <- err
		}()
	}
	refused := 0
	for range 35 {
		if err := <-errs; errors.Is(err, account.SlowDown) {
			refused++
		}
	}
	close(block)
	for range 5 {
		want(t, <-errs, account.SignInWrong)
	}
	if refused != 35 {
		t.Fatalf("%d of 40 attempts at once were refused", refused)
	}
}

func TestHashingIsBounded(t *testing.T) {
	block, entered := make(chan struct{}), make(chan struct{}, 100)
	s := open(t, func(c *account.Config) {
		c.Hashers = 2
		c.Derive = func(_, _ []byte, _, _ uint32, _ uint8, n uint32) []byte {
			entered <- struct{}{}
			<-block
			return make([]byte, n)
		}
	})
	errs := make(chan error)
	for i := range 80 {
		go func() {
			_, err := s.SignIn(context.Background(), rawda, stocktake.PersonID(fmt.Sprint(i)), password, fmt.Sprint(i))
			errs <- err
		}()
	}
	<-entered
	<-entered
	for range 14 { // 80 less 64 waiting less 2 at work
		want(t, <-errs, account.Crowded)
	}
	if len(entered) != 0 {
		t.Fatal("more than two at a time")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.SignIn(ctx, rawda, "x", password, "elsewhere")
	want(t, err, account.Crowded)
	close(block)
	for range 66 {
		want(t, <-errs, account.SignInWrong)
	}
}

func TestPasswordRules(t *testing.T) {
	s := open(t)
	admin := s.administrator(t, rawda)
	s.add(t, admin, "abdulrahman", stocktake.Counter)
	for pass, key := range map[account.Secret]string{
		"short": "password-length", account.Secret(strings.Repeat("ab", 129)): "password-length", "aaaaaaaaaaaa": "password-weak",
		"AbdulRahman": "password-weak", "bad \xff utf-8 text": "password-length", "٠٠٠٠٠٠٠٠٠٠": "password-weak",
	} {
		wantKey(t, s.SetPassword(t.Context(), admin, "abdulrahman", pass), key)
	}
	must(t, s.SetPassword(t.Context(), admin, "abdulrahman", "قهوة وتمر في الصباح"))
	_, err := s.SignIn(t.Context(), rawda, "abdulrahman", "قهوة وتمر في الصباح", remote)
	must(t, err)
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	s.add(t, admin, "fahad", stocktake.Counter)
	grant, err := s.SignIn(ctx, rawda, "fahad", password, remote)
	must(t, err)
	code, err := s.NewEnrolment(ctx, admin, "")
	must(t, err)
	held := s.memory.people[personKey{rawda, "fahad"}]
	if !strings.HasPrefix(string(held.Password), "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Fatal("not a PHC string")
	}
	var out strings.Builder
	// Without the time of each line: its nanoseconds would hold the digits of a PIN now and then.
	timeless := &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	text := slog.New(slog.NewTextHandler(&out, timeless))
	encoded := slog.New(slog.NewJSONHandler(&out, timeless))
	for _, v := range []any{grant, &grant, code, held, &held, grant.Token, held.PIN, account.NewPerson{Password: password, PIN: pin}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		text.Info("x", "v", v)
		encoded.Info("x", "v", v)
	}
	b, err := json.Marshal(grant)
	must(t, err)
	out.Write(b)
	_, err = s.SignIn(ctx, rawda, "fahad", "a wrong password", remote)
	fmt.Fprintln(&out, err)
	_, err = s.PersonByToken(ctx, grant.Token+"0")
	fmt.Fprintln(&out, err)
	_, _, err = s.Enrol(ctx, "ZZZZ-ZZZZ", "x", remote)
	fmt.Fprintln(&out, err)
	s.memory.people[personKey{rawda, "fahad"}] = account.Account{Society: rawda, ID: "fahad", Password: held.Password + "$", Version: 9}
	_, err = s.SignIn(ctx, rawda, "fahad", password, remote)
	wantKey(t, err, "internal")
	fmt.Fprintln(&out, err)
	for _, secret := range []string{string(grant.Token), string(code.Secret), string(held.Password), string(held.PIN), string(password),
		string(pin), "argon2id", "a wrong password", "ZZZZ", fmt.Sprintf("%x", string(grant.Token)), fmt.Sprintf("%x", string(password))} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q is printed:\n%s", secret, out.String())
		}
	}
}

// TestProving: who is signed in proves it by their password, and wrong ones are held up together with those of the sign-in.
func TestProving(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	admin := s.administrator(t, rawda)
	must(t, s.Prove(ctx, admin, password, remote))
	for range 5 {
		want(t, s.Prove(ctx, admin, "wrong password", remote), account.PasswordWrong)
	}
	want(t, s.Prove(ctx, admin, password, remote), account.SlowDown)
	_, err := s.SignIn(ctx, rawda, admin.ID, password, remote)
	want(t, err, account.SlowDown)
	s.clock.pass(time.Second)
	must(t, s.Prove(ctx, admin, password, remote))
}
