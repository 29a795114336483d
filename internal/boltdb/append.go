package boltdb

import (
	"context"
	"unicode/utf8"

	"go.etcd.io/bbolt"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// The notes of events in the late log.
const (
	noteSealed    = "session-sealed"
	noteCancelled = "session-cancelled"
	noteUnknown   = "session-unknown"
)

// maxNote bounds a note: its length is stored in one byte.
const maxNote = 255

// Append implements count.Log. The batch's bodies must never be changed afterwards: who watches the store gets them as
// they are.
func (db *DB) Append(ctx context.Context, b count.Batch) (count.Mark, error) {
	if err := checkStream(b.Society, b.Stream); err != nil {
		return count.Mark{}, err
	}
	var mark count.Mark
	err := db.write(ctx, len(b.Events), func(t *turn) error {
		s, err := t.stream(b.Society, b.Stream)
		if err != nil {
			return err
		}
		if s.fenced || b.First != s.acked+1 || b.Prev != s.digest {
			return &count.NotFollowing{Mark: s.mark()}
		}
		if len(b.Events) > 0 {
			if err := t.appendBatch(s, &b); err != nil {
				return err
			}
		}
		mark = s.mark()
		return nil
	})
	if err != nil {
		return count.Mark{}, err
	}
	return mark, nil
}

func (t *turn) appendBatch(s *stream, b *count.Batch) error {
	var joined []*openLog // found out once a batch, if an event without a session is met
	known := false
	var last route // events of one session come in runs
	e := count.Entry{Author: count.Author{Stream: b.Stream}}
	for n := range b.Events {
		event := &b.Events[n]
		e.Author.Seq = b.First + uint64(n)
		e.Kind, e.Note = event.Kind, cutNote(event.Note)
		if event.Session == "" {
			if !known {
				var err error
				if joined, err = t.openJoined(b.Society, s); err != nil {
					return err
				}
				if len(joined) == 0 {
					late, err := t.lateLog(b.Society)
					if err != nil {
						return err
					}
					joined = append(joined, late)
				}
				known = true
			}
			for _, l := range joined {
				if err := t.appendEvent(l, e, event); err != nil {
					return err
				}
			}
			continue
		}
		if last.log == nil || last.session != event.Session {
			var err error
			if last, err = t.route(b.Society, event.Session); err != nil {
				return err
			}
		}
		if last.note != "" {
			if e.Note == "" {
				e.Note = last.note
			} else { // quarantined already: the late log says why it is late, then why it was quarantined
				e.Note = cutNote(last.note + "; " + e.Note)
			}
		}
		if err := t.appendEvent(last.log, e, event); err != nil {
			return err
		}
	}
	s.acked += uint64(len(b.Events))
	s.digest = b.Digest
	t.touchStream(s)
	return nil
}

func (t *turn) appendEvent(l *openLog, e count.Entry, event *count.Received) error {
	e.Body = event.Body
	return t.append(l, &e)
}

// route is where the events of one session go, and the note that they get there.
type route struct {
	session stocktake.SessionID
	log     *openLog
	note    string
}

func (t *turn) route(society stocktake.SocietyID, session stocktake.SessionID) (route, error) {
	r := route{session: session, note: noteUnknown}
	if stocktake.CheckID("session", string(session)) == nil { // which LateLog's own name fails
		l, err := t.log(society, session)
		switch {
		case err != nil:
			return r, err
		case l.exists && l.head.State == count.LogOpen:
			r.log, r.note = l, ""
			return r, nil
		case l.exists && l.head.State == count.LogSealed:
			r.note = noteSealed
		case l.exists:
			r.note = noteCancelled
		}
	}
	var err error
	r.log, err = t.lateLog(society)
	return r, err
}

// cutNote shortens a note to what fits, at the start of a character.
func cutNote(note string) string {
	if len(note) <= maxNote {
		return note
	}
	end := maxNote
	for !utf8.RuneStart(note[end]) {
		end--
	}
	return note[:end]
}

// Mark implements count.Log.
func (db *DB) Mark(ctx context.Context, society stocktake.SocietyID, id count.Stream) (count.Mark, error) {
	if err := checkStream(society, id); err != nil {
		return count.Mark{}, err
	}
	var mark count.Mark
	err := db.view(ctx, func(tx *bbolt.Tx) error {
		s, err := storedStream(tx, society, id)
		if err != nil {
			return err
		}
		mark = s.mark()
		return nil
	})
	return mark, err
}
