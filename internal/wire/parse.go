package wire

import (
	"bytes"

	"jard/internal/stocktake"
)

// Parse reads one message. The events of a push are slices of it. An error is one of this package's reasons.
func Parse(message []byte, limits Limits) (Frame, error) {
	if len(message) > limits.Bytes {
		return nil, TooLarge.New(len(message), limits.Bytes)
	}
	header, lines, more := message, []byte(nil), false
	if end := bytes.IndexByte(message, '\n'); end >= 0 {
		header, lines, more = message[:end], message[end+1:], true
	}
	if len(header) > limits.Header {
		return nil, HeaderTooLarge.New(len(header), limits.Header)
	}
	if p, n, ok := parsePushHeader(header); ok {
		return p.finish(n, lines, more, limits)
	}
	if a, ok := parseAck(header); ok && !more {
		return a, nil
	}
	o, err := parseObject(header)
	if err != nil {
		return nil, err
	}
	o.frame = o.text("t", 1, maxType)
	if o.err != nil {
		return nil, o.err
	}
	if o.frame == "push" {
		p, n := &Push{First: o.number("first", 1, stocktake.MaxNumber), Prev: o.hash("prev"), Digest: o.hash("digest")}, o.number("n", 1, stocktake.MaxNumber)
		if o.err != nil {
			return nil, o.err
		}
		return p.finish(n, lines, more, limits)
	}
	read, known := readers[o.frame]
	switch {
	case !known:
		return nil, UnknownFrame.New(o.frame)
	case more && len(lines) == 0:
		return nil, TrailingLine.New()
	case more:
		return nil, UnexpectedLines.New(o.frame)
	}
	f := read(o)
	if o.err != nil {
		return nil, o.err
	}
	return f, nil
}

const maxType = 32

var readers = map[string]func(*object) Frame{
	"hello": readHello, "welcome": readWelcome, "ack": readAck, "mark": readMarkFrame, "ping": readPing, "pong": readPong,
	"feed": readFeed, "drained": readDrained, "fence": func(*object) Frame { return &Fence{} }, "busy": readBusy, "bye": readBye,
}

func readHello(o *object) Frame {
	h := &Hello{
		Epoch:       o.epoch("epoch", true),
		Last:        o.number("last", 0, stocktake.MaxNumber-1),
		App:         o.text("app", 0, MaxApp),
		Time:        int64(o.number("time", 0, stocktake.MaxNumber)),
		Mono:        int64(o.number("mono", 0, stocktake.MaxNumber)),
		Incarnation: o.optionalText("incarnation", stocktake.MaxID),
		Succeeds:    o.epoch("succeeds", false),
	}
	h.Oldest = o.number("oldest", 1, h.Last+1)
	h.Acked = o.number("acked", 0, h.Last)
	for _, id := range o.list("sessions", MaxSessions) {
		h.Sessions = append(h.Sessions, stocktake.SessionID(o.element("sessions", id, stocktake.MaxID)))
	}
	if raw, ok := o.fields["cursors"]; ok && !isNull(raw) {
		cursors := o.child("cursors")
		if len(cursors.fields) > MaxSessions {
			o.fail("cursors")
		}
		for id := range cursors.fields {
			if h.Cursors == nil {
				h.Cursors = make(map[stocktake.SessionID]string, len(cursors.fields))
			}
			if stocktake.CheckID("session", id) != nil {
				o.fail("cursors")
			}
			h.Cursors[stocktake.SessionID(id)] = cursors.text(id, 0, MaxCursor)
		}
		o.inherit(cursors, "cursors")
	}
	return h
}

func readWelcome(o *object) Frame {
	w := &Welcome{
		Incarnation: o.text("incarnation", 1, stocktake.MaxID),
		Mark:        o.mark("mark"),
		Time:        int64(o.number("time", 0, stocktake.MaxNumber)),
		Echo:        int64(o.number("echo", 0, stocktake.MaxNumber)),
		Window:      int(o.number("window", 1, 1<<16)),
		MaxEvents:   int(o.number("max_events", 1, 1<<20)),
		MaxBytes:    int(o.number("max_bytes", 1, 1<<30)),
		Server:      o.optionalText("server", MaxApp),
		MinApp:      o.optionalText("min_app", MaxApp),
		Revoked:     o.flag("revoked"),
	}
	if raw, ok := o.fields["safe_through"]; ok && !isNull(raw) {
		safe := o.number("safe_through", 0, stocktake.MaxNumber)
		w.SafeThrough = &safe
	}
	return w
}

func readAck(o *object) Frame {
	return &Ack{Through: o.number("through", 1, stocktake.MaxNumber), Digest: o.hash("digest")}
}

func readMarkFrame(o *object) Frame { return &MarkFrame{Mark: o.mark("mark")} }

func readPing(o *object) Frame {
	return &Ping{Time: int64(o.number("time", 0, stocktake.MaxNumber)), Mono: int64(o.number("mono", 0, stocktake.MaxNumber))}
}

func readPong(o *object) Frame {
	return &Pong{Echo: int64(o.number("echo", 0, stocktake.MaxNumber)), Time: int64(o.number("time", 0, stocktake.MaxNumber))}
}

func readFeed(o *object) Frame {
	f := &Feed{
		Session: stocktake.SessionID(o.id("session")),
		Cursor:  o.text("cursor", 0, MaxCursor),
		State:   SessionState(o.text("state", 1, maxType)),
		Round:   int(o.number("round", 0, 1<<16)),
		Tasks:   []Task{},
	}
	for _, raw := range o.list("tasks", 1<<20) {
		t, err := parseObject(raw)
		if err != nil {
			o.fail("tasks")
			break
		}
		task := Task{
			Assignment: t.text("assignment", 0, stocktake.MaxID),
			Round:      int(t.number("round", 1, 1<<16)),
			Location:   stocktake.LocationID(t.id("location")),
			Person:     stocktake.PersonID(t.optionalText("person", stocktake.MaxID)),
		}
		if raw, ok := t.fields["due"]; ok && !isNull(raw) {
			task.Due = int64(t.number("due", 0, stocktake.MaxNumber))
		}
		for _, item := range t.list("items", 1<<20) {
			task.Items = append(task.Items, stocktake.ItemID(t.element("items", item, stocktake.MaxID)))
		}
		o.inherit(t, "tasks")
		f.Tasks = append(f.Tasks, task)
	}
	return f
}

func readDrained(o *object) Frame {
	d := &Drained{Session: stocktake.SessionID(o.id("session")), Last: o.number("last", 0, stocktake.MaxNumber)}
	if raw, ok := o.fields["error"]; ok && !isNull(raw) {
		e := o.child("error")
		d.Error = &Fault{Code: stocktake.Code(e.text("code", 0, maxType)), Key: e.text("key", 0, stocktake.MaxID), English: e.text("en", 0, maxText), Arabic: e.text("ar", 0, maxText)}
		o.inherit(e, "error")
	}
	return d
}

func readBusy(o *object) Frame {
	return &Busy{RetryMS: int64(o.number("retry_ms", 0, stocktake.MaxNumber))}
}

func readBye(o *object) Frame {
	return &Bye{Code: ByeCode(o.text("code", 1, maxType)), English: o.text("en", 0, maxText), Arabic: o.text("ar", 0, maxText)}
}

// maxText bounds a text for people, in bytes.
const maxText = 4 << 10
