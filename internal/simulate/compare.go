package simulate

import (
	"fmt"
	"slices"
	"strings"
)

// Differences is where what the server made of a count is not what the counters did. The zero value is none.
type Differences struct {
	Missing   []Tally // counted, and not at the server
	Extra     []Tally // at the server, and counted by nobody
	Different []Difference
}

// Difference is one tally of two quantities.
type Difference struct{ Want, Got Tally }

// Compare sets a server's tallies against those of the ledger. The order of either does not matter.
func Compare(want, got []Tally) Differences {
	want, got = slices.Clone(want), slices.Clone(got)
	slices.SortFunc(want, Tally.compare)
	slices.SortFunc(got, Tally.compare)
	var d Differences
	for len(want) > 0 || len(got) > 0 {
		order := 0
		switch {
		case len(want) == 0:
			order = 1
		case len(got) == 0:
			order = -1
		default:
			order = want[0].compare(got[0])
		}
		switch {
		case order < 0:
			d.Missing, want = append(d.Missing, want[0]), want[1:]
		case order > 0:
			d.Extra, got = append(d.Extra, got[0]), got[1:]
		default:
			if want[0].Quantity != got[0].Quantity {
				d.Different = append(d.Different, Difference{want[0], got[0]})
			}
			want, got = want[1:], got[1:]
		}
	}
	return d
}

// None reports whether there are no differences.
func (d Differences) None() bool {
	return len(d.Missing) == 0 && len(d.Extra) == 0 && len(d.Different) == 0
}

// String lists the differences, one a line.
func (d Differences) String() string {
	if d.None() {
		return "no differences"
	}
	var b strings.Builder
	for _, t := range d.Missing {
		fmt.Fprintf(&b, "missing: %s\n", t)
	}
	for _, t := range d.Extra {
		fmt.Fprintf(&b, "extra: %s\n", t)
	}
	for _, x := range d.Different {
		fmt.Fprintf(&b, "different: %s, the server has %s\n", x.Want, x.Got.Quantity)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// String names the tally and its quantity.
func (t Tally) String() string {
	name := string(t.Item)
	if name == "" {
		name = "code " + t.Code
	}
	for _, more := range []string{t.Lot, t.Expiry, string(t.Condition)} {
		if more != "" {
			name += " " + more
		}
	}
	return fmt.Sprintf("%s at %s in pass %s: %s", name, t.Location, t.Pass, t.Quantity)
}
