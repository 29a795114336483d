package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
)

type sessionRecountCmd struct {
	onSession
	Person string   `help:"Who recounts; whoever has not counted there when empty." env:"-" placeholder:"PERSON"`
	Line   []string `help:"Item to recount wherever it was met; without any, all that is disputed. Repeatable." placeholder:"ITEM"`
	Reason string   `help:"Why, for the record." default:"recount"`
}

// Run orders a recount.
func (c *sessionRecountCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	r, err := api.recount(ctx, c.Session, c.Person, c.Line, c.Reason)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "round %d: %d locations to recount\n", r.Round, len(r.Tasks))
	return err
}

// recount orders the next round: for the items given wherever they were adopted, else for every dispute.
func (c *client) recount(ctx context.Context, session, person string, items []string, reason string) (count.Recount, error) {
	v, err := c.standing(ctx, session)
	if err != nil {
		return count.Recount{}, err
	}
	where := map[stocktake.LocationID][]stocktake.ItemID{}
	if len(items) == 0 {
		disputes, err := pages[count.Dispute](ctx, c, sessionPath(session, "/disputes"))
		if err != nil {
			return count.Recount{}, err
		}
		for _, d := range disputes {
			where[d.Location] = append(where[d.Location], d.Item)
		}
	} else {
		lines, err := c.lines(ctx, session, "")
		if err != nil {
			return count.Recount{}, err
		}
		for _, l := range lines {
			if slices.Contains(items, string(l.Item)) {
				for _, a := range l.Adopted {
					where[a.Location] = append(where[a.Location], l.Item)
				}
			}
		}
	}
	if len(where) == 0 {
		return count.Recount{}, nothingHere.New("recount")
	}
	r := count.Recount{Round: v.Rounds + 1, Reason: reason}
	for location, list := range where {
		r.Tasks = append(r.Tasks, count.Task{
			ID: stocktake.RandomID(), Round: r.Round, Location: location, Items: list, Person: stocktake.PersonID(person),
		})
	}
	slices.SortFunc(r.Tasks, func(a, b count.Task) int { return cmp.Compare(a.Location, b.Location) })
	return r, c.post(ctx, sessionPath(session, "/recounts"), r, nil)
}

type sessionChooseCmd struct {
	onSession
	Location string `arg:""`
	Item     string `arg:""`
	Pass     string `arg:"" optional:"" help:"The pass that is right; session disputes lists them."`
	TakeBack bool   `help:"Take an earlier choice back: the dispute is open again."`
	Reason   string `help:"Why, for the record." required:""`
}

// Run settles a dispute, or one that was settled anew.
func (c *sessionChooseCmd) Run(ctx context.Context, _ *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	disputes, err := pages[count.Dispute](ctx, api, sessionPath(c.Session, "/disputes"))
	if err != nil {
		return err
	}
	settled, err := pages[count.Settled](ctx, api, sessionPath(c.Session, "/disputes/settled"))
	if err != nil {
		return err
	}
	for _, s := range settled {
		disputes = append(disputes, s.Dispute)
	}
	for _, d := range disputes {
		if string(d.Location) == c.Location && string(d.Item) == c.Item {
			return api.post(ctx, sessionPath(c.Session, "/disputes/choose"), count.Choice{
				Location: d.Location, Item: d.Item, Pass: stocktake.PassID(c.Pass), Digest: d.Digest, TakeBack: c.TakeBack, Reason: c.Reason,
			}, nil)
		}
	}
	return stocktake.NoSuch("dispute", c.Location+" / "+c.Item)
}

type sessionPassCmd struct {
	onSession
	Pass   string `arg:""`
	Ruling string `arg:"" enum:"complete,abandon" help:"complete: it counts as it stands. abandon: somebody continues it."`
	Reason string `help:"Why, for the record." required:""`
}

// Run rules on a pass.
func (c *sessionPassCmd) Run(ctx context.Context, _ *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	return api.rule(ctx, c.Session, c.Pass, c.Ruling, c.Reason)
}

func (c *client) rule(ctx context.Context, session, pass, ruling, reason string) error {
	passes, err := pages[count.Pass](ctx, c, sessionPath(session, "/passes"))
	if err != nil {
		return err
	}
	for _, p := range passes {
		if string(p.ID) == pass {
			return c.post(ctx, sessionPath(session, "/passes/"+ruling), count.PassDecision{Pass: p.ID, Digest: p.Digest, Reason: reason}, nil)
		}
	}
	return stocktake.NoSuch("pass", pass)
}

type sessionResolveCmd struct {
	onSession
	Code     string `arg:"" help:"The unknown code; without it they are listed, and with --aside all set aside." optional:""`
	Item     string `help:"The item that it means." xor:"meaning" placeholder:"ITEM"`
	Pack     string `help:"How many base units one pack with this code holds." default:"1" placeholder:"UNITS"`
	Aside    bool   `help:"Set it aside: it counts for nothing." xor:"meaning"`
	TakeBack bool   `help:"Take back what was said of it: it is unknown again." xor:"meaning"`
	Reason   string `help:"Why, for the record; needed with --aside."`
}

// Run resolves a code, or lists the unknown ones.
func (c *sessionResolveCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	if c.Code == "" {
		return c.all(ctx, s, api)
	}
	pack, err := stocktake.ParseThousandths(c.Pack)
	if err != nil {
		return err
	}
	if c.Aside {
		codes, err := pages[count.Unknown](ctx, api, sessionPath(c.Session, "/codes"))
		if err != nil {
			return err
		}
		n := slices.IndexFunc(codes, func(u count.Unknown) bool { return u.Code == c.Code })
		if n < 0 {
			return stocktake.NoSuch("unknown code", c.Code)
		}
		if err := api.asideCode(ctx, c.Session, codes[n], c.Reason); err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.Out, "%s is set aside: it counts for nothing\n", c.Code)
		return err
	}
	r := count.Resolution{Code: c.Code, Item: stocktake.ItemID(c.Item), Pack: stocktake.Quantity(pack), Reason: c.Reason}
	if c.TakeBack {
		r = count.Resolution{Code: c.Code, TakeBack: true, Reason: c.Reason}
	}
	if err := api.post(ctx, sessionPath(c.Session, "/codes/resolve"), r, nil); err != nil {
		return err
	}
	if c.TakeBack {
		_, err = fmt.Fprintf(s.Out, "%s is unknown again\n", c.Code)
	} else {
		_, err = fmt.Fprintf(s.Out, "%s means %s, %s in a pack\n", c.Code, c.Item, stocktake.Quantity(pack))
	}
	return err
}

// asideCode sets an unknown code aside as it was listed.
func (c *client) asideCode(ctx context.Context, session string, u count.Unknown, reason string) error {
	r := count.Resolution{Code: u.Code, SetAside: true, Digest: u.Digest, Reason: reason}
	return c.post(ctx, sessionPath(session, "/codes/resolve"), r, nil)
}

// all lists the unknown codes, or sets every one of them aside.
func (c *sessionResolveCmd) all(ctx context.Context, s *streams, api *client) error {
	codes, err := pages[count.Unknown](ctx, api, sessionPath(c.Session, "/codes"))
	aside := 0
	for _, u := range codes {
		if c.Aside && u.SetAside == "" {
			if err := api.asideCode(ctx, c.Session, u, c.Reason); err != nil {
				return err
			}
			u.SetAside = c.Reason
			aside++
		}
		fmt.Fprintf(s.Out, "%-24s %10s  %v %s\n", u.Code, u.Quantity, u.Sections, standingWord(u.SetAside, u.Lapsed))
	}
	if err != nil {
		return err
	}
	if c.Aside {
		fmt.Fprintf(s.Out, "%d unknown codes set aside\n", aside)
	}
	resolved, err := pages[count.Resolved](ctx, api, sessionPath(c.Session, "/codes/resolved"))
	for _, r := range resolved {
		fmt.Fprintf(s.Out, "%-24s means %s, %s in a pack, says %s\n", r.Code, r.Item, r.Pack, r.Person)
	}
	return err
}

// standingWord is the reason of what was set aside, and whether that holds.
func standingWord(reason, lapsed string) string {
	switch {
	case reason != "":
		return "set aside: " + reason
	case lapsed != "":
		return "changed since it was set aside: " + lapsed
	}
	return ""
}

type sessionQuarantineCmd struct {
	onSession
	Key      string `arg:"" optional:"" help:"Held event to decide on; without it they are listed."`
	Accept   bool   `help:"Let it count; otherwise it is set aside." xor:"word"`
	TakeBack bool   `help:"Take back what was said of it: it is held again." xor:"word"`
	Reason   string `help:"Why, for the record; needed to decide on an event."`
}

// Run lists or resolves quarantine.
func (c *sessionQuarantineCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	held, err := pages[count.Held](ctx, api, sessionPath(c.Session, "/quarantine"))
	if err != nil {
		return err
	}
	accepted, err := pages[count.Held](ctx, api, sessionPath(c.Session, "/quarantine/accepted"))
	if err != nil {
		return err
	}
	if c.Key != "" {
		r := count.Release{Key: c.Key, Accept: c.Accept, TakeBack: c.TakeBack, Reason: c.Reason}
		for _, h := range slices.Concat(held, accepted) {
			if h.Key == c.Key {
				r.Digest = h.Digest
			}
		}
		return api.post(ctx, sessionPath(c.Session, "/quarantine/resolve"), r, nil)
	}
	for _, h := range held {
		fmt.Fprintf(s.Out, "%s %-20s entry %d of %s %s\n", h.Key, h.Reason, h.Offset, h.Stream.Device, standingWord(h.SetAside, ""))
	}
	for _, h := range accepted {
		word := "does not count: another was chosen"
		if h.Accepted != "" {
			word = "counts: " + h.Accepted
		}
		fmt.Fprintf(s.Out, "%s %-20s entry %d of %s %s\n", h.Key, h.Reason, h.Offset, h.Stream.Device, word)
	}
	return nil
}

type sessionZeroCmd struct {
	onSession
	Section  string   `help:"Only lines of this section." placeholder:"ID"`
	Item     []string `help:"Only lines of this item. Repeatable." placeholder:"ITEM"`
	TakeBack bool     `help:"Take signatures back: the lines are not counted again."`
	Reason   string   `help:"Why, for the record." required:""`
}

// Run signs the rest as zero, or takes signatures back.
func (c *sessionZeroCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	status, done := string(count.LineNotCounted), "signed as zero"
	if c.TakeBack {
		status, done = "", "no longer signed as zero"
	}
	lines, err := api.lines(ctx, c.Session, status)
	if err != nil {
		return err
	}
	lines = slices.DeleteFunc(lines, func(l lineInfo) bool {
		return (c.Section != "" && c.Section != string(l.Section)) || (len(c.Item) > 0 && !slices.Contains(c.Item, string(l.Item))) ||
			l.RestZero != c.TakeBack
	})
	if !c.TakeBack { // what nobody could look for everywhere is not counted, and stays so
		locations, err := pages[count.LocationState](ctx, api, sessionPath(c.Session, "/locations"))
		if err != nil {
			return err
		}
		lines = slices.DeleteFunc(lines, func(l lineInfo) bool {
			return slices.ContainsFunc(locations, func(x count.LocationState) bool { return x.Section == l.Section && x.SetAside != "" })
		})
	}
	for part := range slices.Chunk(lines, sheet) {
		body := map[string]any{"lines": refs(part), "take_back": c.TakeBack, "reason": c.Reason}
		if err := api.post(ctx, sessionPath(c.Session, "/rest-zero"), body, nil); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(s.Out, "%d lines %s\n", len(lines), done)
	return err
}

// sheet is how many lines one decision takes.
const sheet = 2000

func refs(lines []lineInfo) []map[string]any {
	list := make([]map[string]any, 0, len(lines))
	for n := range lines {
		list = append(list, lines[n].ref())
	}
	return list
}

type sessionCloseCmd struct {
	onSession
	Reason string `help:"Why, for the record." default:""`
}

// Run begins closing, and says what is left to do.
func (c *sessionCloseCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	if err := api.post(ctx, sessionPath(c.Session, "/closing"), count.Because{Reason: c.Reason}, nil); err != nil {
		return err
	}
	return api.show(ctx, s.Out, c.Session)
}

type sessionReopenCmd struct {
	onSession
	Reason string `help:"Why, for the record." required:""`
}

// Run ends a closing.
func (c *sessionReopenCmd) Run(ctx context.Context, _ *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	return api.post(ctx, sessionPath(c.Session, "/reopen"), count.Because{Reason: c.Reason}, nil)
}

type sessionPassesCmd struct{ onSession }

// Run lists passes.
func (c *sessionPassesCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	passes, err := pages[count.Pass](ctx, api, sessionPath(c.Session, "/passes"))
	for _, p := range passes {
		changed := ""
		if p.Lapsed {
			changed = "; changed since it was ruled on: " + p.Reason
		}
		fmt.Fprintf(s.Out, "%s %-12s round %d %-12s %-10s %5d observations, quantity %s%s\n", p.ID, p.Location, p.Round, p.Person, p.Status, p.Observations, p.Quantity, changed)
	}
	return err
}

type sessionDisputesCmd struct{ onSession }

// Run lists disputes with their sides.
func (c *sessionDisputesCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	disputes, err := pages[count.Dispute](ctx, api, sessionPath(c.Session, "/disputes"))
	for _, d := range disputes {
		for _, side := range d.Competitors {
			fmt.Fprintf(s.Out, "%-12s %-16s pass %s: %s by %v\n", d.Location, d.Item, side.Pass, side.Quantity, side.Persons)
		}
	}
	return err
}

type sessionWriteOffCmd struct {
	onSession
	Device string `arg:""`
	Reason string `help:"Why, for the record." required:""`
}

// Run writes a device off.
func (c *sessionWriteOffCmd) Run(ctx context.Context, _ *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	list, err := pages[count.StreamState](ctx, api, sessionPath(c.Session, "/streams"))
	if err != nil {
		return err
	}
	w := count.WriteOff{Device: stocktake.DeviceID(c.Device), Reason: c.Reason}
	w.Digest = count.StreamsDigest(list, count.Stream{Device: w.Device})
	return api.post(ctx, sessionPath(c.Session, "/streams/write-off"), w, nil)
}

// seal seals a session as it stands now: whatever arrives in between is a reason to look again.
func (c *client) seal(ctx context.Context, session string) error {
	var v count.View
	if err := c.get(ctx, sessionPath(session, ""), &v); err != nil {
		return err
	}
	return c.post(ctx, sessionPath(session, "/seal"), map[string]stocktake.Hash{"head": v.Seen}, nil)
}

type sessionSealCmd struct{ onSession }

// Run seals.
func (c *sessionSealCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	if err := api.seal(ctx, c.Session); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "sealed; the result is on its way: %s result list\n", called())
	return err
}

type sessionCorrectCmd struct {
	onSession
	Reason string `help:"Why, for the record." required:""`
	ID     string `help:"Id of the correction; made at random when empty." placeholder:"ID"`
}

// Run issues a correction of a sealed session and prints its id, alone on its line.
func (c *sessionCorrectCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	var written struct {
		Session string `json:"session"`
	}
	if err := api.post(ctx, sessionPath(c.Session, "/corrections"), map[string]string{"session": c.ID, "reason": c.Reason}, &written); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.Out, written.Session)
	return err
}

type sessionCancelCmd struct {
	onSession
	Reason string `help:"Why, for the record." required:""`
}

// Run cancels.
func (c *sessionCancelCmd) Run(ctx context.Context, _ *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	return api.post(ctx, sessionPath(c.Session, "/cancel"), count.Because{Reason: c.Reason}, nil)
}

var nothingHere = stocktake.NewReason(stocktake.Conflict, "nothing-here",
	"There is nothing to %s here.",
	"لا يوجد هنا ما يلزمه الإجراء: %s.")
