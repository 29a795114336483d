package account

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/crypto/argon2"

	"jard/internal/stocktake"
)

// Config is what a Service needs. Directory must be set; every other zero value has a sane meaning.
type Config struct {
	Directory Directory

	// Ministry is the society id under which the ministry's own people stand. The role ministry officer is given there
	// and nowhere else; while it is empty, nobody can hold it.
	Ministry stocktake.SocietyID

	Now    func() time.Time // time.Now
	Random io.Reader        // crypto/rand

	Cost    Cost // of new passwords, PINs and codes; see DefaultCost
	Hashers int  // how many argon2 computations run at a time (each takes Cost.Memory KiB); 2

	// Derive is argon2.IDKey. Tests replace it to count the work.
	Derive func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte

	SignInFor time.Duration // how long a person's token lives; 12 hours
	CodeFor   time.Duration // how long an enrolment code lives; 15 minutes

	// Stale is how long an answer to a token may be remembered; 5 seconds. Whatever this process changes it forgets at
	// once. So a revocation works here immediately and in other replicas of the server after Stale at the latest.
	Stale time.Duration

	// Sole says that no other process writes to the Directory (an embedded store). Only then is SignedIn remembered: with
	// replicas, a person who has just signed in through another one would be taken for a stranger.
	Sole bool
}

// Service holds the rules about people and devices. It is safe for concurrent use.
type Service struct {
	directory Directory
	ministry  stocktake.SocietyID
	clock     func() time.Time
	random    io.Reader
	hasher    *hasher
	signInFor time.Duration
	codeFor   time.Duration
	sole      bool

	persons *recent[stocktake.Hash, signedIn]
	devices *recent[stocktake.Hash, Device]
	onBoard *recent[deviceKey, map[stocktake.PersonID]bool]

	accountGuesses *guesses
	remoteGuesses  *guesses
	pinGuesses     *guesses
	deviceGuesses  *guesses
	codeGuesses    *guesses
}

type deviceKey struct {
	society stocktake.SocietyID
	device  stocktake.DeviceID
}

// New makes a Service.
func New(c Config) (*Service, error) {
	if c.Directory == nil {
		return nil, errors.New("account: a directory is needed")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	if c.Derive == nil {
		c.Derive = argon2.IDKey
	}
	if c.Hashers <= 0 {
		c.Hashers = 2
	}
	c.SignInFor = positive(c.SignInFor, 12*time.Hour)
	c.CodeFor = positive(c.CodeFor, 15*time.Minute)
	c.Stale = positive(c.Stale, 5*time.Second)
	s := &Service{
		directory: c.Directory,
		ministry:  c.Ministry,
		clock:     c.Now,
		random:    c.Random,
		signInFor: c.SignInFor,
		codeFor:   c.CodeFor,
		sole:      c.Sole,

		persons: newRecent[stocktake.Hash, signedIn](4096, c.Stale),
		devices: newRecent[stocktake.Hash, Device](4096, c.Stale),
		onBoard: newRecent[deviceKey, map[stocktake.PersonID]bool](1024, c.Stale),

		// Everybody in a society may sit behind one address, so a remote may err more often than an account. An account is
		// never held up for more than a minute, lest guessing become a way to keep its owner out; a PIN is short, but to try
		// one takes an enrolled handheld.
		accountGuesses: newGuesses(5, time.Minute, 5*time.Minute),
		remoteGuesses:  newGuesses(30, 15*time.Minute, time.Minute),
		pinGuesses:     newGuesses(4, 15*time.Minute, 30*time.Minute),
		deviceGuesses:  newGuesses(30, 15*time.Minute, 2*time.Minute),
		codeGuesses:    newGuesses(5, 15*time.Minute, 5*time.Minute),
	}
	var err error
	if s.hasher, err = newHasher(c.Cost, c.Hashers, c.Derive, c.Random); err != nil {
		return nil, err
	}
	return s, nil
}

func positive(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

// now is the instant as stores keep it.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

func (s *Service) bytes(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(s.random, b); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return b, nil
}

// The first letters of a token say whose it is, to people who find one where it should not be.
const (
	personToken = "jp_"
	deviceToken = "jd_"
)

// token makes 256 random bits as text.
func (s *Service) token(prefix string) (Secret, error) {
	b, err := s.bytes(32)
	if err != nil {
		return "", err
	}
	return Secret(prefix + base64.RawURLEncoding.EncodeToString(b)), nil
}

const tokenLength = len(personToken) + 43

// hashToken is what is kept of a token: its SHA-256, enough for 256 random bits. It refuses what no token looks like.
func hashToken(prefix string, token Secret) (stocktake.Hash, bool) {
	if len(token) != tokenLength || string(token[:len(prefix)]) != prefix {
		return stocktake.Hash{}, false
	}
	return stocktake.HashOf([]byte(token)), true
}

// administrator is the gate of every verb that changes people or devices. It reads the whole roll anew, for what by
// holds may be some seconds old, and gives it back so that the change can insist on it.
func (s *Service) administrator(ctx context.Context, by stocktake.Person) (Roll, error) {
	if !by.Is(stocktake.SocietyAdministrator) {
		return Roll{}, stocktake.NotAllowed.New(stocktake.SocietyAdministrator)
	}
	roll, err := s.directory.People(ctx, by.Society)
	if err != nil {
		return Roll{}, err
	}
	if a := roll.find(by.ID); a == nil || !a.administers() {
		return Roll{}, stocktake.NotAllowed.New(stocktake.SocietyAdministrator)
	}
	return roll, nil
}

// holds is the gate of verbs that only show.
func holds(by stocktake.Person, roles ...stocktake.Role) error {
	if by.Society == "" || by.ID == "" || !by.Is(roles...) {
		return stocktake.NotAllowed.New(roles)
	}
	return nil
}
