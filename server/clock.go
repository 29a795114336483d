package main

import (
	"sync"
	"time"

	"jard/internal/ministry"
)

// setting is what a node is opened with beyond its data. The zero value is what every server runs with; the demo alone
// lives in the past and without waiting for the disk while it is made, and gives codes a day to be read.
type setting struct {
	clock   ministry.Clock // the machine's
	codeFor time.Duration  // how long an enrolment code lives; account's default

	// unsynced is for a store that is still being made and counts for nothing before it is closed.
	unsynced bool
}

// withDefaults fills in what was left out.
func (s setting) withDefaults() setting {
	if s.clock == nil {
		s.clock = ministry.SystemClock{}
	}
	return s
}

// hands is a clock that stands until it is moved.
type hands struct {
	mu sync.Mutex
	at time.Time
}

// Now tells where it was moved to, a millisecond later each time: what follows each other has an order.
func (h *hands) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(time.Millisecond)
	return h.at
}

// After is over at once: nobody waits for a clock that stands.
func (h *hands) After(time.Duration) <-chan time.Time {
	c := make(chan time.Time, 1)
	c <- h.Now()
	return c
}

// move sets it.
func (h *hands) move(to time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = to.UTC()
}
