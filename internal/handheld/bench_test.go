package handheld_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"jard/internal/handheld"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// BenchmarkIngest measures durable events a second through sockets, gateway and store, the load's own work included:
// so many devices, so many events a push, one push in flight each (or the whole window).
func BenchmarkIngest(b *testing.B) {
	for _, c := range []struct{ devices, events, window int }{
		{1, 1, 1}, {50, 1, 1}, {500, 1, 1}, {1, 200, 1}, {1, 200, handheld.Window}, {50, 200, 1}, {500, 200, 1},
	} {
		b.Run(fmt.Sprintf("%dx%d/window=%d", c.devices, c.events, c.window), func(b *testing.B) {
			w := start(b)
			var loaders []*loader
			for n := range c.devices {
				loaders = append(loaders, newLoader(w, n, c.events))
			}
			b.ResetTimer()
			var work sync.WaitGroup
			rounds := max(1, b.N/(c.devices*c.events))
			for _, l := range loaders {
				work.Go(func() { l.run(rounds, c.window) })
			}
			work.Wait()
			b.ReportMetric(float64(rounds*c.devices*c.events)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// loader is a device that repeats itself: its events differ in their number only.
type loader struct {
	w      *world
	conn   *websocket.Conn
	next   uint64
	digest stocktake.Hash
	events [][]byte
}

func newLoader(w *world, n, events int) *loader {
	l := &loader{w: w, next: 1}
	for k := range events {
		l.events = append(l.events, observed("s1", n*1_000_000+k))
	}
	dialer := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}, HandshakeTimeout: time.Minute}
	conn, _, err := dialer.Dial("ws"+strings.TrimPrefix(w.server.URL, "http")+wire.Base+"/stream",
		http.Header{"Authorization": {fmt.Sprintf("Bearer t-d%d", n)}})
	w.check(err)
	w.Cleanup(func() { _ = conn.Close() })
	l.conn = conn
	w.check(conn.WriteMessage(websocket.TextMessage, wire.Encode(&wire.Hello{Epoch: epochOf(fmt.Sprint(n)), Oldest: 1, App: "1"})))
	_, _, err = conn.ReadMessage()
	w.check(err)
	return l
}

func (l *loader) run(rounds, window int) {
	var message []byte
	for sent, through := 0, uint64(0); through < uint64(rounds*len(l.events)); {
		for sent < rounds && uint64(sent*len(l.events))-through < uint64(window*len(l.events)) {
			p := wire.NewPush(l.next, l.digest, l.events...)
			message = wire.Append(message[:0], p)
			if err := l.conn.WriteMessage(websocket.TextMessage, message); err != nil {
				l.w.Error(err)
				return
			}
			l.next, l.digest = p.Last()+1, p.Digest
			sent++
		}
		_, answer, err := l.conn.ReadMessage()
		if err != nil {
			l.w.Error(err)
			return
		}
		f, err := wire.Parse(answer, wire.DeviceLimits)
		a, ok := f.(*wire.Ack)
		if !ok {
			l.w.Errorf("answered %s, %v", answer, err)
			return
		}
		through = a.Through
	}
}
