package web

import (
	"cmp"
	"slices"
	"strings"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// recountsPage lists the recounts that are out and those that are in, and what one could be ordered of.
type recountsPage struct {
	*seen
	Tasks     piece[count.TaskState]
	Disputes  int
	Outside   int
	Uncertain int
}

// recountPlan is a recount before it is ordered: which locations, which items, and who may.
type recountPlan struct {
	*seen
	Round int
	Rows  []recountRow
	Lines []string // the lines that it is for
	Any   bool     // somebody may count at every one of the locations
}

// recountRow is one task to be.
type recountRow struct {
	Key    string // "location" or, with items, its items after tabs
	At     stocktake.LocationID
	Items  []stocktake.ItemID
	May    []option
	Barred []stocktake.PersonID // who counted there
}

// maxRecount bounds the locations of one order, for people to look at.
const maxRecount = 200

func (k *console) recounts(v *visit) (frame, error) {
	s, err := v.see("/recounts")
	if err != nil {
		return frame{}, err
	}
	p := recountsPage{seen: s, Disputes: len(s.Disputes)}
	var tasks []count.TaskState
	for _, t := range s.View.Tasks {
		if t.Round > 1 {
			tasks = append(tasks, t)
		}
	}
	slices.SortStableFunc(tasks, func(a, b count.TaskState) int {
		switch {
		case a.Done == b.Done:
			return cmp.Compare(b.Round, a.Round)
		case a.Done:
			return 1
		}
		return -1
	})
	p.Tasks = pieceOf(v, tasks)
	for _, l := range s.View.Lines {
		switch l.Status {
		case count.LineOutside:
			p.Outside++
		case count.LineUncertain:
			p.Uncertain++
		}
	}
	return sessionFrame("recount.title", p), nil
}

func (k *console) showRecounts(v *visit) error {
	f, err := k.recounts(v)
	if err != nil {
		return err
	}
	return v.show("recounts", f)
}

// orderRecount plans a recount for the lines that are named, all disputes, or everything outside tolerance or uncertain; orders what was
// planned; or withdraws a task.
func (k *console) orderRecount(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	switch f.Get("do") {
	case "order":
		return v.decide("recounts", k.recounts, func(f *form, id stocktake.SessionID) (string, string, error) {
			r, err := recountOf(f)
			if err != nil {
				return "", "", err
			}
			_, err = k.Sessions.OrderRecount(v.Request().Context(), v.by, id, r)
			return "/recounts", "done.recount-ordered", err
		})
	case "withdraw":
		return v.decide("recounts", k.recounts, func(f *form, id stocktake.SessionID) (string, string, error) {
			_, err := k.Sessions.Assign(v.Request().Context(), v.by, id, count.Assignment{Withdraw: []string{f.Get("task")}})
			return "/recounts", "done.recount-withdrawn", err
		})
	}
	return k.planRecount(v, f)
}

// planRecount shows what would be asked of whom.
func (k *console) planRecount(v *visit, f *form) error {
	s, err := v.see("/recounts")
	if err != nil {
		return err
	}
	wanted := s.recountOf(f)
	p := recountPlan{seen: s}
	if len(wanted.items) == 0 || len(wanted.items) > maxRecount {
		f.Fault = v.tongue.say(RecountSize.New(len(wanted.items), maxRecount))
		shown, err := k.recounts(v)
		if err != nil {
			return err
		}
		shown.Form = f
		return v.again("recounts", shown)
	}
	p.Lines = wanted.lines
	p.Round = 2
	for _, x := range s.Passes {
		if wanted.items[x.Location] != nil {
			p.Round = max(p.Round, x.Round+1)
		}
	}
	p.Round = min(p.Round, s.Rounds+1)
	counters, err := v.peopleWho(stocktake.Counter)
	if err != nil {
		return err
	}
	for _, l := range s.Locations {
		items := wanted.items[l.Location]
		if items == nil {
			continue
		}
		row := recountRow{At: l.Location, Items: items, Key: string(l.Location)}
		for _, i := range items {
			row.Key += "\t" + string(i)
		}
		for _, c := range counters {
			if s.MayRecount(stocktake.PersonID(c.Value), l.Location, items, p.Round) {
				row.May = append(row.May, c)
			} else {
				row.Barred = append(row.Barred, stocktake.PersonID(c.Value))
			}
		}
		p.Rows = append(p.Rows, row)
	}
	shown := sessionFrame("recount.plan", p)
	shown.Form = f
	return v.show("recount-plan", shown)
}

// wish is what a recount is wanted of: items by location, and the lines that it is for.
type wish struct {
	items map[stocktake.LocationID][]stocktake.ItemID
	lines []string
}

func (w *wish) add(at stocktake.LocationID, item stocktake.ItemID) {
	if !slices.Contains(w.items[at], item) {
		w.items[at] = append(w.items[at], item)
	}
}

// recountOf finds where the lines that a form names would be counted again: where they are disputed, else where they were
// found, else everywhere in scope in their section.
func (s *seen) recountOf(f *form) wish {
	w := wish{items: map[stocktake.LocationID][]stocktake.ItemID{}}
	want := map[string]bool{}
	for _, ref := range lineNames(f) {
		want[string(ref.Section)+"\t"+string(ref.Item)] = true
	}
	disputed := map[string]bool{}
	for _, d := range s.Disputes {
		key := string(d.Section) + "\t" + string(d.Item)
		disputed[key] = true
		if f.Get("of") == "disputes" || want[key] {
			w.add(d.Location, d.Item)
		}
	}
	for _, l := range s.View.Lines {
		key := string(l.Section) + "\t" + string(l.Item)
		all := f.Get("of") == "outside" && l.Status == count.LineOutside || f.Get("of") == "uncertain" && l.Status == count.LineUncertain
		if !want[key] && !all && !(f.Get("of") == "disputes" && disputed[key]) {
			continue
		}
		w.lines = append(w.lines, lineName(l))
		if disputed[key] {
			continue
		}
		found := false
		for _, a := range l.Adopted {
			w.add(a.Location, l.Item)
			found = true
		}
		for _, x := range s.Locations {
			if !found && x.Section == l.Section && x.InScope && x.Status != "set-aside" {
				w.add(x.Location, l.Item)
			}
		}
	}
	return w
}

// recountOf reads an order: a task for each location that is ticked.
func recountOf(f *form) (count.Recount, error) {
	var r count.Recount
	n, err := stocktake.ParseThousandths(f.Get("round"))
	if err != nil {
		return r, err
	}
	r.Round, r.Reason, r.Lines = int(n/1000), f.Get("reason"), lineNames(f)
	for _, key := range f.All("task") {
		parts := strings.Split(key, "\t")
		t := count.Task{ID: stocktake.RandomID(), Round: r.Round, Location: stocktake.LocationID(parts[0]),
			Person: stocktake.PersonID(f.Get("person:" + key))}
		for _, item := range parts[1:] {
			t.Items = append(t.Items, stocktake.ItemID(item))
		}
		r.Tasks = append(r.Tasks, t)
	}
	if len(r.Tasks) == 0 {
		return r, ChooseLines.New()
	}
	return r, nil
}
