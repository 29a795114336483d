package web

import (
	"net/url"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// assignPage gives the locations of a session's sections to people.
type assignPage struct {
	*seen
	Sections []sectionWork
	Choices  []option
	Counters []option
	Begun    []*count.Pass // walks begun for tasks that are not done: these stay when the rest is withdrawn
}

// sectionWork is how the locations of one section are given out in the first round.
type sectionWork struct {
	stocktake.Section
	Locations int
	Free      int // nobody was asked to count there
	Done      int
	People    []personWork
}

// personWork is what one person was given of a section.
type personWork struct {
	Name       stocktake.Name
	Given, Did int
}

// free are the locations in scope that no task of the first round names, by section, in the order of the site's plan.
func free(v *count.View) map[stocktake.SectionID][]stocktake.LocationID {
	given := map[stocktake.LocationID]bool{}
	for i := range v.Tasks {
		if v.Tasks[i].Round == 1 {
			given[v.Tasks[i].Location] = true
		}
	}
	left := map[stocktake.SectionID][]stocktake.LocationID{}
	for _, l := range v.Locations {
		if l.InScope && !given[l.Location] {
			left[l.Section] = append(left[l.Section], l.Location)
		}
	}
	return left
}

func (k *console) assignPage(v *visit) (assignPage, error) {
	s, err := v.see("/assign")
	if err != nil {
		return assignPage{}, err
	}
	view := s.View
	p := assignPage{seen: s, Begun: s.begun()}
	if p.Counters, err = v.peopleWho(stocktake.Counter); err != nil {
		return assignPage{}, err
	}
	sectionOf := map[stocktake.LocationID]stocktake.SectionID{}
	in := map[stocktake.SectionID]int{}
	for _, l := range view.Locations {
		sectionOf[l.Location] = l.Section
		if l.InScope {
			in[l.Section]++
		}
	}
	tasks := map[stocktake.SectionID][]*count.TaskState{}
	for i := range view.Tasks {
		if t := &view.Tasks[i]; t.Round == 1 {
			tasks[sectionOf[t.Location]] = append(tasks[sectionOf[t.Location]], t)
		}
	}
	left := free(view)
	for _, s := range view.Material.Site.Sections {
		if in[s.ID] == 0 {
			continue
		}
		w := sectionWork{Section: s, Locations: in[s.ID], Free: len(left[s.ID])}
		by := map[stocktake.PersonID]*personWork{}
		for _, t := range tasks[s.ID] {
			if by[t.Person] == nil {
				by[t.Person] = &personWork{Name: p.Person(t.Person)}
			}
			by[t.Person].Given++
			if t.Done {
				by[t.Person].Did++
				w.Done++
			}
		}
		for _, id := range sortedKeys(keyed(by)) {
			w.People = append(w.People, *by[stocktake.PersonID(id)])
		}
		p.Sections = append(p.Sections, w)
		p.Choices = append(p.Choices, option{Value: string(s.ID), Text: v.tongue.name(s.Name), Hint: v.tongue.t("assign.free", w.Free)})
	}
	return p, nil
}

func keyed[V any](m map[stocktake.PersonID]V) map[string]V {
	to := make(map[string]V, len(m))
	for k, v := range m {
		to[string(k)] = v
	}
	return to
}

func (k *console) showAssign(v *visit) error {
	p, err := k.assignPage(v)
	if err != nil {
		return err
	}
	f := v.newForm("how", "divide")
	for _, s := range p.Sections {
		if s.Free > 0 {
			f.Values.Add("sections", string(s.ID))
		}
	}
	return v.show("assign", frame{Title: "assign.title", Nav: "sessions", Data: p, Form: f})
}

// assign gives the free locations of sections to people: divided among them in runs of the site's plan, or all to each,
// who then count them independently. Or it takes back what was given there and not begun.
func (k *console) assign(v *visit) error {
	p, err := k.assignPage(v)
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	var a count.Assignment
	chosen := f.All("sections")
	if len(chosen) == 0 {
		f.wrong("sections", ChooseOne.New())
	}
	done := "done.assigned"
	if f.Get("do") == "withdraw" {
		done = "done.withdrawn"
		a.Withdraw = p.unbegun(chosen)
	} else {
		people := f.All("people")
		if len(people) == 0 {
			f.wrong("people", ChooseOne.New())
		}
		left := free(p.View)
		for _, id := range chosen {
			a.Tasks = append(a.Tasks, divide(left[stocktake.SectionID(id)], people, f.Get("how") == "each")...)
		}
	}
	if f.good() && len(a.Tasks)+len(a.Withdraw) == 0 {
		f.Fault = v.tongue.say(NothingToAssign.New())
	}
	if f.good() {
		_, err := k.Sessions.Assign(v.Request().Context(), v.by, p.ID, a)
		if err == nil {
			return v.done("/sessions/"+url.PathEscape(string(p.ID))+"/assign", done)
		}
		if err := f.blame(err); err != nil {
			return err
		}
	}
	return v.again("assign", frame{Title: "assign.title", Nav: "sessions", Data: p, Form: f})
}

// divide makes the tasks.
func divide(locations []stocktake.LocationID, people []string, each bool) []count.Task {
	var tasks []count.Task
	give := func(l stocktake.LocationID, person string) {
		tasks = append(tasks, count.Task{ID: stocktake.RandomID(), Round: 1, Location: l, Person: stocktake.PersonID(person)})
	}
	for n, l := range locations {
		if each {
			for _, person := range people {
				give(l, person)
			}
		} else if len(people) > 0 {
			give(l, people[n*len(people)/len(locations)])
		}
	}
	return tasks
}

// walks are the last walk that the one asked for has made for each task, by its id; none where it was not begun. A walk of
// somebody else at the same location begins nothing but their own task.
func (s *seen) walks() map[string]*count.Pass {
	asked := make(map[string]stocktake.PersonID, len(s.Tasks))
	for i := range s.Tasks {
		asked[s.Tasks[i].ID] = s.Tasks[i].Person
	}
	last := map[string]*count.Pass{}
	for _, p := range s.Passes {
		person, ok := asked[p.Task]
		if was := last[p.Task]; ok && (person == "" || p.Person == person) && (was == nil || !p.OpenedAt.Before(was.OpenedAt)) {
			last[p.Task] = p
		}
	}
	return last
}

// unbegun are the tasks of the first round in some sections that nobody has begun.
func (s *seen) unbegun(sections []string) []string {
	chosen, walks := setOf(sections), s.walks()
	var ids []string
	for i := range s.Tasks {
		t := &s.Tasks[i]
		if t.Round == 1 && !t.Done && chosen[string(s.places[t.Location].Section)] && walks[t.ID] == nil {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// begun are the tasks of the first round that are not done and cannot be withdrawn, for the walk that was begun.
func (s *seen) begun() []*count.Pass {
	walks := s.walks()
	var list []*count.Pass
	for i := range s.Tasks {
		if t := &s.Tasks[i]; t.Round == 1 && !t.Done && walks[t.ID] != nil {
			list = append(list, walks[t.ID])
		}
	}
	return list
}

// NothingToAssign answers an assignment that would change nothing.
var NothingToAssign = stocktake.NewReason(stocktake.Invalid, "nothing-to-assign",
	"There is nothing left to give or to take back in these sections: what was given there was begun or is done. Choose others.",
	"لم يبقَ في هذه الأقسام ما يُسند أو يُسحب: ما أُسند فيها بدأ عدّه أو تم. اختر غيرها.")
