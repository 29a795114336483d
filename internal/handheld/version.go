package handheld

import (
	"strconv"
	"strings"

	"jard/internal/stocktake"
)

// older reports whether an app's version is below another: numbers separated by points, compared one by one; whatever
// follows a '-' or '+' is left out, a missing number is 0, and what is no number is below every number.
func older(version, than string) bool {
	a, b := numbers(version), numbers(than)
	for n := range max(len(a), len(b)) {
		x, y := 0, 0
		if n < len(a) {
			x = a[n]
		}
		if n < len(b) {
			y = b[n]
		}
		if x != y {
			return x < y
		}
	}
	return false
}

func numbers(version string) []int {
	if end := strings.IndexAny(version, "-+"); end >= 0 {
		version = version[:end]
	}
	var list []int
	for part := range strings.SplitSeq(version, ".") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			n = -1
		}
		list = append(list, n)
	}
	return list
}

// AppTooOld refuses new work to an old app. What it holds it may still push.
var AppTooOld = stocktake.NewReason(stocktake.Conflict, "app-too-old",
	"Version %q of the app is too old to start counting; at least %q is needed. Sync, then update the app. Nothing counted is lost.",
	"إصدار التطبيق %q قديم ولا يبدأ عدًّا جديدًا؛ يلزم %q على الأقل. زامن ثم حدّث التطبيق. لن يضيع شيء مما عُدّ.")
