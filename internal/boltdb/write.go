package boltdb

import (
	"context"
	"encoding/json"
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// maxJoined bounds the open sessions that one stream may have joined at a time.
const maxJoined = 1000

// Write implements count.Log. A stream that is fenced already is not fenced again, and joins nothing: count.Fencing.
// The entry given back for Fenced is that of the draft's session, else of the first one that it was written to.
func (db *DB) Write(ctx context.Context, d count.Draft) (count.Entry, error) {
	if err := checkDraft(&d); err != nil {
		return count.Entry{}, err
	}
	var written count.Entry
	err := db.write(ctx, 1, func(t *turn) (err error) {
		switch d.Kind {
		case count.Issued:
			written, err = t.issue(&d)
		case count.Joined:
			written, err = t.join(&d)
		case count.Fenced:
			written, err = t.fence(&d)
		default:
			var l *openLog
			if l, err = t.writable(&d); err == nil {
				if d.Kind == count.Cancelled {
					l.head.State = count.LogCancelled
				}
				written, err = t.appendDraft(l, &d)
			}
		}
		return err
	})
	if err != nil {
		return count.Entry{}, err
	}
	return written, nil
}

// checkDraft refuses what could not be stored or read again.
func checkDraft(d *count.Draft) error {
	stream := d.Author.Stream != (count.Stream{})
	if stream {
		if err := checkStream(d.Society, d.Author.Stream); err != nil {
			return err
		}
	} else if d.Kind == count.Joined || d.Kind == count.Fenced {
		return DraftMalformed.New("its author is no stream")
	}
	if d.Kind == count.Fenced && d.Session == "" {
		if err := stocktake.CheckID("society", string(d.Society)); err != nil {
			return err
		}
	} else if err := checkLog(d.Society, d.Session); err != nil {
		return err
	}
	if d.Author.Person != "" {
		if err := stocktake.CheckID("person", string(d.Author.Person)); err != nil {
			return err
		}
	}
	for _, r := range d.Author.Roles {
		if len(r) > stocktake.MaxID {
			return DraftMalformed.New("a role is too long")
		}
	}
	switch {
	case d.Kind == 0:
		return DraftMalformed.New("it has no kind")
	case d.Kind == count.Sealed:
		return DraftMalformed.New("a seal is written by Seal")
	case d.Session == count.LateLog && (d.Kind == count.Issued || d.Kind == count.Cancelled || d.Kind == count.Joined):
		return DraftMalformed.New("the late log is neither issued, joined nor cancelled")
	case len(d.Note) > maxNote:
		return DraftMalformed.New("its note is longer than 255 bytes")
	case len(d.Author.Roles) > 255:
		return DraftMalformed.New("its author has more than 255 roles")
	}
	return nil
}

// writable gives the draft's log if it is open and stands where the draft expects it.
func (t *turn) writable(d *count.Draft) (*openLog, error) {
	l, err := t.log(d.Society, d.Session)
	switch {
	case err != nil:
		return nil, err
	case !l.exists && d.Session != count.LateLog:
		return nil, missingLog(d.Session)
	case l.head.State != count.LogOpen:
		return nil, count.LogClosed.New(string(d.Session))
	case d.IfHead != nil && *d.IfHead != l.head.Offset:
		return nil, count.LogMoved.New()
	}
	if !l.exists {
		t.begin(l)
	}
	return l, nil
}

func (t *turn) appendDraft(l *openLog, d *count.Draft) (count.Entry, error) {
	e := count.Entry{Author: d.Author, Kind: d.Kind, Note: d.Note, Body: d.Body}
	if err := t.append(l, &e); err != nil {
		return count.Entry{}, err
	}
	return e, nil
}

func (t *turn) issue(d *count.Draft) (count.Entry, error) {
	l, err := t.log(d.Society, d.Session)
	switch {
	case err != nil:
		return count.Entry{}, err
	case l.exists:
		return count.Entry{}, count.SessionExists.New(string(d.Session))
	case d.IfHead != nil && *d.IfHead != 0:
		return count.Entry{}, count.LogMoved.New()
	}
	t.begin(l)
	l.head.IssuedAt = t.now
	return t.appendDraft(l, d)
}

func (t *turn) join(d *count.Draft) (count.Entry, error) {
	var body struct {
		Succeeds string `json:"succeeds"`
	}
	if err := json.Unmarshal(d.Body, &body); err != nil || len(body.Succeeds) > stocktake.MaxID {
		return count.Entry{}, DraftMalformed.Wrap(err, "the body of a joined entry is {\"epoch\",\"succeeds\"?}")
	}
	s, err := t.stream(d.Society, d.Author.Stream)
	if err != nil {
		return count.Entry{}, err
	}
	if s.fenced {
		return count.Entry{}, count.Fencing.New()
	}
	open, err := t.openJoined(d.Society, s)
	if err != nil {
		return count.Entry{}, err
	}
	l, err := t.writable(d)
	if err != nil {
		return count.Entry{}, err
	}
	// Sessions closed since are forgotten here, so a record stays as small as what is going on.
	s.joined = nil
	for _, o := range open {
		s.joined = append(s.joined, o.head.Session)
	}
	if !slices.Contains(s.joined, d.Session) {
		s.joined = append(s.joined, d.Session)
	}
	if len(s.joined) > maxJoined {
		s.joined = s.joined[len(s.joined)-maxJoined:]
	}
	if body.Succeeds != "" {
		s.succeeds = body.Succeeds
	}
	t.touchStream(s)
	return t.appendDraft(l, d)
}

// fence marks the author's stream and says so in every open session that it has joined.
func (t *turn) fence(d *count.Draft) (count.Entry, error) {
	s, err := t.stream(d.Society, d.Author.Stream)
	if err != nil {
		return count.Entry{}, err
	}
	if s.fenced {
		return count.Entry{}, count.Fencing.New()
	}
	logs, err := t.openJoined(d.Society, s)
	if err != nil {
		return count.Entry{}, err
	}
	switch {
	case d.Session != "":
		l, err := t.writable(d)
		if err != nil {
			return count.Entry{}, err
		}
		logs = slices.DeleteFunc(logs, func(o *openLog) bool { return o == l })
		logs = slices.Insert(logs, 0, l)
	case len(logs) == 0:
		late, err := t.lateLog(d.Society)
		if err != nil {
			return count.Entry{}, err
		}
		logs = append(logs, late)
	}
	s.fenced = true
	t.touchStream(s)
	var first count.Entry
	for n, l := range logs {
		e, err := t.appendDraft(l, d)
		if err != nil {
			return count.Entry{}, err
		}
		if n == 0 {
			first = e
		}
	}
	return first, nil
}
