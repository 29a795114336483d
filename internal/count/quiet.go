package count

import (
	"context"
	"hash/fnv"
	"time"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// Hours is how a site's feed spreads over the day: the evidence for when to count.
type Hours struct {
	Days      int     `json:"days"`      // that the feed was looked at
	Movements int     `json:"movements"` // booked in them
	ByHour    [24]int `json:"by_hour"`   // … in each hour of the day in Kuwait, over all the days
	Named     int     `json:"named"`     // … that name a location
}

// Quiet is a counting window's beginning with what is booked meanwhile.
type Quiet struct {
	Hour      int `json:"hour"`
	Movements int `json:"movements"` // booked in the window and the hour after it, over all the days: goods leave before they are booked
}

const (
	hoursDays    = 28
	practiceDays = 14
	leastDays    = 7 // of a feed, to recommend anything
	maxHeard     = 1_000_000
)

// heard is what planning keeps of a movement.
type heard struct {
	at    int64 // booked, ms
	item  stocktake.ItemID
	kind  reconcile.Kind
	named bool
}

// recent reads what a site's feed has booked since an instant.
func (s *Service) recent(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, since time.Time) ([]heard, error) {
	from, err := s.bookedSince(ctx, society, site, since)
	if err != nil {
		return nil, err
	}
	var list []heard
	for len(list) < maxHeard {
		entries, err := s.feed.Booked(ctx, society, site, from+1, readPage)
		if err != nil {
			return nil, err
		}
		for n := range entries {
			from = entries[n].Offset
			m := entries[n].Movement
			if m == nil || m.Posts != "" || m.Booked.Before(since) {
				continue
			}
			if kind, ok := reconcile.KindOf(m.Kind); ok {
				list = append(list, heard{m.Booked.UnixMilli(), m.Item, kind, m.Location != ""})
			}
		}
		if len(entries) < readPage {
			break
		}
	}
	return list, nil
}

func hoursOf(list []heard, days int) Hours {
	h := Hours{Days: days, Movements: len(list)}
	for n := range list {
		h.ByHour[time.UnixMilli(list[n].at).In(Kuwait).Hour()]++
		if list[n].named {
			h.Named++
		}
	}
	return h
}

// At is what is booked in a window that begins at an hour, and in the hour after it.
func (h *Hours) At(hour, minutes int) Quiet {
	q := Quiet{Hour: hour}
	for n := range (minutes+59)/60 + 1 {
		q.Movements += h.ByHour[(hour+n)%24]
	}
	return q
}

// Quietest is the window of a length with the least in it; of several the one that begins soonest after ten in the evening.
func (h *Hours) Quietest(minutes int) Quiet {
	best := h.At(22, minutes)
	for n := 1; n < 24; n++ {
		if q := h.At((22+n)%24, minutes); q.Movements < best.Movements {
			best = q
		}
	}
	return best
}

// Practice is a way to count, and the share of lines that it leaves exact on their first count: what the recent feed would have left
// undecided had the site been counted so on each of the recent days.
type Practice struct {
	Key     string `json:"key"`
	Hour    int    `json:"hour"`
	Minutes int    `json:"minutes"`
	Pass    int    `json:"pass"`     // minutes
	AllHere bool   `json:"all_here"` // entries say that they are all of the item there
	Close   bool   `json:"close"`    // an item's places one after the other, within an hour
	Named   bool   `json:"named"`    // the feed names every movement's location
	Exact   int    `json:"exact"`    // lines of 1,000 without a band
}

const usualPass = 40 // minutes

// practices are the plan's own way, and then what would help.
func practices(hour, minutes int, quiet int) []Practice {
	as := Practice{Key: "planned", Hour: hour, Minutes: minutes, Pass: usualPass, AllHere: true}
	with := func(key string, change func(*Practice)) Practice {
		p := as
		p.Key = key
		change(&p)
		return p
	}
	return []Practice{
		as,
		with("long-passes", func(p *Practice) { p.AllHere = false }),
		with("short-passes", func(p *Practice) { p.AllHere, p.Pass = false, 10 }),
		with("close", func(p *Practice) { p.Close = true }),
		with("named", func(p *Practice) { p.Named = true }),
		with("quietest", func(p *Practice) { p.Hour = quiet }),
		with("all", func(p *Practice) { p.Hour, p.Close, p.Named = quiet, true, true }),
	}
}

// replay fills in the share of exact lines. Spread is the share of items that stand at two places; those with more count like two.
func (p *Practice) replay(list []heard, rules *reconcile.Rules, items map[stocktake.ItemID]int, now time.Time, days int, spread float64) {
	windows := [...]reconcile.Window{rules.Sale, rules.Return, rules.Receipt, rules.Transfer, rules.WriteOff}
	lines := 0
	for _, n := range items {
		lines += n
	}
	if lines == 0 || days == 0 {
		return
	}
	today := now.In(Kuwait)
	const day = 24 * 60 * 60 * 1000
	length := int64(p.Minutes) * 60_000
	last := time.Date(today.Year(), today.Month(), today.Day(), p.Hour, 0, 0, 0, Kuwait).UnixMilli()
	for last+length > now.UnixMilli() {
		last -= day
	}
	type look struct {
		item stocktake.ItemID
		day  int
	}
	undecided := map[look]bool{}
	for n := range list {
		m := &list[n]
		if items[m.item] == 0 {
			continue
		}
		w := &windows[m.kind]
		from, to := m.at-int64(w.Early+rules.Clock)*1000, m.at+int64(w.Late+rules.Clock)*1000
		for d := range days {
			begin := last - int64(d)*day
			if to < begin || from > begin+length || undecided[look{m.item, d}] {
				continue
			}
			if p.meets(m, d, begin, length, from, to, spread) {
				undecided[look{m.item, d}] = true
			}
		}
	}
	open := 0
	for x := range undecided {
		open += items[x.item]
	}
	p.Exact = 1000 - 1000*open/(lines*days)
}

// meets reports whether goods that moved somewhere in [from, to] leave the item undecided, where it is looked at some time in the window.
func (p *Practice) meets(m *heard, d int, begin, length, from, to int64, spread float64) bool {
	took := int64(p.Pass) * 60_000
	if p.AllHere {
		took = 30_000 // from the scan to the last key
	}
	room := max(length-took, 1)
	a := begin + int64(lot(m.item, d, 1)*float64(room))
	if lot(m.item, 0, 3) >= spread {
		return from <= a+took && to >= a
	}
	b := begin + int64(lot(m.item, d, 2)*float64(room))
	if p.Close {
		b = a + int64(lot(m.item, d, 2)*float64(min(room, 3_600_000)))
	}
	if p.Named || m.named {
		if m.at%2 == 0 {
			a = b
		}
		return from <= a+took && to >= a
	}
	return from <= max(a, b)+took && to >= min(a, b)
}

// lot is a number in [0, 1) that is the same each time for an item, a day and what it is for.
func lot(item stocktake.ItemID, day, what int) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(item))
	_, _ = h.Write([]byte{0, byte(day), byte(what)})
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}
