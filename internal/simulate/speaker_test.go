package simulate_test

import (
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// speaker is one socket.
type speaker struct {
	server *strict
	conn   *websocket.Conn
	write  sync.Mutex
	id     count.Stream
	held   []*wire.Push
	sent   map[stocktake.SessionID]string
}

func (s *strict) stream(w http.ResponseWriter, r *http.Request, d stocktake.DeviceID) {
	s.mu.Lock()
	blocked := s.blocked
	s.mu.Unlock()
	if blocked {
		http.Error(w, "what is a websocket", http.StatusBadGateway)
		return
	}
	up := websocket.Upgrader{Subprotocols: []string{wire.Subprotocol}}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	x := &speaker{server: s, conn: conn, sent: map[stocktake.SessionID]string{}}
	defer func() { _ = conn.Close() }()
	if conn.Subprotocol() != wire.Subprotocol {
		s.t.Errorf("subprotocol %q", conn.Subprotocol())
	}
	for first := true; ; first = false {
		kind, message, err := conn.ReadMessage()
		if err != nil {
			break
		}
		f, err := wire.Parse(message, wire.ServerLimits)
		if err != nil || kind != websocket.TextMessage {
			s.mu.Lock()
			s.malformed++
			torn := s.torn
			s.mu.Unlock()
			if !torn {
				s.t.Errorf("malformed: %v in %.200s", err, message)
			}
			x.say(&wire.Bye{Code: wire.ByeMalformed})
			break
		}
		h, isHello := f.(*wire.Hello)
		if first != isHello {
			s.t.Errorf("frame %q where hello=%v is due", f.Type(), first)
			break
		}
		if isHello {
			x.id = count.Stream{Device: d, Epoch: h.Epoch}
		}
		if !x.hear(f) {
			break
		}
	}
	s.mu.Lock()
	delete(s.live, x)
	s.mu.Unlock()
}

// hear answers one frame, and reports whether the socket stays.
func (x *speaker) hear(f wire.Frame) bool {
	s := x.server
	s.mu.Lock()
	defer s.mu.Unlock()
	switch f := f.(type) {
	case *wire.Hello:
		x.say(s.greet(x.id, f))
		for _, id := range f.Sessions {
			x.sent[id] = f.Cursors[id]
		}
		s.live[x] = true
		x.feed()
	case *wire.Push:
		x.held = append(x.held, f)
		if s.hold && len(x.held) < s.window && f.Events != nil && int(f.Last())%s.window != 0 {
			return true
		}
		for _, p := range x.held {
			answer, lose := s.take(x.id, p)
			if lose {
				return false
			}
			x.say(answer)
		}
		x.held = nil
	case *wire.Ping:
		x.say(&wire.Pong{Echo: f.Time, Time: time.Now().UnixMilli()})
	case *wire.Fence:
		s.of(x.id).fenced = true
		x.say(&wire.MarkFrame{Mark: s.mark(x.id)})
	case *wire.Drained:
		x.say(s.drain(x.id, f))
	default:
		s.t.Errorf("a device sent %q", f.Type())
	}
	return true
}

func (x *speaker) say(f wire.Frame) {
	x.write.Lock()
	defer x.write.Unlock()
	_ = x.conn.WriteMessage(websocket.TextMessage, wire.Encode(f))
}

// feed sends what differs from the device's cursors. The caller holds the server's lock.
func (x *speaker) feed() {
	for id, cursor := range x.sent {
		if now := x.server.sessions[id]; now != nil && now.feed.Cursor != cursor {
			x.sent[id] = now.feed.Cursor
			x.say(&now.feed)
		}
	}
}
