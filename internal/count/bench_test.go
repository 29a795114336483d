package count_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// observation is a typical one, of some 250 bytes.
func observation(n int, pass stocktake.PassID, item stocktake.ItemID) []byte {
	return fmt.Appendf(nil, `{"v":1,"id":"%s","kind":"observed","session":"8sZ0cY2bQ3yX5v1uTt7A9g","at":%d,"mono":%d,"offset":-431,"pass":"%s","scanned_at":%d,"code":"62710%08d","item":"%s","pack":1000,"amount":12000,"all_here":true,"entry":"scan"}`,
		eventID(n), dawn+int64(n)*100, n*100, pass, dawn+int64(n)*100-3000, n%25_000, item)
}

func eventID(n int) string { return fmt.Sprintf("%021dA", n) }

// market is a big session: so many book lines, and observations of them in passes of 250.
func market(b *testing.B, lines, observations int) (*count.Material, []count.Entry) {
	b.Helper()
	const sections, locations = 20, 400
	m := &count.Material{Site: &stocktake.Site{ID: "central"}, Items: map[stocktake.ItemID]stocktake.Item{}, Snapshot: &stocktake.Snapshot{}}
	for s := range sections {
		m.Site.Sections = append(m.Site.Sections, stocktake.Section{ID: section(s)})
	}
	for l := range locations {
		m.Site.Locations = append(m.Site.Locations, stocktake.Location{ID: stocktake.LocationID("L" + strconv.Itoa(l)), Section: section(l % sections)})
	}
	items := lines / sections
	for s := range sections {
		for i := range items {
			id := stocktake.ItemID(fmt.Sprintf("%06d", s*items+i))
			m.Items[id] = stocktake.Item{ID: id}
			m.Snapshot.Lines = append(m.Snapshot.Lines, stocktake.BookLine{Section: section(s), Item: id, Quantity: 48_000, Cost: 250_000})
		}
	}
	plan := count.Plan{Session: "8sZ0cY2bQ3yX5v1uTt7A9g", Site: "central", Tiers: []count.Tier{{Role: stocktake.Manager}}}
	add := func(list []count.Entry, kind count.Kind, author count.Author, body []byte) []count.Entry {
		e := count.Entry{Offset: uint64(len(list)) + 1, RecordedAt: time.UnixMilli(dawn).UTC(), Kind: kind, Author: author, Body: body}
		return append(list, e)
	}
	entries := add(nil, count.Issued, count.Author{Person: "mona"}, encode(b, plan))
	sent := map[count.Stream]uint64{}
	const run = 250
	for p := 0; p*run < observations; p++ {
		id, l := stocktake.PassID(fmt.Sprintf("pass-%06d", p)), p%locations
		stream := count.Stream{Device: stocktake.DeviceID("d" + strconv.Itoa(p%40)), Epoch: "e"}
		by := func() count.Author { sent[stream]++; return count.Author{Stream: stream, Seq: sent[stream]} }
		head := fmt.Sprintf(`{"v":1,"session":"8sZ0cY2bQ3yX5v1uTt7A9g","at":%d,"pass":"%s",`, dawn, id)
		entries = add(entries, count.PassOpened, by(), fmt.Appendf(nil, `%s"id":"o%d","kind":"pass.opened","location":"L%d","round":1,"person":"c%d","mode":"quantity"}`, head, p, l, p%40))
		for n := range run {
			item := stocktake.ItemID(fmt.Sprintf("%06d", (l%sections)*items+(p/sections*run+n)%items))
			entries = add(entries, count.Observed, by(), observation(p*run+n, id, item))
		}
		entries = add(entries, count.PassClosed, by(), fmt.Appendf(nil, `%s"id":"c%d","kind":"pass.closed","observations":%d,"quantity":%d}`, head, p, run, run*12_000))
		entries = add(entries, count.Clocked, by(), measurement(fmt.Sprintf("m%d", p), dawn+int64(p*run+run)*100))
	}
	return m, entries
}

// measurement is what a device says of its clock, after all that it has told before.
func measurement(id string, at int64) []byte {
	return fmt.Appendf(nil, `{"v":1,"id":"%s","kind":"clock","session":"8sZ0cY2bQ3yX5v1uTt7A9g","at":%d,"mono":%d,"offset":-431,"rtt":9}`, id, at, at-dawn)
}

// walker is somebody who goes on counting in the first section.
type walker struct {
	fold *count.Fold
	n    uint64
}

// next scans one more item; the first time it begins a walk.
func (w *walker) next(b *testing.B) {
	b.Helper()
	apply := func(kind count.Kind, body []byte) {
		w.n++
		by := count.Author{Stream: count.Stream{Device: "late", Epoch: "e"}, Seq: w.n}
		if err := w.fold.Apply(count.Entry{Offset: w.fold.Offset() + 1, RecordedAt: time.UnixMilli(dawn).UTC(), Kind: kind, Author: by, Body: body}); err != nil {
			b.Fatal(err)
		}
	}
	if w.n%250 == 0 {
		apply(count.PassOpened, fmt.Appendf(nil, `{"v":1,"session":"8sZ0cY2bQ3yX5v1uTt7A9g","at":%d,"pass":"late-%d","id":"late%d","kind":"pass.opened","location":"L%d","round":1,"person":"late","mode":"quantity"}`,
			dawn, w.n, w.n, w.n/250%20*20))
	}
	apply(count.Observed, observation(2_000_000+int(w.n), stocktake.PassID(fmt.Sprintf("late-%d", w.n/250*250)), stocktake.ItemID(fmt.Sprintf("%06d", w.n%250))))
}

func section(n int) stocktake.SectionID { return stocktake.SectionID("S" + strconv.Itoa(n)) }

// BenchmarkApply folds 100,000 observations.
func BenchmarkApply(b *testing.B) {
	m, entries := market(b, 25_000, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		f := count.NewFold(society, "8sZ0cY2bQ3yX5v1uTt7A9g")
		for _, e := range entries {
			if err := f.Apply(e); err != nil {
				b.Fatal(err)
			}
			if e.Offset == 1 {
				f.SetMaterial(m)
			}
		}
	}
	b.ReportMetric(float64(len(entries)*b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkView derives the state of 25,000 lines and 100,000 observations: from nothing, and after one more event.
func BenchmarkView(b *testing.B) {
	m, entries := market(b, 25_000, 100_000)
	load := func() *count.Fold {
		f := count.NewFold(society, "8sZ0cY2bQ3yX5v1uTt7A9g")
		for _, e := range entries {
			if err := f.Apply(e); err != nil {
				b.Fatal(err)
			}
			if e.Offset == 1 {
				f.SetMaterial(m)
			}
		}
		return f
	}
	b.Run("first", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			f := load()
			b.StartTimer()
			if v := f.View(); len(v.Lines) != 25_000 || v.Totals.Within != 25_000 {
				b.Fatalf("%d lines, %+v", len(v.Lines), v.Totals)
			}
		}
	})
	b.Run("next", func(b *testing.B) {
		f := load()
		f.View()
		b.ReportAllocs()
		w := walker{fold: f}
		for b.Loop() {
			w.next(b)
			f.View()
		}
	})
}

// BenchmarkLateMovement folds one more movement and makes the next view: 25,000 lines, 100,000 observations, and a day's feed. By itself;
// with a watermark that some of the lines waited for; and with a scan of a handheld.
func BenchmarkLateMovement(b *testing.B) {
	m, entries := market(b, 25_000, 100_000)
	m.Snapshot.AsOf, m.Snapshot.Position = time.UnixMilli(dawn).UTC(), "1"
	for _, with := range []string{"alone", "watermark", "event"} {
		b.Run(with, func(b *testing.B) {
			f := count.NewFold(society, "8sZ0cY2bQ3yX5v1uTt7A9g")
			for _, e := range entries {
				if err := f.Apply(e); err != nil {
					b.Fatal(err)
				}
				if e.Offset == 1 {
					f.SetMaterial(m)
				}
			}
			n, w := uint64(0), walker{fold: f}
			late := func() {
				n++
				booking := count.Booking{Offset: n, RecordedAt: time.UnixMilli(dawn).UTC(), Movement: &stocktake.Movement{
					ID: stocktake.MovementID(strconv.FormatUint(n, 10)), Kind: stocktake.Sale, Item: stocktake.ItemID(fmt.Sprintf("%06d", n*7919%25_000)), Quantity: -1000,
					Booked: time.UnixMilli(dawn + int64(n)*1000).UTC(), Position: stocktake.Position(n + 1),
				}}
				if with == "watermark" {
					booking.Watermark.Through = time.UnixMilli(dawn + 4*3600_000 + int64(n)*100).UTC()
				}
				f.Book([]count.Booking{booking})
			}
			for range 20_000 {
				late()
			}
			f.View()
			b.ReportAllocs()
			for b.Loop() {
				late()
				if with == "event" {
					w.next(b)
				}
				f.View()
			}
		})
	}
}

func BenchmarkParseEvent(b *testing.B) {
	body := observation(7, "Zt0cY2bQ3yX5v1uTt7A9gQ", "000123")
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := count.ParseEvent(body); err != nil {
			b.Fatal(err)
		}
	}
}
