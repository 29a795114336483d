package handheld

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/semaphore"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// socket is one device's websocket. Three goroutines serve it: run reads and unpacks frames, and waits when Window of
// them stand unanswered, so that a device which sends faster than the store writes is held up in its own connection;
// intake has them written and answers in order; pulse sends feeds and pings. All write frames under one lock.
type socket struct {
	g      *Gateway
	conn   *websocket.Conn
	who    identity
	since  time.Time
	stream count.Stream // set, with app, before the socket is claimed for its device
	app    string

	incarnation atomic.Pointer[string] // that it was welcomed under
	feeder      *feeder
	inbox       chan request
	share       *semaphore.Weighted // bytes of maxShare
	usual       int                 // the reader's own: what its latest messages needed, about

	ending   sync.Once
	goodbye  *goodbye      // set before stopping closes
	stopping chan struct{} // the socket is to end
	quiet    chan struct{} // its stream is let go of: nothing more will be appended by it

	writing sync.Mutex
	out     []byte
}

// request is what wants an answer in its turn: a push made ready, or a drained or fence frame.
type request struct {
	delivery *delivery
	frame    wire.Frame
}

type goodbye struct {
	code wire.ByeCode
	why  *stocktake.Error
}

// tryLater is the end of a socket that was told busy: no bye follows.
const tryLater wire.ByeCode = ""

var closeCodes = map[wire.ByeCode]int{
	tryLater:          websocket.CloseTryAgainLater,
	wire.ByeMalformed: websocket.ClosePolicyViolation, wire.ByeRevoked: websocket.ClosePolicyViolation,
	wire.ByeReplaced: websocket.CloseNormalClosure, wire.ByeShutdown: websocket.CloseGoingAway,
	wire.ByeSlow: websocket.ClosePolicyViolation, wire.ByeRestored: websocket.CloseServiceRestart,
}

// stream opens a websocket and serves it to its end.
func (g *Gateway) stream(w http.ResponseWriter, r *http.Request, i identity) error {
	if err := g.dials.take(i.key().String()); err != nil {
		return err
	}
	if !g.ownPage(r) {
		return WrongOrigin.New()
	}
	if !slices.Contains(websocket.Subprotocols(r), wire.Subprotocol) {
		return NoSubprotocol.New(wire.Subprotocol)
	}
	if g.live.isShut() {
		return Stopping.New()
	}
	conn, err := g.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil // the upgrader has answered
	}
	s := &socket{
		g: g, conn: conn, who: i, since: g.now(), feeder: newFeeder(), inbox: make(chan request, Window-1),
		share: semaphore.NewWeighted(maxShare), stopping: make(chan struct{}), quiet: make(chan struct{}),
	}
	conn.SetReadLimit(int64(wire.ServerLimits.Bytes))
	conn.SetPongHandler(func(string) error { s.patience(g.timing.Silent); return nil })
	if !g.live.enter(s) {
		return conn.Close()
	}
	s.run(context.WithoutCancel(r.Context()))
	return nil
}

// ownPage lets programs, which send no Origin, the server's own pages and those configured open a socket.
func (g *Gateway) ownPage(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(g.origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == r.Host
}

func (s *socket) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	var pumps sync.WaitGroup
	defer func() {
		s.ending.Do(func() { close(s.stopping) })
		close(s.inbox)
		pumps.Wait() // the answers to what was read go out before the bye
		cancel()
		s.close()
	}()
	hello, err := s.hello()
	if err != nil {
		s.fail(err)
		return
	}
	s.stream, s.app = count.Stream{Device: s.who.ID, Epoch: hello.Epoch}, hello.App
	if before := s.g.live.claim(s); before != nil {
		before.end(wire.ByeReplaced, Replaced.New())
		<-before.quiet // though this one is ended meanwhile: whoever comes after it takes its quiet for that of all before
		select {
		case <-s.stopping:
			return
		default:
		}
	}
	if !s.welcome(ctx, hello) {
		return
	}
	pumps.Go(func() { s.intake(ctx) })
	if !s.who.Revoked {
		pumps.Go(func() { s.pulse(ctx, hello) })
	}
	for {
		message, err := s.read(s.g.timing.Silent)
		if err == nil {
			err = s.take(message)
		}
		if err != nil {
			s.fail(err)
			return
		}
	}
}

func (s *socket) hello() (*wire.Hello, error) {
	message, err := s.read(s.g.timing.Hello)
	if err != nil {
		return nil, err
	}
	f, err := wire.Parse(message, wire.ServerLimits)
	if err != nil {
		return nil, err
	}
	h, ok := f.(*wire.Hello)
	if !ok {
		return nil, Unexpected.New(f.Type())
	}
	return h, nil
}

// welcome answers the hello, or says busy and ends the socket when the store cannot say where the stream stands.
func (s *socket) welcome(ctx context.Context, h *wire.Hello) bool {
	w, err := s.g.greet(ctx, s.who, h)
	if err != nil {
		_ = s.write(s.g.refusal(ctx, s.who, s.stream, err))
		s.end(tryLater, nil)
		return false
	}
	s.incarnation.Store(&w.Incarnation)
	// A renewal that came between the two lines above has not seen this socket.
	if now, err := s.g.store.Incarnation(ctx); err == nil && now != w.Incarnation {
		s.end(wire.ByeRestored, Renewed.New())
		return false
	}
	return s.write(w) == nil
}

// take parses a message and acts on it. What it answers nothing to itself goes to intake, and the work with it.
func (s *socket) take(message []byte) error {
	work := int64(len(message))
	if work <= small { // a ping does not wait behind others' work
		work = 0
	} else {
		_ = s.share.Acquire(context.Background(), work) // which is never refused; work ends soon: the store answers or fails
		_ = s.g.work.Acquire(context.Background(), work)
	}
	handedOn := false
	defer func() {
		if !handedOn {
			s.release(work)
		}
	}()
	f, err := wire.Parse(message, wire.ServerLimits) // events are slices of it
	if err != nil {
		return err
	}
	var r request
	switch f := f.(type) {
	case *wire.Ping:
		return s.write(&wire.Pong{Echo: f.Time, Time: s.g.now().UnixMilli()})
	case *wire.Push:
		r.delivery, handedOn = unpack(f), true
		r.delivery.work = work
	case *wire.Drained:
		if s.who.Revoked {
			s.end(wire.ByeRevoked, Revoked.New())
			return errEnded
		}
		r.frame = f
	case *wire.Fence:
		r.frame = f
	default:
		s.end(wire.ByeMalformed, Unexpected.New(f.Type()))
		return errEnded
	}
	s.inbox <- r // where the reader waits while the window is full: intake ends only after it
	return nil
}

// errEnded stops the reader of a socket that has been told why it ends.
var errEnded = errors.New("socket ended")

// intake has what was read written, what waits together if it goes on from each other, and answers in order.
func (s *socket) intake(ctx context.Context) {
	defer close(s.quiet)
	var held *request
	for {
		r, ok := s.following(&held)
		if !ok {
			return
		}
		who, err := s.g.again(ctx, s.who)
		if stocktake.CodeOf(err) == stocktake.Unauthenticated && err != nil {
			s.end(wire.ByeRevoked, stocktake.Fault(err))
			for ok := true; ok; r, ok = s.following(&held) { // the reader may be waiting for room
				s.done(r.delivery)
			}
			return
		}
		var parts []*delivery
		if r.delivery != nil {
			parts = s.gather(r.delivery, &held)
		}
		var answers []wire.Frame
		switch {
		case err != nil:
			answers = slices.Repeat([]wire.Frame{s.g.refusal(ctx, s.who, s.stream, err)}, max(1, len(parts)))
		case parts != nil:
			answers = s.g.append(ctx, who, s.stream, parts...)
		default:
			answers = []wire.Frame{s.answer(ctx, who, r.frame)}
		}
		s.done(parts...)
		for _, f := range answers {
			_ = s.write(f) // a broken socket ends by its reader; what was read is written all the same
		}
		if who.Revoked && !s.who.Revoked {
			s.end(wire.ByeRevoked, Revoked.New()) // the next welcome says what is left to it
		}
	}
}

// done gives back the work of deliveries.
func (s *socket) done(parts ...*delivery) {
	for _, d := range parts {
		if d != nil {
			s.release(d.work)
		}
	}
}

func (s *socket) release(work int64) {
	s.g.work.Release(work)
	s.share.Release(work)
}

func (s *socket) following(held **request) (request, bool) {
	if r := *held; r != nil {
		*held = nil
		return *r, true
	}
	r, ok := <-s.inbox
	return r, ok
}

// gather takes what waits already and goes on from first. It never waits itself.
func (s *socket) gather(first *delivery, held **request) []*delivery {
	parts := []*delivery{first}
	for len(parts) < Window {
		select {
		case r, ok := <-s.inbox:
			if !ok {
				return parts
			}
			if r.delivery == nil || !r.delivery.goesOn(parts[len(parts)-1]) {
				*held = &r
				return parts
			}
			parts = append(parts, r.delivery)
		default:
			return parts
		}
	}
	return parts
}

func (s *socket) answer(ctx context.Context, who identity, f wire.Frame) wire.Frame {
	if d, ok := f.(*wire.Drained); ok {
		if who.Revoked {
			return &wire.Drained{Session: d.Session, Last: d.Last, Error: wire.NewFault(Revoked.New())}
		}
		return s.g.drained(ctx, who, s.stream, d)
	}
	return s.g.fence(ctx, who, s.stream)
}

// pulse sends the feeds that differ from what the device has, and pings, until the socket ends.
func (s *socket) pulse(ctx context.Context, h *wire.Hello) {
	for _, session := range h.Sessions {
		s.feeder.follow(session, h.Cursors[session])
	}
	ticker := time.NewTicker(s.g.timing.Ping)
	defer ticker.Stop()
	var failed []stocktake.SessionID
	for {
		select {
		case <-s.stopping:
			return
		case <-ticker.C:
			_ = s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(s.g.timing.Write))
			for _, session := range failed {
				s.feeder.changed(session)
			}
			failed = nil
		case <-s.feeder.wake:
			for session, cursor, ok := s.feeder.next(); ok; session, cursor, ok = s.feeder.next() {
				if err := s.feed(ctx, session, cursor); err != nil {
					s.g.log.ErrorContext(ctx, "feed not sent", "society", s.who.Society, "device", s.who.ID, "session", session, "error", err)
					failed = append(failed, session)
				}
			}
		}
	}
}

// feed sends a session's feed if the device has another. What a socket cannot take is no error: it ends by itself.
func (s *socket) feed(ctx context.Context, session stocktake.SessionID, cursor string) error {
	who, err := s.g.again(ctx, s.who)
	if err != nil {
		return err
	}
	if who.Revoked {
		s.end(wire.ByeRevoked, Revoked.New())
		return nil
	}
	f, err := s.g.feeds.get(ctx, feedKey{s.who.Society, session})
	if err != nil || f.cursor == cursor {
		return err
	}
	if s.send(f.message) == nil {
		s.feeder.sent(session, f.cursor)
	}
	return nil
}

// patience gives the device so long to be heard from, unless the socket is ending.
func (s *socket) patience(d time.Duration) {
	_ = s.conn.SetReadDeadline(time.Now().Add(d))
	select {
	case <-s.stopping: // whoever ended it may have set its deadline just before
		_ = s.conn.SetReadDeadline(time.Unix(1, 0))
	default:
	}
}

// read gives the next message, in a buffer of its own, which is made when it begins to arrive: a quiet socket holds none.
func (s *socket) read(within time.Duration) ([]byte, error) {
	s.patience(within)
	_, r, err := s.conn.NextReader()
	if err != nil {
		return nil, err
	}
	message := bytes.NewBuffer(make([]byte, 0, s.usual+s.usual/8+bytes.MinRead)) // ReadFrom wants so much left at the end
	if _, err := message.ReadFrom(r); err != nil {
		return nil, err
	}
	s.usual = max(message.Len(), s.usual/2)
	return message.Bytes(), nil
}

// write sends one frame. After an error the socket is of no more use, and its reader is woken to end it.
func (s *socket) write(f wire.Frame) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.out = wire.Append(s.out[:0], f)
	return s.sendLocked(s.out)
}

func (s *socket) send(message []byte) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.sendLocked(message)
}

func (s *socket) sendLocked(message []byte) error {
	_ = s.conn.SetWriteDeadline(time.Now().Add(s.g.timing.Write))
	err := s.conn.WriteMessage(websocket.TextMessage, message)
	if err != nil {
		_ = s.conn.Close()
	}
	return err
}

// fail ends the socket over a failed read, with a bye where there is somebody to hear it.
func (s *socket) fail(err error) {
	if e, ok := errors.AsType[*stocktake.Error](err); ok {
		s.end(wire.ByeMalformed, e)
		s.g.log.Warn("device broke the protocol", "society", s.who.Society, "device", s.who.ID, "stream", s.stream.Epoch, "error", err)
		return
	}
	if t, ok := errors.AsType[net.Error](err); ok && t.Timeout() {
		s.end(wire.ByeSlow, TooSlow.New())
	}
}

// end has the socket end: its reader stops, what was read is answered, and the bye goes out. Only the first call counts.
func (s *socket) end(code wire.ByeCode, why *stocktake.Error) {
	s.ending.Do(func() {
		s.goodbye = &goodbye{code, why}
		close(s.stopping)
		_ = s.conn.SetReadDeadline(time.Unix(1, 0))
	})
}

// close says goodbye, gives the device a moment to close its end, so that the bye is not lost to a reset, and closes.
func (s *socket) close() {
	s.ending.Do(func() { close(s.stopping) })
	select {
	case <-s.quiet:
	default: // it never got as far as a pump
		close(s.quiet)
	}
	if b := s.goodbye; b != nil && (b.code == tryLater || s.send(farewell(b.code, b.why)) == nil) {
		end := time.Now().Add(s.g.timing.Linger)
		_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(closeCodes[b.code], string(b.code)), end)
		_ = s.conn.NetConn().SetReadDeadline(end)
		_, _ = io.Copy(io.Discard, s.conn.NetConn())
	}
	_ = s.conn.Close()
	s.g.live.leave(s)
	if s.who.ID != "" {
		s.g.contacts.note(s.who.key(), s.g.now())
	}
}
