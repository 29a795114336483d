package boltdb

import (
	"slices"
	"sync"
	"sync/atomic"

	"jard/internal/count"
)

// notifierLength is how many commits may wait for slow watchers before the writer waits for them too.
const notifierLength = 64

// Watch calls f after each commit, from one goroutine, in commit order, beginning with the first commit that starts
// after Watch has returned. f is called after the callers of the writes were released or at the same time; it may read
// the store but must not wait for a write. f may be running still when stop returns.
func (db *DB) Watch(f func(count.Committed)) (stop func()) { return db.notifier.add(f) }

type watcher struct {
	f       func(count.Committed)
	stopped atomic.Bool
}

type notice struct {
	to       []*watcher
	appended []count.Committed
}

type notifier struct {
	turns    sync.Mutex // held by the writer through each turn: nobody begins to watch in the middle of one
	mu       sync.Mutex
	watchers []*watcher // replaced, never changed
	notices  chan notice
	ended    chan struct{}
}

func newNotifier() *notifier {
	n := &notifier{notices: make(chan notice, notifierLength), ended: make(chan struct{})}
	go n.run()
	return n
}

func (n *notifier) run() {
	defer close(n.ended)
	for notice := range n.notices {
		for _, c := range notice.appended {
			for _, w := range notice.to {
				if !w.stopped.Load() {
					w.f(c)
				}
			}
		}
	}
}

func (n *notifier) add(f func(count.Committed)) (stop func()) {
	w := &watcher{f: f}
	n.turns.Lock()
	defer n.turns.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.watchers = append(slices.Clone(n.watchers), w)
	return func() {
		w.stopped.Store(true)
		n.mu.Lock()
		defer n.mu.Unlock()
		n.watchers = slices.DeleteFunc(slices.Clone(n.watchers), func(o *watcher) bool { return o == w })
	}
}

// watching gives those who watch now.
func (n *notifier) watching() []*watcher {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.watchers
}

// tell hands a commit over. It waits while too many wait already.
func (n *notifier) tell(to []*watcher, appended []count.Committed) {
	if len(to) > 0 && len(appended) > 0 {
		n.notices <- notice{to, appended}
	}
}

// stop returns once every notice was delivered.
func (n *notifier) stop() {
	close(n.notices)
	<-n.ended
}
