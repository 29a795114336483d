package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/gorilla/websocket"

	"jard/internal/wire"
)

// limit is what no server behind this websocket library can beat on this disk: it appends frames unread to one file,
// all that wait together, and acknowledges them after one fdatasync. It speaks just enough of the protocol for the
// load to take it for a server.
type limit struct {
	file  *os.File
	http  *http.Server
	url   string
	batch int // events a frame: it cannot know
	queue chan *frame
	ended chan struct{}
}

type frame struct {
	message []byte
	written chan error
}

func startLimit(tb testing.TB, path string, batch int) *limit {
	file, err := os.Create(path)
	must(tb, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(tb, err)
	l := &limit{
		file: file, url: "http://" + listener.Addr().String(), batch: batch,
		queue: make(chan *frame, 1024), ended: make(chan struct{}),
	}
	l.http = &http.Server{Handler: http.HandlerFunc(l.serve)}
	go l.write()
	go func() { _ = l.http.Serve(listener) }()
	return l
}

// write commits whatever waits in one go, as Jard's writer does.
func (l *limit) write() {
	defer close(l.ended)
	var (
		waiting []*frame
		bytes   []byte
	)
	for f := range l.queue {
		waiting, bytes = append(waiting[:0], f), append(bytes[:0], f.message...)
	drain:
		for {
			select {
			case f, ok := <-l.queue:
				if !ok {
					break drain
				}
				waiting, bytes = append(waiting, f), append(bytes, f.message...)
			default:
				break drain
			}
		}
		_, err := l.file.Write(bytes)
		if err == nil {
			err = syscall.Fdatasync(int(l.file.Fd()))
		}
		for _, f := range waiting {
			f.written <- err
		}
	}
}

// The same buffers as the gateway's.
var limitUpgrader = websocket.Upgrader{
	ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10, WriteBufferPool: &sync.Pool{}, Subprotocols: []string{wire.Subprotocol},
}

func (l *limit) serve(w http.ResponseWriter, r *http.Request) {
	conn, err := limitUpgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	_, message, err := conn.ReadMessage()
	if err != nil {
		return
	}
	hello, err := wire.Parse(message, wire.ServerLimits)
	if err != nil {
		return
	}
	welcome := wire.Encode(&wire.Welcome{
		Incarnation: "limit", Mark: wire.Mark{Epoch: hello.(*wire.Hello).Epoch}, Window: 1, MaxEvents: l.batch, MaxBytes: 1 << 20,
	})
	if err := conn.WriteMessage(websocket.TextMessage, welcome); err != nil {
		return
	}
	f := &frame{written: make(chan error)}
	var ack []byte
	for through := int64(l.batch); ; through += int64(l.batch) {
		if _, f.message, err = conn.ReadMessage(); err != nil {
			return
		}
		l.queue <- f
		if err := <-f.written; err != nil {
			panic(fmt.Sprintf("the limit's file: %v", err)) // its figure would be worth nothing
		}
		ack = strconv.AppendInt(append(ack[:0], `{"t":"ack","through":`...), through, 10)
		ack = append(ack, `,"digest":"`...)
		ack = append(append(ack, noDigest...), `"}`...)
		if err := conn.WriteMessage(websocket.TextMessage, ack); err != nil {
			return
		}
	}
}

// noDigest is as long as a real one.
const noDigest = "0000000000000000000000000000000000000000000000000000000000000000"

// close is called when the load has hung up.
func (l *limit) close(tb testing.TB) {
	must(tb, l.http.Close())
	close(l.queue)
	<-l.ended
	name := l.file.Name()
	must(tb, l.file.Close())
	must(tb, os.Remove(name))
}
