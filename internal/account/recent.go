package account

import (
	"container/list"
	"sync"
	"time"
)

// recent remembers answers of the directory for a short while, a bounded number of them. An answer that was read
// before something was forgotten is not remembered after it: load notes the age it began in.
type recent[K comparable, V any] struct {
	most  int
	stale time.Duration

	mu    sync.Mutex
	age   uint64 // grows whenever anything is forgotten
	keys  map[K]*list.Element
	order *list.List // of *answer[K, V], newest in front
}

type answer[K comparable, V any] struct {
	key   K
	value V
	at    time.Time
}

func newRecent[K comparable, V any](most int, stale time.Duration) *recent[K, V] {
	return &recent[K, V]{most: most, stale: stale, keys: map[K]*list.Element{}, order: list.New()}
}

// get gives a remembered answer or loads it. An error is never remembered. Clocks that go backwards make answers old.
func (r *recent[K, V]) get(key K, now time.Time, load func() (V, error)) (V, error) {
	r.mu.Lock()
	if e, ok := r.keys[key]; ok {
		a := e.Value.(*answer[K, V])
		if past := now.Sub(a.at); past >= 0 && past < r.stale {
			r.mu.Unlock()
			return a.value, nil
		}
	}
	began := r.age
	r.mu.Unlock()

	value, err := load()
	if err != nil {
		return value, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.age != began {
		return value, nil
	}
	r.drop(key)
	if r.order.Len() >= r.most {
		r.drop(r.order.Back().Value.(*answer[K, V]).key)
	}
	r.keys[key] = r.order.PushFront(&answer[K, V]{key: key, value: value, at: now})
	return value, nil
}

func (r *recent[K, V]) drop(key K) {
	if e, ok := r.keys[key]; ok {
		r.order.Remove(e)
		delete(r.keys, key)
	}
}

// forget drops every answer that which picks, and whatever is being loaded at this moment.
func (r *recent[K, V]) forget(which func(K, V) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.age++
	for key, e := range r.keys {
		if which(key, e.Value.(*answer[K, V]).value) {
			r.drop(key)
		}
	}
}
