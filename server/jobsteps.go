package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"time"

	"jard/internal/count"
	"jard/internal/simulate"
	"jard/internal/stocktake"
)

func demoTiers(supervisor, manager stocktake.Fils) []count.Tier {
	return []count.Tier{
		{Role: stocktake.Supervisor, UpTo: &supervisor}, {Role: stocktake.Manager, UpTo: &manager}, {Role: stocktake.FinancialController},
	}
}

// play lets members count until the session closes and they have given everything.
func (d *job) play(ctx context.Context, members []simulate.Member, seed uint64, habits simulate.Habits, progress func(simulate.Progress)) {
	quiet := func(p simulate.Progress) {
		if progress != nil && p.Events > d.told {
			d.told = p.Events
			progress(p)
		}
	}
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, err := simulate.Run(ctx, simulate.Config{
			Server: d.url, Dir: filepath.Join(d.Data, "devices"), Session: stocktake.SessionID(d.session), Truth: d.truth, Members: members,
			Seed: seed, Habits: habits, Weather: roughWeather, Overlap: 0.1, Stay: true, Progress: quiet,
			Patience: simulate.Patience{First: 50 * time.Millisecond, Most: time.Second}, Log: d.log,
		})
		ended <- err
	}()
	d.ended = append(d.ended, func() error {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	})
}

// recounting is somebody who looks at what was asked for and at nothing else.
var recounting = simulate.Habits{AllHere: 1, Zero: 1}

// count lets everybody but the last counter walk; the last one waits for recounts.
func (d *job) count(ctx context.Context) error {
	d.say("%d counters walk over the real protocol: connections are cut, torn, doubled; mistakes are reversed", d.Counters)
	d.play(ctx, d.members[:d.Counters], d.Seed, simulate.Ordinary, func(p simulate.Progress) { d.say("%s", progressLine(p)) })
	return d.until(ctx, "counting", func() (bool, error) {
		locations, err := pages[count.LocationState](ctx, d.people["salem"], sessionPath(d.session, "/locations"))
		if err != nil {
			return false, err
		}
		for _, l := range locations {
			if l.Status != "closed" && l.Status != "disputed" {
				return false, nil
			}
		}
		return true, nil
	})
}

// until asks again and again whether something has come about, within a minute.
func (d *job) until(ctx context.Context, what string, arrived func() (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, fmt.Errorf("%s did not end within a minute", what))
	defer cancel()
	for {
		if ok, err := arrived(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// settle resolves what keeps lines from being final: disputes by a recount, unknown codes, quarantine, gaps, the rest.
func (d *job) settle(ctx context.Context) error {
	salem := d.people["salem"]
	if err := d.show(ctx, "everything is counted once"); err != nil {
		return err
	}
	recounter := d.members[d.Counters]
	r, err := salem.recount(ctx, d.session, string(recounter.Person), nil, "two counters differ")
	if err != nil && !errors.Is(err, nothingHere) {
		return err
	}
	if len(r.Tasks) > 0 {
		d.say("disputes: salem orders round %d at %d locations by %s, who has counted nothing", r.Round, len(r.Tasks), recounter.Person)
		d.play(ctx, []simulate.Member{recounter}, d.Seed+1, recounting, nil)
		if err := d.until(ctx, "the recount", func() (bool, error) {
			v, err := salem.standing(ctx, d.session)
			return err == nil && v.State != string(count.StateRecount), err
		}); err != nil {
			return err
		}
	}
	codes, err := pages[count.Unknown](ctx, salem, sessionPath(d.session, "/codes"))
	if err != nil {
		return err
	}
	for _, u := range codes {
		if err := salem.asideCode(ctx, d.session, u, "torn labels, no such goods"); err != nil {
			return err
		}
	}
	held, err := pages[count.Held](ctx, salem, sessionPath(d.session, "/quarantine"))
	if err != nil {
		return err
	}
	for _, h := range held {
		if err := salem.post(ctx, sessionPath(d.session, "/quarantine/resolve"), count.Release{Key: h.Key, Digest: h.Digest, Reason: "looked into"}, nil); err != nil {
			return err
		}
	}
	lines, err := salem.lines(ctx, d.session, string(count.LineNotCounted))
	if err != nil {
		return err
	}
	if len(lines) > 0 {
		if err := salem.post(ctx, sessionPath(d.session, "/rest-zero"), map[string]any{"lines": refs(lines), "reason": "searched for, not there"}, nil); err != nil {
			return err
		}
	}
	d.say("%d unknown codes set aside, %d held events judged, %d lines met nowhere signed as zero", len(codes), len(held), len(lines))
	return d.show(ctx, "after the recount")
}

func (d *job) show(ctx context.Context, when string) error {
	d.say("%s:", when)
	return d.people["salem"].show(ctx, indented{d.out.Out}, d.session)
}

// refuse shows that four eyes are the domain's rule: a manager who counted cannot approve.
func (d *job) refuse(ctx context.Context) error {
	_, err := d.people["counter-1"].approve(ctx, d.session, approval{Statuses: outside, UpTo: stocktake.MaxNumber, Reason: "looks right"})
	if f, ok := errors.AsType[*failed](err); ok {
		d.say("counter-1, who is also a manager, tries to approve: refused (%s)\n         %s", f.Key, f.Error())
		return nil
	}
	if err == nil {
		return errors.New("a manager who counted was let approve")
	}
	return err
}

// approve walks up the tiers.
func (d *job) approve(ctx context.Context) error {
	for _, tier := range []struct {
		who  string
		most stocktake.Fils
	}{{"salem", 20_000}, {"mona", 200_000}, {"faisal", stocktake.MaxNumber}} {
		n, err := d.people[tier.who].approve(ctx, d.session, approval{Statuses: outside, UpTo: tier.most, Reason: "رُوجع على الرف"})
		if err != nil {
			return err
		}
		d.say("%s approves %d lines", tier.who, n.Lines)
	}
	return nil
}

// seal closes, waits for every handheld to give what it holds, and seals.
func (d *job) seal(ctx context.Context) error {
	mona := d.people["mona"]
	if err := mona.post(ctx, sessionPath(d.session, "/closing"), count.Because{Reason: "counted"}, nil); err != nil {
		return err
	}
	if err := d.until(ctx, "draining", func() (bool, error) {
		v, err := mona.standing(ctx, d.session)
		for _, b := range v.Blockers {
			if b.Key == count.BlockStream {
				return false, err
			}
		}
		return true, err
	}); err != nil {
		return err
	}
	if err := mona.seal(ctx, d.session); err != nil {
		return err
	}
	d.say("every handheld has drained; mona seals the session")
	return d.until(ctx, "delivery", func() (bool, error) {
		list, err := mona.results(ctx)
		if err != nil || len(list) == 0 || list[len(list)-1].Verdict == "" {
			return false, err
		}
		r := list[len(list)-1]
		d.say("result %d/%d (%s…) delivered: %s, receipt number %d, its signature verified against the enrolled key",
			r.Series, r.Number, r.Hash.String()[:12], r.Verdict, r.Receipt)
		return true, nil
	})
}

// check recomputes everything and says where to look.
func (d *job) check(ctx context.Context) error {
	v, err := d.society.verify(ctx, done{})
	if err != nil {
		return err
	}
	if len(v.Broken) > 0 {
		return chainBroken.New(len(v.Broken))
	}
	d.say("verified: %d log entries, and %d documents with their receipts, recomputed, no fault", v.Entries, v.Documents)
	data := filepath.Join(d.Data, "society")
	fmt.Fprintf(d.out.Out, `
Where to look now:
  %[1]s verify --data %[2]s     recompute every chain
  %[1]s serve --data %[2]s      serve this store (and the ministry: --role ministry --data %[3]s --listen 127.0.0.1:8421)
  README.md, "The main job by hand", goes through the same steps command by command
`, called(), data, filepath.Join(d.Data, "ministry"))
	return nil
}

// shelves makes up what stands where from the published book of a site, off by a little for one line in fifty.
func (n *node) shelves(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, seed uint64) (simulate.Truth, error) {
	var place stocktake.Site
	var book stocktake.Snapshot
	for name, into := range map[string]any{"site/" + string(site): &place, "snapshot/" + string(site): &book} {
		hash, _, err := n.db.Published(ctx, society, name)
		if err != nil {
			return nil, err
		}
		d, err := n.db.Document(ctx, society, hash)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(d.Bytes, into); err != nil {
			return nil, err
		}
	}
	bySection := map[stocktake.SectionID][]stocktake.LocationID{}
	for _, l := range place.Locations {
		bySection[l.Section] = append(bySection[l.Section], l.ID)
	}
	dice := rand.New(rand.NewPCG(seed, 2))
	var truth simulate.Truth
	for _, l := range book.Lines {
		at := bySection[l.Section]
		if len(at) == 0 {
			continue
		}
		q := max(l.Quantity, 0)
		if dice.IntN(50) == 0 {
			q = max(0, q+stocktake.Quantity(1000*(dice.IntN(9)-4)))
		}
		truth = append(truth, simulate.Stand{Location: at[dice.IntN(len(at))], Item: l.Item, Quantity: q})
	}
	return truth, nil
}

// indented writes lines a step to the right.
type indented struct{ io.Writer }

// Write indents.
func (w indented) Write(b []byte) (int, error) {
	for line := range bytes.Lines(b) {
		if _, err := fmt.Fprintf(w.Writer, "         %s", line); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}
