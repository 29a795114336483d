package ministry

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"jard/internal/count"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// Signer signs a society's documents. The store knows which public key is in force where; the private keys are files
// of one directory, which backups of the store do not hold.
type Signer struct {
	box   Outbox
	dir   string
	clock Clock

	mu   sync.Mutex
	keys map[result.PublicKey]result.Key // those read so far
}

// NewSigner makes the directory, for its owner only, where it is not there.
func NewSigner(box Outbox, dir string, clock Clock) (*Signer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, result.KeyFileUnreadable.Wrap(err, dir)
	}
	return &Signer{box: box, dir: dir, clock: clock, keys: make(map[result.PublicKey]result.Key)}, nil
}

// Identity gives what the society signs with, and makes its first key at first start.
func (s *Signer) Identity(ctx context.Context, society stocktake.SocietyID) (Identity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	identity, err := s.box.Identity(ctx, society)
	if !errors.Is(err, stocktake.Missing) {
		return identity, err
	}
	chain, err := s.box.Chain(ctx, society)
	if err != nil {
		return Identity{}, err
	}
	k, err := result.LoadOrCreateKey(s.firstPath(society))
	if err != nil {
		return Identity{}, err
	}
	s.keys[k.Public()] = k
	identity = Identity{Society: society, Keys: []result.KeyPeriod{{Key: k.Public(), From: chain.Next()}}}
	return identity, s.box.PutIdentity(ctx, identity)
}

// Sign gives the signature of a document's canonical bytes with the key in force at its place.
func (s *Signer) Sign(ctx context.Context, society stocktake.SocietyID, at result.Ref, document []byte) ([]byte, error) {
	identity, err := s.Identity(ctx, society)
	if err != nil {
		return nil, err
	}
	public, ok := result.KeyAt(identity.Keys, at)
	if !ok {
		return nil, NoKeyThere.New(at.String())
	}
	k, err := s.key(society, public)
	if err != nil {
		return nil, err
	}
	return k.Sign(document), nil
}

// ChangeKey makes a new key and a change of key signed by both, as the next document of the society's chain.
func (s *Signer) ChangeKey(ctx context.Context, society stocktake.SocietyID, reason string) (result.KeyPeriod, error) {
	next, err := s.newKey(society)
	if err != nil {
		return result.KeyPeriod{}, err
	}
	for { // until no seal comes between the look and the write
		period, err := s.changeKey(ctx, society, next, reason)
		if !errors.Is(err, count.ChainMoved) || ctx.Err() != nil {
			return period, err
		}
	}
}

func (s *Signer) changeKey(ctx context.Context, society stocktake.SocietyID, next result.Key, reason string,
) (result.KeyPeriod, error) {
	identity, err := s.Identity(ctx, society)
	if err != nil {
		return result.KeyPeriod{}, err
	}
	chain, err := s.box.Chain(ctx, society)
	if err != nil {
		return result.KeyPeriod{}, err
	}
	at := chain.Next()
	public, ok := result.KeyAt(identity.Keys, at)
	if !ok {
		return result.KeyPeriod{}, NoKeyThere.New(at.String())
	}
	old, err := s.key(society, public)
	if err != nil {
		return result.KeyPeriod{}, err
	}
	signed, err := result.SignKeyChange(result.KeyChange{
		Society: society, Series: at.Series, Number: at.Number, Previous: chain.Hash, Reason: reason, At: result.At(s.clock.Now()),
	}, old, next)
	if err != nil {
		return result.KeyPeriod{}, err
	}
	period := result.KeyPeriod{Key: next.Public(), From: at.Next()}
	return period, s.box.PutKeyChange(ctx, KeySealing{
		Society: society, At: at, Previous: chain.Hash, Signed: signed, Key: period,
	})
}

// ReplaceLostKey makes a new key where the old one is gone and cannot sign a change. It signs from the next place on;
// the society then enrols it with a one-time code.
func (s *Signer) ReplaceLostKey(ctx context.Context, society stocktake.SocietyID) (Identity, error) {
	identity, err := s.Identity(ctx, society)
	if err != nil {
		return Identity{}, err
	}
	chain, err := s.box.Chain(ctx, society)
	if err != nil {
		return Identity{}, err
	}
	k, err := s.newKey(society)
	if err != nil {
		return Identity{}, err
	}
	period := result.KeyPeriod{Key: k.Public(), From: chain.Next()}
	if n := len(identity.Keys); n > 0 && identity.Keys[n-1].From.Compare(period.From) >= 0 {
		identity.Keys = identity.Keys[:n-1] // it has signed nothing
	}
	identity.Keys = append(identity.Keys, period)
	return identity, s.box.PutIdentity(ctx, identity)
}

func (s *Signer) newKey(society stocktake.SocietyID) (result.Key, error) {
	k, err := result.NewKey()
	if err != nil {
		return result.Key{}, err
	}
	path := s.path(society, k.Public())
	if err := k.Save(path); err != nil {
		return result.Key{}, result.KeyFileUnreadable.Wrap(err, path)
	}
	return k, nil
}

// key finds the private half of a public key among the society's files.
func (s *Signer) key(society stocktake.SocietyID, public result.PublicKey) (result.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k, ok := s.keys[public]; ok {
		return k, nil
	}
	path := s.path(society, public)
	k, err := result.LoadKey(path)
	if errors.Is(err, result.KeyFileMissing) {
		k, err = result.LoadKey(s.firstPath(society))
	}
	if err == nil && k.Public() != public {
		err = result.KeyFileMissing.New(path)
	}
	if err != nil {
		return result.Key{}, err
	}
	s.keys[public] = k
	return k, nil
}

// all gives every key of the society that has a file: after a restore the store may not know the newest.
func (s *Signer) all(society stocktake.SocietyID) ([]result.Key, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	first := filepath.Base(s.firstPath(society))
	prefix := strings.TrimSuffix(first, ".pem") + "~"
	var keys []result.Key
	for _, e := range entries {
		if e.Name() != first && !strings.HasPrefix(e.Name(), prefix) {
			continue
		}
		k, err := result.LoadKey(filepath.Join(s.dir, e.Name()))
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// firstPath is the file of a society's first key, and path that of a later one.
func (s *Signer) firstPath(society stocktake.SocietyID) string {
	return filepath.Join(s.dir, "society-"+fileName(society)+".pem")
}

func (s *Signer) path(society stocktake.SocietyID, public result.PublicKey) string {
	return strings.TrimSuffix(s.firstPath(society), ".pem") + "~" + public.Fingerprint() + ".pem"
}

// fileName escapes what a file name may not hold; '~', which separates, too.
func fileName(society stocktake.SocietyID) string {
	return strings.ReplaceAll(url.PathEscape(string(society)), "~", "%7E")
}

// NoKeyThere says that no key of the society is good for a place.
var NoKeyThere = stocktake.NewReason(stocktake.Conflict, "no-key-there",
	"No key of the society is good for number %s. Enrol at the ministry again with a new code.",
	"لا مفتاح للجمعية صالح للرقم %s. سجّل لدى الوزارة من جديد برمز جديد.")
