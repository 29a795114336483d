package boltdb

import (
	"cmp"

	"go.etcd.io/bbolt"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// chain is where a society's chain of documents stands. Signing is locked from a renewal that concerns the society until
// the head is confirmed: a restore so locks every society at once, those too that have no record here. Confirmed is the
// incarnation under which that was done last; at first it is the one that the store was born with.
type chain struct {
	Head      result.Head `json:"head"`
	Confirmed string      `json:"confirmed,omitempty"`
}

func storedChain(tx *bbolt.Tx, society stocktake.SocietyID) (c chain, locked bool, err error) {
	found, err := readJSON(tx, bucketChains, societyKey(society), &c)
	if err != nil {
		return c, false, err
	}
	if !found {
		c.Head = result.Start()
	}
	locked, err = renewedSince(tx, society, cmp.Or(c.Confirmed, string(tx.Bucket(bucketMeta).Get(metaBorn))))
	return c, locked, err
}

func (t *turn) putChain(society stocktake.SocietyID, c chain) error {
	return t.putJSON(bucketChains, societyKey(society), c)
}

// confirm makes the chain one that may be signed on.
func (t *turn) confirm(c *chain) { c.Confirmed = string(t.tx.Bucket(bucketMeta).Get(metaIncarnation)) }

// storedResult is a document of the chain without its bytes, which are a document of the society by their hash.
type storedResult struct {
	ministry.Stored
	Signature []byte `json:"signature"`
}

// seat is a document about to take the next place of a chain.
type seat struct {
	society  stocktake.SocietyID
	at       result.Ref
	kind     ministry.Kind
	hash     stocktake.Hash
	previous stocktake.Hash
	session  stocktake.SessionID
	sig      []byte
}

// checkSeat refuses a document that may not be signed now, or does not follow the chain.
func (t *turn) checkSeat(s *seat) (chain, error) {
	c, locked, err := storedChain(t.tx, s.society)
	switch {
	case err != nil:
		return c, err
	case locked:
		return c, count.SigningLocked.New()
	case s.at != c.Head.Next(), s.previous != c.Head.Hash:
		return c, count.ChainMoved.New()
	}
	return c, nil
}

// takeSeat puts the document in its place, advances the chain and queues the delivery, which is due by any clock: the
// courier's may stand behind the store's. The document's bytes are stored by the caller.
func (t *turn) takeSeat(c chain, s *seat) error {
	key := resultKey(s.society, s.at.Series, s.at.Number)
	stored := storedResult{Signature: s.sig, Stored: ministry.Stored{
		At: s.at, Kind: s.kind, Hash: s.hash, Previous: s.previous, Session: s.session,
	}}
	if err := t.putJSON(bucketResults, key, stored); err != nil {
		return err
	}
	c.Head = result.Head{Ref: s.at, Hash: s.hash}
	if err := t.putChain(s.society, c); err != nil {
		return err
	}
	return t.putJSON(bucketOutbox, key, ministry.Delivery{Society: s.society, At: s.at})
}
