package link

import (
	"math"
	"strconv"
	"strings"
	"time"

	"jard/internal/stocktake"
)

// kuwait is where a time without a zone was written. It has no summer time.
var kuwait = time.FixedZone("Asia/Kuwait", 3*3600)

// dates reads instants as ERPs write them. A date such as 05/11/2026 may begin with its day or its month: the mapping says
// which, or else the file's first date that leaves no doubt.
type dates struct {
	order   string // dmy or mdy; "" until known
	decided int    // the line that showed it; 0 when the mapping said so
	look    func() (order string, line int)
}

// day is a date as it was written.
type day struct {
	year, first, second int
	named               bool // year, month, day: no doubt about the order
}

// read gives the instant that a cell holds, and another with the time where that stands apart. A spreadsheet's number is
// days since the end of 1899.
func (d *dates) read(c cell, clock cell, spread bool, line int) (time.Time, *stocktake.Error) {
	if c.number && spread {
		at, err := serial(c, clock)
		return at, err
	}
	text := cleanCode(c.text)
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil && clock.text == "" {
		return sensible(at, text)
	}
	date, rest := cutDate(text)
	read, ok := readDay(date)
	if !ok {
		return time.Time{}, momentWrong.New(shorten(text))
	}
	if rest == "" {
		rest = cleanCode(clock.text)
		if clock.number && spread {
			if f, err := strconv.ParseFloat(clock.text, 64); err == nil && f >= 0 && f < 1 {
				rest = time.Unix(int64(math.Round(f*86400)), 0).UTC().Format("15:04:05")
			}
		}
	}
	if rest == "" {
		return time.Time{}, momentNoTime.New(shorten(text))
	}
	since, zone, ok := readClock(rest)
	if !ok {
		return time.Time{}, momentWrong.New(shorten(strings.TrimSpace(text + " " + clock.text)))
	}
	year, month, dayOfMonth, fault := d.settle(read, text, line)
	if fault != nil {
		return time.Time{}, fault
	}
	at := time.Date(year, time.Month(month), dayOfMonth, 0, 0, 0, 0, zone)
	if at.Month() != time.Month(month) || at.Day() != dayOfMonth {
		return time.Time{}, momentWrong.New(shorten(text))
	}
	return sensible(at.Add(since), text)
}

func sensible(at time.Time, text string) (time.Time, *stocktake.Error) {
	if at.Year() < 1990 || at.Year() > 2200 {
		return time.Time{}, momentWrong.New(shorten(text))
	}
	return kept(at), nil
}

// serial reads a spreadsheet's number, to the nearest second: it keeps no finer time exactly.
func serial(c, clock cell) (time.Time, *stocktake.Error) {
	days, err := strconv.ParseFloat(c.text, 64)
	if err != nil || days < 32874 || days > 110000 { // 1990 to 2201
		return time.Time{}, momentWrong.New(shorten(c.text))
	}
	seconds := math.Round(days * 86400)
	if days == math.Trunc(days) {
		if clock.text == "" {
			return time.Time{}, momentNoTime.New(shorten(c.text))
		}
		if f, err := strconv.ParseFloat(clock.text, 64); err == nil && clock.number && f >= 0 && f < 1 {
			seconds += math.Round(f * 86400)
		} else if since, _, ok := readClock(cleanCode(clock.text)); ok {
			seconds += since.Seconds()
		} else {
			return time.Time{}, momentWrong.New(shorten(clock.text))
		}
	}
	return kept(time.Date(1899, 12, 30, 0, 0, int(seconds), 0, kuwait)), nil
}

// settle gives year, month and day of a date.
func (d *dates) settle(x day, text string, line int) (year, month, dayOfMonth int, fault *stocktake.Error) {
	if x.named {
		return x.year, x.first, x.second, nil
	}
	order := x.proves()
	switch {
	case order == "" && x.first == x.second:
		return x.year, x.first, x.second, nil
	case order == "" && d.order == "" && d.look != nil:
		look := d.look
		d.look = nil
		d.order, d.decided = look()
	case order != "" && d.order == "":
		d.order, d.decided = order, line
	case order != "" && order != d.order:
		return 0, 0, 0, momentOrder.New(shorten(text), d.order, d.decided)
	}
	switch {
	case d.order == "":
		return 0, 0, 0, momentDoubtful.New(shorten(text))
	case d.order == "mdy":
		return x.year, x.first, x.second, nil
	}
	return x.year, x.second, x.first, nil
}

// proves is the order that a date can only be in, "" when it may be either.
func (x day) proves() string {
	switch {
	case x.named:
		return ""
	case x.first > 12:
		return "dmy"
	case x.second > 12:
		return "mdy"
	}
	return ""
}

// cutDate parts a date from the time behind it.
func cutDate(s string) (date, rest string) {
	if len(s) >= 12 && digitsOnly(s) { // 20261124100530
		return s[:8], s[8:]
	}
	if i := strings.IndexAny(s, " T"); i > 0 {
		return s[:i], strings.TrimSpace(s[i+1:])
	}
	return s, ""
}

// readDay reads a date in figures.
func readDay(s string) (day, bool) {
	if len(s) == 8 && digitsOnly(s) {
		s = s[:4] + "-" + s[4:6] + "-" + s[6:]
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '-' || r == '.' })
	if len(parts) != 3 || strings.Count(s, "/")+strings.Count(s, "-")+strings.Count(s, ".") != 2 {
		return day{}, false
	}
	var n [3]int
	for i, part := range parts {
		if !digitsOnly(part) || len(part) > 4 {
			return day{}, false
		}
		n[i], _ = strconv.Atoi(part)
	}
	switch {
	case len(parts[0]) == 4:
		return day{year: n[0], first: n[1], second: n[2], named: true}, true
	case len(parts[2]) == 4 && n[0] > 0 && n[1] > 0 && n[0] <= 31 && n[1] <= 31 && (n[0] <= 12 || n[1] <= 12):
		return day{year: n[2], first: n[0], second: n[1]}, true
	}
	return day{}, false
}

// readClock reads a time of day, with its zone where it has one.
func readClock(s string) (since time.Duration, zone *time.Location, ok bool) {
	zone = kuwait
	if digitsOnly(s) && (len(s) == 6 || len(s) == 4) {
		s = s[:2] + ":" + s[2:4] + ":" + (s + "00")[4:6]
	}
	s = strings.TrimSpace(s)
	if rest, utc := strings.CutSuffix(s, "Z"); utc {
		s, zone = rest, time.UTC
	} else if i := strings.LastIndexAny(s, "+-"); i > 0 {
		at, err := time.Parse("-07:00", s[i:])
		if err != nil {
			return 0, nil, false
		}
		_, offset := at.Zone()
		s, zone = strings.TrimSpace(s[:i]), time.FixedZone("", offset)
	}
	half := 0
	for _, word := range []struct {
		text string
		half int
	}{{"am", 1}, {"pm", 2}, {"a.m.", 1}, {"p.m.", 2}, {"ص", 1}, {"م", 2}, {"صباحا", 1}, {"مساء", 2}} {
		if rest, found := strings.CutSuffix(strings.ToLower(s), word.text); found {
			s, half = strings.TrimSpace(rest), word.half
			break
		}
	}
	for _, layout := range []string{"15:04:05.999999999", "15:04", "3:04:05", "3:04"} {
		at, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		hour := at.Hour()
		if half > 0 && (hour == 0 || hour > 12) {
			return 0, nil, false
		}
		if half > 0 {
			hour = hour%12 + 12*(half-1)
		}
		return time.Duration(hour)*time.Hour + time.Duration(at.Minute())*time.Minute + time.Duration(at.Second())*time.Second + time.Duration(at.Nanosecond()), zone, true
	}
	return 0, nil, false
}
