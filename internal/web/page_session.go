package web

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// sessionPages are the pages of one session: the board, and what people decide.
func (k *console) sessionPages() []route {
	at := func(name string, get, post func(*visit) error) route {
		return route{path: "/sessions/:session" + name, roles: resultReaders, get: get, post: post}
	}
	return []route{
		at("", k.showBoard, nil),
		at("/desk", k.showDesk, nil),
		at("/desk/hints", k.deskHints, nil),
		at("/line", k.showLine, k.commentLine),
		at("/disputes", k.showDisputes, k.settleDispute),
		at("/quarantine", k.showQuarantine, k.settleQuarantine),
		at("/codes", k.showCodes, k.settleCode),
		at("/recounts", k.showRecounts, k.orderRecount),
		at("/rounds", k.showRounds, nil),
		at("/tests", k.showTests, k.orderTest),
		at("/rest", k.showRest, k.signRest),
		at("/passes", k.showPasses, k.settlePass),
		at("/sheet", k.showSheet, k.signSheet),
		at("/signatures", k.showSignatures, k.signHere),
		at("/duties", k.showDuties, nil),
		at("/duty-sheet", k.printDuties, nil),
		at("/seal", k.showSeal, k.sealOrClose),
		at("/after", k.showAfter, k.correct),
		at("/log", k.showLog, nil),
		at("/photos/:hash", k.showPhoto, nil),
	}
}

// seen is a session as its pages show it, with the names of what it names by id.
type seen struct {
	*count.View
	ID     stocktake.SessionID
	Me     stocktake.Person
	tab    string
	people roll
	places map[stocktake.LocationID]stocktake.Location
	now    time.Time
	duties []count.DutyConflict // found when first asked for
}

// see looks at the session of the address.
func (v *visit) see(tab string) (*seen, error) {
	id, err := param(v.Context, "session")
	if err != nil {
		return nil, err
	}
	ctx := v.Request().Context()
	view, err := v.k.Sessions.View(ctx, v.by, stocktake.SessionID(id))
	if err != nil {
		return nil, err
	}
	s := &seen{View: view, ID: stocktake.SessionID(id), Me: v.by, tab: tab, now: v.k.Now(),
		places: make(map[stocktake.LocationID]stocktake.Location, len(view.Material.Site.Locations))}
	for _, l := range view.Material.Site.Locations {
		s.places[l.ID] = l
	}
	if s.people, err = v.roll(); err != nil {
		return nil, err
	}
	return s, nil
}

// roll is what the people of the society are called.
type roll map[stocktake.PersonID]stocktake.Name

// name is what somebody is called; their id where nobody says.
func (r roll) name(id stocktake.PersonID) stocktake.Name { return named(r[id], string(id)) }

// roll is that of the society as far as who looks may see it: those who may not, see ids.
func (v *visit) roll() (roll, error) {
	profiles, err := v.k.Accounts.People(v.Request().Context(), v.by)
	if err != nil && !errors.Is(err, stocktake.NotAllowed) {
		return nil, err
	}
	r := make(roll, len(profiles))
	for _, p := range profiles {
		r[p.ID] = p.Name
	}
	return r, nil
}

// Item is what an item is called.
func (s *seen) Item(id stocktake.ItemID) stocktake.Name {
	return named(s.Material.Items[id].Name, string(id))
}

// Unit is the key of an item's base unit.
func (s *seen) Unit(id stocktake.ItemID) string { return "unit." + string(s.Material.Items[id].Unit) }

// In is a quantity as it is written in an item's unit.
func (s *seen) In(id stocktake.ItemID, q stocktake.Quantity) any {
	if u := s.Material.Items[id].Unit; u == "" || u == stocktake.Piece {
		return q
	}
	return measured(q)
}

// Known reports whether an item is in the session's catalogue.
func (s *seen) Known(id stocktake.ItemID) bool { _, ok := s.Material.Items[id]; return ok }

// Place is what a location is called.
func (s *seen) Place(id stocktake.LocationID) stocktake.Name {
	return named(s.places[id].Name, string(id))
}

// Person is what somebody is called.
func (s *seen) Person(id stocktake.PersonID) stocktake.Name { return s.people.name(id) }

// Section is what a section is called.
func (s *seen) Section(id stocktake.SectionID) stocktake.Name {
	return sectionName(s.Material.Site, id)
}

// Custodian answers for a section.
func (s *seen) Custodian(id stocktake.SectionID) stocktake.Name {
	for _, x := range s.Material.Site.Sections {
		if x.ID == id {
			return x.Custodian
		}
	}
	return stocktake.Name{}
}

func named(n stocktake.Name, id string) stocktake.Name {
	if n == (stocktake.Name{}) {
		return stocktake.Name{English: id}
	}
	return n
}

// CodeName is what a reason code of the session's policy is called.
func (s *seen) CodeName(key string) stocktake.Name {
	c := s.Material.Policy.Code(key)
	if c == nil {
		return stocktake.Name{English: key}
	}
	return c.Name
}

// Base is the address of the session's pages.
func (s *seen) Base() string { return "/sessions/" + url.PathEscape(string(s.ID)) }

// LinePath is the address of a line's story.
func (s *seen) LinePath(section stocktake.SectionID, item stocktake.ItemID) string {
	return s.Base() + "/line?" + lineQuery(section, item)
}

func lineQuery(section stocktake.SectionID, item stocktake.ItemID) string {
	return url.Values{"section": {string(section)}, "item": {string(item)}}.Encode()
}

// Planner reports whether who looks may run the session.
func (s *seen) Planner() bool { return s.Me.Is(stocktake.Supervisor, stocktake.Manager) }

// Over reports whether nothing can be decided any more.
func (s *seen) Over() bool { return s.State == count.StateSealed || s.State == count.StateCancelled }

// Acts reports whether who looks may decide things here, now.
func (s *seen) Acts() bool { return s.Planner() && !s.Over() }

// tab is one page of the session in its menu.
type tab struct {
	Path, Text string
	Count      int // of what waits there
	Current    bool
}

// Tabs is the session's menu.
func (s *seen) Tabs() []tab {
	over := s.Over()
	var list []tab
	for _, x := range []struct {
		tab
		Gone bool // nothing is left to do there
	}{
		{tab: tab{Path: "", Text: "tab.board"}},
		{tab: tab{Path: "/desk", Text: "tab.desk"}},
		{tab: tab{Path: "/sheet", Text: "tab.sheet", Count: s.Totals.Waiting}, Gone: over},
		{tab: tab{Path: "/disputes", Text: "tab.disputes", Count: len(s.Disputes)}},
		{tab: tab{Path: "/quarantine", Text: "tab.quarantine", Count: s.HeldOpen()}},
		{tab: tab{Path: "/codes", Text: "tab.codes", Count: s.UnknownOpen()}},
		{tab: tab{Path: "/recounts", Text: "tab.recounts", Count: s.RecountsOpen()}},
		{tab: tab{Path: "/rounds", Text: "tab.rounds"}},
		{tab: tab{Path: "/tests", Text: "tab.tests", Count: s.TestsDiffer()}},
		{tab: tab{Path: "/rest", Text: "tab.rest"}},
		{tab: tab{Path: "/passes", Text: "tab.passes", Count: s.GapsOpen()}},
		{tab: tab{Path: "/signatures", Text: "tab.signatures", Count: s.Unsigned()}, Gone: len(s.Signatories) == 0},
		{tab: tab{Path: "/duties", Text: "tab.duties", Count: len(s.dutyConflicts())}},
		{tab: tab{Path: "/seal", Text: "tab.seal"}},
		{tab: tab{Path: "/after", Text: "tab.after"}, Gone: s.State != count.StateSealed},
		{tab: tab{Path: "/log", Text: "tab.log"}},
		{tab: tab{Path: "/plan", Text: "tab.plan"}},
		{tab: tab{Path: "/assign", Text: "tab.assign"}, Gone: over || !s.Planner()},
	} {
		if !x.Gone || x.Path == s.tab {
			list = append(list, x.tab)
		}
	}
	for n := range list {
		list[n].Current = list[n].Path == s.tab
		list[n].Path = s.Base() + list[n].Path
	}
	return list
}

// HeldOpen is how many held events wait for a person.
func (s *seen) HeldOpen() (n int) {
	for i := range s.Held {
		if s.Held[i].Open() {
			n++
		}
	}
	return n
}

// UnknownOpen is how many unknown codes wait for a person.
func (s *seen) UnknownOpen() (n int) {
	for _, u := range s.Unknown {
		if u.Open() {
			n++
		}
	}
	return n
}

// RecountsOpen is how many recounts are out.
func (s *seen) RecountsOpen() (n int) {
	for _, t := range s.Tasks {
		if t.Round > 1 && !t.Done && !t.Test {
			n++
		}
	}
	return n
}

// Overdue is how many tasks are overdue, and for how long the oldest has been.
func (s *seen) Overdue() (o struct {
	Tasks  int
	Oldest time.Duration
}) {
	for i := range s.Tasks {
		if late := s.Tasks[i].Overdue(s.now); late > 0 {
			o.Tasks++
			o.Oldest = max(o.Oldest, late)
		}
	}
	return o
}

// GapsOpen is how many passes have totals that do not fit.
func (s *seen) GapsOpen() (n int) {
	for _, p := range s.Passes {
		if p.Status == count.PassHasGap {
			n++
		}
	}
	return n
}

// Compared counts the lines that are set against the book: the others are a tally, or not counted.
func (s *seen) Compared() (n int) {
	for _, l := range s.View.Lines {
		if l.Variance != nil {
			n++
		}
	}
	return n
}

// Parts are the sections of which only some locations are in scope: their lines are never set against the book.
func (s *seen) Parts() []stocktake.Name {
	if s.Over() {
		return nil
	}
	in, out := map[stocktake.SectionID]bool{}, map[stocktake.SectionID]bool{}
	for _, l := range s.Locations {
		if l.InScope {
			in[l.Section] = true
		} else {
			out[l.Section] = true
		}
	}
	var list []stocktake.Name
	for _, x := range s.Material.Site.Sections {
		if in[x.ID] && out[x.ID] {
			list = append(list, s.Section(x.ID))
		}
	}
	return list
}

// Short is the shortage as a positive number.
func (s *seen) Short() stocktake.Fils { return s.Totals.Shortage.Abs() }

// Kept gives back what was typed into one of several like forms of a page: the one that was sent names its key.
func (f *form) Kept(key any, name string) string {
	if f.Get("key") == fmt.Sprint(key) {
		return f.Values.Get(name)
	}
	return ""
}

// sessionFrame is the frame of a session's page.
func sessionFrame(title string, data any) frame {
	return frame{Title: title, Nav: "sessions", Data: data}
}

// decide serves the POST of a session's page: act does what the form asks and says where to go on and what was done. What
// is refused comes back above the form, on the page as it stands now.
func (v *visit) decide(page string, build func(*visit) (frame, error), act func(*form, stocktake.SessionID) (to, done string, err error)) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	id, err := param(v.Context, "session")
	if err != nil {
		return err
	}
	to, done, err := act(f, stocktake.SessionID(id))
	if err == nil && f.good() {
		return v.done("/sessions/"+url.PathEscape(id)+to, done)
	}
	return v.refuse(page, f, err, build)
}

// refuse shows a page again, as it stands now, with what is wrong with what was sent.
func (v *visit) refuse(page string, f *form, err error, build func(*visit) (frame, error)) error {
	if err != nil {
		if err := f.blame(err); err != nil {
			return err
		}
	}
	shown, err := build(v)
	if err != nil {
		return err
	}
	if of, ok := shown.Data.(interface{ Shows(key string) bool }); ok && f.Fault != "" && of.Shows(f.Get("key")) {
		f.Faults[f.Get("key")], f.Fault = f.Fault, "" // beside the case that it is about
	}
	shown.Form = f
	return v.again(page, shown)
}

func seg[T ~string](s T) string { return url.QueryEscape(string(s)) }

// piece is a page's part of a long list, by ?from=.
type piece[T any] struct {
	List       []T
	From, Next int // the place of the first, and of the first after; Next is zero at the end
	Before     int // the place to go back to; −1 at the beginning
	Total      int
}

const partLength = 100

func pieceOf[T any](v *visit, list []T) piece[T] {
	from, _ := strconv.Atoi(v.QueryParam("from"))
	from = min(max(from, 0), len(list))
	p := piece[T]{From: from, Total: len(list), Before: -1, List: list[from:min(from+partLength, len(list))]}
	if from+partLength < len(list) {
		p.Next = from + partLength
	}
	if from > 0 {
		p.Before = max(0, from-partLength)
	}
	return p
}

// sectionOptions are the site's sections as choices.
func (s *seen) sectionOptions(g *tongue) []option {
	list := []option{{Value: "", Text: g.t("board.all-sections")}}
	for _, x := range s.Material.Site.Sections {
		list = append(list, option{Value: string(x.ID), Text: g.name(named(x.Name, string(x.ID)))})
	}
	return list
}

// peopleWho lists people with a role, by what they are called.
func (v *visit) peopleWho(role stocktake.Role) ([]option, error) {
	profiles, err := v.k.Accounts.People(v.Request().Context(), v.by)
	if err != nil {
		return nil, err
	}
	var list []option
	for _, p := range profiles {
		if !p.Disabled && slices.Contains(p.Roles, role) {
			list = append(list, option{Value: string(p.ID), Text: v.tongue.name(named(p.Name, string(p.ID)))})
		}
	}
	return list, nil
}
