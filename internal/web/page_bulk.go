package web

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// One gesture may be about all lines of a session. It is decided in parts, each an entry of the log: the island sends them one after the
// other and shows how far it is, and without it the server goes through them by itself. What has changed since it was shown, or is not for
// who signs any more, is left out of its part and told; nothing is decided unseen.

const (
	linesPart    = 5000     // lines of one part
	maxListed    = 500      // rows that the page of a decision lists; the others are in its sums, and in what it sends
	maxSheetForm = 16 << 20 // bytes of a form that names all lines of a session
)

var (
	linesDone = map[count.Verdict]string{count.Approve: "done.lines-approved", count.Reject: "done.lines-rejected", count.Return: "done.lines-returned"}
	// the fields that a refusal of the core is about
	verdictFaults = []string{"reason-needed", "reason", "code-note", "reason", "code-unknown", "code", "code-sign", "code", "code-photo", "code"}
	sheetWords    = []string{"sheet.progress", "sheet.stopped", "sheet.no-answer"}
)

// wantsJSON reports whether an island asks, which shows the answer on the page that it is on.
func (v *visit) wantsJSON() bool {
	return strings.HasPrefix(v.Request().Header.Get("Accept"), "application/json")
}

// Done is what is said once all is decided.
func (p sheetPage) Done() string { return linesDone[p.Verdict] }

// Listed are the rows that are shown.
func (p sheetPage) Listed() []sheetRow { return p.Rows[:min(len(p.Rows), maxListed)] }

// ChangedListed are those shown of what has changed.
func (p sheetPage) ChangedListed() []sheetRow { return p.Changed[:min(len(p.Changed), maxListed)] }

// Listed are those shown of what is barred.
func (b barredRows) Listed() []sheetRow { return b.Rows[:min(len(b.Rows), maxListed)] }

// Sent are the rows as a form sends them, part by part.
func (p sheetPage) Sent() []string {
	var parts []string
	for rest := p.Rows; len(rest) > 0; {
		n := min(len(rest), linesPart)
		var b strings.Builder
		for _, r := range rest[:n] {
			b.WriteString(r.Ref)
			b.WriteByte('\n')
		}
		parts, rest = append(parts, b.String()), rest[n:]
	}
	return parts
}

// partAnswer is what came of one part.
type partAnswer struct {
	Decided int      `json:"decided"`
	Left    []string `json:"left"` // as they were sent
}

// signPart decides on what of one part is still as it was shown, and answers the island.
func (k *console) signPart(v *visit, f *form, id stocktake.SessionID, d count.LinesVerdict) error {
	decided, left, err := k.decidePart(v, id, d)
	if err != nil {
		if err := f.blame(err, verdictFaults...); err != nil {
			return err
		}
		faults := slices.Sorted(maps.Values(f.Faults))
		return v.JSON(http.StatusUnprocessableEntity, map[string]string{"fault": strings.TrimSpace(f.Fault + " " + strings.Join(faults, " "))})
	}
	return v.JSON(http.StatusOK, partAnswer{decided, append([]string{}, left...)})
}

// signParts decides on all of a form part by part, and shows what was left out of it.
func (k *console) signParts(v *visit, f *form, id stocktake.SessionID, d count.LinesVerdict) error {
	decided, all := 0, d.Lines
	var left []string
	for len(all) > 0 {
		d.Lines = all[:min(len(all), linesPart)]
		n, out, err := k.decidePart(v, id, d)
		if err != nil {
			if err := f.blame(err, verdictFaults...); err != nil {
				return err
			}
			for _, ref := range all { // they can be sent again
				left = append(left, refName(ref))
			}
			break
		}
		decided, left, all = decided+n, append(left, out...), all[len(d.Lines):]
	}
	if len(left) == 0 {
		return v.done("/sessions/"+seg(id)+"/"+back(f), linesDone[d.Verdict])
	}
	f.Values["line"], f.Values["lines"] = nil, left
	f.Values.Set("decided", strconv.Itoa(decided))
	return k.confirmSheet(v, f, d.Verdict)
}

// decidePart decides on those lines that are what they were when they were shown and that the person may decide on, in one entry.
func (k *console) decidePart(v *visit, id stocktake.SessionID, d count.LinesVerdict) (decided int, left []string, err error) {
	ctx, all := v.Request().Context(), d.Lines
	for range 3 { // while people count, something may change between the look and the decision
		var view *count.View
		if view, err = k.Sessions.View(ctx, v.by, id); err != nil {
			return 0, nil, err
		}
		d.Lines, left = nil, nil
		for _, ref := range all {
			if l := view.Line(ref.Section, ref.Item); l == nil || l.Digest != ref.Digest || view.Bars(v.by, d.Verdict, l) != nil {
				left = append(left, refName(ref))
			} else {
				d.Lines = append(d.Lines, ref)
			}
		}
		if len(d.Lines) == 0 {
			return 0, left, nil
		}
		if _, err = k.Sessions.DecideLines(ctx, v.by, id, d); err == nil {
			return len(d.Lines), left, nil
		}
		if stocktake.Fault(err).Reason != count.ChangedSince {
			break
		}
	}
	return 0, nil, err
}

func refName(r count.LineRef) string {
	return string(r.Section) + "\t" + string(r.Item) + "\t" + string(r.Digest)
}
