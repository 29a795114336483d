package live

import (
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"jard/internal/stocktake"
)

// maxBehind is how many messages may wait for one socket. Who is further behind is sent away and comes back for the
// rest.
const maxBehind = 16

// writeWithin is how long one message may take: a whole board of a large session over a slow link.
const writeWithin = 20 * time.Second

// subscriber is one socket. Its room puts messages into out and never waits for it.
type subscriber struct {
	hub     *Hub
	request *http.Request
	conn    *websocket.Conn
	who     stocktake.Person
	key     roomKey
	feed    string // what the client has already
	number  uint64

	out   chan *websocket.PreparedMessage
	ended chan struct{} // closed by the room: it is to go
	code  int           // why, set before
	why   string
}

// serve pumps the room's messages until either end has had enough.
func (s *subscriber) serve(r *room) {
	defer s.conn.Close()
	s.conn.SetReadLimit(512) // a client has nothing to say
	patience := 3 * s.hub.Pulse
	_ = s.conn.SetReadDeadline(time.Now().Add(patience))
	s.conn.SetPongHandler(func(string) error { return s.conn.SetReadDeadline(time.Now().Add(patience)) })
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if _, _, err := s.conn.NextReader(); err == nil { // pings and closes are answered within
			s.goodbye(websocket.ClosePolicyViolation, "nothing-to-say")
		}
	}()
	s.pump(gone)
	r.part(s)
	_ = s.conn.Close() // wakes the reader
	<-gone
}

func (s *subscriber) pump(gone <-chan struct{}) {
	pulse := time.NewTicker(s.hub.Pulse)
	defer pulse.Stop()
	for {
		select {
		case <-s.ended: // before what still waits: who comes back gets that anyway
			s.goodbye(s.code, s.why)
			return
		default:
		}
		select {
		case <-gone:
			return
		case <-s.hub.ctx.Done():
			s.goodbye(websocket.CloseGoingAway, "stopping")
			return
		case <-s.ended:
			s.goodbye(s.code, s.why)
			return
		case m := <-s.out:
			_ = s.conn.SetWriteDeadline(time.Now().Add(writeWithin))
			if s.conn.WritePreparedMessage(m) != nil {
				return
			}
		case <-pulse.C:
			if !s.still() {
				s.goodbye(websocket.ClosePolicyViolation, "signed-out")
				return
			}
			if s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWithin)) != nil {
				return
			}
			_ = s.conn.SetWriteDeadline(time.Now().Add(writeWithin))
			if s.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"pulse"}`)) != nil {
				return
			}
		}
	}
}

// still asks again whether the person may see the session.
func (s *subscriber) still() bool {
	who, err := s.hub.Authenticate(s.request)
	if err == nil && (who.Society != s.who.Society || who.ID != s.who.ID) {
		return false
	}
	if err == nil {
		_, err = s.hub.Sessions.View(s.hub.ctx, who, s.key.session)
	}
	code := stocktake.CodeOf(err)
	return err == nil || code != stocktake.Unauthenticated && code != stocktake.Forbidden // a store in trouble signs nobody out
}

func (s *subscriber) goodbye(code int, why string) {
	_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(time.Second))
}
