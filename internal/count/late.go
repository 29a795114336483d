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
	sessions map[stocktake.SessionID][]uint64 // offsets of what handhelds told of it, but for measurements of their clocks
	last     map[stocktake.SessionID]time.Time
}

// lately reads on in the late log.
func (s *Service) lately(ctx context.Context, society stocktake.SocietyID) (*lateSeen, error) {
	s.mu.Lock()
	seen := s.late[society]
	if seen == nil {
		seen = &lateSeen{sessions: map[stocktake.SessionID][]uint64{}, last: map[stocktake.SessionID]time.Time{}}
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
			if session := meantFor(e); session != "" && e.Kind != Clocked {
				seen.sessions[session] = append(seen.sessions[session], e.Offset)
				seen.last[session] = e.RecordedAt
			}
		}
		if len(entries) < readPage {
			return seen, nil
		}
	}
}

// behind counts what was told of sessions behind a position, and gives the position up to which that is.
func (l *lateSeen) behind(taken uint64, sessions []stocktake.SessionID) (more int, through Late) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range sessions {
		list := l.sessions[id]
		for n := len(list) - 1; n >= 0 && list[n] > taken; n-- {
			more++
		}
	}
	return more, l.head
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
		if h.State != LogSealed || !seen.tells(h.Session) {
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
		if x.Events, _ = seen.behind(taken, []stocktake.SessionID{h.Session}); x.Events == 0 {
			continue
		}
		i, err := s.info(ctx, by.Society, h)
		if err != nil {
			return nil, err
		}
		x.Name, x.Last = i.Name, seen.lastOf(h.Session)
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

func (l *lateSeen) tells(session stocktake.SessionID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.sessions[session]) > 0
}

func (l *lateSeen) lastOf(session stocktake.SessionID) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last[session]
}
