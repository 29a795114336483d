package count

import (
	"cmp"
	"fmt"
	"slices"

	"jard/internal/reconcile"
	"jard/internal/stocktake"
)

// Basis is what a correction goes on from: a sealed session's log, whole, by its last entry, and what the society's late log held of that
// session when the correction was issued. The correction's fold begins with the facts of both, so that what nothing new touches is what it was.
type Basis struct {
	Session stocktake.SessionID `json:"session"`
	Offset  uint64              `json:"offset"`
	Hash    stocktake.Hash      `json:"hash"` // of the entry at Offset
	Late    *Late               `json:"late,omitempty"`
}

// Late is a position of the society's late log, and the body of LateTaken: what stands there up to it of the sessions that are corrected
// counts from then on, as any event does.
type Late struct {
	Through uint64         `json:"through"`
	Hash    stocktake.Hash `json:"hash"` // of the entry there
}

// inherited is what a correction's fold knows of the sessions that it goes on from.
type inherited struct {
	sessions []stocktake.SessionID // the first one first
	seals    []Seal                // of each
	taken    uint64                // offset of the late log up to where it was taken in
	brought  map[Stream]bool       // the streams of which something was taken in
	origins  []origin
	issued   map[stocktake.SessionID]reconcile.Instant
}

// origin says in which log a run of entries stands.
type origin struct {
	order  uint64 // of the first
	log    stocktake.SessionID
	offset uint64            // of the first, there
	issued reconcile.Instant // when the session was that they are of
}

// arrival says when the server recorded a run of entries.
type arrival struct {
	order uint64 // of the first
	at    reconcile.Instant
}

// ordered gives an entry its place among all that were filed: those of a correction's basis come before its own. In a session that corrects
// nothing it is the entry's offset.
func (f *Fold) ordered(log, of stocktake.SessionID, e *Entry) uint64 {
	f.order++
	at := reconcile.At(e.RecordedAt)
	if n := len(f.arrivals) - 1; n < 0 || f.arrivals[n].at != at {
		f.arrivals = append(f.arrivals, arrival{f.order, at})
	}
	if log == f.session && f.plan.Basis == nil {
		return f.order
	}
	issued, known := f.basis.issued[of]
	if !known {
		issued = reconcile.At(f.began)
	}
	list := f.basis.origins
	if n := len(list) - 1; n < 0 || list[n].log != log || list[n].issued != issued || e.Offset-list[n].offset != f.order-list[n].order {
		f.basis.origins = append(list, origin{f.order, log, e.Offset, issued})
	}
	return f.order
}

// run is the one of a list by order that holds an entry; nil where none does.
func run[T any](list []T, order uint64, first func(*T) uint64) *T {
	n, _ := slices.BinarySearchFunc(list, order+1, func(x T, order uint64) int { return cmp.Compare(first(&x), order) })
	if n == 0 {
		return nil
	}
	return &list[n-1]
}

func (f *Fold) originOf(order uint64) *origin {
	return run(f.basis.origins, order, func(o *origin) uint64 { return o.order })
}

// origin is where an entry stands; without a log, in the session's own.
func (f *Fold) origin(order uint64) (log stocktake.SessionID, offset uint64) {
	o := f.originOf(order)
	if o == nil {
		return "", order
	}
	if log = o.log; log == f.session {
		log = ""
	}
	return log, o.offset + order - o.order
}

// orderedAt is when the session was issued that an entry is of.
func (f *Fold) orderedAt(order uint64) reconcile.Instant {
	if o := f.originOf(order); o != nil {
		return o.issued
	}
	return reconcile.At(f.began)
}

// arrived is when the server recorded an entry.
func (f *Fold) arrived(order uint64) reconcile.Instant {
	return run(f.arrivals, order, func(a *arrival) uint64 { return a.order }).at
}

// concerns reports whether an event of that session is one of this: its own, or one that it corrects.
func (f *Fold) concerns(session stocktake.SessionID) bool {
	return session == f.session || slices.Contains(f.basis.sessions, session)
}

// Inherit files an entry of the log that the plan's basis names; of a basis that is a correction itself, first its own basis. They come in
// order, before this log's second entry. What was observed and said of passes, lines and codes is as good as it was; how that session was
// issued, closed, drained, signed and sealed is its own affair.
func (f *Fold) Inherit(log stocktake.SessionID, e Entry) error {
	if f.plan.Basis == nil {
		return fmt.Errorf("log %s corrects nothing and inherits nothing of %s", f.session, log)
	}
	switch e.Kind {
	case Issued:
		if f.began.IsZero() {
			f.began = e.RecordedAt
			f.basis.issued = map[stocktake.SessionID]reconcile.Instant{f.session: reconcile.At(f.head.IssuedAt)}
		}
		f.basis.issued[log] = reconcile.At(e.RecordedAt)
		f.basis.sessions = append(f.basis.sessions, log)
	case Sealed:
		if err := with(e, func(s Seal) { f.basis.seals = append(f.basis.seals, s) }); err != nil {
			return err
		}
	case Joined, Drained, Restored, ScopeExtended, Closing, Reopened, Signed, SignatureRefused, SignatureSetAside, LateTaken:
	case Fenced:
		if len(e.Body) > 0 {
			e.Kind, e.Note = Quarantined, HeldLost
			return f.enter(log, log, e)
		}
	default:
		return f.enter(log, log, e)
	}
	f.outdate()
	f.hear(&e)
	f.ordered(log, log, &e)
	return nil
}

// Corrected lists the sessions that this one corrects, the first one first: the last of them by itself, the others through it.
func (f *Fold) Corrected() []stocktake.SessionID { return f.basis.sessions }

// Taken is the offset of the late log up to where it was taken in.
func (f *Fold) Taken() uint64 { return f.basis.taken }

// TakeLate files what the late log holds up to a position that this log names: what is of the corrected sessions; and of the streams that brought
// such, measurements of their clocks, and what is of no session that anybody can tell. Read visits the late log's entries from an offset on, up to
// that position, and is asked more than once.
func (f *Fold) TakeLate(read func(from uint64, visit func(*Entry) error) error, through uint64) error {
	f.outdate()
	taken, fresh := f.basis.taken, map[Stream]bool{}
	err := read(taken+1, func(e *Entry) error {
		if s := e.Author.Stream; !f.basis.brought[s] && f.concerns(meantFor(e)) {
			fresh[s] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	from := taken + 1
	if len(fresh) > 0 {
		from = 1 // what they brought besides may stand before what was taken
	}
	err = read(from, func(e *Entry) error {
		s, of, late := e.Author.Stream, meantFor(e), e.Offset > taken
		if !(late && f.concerns(of)) && !(anySession(e) && (fresh[s] || late && f.basis.brought[s])) {
			return nil
		}
		x := *e
		x.Note = e.QuarantinedFor()
		return f.enter(LateLog, of, x)
	})
	if err != nil {
		return err
	}
	for s := range fresh {
		if f.basis.brought == nil {
			f.basis.brought = map[Stream]bool{}
		}
		f.basis.brought[s] = true
	}
	f.basis.taken = max(taken, through)
	return nil
}

// anySession reports whether an entry of the late log matters to whatever session its stream told of.
func anySession(e *Entry) bool {
	return e.Kind == Clocked || e.Kind == Quarantined && meantFor(e) == ""
}

// meantFor is the session that an entry of the late log was meant for; empty where nobody can tell.
func meantFor(e *Entry) stocktake.SessionID {
	if !e.Kind.IsEvent() && e.Kind != Quarantined {
		return ""
	}
	event, _, _ := ParseEvent(e.Body) // a bad event may tell its session all the same
	if event == nil {
		return ""
	}
	return event.Session
}
