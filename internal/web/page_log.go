package web

import (
	"cmp"
	"slices"
	"strconv"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// logPage is a session's log, newest first: who did what when, each entry's hash recomputed as it is shown.
type logPage struct {
	*seen
	Entries []logEntry
	Intact  bool   // every entry shown follows the one before it
	Newer   uint64 // where the parts beside this one end; zero where there is none
	Older   uint64
	All     bool // the whole log was recomputed
	People  bool // without what handhelds sent
	devices map[stocktake.DeviceID]string
}

type logEntry struct {
	count.Entry
	Fields []logField
	Body   string
	Intact bool
}

// logLength is how many entries a page of the log shows.
const logLength = 100

func (k *console) showLog(v *visit) error {
	s, err := v.see("/log")
	if err != nil {
		return err
	}
	p := logPage{seen: s, Intact: true, People: v.QueryParam("of") == "people"}
	if p.devices, err = v.deviceNames(); err != nil {
		return err
	}
	to := s.Offset
	if n, err := strconv.ParseUint(v.QueryParam("to"), 10, 64); err == nil && n > 0 && n < to {
		to = n
	}
	if v.QueryParam("verify") != "" {
		if p.Intact, err = k.recompute(v, s); err != nil {
			return err
		}
		p.All = true
	}
	from := uint64(1)
	if to > logLength {
		from = to - logLength + 1
	}
	if p.People {
		if err := k.peoplesEntries(v, s, &p); err != nil {
			return err
		}
		return v.show("log", sessionFrame("log.title", p.read(v)))
	}
	entries, err := k.Sessions.Log(v.Request().Context(), v.by, s.ID, max(from, 2)-1, logLength+1)
	if err != nil {
		return err
	}
	previous := count.Genesis(s.Society, s.ID)
	for n := range entries {
		e := &entries[n]
		intact := e.Hash == count.Chain(previous, e.AppendStored(nil))
		previous = e.Hash
		if e.Offset < from || e.Offset > to {
			continue
		}
		p.Intact = p.Intact && intact
		p.Entries = append(p.Entries, logEntry{*e, nil, readable(e.Body), intact})
	}
	slices.Reverse(p.Entries)
	if from > 1 {
		p.Older = from - 1
	}
	if to < s.Offset {
		p.Newer = min(to+logLength, s.Offset)
	}
	return v.show("log", sessionFrame("log.title", p.read(v)))
}

// read adds what the entries say, for people.
func (p logPage) read(v *visit) logPage {
	r := logReader{v.tongue, p.seen, p.devices}
	for n := range p.Entries {
		p.Entries[n].Fields = r.fields(p.Entries[n].Entry.Body)
	}
	return p
}

// maxRecomputed bounds the entries that one request recomputes or looks through.
const maxRecomputed = 500_000

// each calls f with every entry of the session's log, in order, up to a bound.
func (k *console) each(v *visit, s *seen, f func(*count.Entry)) error {
	for from := uint64(1); from <= min(s.Offset, maxRecomputed); {
		entries, err := k.Sessions.Log(v.Request().Context(), v.by, s.ID, from, maxPage)
		if err != nil || len(entries) == 0 {
			return err
		}
		for n := range entries {
			if entries[n].Offset <= s.Offset {
				f(&entries[n])
			}
		}
		from = entries[len(entries)-1].Offset + 1
	}
	return nil
}

// recompute checks that every entry's hash is that of its bytes after the one before, up to the head that the view has.
func (k *console) recompute(v *visit, s *seen) (bool, error) {
	previous, intact := count.Genesis(s.Society, s.ID), true
	err := k.each(v, s, func(e *count.Entry) {
		intact = intact && e.Hash == count.Chain(previous, e.AppendStored(nil))
		previous = e.Hash
	})
	return intact && (s.Offset > maxRecomputed || previous == s.Head), err
}

// peoplesEntries shows the last of what people decided.
func (k *console) peoplesEntries(v *visit, s *seen, p *logPage) error {
	previous := count.Genesis(s.Society, s.ID)
	err := k.each(v, s, func(e *count.Entry) {
		intact := e.Hash == count.Chain(previous, e.AppendStored(nil))
		previous = e.Hash
		p.Intact = p.Intact && intact
		if e.Author.Person != "" {
			p.Entries = append(p.Entries, logEntry{*e, nil, readable(e.Body), intact})
		}
	})
	if n := len(p.Entries); n > 5*logLength {
		p.Entries = p.Entries[n-5*logLength:]
	}
	slices.Reverse(p.Entries)
	return err
}

// Who is who an entry comes from, for people.
func (p logPage) Who(a count.Author) stocktake.Name {
	switch {
	case a.Person != "":
		return p.Person(a.Person)
	case a.Stream.Device != "":
		return stocktake.Name{English: cmp.Or(p.devices[a.Stream.Device], string(a.Stream.Device))}
	}
	return stocktake.Name{}
}
