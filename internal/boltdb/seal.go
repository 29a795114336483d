package boltdb

import (
	"context"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// Seal implements count.Log.
func (db *DB) Seal(ctx context.Context, s count.Sealing) (count.Entry, error) {
	d := count.Draft{Society: s.Society, Session: s.Session, Author: s.Author, Kind: count.Cancelled, Body: s.Body, IfHead: &s.IfHead}
	if err := checkDraft(&d); err != nil { // which refuses the late log, too, as for Cancelled
		return count.Entry{}, err
	}
	d.Kind = count.Sealed
	at := seat{
		society: s.Society, at: result.Ref{Series: s.Series, Number: s.Number}, kind: ministry.KindResult,
		hash: s.Result.Hash, previous: s.Previous, session: s.Session, sig: s.Signature,
	}
	if err := at.at.Check(); err != nil {
		return count.Entry{}, err
	}
	docs := []stocktake.Document{s.Result}
	staged, err := db.stage(ctx, s.Society, docs)
	if err != nil {
		return count.Entry{}, err
	}
	var written count.Entry
	err = db.write(ctx, documentWeight(docs, staged), func(t *turn) error {
		l, err := t.writable(&d)
		if err != nil {
			return err
		}
		c, err := t.checkSeat(&at)
		if err != nil {
			return err
		}
		if err := t.putDocuments(s.Society, docs, staged); err != nil {
			return err
		}
		if err := t.takeSeat(c, &at); err != nil {
			return err
		}
		l.head.State = count.LogSealed
		written, err = t.appendDraft(l, &d)
		return err
	})
	if err != nil {
		return count.Entry{}, err
	}
	return written, nil
}
