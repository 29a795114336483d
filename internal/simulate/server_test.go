package simulate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/simulate"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// strict is a server of the protocol in memory, and nothing but the protocol: one mark a stream, every digest checked.
// What PROTOCOL.md forbids a device fails the test.
type strict struct {
	t    *testing.T
	http *httptest.Server

	mu          sync.Mutex
	incarnation string
	tokens      map[string]stocktake.DeviceID
	signedIn    map[string]bool // device \x00 person
	streams     map[count.Stream]*stream
	sessions    map[stocktake.SessionID]*sessionState
	chunks      map[stocktake.Hash][]byte
	live        map[*speaker]bool

	window    int
	events    int
	busyEvery int  // answer every so many-th push with busy
	loseEvery int  // take every so many-th push and cut the socket instead of acknowledging
	hold      bool // answer only once a whole window of pushes has come
	blocked   bool // refuse websockets, as a proxy does
	torn      bool // malformed messages are expected
	safe      *uint64
	pushes    int
	malformed int
}

type stream struct {
	events   [][]byte
	digest   stocktake.Hash
	fenced   bool
	succeeds string
	joined   map[stocktake.SessionID]bool
}

type sessionState struct {
	feed    wire.Feed
	pack    map[string]any
	drained map[streamID]uint64
}

func newStrict(t *testing.T) *strict {
	s := &strict{
		t: t, incarnation: stocktake.RandomID(), tokens: map[string]stocktake.DeviceID{}, signedIn: map[string]bool{},
		streams: map[count.Stream]*stream{}, sessions: map[stocktake.SessionID]*sessionState{}, chunks: map[stocktake.Hash][]byte{},
		live: map[*speaker]bool{}, window: 4, events: 50,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+wire.Base+"/enrol", s.enrol)
	mux.HandleFunc("POST "+wire.Base+"/signin", s.known(s.signin))
	mux.HandleFunc("GET "+wire.Base+"/sessions", s.known(s.list))
	mux.HandleFunc("POST "+wire.Base+"/join", s.known(s.join))
	mux.HandleFunc("GET "+wire.Base+"/chunks/{hash}", s.known(s.chunk))
	mux.HandleFunc("POST "+wire.Base+"/push", s.known(s.push))
	mux.HandleFunc("GET "+wire.Base+"/stream", s.known(s.stream))
	s.http = httptest.NewServer(mux)
	t.Cleanup(func() { s.cut(); s.http.Close() })
	return s
}

type handler func(w http.ResponseWriter, r *http.Request, d stocktake.DeviceID)

func refuse(w http.ResponseWriter, status int, key string) {
	w.WriteHeader(status)
	code := stocktake.Conflict
	if status == http.StatusUnauthorized {
		code = stocktake.Unauthenticated
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"error": wire.Fault{Code: code, Key: key, English: "100% no", Arabic: "لا"}})
}

func (s *strict) known(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		d, ok := s.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
		s.mu.Unlock()
		if !ok {
			refuse(w, http.StatusUnauthorized, "device-unknown")
			return
		}
		h(w, r, d)
	}
}

func (s *strict) enrol(w http.ResponseWriter, r *http.Request) {
	var body struct{ Code, Name string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	if !strings.HasPrefix(body.Code, "CODE-") {
		refuse(w, http.StatusNotFound, "code-unknown")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d, token := stocktake.DeviceID("D"+strconv.Itoa(len(s.tokens)+1)), stocktake.RandomID()
	s.tokens[token] = d
	_ = json.NewEncoder(w).Encode(map[string]any{"device": d, "token": token, "society": map[string]string{"id": "s"}})
}

func (s *strict) signin(w http.ResponseWriter, r *http.Request, d stocktake.DeviceID) {
	var body struct{ Person, PIN string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	if body.PIN != "1234" {
		refuse(w, http.StatusUnauthorized, "pin-wrong")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signedIn[string(d)+"\x00"+body.Person] = true
	_ = json.NewEncoder(w).Encode(map[string]any{"person": body.Person, "name": stocktake.Name{English: body.Person}})
}

func (s *strict) list(w http.ResponseWriter, _ *http.Request, _ stocktake.DeviceID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []simulate.Offer
	for id, x := range s.sessions {
		list = append(list, simulate.Offer{Session: id, State: x.feed.State})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"sessions": list})
}

func (s *strict) join(w http.ResponseWriter, r *http.Request, d stocktake.DeviceID) {
	var body struct {
		Session         stocktake.SessionID
		Epoch, Succeeds string
	}
	_ = json.NewDecoder(r.Body).Decode(&body)
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.sessions[body.Session]
	if x == nil || !wire.IsEpoch(body.Epoch) || (body.Succeeds != "" && !wire.IsEpoch(body.Succeeds)) {
		refuse(w, http.StatusNotFound, "not-found")
		return
	}
	known := s.of(count.Stream{Device: d, Epoch: body.Epoch})
	known.joined[body.Session] = true
	known.succeeds = body.Succeeds
	pack := maps.Clone(x.pack)
	pack["tasks"], pack["cursor"] = json.RawMessage(wire.Encode(&x.feed)), x.feed.Cursor
	_ = json.NewEncoder(w).Encode(pack)
}

func (s *strict) chunk(w http.ResponseWriter, r *http.Request, _ stocktake.DeviceID) {
	var h stocktake.Hash
	_ = h.UnmarshalText([]byte(r.PathValue("hash")))
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = w.Write(s.chunks[h])
}

// of gives a stream's record. The caller holds the lock.
func (s *strict) of(id count.Stream) *stream {
	if s.streams[id] == nil {
		s.streams[id] = &stream{joined: map[stocktake.SessionID]bool{}}
	}
	return s.streams[id]
}

func (s *strict) mark(id count.Stream) wire.Mark {
	x := s.of(id)
	return wire.Mark{Epoch: id.Epoch, Acked: uint64(len(x.events)), Digest: x.digest, Fenced: x.fenced}
}

// take is compare-and-append. The caller holds the lock.
func (s *strict) take(id count.Stream, p *wire.Push) (answer wire.Frame, lose bool) {
	s.pushes++
	if len(p.Events) > s.events {
		s.t.Errorf("a push of %d events; the welcome said %d", len(p.Events), s.events)
	}
	if s.busyEvery > 0 && s.pushes%s.busyEvery == 0 {
		return &wire.Busy{RetryMS: 1}, false
	}
	x := s.of(id)
	if x.fenced || p.First != uint64(len(x.events))+1 || p.Prev != x.digest {
		return &wire.MarkFrame{Mark: s.mark(id)}, false
	}
	for _, e := range p.Events {
		x.events = append(x.events, bytes.Clone(e))
		x.digest = wire.NextDigest(x.digest, e)
	}
	return &wire.Ack{Through: p.Last(), Digest: x.digest}, s.loseEvery > 0 && s.pushes%s.loseEvery == 0
}

// greet answers a hello. The caller holds the lock.
func (s *strict) greet(id count.Stream, h *wire.Hello) *wire.Welcome {
	x := s.of(id)
	switch {
	case h.Incarnation == s.incarnation && h.Acked > uint64(len(x.events)):
		s.incarnation = stocktake.RandomID()
	case h.Oldest > uint64(len(x.events))+1:
		x.fenced = true // a gap
	}
	if h.Succeeds != "" {
		x.succeeds = h.Succeeds
	}
	for _, session := range h.Sessions { // whose packs it holds
		x.joined[session] = true
	}
	return &wire.Welcome{
		Incarnation: s.incarnation, Mark: s.mark(id), Time: time.Now().UnixMilli(), Echo: h.Time, Window: s.window,
		MaxEvents: s.events, MaxBytes: 64 << 10, SafeThrough: s.safe,
	}
}

func (s *strict) push(w http.ResponseWriter, r *http.Request, d stocktake.DeviceID) {
	body, _ := io.ReadAll(r.Body)
	head, rest, more := bytes.Cut(body, []byte{'\n'})
	hello, err := wire.Parse(head, wire.ServerLimits)
	h, ok := hello.(*wire.Hello)
	var request wire.Frame
	if more && err == nil {
		request, err = wire.Parse(rest, wire.ServerLimits)
	}
	if !ok || err != nil {
		s.t.Errorf("POST /push: %v in %.200s", err, body)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := count.Stream{Device: d, Epoch: h.Epoch}
	welcome := s.greet(id, h)
	var answers []wire.Frame
	switch f := request.(type) {
	case nil:
		answers = append(answers, welcome)
		for _, id := range h.Sessions {
			if x := s.sessions[id]; x != nil && x.feed.Cursor != h.Cursors[id] {
				answers = append(answers, &x.feed)
			}
		}
	case *wire.Push:
		answer, _ := s.take(id, f)
		answers = append(answers, answer)
	case *wire.Fence:
		s.of(id).fenced = true
		answers = append(answers, &wire.MarkFrame{Mark: s.mark(id)})
	case *wire.Drained:
		answers = append(answers, s.drain(id, f))
	default:
		s.t.Errorf("a device sent %q over HTTP", f.Type())
		return
	}
	var out []byte
	for n, f := range answers {
		if n > 0 {
			out = append(out, '\n')
		}
		out = wire.Append(out, f)
	}
	_, _ = w.Write(out)
}

// drain checks that a drained stream has indeed given everything. The caller holds the lock.
func (s *strict) drain(id count.Stream, f *wire.Drained) wire.Frame {
	known, closing := s.of(id), s.sessions[f.Session]
	switch {
	case closing == nil || closing.feed.State != wire.StateClosing || !known.joined[f.Session]:
		s.t.Errorf("drained %+v of %v: not closing, or not joined", f, id)
	case f.Last != uint64(len(known.events)):
		s.t.Errorf("drained says %d; %d have arrived", f.Last, len(known.events))
	}
	closing.drained[id] = f.Last
	return f
}

// change changes a session and feeds everybody.
func (s *strict) change(id stocktake.SessionID, f func(*wire.Feed)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.sessions[id]
	f(&x.feed)
	n, _ := strconv.Atoi(x.feed.Cursor)
	x.feed.Cursor = strconv.Itoa(n + 1)
	for speaker := range s.live {
		speaker.feed()
	}
}

// cut ends every socket.
func (s *strict) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for x := range s.live {
		_ = x.conn.NetConn().Close()
	}
}

// backup copies what the store holds.
func (s *strict) backup() map[count.Stream]stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	copied := make(map[count.Stream]stream)
	for id, x := range s.streams {
		c := *x
		c.events, c.joined = slices.Clone(x.events), maps.Clone(x.joined)
		copied[id] = c
	}
	return copied
}

// restore goes back to a backup. Aware says whether the server knows that it was restored.
func (s *strict) restore(old map[count.Stream]stream, aware bool) {
	s.cut()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.streams = make(map[count.Stream]*stream)
	for id, x := range old {
		c := x
		c.events, c.joined = slices.Clone(x.events), maps.Clone(x.joined)
		s.streams[id] = &c
	}
	if aware {
		s.incarnation = stocktake.RandomID()
	}
}

// received gives every event that arrived, each id once; it fails where one id has two bodies.
func (s *strict) received() map[stocktake.EventID]*count.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, bodies := map[stocktake.EventID]*count.Event{}, map[stocktake.EventID]string{}
	for id, x := range s.streams {
		for _, b := range x.events {
			e, _, err := count.ParseEvent(b)
			if err != nil {
				s.t.Errorf("%v sent a bad event: %v in %s", id, err, b)
				continue
			}
			if had, ok := bodies[e.ID]; ok && had != string(b) {
				s.t.Errorf("event %s has two bodies:\n%s\n%s", e.ID, had, b)
			}
			if e.Name == "pass.opened" && !s.signedIn[string(id.Device)+"\x00"+string(e.Person)] {
				s.t.Errorf("%s never signed in on %s", e.Person, id.Device)
			}
			bodies[e.ID], all[e.ID] = string(b), e
		}
	}
	return all
}

// tallies folds what arrived, by its own means.
func (s *strict) tallies(id stocktake.SessionID) []simulate.Tally {
	all := s.received()
	taken, where := map[stocktake.EventID]bool{}, map[stocktake.PassID]stocktake.LocationID{}
	for _, e := range all {
		taken[e.Reverses] = true
		if e.Name == "pass.opened" {
			where[e.Pass] = e.Location
		}
	}
	cells := map[string]simulate.Tally{}
	for _, e := range all {
		if e.Name != "observed" || taken[e.ID] || e.Session != id {
			continue
		}
		t := simulate.Tally{Pass: e.Pass, Location: where[e.Pass], Item: e.Item, Lot: e.Lot, Expiry: e.Expiry, Condition: e.Condition}
		if e.Item == "" {
			t.Code = e.Code
		}
		key := fmt.Sprint(t)
		q, err := stocktake.Times(e.Amount, e.Pack)
		if err != nil {
			s.t.Error(err)
		}
		t.Quantity = cells[key].Quantity + q
		cells[key] = t
	}
	return slices.Collect(maps.Values(cells))
}

type (
	streamID = count.Stream
	rawJSON  = json.RawMessage
)
