package account

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"jard/internal/stocktake"
)

const (
	minPassword = 10  // characters
	maxPassword = 256 // bytes
	minPIN      = 4
	maxPIN      = 8
)

// SetPassword gives a person a new password and ends what they have open.
func (s *Service) SetPassword(ctx context.Context, by stocktake.Person, id stocktake.PersonID, password Secret) error {
	a, roll, err := s.change(ctx, by, id)
	if err != nil {
		return err
	}
	if slices.Contains(a.Roles, stocktake.Integrator) {
		return machineAlone.New()
	}
	if a.Password, err = s.makePassword(ctx, id, password); err != nil {
		return err
	}
	return s.save(ctx, *a, &roll.Version, true, Act{By: by.ID, Kind: PasswordSet})
}

// ChangePassword replaces one's own password by a new one, and ends everything that one has open. The old one is asked
// for, so that a token found lying about does not become somebody's for good.
func (s *Service) ChangePassword(ctx context.Context, by stocktake.Person, old, password Secret, remote string) error {
	try := s.passwordAttempt(by.Society, by.ID, remote)
	a, err := s.prove(ctx, try, by.Society, by.ID, old, passwordOf, SignInWrong)
	if err != nil {
		return err
	}
	try.succeeded()
	if a.Password, err = s.makePassword(ctx, by.ID, password); err != nil {
		return err
	}
	return s.save(ctx, a, nil, true, Act{By: by.ID, Kind: PasswordSet})
}

// Prove has a person who is signed in prove with their password that it is they who are there. Wrong ones are held up as at the
// sign-in, and counted with those.
func (s *Service) Prove(ctx context.Context, by stocktake.Person, password Secret, remote string) error {
	if len(password) > maxPassword {
		return PasswordWrong.New()
	}
	try := s.passwordAttempt(by.Society, by.ID, remote)
	if _, err := s.prove(ctx, try, by.Society, by.ID, password, passwordOf, PasswordWrong); err != nil {
		return err
	}
	try.succeeded()
	return nil
}

// SetPIN gives a person a new PIN for the handhelds.
func (s *Service) SetPIN(ctx context.Context, by stocktake.Person, id stocktake.PersonID, pin Secret) error {
	a, roll, err := s.change(ctx, by, id)
	if err != nil {
		return err
	}
	if slices.Contains(a.Roles, stocktake.Integrator) {
		return machineAlone.New()
	}
	if a.PIN, err = s.makePIN(ctx, pin); err != nil {
		return err
	}
	return s.save(ctx, *a, &roll.Version, false, Act{By: by.ID, Kind: PINSet})
}

func (s *Service) makePassword(ctx context.Context, id stocktake.PersonID, password Secret) (Verifier, error) {
	if err := checkPassword(id, password); err != nil {
		return "", err
	}
	return s.hasher.make(ctx, password)
}

func checkPassword(id stocktake.PersonID, password Secret) error {
	text := string(password)
	if utf8.RuneCountInString(text) < minPassword || len(text) > maxPassword || !utf8.ValidString(text) {
		return passwordLength.New(minPassword, stocktake.Letters(maxPassword))
	}
	first, size := utf8.DecodeRuneInString(text)
	if strings.EqualFold(text, string(id)) || strings.Trim(text[size:], string(first)) == "" {
		return passwordWeak.New()
	}
	return nil
}

func (s *Service) makePIN(ctx context.Context, pin Secret) (Verifier, error) {
	if err := checkPIN(pin); err != nil {
		return "", err
	}
	pin, _ = readPIN(pin)
	return s.hasher.make(ctx, pin)
}

func checkPIN(pin Secret) error {
	pin, ok := readPIN(pin)
	if !ok {
		return pinShape.New()
	}
	step := int(pin[1]) - int(pin[0])
	straight := step >= -1 && step <= 1
	for i := 1; straight && i < len(pin); i++ {
		straight = int(pin[i])-int(pin[i-1]) == step
	}
	if straight {
		return pinWeak.New()
	}
	return nil
}

// readPIN gives the PIN in Latin digits, whichever digits the keyboard had.
func readPIN(pin Secret) (Secret, bool) {
	if len(pin) > maxPIN*utf8.UTFMax {
		return "", false
	}
	digits := strings.Map(latinDigit, string(pin))
	if len(digits) < minPIN || len(digits) > maxPIN || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	return Secret(digits), true
}

// latinDigit folds Arabic-Indic digits, Arabic and Persian, and leaves everything else.
func latinDigit(r rune) rune {
	switch {
	case r >= '٠' && r <= '٩':
		return r - '٠' + '0'
	case r >= '۰' && r <= '۹':
		return r - '۰' + '0'
	}
	return r
}

func passwordOf(a *Account) Verifier { return a.Password }

func pinOf(a *Account) Verifier { return a.PIN }

// prove checks a secret against somebody's account. Whatever is wrong, a person unknown or disabled, no secret set, or
// another secret, the same work is done and the same reason is given. The attempt is counted as failed until the
// caller says that it succeeded; where it could not be judged at all, it is taken back.
func (s *Service) prove(ctx context.Context, try attempt, society stocktake.SocietyID, id stocktake.PersonID, secret Secret,
	verifier func(*Account) Verifier, wrong *stocktake.Reason,
) (Account, error) {
	if err := try.begin(s.now()); err != nil {
		return Account{}, err
	}
	a, err := s.directory.Person(ctx, society, id)
	switch {
	case err == nil:
	case stocktake.CodeOf(err) == stocktake.NotFound:
		a = Account{} // its empty verifier costs as much as any
	default:
		try.unjudged()
		return Account{}, err
	}
	ok, err := s.hasher.check(ctx, verifier(&a), secret)
	if err != nil {
		try.unjudged()
		return Account{}, err
	}
	if !ok || a.Disabled {
		return Account{}, wrong.New()
	}
	return a, nil
}
