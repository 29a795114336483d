package count

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// SessionInfo is what a handheld may know of a session before it joins. One that cannot be read is listed all the same, with
// what is known of it.
type SessionInfo struct {
	Session  stocktake.SessionID `json:"session"`
	Site     stocktake.SiteID    `json:"site"`
	Name     stocktake.Name      `json:"name"`
	Kind     SessionKind         `json:"kind"`
	State    string              `json:"state"`           // open, closing, sealed, cancelled or damaged
	Fault    string              `json:"fault,omitempty"` // of a damaged one, for those who may see its figures
	Blind    bool                `json:"blind"`
	Round    int                 `json:"round"`
	Due      time.Time           `json:"due,omitzero"`
	IssuedAt time.Time           `json:"issued_at"`
	Corrects stocktake.SessionID `json:"corrects,omitempty"` // the sealed session that it goes on from
}

// Tasks is what handhelds are told of a session's work: never a quantity. Cursor changes whenever anything else
// does, and with each closing.
type Tasks struct {
	Session stocktake.SessionID `json:"session"`
	Cursor  string              `json:"cursor"`
	State   string              `json:"state"` // open, closing, sealed or cancelled
	Round   int                 `json:"round"`
	Tasks   []Task              `json:"tasks"`
}

// Pack is what a handheld needs to count a session without a network. Book is empty in a blind session; nothing else
// in it is of the books.
type Pack struct {
	Plan      Plan
	Site      *stocktake.Site
	Catalogue stocktake.Catalogue
	Tasks     Tasks
	Book      []stocktake.BookLine // open sessions only; without costs
}

// tasks lists what is asked for, without regard to what is done: a handheld knows its own passes. What a correction's basis asked for was done, or
// withdrawn, before it was sealed.
func (f *Fold) handheldTasks() Tasks {
	t := Tasks{Session: f.session, State: string(f.head.State), Round: f.rounds, Tasks: []Task{}}
	if f.head.State == LogOpen && f.closing != 0 {
		t.State = "closing"
	}
	for _, task := range f.tasks {
		if !task.withdrawn && !task.inherited {
			t.Tasks = append(t.Tasks, task.Task)
		}
	}
	slices.SortFunc(t.Tasks, func(a, b Task) int { return cmp.Compare(a.ID, b.ID) })
	// A device that was away while the session was opened and closed again must hear of it: it has to drain once more.
	b, _ := json.Marshal(struct {
		Tasks
		Closing uint64 `json:"closing"`
	}{t, f.closing}) // of texts and numbers: cannot fail
	t.Cursor = stocktake.HashOf(b).String()[:16]
	return t
}

// Tasks gives what handhelds are told of a session's work.
func (s *Service) Tasks(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (t Tasks, err error) {
	head, err := s.log.Head(ctx, society, session)
	if err == nil && head.State != LogOpen {
		// A session that is over is not folded again to say so: devices name those of months ago in every hello.
		return Tasks{Session: session, Cursor: string(head.State), State: string(head.State), Tasks: []Task{}}, nil
	}
	err = s.on(ctx, society, session, func(f *Fold) { t = f.handheldTasks() })
	return t, err
}

// Open lists the sessions that a society's handhelds may join.
func (s *Service) Open(ctx context.Context, society stocktake.SocietyID) ([]SessionInfo, error) {
	all, err := s.list(ctx, society)
	return slices.DeleteFunc(all, func(i SessionInfo) bool { return i.State != string(LogOpen) && i.State != "closing" }), err
}

// Sessions lists all sessions of the asker's society, newest first.
func (s *Service) Sessions(ctx context.Context, by stocktake.Person) ([]SessionInfo, error) {
	if err := may(by, append([]stocktake.Role{stocktake.Counter}, readers...)...); err != nil {
		return nil, err
	}
	list, err := s.list(ctx, by.Society)
	if !by.Is(readers...) {
		for n := range list {
			list[n].Fault = ""
		}
	}
	return list, err
}

// StateDamaged is the state in lists of a session whose log or documents cannot be read.
const StateDamaged = "damaged"

// list tells of each session. One that is damaged must not hide the others; a store that cannot answer now fails whole.
func (s *Service) list(ctx context.Context, society stocktake.SocietyID) ([]SessionInfo, error) {
	heads, err := s.log.Heads(ctx, society)
	if err != nil {
		return nil, err
	}
	list := make([]SessionInfo, 0, len(heads))
	for _, h := range heads {
		i, err := s.info(ctx, society, h)
		if err != nil {
			if ctx.Err() != nil || stocktake.CodeOf(err) == stocktake.Unavailable {
				return nil, err
			}
			i.State, i.Fault = StateDamaged, err.Error()
		}
		list = append(list, i)
	}
	return list, nil
}

// info tells of one session, beside an error too what is known of it.
func (s *Service) info(ctx context.Context, society stocktake.SocietyID, h Head) (SessionInfo, error) {
	i := SessionInfo{Session: h.Session, State: string(h.State), IssuedAt: h.IssuedAt}
	first, err := s.log.Read(ctx, society, h.Session, 1, 1)
	if err != nil {
		return i, err
	}
	if len(first) == 0 {
		return i, fmt.Errorf("log %s has a head and no entry", h.Session)
	}
	var p Plan
	if err := json.Unmarshal(first[0].Body, &p); err != nil {
		return i, fmt.Errorf("decode plan of %s: %w", h.Session, err)
	}
	i.Site, i.Name, i.Kind, i.Blind, i.Due = p.Site, p.Name, p.Kind, p.Blind, p.Due
	if p.Basis != nil {
		i.Corrects = p.Basis.Session
	}
	if h.State == LogOpen {
		t, err := s.Tasks(ctx, society, h.Session)
		if err != nil {
			return i, err
		}
		i.State, i.Round = t.State, t.Round
	}
	return i, nil
}

// Pack gives what a handheld needs to count a session. It fails for a session that is over.
func (s *Service) Pack(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (p Pack, err error) {
	var over bool
	err = s.on(ctx, society, session, func(f *Fold) {
		over = f.head.State != LogOpen
		p = Pack{Plan: f.plan, Site: f.material.Site, Tasks: f.handheldTasks()}
		if !f.plan.Blind {
			for _, l := range f.material.Snapshot.Lines {
				l.Cost = 0
				p.Book = append(p.Book, l)
			}
		}
	})
	if err != nil {
		return Pack{}, err
	}
	if over {
		return Pack{}, LogClosed.New(string(session))
	}
	return p, s.decode(ctx, society, p.Plan.Catalogue, &p.Catalogue)
}

// Join records that a stream holds a session's pack: the seal waits for it from now on. Succeeds names the epoch of the
// same device that it goes on for. Joining again writes nothing, but for a stream that was written off and is back.
func (s *Service) Join(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID, stream Stream, succeeds string) error {
	if err := s.stillOpen(ctx, society, session); err != nil {
		return err
	}
	var joined bool
	err := s.on(ctx, society, session, func(f *Fold) {
		x := f.streams[stream]
		joined = x != nil && x.joined > f.restored && f.givenUp(stream, x) == ""
	})
	if err != nil || joined {
		return err
	}
	return s.record(ctx, Draft{Society: society, Session: session, Author: Author{Stream: stream}, Kind: Joined}, JoinedBody{stream.Epoch, succeeds})
}

// Drained records that a stream holds nothing more for a closing session: everything up to last is durable here. Saying
// so again writes nothing.
func (s *Service) Drained(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID, stream Stream, last uint64) error {
	mark, err := s.log.Mark(ctx, society, stream)
	if err != nil {
		return err
	}
	if mark.Acked < last {
		return NotDrained.New(last, mark.Acked)
	}
	if err := s.stillOpen(ctx, society, session); err != nil {
		return err
	}
	var closing, drained bool
	err = s.on(ctx, society, session, func(f *Fold) {
		x := f.streams[stream]
		closing = f.closing != 0
		drained = x != nil && f.drained(x)
	})
	switch {
	case err != nil || drained:
		return err
	case !closing:
		return NotClosing.New(string(session))
	}
	return s.record(ctx, Draft{Society: society, Session: session, Author: Author{Stream: stream}, Kind: Drained}, DrainedBody{last})
}

// stillOpen asks the log's head whether a session takes anything more, without folding it.
func (s *Service) stillOpen(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) error {
	head, err := s.log.Head(ctx, society, session)
	if err == nil && head.State != LogOpen {
		return LogClosed.New(string(session))
	}
	return err
}

// Fence records, in every open session that it joined, that a stream takes no more events: its device was cloned or
// damaged, or has lost events. Lost names a run of events that is nowhere any more; it is held for a person to see. Fencing again writes nothing.
func (s *Service) Fence(ctx context.Context, society stocktake.SocietyID, stream Stream, lost *Lost) error {
	mark, err := s.log.Mark(ctx, society, stream)
	if err != nil || mark.Fenced {
		return err
	}
	d := Draft{Society: society, Author: Author{Stream: stream}, Kind: Fenced}
	if lost != nil {
		return s.record(ctx, d, lost)
	}
	_, err = s.log.Write(ctx, d)
	return err
}

func (s *Service) record(ctx context.Context, d Draft, body any) error {
	var err error
	if d.Body, err = json.Marshal(body); err != nil {
		return err
	}
	_, err = s.log.Write(ctx, d)
	return err
}

// Lost is a run of events that a device no longer holds and the store never got: the body of a Fenced entry.
type Lost struct {
	Device stocktake.DeviceID `json:"device"`
	Epoch  string             `json:"epoch"`
	From   uint64             `json:"from"`
	To     uint64             `json:"to"`
}

// HeldLost is the reason under which a Lost is held.
const HeldLost = "events-lost"

// NotClosing answers a stream that drains a session which is still being counted.
var NotClosing = stocktake.NewReason(stocktake.Conflict, "not-closing",
	"Session %q is not closing: go on counting.",
	"الجلسة %q ليست في طور الإقفال: واصل العد.")

// NotDrained answers a stream that claims to have given what has not arrived.
var NotDrained = stocktake.NewReason(stocktake.Conflict, "not-drained",
	"Event %d was announced as the last, but only %d have arrived. Push the rest first.",
	"أُعلن أن الحدث %d هو الأخير، ولم يصل سوى %d. أرسل الباقي أولًا.")
