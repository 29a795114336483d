package live

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// room is one session that is watched, or was a moment ago. One goroutine, there as long as somebody watches, makes
// pictures and sends what has changed; everything under "its own" belongs to it, or to the next one.
type room struct {
	hub  *Hub
	key  roomKey
	feed string // names this room's numbers
	wake chan struct{}

	mu      sync.Mutex
	here    map[*subscriber]bool // true once it has had its first message
	running bool
	left    time.Time // when the last one left

	noting   sync.Mutex // never held while anything else is waited for: the store's watcher takes it
	beat     beat
	seen     map[stocktake.DeviceID]int64 // when a device's last event was recorded, ms
	noted    uint64                       // the offset up to which both know the log
	recalled bool
	early    []count.Entry // that were committed before the log's end was read; without bodies

	// Its own.
	number  uint64
	shown   *picture
	ring    []sent
	kept    int // bytes in ring
	all     *websocket.PreparedMessage
	floorAt time.Time // when people and devices were asked for
	devices []Device
	people  map[stocktake.PersonID]stocktake.Name

	floorShown time.Time
	floorOwed  bool // it has changed since, perhaps, and a look will come that shows it
}

// sent is a message that can be sent again to somebody who comes back.
type sent struct {
	number  uint64 // that it leads to
	message *websocket.PreparedMessage
	bytes   int
}

// maxKept bounds what a room keeps for those who come back; beyond it they get the whole board again.
const maxKept = 4 << 20

// floorEvery is how often people and devices are asked for.
const floorEvery = 5 * time.Second

// floorPaces is how many messages' time lies between two that tell of the floor: it changes with every scan, and with hundreds of
// handhelds is most of a message.
const floorPaces = 8

func newRoom(h *Hub, key roomKey) *room {
	return &room{
		hub: h, key: key, feed: stocktake.RandomID(), wake: make(chan struct{}, 1), here: map[*subscriber]bool{},
		seen: map[stocktake.DeviceID]int64{},
	}
}

func (r *room) idle() (since time.Time, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.left, len(r.here) == 0 && !r.running
}

func (r *room) stir() {
	select {
	case r.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// committed notes when who scanned, and has the room look.
func (r *room) committed(c count.Committed) {
	r.noting.Lock()
	for i := range c.Entries {
		e := &c.Entries[i]
		if r.recalled {
			r.note(e)
		} else if len(r.early) < maxRecalled {
			r.early = append(r.early, count.Entry{Offset: e.Offset, RecordedAt: e.RecordedAt, Kind: e.Kind, Author: e.Author})
		}
	}
	r.noting.Unlock()
	r.stir()
}

func (r *room) note(e *count.Entry) {
	if e.Offset <= r.noted {
		return
	}
	r.noted = e.Offset
	if e.Kind == count.Observed {
		r.beat.add(e.RecordedAt)
	}
	if d := e.Author.Stream.Device; d != "" {
		r.seen[d] = max(r.seen[d], e.RecordedAt.UnixMilli())
	}
}

func (r *room) join(s *subscriber) {
	r.mu.Lock()
	r.here[s] = false
	start := !r.running
	r.running = true
	r.mu.Unlock()
	r.stir()
	if start {
		r.hub.work.Add(1)
		go r.run()
	}
}

func (r *room) part(s *subscriber) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.here, s)
	r.left = r.hub.Now()
	r.stir()
}

// run looks whenever something came in, and not more often than the pace or restAfter allows.
func (r *room) run() {
	defer r.hub.work.Done()
	again := time.NewTicker(floorEvery)
	defer again.Stop()
	var costs []time.Duration // of the last looks
	for {
		select {
		case <-r.hub.ctx.Done():
			return
		case <-again.C:
		case <-r.wake:
		}
		r.mu.Lock()
		if len(r.here) == 0 {
			r.running = false
			r.mu.Unlock()
			time.AfterFunc(r.hub.Linger, r.hub.tidy) // from now on: while it rested after a look it could not be let go
			return
		}
		by := slices.Collect(maps.Keys(r.here))[0].who
		r.mu.Unlock()
		begun := time.Now()
		if err := r.look(by); err != nil {
			if r.hub.ctx.Err() != nil {
				return // nothing is broken: each socket says itself that the hub stops
			}
			r.hub.Logger.Error("live feed broken off", "society", r.key.society, "session", r.key.session, "error", err)
			r.sendAway(websocket.CloseInternalServerErr, "broken")
			continue
		}
		costs = append(costs[max(0, len(costs)-3):], time.Since(begun))
		rest := time.NewTimer(max(r.hub.Pace, restAfter(costs)))
		select {
		case <-r.hub.ctx.Done():
		case <-rest.C:
		}
		rest.Stop()
	}
}

// restAfter is how long to rest after the last of up to four looks, for what they took: three times the second longest of them, so that looks
// take a quarter of the time; one that was long by itself, the first or one that had to wait for a processor, does not keep the next waiting as
// long. Half of what the last one took at least, so that looks of which one in four is long take two thirds of the time at most.
func restAfter(costs []time.Duration) time.Duration {
	rest := costs[len(costs)-1] / 2
	if len(costs) > 1 {
		rest = max(rest, 3*slices.Sorted(slices.Values(costs))[len(costs)-2])
	}
	return rest
}

// look makes the picture of now and sends what has changed.
func (r *room) look(by stocktake.Person) error {
	v, err := r.hub.Sessions.View(r.hub.ctx, by, r.key.session)
	if err != nil {
		return err
	}
	if !r.recalled {
		if err := r.recall(by, v.Offset); err != nil {
			return err
		}
	}
	now := r.hub.Now()
	r.askFloor(now)
	p := paint(v)
	if wait := floorPaces*r.hub.Pace - time.Since(r.floorShown); r.shown == nil || wait <= 0 {
		r.noting.Lock()
		seen, beats := maps.Clone(r.seen), r.beat.last(now)
		r.noting.Unlock()
		p.putFloor(onTheFloor(v, r.devices, r.people, seen), beats)
		r.floorShown, r.floorOwed = time.Now(), false
	} else {
		p.keepFloor(r.shown)
		if !r.floorOwed {
			r.floorOwed = true
			time.AfterFunc(wait, r.stir)
		}
	}
	var change *websocket.PreparedMessage
	if old := r.shown; old == nil {
		r.number = 1
		r.shown = p
	} else {
		b, changed := p.changes(envelope("change", r.feed, r.number, r.number+1, p.offset, now.UnixMilli()), old, v)
		if changed {
			if change, err = websocket.NewPreparedMessage(websocket.TextMessage, b); err != nil {
				return err
			}
			r.number++
			r.keep(sent{r.number, change, len(b)})
			r.all = nil
		}
		r.shown = p
	}
	r.mu.Lock()
	var fresh []*subscriber
	for s, greeted := range r.here {
		if !greeted {
			fresh = append(fresh, s)
		} else if change != nil {
			r.give(s, change)
		}
	}
	r.mu.Unlock()
	for _, s := range fresh {
		messages, err := r.lacked(s, v, now)
		if err != nil {
			return err
		}
		r.mu.Lock()
		if _, here := r.here[s]; here {
			r.here[s] = true
			for _, m := range messages {
				r.give(s, m)
			}
		}
		r.mu.Unlock()
	}
	return nil
}

// lacked is what a newcomer lacks: the changes since the message that it has, or everything. Everything is much, and is
// written while no lock is held: who joins waits for the room's with the hub's in hand, and each commit takes the hub's.
func (r *room) lacked(s *subscriber, v *count.View, now time.Time) ([]*websocket.PreparedMessage, error) {
	if s.feed == r.feed && s.number <= r.number {
		first := slices.IndexFunc(r.ring, func(x sent) bool { return x.number == s.number+1 })
		switch missing := r.number - s.number; {
		case missing == 0:
			m, err := websocket.NewPreparedMessage(websocket.TextMessage,
				append(envelope("change", r.feed, r.number, r.number, r.shown.offset, now.UnixMilli()), '}'))
			return []*websocket.PreparedMessage{m}, err
		case first >= 0 && missing < maxBehind:
			var list []*websocket.PreparedMessage
			for _, x := range r.ring[first:] {
				list = append(list, x.message)
			}
			return list, nil
		}
	}
	if r.all == nil {
		b := r.shown.whole(envelope("all", r.feed, 0, r.number, r.shown.offset, now.UnixMilli()), v)
		var err error
		if r.all, err = websocket.NewPreparedMessage(websocket.TextMessage, b); err != nil {
			return nil, err
		}
	}
	return []*websocket.PreparedMessage{r.all}, nil
}

// give hands a message over, or sends the socket away that has not taken the ones before.
func (r *room) give(s *subscriber, m *websocket.PreparedMessage) {
	select {
	case s.out <- m:
	default:
		r.dismiss(s, websocket.CloseTryAgainLater, "slow")
	}
}

func (r *room) dismiss(s *subscriber, code int, why string) {
	if _, here := r.here[s]; here {
		delete(r.here, s)
		s.code, s.why = code, why
		close(s.ended)
	}
}

func (r *room) sendAway(code int, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s := range r.here {
		r.dismiss(s, code, why)
	}
	r.left = r.hub.Now()
}

func (r *room) keep(s sent) {
	r.ring = append(r.ring, s)
	r.kept += s.bytes
	for len(r.ring) > 0 && (r.kept > maxKept || len(r.ring) > 4*maxBehind) {
		r.kept -= r.ring[0].bytes
		r.ring[0] = sent{}
		r.ring = r.ring[1:]
	}
}

// askFloor asks for names and devices now and then. Without an answer the board goes by ids.
func (r *room) askFloor(now time.Time) {
	if r.hub.Floor == nil || now.Sub(r.floorAt) < floorEvery {
		return
	}
	r.floorAt = now
	var err, failed error
	if r.devices, err = r.hub.Floor.Devices(r.hub.ctx, r.key.society); err != nil {
		failed = err
	}
	if r.people, err = r.hub.Floor.People(r.hub.ctx, r.key.society); err != nil {
		failed = cmp.Or(failed, err)
	}
	if failed != nil && r.hub.ctx.Err() == nil {
		r.hub.Logger.Warn("live feed goes by ids", "society", r.key.society, "error", failed)
	}
}

// maxRecalled bounds the entries that are read to know the last minutes of a session.
const maxRecalled = 10_000

// recall reads the end of the log, so that a board that is opened now shows what was scanned just before.
func (r *room) recall(by stocktake.Person, offset uint64) error {
	from := uint64(1)
	if offset > maxRecalled {
		from = offset - maxRecalled
	}
	for from <= offset {
		entries, err := r.hub.Sessions.Log(r.hub.ctx, by, r.key.session, from, 1000)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			break
		}
		r.noting.Lock()
		for i := range entries {
			r.note(&entries[i])
		}
		r.noting.Unlock()
		from = entries[len(entries)-1].Offset + 1
	}
	r.noting.Lock()
	defer r.noting.Unlock()
	for i := range r.early {
		r.note(&r.early[i])
	}
	r.early, r.recalled = nil, true
	return nil
}
