package account

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"jard/internal/stocktake"
)

// Cost is argon2id's: memory in KiB, passes over it, lanes.
type Cost struct {
	Memory  uint32
	Time    uint32
	Threads uint8
}

// DefaultCost takes some 20 ms and 19 MiB: OWASP's recommendation, and little enough for a small machine.
var DefaultCost = Cost{Memory: 19 << 10, Time: 2, Threads: 1}

// What a stored verifier may ask for: a damaged store must not be able to take the machine's memory.
var greatestCost = Cost{Memory: 256 << 10, Time: 16, Threads: 16}

const (
	saltLength = 16
	keyLength  = 32
	maxWaiting = 64 // beyond it people are told to come back: waiting longer than that helps nobody
)

type derive func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte

// hasher makes and checks verifiers, a bounded number at a time because each takes megabytes.
type hasher struct {
	cost    Cost
	derive  derive
	random  io.Reader
	slots   chan struct{}
	waiting atomic.Int64
	nobody  Verifier // matches nothing; checked where there is no verifier, so that the work is the same
}

func newHasher(cost Cost, slots int, d derive, random io.Reader) (*hasher, error) {
	if cost == (Cost{}) {
		cost = DefaultCost
	}
	if !cost.within(greatestCost) {
		return nil, fmt.Errorf("account: argon2 cost %+v is out of range", cost)
	}
	h := &hasher{cost: cost, derive: d, random: random, slots: make(chan struct{}, slots)}
	noise := make([]byte, saltLength+keyLength)
	if _, err := io.ReadFull(random, noise); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	h.nobody = phc(cost, noise[:saltLength], noise[saltLength:])
	return h, nil
}

func (c Cost) within(most Cost) bool {
	return c.Memory >= 8*uint32(c.Threads) && c.Memory <= most.Memory && c.Time >= 1 && c.Time <= most.Time &&
		c.Threads >= 1 && c.Threads <= most.Threads
}

// enter waits for a slot.
func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return nil, Crowded.New()
	}
	defer h.waiting.Add(-1)
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, Crowded.Wrap(ctx.Err())
	}
}

// make gives a verifier of the secret under a new salt.
func (h *hasher) make(ctx context.Context, secret Secret) (Verifier, error) {
	salt := make([]byte, saltLength)
	if _, err := io.ReadFull(h.random, salt); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	key, err := h.key(ctx, secret, salt)
	if err != nil {
		return "", err
	}
	return phc(h.cost, salt, key), nil
}

// key derives under the present cost.
func (h *hasher) key(ctx context.Context, secret Secret, salt []byte) ([]byte, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	return h.derive([]byte(secret), salt, h.cost.Time, h.cost.Memory, h.cost.Threads, keyLength), nil
}

// check reports whether the verifier was made of the secret. An empty verifier costs the same and matches nothing.
func (h *hasher) check(ctx context.Context, v Verifier, secret Secret) (bool, error) {
	real := v != ""
	if !real {
		v = h.nobody
	}
	cost, salt, key, err := readPHC(v)
	if err != nil {
		return false, err
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	got := h.derive([]byte(secret), salt, cost.Time, cost.Memory, cost.Threads, uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1 && real, nil
}

const argonVersion = 19

func phc(c Cost, salt, key []byte) Verifier {
	b64 := base64.RawStdEncoding
	return Verifier(fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argonVersion, c.Memory, c.Time, c.Threads,
		b64.EncodeToString(salt), b64.EncodeToString(key)))
}

// readPHC parses what phc wrote. Its errors never hold the verifier.
func readPHC(v Verifier) (Cost, []byte, []byte, error) {
	fields := strings.Split(string(v), "$")
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" || fields[2] != fmt.Sprintf("v=%d", argonVersion) {
		return Cost{}, nil, nil, stocktake.Broken.Wrap(errVerifier)
	}
	var c Cost
	_, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &c.Memory, &c.Time, &c.Threads)
	salt, saltErr := base64.RawStdEncoding.DecodeString(fields[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(fields[5])
	if err != nil || saltErr != nil || keyErr != nil || !c.within(greatestCost) || len(salt) < 8 || len(salt) > 64 ||
		len(key) < 16 || len(key) > 64 {
		return Cost{}, nil, nil, stocktake.Broken.Wrap(errVerifier)
	}
	return c, salt, key, nil
}

var errVerifier = fmt.Errorf("a stored verifier is damaged")
