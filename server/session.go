package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"

	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

type sessionCmd struct {
	Issue      sessionIssueCmd      `cmd:"" help:"Issue a session on the books, places and items now published for a site."`
	List       sessionListCmd       `cmd:"" help:"List sessions."`
	Show       sessionShowCmd       `cmd:"" help:"Say where a session stands and what keeps it from being sealed."`
	Lines      sessionLinesCmd      `cmd:"" help:"List lines, all or those of one status."`
	Passes     sessionPassesCmd     `cmd:"" help:"List passes: who walked where, and whether it counts."`
	Disputes   sessionDisputesCmd   `cmd:"" help:"List disputes, with the passes that differ."`
	Recount    sessionRecountCmd    `cmd:"" help:"Order a recount of what is disputed, or of given lines."`
	Choose     sessionChooseCmd     `cmd:"" help:"Settle a dispute by naming the pass that is right."`
	Pass       sessionPassCmd       `cmd:"" help:"Complete or abandon a pass that its counter left."`
	Resolve    sessionResolveCmd    `cmd:"" help:"Say which item an unknown code means, or set it aside."`
	Location   sessionLocationCmd   `cmd:"" help:"List locations, or set one aside that nobody can walk."`
	Quarantine sessionQuarantineCmd `cmd:"" help:"List held events, let one count or set one aside."`
	Zero       sessionZeroCmd       `cmd:"" help:"Sign every line met nowhere as zero."`
	Approve    sessionApproveCmd    `cmd:"" help:"Approve the lines that wait, all or those of one section."`
	Close      sessionCloseCmd      `cmd:"" help:"Tell every handheld to stop and to give what it holds."`
	Reopen     sessionReopenCmd     `cmd:"" help:"End a closing that was begun too early: handhelds count again."`
	WriteOff   sessionWriteOffCmd   `cmd:"" help:"Wait no longer for a handheld that will not come back."`
	Seal       sessionSealCmd       `cmd:"" help:"Seal the session: its result is signed, numbered and sent."`
	Correct    sessionCorrectCmd    `cmd:"" help:"Issue a correction of a sealed session: with all of it, and what came since."`
	Cancel     sessionCancelCmd     `cmd:"" help:"End the session without a result."`
	Log        sessionLogCmd        `cmd:"" help:"Show a session's log: who did what when. The late log is ~late."`
}

func sessionPath(session, more string) string {
	return "/api/sessions/" + url.PathEscape(session) + more
}

// plan is the body that issues a session.
type plan struct {
	Session   stocktake.SessionID `json:"session,omitempty"`
	Name      stocktake.Name      `json:"name"`
	Site      string              `json:"site"`
	Kind      string              `json:"kind"`
	Blind     bool                `json:"blind"`
	Scope     count.Scope         `json:"scope"`
	Tolerance reconcile.Tolerance `json:"tolerance"`
	Tiers     []count.Tier        `json:"tiers"`
}

type sessionIssueCmd struct {
	signIn
	Site      string   `arg:"" help:"Site to count."`
	ID        string   `help:"Id of the session; made at random when empty." placeholder:"ID"`
	Arabic    string   `help:"Name in Arabic." placeholder:"NAME"`
	English   string   `help:"Name in English." placeholder:"NAME"`
	Kind      string   `help:"full, partial, cycle, spot or surprise." enum:"full,partial,cycle,spot,surprise" default:"full"`
	Open      bool     `help:"Open count: handhelds see the book. Without this the count is blind."`
	Section   []string `help:"Count only these sections; repeatable." placeholder:"ID"`
	Location  []string `help:"Count these locations besides; repeatable." placeholder:"ID"`
	Item      []string `help:"Count only these items; repeatable." placeholder:"ID"`
	Tolerance string   `help:"Quantity that a line may be off and still pass." placeholder:"UNITS"`
	Tier      []string `help:"Who approves up to which value in dinars, as in supervisor=50; without a value, any. Repeatable." default:"supervisor=100,manager=1000,financial-controller" placeholder:"ROLE=KD"`
}

// Run issues a session and prints its id, alone on its line.
func (c *sessionIssueCmd) Run(ctx context.Context, s *streams) error {
	p := plan{
		Session: stocktake.SessionID(c.ID), Name: stocktake.Name{Arabic: c.Arabic, English: c.English}, Site: c.Site, Kind: c.Kind,
		Blind: !c.Open,
	}
	if p.Name == (stocktake.Name{}) {
		p.Name = stocktake.Name{Arabic: "جرد " + c.Site, English: "Count of " + c.Site}
	}
	for _, x := range c.Section {
		p.Scope.Sections = append(p.Scope.Sections, stocktake.SectionID(x))
	}
	for _, x := range c.Location {
		p.Scope.Locations = append(p.Scope.Locations, stocktake.LocationID(x))
	}
	for _, x := range c.Item {
		p.Scope.Items = append(p.Scope.Items, stocktake.ItemID(x))
	}
	if c.Tolerance != "" {
		n, err := stocktake.ParseThousandths(c.Tolerance)
		if err != nil {
			return err
		}
		p.Tolerance.Quantity = new(stocktake.Quantity(n))
	}
	for _, x := range c.Tier {
		role, value, limited := strings.Cut(x, "=")
		tier := count.Tier{Role: stocktake.Role(role)}
		if limited {
			n, err := stocktake.ParseThousandths(value)
			if err != nil {
				return err
			}
			tier.UpTo = new(stocktake.Fils(n))
		}
		p.Tiers = append(p.Tiers, tier)
	}
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	id, err := api.issue(ctx, p)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.Out, id)
	return err
}

func (c *client) issue(ctx context.Context, p plan) (string, error) {
	var written struct {
		Session string `json:"session"`
	}
	err := c.post(ctx, "/api/sessions", p, &written)
	return written.Session, err
}

type sessionListCmd struct{ signIn }

// Run lists sessions.
func (c *sessionListCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	list, err := pages[count.SessionInfo](ctx, api, "/api/sessions")
	for _, i := range list {
		fmt.Fprintf(s.Out, "%-24s %-10s %-10s %s  %s\n", i.Session, i.Site, i.State, i.IssuedAt.Local().Format("2006-01-02 15:04"), i.Name)
		if i.Fault != "" {
			fmt.Fprintf(s.Out, "  damaged: %s\n", i.Fault)
		}
	}
	return err
}

// onSession are the flags and the argument of a command on one session.
type onSession struct {
	signIn
	Session string `arg:"" help:"Id of the session."`
}

type sessionShowCmd struct{ onSession }

// standing is a session's summary as the API tells it.
type standing struct {
	State    string           `json:"state"`
	Offset   uint64           `json:"offset"`
	Closing  bool             `json:"closing"`
	Rounds   int              `json:"rounds"`
	Totals   count.LineTotals `json:"totals"`
	Blockers []count.Blocker  `json:"blockers"`
}

// Run shows where a session stands.
func (c *sessionShowCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	return api.show(ctx, s.Out, c.Session)
}

// show prints where a session stands. Tasks that are in the way are named by what a person knows them by.
func (c *client) show(ctx context.Context, w io.Writer, session string) error {
	v, err := c.standing(ctx, session)
	if err != nil {
		return err
	}
	for n := range v.Blockers {
		if b := &v.Blockers[n]; b.Key == count.BlockTask {
			tasks, err := pages[count.TaskState](ctx, c, sessionPath(session, "/tasks"))
			if err != nil {
				return err
			}
			for _, t := range tasks {
				if t.ID == b.Example {
					b.Example = fmt.Sprintf("%s, round %d, %s", t.Location, t.Round, cmp.Or(string(t.Person), "anybody"))
				}
			}
		}
	}
	v.print(w)
	return nil
}

func (c *client) standing(ctx context.Context, session string) (v standing, err error) {
	err = c.get(ctx, sessionPath(session, ""), &v)
	return v, err
}

func (v *standing) print(w io.Writer) {
	t := v.Totals
	fmt.Fprintf(w, "state %s · round %d · %d log entries · locations %d of %d\n", v.State, v.Rounds, v.Offset, t.LocationsDone, t.LocationsTotal)
	fmt.Fprintf(w, "lines %d: %d within tolerance, %d waiting, %d approved, %d disputed, %d still counting, %d not counted\n",
		t.Lines, t.Within, t.Waiting, t.Approved, t.Disputed, t.Counting, t.NotCounted)
	fmt.Fprintf(w, "shortage %d lines, KD %s · surplus %d lines, KD %s\n", t.ShortageLines, t.Shortage.Abs(), t.SurplusLines, t.Surplus)
	for _, b := range v.Blockers {
		fmt.Fprintf(w, "  before the seal: %s\n", b)
	}
}

type sessionLinesCmd struct {
	onSession
	Status string `help:"Only lines of this status: ${enum}." enum:",not-counted,partial,counting,recounting,disputed,overflow,within,outside,uncertain,approved,rejected,returned" default:"" placeholder:"STATUS"`
}

// Run lists lines.
func (c *sessionLinesCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	lines, err := api.lines(ctx, c.Session, c.Status)
	for _, l := range lines {
		variance, value := "", ""
		if l.Variance != nil {
			variance, value = l.Variance.Quantity.String(), l.Variance.Value.String()
		}
		fmt.Fprintf(s.Out, "%-12s %-16s %-12s book %10s counted %10s variance %10s KD %12s  %s\n",
			l.Section, l.Item, l.Status, l.Book, l.Counted, variance, value, l.Name)
	}
	return err
}

type sessionLogCmd struct {
	onSession
	From  uint64 `help:"Offset of the first entry." default:"1"`
	Limit int    `help:"How many, at most 1000." default:"100"`
}

// Run shows a log.
func (c *sessionLogCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	entries, err := api.log(ctx, c.Session, c.From, c.Limit)
	for _, e := range entries {
		who := string(e.Author.Person)
		if e.Author.Stream != (count.Stream{}) {
			who = fmt.Sprintf("%s #%d", e.Author.Stream.Device, e.Author.Seq)
		}
		fmt.Fprintf(s.Out, "%6d %s %-20s %-28s %s %s\n", e.Offset, e.RecordedAt, e.Kind, who, e.Note, e.Body)
	}
	return err
}

// logEntry is an entry as the API tells it.
type logEntry struct {
	Offset     uint64       `json:"offset"`
	RecordedAt string       `json:"recorded_at"`
	Author     count.Author `json:"author"`
	Kind       string       `json:"kind"`
	Note       string       `json:"note"`
	Body       rawText      `json:"body"`
}

// rawText is JSON kept as its text.
type rawText string

// UnmarshalJSON keeps the text.
func (t *rawText) UnmarshalJSON(b []byte) error {
	*t = rawText(b)
	return nil
}

func (c *client) log(ctx context.Context, session string, from uint64, limit int) ([]logEntry, error) {
	var part struct {
		Entries []logEntry `json:"entries"`
	}
	err := c.get(ctx, sessionPath(session, fmt.Sprintf("/log?from=%d&limit=%d", from, limit)), &part)
	return part.Entries, err
}
