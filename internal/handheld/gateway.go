package handheld

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/semaphore"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

// Config is what a Gateway needs. Accounts, Sessions and Store must be set; every other zero value has a sane meaning.
type Config struct {
	Accounts Accounts
	Sessions Sessions
	Store    Store

	Logger *slog.Logger     // slog.Default
	Now    func() time.Time // time.Now

	Version string   // of this server, for people to read; empty: not said
	MinApp  string   // the oldest app that may join sessions; empty: any
	Origins []string // besides the server's own, whose pages may open a socket
	Rates   Rates    // DefaultRates
	Timing  Timing   // DefaultTiming

	// Remote is the address that a request comes from, for the limits on guessing. Nil takes the peer's, which behind a
	// proxy is the proxy's.
	Remote func(*http.Request) string
}

// Timing is how long the gateway waits. The zero value of each takes DefaultTiming's.
type Timing struct {
	Hello  time.Duration // for a new socket's hello
	Silent time.Duration // for anything from a device, pongs too
	Ping   time.Duration // between the gateway's own pings
	Write  time.Duration // for one frame to leave
	Body   time.Duration // for a call's body
	Linger time.Duration // for a device to close after a bye
	Retry  time.Duration // that a busy frame asks for
}

// DefaultTiming is the protocol's.
var DefaultTiming = Timing{
	Hello: wire.HelloWithin, Silent: wire.SilentFor, Ping: 25 * time.Second, Write: 15 * time.Second, Body: 60 * time.Second,
	Linger: time.Second, Retry: 2 * time.Second,
}

func (t Timing) filled() Timing {
	for _, p := range []struct {
		value     *time.Duration
		otherwise time.Duration
	}{
		{&t.Hello, DefaultTiming.Hello}, {&t.Silent, DefaultTiming.Silent}, {&t.Ping, DefaultTiming.Ping}, {&t.Write, DefaultTiming.Write},
		{&t.Body, DefaultTiming.Body}, {&t.Linger, DefaultTiming.Linger}, {&t.Retry, DefaultTiming.Retry},
	} {
		if *p.value <= 0 {
			*p.value = p.otherwise
		}
	}
	return t
}

// Window is how many requests a device may have unanswered: while one is being made durable the next ones travel, and
// are then made durable together.
const Window = 8

// maxWork bounds the bytes of messages, of all devices together, that are being worked on: parsed, and not answered yet.
// The others wait as they came. Hundreds of handhelds that come back at once so cost little memory, and what the store
// and the fold take up next is still in the processor's caches.
const maxWork = 6 << 20

// maxShare is what one device may have of it: one that sends and does not read its answers does not hold up all others.
const maxShare = maxWork / 4

// small messages are not counted as work: no window of them comes to much.
const small = 4 << 10

// maxPush is the greatest message that devices are asked to send: a window of them fits a share, so that a ping behind
// them is read at once. Larger ones, up to wire.ServerLimits, are taken all the same.
const maxPush = maxShare / Window

// Gateway is the server's end of the handheld protocol: an http.Handler of everything under wire.Base.
type Gateway struct {
	accounts Accounts
	sessions Sessions
	store    Store
	log      *slog.Logger
	now      func() time.Time
	version  string
	minApp   string
	origins  []string
	timing   Timing
	remote   func(*http.Request) string

	mux      *http.ServeMux
	upgrader websocket.Upgrader
	live     *live
	contacts contacts
	feeds    *feeds
	chunks   *chunks
	history  history
	work     *semaphore.Weighted // bytes of maxWork
	unwatch  func()

	enrols, remotes, signIns, dials, photos *throttle
}

// New starts a gateway. Close it before the store.
func New(c Config) *Gateway {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Remote == nil {
		c.Remote = peer
	}
	g := &Gateway{
		accounts: c.Accounts, sessions: c.Sessions, store: c.Store, log: c.Logger, now: c.Now, version: c.Version, minApp: c.MinApp, origins: c.Origins,
		timing: c.Timing.filled(), remote: c.Remote, live: newLive(), chunks: newChunks(),
		work:    semaphore.NewWeighted(maxWork),
		enrols:  newThrottle(c.Rates.Enrol, DefaultRates.Enrol, c.Now),
		remotes: newThrottle(c.Rates.Remote, DefaultRates.Remote, c.Now),
		signIns: newThrottle(c.Rates.SignIn, DefaultRates.SignIn, c.Now),
		dials:   newThrottle(c.Rates.Dial, DefaultRates.Dial, c.Now),
		photos:  newThrottle(c.Rates.Photo, DefaultRates.Photo, c.Now),
	}
	g.feeds = &feeds{load: g.loadFeed, held: map[feedKey]*heldFeed{}}
	g.upgrader = websocket.Upgrader{
		HandshakeTimeout: g.timing.Hello, ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10, WriteBufferPool: &sync.Pool{},
		Subprotocols: []string{wire.Subprotocol}, CheckOrigin: func(*http.Request) bool { return true }, // done before, with a reason
	}
	g.mux = http.NewServeMux()
	g.route("POST /enrol", g.enrol)
	g.route("POST /signin", g.device(g.signIn))
	g.route("GET /sessions", g.device(g.list))
	g.route("POST /join", g.device(g.join))
	g.route("GET /chunks/{hash}", g.device(g.chunk))
	g.route("PUT /photos/{hash}", g.device(g.photo))
	g.route("POST /push", g.deviceOrRevoked(g.push))
	g.route("GET /stream", g.deviceOrRevoked(g.stream))
	g.unwatch = c.Sessions.Watch(g.changed)
	return g
}

// ServeHTTP serves the protocol's calls.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.mux.ServeHTTP(w, r) }

// Shutdown takes no new sockets, lets every device have the answers to what it has sent, says goodbye and waits until
// all are gone, or ctx ends.
func (g *Gateway) Shutdown(ctx context.Context) error {
	g.unwatch()
	g.live.shut()
	return g.live.wait(ctx)
}

// Close is Shutdown without hurry: every step of a socket's end is bounded in time.
func (g *Gateway) Close() { _ = g.Shutdown(context.Background()) }

// changed has every socket that holds a session look at its tasks again. It is called from the watcher.
func (g *Gateway) changed(society stocktake.SocietyID, session stocktake.SessionID) {
	g.feeds.forget(feedKey{society, session})
	g.live.each(func(s *socket) {
		if s.who.Society == society {
			s.feeder.changed(session)
		}
	})
}

// Online lists the devices of a society that have a socket open.
func (g *Gateway) Online(society stocktake.SocietyID) []Online {
	var list []Online
	g.live.each(func(s *socket) {
		if s.who.Society == society {
			list = append(list, Online{Device: s.who.ID, Epoch: s.stream.Epoch, App: s.app, Since: s.since})
		}
	})
	return list
}

// Online is a device that has a socket open.
type Online struct {
	Device stocktake.DeviceID `json:"device"`
	Epoch  string             `json:"epoch"`
	App    string             `json:"app"`
	Since  time.Time          `json:"since"`
}

// peer is the address of whoever is at the other end of the connection.
func peer(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}

// identity is who speaks: a device and the token that proved it.
type identity struct {
	Device
	token string
}

func (i identity) key() deviceKey { return deviceKey{i.Society, i.ID} }

// again asks for the device's standing: it may have been revoked since it proved itself.
func (g *Gateway) again(ctx context.Context, i identity) (identity, error) {
	d, err := g.accounts.Device(ctx, i.token)
	return identity{d, i.token}, err
}
