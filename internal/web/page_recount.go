package web

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// recountsPage lists the recounts that are out and those that are in, and what one could be ordered of.
type recountsPage struct {
	*seen
	Tasks      piece[recountTask]
	Kinds      []recountKind
	Categories []option
}

// recountTask is one recount, and for how long it has been overdue.
type recountTask struct {
	count.TaskState
	Late time.Duration
}

// recountKind is a kind of lines of which a recount is ordered in one gesture, and how many there are.
type recountKind struct {
	Of    count.Pick
	Lines int
}

// recountPlan is a recount before it is ordered: which locations, which items, and who may.
type recountPlan struct {
	*seen
	Round int
	Rows  []recountRow
	Lines []string // the lines that it is for
	Out   int      // places where a recount is out already
}

// recountRow is one task to be.
type recountRow struct {
	count.Proposal
	Key     string // "location" or, with items, its items after tabs
	Choices []option
}

// usualRecount is how long people are given for a recount where nobody says otherwise.
const usualRecount = 2 * time.Hour

// maxRecount bounds the locations of one order, for people to look at.
const maxRecount = 200

func (k *console) recounts(v *visit) (frame, error) {
	s, err := v.see("/recounts")
	if err != nil {
		return frame{}, err
	}
	p := recountsPage{seen: s, Kinds: []recountKind{{Of: count.PickDisputes}, {Of: count.PickOutside}, {Of: count.PickUncertain}, {Of: count.PickRejected}, {Of: count.PickTests}}}
	var tasks []recountTask
	for _, t := range s.View.Tasks {
		if t.Round > 1 && !t.Test {
			tasks = append(tasks, recountTask{t, t.Overdue(k.Now())})
		}
	}
	slices.SortStableFunc(tasks, func(a, b recountTask) int {
		switch {
		case a.Done == b.Done:
			return cmp.Or(-cmp.Compare(a.Late, b.Late), cmp.Compare(b.Round, a.Round))
		case a.Done:
			return 1
		}
		return -1
	})
	p.Tasks = pieceOf(v, tasks)
	p.Kinds[0].Lines = len(s.Disputes)
	categories := map[string]int{}
	for _, l := range s.View.Lines {
		if l.TestDiffers {
			p.Kinds[4].Lines++
		}
		switch l.Status {
		case count.LineOutside:
			p.Kinds[1].Lines++
		case count.LineUncertain:
			p.Kinds[2].Lines++
		case count.LineRejected:
			p.Kinds[3].Lines++
		}
		if c := s.Material.Items[l.Item].Category; c != "" && l.Status != count.LineNotCounted {
			categories[c]++
		}
	}
	p.Categories = []option{{Text: v.tongue.t("recount.all-categories")}}
	for _, c := range sortedKeys(categories) {
		p.Categories = append(p.Categories, option{Value: c, Text: c})
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

// orderRecount plans a recount for the lines that are named, a kind of them or a category; orders what was planned, or at once what would
// be; or withdraws a task.
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
			if r.Due, err = f.due(); err != nil {
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
	if f.Get("at-once") == "yes" {
		return v.decide("recounts", k.recounts, func(f *form, id stocktake.SessionID) (string, string, error) {
			people, err := v.counters()
			if err != nil {
				return "", "", err
			}
			w := wanted(f)
			w.Due = k.Now().Add(usualRecount)
			_, err = k.Sessions.OrderWanted(v.Request().Context(), v.by, id, w, people)
			return "/recounts", "done.recount-ordered", err
		})
	}
	return k.planRecount(v, f)
}

// wanted reads what is to be counted again.
func wanted(f *form) count.Want {
	return count.Want{Lines: lineNames(f), Of: count.Pick(f.Get("of")), Category: f.Get("category"), Reason: f.Get("reason")}
}

// counters are those who may be asked to count.
func (v *visit) counters() ([]stocktake.PersonID, error) {
	list, err := v.peopleWho(stocktake.Counter)
	people := make([]stocktake.PersonID, 0, len(list))
	for _, x := range list {
		people = append(people, stocktake.PersonID(x.Value))
	}
	return people, err
}

// due reads when something is to be done, in the time of Kuwait; the zero instant where nobody says.
func (f *form) due() (time.Time, error) {
	s := f.Get("due")
	if s == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", latin(s), kuwait)
	if err != nil {
		return time.Time{}, DuePast.New()
	}
	return at.UTC(), nil
}

// planRecount shows what would be asked of whom.
func (k *console) planRecount(v *visit, f *form) error {
	s, err := v.see("/recounts")
	if err != nil {
		return err
	}
	people, err := v.counters()
	if err != nil {
		return err
	}
	plan := s.PlanRecount(wanted(f), people, k.Now())
	p := recountPlan{seen: s, Round: plan.Round, Out: plan.Out}
	if len(plan.Tasks) == 0 || len(plan.Tasks) > maxRecount {
		f.Fault = v.tongue.say(RecountSize.New(len(plan.Tasks), maxRecount))
		shown, err := k.recounts(v)
		if err != nil {
			return err
		}
		shown.Form = f
		return v.again("recounts", shown)
	}
	for _, l := range plan.Lines {
		p.Lines = append(p.Lines, string(l.Section)+"\t"+string(l.Item)+"\t"+string(l.Digest))
	}
	for _, x := range plan.Tasks {
		row := recountRow{Proposal: x, Key: string(x.Location)}
		for _, i := range x.Items {
			row.Key += "\t" + string(i)
		}
		for _, n := range x.May {
			o := option{Value: string(n.Person), Text: v.tongue.name(s.Person(n.Person))}
			if n.At != "" {
				o.Hint = v.tongue.t("recount.last-at", v.tongue.name(s.Place(n.At)))
				if n.Lately {
					o.Hint = v.tongue.t("recount.now-at", v.tongue.name(s.Place(n.At)))
				}
			}
			row.Choices = append(row.Choices, o)
		}
		p.Rows = append(p.Rows, row)
	}
	if f.Get("due") == "" {
		f.Values.Set("due", k.Now().Add(usualRecount).In(kuwait).Format("2006-01-02T15:04"))
	}
	shown := sessionFrame("recount.plan", p)
	shown.Form = f
	return v.show("recount-plan", shown)
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
