package handheld

import (
	"context"
	"sync"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

type deviceKey struct {
	society stocktake.SocietyID
	device  stocktake.DeviceID
}

// String is the key of a device among all societies'.
func (k deviceKey) String() string { return string(k.society) + "\x00" + string(k.device) }

// live holds the open sockets: one a device, and those of new ones that have not said hello.
type live struct {
	mu      sync.Mutex
	devices map[deviceKey]*socket
	all     map[*socket]struct{}
	closed  bool
	empty   chan struct{} // closed when the last socket leaves after shut
}

func newLive() *live {
	return &live{devices: map[deviceKey]*socket{}, all: map[*socket]struct{}{}, empty: make(chan struct{})}
}

// enter counts a new socket in, unless the gateway is shut.
func (l *live) enter(s *socket) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.all[s] = struct{}{}
	return true
}

// claim makes a socket that has said hello its device's only one, and gives the one before. That one is told to go, and
// has let go of the stream once it is quiet.
func (l *live) claim(s *socket) (before *socket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before = l.devices[s.who.key()]
	l.devices[s.who.key()] = s
	return before
}

func (l *live) leave(s *socket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, s)
	if l.devices[s.who.key()] == s {
		delete(l.devices, s.who.key())
	}
	if l.closed && len(l.all) == 0 {
		close(l.empty)
	}
}

// of gives a device's socket, or nil.
func (l *live) of(k deviceKey) *socket {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.devices[k]
}

// each calls f, which must be quick, with every device's socket.
func (l *live) each(f func(*socket)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.devices {
		f(s)
	}
}

// shut lets no socket in any more and sends all away.
func (l *live) shut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.closed = true
	for s := range l.all {
		s.end(wire.ByeShutdown, Stopping.New())
	}
	if len(l.all) == 0 {
		close(l.empty)
	}
}

func (l *live) wait(ctx context.Context) error {
	select {
	case <-l.empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *live) isShut() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}
