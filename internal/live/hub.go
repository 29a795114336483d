package live

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// Sessions is what the feed needs of count.Service. View must refuse whoever may not see a session's figures.
type Sessions interface {
	View(ctx context.Context, by stocktake.Person, session stocktake.SessionID) (*count.View, error)
	Log(ctx context.Context, by stocktake.Person, session stocktake.SessionID, from uint64, limit int) ([]count.Entry, error)
}

// Log tells of every commit; count.Log has it.
type Log interface {
	Watch(f func(count.Committed)) (stop func())
}

// Device is what is known of a handheld besides its passes. What is nil is not known.
type Device struct {
	ID      stocktake.DeviceID
	Name    string
	Online  bool
	Seen    time.Time
	Unsent  *int // events that it holds and the server has not
	Battery *int // percent
}

// Floor knows a society's people and devices by name. Both are asked on behalf of somebody who may see the session.
type Floor interface {
	Devices(ctx context.Context, society stocktake.SocietyID) ([]Device, error)
	People(ctx context.Context, society stocktake.SocietyID) (map[stocktake.PersonID]stocktake.Name, error)
}

// Config is what a Hub needs. Sessions, Log, Authenticate and Logger must be set.
type Config struct {
	Sessions Sessions
	Log      Log
	Floor    Floor // nil: devices go by their ids
	// Authenticate says who asks. It is called again with the same request as long as the socket is open, so that who was
	// signed out sees nothing more.
	Authenticate func(*http.Request) (stocktake.Person, error)
	Logger       *slog.Logger

	Now    func() time.Time // time.Now
	Pace   time.Duration    // the least time between two messages of a session; 25 ms
	Pulse  time.Duration    // how often a quiet socket is told that it lives, and who it is asked again; 15 s
	Linger time.Duration    // how long a session that nobody watches can be resumed; 2 min
	Most   int              // sockets at a time; 500, of one person a tenth
}

// Hub is the feed of all sessions: an http.Handler for /live/sessions/{id}. Close it before the store.
type Hub struct {
	Config
	upgrader websocket.Upgrader
	unwatch  func()
	ctx      context.Context
	stop     context.CancelFunc
	work     sync.WaitGroup

	mu     sync.Mutex
	rooms  map[roomKey]*room
	open   map[personKey]int
	total  int
	closed bool
}

type roomKey struct {
	society stocktake.SocietyID
	session stocktake.SessionID
}

type personKey struct {
	society stocktake.SocietyID
	person  stocktake.PersonID
}

// maxIdle bounds the pictures kept of sessions that nobody watches.
const maxIdle = 8

// New starts a hub.
func New(c Config) (*Hub, error) {
	if c.Sessions == nil || c.Log == nil || c.Authenticate == nil || c.Logger == nil {
		return nil, errors.New("live: sessions, log, authenticate and a logger are needed")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Pace, c.Pulse = cmp.Or(c.Pace, 25*time.Millisecond), cmp.Or(c.Pulse, 15*time.Second)
	c.Linger, c.Most = cmp.Or(c.Linger, 2*time.Minute), cmp.Or(c.Most, 500)
	h := &Hub{Config: c, rooms: map[roomKey]*room{}, open: map[personKey]int{}}
	h.upgrader = websocket.Upgrader{
		HandshakeTimeout: 10 * time.Second, ReadBufferSize: 1 << 10, WriteBufferSize: 32 << 10, EnableCompression: true,
		CheckOrigin: ownPage,
	}
	h.ctx, h.stop = context.WithCancel(context.Background())
	h.unwatch = c.Log.Watch(h.committed)
	return h, nil
}

// Close sends everybody away and waits until they are gone.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.unwatch()
	h.stop()
	h.work.Wait()
}

// committed wakes the room of a session, and all of a society whose feed has moved. It is called for every commit of every session, and costs one look into a
// small map when nobody watches.
func (h *Hub) committed(c count.Committed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.Site != "" {
		for key, r := range h.rooms { // few are watched, and a look at one that the site's feed does not concern sends nothing
			if key.society == c.Society {
				r.stir()
			}
		}
	} else if r := h.rooms[roomKey{c.Society, c.Session}]; r != nil {
		r.committed(c)
	}
}

// ownPage lets only pages of this server open a socket: the session's cookie comes with whatever page asks.
func ownPage(r *http.Request) bool {
	u, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// ServeHTTP opens the feed of the session in the path, for whoever may see it. With ?feed= and ?number= of the last
// message that a client has, it goes on from there where it can.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s, err := h.admit(r)
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	defer h.leave(s)
	if s.conn, err = h.upgrader.Upgrade(w, r, nil); err != nil {
		return // the upgrader has answered
	}
	s.serve(h.enter(s))
}

// admit checks who asks for what, before anything is upgraded.
func (h *Hub) admit(r *http.Request) (*subscriber, error) {
	id, ok := strings.CutPrefix(r.URL.Path, "/live/sessions/")
	if r.Method != http.MethodGet || !ok || stocktake.CheckID("session", id) != nil || !websocket.IsWebSocketUpgrade(r) {
		return nil, stocktake.NoSuch("live feed", id)
	}
	if !ownPage(r) {
		return nil, WrongOrigin.New()
	}
	who, err := h.Authenticate(r)
	if err != nil {
		return nil, err
	}
	s := &subscriber{hub: h, request: r, who: who, key: roomKey{who.Society, stocktake.SessionID(id)}, feed: r.URL.Query().Get("feed")}
	s.number, _ = strconv.ParseUint(r.URL.Query().Get("number"), 10, 64)
	s.out, s.ended = make(chan *websocket.PreparedMessage, maxBehind), make(chan struct{})
	if _, err := h.Sessions.View(r.Context(), who, s.key.session); err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	person := personKey{who.Society, who.ID}
	switch {
	case h.closed:
		return nil, Stopping.New()
	case h.total >= h.Most, h.open[person] >= max(1, h.Most/10):
		return nil, Crowded.New()
	}
	h.total++
	h.open[person]++
	h.work.Add(1)
	return s, nil
}

func (h *Hub) leave(s *subscriber) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.total--
	person := personKey{s.who.Society, s.who.ID}
	if h.open[person]--; h.open[person] == 0 {
		delete(h.open, person)
	}
	h.work.Done()
}

// enter puts a subscriber into its session's room.
func (h *Hub) enter(s *subscriber) *room {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[s.key]
	if r == nil {
		r = newRoom(h, s.key)
		h.rooms[s.key] = r
	}
	r.join(s)
	h.letGo()
	return r
}

// tidy lets go of pictures when their time is over, though nobody should ever come again.
func (h *Hub) tidy() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.letGo()
}

// letGo lets go of rooms that nobody has watched for long, and of the oldest of too many.
func (h *Hub) letGo() {
	type quiet struct {
		key   roomKey
		since time.Time
	}
	var idle []quiet
	for k, r := range h.rooms {
		if since, ok := r.idle(); ok {
			if h.Now().Sub(since) >= h.Linger {
				delete(h.rooms, k)
			} else {
				idle = append(idle, quiet{k, since})
			}
		}
	}
	if len(idle) > maxIdle {
		slices.SortFunc(idle, func(a, b quiet) int { return a.since.Compare(b.since) })
		for _, x := range idle[:len(idle)-maxIdle] {
			delete(h.rooms, x.key)
		}
	}
}

var statuses = map[stocktake.Code]int{
	stocktake.Unauthenticated: http.StatusUnauthorized, stocktake.Forbidden: http.StatusForbidden, stocktake.NotFound: http.StatusNotFound,
	stocktake.TooMany: http.StatusTooManyRequests, stocktake.Unavailable: http.StatusServiceUnavailable,
}

// refuse answers in the form of the JSON API.
func (h *Hub) refuse(w http.ResponseWriter, r *http.Request, err error) {
	e := stocktake.Fault(err)
	status := cmp.Or(statuses[e.Reason.Code], http.StatusInternalServerError)
	if status == http.StatusInternalServerError {
		h.Logger.ErrorContext(r.Context(), "live feed not opened", "error", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]map[string]string{"error": {
		"code": string(e.Reason.Code), "key": e.Reason.Key, "en": e.English(), "ar": e.Arabic(),
	}})
}
