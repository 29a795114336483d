package main

import (
	"context"
	"encoding/json"
	"time"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/simulate"
	"jard/internal/stocktake"
)

// bygone is a small session of the past that the demo makes from its issue to its seal, through the verbs that every
// session goes through; only the walk of the handhelds is written by hand, as they would have written it.
type bygone struct {
	plan       count.Plan
	site       stocktake.Site
	items      map[stocktake.ItemID]stocktake.Item
	truth      simulate.Truth
	walkers    []walker
	supervisor stocktake.Person // issues
	manager    stocktake.Person // closes and seals
	approvers  []stocktake.Person
	issuer     count.Issuer
	began      time.Time
}

// walker is somebody with a handheld.
type walker struct {
	stream count.Stream
	person stocktake.PersonID
}

// make plays it on an open store whose clock it moves.
func (b *bygone) make(ctx context.Context, n *node, sessions *count.Service, clock *hands) error {
	clock.move(b.began)
	if _, err := sessions.Issue(ctx, b.supervisor, b.plan); err != nil {
		return err
	}
	ends := b.began
	for i, w := range b.walkers {
		if err := sessions.Join(ctx, b.supervisor.Society, b.plan.Session, w.stream, ""); err != nil {
			return err
		}
		end, err := b.walk(ctx, n, w, i)
		if err != nil {
			return err
		}
		if end.After(ends) {
			ends = end
		}
	}
	clock.move(ends.Add(20 * time.Minute))
	if err := b.approve(ctx, sessions); err != nil {
		return err
	}
	clock.move(ends.Add(45 * time.Minute))
	if _, err := sessions.BeginClosing(ctx, b.manager, b.plan.Session, count.Because{}); err != nil {
		return err
	}
	for _, w := range b.walkers {
		mark, err := n.db.Mark(ctx, b.manager.Society, w.stream)
		if err != nil {
			return err
		}
		if err := sessions.Drained(ctx, b.manager.Society, b.plan.Session, w.stream, mark.Acked); err != nil {
			return err
		}
	}
	clock.move(ends.Add(70 * time.Minute))
	if err := b.sign(ctx, sessions); err != nil {
		return err
	}
	v, err := sessions.View(ctx, b.manager, b.plan.Session)
	if err != nil {
		return err
	}
	_, err = sessions.Seal(ctx, b.manager, b.plan.Session, v.Seen, b.issuer)
	return err
}

// correct plays a correction of a session of theirs of which nothing has come since: it says the same, and adds it up rightly.
func (b *bygone) correct(ctx context.Context, sessions *count.Service, clock *hands, sealed stocktake.SessionID) error {
	clock.move(b.began)
	again := count.Correction{Session: b.plan.Session, Reason: "رفضت الوزارة النتيجة لخطأ في جمعها."}
	if _, _, err := sessions.Correct(ctx, b.supervisor, sealed, again); err != nil {
		return err
	}
	clock.move(b.began.Add(20 * time.Minute))
	if _, err := sessions.BeginClosing(ctx, b.manager, b.plan.Session, count.Because{}); err != nil {
		return err
	}
	v, err := sessions.View(ctx, b.manager, b.plan.Session)
	if err != nil {
		return err
	}
	_, err = sessions.Seal(ctx, b.manager, b.plan.Session, v.Seen, b.issuer)
	return err
}

// walk has one of the walkers count every n-th location, and hands it all in at the end.
func (b *bygone) walk(ctx context.Context, n *node, w walker, index int) (end time.Time, err error) {
	at := b.began.Add(5 * time.Minute)
	var events [][]byte
	record := func(e count.Event) {
		zero := int64(0)
		e.Version, e.ID, e.Session = 1, stocktake.EventID(stocktake.RandomID()), b.plan.Session
		e.At, e.Mono, e.Offset, e.RTT = at.UnixMilli(), at.Sub(b.began).Milliseconds(), &zero, 8
		if e.Name == "observed" {
			e.ScannedAt = at.Add(-3 * time.Second).UnixMilli()
		}
		body, _ := json.Marshal(&e) // of texts and numbers: cannot fail
		events = append(events, body)
		at = at.Add(9 * time.Second)
	}
	record(count.Event{Name: "clock"})
	turn := 0
	for _, l := range b.site.Locations {
		if !b.counts(l) {
			continue
		}
		if turn++; turn%len(b.walkers) != index {
			continue
		}
		pass := stocktake.PassID(stocktake.RandomID())
		record(count.Event{Name: "pass.opened", Pass: pass, Location: l.ID, Round: 1, Person: w.person, Mode: "quantity"})
		var observations int64
		var quantity stocktake.Quantity
		for _, stand := range b.truth.At(l.ID) {
			item := b.items[stand.Item]
			code := item.Barcodes[0]
			record(count.Event{
				Name: "observed", Pass: pass, Item: item.ID, Pack: code.Pack, Amount: stand.Quantity, Unit: string(item.Unit), AllHere: true,
				Raw: "]E0" + code.Code, Code: code.Code, Entry: "scan",
			})
			observations++
			quantity += stand.Quantity
		}
		record(count.Event{Name: "pass.closed", Pass: pass, Observations: observations, Quantity: quantity})
	}
	record(count.Event{Name: "clock"})
	mark, err := n.db.Mark(ctx, b.manager.Society, w.stream)
	if err != nil {
		return at, err
	}
	batch := count.Batch{Society: b.manager.Society, Stream: w.stream, First: mark.Acked + 1, Prev: mark.Digest, Digest: mark.Digest}
	for _, body := range events {
		batch.Digest = count.NextDigest(batch.Digest, body)
	}
	batch.Events = count.Receive(events)
	_, err = n.db.Append(ctx, batch)
	return at, err
}

// counts reports whether a location is in the plan's scope.
func (b *bygone) counts(l stocktake.Location) bool {
	if len(b.plan.Scope.Sections) == 0 {
		return true
	}
	for _, s := range b.plan.Scope.Sections {
		if s == l.Section {
			return true
		}
	}
	return false
}

// approve lets each approver take what waits and is theirs, from the lowest tier up.
func (b *bygone) approve(ctx context.Context, sessions *count.Service) error {
	below := stocktake.Fils(-1)
	for n, tier := range b.plan.Tiers {
		most := stocktake.Fils(stocktake.MaxNumber)
		if tier.UpTo != nil {
			most = *tier.UpTo
		}
		v, err := sessions.View(ctx, b.manager, b.plan.Session)
		if err != nil {
			return err
		}
		verdict := count.LinesVerdict{Verdict: count.Approve, Reason: "رُوجع على الرف"}
		for _, l := range v.Lines {
			if l.Waits() && l.Variance != nil && l.Variance.Value.Abs() > below && l.Variance.Value.Abs() <= most {
				verdict.Lines = append(verdict.Lines, count.LineRef{Section: l.Section, Item: l.Item, Digest: l.Digest})
			}
		}
		below = most
		if len(verdict.Lines) == 0 {
			continue
		}
		if _, err := sessions.DecideLines(ctx, b.approvers[n], b.plan.Session, verdict); err != nil {
			return err
		}
	}
	return nil
}

// sign has the committee and the witness put their names to what was found.
func (b *bygone) sign(ctx context.Context, sessions *count.Service) error {
	v, err := sessions.View(ctx, b.manager, b.plan.Session)
	if err != nil {
		return err
	}
	roles := map[count.Capacity]stocktake.Role{count.AsCommittee: stocktake.CommitteeMember, count.AsWitness: stocktake.Witness}
	for _, s := range v.Signatories {
		by := stocktake.Person{Society: b.manager.Society, ID: s.Person, Roles: []stocktake.Role{roles[s.Capacity]}}
		g := count.Signature{Capacity: s.Capacity, Digest: v.Figures}
		if _, err := sessions.Sign(ctx, by, b.plan.Session, g, func(context.Context) error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// careless is an issuer whose software adds up wrongly: what it signs is refused by the ministry, with the fault named.
type careless struct {
	*ministry.Issuer
	signer *ministry.Signer
}

// Issue makes the document, spoils one of its totals and signs it again.
func (c careless) Issue(ctx context.Context, v *count.View, by stocktake.Person, at time.Time) (count.Issuance, error) {
	issued, err := c.Issuer.Issue(ctx, v, by, at)
	if err != nil {
		return issued, err
	}
	d, err := result.Parse(issued.Result.Bytes)
	if err != nil {
		return issued, err
	}
	d.Totals.Shortage.Value -= 1500
	b, err := d.Canonical()
	if err != nil {
		return issued, err
	}
	issued.Result = stocktake.Document{Hash: stocktake.HashOf(b), Bytes: b}
	issued.Signature, err = c.signer.Sign(ctx, by.Society, d.Ref(), b)
	return issued, err
}
