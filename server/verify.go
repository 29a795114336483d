package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"jard/internal/count"
	"jard/internal/link"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

type verifyCmd struct {
	dataFlags
}

// verification is what a look at everything found.
type verification struct {
	Logs      int      `json:"logs"`
	Entries   uint64   `json:"entries"`
	Documents int      `json:"documents"` // of the societies' own chains, and those received as a ministry
	Broken    []string `json:"broken"`
}

// Run recomputes every chain of the store.
func (c *verifyCmd) Run(ctx context.Context, s *streams) error {
	v, err := operate[verification](ctx, c.dataFlags, "/verify", done{})
	if err != nil {
		return err
	}
	for _, b := range v.Broken {
		fmt.Fprintln(s.Out, "BROKEN ", b)
	}
	fmt.Fprintf(s.Out, "%d logs with %d entries, and %d documents with their receipts, recomputed: %d faults\n", v.Logs, v.Entries, v.Documents, len(v.Broken))
	if len(v.Broken) > 0 {
		return chainBroken.New(len(v.Broken))
	}
	return nil
}

// verify recomputes the chains of all logs and results, and of what a ministry has received.
func (n *node) verify(ctx context.Context, _ done) (verification, error) {
	v := verification{Broken: []string{}}
	societies, err := n.db.Societies(ctx)
	if err != nil {
		return v, err
	}
	for _, s := range societies {
		heads, err := n.db.Heads(ctx, s.ID)
		if err != nil {
			return v, err
		}
		if late, err := n.db.Head(ctx, s.ID, count.LateLog); err == nil {
			heads = append(heads, late)
		} else if !errors.Is(err, stocktake.Missing) {
			return v, err
		}
		for _, h := range heads {
			if err := n.verifyLog(ctx, s.ID, h, &v); err != nil {
				return v, err
			}
		}
		if err := n.verifyFeeds(ctx, s.ID, &v); err != nil {
			return v, err
		}
		if err := n.verifyResults(ctx, s.ID, &v); err != nil {
			return v, err
		}
	}
	return v, n.verifyMinistry(ctx, &v)
}

func (n *node) verifyLog(ctx context.Context, society stocktake.SocietyID, h count.Head, v *verification) error {
	v.Logs++
	broken := func(offset uint64, what string) {
		v.Broken = append(v.Broken, fmt.Sprintf("log %s of %s at entry %d: %s", h.Session, society, offset, what))
	}
	previous := count.Genesis(society, h.Session)
	next, state := uint64(1), count.LogOpen
	for next <= h.Offset {
		entries, err := n.db.Read(ctx, society, h.Session, next, int(min(1000, h.Offset-next+1)))
		if err != nil || len(entries) == 0 {
			broken(next, fmt.Sprintf("unreadable: %v", err))
			return ctx.Err()
		}
		for i := range entries {
			e := &entries[i]
			if e.Offset != next {
				broken(next, "missing")
				return nil
			}
			before := previous
			if previous = count.Chain(previous, e.AppendStored(nil)); previous != e.Hash {
				broken(next, "its hash does not follow from the entries before it and its own bytes")
				return nil
			}
			switch e.Kind {
			case count.Issued:
				if !e.RecordedAt.Equal(h.IssuedAt) {
					broken(next, "the head says that it was issued at another time")
				}
			case count.Cancelled:
				state = count.LogCancelled
			case count.Sealed:
				state = count.LogSealed
				if err := n.verifySeal(ctx, society, e, before); err != nil {
					broken(next, err.Error())
				}
			}
			v.Entries++
			next++
		}
	}
	if previous != h.Hash {
		broken(h.Offset, "the head names another hash")
	}
	if state != h.State {
		broken(h.Offset, fmt.Sprintf("the head says that the log is %s, and its entries that it is %s", h.State, state))
	}
	return nil
}

// verifyFeeds recomputes the movement log of each site of a society.
func (n *node) verifyFeeds(ctx context.Context, society stocktake.SocietyID, v *verification) error {
	feeds, err := n.db.Feeds(ctx, society)
	if err != nil {
		return err
	}
	for _, f := range feeds {
		v.Logs++
		entries, err := link.VerifyMovements(ctx, n.db, society, f, func(offset uint64, what string) {
			v.Broken = append(v.Broken, fmt.Sprintf("movements of %s of %s at entry %d: %s", f.Site, society, offset, what))
		})
		if err != nil {
			return err
		}
		v.Entries += entries
	}
	return nil
}

// verifyResults verifies a society's own chain of documents. What cannot even be read, or is missing, is a finding like
// any other.
func (n *node) verifyResults(ctx context.Context, society stocktake.SocietyID, v *verification) error {
	documents, err := ministry.VerifyOutbox(ctx, n.db, society, func(f ministry.Finding) {
		v.Broken = append(v.Broken, fmt.Sprintf("document %s of %s%s: %s", f.Place, society, f.Path, f.English))
	})
	v.Documents += documents
	if err != nil {
		v.Broken = append(v.Broken, fmt.Sprintf("documents of %s: %v", society, err))
	}
	return ctx.Err()
}

// verifySeal holds a session's seal against the document that it names, and that against the log it was made from.
func (n *node) verifySeal(ctx context.Context, society stocktake.SocietyID, e *count.Entry, before stocktake.Hash) error {
	var seal count.Seal
	if err := json.Unmarshal(e.Body, &seal); err != nil {
		return err
	}
	stored, err := n.db.Result(ctx, society, result.Ref{Series: seal.Series, Number: seal.Number})
	if err != nil {
		return err
	}
	d, err := result.Parse(stored.Signed.Document)
	if err != nil {
		return err
	}
	if stored.Hash != seal.Result || d.Log.Hash != before || d.Log.Offset != e.Offset-1 {
		return errors.New("the seal and the result do not name each other")
	}
	return nil
}

func (n *node) verifyMinistry(ctx context.Context, v *verification) error {
	members, err := n.db.Members(ctx)
	if err != nil || len(members) == 0 {
		return err
	}
	desk, err := n.desk()
	if err != nil {
		return err
	}
	found := func(f ministry.Finding) { v.Broken = append(v.Broken, fmt.Sprintf("ministry: %+v", f)) }
	for _, m := range members {
		documents, err := desk.VerifyChain(ctx, m.Society, found)
		if err != nil {
			return err
		}
		v.Documents += documents
	}
	_, err = desk.VerifyReceipts(ctx, found)
	return err
}

var chainBroken = stocktake.NewReason(stocktake.Internal, "chain-broken",
	"%d faults: what is stored is not what was written. Keep this store as evidence, and restore a backup beside it.",
	"عدد الأخطاء %d: المخزَّن ليس ما كُتب. احفظ هذا المخزن دليلًا واستعد نسخة احتياطية إلى جانبه.")
