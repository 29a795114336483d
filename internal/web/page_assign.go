package web

import (
	"net/url"
	"slices"

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

// place is a location that is to be given to somebody, or to more.
type place struct {
	at    stocktake.LocationID
	needs int                  // people
	has   []stocktake.PersonID // it was given to them already
}

// free are the locations in scope that fewer tasks of the first round name than people are to count there, by section, in the order of the
// site's plan.
func free(v *count.View) map[stocktake.SectionID][]place {
	given := map[stocktake.LocationID][]stocktake.PersonID{}
	for i := range v.Tasks {
		if t := &v.Tasks[i]; t.Round == 1 && !t.Test {
			given[t.Location] = append(given[t.Location], t.Person)
		}
	}
	left := map[stocktake.SectionID][]place{}
	for _, l := range v.Locations {
		needs := 1
		if v.Twice(l.Location) {
			needs = 2
		}
		if needs -= len(given[l.Location]); l.InScope && needs > 0 {
			left[l.Section] = append(left[l.Section], place{l.Location, needs, given[l.Location]})
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
		if t := &view.Tasks[i]; t.Round == 1 && !t.Test {
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
			tasks, enough := divide(left[stocktake.SectionID(id)], people, f.Get("how") == "each")
			if a.Tasks = append(a.Tasks, tasks...); !enough {
				f.wrong("people", TwoNeeded.New())
			}
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

// divide makes the tasks. It reports false where too few people were chosen for all that is needed.
func divide(places []place, people []string, each bool) (tasks []count.Task, enough bool) {
	enough = true
	for n, p := range places {
		needs := p.needs
		if each {
			needs = len(people)
		}
		for i := range people {
			who := stocktake.PersonID(people[(n*len(people)/len(places)+i)%len(people)]) // runs of the plan, and the next person for the second count
			if needs > 0 && !slices.Contains(p.has, who) {
				tasks = append(tasks, count.Task{ID: stocktake.RandomID(), Round: 1, Location: p.at, Person: who})
				needs--
			}
		}
		enough = enough && (each || needs == 0)
	}
	return tasks, enough
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
		if t.Round == 1 && !t.Test && !t.Done && chosen[string(s.places[t.Location].Section)] && walks[t.ID] == nil {
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
		if t := &s.Tasks[i]; t.Round == 1 && !t.Test && !t.Done && walks[t.ID] != nil {
			list = append(list, walks[t.ID])
		}
	}
	return list
}

// TwoNeeded answers an assignment of too few people where each location is counted by two.
var TwoNeeded = stocktake.NewReason(stocktake.Invalid, "two-needed",
	"Every location here is counted by two people, and nobody counts it twice: choose at least one more.",
	"كل موقع هنا يعدّه شخصان، ولا يعدّه أحد مرتين: اختر شخصًا آخر على الأقل.")

// NothingToAssign answers an assignment that would change nothing.
var NothingToAssign = stocktake.NewReason(stocktake.Invalid, "nothing-to-assign",
	"There is nothing left to give or to take back in these sections: what was given there was begun or is done. Choose others.",
	"لم يبقَ في هذه الأقسام ما يُسند أو يُسحب: ما أُسند فيها بدأ عدّه أو تم. اختر غيرها.")
