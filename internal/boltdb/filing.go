package boltdb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"go.etcd.io/bbolt"

	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// storedFiling is a filing without its document's bytes, which are a document of the society by their hash.
type storedFiling struct {
	ministry.Filing
	Signature []byte `json:"signature"`
}

func storedFilingOf(tx *bbolt.Tx, society stocktake.SocietyID, hash stocktake.Hash) (f storedFiling, found bool, err error) {
	found, err = readJSON(tx, bucketFilings, hashKey(society, hash), &f)
	return f, found, err
}

// Consider implements ministry.Inbox.
func (db *DB) Consider(ctx context.Context, f ministry.Filing) (ministry.Standing, error) {
	var st ministry.Standing
	err := db.view(ctx, func(tx *bbolt.Tx) (err error) {
		st, err = standing(tx, f)
		return err
	})
	return st, err
}

// standing gathers what a document is judged against.
func standing(tx *bbolt.Tx, f ministry.Filing) (st ministry.Standing, err error) {
	if st.Member, err = storedMember(tx, f.Society); err != nil {
		return st, err
	}
	if st.Receipts, err = receiptHead(tx); err != nil {
		return st, err
	}
	if filed, found, err := storedFilingOf(tx, f.Society, f.Hash); err != nil {
		return st, err
	} else if found {
		st.Filed = &filed.Filing
	}
	if !f.Corrects.IsZero() {
		if corrected, found, err := storedFilingOf(tx, f.Society, f.Corrects); err != nil {
			return st, err
		} else if found {
			st.Corrected = &corrected.Filing
		}
	}
	err = eachPlace(tx, f.Society, f.At, func(at result.Ref, o ministry.Filing) bool {
		if at == f.At && o.Hash != f.Hash {
			st.Twins = append(st.Twins, o)
		}
		return at == f.At
	})
	if err != nil {
		return st, err
	}
	if first, _ := tx.Bucket(bucketPlaces).Cursor().Seek(societyKey(f.Society)); bytes.HasPrefix(first, societyKey(f.Society)) {
		if st.First, err = placeOf(first[len(f.Society)+1:]); err != nil {
			return st, err
		}
	}
	if f.At.Number > 1 {
		before := result.Ref{Series: f.At.Series, Number: f.At.Number - 1}
		err = eachPlace(tx, f.Society, before, func(at result.Ref, o ministry.Filing) bool {
			if at == before {
				st.Before = append(st.Before, o)
			}
			return at == before
		})
	} else if !f.Previous.IsZero() {
		var cited storedFiling
		var found bool
		if cited, found, err = storedFilingOf(tx, f.Society, f.Previous); found && cited.At.Series < f.At.Series {
			st.Before = append(st.Before, cited.Filing)
		}
	}
	return st, err
}

func receiptHead(tx *bbolt.Tx) (ministry.ReceiptHead, error) {
	key, value := tx.Bucket(bucketReceipts).Cursor().Last()
	if key == nil {
		return ministry.ReceiptHead{}, nil
	}
	number, _, ok := cutUint64(key)
	var r ministry.Receipted
	if err := json.Unmarshal(value, &r); err != nil || !ok {
		return ministry.ReceiptHead{}, ValueDamaged.Wrap(err, "receipt")
	}
	return ministry.ReceiptHead{Number: number, Hash: r.Answer.Signed.Hash()}, nil
}

func placeOf(b []byte) (result.Ref, error) {
	series, b, ok := cutUint64(b)
	number, _, more := cutUint64(b)
	if !ok || !more {
		return result.Ref{}, ValueDamaged.New("place")
	}
	return result.Ref{Series: series, Number: number}, nil
}

// eachPlace calls f for a society's filings from a place on, by place, then by arrival, until f says no.
func eachPlace(tx *bbolt.Tx, society stocktake.SocietyID, from result.Ref, f func(at result.Ref, o ministry.Filing) bool) error {
	prefix := societyKey(society)
	rows := tx.Bucket(bucketPlaces).Cursor()
	key, value := rows.Seek(resultKey(society, from.Series, from.Number))
	for ; bytes.HasPrefix(key, prefix); key, value = rows.Next() {
		at, err := placeOf(key[len(prefix):])
		if err != nil {
			return err
		}
		if len(value) != len(stocktake.Hash{}) {
			return ValueDamaged.New("place")
		}
		o, found, err := storedFilingOf(tx, society, stocktake.Hash(value))
		switch {
		case err != nil:
			return err
		case !found:
			return ValueDamaged.New("filing")
		case !f(at, o.Filing):
			return nil
		}
	}
	return nil
}

// File implements ministry.Inbox.
func (db *DB) File(ctx context.Context, f ministry.Filing, judge func(ministry.Standing) (ministry.Decision, error)) (ministry.Filing, error) {
	if err := checkIDs[string](f.Society, ""); err != nil {
		return ministry.Filing{}, err
	}
	if err := f.At.Check(); err != nil {
		return ministry.Filing{}, err
	}
	// Most repetitions end here, before their bytes are written anywhere.
	st, err := db.Consider(ctx, f)
	if err != nil {
		return ministry.Filing{}, err
	}
	if st.Filed != nil && st.Filed.Answer.Verdict != ministry.Held {
		return *st.Filed, nil
	}
	docs := []stocktake.Document{{Hash: f.Hash, Bytes: f.Signed.Document}}
	staged, err := db.stage(ctx, f.Society, docs)
	if err != nil {
		return ministry.Filing{}, err
	}
	var filed ministry.Filing
	err = db.write(ctx, documentWeight(docs, staged), func(t *turn) error {
		st, err := standing(t.tx, f)
		switch {
		case err != nil:
			return err
		case st.Filed != nil && st.Filed.Answer.Verdict != ministry.Held:
			filed = *st.Filed
			return nil
		}
		d, err := judge(st)
		switch {
		case err != nil:
			return err
		case st.Filed != nil && d.Answer.Verdict == ministry.Held:
			filed = *st.Filed
			return nil
		case d.Answer.Number != st.Receipts.Number+1:
			return errReceiptNumber
		}
		filed, err = t.file(f, st, d, docs, staged)
		return err
	})
	if err != nil {
		return ministry.Filing{}, err
	}
	return filed, nil
}

var errReceiptNumber = errors.New("the receipt does not take the next number")

// file makes a decision durable: a new filing, or a held one with its new verdict.
func (t *turn) file(f ministry.Filing, st ministry.Standing, d ministry.Decision, docs []stocktake.Document, staged bool) (ministry.Filing, error) {
	kept := storedFiling{Filing: f, Signature: f.Signed.Signature}
	m := st.Member
	moved := false
	if st.Filed != nil {
		old, _, err := storedFilingOf(t.tx, f.Society, f.Hash)
		if err != nil {
			return ministry.Filing{}, err
		}
		kept = old
	} else {
		arrival := uint64(len(st.Twins)) // all of one place are kept, so this is how many came before
		place := offsetKey(resultKey(f.Society, f.At.Series, f.At.Number), arrival)
		if err := t.put(bucketPlaces, place, bytes.Clone(f.Hash[:])); err != nil {
			return ministry.Filing{}, err
		}
		if err := t.putDocuments(f.Society, docs, staged); err != nil {
			return ministry.Filing{}, err
		}
		if f.At.Compare(m.Head.Ref) > 0 {
			m.Head, moved = result.Head{Ref: f.At, Hash: f.Hash}, true
		}
	}
	kept.Answer = d.Answer
	kept.Signed = result.Signed{}
	if d.Key != nil && d.Answer.Verdict == ministry.Accepted {
		m.Keys, moved = append(m.Keys, *d.Key), true
	}
	if moved {
		if err := t.putJSON(bucketMembers, societyKey(f.Society), m); err != nil {
			return ministry.Filing{}, err
		}
	}
	if err := t.correct(&kept.Filing, d.Answer.Verdict); err != nil {
		return ministry.Filing{}, err
	}
	if err := t.putJSON(bucketFilings, hashKey(f.Society, f.Hash), kept); err != nil {
		return ministry.Filing{}, err
	}
	receipt := ministry.Receipted{Society: f.Society, Document: f.Hash, Answer: d.Answer}
	return kept.Filing, t.putJSON(bucketReceipts, offsetKey(nil, d.Answer.Number), receipt)
}

// correct notes on the filing that f corrects that it was, or no longer is when f was held and is now refused.
func (t *turn) correct(f *ministry.Filing, verdict ministry.Verdict) error {
	if f.Corrects.IsZero() {
		return nil
	}
	was, found, err := storedFilingOf(t.tx, f.Society, f.Corrects)
	if err != nil || !found {
		return err
	}
	switch {
	case verdict != ministry.Refused:
		was.CorrectedBy = f.Hash
	case was.CorrectedBy == f.Hash:
		was.CorrectedBy = stocktake.Hash{}
	default:
		return nil
	}
	return t.putJSON(bucketFilings, hashKey(f.Society, f.Corrects), was)
}

// Filing implements ministry.Inbox.
func (db *DB) Filing(ctx context.Context, society stocktake.SocietyID, hash stocktake.Hash) (ministry.Filing, error) {
	var f storedFiling
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		var found bool
		var err error
		if f, found, err = storedFilingOf(tx, society, hash); err != nil {
			return err
		}
		if !found {
			return stocktake.NoSuch("filing", hash.String())
		}
		d, err := storedDocument(tx, society, hash)
		if err != nil {
			return ValueDamaged.Wrap(err, "filing")
		}
		f.Signed = result.Signed{Document: d.Bytes, Signature: f.Signature}
		return nil
	})
	if err == nil && f.Signed.Hash() != hash {
		err = ValueDamaged.New("filing")
	}
	if err != nil {
		return ministry.Filing{}, err
	}
	return f.Filing, nil
}

// Filings implements ministry.Inbox.
func (db *DB) Filings(ctx context.Context, society stocktake.SocietyID, from result.Ref, limit int) ([]ministry.Filing, error) {
	list := []ministry.Filing{}
	places := 0
	var last result.Ref
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		return eachPlace(tx, society, from, func(at result.Ref, f ministry.Filing) bool {
			if at != last {
				places++
				last = at
			}
			if places > limit {
				return false
			}
			list = append(list, f)
			return true
		})
	})
	return list, err
}
