package count

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// Past is what planning remembers of a sealed session: when each item was counted, how fast people walked, and at how many places an
// item stood. It is derived from the session's log alone and published beside it, so that nobody folds a year to plan a day.
type Past struct {
	Session stocktake.SessionID                        `json:"session"`
	Site    stocktake.SiteID                           `json:"site"`
	Sealed  time.Time                                  `json:"sealed"`
	Counted map[stocktake.SectionID][]stocktake.ItemID `json:"counted"`
	Walks   []Walk                                     `json:"walks"`
	Lines   int                                        `json:"lines"`  // with something found
	Places  int                                        `json:"places"` // … at so many locations
}

// Walk is one finished pass: how many items it met and how long it took.
type Walk struct {
	Kind    stocktake.LocationKind `json:"kind"`
	Lines   int                    `json:"lines"`
	Seconds int                    `json:"seconds"`
}

// PastOf derives it from a view.
func PastOf(v *View, sealed time.Time) Past {
	p := Past{Session: v.Plan.Session, Site: v.Plan.Site, Sealed: sealed, Counted: map[stocktake.SectionID][]stocktake.ItemID{}}
	if v.Plan.Basis != nil {
		return p // what it holds was counted when its basis was
	}
	for _, l := range v.Lines {
		if l.Status == LineNotCounted || l.Variance == nil && len(l.Adopted) == 0 && !l.RestZero {
			continue
		}
		p.Counted[l.Section] = append(p.Counted[l.Section], l.Item)
		found := 0
		for n := range l.Adopted {
			if l.Adopted[n].Quantity != 0 {
				found++
			}
		}
		if found > 0 {
			p.Lines++
			p.Places += found
		}
	}
	for _, x := range v.Passes {
		if x.Status != PassIsClosed || x.ClosedAt.IsZero() || x.tally == nil {
			continue
		}
		took := int(x.ClosedAt.Sub(x.OpenedAt).Seconds())
		if n := len(x.tally.items); n > 0 && took > 0 && took < 12*3600 {
			p.Walks = append(p.Walks, Walk{v.Material.index[x.Location].Kind, n, took})
		}
	}
	return p
}

// pastSessions bounds how many sealed sessions planning looks at, and pastFor how far back.
const (
	pastSessions = 60
	pastFor      = 2 * year
)

// pasts gives what is remembered of a site's sealed sessions, newest first. What is not remembered yet is derived and published.
func (s *Service) pasts(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID) ([]Past, error) {
	heads, err := s.log.Heads(ctx, society)
	if err != nil {
		return nil, err
	}
	since := s.clock().Add(-pastFor)
	var list []Past
	for _, h := range heads {
		if h.State != LogSealed || h.IssuedAt.Before(since) || len(list) == pastSessions {
			continue
		}
		p, err := s.past(ctx, society, h)
		if err != nil {
			if ctx.Err() != nil || stocktake.CodeOf(err) == stocktake.Unavailable {
				return nil, err
			}
			continue // one that is damaged tells nothing
		}
		if p.Site == site {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b Past) int { return b.Sealed.Compare(a.Sealed) })
	return list, nil
}

func (s *Service) past(ctx context.Context, society stocktake.SocietyID, h Head) (p Past, err error) {
	name := "past/" + string(h.Session)
	hash, _, err := s.docs.Published(ctx, society, name)
	if err == nil {
		return p, s.decode(ctx, society, hash, &p)
	}
	if !errors.Is(err, stocktake.Missing) {
		return p, err
	}
	last, err := s.log.Read(ctx, society, h.Session, h.Offset, 1)
	if err != nil || len(last) == 0 {
		return p, errors.Join(err, stocktake.NoSuch("session", h.Session))
	}
	v, err := s.view(ctx, society, h.Session)
	if err != nil {
		return p, err
	}
	p = PastOf(v, last[0].RecordedAt)
	doc, err := stocktake.NewDocument(p)
	if err != nil {
		return p, err
	}
	return p, s.docs.Publish(ctx, society, name, doc)
}

// lastCounted says when each line of a site was counted last, as sealed sessions have it.
func (s *Service) lastCounted(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID) (map[lineKey]time.Time, error) {
	list, err := s.pasts(ctx, society, site)
	if err != nil {
		return nil, err
	}
	last := map[lineKey]time.Time{}
	for n := len(list) - 1; n >= 0; n-- { // the newest last
		for section, items := range list[n].Counted {
			for _, item := range items {
				last[lineKey{section, item}] = list[n].Sealed
			}
		}
	}
	return last, nil
}

// Pace is how fast people count at one kind of location.
type Pace struct {
	Kind    stocktake.LocationKind `json:"kind"`
	PerHour int                    `json:"per_hour"` // lines that one person counts in an hour, in the median walk
	Walks   int                    `json:"walks"`    // of how many; none: PerHour is UsualPace
}

// UsualPace is what is reckoned with where nobody has walked yet: a stated guess, and said to be one.
const UsualPace = 120

// Paces gives the pace of each kind of location, in the order of the kinds.
func Paces(list []Past) []Pace {
	by := map[stocktake.LocationKind][]float64{}
	for n := range list {
		for _, w := range list[n].Walks {
			by[w.Kind] = append(by[w.Kind], float64(w.Lines)*3600/float64(w.Seconds))
		}
	}
	var paces []Pace
	for _, kind := range []stocktake.LocationKind{stocktake.Floor, stocktake.Store, stocktake.Cold, stocktake.Receiving} {
		p := Pace{Kind: kind, PerHour: UsualPace, Walks: len(by[kind])}
		if p.Walks > 0 {
			p.PerHour = max(int(median(by[kind])), 1)
		}
		paces = append(paces, p)
	}
	return paces
}

func median(list []float64) float64 {
	slices.Sort(list)
	n := len(list)
	return (list[(n-1)/2] + list[n/2]) / 2
}

// Workload is what counting a scope takes.
type Workload struct {
	Lines    int      `json:"lines"`    // of the books in scope
	Places   int      `json:"places"`   // locations to be walked
	Walked   int      `json:"walked"`   // lines to be counted, an item at two places twice
	Minutes  int      `json:"minutes"`  // of one person
	Persons  int      `json:"persons"`  // so many finish within the window
	Paces    []Pace   `json:"paces"`    // of the kinds of location in scope
	Finishes []Finish `json:"finishes"` // with fewer and more people
	Guess    bool     `json:"guess"`    // nobody has walked one of these kinds yet: UsualPace stands for it
}

// Finish is when so many people are done.
type Finish struct {
	Persons int       `json:"persons"`
	At      time.Time `json:"at"`
}

// Reckon says what counting a scope takes: the lines of each section, spread over its locations by their number, at the pace of each kind of
// location, times how many places an item stood at in earlier sessions.
func Reckon(scope *Scope, site *stocktake.Site, book *stocktake.Snapshot, list []Past, from time.Time, window time.Duration) Workload {
	held, items := scope.held(site), map[stocktake.ItemID]bool{}
	for _, id := range scope.Items {
		items[id] = true
	}
	lines := map[stocktake.SectionID]int{}
	w := Workload{}
	for _, l := range book.Lines {
		if held[l.Section] && l.Quantity != 0 && (len(items) == 0 || items[l.Item]) {
			lines[l.Section]++
			w.Lines++
		}
	}
	only := map[stocktake.LocationID]bool{}
	for _, id := range scope.Locations {
		only[id] = true
	}
	whole := map[stocktake.SectionID]bool{}
	for _, id := range scope.Sections {
		whole[id] = true
	}
	all := len(scope.Sections)+len(scope.Locations) == 0
	kinds, in := map[stocktake.SectionID]map[stocktake.LocationKind]int{}, map[stocktake.SectionID]int{}
	for _, l := range site.Locations {
		in[l.Section]++
		if all || whole[l.Section] || only[l.ID] {
			if kinds[l.Section] == nil {
				kinds[l.Section] = map[stocktake.LocationKind]int{}
			}
			kinds[l.Section][l.Kind]++
			w.Places++
		}
	}
	spread := 1.0
	found, places := 0, 0
	for n := range list {
		found, places = found+list[n].Lines, places+list[n].Places
	}
	if found > 0 {
		spread = float64(places) / float64(found)
	}
	met := map[stocktake.LocationKind]bool{}
	paces := Paces(list)
	hours, walked := 0.0, 0.0
	for _, section := range slices.Sorted(maps.Keys(kinds)) {
		for _, p := range paces {
			if n := kinds[section][p.Kind]; n > 0 {
				met[p.Kind] = true
				share := float64(lines[section]) * spread * float64(n) / float64(in[section])
				walked += share
				hours += share / float64(p.PerHour)
			}
		}
	}
	for _, p := range paces {
		if met[p.Kind] {
			w.Paces = append(w.Paces, p)
			w.Guess = w.Guess || p.Walks == 0
		}
	}
	w.Walked, w.Minutes = int(walked+0.5), int(hours*60+0.999)
	if w.Lines == 0 || window <= 0 {
		return w
	}
	w.Persons = max(int((time.Duration(w.Minutes)*time.Minute+window-1)/window), 1)
	for _, n := range []int{max(w.Persons/2, 1), w.Persons, w.Persons * 2} {
		f := Finish{n, from.Add(time.Duration(float64(w.Minutes)/float64(n)*60) * time.Second)}
		if k := len(w.Finishes); k == 0 || w.Finishes[k-1].Persons != n {
			w.Finishes = append(w.Finishes, f)
		}
	}
	return w
}
