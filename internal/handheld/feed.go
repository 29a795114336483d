package handheld

import (
	"context"
	"sync"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

type feedKey struct {
	society stocktake.SocietyID
	session stocktake.SessionID
}

// feeds keeps each session's feed frame encoded, from one change to the next: every device of a session gets the same
// bytes.
type feeds struct {
	load func(context.Context, feedKey) (*feed, error)

	mu   sync.Mutex
	held map[feedKey]*heldFeed
}

type feed struct {
	cursor  string
	state   wire.SessionState
	message []byte
}

type heldFeed struct {
	once sync.Mutex
	feed *feed
}

// maxFeeds bounds the feeds kept.
const maxFeeds = 1024

// get gives a session's feed as it stands now, or stood when a change arrived that this call did not know of yet.
func (f *feeds) get(ctx context.Context, key feedKey) (*feed, error) {
	f.mu.Lock()
	h := f.held[key]
	if h == nil {
		if len(f.held) >= maxFeeds {
			clear(f.held)
		}
		h = &heldFeed{}
		f.held[key] = h
	}
	f.mu.Unlock()
	h.once.Lock() // whoever comes second waits for the first, and has its answer
	defer h.once.Unlock()
	if h.feed != nil {
		return h.feed, nil
	}
	loaded, err := f.load(ctx, key)
	if err == nil && loaded.state != wire.StateUnknown {
		h.feed = loaded
	}
	return loaded, err
}

// forget drops a session's feed. A load that is under way was asked for before the change: it is not kept, since the
// place that it fills is out of reach.
func (f *feeds) forget(key feedKey) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.held, key)
}

func (f *feeds) forgetAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.held)
}

// loadFeed asks for a session's tasks. The cursor that travels names the store's incarnation too, so that a cursor of
// another history equals none of this one.
func (g *Gateway) loadFeed(ctx context.Context, key feedKey) (*feed, error) {
	incarnation, err := g.store.Incarnation(ctx)
	if err != nil {
		return nil, err
	}
	t, err := g.sessions.Tasks(ctx, key.society, key.session)
	if err != nil {
		if stocktake.CodeOf(err) != stocktake.NotFound {
			return nil, err
		}
		t = Tasks{Cursor: string(wire.StateUnknown), State: wire.StateUnknown}
	}
	f := &wire.Feed{Session: key.session, Cursor: incarnation + "." + t.Cursor, State: t.State, Round: t.Round, Tasks: t.Tasks}
	return &feed{cursor: f.Cursor, state: f.State, message: wire.Encode(f)}, nil
}

// feeder brings one socket's device the feeds of the sessions that it holds. It is level-triggered: it compares what the
// device has with what there is, so that any number of changes is one frame, and what was missed comes with the next.
type feeder struct {
	mu      sync.Mutex
	cursors map[stocktake.SessionID]string // what the device has, of each session that it holds
	dirty   map[stocktake.SessionID]bool
	wake    chan struct{}
}

func newFeeder() *feeder {
	return &feeder{cursors: map[stocktake.SessionID]string{}, dirty: map[stocktake.SessionID]bool{}, wake: make(chan struct{}, 1)}
}

// follow adds a session of which the device has the feed with this cursor, or none when it is empty.
func (f *feeder) follow(session stocktake.SessionID, cursor string) {
	f.mu.Lock()
	f.cursors[session] = cursor
	f.mu.Unlock()
	f.changed(session)
}

// changed has the feeder look at a session, if the device holds it.
func (f *feeder) changed(session stocktake.SessionID) {
	f.mu.Lock()
	_, held := f.cursors[session]
	if held {
		f.dirty[session] = true
	}
	f.mu.Unlock()
	if held {
		select {
		case f.wake <- struct{}{}:
		default: // it is awake already
		}
	}
}

// next takes a session that has to be looked at, with the cursor that the device has.
func (f *feeder) next() (session stocktake.SessionID, cursor string, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for session := range f.dirty {
		delete(f.dirty, session)
		return session, f.cursors[session], true
	}
	return "", "", false
}

func (f *feeder) sent(session stocktake.SessionID, cursor string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cursors[session] = cursor
}

// differing gives the feeds of the sessions that a hello names wherever they differ from its cursors.
func (g *Gateway) differing(ctx context.Context, i identity, h *wire.Hello) ([]*feed, error) {
	var list []*feed
	for _, session := range h.Sessions {
		f, err := g.loadFeed(ctx, feedKey{i.Society, session}) // no later frame would mend what a kept one lacks
		if err != nil {
			return nil, err
		}
		if f.cursor != h.Cursors[session] {
			list = append(list, f)
		}
	}
	return list, nil
}
