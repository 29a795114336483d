package simulate

import (
	"math/bits"
	"time"
)

// Histogram counts durations in buckets a thirty-second wide, relative to their size: p99 within 3 %, without keeping
// the samples. The zero value is empty. It is for one goroutine; merge those of several.
type Histogram struct {
	counts [64 * perOctave]uint32
	total  uint64
	most   time.Duration
}

const perOctave = 32

// Add counts one duration.
func (h *Histogram) Add(d time.Duration) {
	h.counts[bucket(uint64(max(d, 0)))]++
	h.total++
	h.most = max(h.most, d)
}

func bucket(n uint64) int {
	if n < perOctave {
		return int(n)
	}
	octave := bits.Len64(n) - 6 // n>>octave has 6 bits: 32 to 63
	return octave*perOctave + int(n>>octave)
}

// lowest is the least duration that falls into a bucket.
func lowest(b int) time.Duration {
	if b < perOctave {
		return time.Duration(b)
	}
	octave := b/perOctave - 1
	return time.Duration(b-octave*perOctave) << octave
}

// Merge adds all of o to h.
func (h *Histogram) Merge(o *Histogram) {
	for n, c := range o.counts {
		h.counts[n] += c
	}
	h.total += o.total
	h.most = max(h.most, o.most)
}

// Count is how many durations were added.
func (h *Histogram) Count() uint64 { return h.total }

// Max is the longest.
func (h *Histogram) Max() time.Duration { return h.most }

// Quantile is the duration that a part q of all does not exceed, within a bucket's width; zero when there are none.
func (h *Histogram) Quantile(q float64) time.Duration {
	rank, seen := uint64(q*float64(h.total)), uint64(0)
	for b, c := range h.counts {
		if seen += uint64(c); c > 0 && seen > min(rank, h.total-1) {
			return min(lowest(b+1), h.most)
		}
	}
	return h.most
}
