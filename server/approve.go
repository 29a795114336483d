package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"jard/internal/count"
	"jard/internal/stocktake"
)

type sessionApproveCmd struct {
	onSession
	Section string   `help:"Only lines of this section." placeholder:"ID"`
	Status  []string `help:"Lines of this status: ${enum}. Repeatable." enum:"outside,uncertain,rejected,returned" default:"outside"`
	Reason  string   `help:"Why, for the record. Provisional lines are approved only with a reason."`
	UpTo    string   `help:"Only lines worth at most this many dinars." placeholder:"KD"`
}

// Run approves what waits, and says what it has left and why.
func (c *sessionApproveCmd) Run(ctx context.Context, s *streams) error {
	a := approval{Section: c.Section, UpTo: stocktake.Fils(stocktake.MaxNumber), Reason: c.Reason}
	for _, status := range c.Status {
		a.Statuses = append(a.Statuses, count.LineStatus(status))
	}
	if c.UpTo != "" {
		n, err := stocktake.ParseThousandths(c.UpTo)
		if err != nil {
			return err
		}
		a.UpTo = stocktake.Fils(n)
	}
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	approved, err := api.approve(ctx, c.Session, a)
	if err != nil {
		return err
	}
	approved.print(s.Out)
	return nil
}

// approval says which of the lines that wait are to be approved.
type approval struct {
	Section  string // empty: all
	Statuses []count.LineStatus
	UpTo     stocktake.Fils // what a line's variance may be worth
	Reason   string
}

// outside is what waits of every session: lines whose whole band is outside the tolerance.
var outside = []count.LineStatus{count.LineOutside}

// waiting are the statuses of lines that wait for an approver, and what else may be done about those that are not approved
// unless asked for.
var waiting = []struct {
	status count.LineStatus
	why    string
}{
	{count.LineOutside, "outside tolerance; add --status outside"},
	{count.LineUncertain, "uncertain: the band is partly inside the tolerance; recount the item, or add --status uncertain"},
	{count.LineRejected, "rejected: somebody has said no; recount, or add --status rejected"},
	{count.LineReturned, "returned: somebody wants to know more; look again, then add --status returned"},
}

// approved is what came of an approval: how many lines, and of those left how many for which cause.
type approved struct {
	Lines   int
	Skipped []skipped
}

type skipped struct {
	Lines int
	Why   string
}

func (a approved) print(w io.Writer) {
	fmt.Fprintf(w, "%d lines approved\n", a.Lines)
	for _, x := range a.Skipped {
		fmt.Fprintf(w, "  skipped %d %s\n", x.Lines, x.Why)
	}
}

// approve approves lines, all that are chosen or none of a sheet.
func (c *client) approve(ctx context.Context, session string, a approval) (approved, error) {
	var chosen, provisional []lineInfo
	var done approved
	above, own, unknown := 0, 0, 0
	for _, x := range waiting {
		lines, err := c.lines(ctx, session, string(x.status))
		if err != nil {
			return approved{}, err
		}
		left := 0
		for _, l := range lines {
			switch {
			case a.Section != "" && string(l.Section) != a.Section:
			case !slices.Contains(a.Statuses, x.status):
				left++
			case l.Variance == nil || l.Variance.Value.Abs() > a.UpTo:
				above++
			case slices.Contains(l.Settlers, c.person):
				own++
			case l.CostUnknown && a.UpTo < stocktake.MaxNumber:
				unknown++
			default:
				chosen = append(chosen, l)
				if len(l.Provisional) > 0 {
					provisional = append(provisional, l)
				}
			}
		}
		if left > 0 {
			done.Skipped = append(done.Skipped, skipped{left, x.why})
		}
	}
	if above > 0 {
		done.Skipped = append(done.Skipped, skipped{above, fmt.Sprintf("worth more than KD %s (--up-to)", a.UpTo)})
	}
	if own > 0 {
		done.Skipped = append(done.Skipped, skipped{own, "that you signed as zero or chose a side of: somebody else must approve them"})
	}
	if unknown > 0 {
		done.Skipped = append(done.Skipped, skipped{unknown, "of unknown unit cost: whoever approves any value must, without --up-to"})
	}
	if len(provisional) > 0 && a.Reason == "" {
		return approved{}, provisionalLines.New(len(provisional), name(provisional))
	}
	for part := range slices.Chunk(chosen, sheet) {
		body := map[string]any{"verdict": count.Approve, "reason": a.Reason, "lines": refs(part)}
		if err := c.post(ctx, sessionPath(session, "/decisions"), body, nil); err != nil {
			return approved{}, err
		}
		done.Lines += len(part)
	}
	return done, nil
}

// name names lines and why each may still change, the first few.
func name(lines []lineInfo) string {
	const few = 20
	var b strings.Builder
	for n, l := range lines {
		if n == few {
			b.WriteString(" …")
			break
		}
		fmt.Fprintf(&b, "\n        %s / %s (%s)", l.Section, l.Item, strings.Join(l.Provisional, ", "))
	}
	return b.String()
}

var provisionalLines = stocktake.NewReason(stocktake.Invalid, "lines-provisional",
	"%d of these lines are provisional: their figures may still change. Nothing was approved. Say with --reason why they are approved all the same, or choose others with --section and --up-to:%s",
	"عدد البنود المبدئية بينها %d وقد تتغير أرقامها. لم يُعتمد شيء. اذكر بالخيار --reason سبب اعتمادها رغم ذلك، أو اختر غيرها بالخيارين --section و--up-to:%s")
