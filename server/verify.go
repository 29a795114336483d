package main

import (
	"context"
	"errors"
	"fmt"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

type verifyCmd struct {
	dataFlags
}

// verification is what a look at everything found.
type verification struct {
	Logs     int      `json:"logs"`
	Entries  uint64   `json:"entries"`
	Results  int      `json:"results"`
	Receipts int      `json:"receipts"`
	Broken   []string `json:"broken"`
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
	fmt.Fprintf(s.Out, "%d logs with %d entries, %d results and %d receipts recomputed: %d faults\n", v.Logs, v.Entries, v.Results, v.Receipts, len(v.Broken))
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
	next := uint64(1)
	for next <= h.Offset {
		entries, err := n.db.Read(ctx, society, h.Session, next, 1000)
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
			if previous = count.Chain(previous, e.AppendStored(nil)); previous != e.Hash {
				broken(next, "its hash does not follow from the entries before it and its own bytes")
				return nil
			}
			v.Entries++
			next++
		}
	}
	if previous != h.Hash {
		broken(h.Offset, "the head names another hash")
	}
	return nil
}

// verifyResults holds a society's documents against the keys in force at their places, their own arithmetic, and the
// receipts beside them.
func (n *node) verifyResults(ctx context.Context, society stocktake.SocietyID, v *verification) error {
	identity, err := n.db.Identity(ctx, society)
	if errors.Is(err, stocktake.Missing) {
		return nil
	} else if err != nil {
		return err
	}
	for from := (result.Ref{Series: 1, Number: 1}); ; {
		const page = 100
		list, err := n.db.Results(ctx, society, from, page)
		if err != nil {
			return err
		}
		for _, s := range list {
			v.Results++
			if err := n.verifyResult(ctx, society, identity, s); err != nil {
				v.Broken = append(v.Broken, fmt.Sprintf("result %s of %s: %v", s.At, society, err))
			}
			if s.Answer != nil {
				v.Receipts++
			}
		}
		if len(list) < page {
			return nil
		}
		from = list[len(list)-1].At.Next()
	}
}

func (n *node) verifyResult(ctx context.Context, society stocktake.SocietyID, identity ministry.Identity, s ministry.Stored) error {
	full, err := n.db.Result(ctx, society, s.At)
	if err != nil {
		return err
	}
	key, ok := result.KeyAt(identity.Keys, s.At)
	if !ok {
		return fmt.Errorf("no key is in force there")
	}
	if full.Signed.Hash() != s.Hash {
		return fmt.Errorf("its bytes do not have its hash")
	}
	if full.Kind == ministry.KindKeyChange {
		return nil // its two signatures were verified when it was made; the ministry verified them again
	}
	if err := key.Verify(full.Signed.Document, full.Signed.Signature); err != nil {
		return err
	}
	d, err := result.Parse(full.Signed.Document)
	if err != nil {
		return err
	}
	if faults := result.Check(d); len(faults) > 0 {
		return fmt.Errorf("%s: %s", faults[0].Path, faults[0].English)
	}
	if d.Previous != s.Previous || d.Ref() != s.At || d.Society != society || d.Session.ID != s.Session || s.Kind != ministry.KindResult {
		return fmt.Errorf("it names another place than the one it stands at")
	}
	return verifyAnswer(identity, society, full)
}

// verifyAnswer holds the receipt against the document, and what is shown of it against what the ministry signed.
func verifyAnswer(identity ministry.Identity, society stocktake.SocietyID, s ministry.Stored) error {
	if s.Answer == nil {
		if s.Delivery == nil {
			return fmt.Errorf("it has no receipt, and no delivery is under way that brings one")
		}
		return nil
	}
	if identity.Ministry == nil {
		return nil
	}
	r, err := ministry.ReadReceipt(s.Answer.Signed, identity.Ministry.Key)
	if err != nil {
		return err
	}
	if r.Society != society || r.Place != s.At || r.Document != s.Hash || r.Number != s.Answer.Number || r.Verdict != s.Answer.Verdict {
		return fmt.Errorf("its receipt is for another document, or says something else than is shown")
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
		v.Results += documents
	}
	receipts, err := desk.VerifyReceipts(ctx, found)
	v.Receipts += int(receipts)
	return err
}

var chainBroken = stocktake.NewReason(stocktake.Internal, "chain-broken",
	"%d faults: what is stored is not what was written. Keep this store as evidence, and restore a backup beside it.",
	"عدد الأخطاء %d: المخزَّن ليس ما كُتب. احفظ هذا المخزن دليلًا واستعد نسخة احتياطية إلى جانبه.")
