package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// quarantinePage lists the events that do not count, raw, until somebody rules on each.
type quarantinePage struct {
	*seen
	Open     piece[heldRow]
	Aside    []count.Held
	Accepted []count.Held
}

// heldRow is a held event with what it says.
type heldRow struct {
	count.Held
	Event *count.Event // nil when it cannot be read
	Raw   string
}

func (k *console) quarantine(v *visit) (frame, error) {
	s, err := v.see("/quarantine")
	if err != nil {
		return frame{}, err
	}
	p := quarantinePage{seen: s, Accepted: s.Accepted}
	var open []count.Held
	for i := range s.Held {
		if s.Held[i].Open() {
			open = append(open, s.Held[i])
		} else {
			p.Aside = append(p.Aside, s.Held[i])
		}
	}
	shown := pieceOf(v, open)
	p.Open = piece[heldRow]{From: shown.From, Next: shown.Next, Before: shown.Before, Total: shown.Total}
	for _, h := range shown.List {
		row := heldRow{Held: h}
		entries, err := k.Sessions.Log(v.Request().Context(), v.by, cmp.Or(h.Log, s.ID), h.Offset, 1)
		if err != nil {
			return frame{}, err
		}
		if len(entries) == 1 {
			row.Raw = readable(entries[0].Body)
			if event, _, err := count.ParseEvent(bytes.Clone(entries[0].Body)); err == nil {
				row.Event = event
			}
		}
		p.Open.List = append(p.Open.List, row)
	}
	return sessionFrame("quarantine.title", p), nil
}

// readable is a body for people to read: JSON indented, other text as it is, and anything else with what is no text marked.
func readable(b []byte) string {
	const most = 4 << 10
	var out bytes.Buffer
	if json.Valid(b) && json.Indent(&out, b, "", "  ") == nil {
		b = out.Bytes()
	}
	if len(b) > most {
		b = append(bytes.Clone(b[:most]), "…"...)
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < ' ' && r != '\n' && r != '\t' {
			return '·'
		}
		return r
	}, string(b))
}

func (k *console) showQuarantine(v *visit) error {
	f, err := k.quarantine(v)
	if err != nil {
		return err
	}
	return v.show("quarantine", f)
}

func (k *console) settleQuarantine(v *visit) error {
	return v.decide("quarantine", k.quarantine, func(f *form, id stocktake.SessionID) (string, string, error) {
		r := count.Release{Key: f.Get("key"), Digest: count.Digest(f.Get("digest")), Reason: f.Get("reason")}
		done := "done.held-aside"
		switch f.Get("do") {
		case "accept":
			r.Accept, done = true, "done.held-accepted"
		case "take-back":
			r.TakeBack, done = true, "done.taken-back"
		}
		_, err := k.Sessions.ResolveQuarantine(v.Request().Context(), v.by, id, r)
		return "/quarantine", done, err
	})
}
