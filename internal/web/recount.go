package web

import (
	"context"
	"slices"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// taskAnswer is a task with how long it has been overdue.
type taskAnswer struct {
	count.TaskState
	Overdue int64 `json:"overdue_seconds,omitempty"`
}

func (a *api) tasks(v *count.View) []taskAnswer {
	list := make([]taskAnswer, len(v.Tasks))
	for n := range v.Tasks {
		list[n] = taskAnswer{v.Tasks[n], int64(v.Tasks[n].Overdue(a.Now()) / time.Second)}
	}
	return list
}

// testedLine is a line that was tested, with what the tests found.
type testedLine struct {
	Section stocktake.SectionID `json:"section"`
	Item    stocktake.ItemID    `json:"item"`
	Status  count.LineStatus    `json:"status"`
	Differs bool                `json:"differs"`
	Tests   []count.TestFound   `json:"tests"`
}

func tested(v *count.View) (list []testedLine) {
	for _, l := range v.Lines {
		if len(l.Tests) > 0 {
			list = append(list, testedLine{l.Section, l.Item, l.Status, l.TestDiffers, l.Tests})
		}
	}
	return list
}

func (a *api) orderTest(ctx context.Context, by stocktake.Person, session stocktake.SessionID, w count.TestWant) (count.Entry, error) {
	counters, err := a.Accounts.Counters(ctx, by.Society)
	if err != nil {
		return count.Entry{}, err
	}
	people := make([]stocktake.PersonID, 0, len(counters))
	for _, p := range counters {
		people = append(people, p.ID)
	}
	return a.Sessions.OrderTest(ctx, by, session, w, people)
}

// orderWanted orders a recount in one gesture: of the people of the society, who may count what is worked out.
func (a *api) orderWanted(ctx context.Context, by stocktake.Person, session stocktake.SessionID, w count.Want) (count.Entry, error) {
	profiles, err := a.Accounts.People(ctx, by)
	if err != nil {
		return count.Entry{}, err
	}
	var people []stocktake.PersonID
	for _, p := range profiles {
		if !p.Disabled && slices.Contains(p.Roles, stocktake.Counter) {
			people = append(people, p.ID)
		}
	}
	return a.Sessions.OrderWanted(ctx, by, session, w, people)
}
