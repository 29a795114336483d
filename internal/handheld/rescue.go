package handheld

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// Rescuer takes in what a handheld held, from a file that a person carried: for devices that reach the server no more. What
// is in it is judged as if the device had pushed it, and more strictly where the file does not prove that the device made it.
type Rescuer struct {
	Accounts RescueAccounts
	Store    RescueStore
	Logger   *slog.Logger
}

// RescueAccounts is what a Rescuer needs to know of devices.
type RescueAccounts interface {
	// Enrolled gives a device and the hash of its token; stocktake.Missing when the society has none of this id.
	Enrolled(ctx context.Context, society stocktake.SocietyID, id stocktake.DeviceID) (Device, stocktake.Hash, error)

	// SignedIn gives everybody who ever signed in on a device.
	SignedIn(ctx context.Context, society stocktake.SocietyID, device stocktake.DeviceID) (map[stocktake.PersonID]bool, error)
}

// RescueStore is count.Log's verbs, and Store's for photos.
type RescueStore interface {
	Append(ctx context.Context, b count.Batch) (count.Mark, error)
	Mark(ctx context.Context, society stocktake.SocietyID, s count.Stream) (count.Mark, error)
	Head(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID) (count.Head, error)
	Read(ctx context.Context, society stocktake.SocietyID, session stocktake.SessionID, from uint64, limit int) ([]count.Entry, error)
	PutPhoto(ctx context.Context, society stocktake.SocietyID, photo stocktake.Document) error
}

// RescueReport says what became of a file.
type RescueReport struct {
	Society  stocktake.SocietyID `json:"society"`
	Device   stocktake.DeviceID  `json:"device"`
	Name     string              `json:"name"`
	Held     string              `json:"held,omitempty"` // the key of the reason for which all of it went to quarantine
	Why      *stocktake.Name     `json:"why,omitempty"`  // and what it says
	Sessions []RescuedSession    `json:"sessions"`
	Photos   int                 `json:"photos"`              // taken in, or there already
	NoPhotos int                 `json:"no_photos,omitempty"` // left out: they are no such photos, or the file proves nothing
}

// RescuedSession counts the events of one session. New is everything that was appended; Quarantined and Late are parts of it.
type RescuedSession struct {
	Session     stocktake.SessionID `json:"session"` // empty: events that name none
	New         int                 `json:"new"`
	Known       int                 `json:"known"`
	Quarantined int                 `json:"quarantined"`
	Late        int                 `json:"late"`
}

// rescued is a file on its way in.
type rescued struct {
	*Rescuer
	*wire.Rescue
	report RescueReport
	why    *stocktake.Reason // everything is quarantined for it
	proved bool              // the device made the file
	device Device
	heads  map[stocktake.SessionID]bool // whether a log is open
	taken  int                          // events appended
}

// Rescue takes in a file of a society. The device's own stream goes on where the file follows it, and a device that comes back
// finds its events acknowledged. Where that cannot be (the stream is fenced, the store lacks what lies before, or has
// another history), what the store does not hold yet goes into a stream of its own; an event counts once, whichever stream brings it.
// By is who carried the file; nobody for the operator of the machine. Where the store fails on the way the error is RescuePart if
// something came in: importing again brings the rest.
func (x *Rescuer) Rescue(ctx context.Context, society stocktake.SocietyID, by stocktake.PersonID, file []byte) (*RescueReport, error) {
	parsed, err := wire.ParseRescue(file)
	if err != nil {
		return nil, err
	}
	if parsed.Society != society {
		return nil, RescueElsewhere.New(string(parsed.Society), string(society))
	}
	r := &rescued{Rescuer: x, Rescue: parsed, heads: map[stocktake.SessionID]bool{}}
	r.report = RescueReport{Society: society, Device: parsed.Device, Name: parsed.Name}
	if err := r.identify(ctx); err != nil {
		return nil, err
	}
	err = r.takeEvents(ctx)
	if err == nil {
		err = r.takePhotos(ctx)
	}
	if _, moved := errors.AsType[*count.NotFollowing](err); moved {
		return nil, RescueRaced.Wrap(err)
	}
	if err != nil && r.taken > 0 {
		return nil, RescuePart.Wrap(err, r.taken)
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(r.report.Sessions, func(a, b RescuedSession) int { return cmp.Compare(a.Session, b.Session) })
	x.Logger.WarnContext(ctx, "events of a handheld imported from a file", "society", society, "by", by, "device", parsed.Device, "stream", parsed.Epoch,
		"held", r.report.Held, "sessions", r.report.Sessions, "photos", r.report.Photos)
	return &r.report, nil
}

// identify finds out whose file it is, and whether it proves that.
func (r *rescued) identify(ctx context.Context) error {
	d, token, err := r.Accounts.Enrolled(ctx, r.Society, r.Rescue.Device)
	r.device, r.proved = d, err == nil && r.Proves(token)
	var why *stocktake.Error
	switch {
	case errors.Is(err, stocktake.Missing):
		why = count.DeviceUnknown.New(string(r.Rescue.Device))
	case err != nil:
		return err
	case d.Revoked:
		why = count.DeviceRevoked.New()
	case !r.proved:
		why = count.FileUnproved.New()
	default:
		return nil
	}
	r.why = why.Reason
	r.report.Held, r.report.Why = why.Reason.Key, &stocktake.Name{English: why.English(), Arabic: why.Arabic()}
	return nil
}

func (r *rescued) takePhotos(ctx context.Context) error {
	for _, p := range r.Photos {
		if !r.proved || checkPhoto(p.Bytes, p.Hash) != nil || len(p.Bytes) > MaxPhoto {
			r.report.NoPhotos++
			continue // an observation without its photo is an observation
		}
		if err := r.Store.PutPhoto(ctx, r.Society, p); err != nil {
			return err
		}
		r.report.Photos++
	}
	return nil
}

// takeEvents appends what the store lacks: the present epoch's events to the stream itself where they follow.
func (r *rescued) takeEvents(ctx context.Context) error {
	stream := count.Stream{Device: r.Rescue.Device, Epoch: r.Epoch}
	mark, err := r.Store.Mark(ctx, r.Society, stream)
	if err != nil {
		return err
	}
	following, unchained := r.Events[:0], slices.Concat(r.Earlier, r.Events)
	var chained [][]byte
	// A file that proves nothing moves no mark: the device may still come and tell its own story.
	if digest, on := r.Digest(mark.Acked); on && digest == mark.Digest && !mark.Fenced && r.proved {
		known := int(mark.Acked - (r.First - 1))
		for _, e := range count.Receive(r.Events[:known]) {
			r.of(e.Session).Known++
		}
		following, unchained, chained = r.Events[known:], r.Earlier, r.Events
	}
	lacking, err := r.lacking(ctx, unchained, chained)
	if err != nil {
		return err
	}
	if err := r.append(ctx, stream, mark, following); err != nil || len(lacking) == 0 {
		return err
	}
	beside := count.Stream{Device: r.Rescue.Device, Epoch: stocktake.HashOf([]byte("rescue of " + r.Epoch)).String()[:22]}
	if mark, err = r.Store.Mark(ctx, r.Society, beside); err != nil {
		return err
	}
	return r.append(ctx, beside, mark, lacking)
}

// append judges events like pushes, and makes them durable in runs of a push's size: other devices wait no longer than for a push.
func (r *rescued) append(ctx context.Context, stream count.Stream, mark count.Mark, bodies [][]byte) error {
	for len(bodies) > 0 {
		n, size := 0, 0
		for n < len(bodies) && n < wire.ServerLimits.Events && (n == 0 || size+len(bodies[n]) <= wire.ServerLimits.Bytes) {
			size += len(bodies[n])
			n++
		}
		var err error
		if mark, err = r.appendRun(ctx, stream, mark, bodies[:n]); err != nil {
			return err
		}
		bodies = bodies[n:]
	}
	return nil
}

func (r *rescued) appendRun(ctx context.Context, stream count.Stream, mark count.Mark, bodies [][]byte) (count.Mark, error) {
	events := count.Receive(bodies)
	if err := r.judge(ctx, events); err != nil {
		return mark, err
	}
	late := make([]bool, len(events))
	for n, e := range events {
		open, err := r.open(ctx, e.Session)
		if err != nil {
			return mark, err
		}
		late[n] = !open
	}
	mark, err := r.Store.Append(ctx, count.Batch{
		Society: r.Society, Stream: stream, First: mark.Acked + 1, Prev: mark.Digest, Digest: wire.DigestAfter(mark.Digest, bodies), Events: events,
	})
	if err != nil {
		return mark, err
	}
	r.taken += len(events)
	for n, e := range events {
		s := r.of(e.Session)
		s.New++
		if e.Kind == count.Quarantined {
			s.Quarantined++
		}
		if late[n] {
			s.Late++
		}
	}
	return mark, nil
}

func (r *rescued) judge(ctx context.Context, events []count.Received) error {
	if r.why != nil {
		for n := range events {
			events[n].Quarantine(r.why)
		}
		return nil
	}
	return judge(ctx, r.Accounts, r.device, events)
}

// open reports whether a session's log takes events; those that name none go where the stream belongs.
func (r *rescued) open(ctx context.Context, session stocktake.SessionID) (bool, error) {
	if session == "" {
		return true, nil
	}
	open, known := r.heads[session]
	if known {
		return open, nil
	}
	head, err := r.Store.Head(ctx, r.Society, session)
	if err != nil && !errors.Is(err, stocktake.Missing) {
		return false, err
	}
	open = err == nil && head.State == count.LogOpen
	r.heads[session] = open
	return open, nil
}

// lacking leaves out of these what the logs that they belong to hold already, byte for byte, and what is chained: appended beside them.
func (r *rescued) lacking(ctx context.Context, bodies, chained [][]byte) ([][]byte, error) {
	received := count.Receive(bodies)
	wanted := map[stocktake.Hash]bool{}
	logs := map[stocktake.SessionID]bool{count.LateLog: true}
	for n, e := range received {
		wanted[stocktake.HashOf(bodies[n])] = true
		if e.Session != "" {
			logs[e.Session] = true
		}
	}
	held := map[stocktake.Hash]bool{}
	for _, body := range chained {
		held[stocktake.HashOf(body)] = true
	}
	for session := range logs {
		for from := uint64(1); ; {
			entries, err := r.Store.Read(ctx, r.Society, session, from, 1000)
			if err != nil && !errors.Is(err, stocktake.Missing) {
				return nil, err
			}
			if len(entries) == 0 {
				break
			}
			for n := range entries {
				e := &entries[n]
				if e.Author.Stream.Device == "" || (r.why == nil && r.distrusted(e)) {
					continue
				}
				if h := stocktake.HashOf(e.Body); wanted[h] {
					held[h] = true
				}
			}
			from = entries[len(entries)-1].Offset + 1
		}
	}
	var lacking [][]byte
	for n, body := range bodies {
		h := stocktake.HashOf(body)
		if held[h] {
			r.of(received[n].Session).Known++
			continue
		}
		held[h] = true // the file may hold one event in two epochs
		lacking = append(lacking, body)
	}
	return lacking, nil
}

// distrusted reports whether an entry lies in quarantine for who brought it, not for what it says: nothing that a proved file need heed.
func (r *rescued) distrusted(e *count.Entry) bool {
	if e.Kind != count.Quarantined {
		return false
	}
	why := e.QuarantinedFor()
	return e.Author.Stream.Device != r.Rescue.Device || why == count.DeviceUnknown.Key || why == count.FileUnproved.Key
}

func (r *rescued) of(session stocktake.SessionID) *RescuedSession {
	for n := range r.report.Sessions {
		if r.report.Sessions[n].Session == session {
			return &r.report.Sessions[n]
		}
	}
	r.report.Sessions = append(r.report.Sessions, RescuedSession{Session: session})
	return &r.report.Sessions[len(r.report.Sessions)-1]
}

// Reasons of a rescue.
var (
	RescueElsewhere = stocktake.NewReason(stocktake.Invalid, "rescue-elsewhere",
		"The file is of society %q, not of %q. Import it at the server of its own society.",
		"الملف من الجمعية %q وليس من %q. استورده في خادم جمعيته.")
	RescueRaced = stocktake.NewReason(stocktake.Conflict, "rescue-raced",
		"The handheld is sending its events itself just now. Let it finish; if it stops again, import the file once more.",
		"الجهاز يرسل أحداثه بنفسه الآن. دعه ينتهي، وإن توقف فأعد استيراد الملف.")
	RescuePart = stocktake.NewReason(stocktake.Unavailable, "rescue-part",
		"Only %d events of the file were imported: the server could not store the rest. See that its disk has space, then import the same file again: it brings what is missing.",
		"استُورد من الملف %d من الأحداث فقط ولم يستطع الخادم حفظ الباقي. تأكد من توفر مساحة على قرصه ثم أعد استيراد الملف نفسه: يُضاف الناقص وحده.")
)
