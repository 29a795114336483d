package result

import (
	"cmp"
	"maps"
	"slices"

	"jard/internal/stocktake"
)

// Schema is the id of the form that Document describes. A change that a reader must know of gets a new one.
const Schema = "jard.result/1"

// Type says whether a document is the first word on its session or replaces an earlier document.
type Type string

// The types.
const (
	Original   Type = "original"
	Correction Type = "correction"
)

// Document is a sealed result: everything that was found and decided in one count session. All numbers are integers:
// quantities in thousandths of the item's unit, values in fils, unit costs in thousandths of a fils.
type Document struct {
	Schema   string              `json:"schema"`
	Society  stocktake.SocietyID `json:"society"`
	Series   uint64              `json:"series"`
	Number   uint64              `json:"number"`
	Previous stocktake.Hash      `json:"previous"` // of the society's document before this one; zeros for the very first
	Type     Type                `json:"type"`
	Corrects *Corrects           `json:"corrects,omitempty"`

	Session   Session                           `json:"session"`
	Snapshot  Snapshot                          `json:"snapshot"`
	Movements Movements                         `json:"movements"`
	Catalogue stocktake.Hash                    `json:"catalogue"`
	SitePlan  stocktake.Hash                    `json:"site_plan"`                // the site's document: its sections, custodians and locations
	Sections  List[Called[stocktake.SectionID]] `json:"sections,omitempty"`       // what they are called, by id; documents of before have none
	People    List[Called[stocktake.PersonID]]  `json:"people,omitempty"`         // what those are called whom it names by id; documents of before have none
	Policy    string                            `json:"policy"`                   // the number of the society's policy that the session was issued under
	PolicyDoc stocktake.Hash                    `json:"policy_document,omitzero"` // … and its hash; without, it had none, and Policy is that of the rules
	Codes     List[Called[string]]              `json:"codes,omitempty"`          // what the reason codes of decisions are called, by id
	Log       Log                               `json:"log"`

	Lines      List[Line]       `json:"lines"`              // by section and item
	NotCounted List[NotCounted] `json:"not_counted"`        // in scope, met nowhere, and nobody signed a zero
	TallyOnly  List[Tally]      `json:"tally_only"`         // counted in a part of their section: never set against the book
	SetAside   List[SetAside]   `json:"set_aside"`          // what was left out, by whom and why
	Duties     List[Duty]       `json:"duties,omitempty"`   // who did two things that are two people's, in the order of their rules
	Stagnant   *Stagnant        `json:"stagnant,omitempty"` // absent where the feed does not say, and in documents of before

	Posted List[Posted] `json:"posted,omitempty"` // of a correction: what the books were told already, by section and item

	Totals Totals `json:"totals"`

	Committee List[Signatory] `json:"committee"`
	Witness   *Signatory      `json:"witness,omitempty"`
	Approvals List[Decision]  `json:"approvals"` // of the whole: the last is the seal
	Software  string          `json:"software"`
}

// Ref is the document's place.
func (d *Document) Ref() Ref { return Ref{Series: d.Series, Number: d.Number} }

// Canonical gives the bytes that are hashed, signed, stored and sent.
func (d *Document) Canonical() ([]byte, error) { return Canonical(d) }

// Parse reads canonical bytes and refuses everything else. It does not judge what they say: see Check.
func Parse(b []byte) (*Document, error) {
	d := new(Document)
	if err := ReadCanonical(b, d); err != nil {
		return nil, err
	}
	if d.Schema != Schema {
		return nil, SchemaUnknown.New(d.Schema, Schema)
	}
	return d, nil
}

// Corrects names the document that a correction replaces in full, and the session that it was the result of.
type Corrects struct {
	Series  uint64              `json:"series"`
	Number  uint64              `json:"number"`
	Hash    stocktake.Hash      `json:"hash"`
	Session stocktake.SessionID `json:"session"`
	Log     *Log                `json:"log,omitempty"`    // the last entry of that session's log: what the correction goes on from
	Reason  string              `json:"reason,omitempty"` // why it was issued
}

// Ref is the place of the corrected document.
func (c *Corrects) Ref() Ref { return Ref{Series: c.Series, Number: c.Number} }

// Session is the count session: what was to be counted, where, and how.
type Session struct {
	ID       stocktake.SessionID `json:"id"`
	Name     stocktake.Name      `json:"name"`
	Kind     string              `json:"kind"` // full, partial, cycle, spot, surprise
	Blind    bool                `json:"blind"`
	Site     stocktake.SiteID    `json:"site"`
	SiteName stocktake.Name      `json:"site_name"`
	SiteKind stocktake.SiteKind  `json:"site_kind"`
	Scope    Scope               `json:"scope"`
	IssuedAt Instant             `json:"issued_at"`
	SealedAt Instant             `json:"sealed_at"`
}

// Called is what something or somebody was called when the document was sealed, for whoever reads it without the site's plan
// or the society's roll.
type Called[ID ~string] struct {
	ID   ID             `json:"id"`
	Name stocktake.Name `json:"name"`
}

// nameIn finds an id's name in a sorted list; nothing where the list does not say.
func nameIn[ID ~string](list []Called[ID], id ID) stocktake.Name {
	n, ok := slices.BinarySearchFunc(list, id, func(x Called[ID], id ID) int { return cmp.Compare(x.ID, id) })
	if !ok {
		return stocktake.Name{}
	}
	return list[n].Name
}

// SectionName is what a section was called; its id where the document does not say.
func (d *Document) SectionName(id stocktake.SectionID) stocktake.Name {
	return cmp.Or(nameIn(d.Sections, id), stocktake.Name{English: string(id)})
}

// PersonName is what a person was called; nothing where the document does not say.
func (d *Document) PersonName(id stocktake.PersonID) stocktake.Name { return nameIn(d.People, id) }

// CodeName is what a reason code was called; the code itself where the document does not say.
func (d *Document) CodeName(code string) stocktake.Name {
	return cmp.Or(nameIn(d.Codes, code), stocktake.Name{English: code})
}

// Persons are those whom the document names by id: who decided, signed, set aside or counted. Sorted.
func (d *Document) Persons() []stocktake.PersonID {
	all := map[stocktake.PersonID]bool{}
	decided := func(list []Decision) {
		for i := range list {
			all[list[i].Person] = true
		}
	}
	counted := func(list []stocktake.PersonID) {
		for _, id := range list {
			all[id] = true
		}
	}
	decided(d.Approvals)
	for i := range d.Lines {
		decided(d.Lines[i].Decisions)
		counted(d.Lines[i].Counters)
	}
	for i := range d.TallyOnly {
		counted(d.TallyOnly[i].Counters)
	}
	for _, s := range d.SetAside {
		all[s.Person] = true
	}
	for _, x := range d.Duties {
		all[x.Person] = true
	}
	for _, s := range d.Committee {
		all[s.Person] = true
		decided(s.Decisions)
	}
	if d.Witness != nil {
		all[d.Witness.Person] = true
		decided(d.Witness.Decisions)
	}
	return slices.Sorted(maps.Keys(all))
}

// Scope is what the session was to count; all three empty is the whole site. Each is sorted.
type Scope struct {
	Sections  List[stocktake.SectionID]  `json:"sections"`
	Locations List[stocktake.LocationID] `json:"locations"`
	Items     List[stocktake.ItemID]     `json:"items"`
}

// Snapshot names the book snapshot that the lines start from.
type Snapshot struct {
	Hash     stocktake.Hash `json:"hash"`
	AsOf     Instant        `json:"as_of"`
	Position string         `json:"position,omitempty"` // in the site's feed, up to which movements are included
}

// Movements names the part of the site's movement log that was folded in. Position 0 with a hash of zeros is none.
type Movements struct {
	Position uint64         `json:"position"`
	Hash     stocktake.Hash `json:"hash"`
}

// Log names the last entry of the session's log that was folded in: the seal comes right after it.
type Log struct {
	Offset uint64         `json:"offset"`
	Hash   stocktake.Hash `json:"hash"`
}

// Decision is what a person said, with the roles held at that moment.
type Decision struct {
	Person  stocktake.PersonID   `json:"person"`
	Roles   List[stocktake.Role] `json:"roles"`
	Verdict string               `json:"verdict"`
	Code    string               `json:"code,omitempty"` // of the policy's reason codes
	Reason  string               `json:"reason,omitempty"`
	At      Instant              `json:"at"`
}

// Signatory is a person whom the printed record names, with what was said of the signature in order: sign and refuse by the person,
// set-aside by whoever had the seal not wait for it. Documents of before have no decisions: they were signed on paper.
type Signatory struct {
	Person    stocktake.PersonID `json:"person"`
	Name      string             `json:"name,omitempty"`
	Decisions List[Decision]     `json:"decisions,omitempty"`
}

// The verdicts of a signatory's decisions.
const (
	VerdictSign     = "sign"
	VerdictRefuse   = "refuse"
	VerdictSetAside = "set-aside"
)

// Last is the decision by which the signature stands or is missing; nil where there is none.
func (s *Signatory) Last() *Decision {
	if len(s.Decisions) == 0 {
		return nil
	}
	return &s.Decisions[len(s.Decisions)-1]
}

// SetAside is something that the result leaves out: a stream written off, an event in quarantine, an unknown code, a
// pass abandoned, a location that nobody could walk.
type SetAside struct {
	Kind   string             `json:"kind"`
	Key    string             `json:"key"`
	Reason string             `json:"reason"`
	Person stocktake.PersonID `json:"person"`
	At     Instant            `json:"at"`
}

// The kinds of what is set aside.
const (
	AsideStream     = "stream"
	AsideQuarantine = "quarantine"
	AsideCode       = "code"
	AsidePass       = "pass"
	AsideLocation   = "location"
)

// SchemaUnknown says that a document is of a form that this version does not know.
var SchemaUnknown = stocktake.NewReason(stocktake.Invalid, "schema-unknown",
	"The document's schema is %q; this server knows %q. Update the older side.",
	"مخطط المستند %q وهذا الخادم يعرف %q. حدّث الطرف الأقدم.")
