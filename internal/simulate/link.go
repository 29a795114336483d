package simulate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

// link is one websocket, from hello to the end. One goroutine reads frames into in; the one that called converse does
// everything else, so that what is in flight needs no lock.
type link struct {
	d         *Device
	conn      *websocket.Conn
	in        chan wire.Frame
	broken    chan error
	welcome   *wire.Welcome
	epoch     string // that it said hello with
	next      uint64 // the event that the next push begins with
	asked     []request
	rewinding bool             // a push did not follow: wait for what is in flight, then go on from the mark
	quiet     <-chan time.Time // while the server is busy
	tick      <-chan time.Time
	fenced    bool                         // a fence is on its way
	drains    map[stocktake.SessionID]bool // said on this socket
}

// request is a frame that the server owes an answer to; push is the last event of a push, zero for other frames.
type request struct{ push uint64 }

// Ways for a conversation to end that are no errors of the network.
var (
	errAgain   = errors.New("the device says hello anew")
	errBlocked = errors.New("the websocket was refused")
)

// Connect keeps the device connected until ctx ends, which is no error. It returns early only when trying again cannot
// help: the server does not know the device, or no version is shared.
func (d *Device) Connect(ctx context.Context) error {
	for retry := 0; ; {
		if d.radio.wait(ctx) != nil {
			return nil
		}
		welcomed, err := d.converse(ctx)
		d.offline(err)
		switch {
		case ctx.Err() != nil:
			return nil
		case hopeless(err):
			return err
		case errors.Is(err, errAgain):
			retry = 0
			continue
		case welcomed:
			retry = 0
		}
		d.log.Debug("disconnected", "error", err, "retry", retry)
		if pause(ctx, d.fit.Clock, d.radio.jitter(d.fit.before(retry))) != nil {
			return nil
		}
		retry++
	}
}

// hopeless reports whether the server said something that no retry changes.
func hopeless(err error) bool {
	return errors.Is(err, ByeUnsupported) || errors.Is(err, ServerAddress) ||
		(err != nil && stocktake.CodeOf(err) == stocktake.Unauthenticated)
}

func (d *Device) offline(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.status.Online = false
	if err != nil && !errors.Is(err, errAgain) {
		d.status.Refused++
	}
	if saved := d.base.save(); saved != nil {
		d.log.Warn("device state not saved", "error", saved)
	}
	d.announce()
}

// converse holds one conversation: connect, say hello, then push and listen.
func (d *Device) converse(ctx context.Context) (welcomed bool, err error) {
	if d.fit.PushOnly {
		return d.converseOver(ctx)
	}
	conn, err := d.dial(ctx)
	if errors.Is(err, errBlocked) {
		if welcomed, failed := d.converseOver(ctx); welcomed {
			return true, failed // what was held is safe; the socket is tried again later
		}
	}
	if err != nil {
		return false, err
	}
	l := &link{
		d: d, conn: conn, in: make(chan wire.Frame, 64), broken: make(chan error, 1),
		drains: make(map[stocktake.SessionID]bool),
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.NetConn().SetWriteDeadline(time.Now().Add(time.Second)) })
	defer stop()
	done := make(chan struct{})
	go func() { defer close(done); l.read() }()
	defer func() { _ = conn.Close(); l.drainReader(done) }()
	err = l.run(ctx)
	return l.welcome != nil, err
}

// drainReader lets the reader end, whatever it still wants to say.
func (l *link) drainReader(done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case <-l.in:
		}
	}
}

func (d *Device) dial(ctx context.Context) (*websocket.Conn, error) {
	address, err := d.socketAddress()
	if err != nil {
		return nil, err
	}
	dialer := websocket.Dialer{
		NetDialContext: d.radio.dial, HandshakeTimeout: wire.HelloWithin, Subprotocols: []string{wire.Subprotocol},
		ReadBufferSize: 4 << 10, WriteBufferSize: 16 << 10,
	}
	conn, response, err := dialer.DialContext(ctx, address, http.Header{"Authorization": {"Bearer " + d.Token()}})
	if err == nil {
		conn.SetReadLimit(int64(wire.DeviceLimits.Bytes))
		return conn, nil
	}
	if response == nil {
		return nil, ServerSilent.Wrap(err, "/stream")
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusUnauthorized {
		return nil, DeviceRefused.Wrap(err)
	}
	return nil, fmt.Errorf("%w: status %d", errBlocked, response.StatusCode)
}

// read hands frames over until the socket ends.
func (l *link) read() {
	for {
		_ = l.conn.SetReadDeadline(time.Now().Add(wire.SilentFor))
		kind, message, err := l.conn.ReadMessage()
		if err != nil {
			l.broken <- ServerSilent.Wrap(err, "/stream")
			return
		}
		if kind != websocket.TextMessage {
			l.broken <- FrameUnexpected.New("binary")
			return
		}
		f, err := wire.Parse(message, wire.DeviceLimits)
		if err != nil {
			l.broken <- err
			return
		}
		l.in <- f
	}
}

func (l *link) write(message []byte) error {
	_ = l.conn.SetWriteDeadline(time.Now().Add(wire.SilentFor))
	if err := l.conn.WriteMessage(websocket.TextMessage, message); err != nil {
		return ServerSilent.Wrap(err, "/stream")
	}
	return nil
}

func (l *link) send(f wire.Frame) error { return l.write(wire.Encode(f)) }

func (l *link) run(ctx context.Context) error {
	if err := l.greet(); err != nil {
		return err
	}
	for {
		l.d.mu.Lock()
		changed := l.d.changed
		l.d.mu.Unlock()
		if err := l.work(); err != nil {
			return l.afterWrite(err)
		}
		select {
		case <-ctx.Done():
			_ = l.conn.WriteControl(websocket.CloseMessage,
				websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second))
			return nil
		case f := <-l.in:
			if err := l.handle(f); err != nil {
				return err
			}
		case err := <-l.broken:
			return l.lastWords(err)
		case <-changed:
		case <-l.quiet:
			l.quiet = nil
		case <-l.tick:
			l.tick = l.d.fit.Clock.After(l.d.fit.Ping)
			if err := l.measure(); err != nil {
				return l.afterWrite(err)
			}
		case <-l.d.ping:
			if err := l.measure(); err != nil {
				return l.afterWrite(err)
			}
		}
	}
}

// afterWrite looks for what the server said before it stopped reading: a failed write alone does not tell why.
func (l *link) afterWrite(err error) error {
	if !errors.Is(err, ServerSilent) {
		return err
	}
	select {
	case broken := <-l.broken:
		return l.lastWords(broken)
	case <-time.After(time.Second):
		return l.lastWords(err)
	}
}

// lastWords handles what came before the socket broke, a bye above all.
func (l *link) lastWords(broken error) error {
	for {
		select {
		case f := <-l.in:
			if err := l.handle(f); err != nil {
				return err
			}
		default:
			return broken
		}
	}
}

// Reasons for which a conversation ends.
var (
	DeviceRefused = stocktake.NewReason(stocktake.Unauthenticated, "device-refused",
		"The server does not know this device. Enrol it again; what it holds is kept.",
		"الخادم لا يعرف هذا الجهاز. سجّله من جديد؛ ما يحمله محفوظ.")
	ByeUnsupported = stocktake.NewReason(stocktake.Conflict, "device-unsupported",
		"The server and this simulator share no version of the protocol. Update the older one.",
		"لا إصدار مشترك من البروتوكول بين الخادم وهذا المحاكي. حدّث الأقدم منهما.")
	ByeSaid = stocktake.NewReason(stocktake.Unavailable, "server-said-bye",
		"The server closed the connection: %s. The device tries again.",
		"أغلق الخادم الاتصال: %s. سيعيد الجهاز المحاولة.")
	FrameUnexpected = stocktake.NewReason(stocktake.Unavailable, "frame-unexpected",
		"The server sent a %q frame where none is due. Are both of the same version?",
		"أرسل الخادم إطار %q في غير موضعه. هل الإصداران متوافقان؟")
)
