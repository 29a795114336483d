package count

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"jard/internal/stocktake"
)

// Material is what a session's plan names by hash, decoded: the fold's other input besides the log.
type Material struct {
	Site     *stocktake.Site
	Items    map[stocktake.ItemID]stocktake.Item
	Snapshot *stocktake.Snapshot
	Policy   *Policy  // nil where the plan names none
	Classes  *Classes // nil where no tolerance goes by class

	class  map[stocktake.ItemID]Class // of Classes: A and B
	index  map[stocktake.LocationID]stocktake.Location
	byItem []int32 // the snapshot's lines by item: see books
}

// Fold turns a log into state. Apply only files facts under their own names (events by id, passes by id, decisions by
// what they decide), so the order in which devices delivered leaves no trace; View derives everything from the facts.
// Only decisions of people keep their order: of two about the same thing the later stands.
//
// It is not safe for concurrent use; the Views that it gives are immutable.
type Fold struct {
	society stocktake.SocietyID
	session stocktake.SessionID
	head    Head
	order   uint64    // of the last entry filed, whichever log it stands in: see ordered
	began   time.Time // when counting was ordered: the issue of the first session, of which this one may be a correction
	basis   inherited

	plan     Plan
	issuedBy Author
	material *Material
	acted    map[stocktake.PersonID][]stocktake.Role // that people held when they decided
	sealer   stocktake.PersonID
	closing  uint64 // offset of the entry that began the closing; 0 while counting
	restored uint64 // offset of the last Restored entry
	awaited  []stocktake.DeviceID

	facts      facts                        // every event, once for each of its bodies
	events     map[key]factID               // event id → what it first came as
	conflicted map[key]*conflict            // event id → its bodies, where one id came with several
	carried    map[key][]stocktake.DeviceID // body → the devices that brought it, besides the first
	copies     map[key][]borne              // body → the streams that brought it, besides the first
	clocks     map[*Stream]*clock
	arrivals   []arrival // when the server recorded what, by order
	heard      lastHeard // when it last recorded anything of each handheld
	feed       feedFacts
	quarantine map[key]Held               // body → what was quarantined at ingest
	released   map[string]signed[Release] // held key → the last decision
	admitted   map[string]uint64          // held key → offset of the last decision that let it count
	passes     map[stocktake.PassID]*passFacts
	moved      []movedFact // moves, and what takes moves back
	tasks      map[string]taskFact
	testing    bool // some of them are of tests
	draws      []Drawn
	untested   []TestWithdrawn
	rounds     int
	completed  map[stocktake.PassID]signed[PassDecision]
	abandoned  map[stocktake.PassID]signed[PassDecision]
	choices    map[place]signed[Choice]
	resolved   map[string]signed[Resolution] // code → what it is
	rest       map[lineKey]restFact
	leftOut    map[stocktake.LocationID]signed[LocationAside]
	verdicts   map[lineKey][]verdictFact
	comments   []Comment
	signing    map[signatoryKey][]verdictFact
	streams    map[Stream]*streamFacts
	writtenOff map[Stream]writeOffFact // by stream; without an epoch, the whole device

	scopeItems map[stocktake.ItemID]bool // the plan's item list, made when first asked for
	texts      []string                  // that events repeat, one copy of each
	words      map[string]word
	bearer     map[Stream]*Stream // one copy of each stream that brought events
	last       *Stream            // the one that brought the last event: mostly it brings the next, too

	// What reading one event, or making one line, leaves for the next.
	room     eventRoom // the last event read
	row      row
	scene    scene // of the view being made
	digester digester

	view *View // of the facts as they stand; nil once they have changed
	late late
}

// fact is what there is to know of an event besides what it says.
type fact struct {
	id, body key
	offset   uint64
	stream   *Stream
	seq      uint64     // in it; 0: it came by a person's word
	pass     *passFacts // nil for a kind that belongs to none
}

// factID is the place of a fact among all.
type factID uint32

// facts are kept in chunks: one slice of millions would be copied again and again as it grows.
type facts [][]fact

const factChunk = 4096

func (l facts) at(n factID) *fact { return &l[n/factChunk][n%factChunk] }

func (l facts) next() factID {
	if len(l) == 0 {
		return 0
	}
	return factID((len(l)-1)*factChunk + len(l[len(l)-1]))
}

func (l *facts) add(x fact) {
	if len(*l) == 0 || len((*l)[len(*l)-1]) == factChunk {
		size := 0 // few sessions fill more than one chunk: the first grows as it needs
		if len(*l) > 0 {
			size = factChunk
		}
		*l = append(*l, make([]fact, 0, size))
	}
	last := &(*l)[len(*l)-1]
	*last = append(*last, x)
}

// key is 128 bits of an event's id or of the SHA-256 of its bytes.
type key [16]byte

type lineKey struct {
	section stocktake.SectionID
	item    stocktake.ItemID
}

type place struct {
	location stocktake.LocationID
	item     stocktake.ItemID
}

type taskFact struct {
	Task
	withdrawn bool
	inherited bool // from a correction's basis
}

type restFact struct {
	digest Digest
	by     stocktake.PersonID
}

type verdictFact struct {
	Decision
	digest Digest
}

// NewFold starts the fold of a session's log. Material is given with SetMaterial once the first entry has said which.
func NewFold(society stocktake.SocietyID, session stocktake.SessionID) *Fold {
	return &Fold{
		society: society, session: session,
		acted: map[stocktake.PersonID][]stocktake.Role{}, events: map[key]factID{}, conflicted: map[key]*conflict{}, carried: map[key][]stocktake.DeviceID{}, copies: map[key][]borne{}, clocks: map[*Stream]*clock{}, quarantine: map[key]Held{},
		released: map[string]signed[Release]{}, admitted: map[string]uint64{}, passes: map[stocktake.PassID]*passFacts{}, tasks: map[string]taskFact{}, rounds: 1,
		completed: map[stocktake.PassID]signed[PassDecision]{}, abandoned: map[stocktake.PassID]signed[PassDecision]{},
		choices: map[place]signed[Choice]{}, resolved: map[string]signed[Resolution]{}, rest: map[lineKey]restFact{},
		leftOut:  map[stocktake.LocationID]signed[LocationAside]{},
		verdicts: map[lineKey][]verdictFact{}, signing: map[signatoryKey][]verdictFact{}, streams: map[Stream]*streamFacts{},
		writtenOff: map[Stream]writeOffFact{}, texts: []string{""}, words: map[string]word{}, bearer: map[Stream]*Stream{},
	}
}

// Plan is the session's plan with all extensions of its scope; zero before the first entry.
func (f *Fold) Plan() Plan { return f.plan }

// SetMaterial hands over what the plan names.
func (f *Fold) SetMaterial(m *Material) {
	f.material = m
	f.outdate()
	f.soilAll()
}

// classOf gives an item's class; none where no tolerance goes by it.
func (m *Material) classOf(item stocktake.ItemID) Class {
	if m.Classes == nil {
		return ""
	}
	if m.class == nil {
		m.class = make(map[stocktake.ItemID]Class, len(m.Classes.A)+len(m.Classes.B))
		for _, id := range m.Classes.A {
			m.class[id] = ClassA
		}
		for _, id := range m.Classes.B {
			m.class[id] = ClassB
		}
	}
	return cmp.Or(m.class[item], ClassC)
}

// Offset is that of the last entry applied.
func (f *Fold) Offset() uint64 { return f.head.Offset }

// hear notes that the server recorded something of a handheld.
func (f *Fold) hear(e *Entry) {
	if e.Author.Stream != (Stream{}) {
		f.heard.note(e.Author.Stream.Device, e.RecordedAt)
	}
}

func (f *Fold) issue(e Entry) error {
	f.head.State, f.head.IssuedAt, f.issuedBy = LogOpen, e.RecordedAt, e.Author
	if err := json.Unmarshal(e.Body, &f.plan); err != nil {
		return err
	}
	if f.plan.Basis == nil {
		f.began = e.RecordedAt
		f.ordered(f.session, f.session, &e)
	}
	return nil
}

// Apply files one entry. Entries come in the order of their offsets; an error means that they do
// not, or that one cannot be read. Whether their hashes chain is not looked at here: jard verify does.
func (f *Fold) Apply(e Entry) error {
	if e.Offset != f.head.Offset+1 {
		return fmt.Errorf("log %s: entry %d follows entry %d", f.session, e.Offset, f.head.Offset)
	}
	if (e.Offset == 1) != (e.Kind == Issued) {
		return fmt.Errorf("log %s: entry %d is %s; the first entry, and no other, issues the session", f.session, e.Offset, e.Kind)
	}
	f.head.Offset, f.head.Hash, f.head.Session = e.Offset, e.Hash, f.session
	return f.enter(f.session, f.session, e)
}

// enter files an entry of a log under its place among all. Of is the session that it is of, as far as anybody can tell.
func (f *Fold) enter(log, of stocktake.SessionID, e Entry) error {
	offset := e.Offset
	if e.Kind != Issued {
		e.Offset = f.ordered(log, of, &e)
	}
	f.view = nil
	f.hear(&e)
	if who := e.Author.Person; who != "" && e.Kind != LineCommented { // which decides nothing
		f.acted[who] = mergeRoles(f.acted[who], e.Author.Roles)
	}
	if !e.Kind.IsEvent() && e.Kind != Joined && e.Kind != Drained && e.Kind != LineCommented { // of which no pass, location or line tells
		f.outdate()
	}
	if e.Kind.IsEvent() {
		event, _, err := f.room.read(e.Body)
		if err != nil {
			f.outdate()
			// Ingest judged it readable once; a fold that cannot read it must not hide it.
			f.hold(e, stocktake.Fault(err).Reason.Key)
			return nil
		}
		f.file(&e, event)
		f.room = eventRoom{} // its texts are parts of a whole message
		return nil
	}
	if err := f.decide(e); err != nil {
		return fmt.Errorf("log %s: entry %d (%s): %w", log, offset, e.Kind, err)
	}
	return nil
}

func (f *Fold) decide(e Entry) error {
	switch e.Kind {
	case Quarantined:
		f.hold(e, e.Note)
		return nil
	case Fenced:
		f.stream(e.Author.Stream).fenced = true
		if len(e.Body) > 0 {
			f.hold(e, HeldLost)
		}
		return nil
	case Issued:
		return f.issue(e)
	case Closing:
		if f.closing == 0 {
			f.closing = e.Offset
		}
		return nil
	case Reopened:
		f.closing = 0
		return nil
	case Sealed:
		f.head.State, f.sealer = LogSealed, e.Author.Person
		return with(e, f.endFeed)
	case Cancelled:
		f.head.State = LogCancelled
		return nil
	case ScopeExtended:
		return with(e, func(more Scope) {
			f.plan.Scope.extend(more)
			f.scopeItems = nil
		})
	case Assigned:
		return with(e, func(a Assignment) { f.assign(a, false) })
	case TestOrdered:
		return with(e, func(t TestCount) {
			if t.Draw != nil {
				f.draws = append(f.draws, Drawn{*t.Draw, e.Author.Person, e.RecordedAt})
			}
			for _, id := range t.Withdraw {
				if x, ok := f.tasks[id]; ok && x.Test && !x.withdrawn {
					f.untested = append(f.untested, TestWithdrawn{x.Task, e.Author.Person, e.RecordedAt, t.Reason})
				}
			}
			f.assign(Assignment{Tasks: dueBy(t.Tasks, t.Due), Withdraw: t.Withdraw}, true)
		})
	case RecountOrdered:
		return with(e, func(r Recount) {
			f.rounds = max(f.rounds, r.Round)
			f.assign(Assignment{Tasks: dueBy(r.Tasks, r.Due)}, false)
		})
	case PassCompleted:
		return with(e, func(d PassDecision) { f.completed[d.Pass] = sign(e, d) })
	case PassAbandoned:
		return with(e, func(d PassDecision) { f.abandoned[d.Pass] = sign(e, d) })
	case DisputeChosen:
		return with(e, func(c Choice) {
			f.choices[place{c.Location, c.Item}] = sign(e, c)
			if c.TakeBack {
				delete(f.choices, place{c.Location, c.Item})
			}
		})
	case CodeResolved:
		return with(e, func(r Resolution) { f.resolve(sign(e, r)) })
	case QuarantineResolved:
		return with(e, func(r Release) { f.release(sign(e, r)) })
	case RestZero:
		return with(e, func(r Rest) {
			for _, line := range r.Lines {
				f.rest[lineKey{line.Section, line.Item}] = restFact{line.Digest, e.Author.Person}
				if r.TakeBack {
					delete(f.rest, lineKey{line.Section, line.Item})
				}
			}
		})
	case LocationSetAside:
		return with(e, func(a LocationAside) {
			f.leftOut[a.Location] = sign(e, a)
			if a.TakeBack {
				delete(f.leftOut, a.Location)
			}
		})
	case Signed:
		return with(e, func(g Signature) { f.signed(e, g, Sign) })
	case SignatureRefused:
		return with(e, func(g Signature) { f.signed(e, g, Refuse) })
	case SignatureSetAside:
		return with(e, func(a SignatureAside) { f.leaveUnsigned(e, a) })
	case LinesDecided:
		return with(e, func(v LinesVerdict) { f.judge(e, v) })
	case LineCommented:
		return with(e, func(r Remark) { f.remark(e, r) })
	case Joined:
		return with(e, func(j JoinedBody) { f.stream(e.Author.Stream).join(e.Offset, j.Succeeds) })
	case Drained:
		return with(e, func(d DrainedBody) { f.stream(e.Author.Stream).drain(e.Offset) })
	case StreamWrittenOff:
		return with(e, func(w WriteOff) { f.writeOff(e.Offset, sign(e, w)) })
	case LateTaken:
		return nil // whoever reads the log brings what it names: see TakeLate
	case Restored:
		return with(e, func(r RestoredBody) { f.restored, f.awaited = e.Offset, r.Devices })
	}
	return fmt.Errorf("kind %d is unknown to this version", e.Kind)
}

// with decodes an entry's body and files it.
func with[T any](e Entry, file func(T)) error {
	var body T
	if err := json.Unmarshal(e.Body, &body); err != nil {
		return err
	}
	file(body)
	return nil
}

// assign files tasks: of tests, where that is who asks.
func (f *Fold) assign(a Assignment, test bool) {
	f.testing = f.testing || test
	for _, t := range a.Tasks {
		t.Test = test
		if _, known := f.tasks[t.ID]; known {
			continue // an id names one task for good: walks were made for it
		}
		f.tasks[t.ID] = taskFact{Task: t, inherited: f.head.Offset == 1} // nothing but a basis is filed before the second entry
	}
	for _, id := range a.Withdraw {
		if t, ok := f.tasks[id]; ok {
			t.withdrawn = true
			f.tasks[id] = t
		}
	}
	for _, p := range f.passes {
		if t := p.tally; t != nil && t.opened != nil && f.fault(t.opened) != t.fault {
			p.tally = nil // it can be placed now
		}
	}
}

// resolve names an unknown code. Every tally may hold it, so all are made again: this is rare.
func (f *Fold) resolve(r signed[Resolution]) {
	f.resolved[r.word.Code] = r
	if r.word.TakeBack {
		delete(f.resolved, r.word.Code)
	}
	for _, p := range f.passes {
		p.tally = nil
	}
}

func (f *Fold) judge(e Entry, v LinesVerdict) {
	d := Decision{Offset: e.Offset, At: e.RecordedAt, Person: e.Author.Person, Roles: e.Author.Roles, Verdict: v.Verdict, Code: v.Code, Reason: v.Reason}
	for _, line := range v.Lines {
		k := lineKey{line.Section, line.Item}
		f.verdicts[k] = append(f.verdicts[k], verdictFact{d, line.Digest})
	}
}

// word is the place of a text among those that events repeat. Zero is the empty text.
type word uint32

func (f *Fold) word(s string) word {
	if s == "" {
		return 0
	}
	n, ok := f.words[s]
	if !ok {
		s = strings.Clone(s) // an event's texts are parts of its whole body, which must not stay for one of them
		n = word(len(f.texts))
		f.texts = append(f.texts, s)
		f.words[s] = n
	}
	return n
}

// keep gives the one copy of a text.
func keep[T ~string](f *Fold, s T) T { return T(f.texts[f.word(string(s))]) }

// strict takes one text for one value: of those that a lenient decoder takes for the same bits only one is those bits.
var strict = base64.RawURLEncoding.Strict()

// idKey is the 128 bits of a random id, or of the hash of any other.
func idKey[T ~string](id T) key {
	var k key
	if len(id) == base64.RawURLEncoding.EncodedLen(len(k)) {
		if n, err := strict.Decode(k[:], []byte(id)); err == nil && n == len(k) {
			return k
		}
	}
	return bodyKey([]byte(id))
}

func bodyKey(body []byte) key {
	h := stocktake.HashOf(body)
	return key(h[:16])
}

func (k key) String() string { return base64.RawURLEncoding.EncodeToString(k[:]) }

func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
