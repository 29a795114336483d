package stocktake

import (
	"fmt"
	"strconv"
)

// MaxRange is the greatest number of locations in one range.
const MaxRange = 2000

// LocationRange names the locations from one to another, both included: "A-01" to "A-40" are forty. The two differ only in
// the number at their end, whose leading zeros are kept; the second may leave out what stands before it.
func LocationRange(from, to LocationID) ([]LocationID, error) {
	head, first := cutNumber(string(from))
	other, last := cutNumber(string(to))
	if first == "" || last == "" || other != "" && other != head {
		return nil, rangeShape.New(string(from), string(to))
	}
	a, errA := strconv.ParseUint(first, 10, 32)
	b, errB := strconv.ParseUint(last, 10, 32)
	switch {
	case errA != nil || errB != nil || b < a:
		return nil, rangeShape.New(string(from), string(to))
	case b-a >= MaxRange:
		return nil, rangeLong.New(MaxRange)
	}
	list := make([]LocationID, 0, b-a+1)
	for n := a; n <= b; n++ {
		id := fmt.Sprintf("%s%0*d", head, len(first), n)
		if err := CheckID("location", id); err != nil {
			return nil, err
		}
		list = append(list, LocationID(id))
	}
	return list, nil
}

// cutNumber parts an id into what stands before its last digits, and those.
func cutNumber(s string) (head, digits string) {
	n := len(s)
	for n > 0 && s[n-1] >= '0' && s[n-1] <= '9' {
		n--
	}
	return s[:n], s[n:]
}

var (
	rangeShape = NewReason(Invalid, "range-shape",
		"From %q to %q is no range: both end in a number, the second not before the first, and what stands before the number is the same.",
		"من %q إلى %q ليس نطاقًا: ينتهي كلاهما برقم، والثاني ليس قبل الأول، وما قبل الرقم واحد.")
	rangeLong = NewReason(Invalid, "range-long",
		"A range holds at most %d locations. Make several.",
		"لا يتجاوز النطاق الواحد %d موقع. أنشئ أكثر من نطاق.")
)
