package count

import (
	"context"
	"errors"
	"sync"
	"time"

	"jard/internal/stocktake"
)

// lateSeen is what a society's late log holds of each session, as far as it was read. The log only grows, so that it is read once.
type lateSeen struct {
	mu       sync.Mutex
	head     Late
	sessions map[stocktake.SessionID]*lateOf
}

// lateOf is what handhelds told of one session too late.
type lateOf struct {
	all    stretches // where that stands
	events stretches // without measurements of their clocks
	last   time.Time // when the last of these came
}

// stretches are offsets that follow one another, from the first of each on: what a handheld brings stands together.
type stretches [][2]uint64

func (l *stretches) add(offset uint64) {
	if n := len(*l) - 1; n >= 0 && (*l)[n][1]+1 == offset {
		(*l)[n][1] = offset
		return
	}
	*l = append(*l, [2]uint64{offset, offset})
}

// behind counts the offsets behind one.
func (l stretches) behind(offset uint64) (n int) {
	for i := len(l) - 1; i >= 0 && l[i][1] > offset; i-- {
		n += int(l[i][1] - max(l[i][0]-1, offset))
	}
	return n
}

// lately reads on in the late log.
func (s *Service) lately(ctx context.Context, society stocktake.SocietyID) (*lateSeen, error) {
	s.mu.Lock()
	seen := s.late[society]
	if seen == nil {
		seen = &lateSeen{sessions: map[stocktake.SessionID]*lateOf{}}
		s.late[society] = seen
	}
	s.mu.Unlock()
	seen.mu.Lock()
	defer seen.mu.Unlock()
	for {
		entries, err := s.log.Read(ctx, society, LateLog, seen.head.Through+1, readPage)
		if errors.Is(err, stocktake.Missing) {
			return seen, nil
		}
		if err != nil {
			return nil, err
		}
		for n := range entries {
			e := &entries[n]
			seen.head = Late{e.Offset, e.Hash}
			session := meantFor(e)
			if session == "" {
				continue
			}
			x := seen.sessions[session]
			if x == nil {
				x = &lateOf{}
				seen.sessions[session] = x
			}
			if x.all.add(e.Offset); e.Kind != Clocked {
				x.events.add(e.Offset)
				x.last = e.RecordedAt
			}
		}
		if len(entries) < readPage {
			return seen, nil
		}
	}
}

// behind counts what was told of sessions behind a position, measurements included, and gives the position up to which that is.
func (l *lateSeen) behind(taken uint64, sessions []stocktake.SessionID) (more int, through Late) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range sessions {
		if x := l.sessions[id]; x != nil {
			more += x.all.behind(taken)
		}
	}
	return more, l.head
}

// of counts what was told of one session behind a position but for measurements, and says when the last of it came.
func (l *lateSeen) of(session stocktake.SessionID, taken uint64) (events int, last time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if x := l.sessions[session]; x != nil {
		events, last = x.events.behind(taken), x.last
	}
	return events, last
}

// LateSession is a sealed session of which handhelds have told something since that no correction has taken in.
type LateSession struct {
	Session    stocktake.SessionID `json:"session"`
	Name       stocktake.Name      `json:"name"`
	Events     int                 `json:"events"`
	Last       time.Time           `json:"last"`                 // when the last of them came
	Correction stocktake.SessionID `json:"correction,omitempty"` // an open one that can take them in
}

// LateSessions lists them, as their society's late log and its sessions' first and last entries tell: none is folded.
func (s *Service) LateSessions(ctx context.Context, by stocktake.Person) ([]LateSession, error) {
	if err := may(by, readers...); err != nil {
		return nil, err
	}
	seen, err := s.lately(ctx, by.Society)
	if err != nil {
		return nil, err
	}
	if seen.empty() {
		return nil, nil
	}
	heads, err := s.log.Heads(ctx, by.Society)
	if err != nil {
		return nil, err
	}
	corrections, err := s.corrections(ctx, by.Society)
	if err != nil {
		return nil, err
	}
	var list []LateSession
	for _, h := range heads {
		if h.State != LogSealed {
			continue
		}
		if n, _ := seen.of(h.Session, 0); n == 0 {
			continue
		}
		x := LateSession{Session: h.Session}
		var taken uint64
		for at := h; ; {
			c, ok := corrections[at.Session]
			if !ok {
				break
			}
			if taken, err = s.takenBy(ctx, by.Society, c); err != nil {
				return nil, err
			}
			if at = c; c.State == LogOpen {
				x.Correction = c.Session
				break
			}
		}
		if x.Events, x.Last = seen.of(h.Session, taken); x.Events == 0 {
			continue
		}
		i, err := s.info(ctx, by.Society, h)
		if err != nil {
			return nil, err
		}
		x.Name = i.Name
		list = append(list, x)
	}
	return list, nil
}

// takenBy is up to where a correction has taken the late log in.
func (s *Service) takenBy(ctx context.Context, society stocktake.SocietyID, h Head) (taken uint64, err error) {
	if h.State == LogOpen {
		err = s.on(ctx, society, h.Session, func(f *Fold) { taken = f.Taken() })
		return taken, err
	}
	seal, _, err := s.sealOf(ctx, society, h)
	return seal.Late, err
}

func (l *lateSeen) empty() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.sessions) == 0
}
