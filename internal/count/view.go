package count

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// State is where a session stands. It is derived from its lines and passes, never set.
type State string

// The states of a session.
const (
	StateIssued    State = "issued"   // nobody has begun
	StateCounting  State = "counting" // locations in scope are not covered yet
	StateRecount   State = "recount"  // recounts are out
	StateReview    State = "review"   // everything is counted; disputes or variances wait for people
	StateApproved  State = "approved" // nothing waits any more
	StateSealed    State = "sealed"
	StateCancelled State = "cancelled"
)

// View is the state of a session as of one entry of its log. It is immutable.
type View struct {
	Society   stocktake.SocietyID `json:"society"`
	Plan      Plan                `json:"plan"`
	IssuedBy  Author              `json:"issued_by"`
	IssuedAt  time.Time           `json:"issued_at"`
	Offset    uint64              `json:"offset"`
	Head      stocktake.Hash      `json:"head"`
	State     State               `json:"state"`
	Closing   bool                `json:"closing"`
	Rounds    int                 `json:"rounds"`
	Seen      stocktake.Hash      `json:"seen"` // what a seal binds to: the log's head, and while closing the lines that the feed may change too
	Feed      FeedState           `json:"feed"`
	Totals    LineTotals          `json:"totals"`
	Blockers  []Blocker           `json:"blockers"` // what stands between now and the seal
	Lines     []*Line             `json:"-"`        // by section and item
	Passes    []*Pass             `json:"-"`        // by location, round, opening
	Locations []LocationState     `json:"-"`
	Disputes  []Dispute           `json:"-"`
	Settled   []Settled           `json:"-"` // disputes in which somebody chose
	Unknown   []Unknown           `json:"-"`
	Resolved  []Resolved          `json:"-"` // codes that somebody said the meaning of
	Moves     []Move              `json:"-"` // by when they were taken
	Held      []Held              `json:"-"`
	Accepted  []Held              `json:"-"` // what somebody let count, with what it excludes
	Streams   []StreamState       `json:"-"`
	Tasks     []TaskState         `json:"-"`
	Asides    []Aside             `json:"-"`
	Comments  []Comment           `json:"-"` // in the order in which they were made
	Draws     []Drawn             `json:"-"` // samples that were drawn to be tested
	Untested  []TestWithdrawn     `json:"-"` // tests that were taken back before they were done
	Material  *Material           `json:"-"`

	// Corrected are the sessions that this one corrects, the first one first, Replaced their seals in that order, and Postings what the feed brought that posts their results, or takes
	// such a posting back. LateTaken is up to where the society's late log counts in it. All are empty in a session that corrects nothing.
	Corrected []stocktake.SessionID `json:"corrected,omitempty"`
	Replaced  []Seal                `json:"-"`
	Postings  []stocktake.Movement  `json:"-"`
	LateTaken uint64                `json:"late_taken,omitempty"`

	// Figures is what a signature is put to: empty where the plan has nobody sign, or not yet. Signatories are the committee in the plan's
	// order, then the witness.
	Figures     Digest      `json:"figures,omitempty"`
	Signatories []Signatory `json:"-"`

	// Stagnant is filled in for who makes the result of a session: nil in any other view, and where the feed does not say.
	Stagnant *Stagnation `json:"-"`

	rulings []ruling                                // of people on what they had a part in
	acted   map[stocktake.PersonID][]stocktake.Role // that people held when they decided
	sealer  stocktake.PersonID                      // of a sealed session

	sums    sums
	history *history
	heard   lastHeard       // when the server last recorded anything of each handheld
	taskIDs map[string]bool // ever given, withdrawn ones too: an id is used once
}

// LineTotals counts and values lines; shortage and surplus are never netted.
type LineTotals struct {
	Lines          int            `json:"lines"`
	NotCounted     int            `json:"not_counted"`
	Counting       int            `json:"counting"`
	Disputed       int            `json:"disputed"`
	Within         int            `json:"within"`
	Waiting        int            `json:"waiting"`
	Approved       int            `json:"approved"`
	ShortageLines  int            `json:"shortage_lines"`
	SurplusLines   int            `json:"surplus_lines"`
	Shortage       stocktake.Fils `json:"shortage"` // zero or negative
	Surplus        stocktake.Fils `json:"surplus"`  // zero or positive
	LocationsDone  int            `json:"locations_done"`
	LocationsTotal int            `json:"locations_total"`
}

// Unknown is a code that means no item of the catalogue.
type Unknown struct {
	Code     string                `json:"code"`
	Quantity stocktake.Quantity    `json:"quantity"`        // as keyed, one unit a pack
	Moved    stocktake.Quantity    `json:"moved,omitempty"` // of that no tally tells: what moves carried under it
	Sections []stocktake.SectionID `json:"sections"`
	Passes   []stocktake.PassID    `json:"passes"`
	Notes    []string              `json:"notes,omitempty"`  // what its counters told of it, sorted
	Photos   []string              `json:"photos,omitempty"` // hashes of what they show of it, sorted; a photo may not have come yet
	SetAside string                `json:"set_aside,omitempty"`
	Lapsed   string                `json:"lapsed,omitempty"` // the reason for which it was set aside, before more of it came
	Digest   Digest                `json:"digest"`           // of what every pass counted under it

	counted []stocktake.SectionID // without those that it was only moved from or to
}

// Open reports whether the code waits for a person: something was counted under it, and nobody set it aside.
func (u *Unknown) Open() bool { return len(u.Passes) > 0 && u.SetAside == "" }

// Resolved is a code that means an item because a person said so.
type Resolved struct {
	Resolution
	Person stocktake.PersonID `json:"person"`
	At     time.Time          `json:"at"`
}

// TaskState is a task and whether it is done.
type TaskState struct {
	Task
	Done bool   `json:"done"`
	Void string `json:"void,omitempty"` // of a test that was walked and is not done: why that says nothing, as a rule's key

	done bool
	only map[stocktake.ItemID]bool
}

func (t *TaskState) asks(item stocktake.ItemID) bool { return t.only == nil || t.only[item] }

// Blocker is one thing that keeps a session from being sealed: a stable key, how many, and one example; and the reason for
// which that was set aside before it changed, if it was.
type Blocker struct {
	Key     string `json:"key"`
	Count   int    `json:"count"`
	Example string `json:"example,omitempty"`
	Lapsed  string `json:"lapsed,omitempty"`
}

// locationIndex finds the site's locations by id.
func (f *Fold) locationIndex() map[stocktake.LocationID]stocktake.Location {
	if f.material.index == nil {
		f.material.index = make(map[stocktake.LocationID]stocktake.Location, len(f.material.Site.Locations))
		for _, l := range f.material.Site.Locations {
			f.material.index[l.ID] = l
		}
	}
	return f.material.index
}

func (f *Fold) inScope(id stocktake.LocationID) bool {
	s := f.plan.Scope
	if len(s.Sections) == 0 && len(s.Locations) == 0 {
		return true
	}
	return slices.Contains(s.Locations, id) || slices.Contains(s.Sections, f.locationIndex()[id].Section)
}

func (f *Fold) itemInScope(item stocktake.ItemID) bool {
	if len(f.plan.Scope.Items) == 0 {
		return true
	}
	if f.scopeItems == nil {
		f.scopeItems = make(map[stocktake.ItemID]bool, len(f.plan.Scope.Items))
		for _, i := range f.plan.Scope.Items {
			f.scopeItems[i] = true
		}
	}
	return f.scopeItems[item]
}

// View derives the session's state from the facts. The same facts give the same view, in whatever order they came.
func (f *Fold) View() *View {
	if f.view != nil {
		return f.view
	}
	if v := f.refold(); v != nil {
		f.await(v)
		return v
	}
	v := &View{
		Society: f.society, Plan: f.plan, IssuedBy: f.issuedBy, IssuedAt: f.head.IssuedAt, Offset: f.head.Offset, Head: f.head.Hash,
		Corrected: f.basis.sessions, Replaced: f.basis.seals, LateTaken: f.basis.taken, Postings: f.postings(),
		Closing: f.closing != 0, Rounds: f.rounds, Feed: f.feed.FeedState, Material: f.material, Comments: f.comments, Draws: slices.Clone(f.draws), Untested: slices.Clone(f.untested), heard: f.heard.now(), taskIDs: make(map[string]bool, len(f.tasks)),
	}
	for id := range f.tasks {
		v.taskIDs[id] = true
	}
	var found []Held
	byLocation := map[stocktake.LocationID][]*Pass{}
	for _, facts := range f.passes {
		p := f.passState(facts)
		facts.shown = facts.tally
		found = append(found, facts.tally.held...)
		if p != nil {
			v.Passes = append(v.Passes, p)
			byLocation[p.Location] = append(byLocation[p.Location], p)
		}
	}
	spots, sections := f.spots(byLocation)
	slices.SortFunc(v.Passes, (*Pass).compare)
	v.history = f.history(v.Passes, len(f.material.Snapshot.Lines))
	v.Moves, found = f.moves(found)
	v.Held = f.heldNow(found)
	slices.SortFunc(v.Held, func(a, b Held) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Reason, b.Reason)) })
	v.Held = slices.CompactFunc(v.Held, func(a, b Held) bool { return a.Key == b.Key })
	v.Accepted = f.accepted()
	f.bind(v.Held)
	f.bind(v.Accepted)
	v.Unknown, v.Resolved = f.unknown(v.Passes, v.Moves), f.meanings()
	f.markProvisional(v, sections)
	v.Streams = f.streamStates()
	f.setScene(v, spots, sections)
	f.lines(v, sections)
	v.listTasks(spots)
	f.locations(v, spots)
	v.Asides = f.asides(v)
	v.sums = sum(v.Lines)
	f.sign(v, nil)
	v.rulings, v.acted, v.sealer = f.rulings(v), maps.Clone(f.acted), f.sealer
	v.total()
	v.block()
	v.State, v.Seen = f.state(v), v.seen()
	f.await(v)
	return v
}

// listTasks lists what is asked for at the spots.
func (v *View) listTasks(spots []*spot) {
	v.Tasks = nil
	for _, s := range spots {
		for _, list := range [...][]*TaskState{s.tasks, s.asked} {
			for _, t := range list {
				t.Done = t.done
				if t.Test {
					t.Done, t.Void = v.history.testState(s, t)
				}
				v.Tasks = append(v.Tasks, *t)
			}
		}
	}
	slices.SortFunc(v.Tasks, func(a, b TaskState) int { return cmp.Or(cmp.Compare(a.Round, b.Round), cmp.Compare(a.ID, b.ID)) })
}

// seen is the log's head where nothing else changes lines, else a hash over it and all of them. A session that is not closing cannot be
// sealed.
func (v *View) seen() stocktake.Hash {
	if v.Feed.Offset == 0 || !v.Closing {
		return v.Head
	}
	d := make(digester, 0, 32+32*len(v.Lines)).text(string(v.Head[:]))
	for _, l := range v.Lines {
		d = d.text(string(l.Digest))
	}
	return stocktake.HashOf(d)
}

func (f *Fold) unknown(passes []*Pass, moves []Move) []Unknown {
	byCode, seen := map[string]*Unknown{}, map[string]digester{}
	of := func(code string) *Unknown {
		if byCode[code] == nil {
			byCode[code] = &Unknown{Code: code}
		}
		return byCode[code]
	}
	add := func(list *[]stocktake.SectionID, section stocktake.SectionID) {
		if !slices.Contains(*list, section) {
			*list = append(*list, section)
		}
	}
	for _, p := range passes {
		if p.Status == PassIsSuperseded {
			continue
		}
		for code, q := range p.tally.unknown {
			u := of(code)
			u.Quantity += q
			u.Passes = append(u.Passes, p.ID)
			seen[code] = seen[code].text(string(p.ID)).number(int64(q))
			u.Notes = append(u.Notes, p.tally.notes[subject{code: code}]...)
			u.Photos = append(u.Photos, p.tally.photos[subject{code: code}]...)
			add(&u.Sections, p.Section)
			add(&u.counted, p.Section)
		}
	}
	for i := range moves {
		if m := &moves[i]; m.Item == "" {
			u := of(m.unknown)
			u.Moved += m.Quantity
			for _, end := range []stocktake.LocationID{m.From, m.To} {
				add(&u.Sections, f.locationIndex()[end].Section)
			}
		}
	}
	list := make([]Unknown, 0, len(byCode))
	for _, code := range slices.Sorted(maps.Keys(byCode)) {
		u := byCode[code]
		slices.Sort(u.Sections)
		slices.Sort(u.Notes)
		u.Notes = slices.Compact(u.Notes)
		slices.Sort(u.Photos)
		u.Photos = slices.Compact(u.Photos)
		u.Digest = append(newDigester("code").text(code), seen[code]...).sum()
		if r := f.resolved[code].word; r.SetAside && r.Digest == u.Digest {
			u.SetAside = r.Reason
		} else if r.SetAside {
			u.Lapsed = r.Reason
		}
		list = append(list, *u)
	}
	return list
}

// meanings lists the codes that were resolved to an item.
func (f *Fold) meanings() []Resolved {
	var list []Resolved
	for _, code := range slices.Sorted(maps.Keys(f.resolved)) {
		if r := f.resolved[code]; !r.word.SetAside {
			list = append(list, Resolved{r.word, r.by, r.at})
		}
	}
	return list
}

// lines folds every line of the scope's books, and every other that was met or that the feed has booked something to since.
func (f *Fold) lines(v *View, sections map[stocktake.SectionID]*sectionState) {
	v.Lines = make([]*Line, 0, len(f.material.Snapshot.Lines))
	moved, met := f.booksSince(), 0
	for _, book := range f.material.Snapshot.Lines {
		k := lineKey{book.Section, book.Item}
		m := v.history.meeting(k)
		if m != nil {
			met++
		}
		if sec := sections[k.section]; f.stands(k, book.Quantity, sec, m, moved) {
			v.Lines = append(v.Lines, f.line(book, sec, m, v.history))
		}
		delete(moved, k)
	}
	for k := range moved {
		if sec := sections[k.section]; v.history.meeting(k) == nil && f.stands(k, 0, sec, nil, moved) {
			v.Lines = append(v.Lines, f.line(stocktake.BookLine{Section: k.section, Item: k.item}, sec, nil, v.history))
		}
	}
	for k, m := range v.history.observers {
		if met == len(v.history.observers) {
			break // the books have all of them
		}
		if _, booked := f.booked(k); !booked {
			v.Lines = append(v.Lines, f.line(stocktake.BookLine{Section: k.section, Item: k.item}, sections[k.section], m, v.history))
		}
	}
	slices.SortFunc(v.Lines, func(a, b *Line) int { return cmp.Or(cmp.Compare(a.Section, b.Section), cmp.Compare(a.Item, b.Item)) })
	for _, sec := range sections {
		v.Disputes = append(v.Disputes, sec.disputes...)
		v.Settled = append(v.Settled, sec.settled...)
	}
	v.sortDisputes()
}

// stands reports whether there is a line: in the scope's books, met, or with something booked to it since.
func (f *Fold) stands(k lineKey, book stocktake.Quantity, sec *sectionState, met *meeting, moved map[lineKey]bool) bool {
	return met != nil || (book != 0 || moved[k]) && sec != nil && sec.inScope && f.itemInScope(k.item)
}

func (v *View) sortDisputes() {
	slices.SortFunc(v.Settled, func(a, b Settled) int {
		return cmp.Or(cmp.Compare(a.Location, b.Location), cmp.Compare(a.Item, b.Item))
	})
	slices.SortFunc(v.Disputes, func(a, b Dispute) int {
		return cmp.Or(cmp.Compare(a.Location, b.Location), cmp.Compare(a.Item, b.Item))
	})
}

// Line finds a line; nil when there is none.
func (v *View) Line(section stocktake.SectionID, item stocktake.ItemID) *Line {
	n, ok := slices.BinarySearchFunc(v.Lines, lineKey{section, item}, (*Line).compare)
	if !ok {
		return nil
	}
	return v.Lines[n]
}

// called is what people call an item, with its id.
func (v *View) called(id stocktake.ItemID) stocktake.Name {
	n := v.Material.Items[id].Name
	if n == (stocktake.Name{}) {
		return stocktake.Name{English: string(id)}
	}
	with := func(name string) string {
		if name == "" {
			return ""
		}
		return name + " (" + string(id) + ")"
	}
	return stocktake.Name{Arabic: with(n.Arabic), English: with(n.English)}
}
