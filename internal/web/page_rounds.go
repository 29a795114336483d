package web

import (
	"cmp"
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// roundsPage puts all rounds side by side: of what was counted more than once.
type roundsPage struct {
	*seen
	Rows     piece[roundsRow]
	Rounds   []int
	Sections []option
	Only     string
	More     string
}

// roundsRow is an item at a location, with what each round says of it.
type roundsRow struct {
	count.RoundRow
	Columns [][]count.RoundCount // by the page's rounds
	Tests   []count.RoundCount
	Differ  bool // two of its counts found different quantities
}

// sideBySide puts counts into the columns of rounds.
func sideBySide(rows []count.RoundRow, rounds []int) []roundsRow {
	list := make([]roundsRow, len(rows))
	for n, row := range rows {
		x := roundsRow{RoundRow: row, Columns: make([][]count.RoundCount, len(rounds))}
		for _, c := range row.Counts {
			x.Differ = x.Differ || c.Quantity != row.Counts[0].Quantity
			if c.Test {
				x.Tests = append(x.Tests, c)
			} else if i := slices.Index(rounds, c.Round); i >= 0 {
				x.Columns[i] = append(x.Columns[i], c)
			}
		}
		list[n] = x
	}
	return list
}

// rounds are the rounds of a session.
func (s *seen) rounds() (list []int) {
	for n := range s.View.Rounds {
		list = append(list, n+1)
	}
	return list
}

// roundShown is one count with the name of who made it.
type roundShown struct {
	count.RoundCount
	Name stocktake.Name
}

// Round is a count as it is shown.
func (s *seen) Round(c count.RoundCount) roundShown { return roundShown{c, s.Person(c.Person)} }

func (k *console) showRounds(v *visit) error {
	s, err := v.see("/rounds")
	if err != nil {
		return err
	}
	p := roundsPage{seen: s, Rounds: s.rounds(), Sections: s.sectionOptions(v.tongue), Only: v.QueryParam("section")}
	rows := slices.DeleteFunc(s.AllRounds(), func(r count.RoundRow) bool { return p.Only != "" && r.Section != stocktake.SectionID(p.Only) })
	all := sideBySide(rows, p.Rounds)
	slices.SortStableFunc(all, func(a, b roundsRow) int { // where people differ first
		rank := map[bool]int{true: 0, false: 1}
		return cmp.Compare(rank[a.Differ], rank[b.Differ])
	})
	p.Rows, p.More = pieceOf(v, all), "section="+seg(p.Only)
	return v.show("rounds", sessionFrame("rounds.title", p))
}
