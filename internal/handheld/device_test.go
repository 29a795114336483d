package handheld_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

// device is a stream as a handheld holds it: its events with their digests. It says what the test has it say, right or
// wrong.
type device struct {
	*world
	token       string
	epoch       string
	events      [][]byte
	digests     []stocktake.Hash // digests[n] is that after n events
	acked       uint64
	incarnation string
	sessions    []stocktake.SessionID
	cursors     map[stocktake.SessionID]string
	succeeds    string

	conn *websocket.Conn
}

// epochOf makes an epoch that a test can tell.
func epochOf(name string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf("%-16.16s", name)))
}

func (w *world) device(id stocktake.DeviceID, epoch string) *device {
	return &device{world: w, token: "t-" + string(id), epoch: epochOf(epoch), digests: make([]stocktake.Hash, 1)}
}

func (d *device) record(events ...[]byte) *device {
	for _, e := range events {
		d.events = append(d.events, e)
		d.digests = append(d.digests, wire.NextDigest(d.digests[len(d.digests)-1], e))
	}
	return d
}

func (d *device) last() uint64 { return uint64(len(d.events)) }

func (d *device) hello() *wire.Hello {
	return &wire.Hello{
		Epoch: d.epoch, Last: d.last(), Oldest: 1, Acked: d.acked, App: "1.0.0", Time: 1795000000000, Mono: 1,
		Incarnation: d.incarnation, Sessions: d.sessions, Cursors: d.cursors, Succeeds: d.succeeds,
	}
}

// dial opens a socket without saying anything.
func (d *device) dial() {
	d.Helper()
	header := http.Header{"Authorization": {"Bearer " + d.token}}
	dialer := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}, HandshakeTimeout: 40 * time.Second}
	conn, response, err := dialer.Dial("ws"+strings.TrimPrefix(d.server.URL, "http")+wire.Base+"/stream", header)
	if err != nil {
		status := 0
		if response != nil {
			status = response.StatusCode
		}
		d.Fatalf("dial: %v (%d)", err, status)
	}
	d.conn = conn
	d.Cleanup(func() { _ = conn.Close() })
}

// connect opens a socket, says hello and gives the welcome.
func (d *device) connect() *wire.Welcome {
	d.Helper()
	d.dial()
	return d.greet(d.hello())
}

func (d *device) greet(h *wire.Hello) *wire.Welcome {
	d.Helper()
	d.send(h)
	w := expect[*wire.Welcome](d)
	d.incarnation = w.Incarnation
	return w
}

func (d *device) send(f wire.Frame) {
	d.Helper()
	d.sendRaw(wire.Encode(f))
}

func (d *device) sendRaw(message []byte) {
	d.Helper()
	d.check(d.conn.WriteMessage(websocket.TextMessage, message))
}

// push sends events first to last of the chain.
func (d *device) push(first, last uint64) {
	d.Helper()
	d.send(d.pushed(first, last))
}

func (d *device) pushed(first, last uint64) *wire.Push {
	return wire.NewPush(first, d.digests[first-1], d.events[first-1:last]...)
}

var errNothing = errors.New("nothing came")

// receive gives the next frame.
func (d *device) receive() (wire.Frame, error) {
	_ = d.conn.SetReadDeadline(time.Now().Add(40 * time.Second))
	_, message, err := d.conn.ReadMessage()
	if err != nil {
		return nil, err
	}
	return wire.Parse(message, wire.DeviceLimits)
}

// expect gives the next frame, which must be an F.
func expect[F wire.Frame](d *device) F {
	d.Helper()
	f, err := d.receive()
	if err != nil {
		d.Fatalf("want a %v: %v\n%s", reflect.TypeFor[F](), err, d.log)
	}
	want, ok := f.(F)
	if !ok {
		d.Fatalf("want a %v, got %s", reflect.TypeFor[F](), wire.Encode(f))
	}
	return want
}

// acknowledged waits for the ack of an event and checks its digest.
func (d *device) acknowledged(through uint64) {
	d.Helper()
	a := expect[*wire.Ack](d)
	if a.Through != through || a.Digest != d.digests[through] {
		d.Fatalf("acknowledged through %d (%s), want %d", a.Through, a.Digest, through)
	}
	d.acked = through
}

// marked waits for a mark.
func (d *device) marked(acked uint64, fenced bool) {
	d.Helper()
	if m := expect[*wire.MarkFrame](d).Mark; m.Acked != acked || m.Fenced != fenced || m.Epoch != d.epoch {
		d.Fatalf("mark is %+v, want %d, fenced %t", m, acked, fenced)
	}
}

// byes waits for a bye and for the end of the connection.
func (d *device) byes(code wire.ByeCode) {
	d.Helper()
	if b := expect[*wire.Bye](d); b.Code != code || b.English == "" || b.Arabic == "" {
		d.Fatalf("bye says %+v, want %s", b, code)
	}
	d.gone()
}

// gone waits for the end of the connection.
func (d *device) gone() {
	d.Helper()
	if f, err := d.receive(); err == nil {
		d.Fatalf("after the end came %s", wire.Encode(f))
	}
}

// post speaks through the HTTP fallback: a hello and a request, if any.
func (d *device) post(f wire.Frame) []wire.Frame {
	d.Helper()
	body := wire.Encode(d.hello())
	if f != nil {
		body = wire.Append(append(body, '\n'), f)
	}
	status, answer, _ := d.call("POST", "/push", d.token, body)
	if status != http.StatusOK {
		d.Fatalf("push: %d %s", status, answer)
	}
	var frames []wire.Frame
	for line := range strings.SplitSeq(answer, "\n") {
		f, err := wire.Parse([]byte(line), wire.DeviceLimits)
		d.check(err)
		frames = append(frames, f)
	}
	return frames
}
