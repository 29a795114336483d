package simulate

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// Weather is how bad the network is. The zero value is a perfect one. Chances are between 0 and 1.
type Weather struct {
	Cut       float64       // a websocket is cut in the middle of a frame, after some bytes
	CutAfter  int           // at most so many bytes written before a cut; 0 is 16 KiB
	Torn      float64       // half of a push is sent as if it were whole, then the socket closes
	Duplicate float64       // a push is sent twice
	Stale     float64       // a push long acknowledged is sent again before the next
	Latency   time.Duration // before each write
	Rate      int           // bytes a second; 0 is unlimited
}

// errOffline is what everything fails with while the radio is off.
var errOffline = errors.New("the radio is off")

// errCut is what the device sees of a cut.
var errCut = errors.New("the connection was cut")

// Radio is one device's network: it can be switched off, and it makes the weather.
type Radio struct {
	weather Weather
	clock   Clock

	mu    sync.Mutex
	dice  *rand.Rand
	off   bool
	turn  chan struct{} // closed and replaced whenever the radio is switched
	conns map[*airborne]struct{}
	cuts  int
}

func newRadio(w Weather, seed uint64, clock Clock) *Radio {
	return &Radio{
		weather: w, clock: clock, dice: rand.New(rand.NewPCG(seed, 0x4ad10)), turn: make(chan struct{}),
		conns: make(map[*airborne]struct{}),
	}
}

// Off cuts every connection, and lets none be made until On.
func (r *Radio) Off() { r.turnTo(true) }

// On lets connections be made again.
func (r *Radio) On() { r.turnTo(false) }

func (r *Radio) turnTo(off bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.off == off {
		return
	}
	r.off = off
	close(r.turn)
	r.turn = make(chan struct{})
	if off {
		for c := range r.conns {
			_ = c.Conn.Close()
		}
	}
}

// Cuts is how many connections the weather has cut.
func (r *Radio) Cuts() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cuts
}

// wait returns when the radio is on, or ctx ends.
func (r *Radio) wait(ctx context.Context) error {
	for {
		r.mu.Lock()
		off, turn := r.off, r.turn
		r.mu.Unlock()
		if !off {
			return ctx.Err()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-turn:
		}
	}
}

// chance throws the radio's dice.
func (r *Radio) chance(p float64) bool {
	if p <= 0 {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dice.Float64() < p
}

// jitter is a random part of d.
func (r *Radio) jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Duration(r.dice.Int64N(int64(d)))
}

// dialCalm connects through the radio without its faults. Calls over HTTP use it: an enrolment whose answer is lost
// costs a code, which is for a person to mend and not for a simulator to provoke.
func (r *Radio) dialCalm(ctx context.Context, network, address string) (net.Conn, error) {
	return r.connect(ctx, network, address, -1)
}

// dial connects through the radio and its weather.
func (r *Radio) dial(ctx context.Context, network, address string) (net.Conn, error) {
	left := -1
	if r.chance(r.weather.Cut) {
		most := r.weather.CutAfter
		if most <= 0 {
			most = 16 << 10
		}
		// Never within the handshake, which is no frame.
		left = 512 + int(r.jitter(time.Duration(most)))
	}
	return r.connect(ctx, network, address, left)
}

func (r *Radio) connect(ctx context.Context, network, address string, left int) (net.Conn, error) {
	r.mu.Lock()
	off := r.off
	r.mu.Unlock()
	if off {
		return nil, errOffline
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &airborne{Conn: conn, radio: r, left: left}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.off {
		_ = conn.Close()
		return nil, errOffline
	}
	r.conns[c] = struct{}{}
	return c, nil
}

// airborne is a connection that passes through the weather. Left is how many bytes may be written before the cut;
// negative is all of them.
type airborne struct {
	net.Conn
	radio *Radio
	left  int
}

// Write delays, and cuts in the middle when the time has come.
func (c *airborne) Write(b []byte) (int, error) {
	w := &c.radio.weather
	delay := w.Latency
	if w.Rate > 0 {
		delay += time.Duration(len(b)) * time.Second / time.Duration(w.Rate)
	}
	if err := pause(context.Background(), c.radio.clock, delay); err != nil {
		return 0, err
	}
	if c.left < 0 || len(b) <= c.left {
		if c.left >= 0 {
			c.left -= len(b)
		}
		return c.Conn.Write(b)
	}
	n, _ := c.Conn.Write(b[:c.left])
	c.radio.mu.Lock()
	c.radio.cuts++
	c.radio.mu.Unlock()
	_ = c.Close()
	return n, errCut
}

// Close forgets the connection.
func (c *airborne) Close() error {
	c.radio.mu.Lock()
	delete(c.radio.conns, c)
	c.radio.mu.Unlock()
	return c.Conn.Close()
}
