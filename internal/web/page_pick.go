package web

import (
	"strings"

	"jard/internal/stocktake"
)

// The picker of locations is plain boxes by section, so that it works without script: looking for some, and ticking all that
// are shown of a section, are asked of the server with the form, which comes back as it was.

// pickGroup is one section of the picker.
type pickGroup struct {
	stocktake.Section
	Shown         []stocktake.Location // that are like what is looked for
	Ticked, Total int                  // of all its locations
	Open          bool
}

// picker is what may be ticked.
type picker struct {
	Groups []pickGroup
	Kept   []stocktake.LocationID // ticked, and not among those shown
}

// like tells whether a location is what somebody looks for, by its name or id.
func like(find string) func(*stocktake.Location) bool {
	find = stocktake.Fold(find)
	return func(l *stocktake.Location) bool {
		return strings.Contains(stocktake.Fold(l.Name.Arabic+" "+l.Name.English+" "+string(l.ID)), find)
	}
}

// ticks are the ids of the locations that are ticked.
func ticks(f *form) map[string]bool { return setOf(f.All("picked")) }

func newPicker(f *form, site *stocktake.Site) picker {
	var p picker
	find, do := f.Get("find"), f.Get("do")
	ticked, shown := ticks(f), like(find)
	groups := make(map[stocktake.SectionID]*pickGroup, len(site.Sections))
	for _, s := range site.Sections {
		s.Name = named(s.Name, string(s.ID))
		groups[s.ID] = &pickGroup{Section: s, Open: find != "" || do == "tick:"+string(s.ID) || do == "clear:"+string(s.ID)}
	}
	for _, l := range site.Locations {
		g := groups[l.Section]
		g.Total++
		if ticked[string(l.ID)] {
			g.Ticked++
			g.Open = true
		}
		if shown(&l) {
			g.Shown = append(g.Shown, l)
		} else if ticked[string(l.ID)] {
			p.Kept = append(p.Kept, l.ID)
		}
	}
	for _, s := range site.Sections {
		if g := groups[s.ID]; len(g.Shown) > 0 {
			p.Groups = append(p.Groups, *g)
		}
	}
	if len(p.Groups) == 1 {
		p.Groups[0].Open = true
	}
	return p
}

// picks does what a button of the picker asks: to look for locations, or to tick or clear those that are shown of a section.
func picks(f *form, site *stocktake.Site) bool {
	do, section, _ := strings.Cut(f.Get("do"), ":")
	if do == "find" {
		return true
	}
	if do != "tick" && do != "clear" {
		return false
	}
	ticked, shown := ticks(f), like(f.Get("find"))
	for _, l := range site.Locations {
		if string(l.Section) == section && shown(&l) {
			ticked[string(l.ID)] = do == "tick"
		}
	}
	f.Values["picked"] = nil
	for _, id := range sortedKeys(ticked) {
		if ticked[id] {
			f.Values.Add("picked", id)
		}
	}
	return true
}

// picked are the locations that are ticked, in the order of the site's plan. What the site no longer has cannot be unticked,
// and is left out.
func picked(f *form, site *stocktake.Site) (list []stocktake.LocationID) {
	ticked := ticks(f)
	for _, l := range site.Locations {
		if ticked[string(l.ID)] {
			list = append(list, l.ID)
		}
	}
	return list
}
