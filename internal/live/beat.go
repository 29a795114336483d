package live

import "time"

// beatMinutes is how far back a board shows the scans of each minute.
const beatMinutes = 30

// beat counts scans by the minute in which they were recorded.
type beat struct {
	minutes [beatMinutes]int
	newest  int64 // the minute of the last place
}

// add counts one scan. One that is older than all that is kept is left out.
func (b *beat) add(at time.Time) {
	minute := at.Unix() / 60
	b.turn(minute)
	if age := b.newest - minute; age < beatMinutes {
		b.minutes[beatMinutes-1-age]++
	}
}

// turn moves on to a minute.
func (b *beat) turn(minute int64) {
	switch forth := minute - b.newest; {
	case forth <= 0:
	case forth >= beatMinutes:
		b.minutes, b.newest = [beatMinutes]int{}, minute
	default:
		copy(b.minutes[:], b.minutes[forth:])
		clear(b.minutes[beatMinutes-forth:])
		b.newest = minute
	}
}

// last gives the scans of the last minutes, the current one last.
func (b *beat) last(now time.Time) []int {
	b.turn(now.Unix() / 60)
	return append([]int(nil), b.minutes[:]...)
}
