package gs1

import (
	"strconv"
	"time"
)

// decimal returns the value of a short string of digits.
func decimal(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// lastDay returns the number of days of a month.
func lastDay(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// fullYear places a label's two digits within −49 and +50 years of now, as the General Specifications tell.
func fullYear(yy, now int) int {
	year := now - now%100 + yy
	switch diff := yy - now%100; {
	case diff >= 51:
		return year - 100
	case diff <= -50:
		return year + 100
	}
	return year
}

// calendarDay returns YYMMDD as YYYY-MM-DD, or false when there is no such day. With dayZero, day 00 stands for the
// last day of the month.
func calendarDay(yymmdd string, now int, dayZero bool) (string, bool) {
	year, month, day := fullYear(decimal(yymmdd[:2]), now), decimal(yymmdd[2:4]), decimal(yymmdd[4:])
	if month < 1 || month > 12 {
		return "", false
	}
	last := lastDay(year, month)
	if day == 0 && dayZero {
		day = last
	}
	if day < 1 || day > last {
		return "", false
	}
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), true
}

// isDate8 reports whether YYYYMMDD names a day.
func isDate8(s string) bool {
	year, month, day := decimal(s[:4]), decimal(s[4:6]), decimal(s[6:])
	return month >= 1 && month <= 12 && day >= 1 && day <= lastDay(year, month)
}

// isTime reports whether HHMM is a time of day.
func isTime(s string) bool {
	return decimal(s[:2]) < 24 && decimal(s[2:]) < 60
}
