package link

import (
	"io"
	"net/http"
	"sync"
	"time"

	"jard/internal/stocktake"
)

// crowd keeps one society's files from standing in the way of another's: of each only so many are received at a time, and
// one is read.
type crowd struct {
	most int // received at a time

	mu        sync.Mutex
	receiving map[stocktake.SocietyID]int
	turns     map[stocktake.SocietyID]chan struct{} // of societies that have a key: few
}

func newCrowd(most int) *crowd {
	return &crowd{most: most, receiving: map[stocktake.SocietyID]int{}, turns: map[stocktake.SocietyID]chan struct{}{}}
}

func (c *crowd) enter(society stocktake.SocietyID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.receiving[society] >= c.most {
		return false
	}
	c.receiving[society]++
	return true
}

func (c *crowd) leave(society stocktake.SocietyID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.receiving[society]--; c.receiving[society] == 0 {
		delete(c.receiving, society)
	}
}

// turn is the one place of a society among the files that are read.
func (c *crowd) turn(society stocktake.SocietyID) chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.turns[society] == nil {
		c.turns[society] = make(chan struct{}, 1)
	}
	return c.turns[society]
}

// minPace is the least that a body must come at, in bytes a second, once its grace is over.
const minPace = 16 << 10

// paced is a body that must keep coming: who sends a byte a minute holds a place that others need.
type paced struct {
	in      io.Reader
	control *http.ResponseController
	began   time.Time
	grace   time.Duration
	got     int64
}

func (p *paced) Read(b []byte) (int, error) {
	_ = p.control.SetReadDeadline(p.began.Add(p.grace + time.Duration(p.got/minPace)*time.Second))
	n, err := p.in.Read(b)
	p.got += int64(n)
	return n, err
}
