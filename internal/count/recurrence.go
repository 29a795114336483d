package count

import (
	"time"

	"jard/internal/stocktake"
)

// Recurrence says when a plan's occurrences begin: at a time of day in Kuwait, which has no summer time.
type Recurrence struct {
	Unit  RecurrenceUnit `json:"unit"`
	Every int            `json:"every,omitempty"` // so many units lie between two; 1 where nothing is said
	Start string         `json:"start"`           // the first day: 2026-12-31
	End   string         `json:"end,omitempty"`   // the last day on which one may begin
	Time  string         `json:"time"`            // 22:00
}

// RecurrenceUnit is what a plan is repeated by.
type RecurrenceUnit string

// The units of a recurrence. Of months and years that lack the first day's number the last day is meant.
const (
	Once      RecurrenceUnit = "once"
	EveryDay  RecurrenceUnit = "day"
	EveryWeek RecurrenceUnit = "week"
	EveryMon  RecurrenceUnit = "month"
	EveryYear RecurrenceUnit = "year"
)

// Kuwait is the time zone of counting windows.
var Kuwait = time.FixedZone("Asia/Kuwait", 3*60*60)

const maxOccurrences = 5000 // of one plan in one range

func (r *Recurrence) first() (time.Time, error) {
	return time.ParseInLocation("2006-01-02 15:04", r.Start+" "+r.Time, Kuwait)
}

func (r *Recurrence) last() (time.Time, error) {
	if r.End == "" {
		return time.Time{}, nil
	}
	return time.ParseInLocation("2006-01-02 15:04", r.End+" "+r.Time, Kuwait)
}

func (r *Recurrence) check() error {
	switch r.Unit {
	case Once, EveryDay, EveryWeek, EveryMon, EveryYear:
	default:
		return RecurrenceWrong.New()
	}
	first, err := r.first()
	if err != nil || first.Year() < 2020 || first.Year() > 2200 || r.Every < 0 || r.Every > 366 {
		return RecurrenceWrong.New()
	}
	last, err := r.last()
	if err != nil || !last.IsZero() && last.Before(first) {
		return RecurrenceWrong.New()
	}
	return nil
}

// Times gives the beginnings in [from, to), in order. Of a recurrence that is malformed there are none.
func (r *Recurrence) Times(from, to time.Time) (times []time.Time) {
	if r.check() != nil {
		return nil
	}
	first, _ := r.first()
	last, _ := r.last()
	every := max(r.Every, 1)
	n := 0
	if behind := int(from.Sub(first).Hours() / 24); behind > 0 { // a little before from, not counted up from the beginning
		days := map[RecurrenceUnit]int{EveryDay: 1, EveryWeek: 7, EveryMon: 31, EveryYear: 366}[r.Unit]
		if days > 0 {
			n = max(behind/(days*every)-1, 0)
		}
	}
	for ; len(times) < maxOccurrences; n++ {
		at := r.nth(first, n*every)
		if !at.Before(to) || !last.IsZero() && at.After(last) {
			return times
		}
		if !at.Before(from) {
			times = append(times, at.UTC())
		}
		if r.Unit == Once {
			return times
		}
	}
	return times
}

func (r *Recurrence) nth(first time.Time, n int) time.Time {
	switch r.Unit {
	case EveryDay:
		return first.AddDate(0, 0, n)
	case EveryWeek:
		return first.AddDate(0, 0, 7*n)
	case EveryMon:
		return addMonths(first, n)
	case EveryYear:
		return addMonths(first, 12*n)
	}
	return first
}

// addMonths keeps to the last day of a month that is shorter than the first.
func addMonths(at time.Time, n int) time.Time {
	month := time.Date(at.Year(), at.Month()+time.Month(n), 1, at.Hour(), at.Minute(), 0, 0, at.Location())
	days := month.AddDate(0, 1, -1).Day()
	return month.AddDate(0, 0, min(at.Day(), days)-1)
}

// RecurrenceWrong refuses times that cannot be understood.
var RecurrenceWrong = stocktake.NewReason(stocktake.Invalid, "recurrence-wrong",
	"Say once, day, week, month or year, how many of them (up to 366), the first day (2026-12-31), the time (22:00) and, if there is one, a last day that is not before the first.",
	"حدّد once أو day أو week أو month أو year، وكل كم منها (حتى 366)، وأول يوم (2026-12-31)، والوقت (22:00)، وآخر يوم إن وجد على ألا يسبق الأول.")
