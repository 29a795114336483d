package account

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"jard/internal/stocktake"
)

// Code is an enrolment code just made. It is not kept: this is the only time that it is seen.
type Code struct {
	Secret    Secret // ABCD-EFGH
	ExpiresAt time.Time
}

const (
	crockford     = "0123456789ABCDEFGHJKMNPQRSTVWXYZ" // no I, L, O, U: nothing that reads as something else
	codeLength    = 8                                  // 40 bits
	deviceIDChars = 8
	maxDeviceName = 64
	maxCollisions = 4 // ids and codes are drawn again when taken; four times in a row is no chance but a defect
)

// CodeFor is how long a new enrolment code lives.
func (s *Service) CodeFor() time.Duration { return s.codeFor }

// NewEnrolment makes a code that enrols one handheld, once, soon. The name is what the handheld will be called; when it
// is empty the handheld names itself.
func (s *Service) NewEnrolment(ctx context.Context, by stocktake.Person, name string) (Code, error) {
	if _, err := s.administrator(ctx, by); err != nil {
		return Code{}, err
	}
	if name != "" {
		if err := checkDeviceName(name); err != nil {
			return Code{}, err
		}
	}
	for range maxCollisions {
		text, err := s.letters(codeLength)
		if err != nil {
			return Code{}, err
		}
		hash, err := s.hashCode(ctx, text)
		if err != nil {
			return Code{}, err
		}
		now := s.now()
		e := Enrolment{Code: hash, Society: by.Society, Name: name, By: by.ID, At: now, ExpiresAt: now.Add(s.codeFor)}
		err = s.directory.PutEnrolment(ctx, e, Act{At: now, By: by.ID, Kind: CodeIssued, Note: name})
		if errors.Is(err, CodeTaken) {
			continue
		}
		if err != nil {
			return Code{}, err
		}
		return Code{Secret: Secret(text[:4] + "-" + text[4:]), ExpiresAt: e.ExpiresAt}, nil
	}
	return Code{}, CodeTaken.New()
}

// Enrol turns a code into a device and its token, which is not seen again. Name is what the device calls itself. The
// code may be typed in any case, with or without its hyphen, and with Arabic-Indic digits.
func (s *Service) Enrol(ctx context.Context, code, name, remote string) (Device, string, error) {
	try := attempt{{of: s.codeGuesses, key: remoteKey(remote), clear: true}}
	if err := try.begin(s.now()); err != nil {
		return Device{}, "", err
	}
	text, ok := readCode(code)
	if !ok {
		return Device{}, "", CodeUnknown.New()
	}
	if name != "" {
		if err := checkDeviceName(name); err != nil {
			try.unjudged()
			return Device{}, "", err
		}
	} else {
		name = "handheld" // where neither side has a name for it
	}
	device, token, err := s.redeem(ctx, text, name)
	switch {
	case err == nil:
		try.succeeded()
	case !errors.Is(err, CodeUnknown):
		try.unjudged()
	}
	return device, token, err
}

func (s *Service) redeem(ctx context.Context, code, name string) (Device, string, error) {
	hash, err := s.hashCode(ctx, code)
	if err != nil {
		return Device{}, "", err
	}
	token, err := s.token(deviceToken)
	if err != nil {
		return Device{}, "", err
	}
	tokenHash, _ := hashToken(deviceToken, token)
	for range maxCollisions {
		id, err := s.letters(deviceIDChars)
		if err != nil {
			return Device{}, "", err
		}
		device, err := s.directory.Redeem(ctx, Redemption{Code: hash, At: s.now(), Device: stocktake.DeviceID(id), Name: name,
			Token: tokenHash})
		if errors.Is(err, DeviceExists) {
			continue
		}
		if err != nil {
			return Device{}, "", err
		}
		return device, string(token), nil
	}
	return Device{}, "", DeviceExists.New("")
}

// hashCode is what is kept of a code. A code is short, so it is stretched as a password is; it has no salt of its own,
// for it must be found by its hash, and lives too short for tables to be worth building.
func (s *Service) hashCode(ctx context.Context, code string) (stocktake.Hash, error) {
	key, err := s.hasher.key(ctx, Secret(code), []byte("jard enrolment 1"))
	if err != nil {
		return stocktake.Hash{}, err
	}
	return stocktake.Hash(key), nil
}

// letters draws n random letters of Crockford's base 32.
func (s *Service) letters(n int) (string, error) {
	b, err := s.bytes(n)
	if err != nil {
		return "", err
	}
	for i := range b {
		b[i] = crockford[b[i]&31]
	}
	return string(b), nil
}

// readCode gives the eight letters of a code as it was made, from what somebody typed.
func readCode(typed string) (string, bool) {
	if len(typed) > 64 {
		return "", false
	}
	text := strings.Map(func(r rune) rune {
		switch r = unicode.ToUpper(latinDigit(r)); r {
		case '-', ' ', '\u00a0', '\u200e', '\u200f', '‐', '–', 'ـ':
			return -1
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		return r
	}, typed)
	return text, len(text) == codeLength && strings.Trim(text, crockford) == ""
}

func checkDeviceName(name string) error {
	bad := name == "" || len(name) > maxDeviceName || !utf8.ValidString(name) || strings.TrimSpace(name) != name
	if bad || strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
		return deviceName.New(stocktake.Letters(maxDeviceName))
	}
	return nil
}
