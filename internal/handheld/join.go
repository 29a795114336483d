package handheld

import (
	"encoding/json"
	"net/http"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// list says which sessions the device may join.
func (g *Gateway) list(w http.ResponseWriter, r *http.Request, i identity) error {
	sessions, err := g.sessions.Open(r.Context(), i.Society)
	if err != nil {
		return err
	}
	if sessions == nil {
		sessions = []SessionInfo{}
	}
	return answer(w, r, struct {
		Sessions []SessionInfo `json:"sessions"`
	}{sessions})
}

// pack is the answer to join. It has no room for a cost.
type pack struct {
	Session   stocktake.SessionID `json:"session"`
	Site      stocktake.Site      `json:"site"`
	Plan      Plan                `json:"plan"`
	Catalogue stocktake.Catalogue `json:"catalogue"`
	Schemes   []string            `json:"schemes"`
	People    []Person            `json:"people"`
	Tasks     json.RawMessage     `json:"tasks"`
	Cursor    string              `json:"cursor"`
	Book      []BookQuantity      `json:"book,omitempty"`
}

// join hands out a session's pack, once it is durable that the seal waits for the stream that gets it.
func (g *Gateway) join(w http.ResponseWriter, r *http.Request, i identity) error {
	var ask struct {
		Session  stocktake.SessionID `json:"session"`
		Epoch    string              `json:"epoch"`
		Succeeds string              `json:"succeeds"`
		App      string              `json:"app"`
	}
	if err := g.read(w, r, &ask); err != nil {
		return err
	}
	if err := stocktake.CheckID("session", string(ask.Session)); err != nil {
		return err
	}
	if !wire.IsEpoch(ask.Epoch) || (ask.Succeeds != "" && !wire.IsEpoch(ask.Succeeds)) {
		return BadRequest.New("epoch, succeeds")
	}
	if g.minApp != "" && (ask.App == "" || older(ask.App, g.minApp)) {
		return AppTooOld.New(ask.App, g.minApp)
	}
	ctx, stream := r.Context(), count.Stream{Device: i.ID, Epoch: ask.Epoch}
	p, err := g.sessions.PackFor(ctx, i.Society, ask.Session)
	if err != nil {
		return err
	}
	people, err := g.accounts.Counters(ctx, i.Society)
	if err != nil {
		return err
	}
	// Not the feed kept for sockets, which is as old as the last change that the watcher has told of.
	feed, err := g.loadFeed(ctx, feedKey{i.Society, ask.Session})
	if err != nil {
		return err
	}
	if feed.state == wire.StateClosing && ask.Succeeds == "" {
		return SessionClosing.New(string(ask.Session))
	}
	// All that can fail has been done: who is awaited by the seal also gets a pack.
	if err := g.sessions.Join(ctx, i.Society, ask.Session, stream, ask.Succeeds); err != nil {
		return err
	}
	out := pack{
		Session: p.Session, Site: p.Site, Plan: p.Plan, Catalogue: p.Catalogue, Schemes: p.Schemes, People: people,
		Tasks: feed.message, Cursor: feed.cursor,
	}
	if !p.Plan.Blind { // whoever filled the pack: a blind count gets no book
		out.Book = p.Book
	}
	if out.Schemes == nil {
		out.Schemes = []string{}
	}
	if out.People == nil {
		out.People = []Person{}
	}
	if err := answer(w, r, out); err != nil {
		return err
	}
	g.log.InfoContext(ctx, "stream joined", "society", i.Society, "device", i.ID, "stream", ask.Epoch, "session", ask.Session)
	// From here on the device's open socket, if it has one, brings what changes after the pack.
	if s := g.live.of(i.key()); s != nil && s.stream == stream {
		s.feeder.follow(ask.Session, feed.cursor)
	}
	return nil
}
