package web

import (
	"slices"
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

// like reports whether a location is what somebody looks for, by its name or id.
func like(l *stocktake.Location, find string) bool {
	return strings.Contains(stocktake.Fold(l.Name.Arabic+" "+l.Name.English+" "+string(l.ID)), stocktake.Fold(find))
}

func newPicker(f *form, site *stocktake.Site) picker {
	var p picker
	find := f.Get("find")
	for _, s := range site.Sections {
		g := pickGroup{Section: s}
		g.Name = named(g.Name, string(s.ID))
		for _, l := range site.Locations {
			if l.Section != s.ID {
				continue
			}
			g.Total++
			ticked, shown := f.Has("picked", string(l.ID)), like(&l, find)
			if ticked {
				g.Ticked++
			}
			if shown {
				g.Shown = append(g.Shown, l)
			} else if ticked {
				p.Kept = append(p.Kept, l.ID)
			}
		}
		g.Open = find != "" || g.Ticked > 0 || f.Get("do") == "tick:"+string(s.ID) || f.Get("do") == "clear:"+string(s.ID)
		if len(g.Shown) > 0 {
			p.Groups = append(p.Groups, g)
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
	if do != "find" && do != "tick" && do != "clear" {
		return false
	}
	for _, l := range site.Locations {
		if do == "find" || string(l.Section) != section || !like(&l, f.Get("find")) {
			continue
		}
		f.Values["picked"] = slices.DeleteFunc(f.Values["picked"], func(id string) bool { return id == string(l.ID) })
		if do == "tick" {
			f.Values.Add("picked", string(l.ID))
		}
	}
	return true
}

// picked are the locations that are ticked, in the order of the site's plan. What the site no longer has cannot be unticked,
// and is left out.
func picked(f *form, site *stocktake.Site) (list []stocktake.LocationID) {
	ticked := map[string]bool{}
	for _, id := range f.All("picked") {
		ticked[id] = true
	}
	for _, l := range site.Locations {
		if ticked[string(l.ID)] {
			list = append(list, l.ID)
		}
	}
	return list
}

// servants are the roles of those who may sit on a committee, the usual first. Who only counts is not of them: they would sign for their
// own count.
var servants = []stocktake.Role{
	stocktake.CommitteeMember, stocktake.AdministrativeController, stocktake.FinancialController, stocktake.Manager, stocktake.Supervisor,
}

// committee offers those who may serve with their roles: members first, then by name.
func (w *issuing) committee() []option {
	type member struct {
		option
		rank int
	}
	var list []member
	for _, x := range w.people {
		rank := slices.IndexFunc(servants, func(r stocktake.Role) bool { return slices.Contains(x.Roles, r) })
		if x.Disabled || rank < 0 || slices.Contains(x.Roles, stocktake.Witness) {
			continue
		}
		var roles []any
		for _, r := range x.Roles {
			roles = append(roles, w.tongue.t("role."+string(r)))
		}
		list = append(list, member{option{Value: string(x.ID), Text: w.tongue.name(named(x.Name, string(x.ID))), Hint: w.tongue.list(roles)}, min(rank, 1)})
	}
	slices.SortStableFunc(list, func(a, b member) int {
		if a.rank != b.rank {
			return a.rank - b.rank
		}
		return strings.Compare(a.Text, b.Text)
	})
	options := make([]option, len(list))
	for n := range list {
		options[n] = list[n].option
	}
	return options
}
