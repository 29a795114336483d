package count

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"jard/internal/stocktake"
)

// Service runs sessions: it keeps the folds of the active ones up to date with their logs and is the only way in for
// people's commands, each checked here against who asks and what the fold says, whatever the transport.
type Service struct {
	log   Log
	docs  Documents
	feed  Feed
	clock func() time.Time
	stop  func()

	issuing  sync.Mutex // held while a scope is set against those of the open sessions
	planning sync.Mutex // held while the count plans are changed

	mu       sync.Mutex
	live     map[sessionKey]*live
	late     map[stocktake.SocietyID]*lateSeen
	bases    map[sessionKey]stocktake.SessionID // see basisOf
	watchers map[int]func(stocktake.SocietyID, stocktake.SessionID)
	nextID   int

	publishing sync.Mutex // of policies
	who        Who        // see Ask
}

type sessionKey struct {
	society stocktake.SocietyID
	session stocktake.SessionID
}

// live is one session's fold in memory. Commits queue in pending, in order; whoever holds folding applies them.
type live struct {
	folding sync.Mutex
	fold    *Fold
	loaded  bool

	mu      sync.Mutex
	pending [][]Entry // as they were committed
	waiting int       // entries in pending
	busy    bool      // a goroutine is on its way to fold
}

// maxPending bounds the entries that wait to be folded; beyond it they are read from the log again. maxLive bounds the folds
// kept of sessions that are over.
const (
	maxPending = 200_000
	maxLive    = 16
	readPage   = 10_000
)

// NewService starts the service on a store. Close it before the store.
func NewService(log Log, docs Documents, feed Feed, clock func() time.Time) *Service {
	s := &Service{
		log: log, docs: docs, feed: feed, clock: clock, live: map[sessionKey]*live{}, late: map[stocktake.SocietyID]*lateSeen{}, bases: map[sessionKey]stocktake.SessionID{},
		watchers: map[int]func(stocktake.SocietyID, stocktake.SessionID){},
	}
	s.stop = log.Watch(s.committed)
	return s
}

// Close ends the watching of the store.
func (s *Service) Close() { s.stop() }

// Changed calls f whenever people (or the server) have added something to a session that handhelds should hear of. It
// is called from the store's watcher and must be quick.
func (s *Service) Changed(f func(stocktake.SocietyID, stocktake.SessionID)) (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.nextID
	s.nextID++
	s.watchers[id] = f
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers, id)
	}
}

// committed queues new entries for a session that is in memory, and has them folded.
func (s *Service) committed(c Committed) {
	decided := false
	for i := range c.Entries {
		if k := c.Entries[i].Kind; k >= Issued {
			decided = true
			break
		}
	}
	s.mu.Lock()
	l := s.live[sessionKey{c.Society, c.Session}]
	var tell []func(stocktake.SocietyID, stocktake.SessionID)
	if decided {
		for _, f := range s.watchers {
			tell = append(tell, f)
		}
	}
	s.mu.Unlock()
	for _, f := range tell {
		f(c.Society, c.Session)
	}
	if l == nil {
		return
	}
	l.mu.Lock()
	if l.waiting > maxPending {
		// A fold that is this far behind reads the log itself later. Waiting for it here would stop the store's watcher,
		// and with it every other session's ingest.
		l.pending, l.waiting = nil, 0
	}
	l.pending = append(l.pending, c.Entries)
	l.waiting += len(c.Entries)
	start := !l.busy
	l.busy = true
	l.mu.Unlock()
	if start {
		go s.follow(c.Society, c.Session, l)
	}
}

// follow folds what is pending until nothing is.
func (s *Service) follow(society stocktake.SocietyID, session stocktake.SessionID, l *live) {
	for {
		l.folding.Lock()
		loaded := l.loaded
		if loaded {
			// An error stays in the log and comes back to whoever looks at the session.
			_ = s.catchUp(context.Background(), society, session, l, 0)
		}
		l.folding.Unlock()
		l.mu.Lock()
		if len(l.pending) == 0 || !loaded {
			l.busy = false
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
	}
}

// catchUp applies what is pending and reads from the log whatever is still missing up to an offset. The caller holds
// folding. A fold that failed half-way is of no use: the next look starts afresh.
func (s *Service) catchUp(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID, l *live, upTo uint64) error {
	err := s.advance(ctx, society, session, l, upTo)
	if err != nil {
		l.fold = NewFold(society, session)
	}
	return err
}

func (s *Service) advance(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID, l *live, upTo uint64) error {
	l.mu.Lock()
	pending := l.pending
	l.pending, l.waiting = nil, 0
	l.mu.Unlock()
	for _, entries := range pending {
		for i := range entries {
			e := &entries[i]
			if e.Offset <= l.fold.Offset() {
				continue
			}
			if e.Offset > l.fold.Offset()+1 {
				if err := s.read(ctx, society, session, l, e.Offset-1); err != nil {
					return err
				}
			}
			if err := s.apply(ctx, society, l, *e); err != nil {
				return err
			}
		}
	}
	return s.read(ctx, society, session, l, upTo)
}

// apply folds one entry. The first says which documents the fold needs besides.
func (s *Service) apply(ctx context.Context, society stocktake.SocietyID, l *live, e Entry) error {
	if err := l.fold.Apply(e); err != nil {
		return err
	}
	switch {
	case e.Offset == 1:
		if err := s.supply(ctx, society, l.fold); err != nil {
			return err
		}
		return s.inherit(ctx, society, l.fold, l.fold.Plan().Basis)
	case e.Kind == LateTaken:
		return s.takeIn(ctx, society, l.fold, &e)
	}
	return nil
}

// read applies the log from where the fold stands up to an offset.
func (s *Service) read(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID, l *live, upTo uint64) error {
	for l.fold.Offset() < upTo {
		entries, err := s.log.Read(ctx, society, session, l.fold.Offset()+1, readPage)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return fmt.Errorf("log %s ends at %d, before %d", session, l.fold.Offset(), upTo)
		}
		for _, e := range entries {
			if e.Offset > upTo {
				return nil
			}
			if err := s.apply(ctx, society, l, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// hear files what the site's movement log has gained. A fold that has none of it begins where its session can be concerned.
func (s *Service) hear(ctx context.Context, society stocktake.SocietyID, f *Fold) error {
	for !f.feed.ended || f.feed.Offset < f.feed.end {
		if f.feed.Offset == 0 {
			if err := s.skip(ctx, society, f); err != nil {
				return err
			}
		}
		entries, err := s.feed.Booked(ctx, society, f.plan.Site, f.feed.Offset+1, readPage)
		if err != nil {
			return err
		}
		f.Book(entries)
		if len(entries) < readPage {
			return nil
		}
	}
	return nil
}

// skip finds where the site's movement log begins to matter to a session.
func (s *Service) skip(ctx context.Context, society stocktake.SocietyID, f *Fold) error {
	offset, err := s.bookedSince(ctx, society, f.plan.Site, f.FeedFrom())
	if err != nil || offset == 0 {
		return err
	}
	list, err := s.feed.Booked(ctx, society, f.plan.Site, offset, 1)
	f.Book(list)
	return err
}

// bookedSince gives the last offset of a site's movement log that was recorded before an instant; 0 where none was. Its entries stand in
// the order in which they were recorded.
func (s *Service) bookedSince(ctx context.Context, society stocktake.SocietyID, site stocktake.SiteID, from time.Time) (uint64, error) {
	before := func(offset uint64) (bool, error) {
		list, err := s.feed.Booked(ctx, society, site, offset, 1)
		return err == nil && len(list) > 0 && list[0].RecordedAt.Before(from), err
	}
	low, high := uint64(0), uint64(1) // what is at low was recorded before, or is no entry; what is at high was not
	for {
		old, err := before(high)
		if err != nil {
			return 0, err
		}
		if !old {
			break
		}
		low, high = high, 2*high
	}
	for low+1 < high {
		middle := low + (high-low)/2
		old, err := before(middle)
		if err != nil {
			return 0, err
		}
		if old {
			low = middle
		} else {
			high = middle
		}
	}
	return low, nil
}

// supply loads what the plan names by hash.
func (s *Service) supply(ctx context.Context, society stocktake.SocietyID, f *Fold) error {
	plan := f.Plan()
	m := &Material{Site: new(stocktake.Site)}
	if err := s.decode(ctx, society, plan.SiteDocument, m.Site); err != nil {
		return err
	}
	var err error
	if m.Items, err = s.items(ctx, society, plan.Catalogue); err != nil {
		return err
	}
	m.Snapshot = new(stocktake.Snapshot)
	if err := s.decode(ctx, society, plan.Snapshot, m.Snapshot); err != nil {
		return err
	}
	if !plan.PolicyDocument.IsZero() {
		m.Policy = new(Policy)
		if err := s.decode(ctx, society, plan.PolicyDocument, m.Policy); err != nil {
			return err
		}
	}
	if !plan.Classes.IsZero() {
		m.Classes = new(Classes)
		if err := s.decode(ctx, society, plan.Classes, m.Classes); err != nil {
			return err
		}
	}
	f.SetMaterial(m)
	return nil
}

// items are those of a catalogue.
func (s *Service) items(ctx context.Context, society stocktake.SocietyID, catalogue stocktake.Hash) (map[stocktake.ItemID]stocktake.Item, error) {
	var head stocktake.Catalogue
	if err := s.decode(ctx, society, catalogue, &head); err != nil {
		return nil, err
	}
	all := map[stocktake.ItemID]stocktake.Item{}
	for _, hash := range head.Chunks {
		var items []stocktake.Item
		if err := s.decode(ctx, society, hash, &items); err != nil {
			return nil, err
		}
		for _, item := range items {
			all[item.ID] = item
		}
	}
	return all, nil
}

func (s *Service) decode(ctx context.Context, society stocktake.SocietyID, hash stocktake.Hash, v any) error {
	d, err := s.docs.Document(ctx, society, hash)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(d.Bytes, v); err != nil {
		return fmt.Errorf("decode document %s: %w", hash, err)
	}
	return nil
}

// on runs f on a session's fold, caught up with the log as it stood when the call began.
func (s *Service) on(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID, f func(*Fold)) error {
	head, err := s.log.Head(ctx, society, session)
	if err != nil {
		return err
	}
	l := s.hold(society, session)
	l.folding.Lock()
	defer l.folding.Unlock()
	l.loaded = true
	if err := s.catchUp(ctx, society, session, l, head.Offset); err != nil {
		return err
	}
	if err := s.hear(ctx, society, l.fold); err != nil {
		return err
	}
	f(l.fold)
	return nil
}

// hold gives a session's place in memory, making room by dropping sessions that are over.
func (s *Service) hold(society stocktake.SocietyID, session stocktake.SessionID) *live {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := sessionKey{society, session}
	l := s.live[k]
	if l != nil {
		return l
	}
	if len(s.live) >= maxLive {
		for other, x := range s.live {
			if x.folding.TryLock() {
				over := x.fold.head.State == LogSealed || x.fold.head.State == LogCancelled
				x.folding.Unlock()
				if over {
					delete(s.live, other)
				}
			}
		}
	}
	l = &live{fold: NewFold(society, session)}
	s.live[k] = l
	return l
}

// View gives the state of a session, as of its log's head when the call began or later. It is not for counters: it
// holds the books.
func (s *Service) View(ctx context.Context, by stocktake.Person, session stocktake.SessionID) (*View, error) {
	if err := may(by, readers...); err != nil {
		return nil, err
	}
	return s.view(ctx, by.Society, session)
}

func (s *Service) view(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (v *View, err error) {
	err = s.on(ctx, society, session, func(f *Fold) { v = f.View() })
	return v, err
}

// Log reads a session's log (or the late log), oldest first, for those who may see the books.
func (s *Service) Log(ctx context.Context, by stocktake.Person, session stocktake.SessionID, from uint64, limit int) ([]Entry, error) {
	if err := may(by, readers...); err != nil {
		return nil, err
	}
	return s.log.Read(ctx, by.Society, session, max(from, 1), min(max(limit, 1), 1000))
}

// readers are the roles that may see a session's books and figures.
var readers = []stocktake.Role{
	stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController, stocktake.AdministrativeController,
	stocktake.CommitteeMember, stocktake.Witness,
}

// MayRead refuses whoever may not see a session's books and figures, nor the sealed result that is full of them.
func MayRead(by stocktake.Person) error { return may(by, readers...) }

// planners are the roles that run a session.
var planners = []stocktake.Role{stocktake.Supervisor, stocktake.Manager}

func may(by stocktake.Person, roles ...stocktake.Role) error {
	if by.Society == "" || by.ID == "" || !by.Is(roles...) {
		return stocktake.NotAllowed.New(roles)
	}
	return nil
}
