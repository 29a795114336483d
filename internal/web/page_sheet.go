package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"jard/internal/count"
	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// sheetPage is the lines that wait for one approver. First it lists them; once some are chosen, it shows exactly those
// with one button that says what will happen.
type sheetPage struct {
	*seen
	Tiers   []tierTab
	Tier    int
	Rows    []sheetRow
	Total   int
	Sum     sheetSum
	Verdict count.Verdict // of the second step; empty in the first
	Changed []sheetRow    // what has changed since it was chosen, and is left out
	Live    liveBoard     // what the island begins with
	Decided int           // lines of the same gesture that were decided on already
	Asks    bool          // a reason must be given
	Codes   []option      // reasons of the policy that fit every line
	Skipped int           // that were chosen and have no variance to decide on yet
	Barred  []barredRows  // that were chosen and are not for who looks to decide on, by the reason
	Back    string        // the page to go on to
}

// barredRows are lines that somebody may not decide on for one reason.
type barredRows struct {
	Key  string // the reason's
	Sum  sheetSum
	Rows []sheetRow
}

// bar notes a line that who looks may not decide on, and why.
func (p *sheetPage) bar(r sheetRow, why *stocktake.Reason) {
	n := slices.IndexFunc(p.Barred, func(b barredRows) bool { return b.Key == why.Key })
	if n < 0 {
		n = len(p.Barred)
		p.Barred = append(p.Barred, barredRows{Key: why.Key})
	}
	p.Barred[n].Sum.add(r.Line)
	p.Barred[n].Rows = append(p.Barred[n].Rows, r)
}

// Mine reports whether who looks may approve any of the rows.
func (p sheetPage) Mine() bool {
	return slices.ContainsFunc(p.Rows, func(r sheetRow) bool { return r.Mine })
}

// tierTab is one tier with what waits for it.
type tierTab struct {
	count.Tier
	Lines   int
	Current bool
	Mine    int  // of the lines, those that wait for who looks
	Too     bool // who looks may approve some of the lines, which wait for a lower role
}

// sheetRow is one line of a sheet.
type sheetRow struct {
	*count.Line
	Ref  string
	Mine bool // who looks may decide on it, as far as the page can tell
	Own  bool // … and may not, having counted or settled it
}

// sheetSum values a sheet. Shortage and surplus are never netted.
type sheetSum struct {
	Lines, ShortLines, OverLines int
	EvenLines                    int            // that differ by nothing as they stand, of which some may yet
	Short, Over                  stocktake.Fils // both positive
	Provisional, Uncertain       int
}

func (s *sheetSum) add(l *count.Line) {
	s.Lines++
	if len(l.Provisional) > 0 {
		s.Provisional++
	}
	if l.Status == count.LineUncertain {
		s.Uncertain++
	}
	switch v := l.Variance; {
	case v == nil:
	case v.Quantity < 0:
		s.ShortLines++
		s.Short += v.Value.Abs()
	case v.Quantity > 0:
		s.OverLines++
		s.Over += v.Value.Abs()
	default:
		s.EvenLines++
	}
}

// posted is what an approval of a line posts whose variance is a band, and what it may be at least and at most.
type posted struct {
	*reconcile.Variance
	LowValue, HighValue stocktake.Fils
}

// Posts says so; nil where the variance is one figure, which its row shows.
func (r sheetRow) Posts() (*posted, error) { return postsOf(r.Line) }

func postsOf(l *count.Line) (*posted, error) {
	if l.Variance == nil || l.Variance.Exact {
		return nil, nil
	}
	p := &posted{Variance: l.Variance}
	var err error
	if p.LowValue, err = stocktake.Value(p.Low, l.Cost); err != nil {
		return nil, err
	}
	p.HighValue, err = stocktake.Value(p.High, l.Cost)
	return p, err
}

// tierOf is the least of the sorted tiers of its sign that may approve a line; the last where what it is worth is not known.
func tierOf(tiers []count.Tier, l *count.Line) int {
	best := len(tiers) - 1
	for n := range tiers {
		if tiers[n].Holds(l) {
			best = n
		}
	}
	if l.CostUnknown || l.Variance == nil {
		return best
	}
	for n, t := range tiers {
		if !t.Holds(l) {
			continue
		}
		if t.UpTo == nil || l.Variance.Value.Abs() <= *t.UpTo {
			return n
		}
	}
	return best
}

// waitsFor says whether a line waits for somebody: it may be theirs by its tier among the sorted ones, or of a lower role
// whose lines they may approve too, as their limit holds its value.
func waitsFor(v *count.View, tiers []count.Tier, by stocktake.Person, l *count.Line) (mine, too bool) {
	if !l.Waits() || !v.MayApprove(by, l) {
		return false, false
	}
	mine = by.Is(tiers[tierOf(tiers, l)].Role)
	return mine, !mine
}

// sortedTiers lists tiers from the least.
func sortedTiers(tiers []count.Tier) []count.Tier {
	list := slices.Clone(tiers)
	slices.SortStableFunc(list, func(a, b count.Tier) int {
		switch {
		case a.UpTo == nil && b.UpTo == nil:
			return 0
		case a.UpTo == nil:
			return 1
		case b.UpTo == nil:
			return -1
		}
		return cmp.Compare(*a.UpTo, *b.UpTo)
	})
	return list
}

// row is a line as a sheet shows it.
func (s *seen) row(l *count.Line) sheetRow {
	r := sheetRow{Line: l, Ref: lineName(l)}
	r.Own = s.TookPart(s.Me.ID, l)
	r.Mine = s.MayApprove(s.Me, l)
	return r
}

// tiered reports whether who looks approves anything in this session.
func (s *seen) Tiered() bool {
	return slices.ContainsFunc(s.Plan.Tiers, func(t count.Tier) bool { return s.Me.Is(t.Role) })
}

func (k *console) approvalSheet(v *visit) (frame, error) {
	s, err := v.see("/sheet")
	if err != nil {
		return frame{}, err
	}
	p := sheetPage{seen: s, Tier: -1}
	tiers := sortedTiers(s.Plan.Tiers)
	for _, t := range tiers {
		p.Tiers = append(p.Tiers, tierTab{Tier: t})
	}
	chosen := map[string]bool{}
	if f, err := v.formUpTo(maxSheetForm); v.Request().Method == "POST" && err == nil {
		for _, ref := range lineNames(f) {
			chosen[string(ref.Section)+"\t"+string(ref.Item)] = true
		}
	}
	early := v.QueryParam("provisional") != "" // lines inside the tolerance that nobody wants to wait for
	var waiting []*count.Line
	for _, l := range s.View.Lines {
		if len(chosen) > 0 {
			if chosen[string(l.Section)+"\t"+string(l.Item)] && l.Variance != nil {
				waiting = append(waiting, l)
			}
			continue
		}
		if early && l.Status == count.LineWithin && l.Unsettled() {
			waiting = append(waiting, l)
		}
		if !early && l.Waits() {
			tab := &p.Tiers[tierOf(tiers, l)]
			tab.Lines++
			if mine, too := waitsFor(s.View, tiers, s.Me, l); mine {
				tab.Mine++
			} else if too {
				tab.Too = true
			}
			waiting = append(waiting, l)
		}
	}
	if len(chosen) == 0 && !early {
		p.Tier = p.chooseTier(v.QueryParam("tier"))
		waiting = slices.DeleteFunc(waiting, func(l *count.Line) bool { return tierOf(tiers, l) != p.Tier })
		p.Tiers[p.Tier].Current = true
	}
	slices.SortStableFunc(waiting, func(a, b *count.Line) int { return cmp.Compare(b.Variance.Value.Abs(), a.Variance.Value.Abs()) })
	p.Total = len(waiting)
	p.Skipped = max(len(chosen)-len(waiting), 0)
	for _, l := range waiting[:min(len(waiting), maxSheet)] {
		p.Rows = append(p.Rows, s.row(l))
		p.Sum.add(l)
	}
	return sessionFrame("sheet.title", p), nil
}

// chooseTier is the tier asked for, else the first with lines of one's own, else with lines that one may approve too, else
// with any.
func (p *sheetPage) chooseTier(asked string) int {
	if n, err := strconv.Atoi(asked); err == nil && n >= 0 && n < len(p.Tiers) {
		return n
	}
	for _, has := range []func(tierTab) bool{
		func(t tierTab) bool { return t.Mine > 0 }, func(t tierTab) bool { return t.Too }, func(t tierTab) bool { return t.Lines > 0 },
	} {
		if n := slices.IndexFunc(p.Tiers, has); n >= 0 {
			return n
		}
	}
	return 0
}

func (k *console) showSheet(v *visit) error {
	f, err := k.approvalSheet(v)
	if err != nil {
		return err
	}
	return v.show("sheet", f)
}

// signSheet shows the sheet of the lines that the board names, then the decision to be made with its one button, then makes
// it. The digests that travel are those of the first look: what has changed since is said, and never decided.
func (k *console) signSheet(v *visit) error {
	f, err := v.formUpTo(maxSheetForm)
	if err != nil {
		return err
	}
	verdict, sign := strings.CutPrefix(f.Get("do"), "sign-")
	if f.Get("do") == "" {
		return k.showSheet(v)
	}
	if len(f.lines()) == 0 {
		f.Fault = v.tongue.say(ChooseLines.New())
		return k.sheetAgain(v, f)
	}
	if verdict == "recount" {
		return k.planRecount(v, f)
	}
	if !sign {
		return k.confirmSheet(v, f, count.Verdict(verdict))
	}
	id, err := param(v.Context, "session")
	if err != nil {
		return err
	}
	d := count.LinesVerdict{Verdict: count.Verdict(verdict), Code: f.Get("code"), Reason: f.Get("reason"), Lines: lineNames(f)}
	if v.wantsJSON() {
		return k.signPart(v, f, stocktake.SessionID(id), d)
	}
	if len(d.Lines) > linesPart {
		return k.signParts(v, f, stocktake.SessionID(id), d)
	}
	_, err = k.Sessions.DecideLines(v.Request().Context(), v.by, stocktake.SessionID(id), d)
	if err == nil {
		return v.done("/sessions/"+seg(id)+"/"+back(f), linesDone[d.Verdict])
	}
	if err := f.blame(err, verdictFaults...); err != nil {
		return err
	}
	return k.confirmSheet(v, f, count.Verdict(verdict))
}

// back is the page that a form came from, to go on to.
func back(f *form) string {
	if f.Get("back") == "desk" {
		return "desk"
	}
	return "sheet"
}

func (k *console) sheetAgain(v *visit, f *form) error {
	shown, err := k.approvalSheet(v)
	if err != nil {
		return err
	}
	shown.Form = f
	return v.again("sheet", shown)
}

// confirmSheet shows exactly what a verdict would be about.
func (k *console) confirmSheet(v *visit, f *form, verdict count.Verdict) error {
	if verdict != count.Approve && verdict != count.Reject && verdict != count.Return {
		return count.VerdictUnknown.New(string(verdict))
	}
	s, err := v.see("/sheet")
	if err != nil {
		return err
	}
	p := sheetPage{seen: s, Tier: -1, Verdict: verdict, Asks: verdict != count.Approve, Back: back(f), Live: s.live(v, linesPart, sheetWords)}
	for _, ref := range lineNames(f) {
		l := s.View.Line(ref.Section, ref.Item)
		if l == nil {
			continue
		}
		if ref.Digest == "" && l.Variance == nil {
			p.Skipped++
			continue
		}
		if ref.Digest != "" && l.Digest != ref.Digest || l.Variance == nil { // without a digest this is the first look
			p.Changed = append(p.Changed, s.row(l))
			continue
		}
		if err := s.Bars(s.Me, verdict, l); err != nil {
			p.bar(s.row(l), stocktake.Fault(err).Reason)
			continue
		}
		p.Rows = append(p.Rows, s.row(l))
		p.Sum.add(l)
	}
	slices.SortStableFunc(p.Rows, func(a, b sheetRow) int { return cmp.Compare(b.Variance.Value.Abs(), a.Variance.Value.Abs()) })
	p.Decided, _ = strconv.Atoi(f.Get("decided"))
	p.Asks, p.Codes = p.Asks || p.Sum.Provisional > 0, codeOptions(v.tongue, s.Material.Policy, p.Rows)
	if p.Codes == nil && f.Faults["code"] != "" {
		p.Codes = noCode(v.tongue) // what is wrong with it has to be read somewhere
	}
	shown := sessionFrame("sheet.confirm", p)
	shown.Form = f
	if f.good() {
		return v.show("sheet-confirm", shown)
	}
	return v.again("sheet-confirm", shown)
}
