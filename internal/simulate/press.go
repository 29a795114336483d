package simulate

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/gorilla/websocket"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

// press is one device of a load.
type press struct {
	tape
	d       *Device
	next    int
	conn    *websocket.Conn
	net     net.Conn
	file    *os.File
	answer  []byte
	latency Histogram
	busy    int
}

// caller is a device without a database: it can call the server, and holds nothing.
func caller(server, name string) *Device {
	fit := Fitting{Server: server, Name: name, App: App, Clock: System, NoSync: true, Log: slog.New(slog.DiscardHandler)}
	d := &Device{
		fit: fit, base: &Database{nosync: true, detached: true}, changed: make(chan struct{}), radio: newRadio(Weather{}, 0, System),
		watch: wristwatch{clock: System, started: time.Now()}, log: fit.Log,
	}
	d.base.state.Epoch = stocktake.RandomID()
	d.base.chain = make([]stocktake.Hash, 1)
	d.http = &http.Client{Timeout: time.Minute, Transport: &http.Transport{DialContext: d.radio.dialCalm}}
	return d
}

// press makes the n-th device ready to connect: person signed in, session joined, tape cut.
func (l *Load) press(ctx context.Context, n int) (*press, error) {
	d := caller(l.Server, "")
	defer d.http.CloseIdleConnections()
	d.base.state.Device, d.base.state.Token = l.Devices[n].Device, l.Devices[n].Token
	if err := l.ready(ctx, d); err != nil {
		return nil, err
	}
	p := &press{d: d, tape: l.cut(n, time.Now().UnixMilli()), answer: make([]byte, 4<<10)}
	if l.Sync != "" {
		if err := os.MkdirAll(l.Sync, 0o700); err != nil {
			return nil, fmt.Errorf("open load file: %w", err)
		}
		name := filepath.Join(l.Sync, fmt.Sprintf("load-%d", n))
		var err error
		if p.file, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
			return nil, fmt.Errorf("open load file: %w", err)
		}
	}
	return p, nil
}

// greet connects, says hello and waits for the welcome.
func (p *press) greet(ctx context.Context) (err error) {
	if p.conn, err = p.d.dial(ctx); err != nil {
		return err
	}
	p.net = p.conn.NetConn()
	p.conn.SetPingHandler(func(echo string) error {
		err := p.conn.WriteControl(websocket.PongMessage, []byte(echo), time.Now().Add(wire.SilentFor))
		_ = p.net.SetWriteDeadline(time.Time{}) // the library leaves its own behind, and pushes go past it
		return err
	})
	if err := p.conn.WriteMessage(websocket.TextMessage, wire.Encode(p.d.hello())); err != nil {
		return fmt.Errorf("say hello: %w", err)
	}
	for {
		_, message, err := p.conn.ReadMessage()
		if err != nil {
			return fmt.Errorf("await welcome: %w", err)
		}
		switch f, err := wire.Parse(message, wire.DeviceLimits); f := f.(type) {
		case *wire.Welcome:
			return nil
		case *wire.Bye:
			return ByeSaid.New(string(f.Code))
		default:
			if err != nil {
				return err
			}
		}
	}
}

// run sends the next pushes of the tape, each after the acknowledgement of the one before.
func (p *press) run(pushes int) error {
	for range pushes {
		began := time.Now()
		if p.file != nil {
			if _, err := p.file.Write(p.frames[p.next]); err != nil {
				return fmt.Errorf("write load file: %w", err)
			}
			if err := p.file.Sync(); err != nil {
				return fmt.Errorf("sync load file: %w", err)
			}
		}
		if err := p.push(); err != nil {
			return err
		}
		p.latency.Add(time.Since(began))
		p.next++
	}
	return nil
}

// push sends one frame past the websocket library, whose copy and mask are not what is measured, until it is
// acknowledged.
func (p *press) push() error {
	if _, err := p.net.Write(p.frames[p.next]); err != nil {
		return fmt.Errorf("push: %w", err)
	}
	for {
		message, err := p.read()
		if err != nil {
			return fmt.Errorf("await ack: %w", err)
		}
		if bytes.HasPrefix(message, p.acks[p.next]) {
			return nil
		}
		f, err := wire.Parse(message, wire.DeviceLimits)
		if err != nil {
			return err
		}
		switch f := f.(type) {
		case *wire.Feed, *wire.Pong:
		case *wire.Busy:
			p.busy++
			<-time.After(time.Duration(f.RetryMS) * time.Millisecond)
			if _, err := p.net.Write(p.frames[p.next]); err != nil {
				return fmt.Errorf("push again: %w", err)
			}
		case *wire.Bye:
			return ByeSaid.New(string(f.Code))
		default:
			return fmt.Errorf("%w: %.200s", errAnswer, message)
		}
	}
}

// read gives one message in the press's own buffer.
func (p *press) read() ([]byte, error) {
	_, r, err := p.conn.NextReader()
	if err != nil {
		return nil, err
	}
	for n := 0; ; {
		if n == len(p.answer) {
			p.answer = append(p.answer, make([]byte, len(p.answer))...)
		}
		m, err := r.Read(p.answer[n:])
		n += m
		if err == io.EOF {
			return p.answer[:n], nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (p *press) close() {
	if p.conn != nil {
		_ = p.conn.Close()
	}
	if p.file != nil {
		_ = p.file.Close()
	}
}
