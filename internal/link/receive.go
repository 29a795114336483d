package link

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"jard/internal/stocktake"
)

// fileTypes are the types of body that hold a file. What it is, its bytes say.
var fileTypes = []string{"text/csv", "application/json", "application/x-ndjson",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/octet-stream"}

// maxParameter bounds what a query parameter may hold; a mapping may be longer.
const (
	maxParameter = 255
	maxMapping   = 8 << 10
)

// inMemory is how large a file may be that does not wait on disk.
const inMemory = 1 << 20

// query are the parameters of a request, each at most once, and none that nobody reads: a misspelt one must not look like an
// answer.
type query struct {
	values url.Values
	wrong  error
}

func newQuery(r *http.Request, names ...string) *query {
	values, err := url.ParseQuery(r.URL.RawQuery)
	q := &query{values: values}
	if err != nil {
		q.wrong = parameterWrong.New("?")
	}
	for name, list := range values {
		if len(list) != 1 || !slices.Contains(names, name) {
			q.wrong = parameterWrong.New(shorten(sanitize(name)))
		}
	}
	return q
}

func (q *query) text(name string, most int) string {
	s := q.values.Get(name)
	if len(s) > most {
		q.wrong = parameterWrong.New(name)
		return ""
	}
	return s
}

func (q *query) one(name string, of ...string) string {
	s := q.text(name, maxParameter)
	if s != "" && !slices.Contains(of, s) {
		q.wrong = parameterWrong.New(name)
	}
	return s
}

// flag is 1 or true for yes, 0, false or nothing for no.
func (q *query) flag(name string) bool {
	switch q.one(name, "0", "1", "true", "false") {
	case "1", "true":
		return true
	}
	return false
}

// instant is an instant with its zone; zero where it is not given.
func (q *query) instant(name string) time.Time {
	s := q.text(name, maxParameter)
	if s == "" {
		return time.Time{}
	}
	at, err := instantOf(name, s)
	if err != nil {
		q.wrong = err
	}
	return at
}

// instantOf reads an instant with its zone.
func instantOf(name, s string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || at.Year() < 1990 || at.Year() > 2200 {
		return time.Time{}, instantWrong.New(name, shorten(sanitize(s)))
	}
	return at, nil
}

func (q *query) number(name string) int64 {
	s := q.text(name, maxParameter)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > stocktake.MaxNumber {
		q.wrong = parameterWrong.New(name)
	}
	return n
}

func (q *query) mapping() (m Mapping) {
	s := q.text("mapping", maxMapping)
	if s == "" {
		return m
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		q.wrong = parameterWrong.Wrap(err, "mapping")
	}
	return m
}

func (a *api) items(w http.ResponseWriter, r *http.Request, by stocktake.Person) (any, error) {
	q := newQuery(r, "dry", "mode", "name", "mapping")
	p := Parcel{Kind: ItemsFile, Mapping: q.mapping(), File: File{Name: q.text("name", maxParameter)},
		Options: Options{DryRun: q.flag("dry"), Merge: q.one("mode", "merge", "replace") != "replace"}}
	return a.file(w, r, by, q, p)
}

func (a *api) book(w http.ResponseWriter, r *http.Request, by stocktake.Person) (any, error) {
	q := newQuery(r, "dry", "as_of", "position", "name", "mapping")
	p := Parcel{Kind: BookFile, Site: stocktake.SiteID(r.PathValue("site")), AsOf: q.instant("as_of"), Position: q.text("position", maxParameter),
		Mapping: q.mapping(), File: File{Name: q.text("name", maxParameter)}, Options: Options{DryRun: q.flag("dry")}}
	return a.file(w, r, by, q, p)
}

func (a *api) movements(w http.ResponseWriter, r *http.Request, by stocktake.Person) (any, error) {
	q := newQuery(r, "dry", "faults", "after", "through", "complete_since", "complete_through", "name", "mapping")
	p := Parcel{Kind: MovementsFile, Site: stocktake.SiteID(r.PathValue("site")), Mapping: q.mapping(), File: File{Name: q.text("name", maxParameter)},
		Coverage: Coverage{
			Claim:     Claim{After: stocktake.Position(q.number("after")), Through: stocktake.Position(q.number("through"))},
			Watermark: stocktake.Watermark{Since: q.instant("complete_since"), Through: q.instant("complete_through")},
		},
		Options: Options{DryRun: q.flag("dry"), Quarantine: q.one("faults", "refuse", "quarantine") == "quarantine"}}
	return a.file(w, r, by, q, p)
}

// file reads the body and delivers it. Who may send is asked before anything is read.
func (a *api) file(w http.ResponseWriter, r *http.Request, by stocktake.Person, q *query, p Parcel) (any, error) {
	if q.wrong != nil {
		return nil, q.wrong
	}
	if err := may(by, p.Kind); err != nil {
		return nil, err
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || !slices.Contains(fileTypes, kind) {
		return nil, bodyType.New(strings.Join(fileTypes, ", "))
	}
	if r.ContentLength > a.Bytes {
		return nil, a.tooLarge(r.ContentLength)
	}
	ctx, cancel := context.WithTimeout(r.Context(), a.Timeout)
	defer cancel()
	if !a.crowd.enter(by.Society) {
		return nil, filesBusy.New()
	}
	defer a.crowd.leave(by.Society)
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(a.Timeout + time.Minute)) // not every writer can; the context bounds the rest
	data, size, done, err := a.spool(&paced{in: http.MaxBytesReader(w, r.Body, a.Bytes), control: control, began: time.Now(), grace: a.Grace})
	if err != nil {
		return nil, err
	}
	defer done()
	wait := time.NewTimer(a.Wait)
	defer wait.Stop()
	for _, place := range []chan struct{}{a.crowd.turn(by.Society), a.places} {
		select {
		case place <- struct{}{}:
			defer func() { <-place }()
		case <-wait.C:
			return nil, filesBusy.New()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	p.File.Data, p.File.Size = data, size
	if p.File.Name == "" {
		p.File.Name = string(p.Kind)
	}
	report, err := a.Importer.Deliver(ctx, by, p)
	if err != nil {
		return report, err
	}
	return struct {
		Report any `json:"report"`
	}{report}, nil
}

func (a *api) tooLarge(size int64) error { return fileTooLarge.New((size+1<<20-1)>>20, a.Bytes>>20) }

// spool keeps a body where it can be read more than once: a large one in a file that has no name any more.
func (a *api) spool(body io.Reader) (data io.ReaderAt, size int64, done func(), err error) {
	var small bytes.Buffer
	if size, err = io.CopyN(&small, body, inMemory); errors.Is(err, io.EOF) {
		return bytes.NewReader(small.Bytes()), size, func() {}, nil
	}
	if err != nil {
		return nil, 0, nil, a.received(err)
	}
	f, err := os.CreateTemp(a.TempDir, "jard-upload-*")
	if err != nil {
		return nil, 0, nil, a.received(err)
	}
	done = func() { _ = f.Close() }
	if err = os.Remove(f.Name()); err == nil {
		size, err = io.Copy(f, io.MultiReader(&small, body))
	}
	if err != nil {
		done()
		return nil, 0, nil, a.received(err)
	}
	return f, size, done, nil
}

func (a *api) received(err error) error {
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return a.tooLarge(e.Limit + 1)
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return diskFull.Wrap(err)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, os.ErrDeadlineExceeded) {
		return fileUnreadable.Wrap(err)
	}
	return fmt.Errorf("read file: %w", err)
}

// watermark says by itself how far a site's movements are all here.
func (a *api) watermark(w http.ResponseWriter, r *http.Request, by stocktake.Person) (any, error) {
	q := newQuery(r, "dry")
	dry := q.flag("dry")
	if q.wrong != nil {
		return nil, q.wrong
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, bodyType.New("application/json")
	}
	var said struct {
		Since   string              `json:"since"`
		Through string              `json:"through"`
		Claim   *watermarkPositions `json:"positions"`
	}
	if err := decodeOnly(http.MaxBytesReader(w, r.Body, 4096), &said); err != nil {
		return nil, bodyBroken.Wrap(noEOF(err), "since, through, positions")
	}
	var c Coverage
	for _, x := range []struct {
		name, value string
		into        *time.Time
	}{{"since", said.Since, &c.Watermark.Since}, {"through", said.Through, &c.Watermark.Through}} {
		if x.value == "" {
			continue
		}
		var err error
		if *x.into, err = instantOf(x.name, x.value); err != nil {
			return nil, err
		}
	}
	if said.Claim != nil {
		c.Claim = Claim(*said.Claim)
	}
	taken, err := a.Importer.ImportWatermark(r.Context(), by, stocktake.SiteID(r.PathValue("site")), c, dry)
	if err != nil {
		return nil, err
	}
	return a.feedOf(&taken.State), nil
}

// watermarkPositions are a claim's positions as they are sent.
type watermarkPositions struct {
	After   stocktake.Position `json:"after"`
	Through stocktake.Position `json:"through"`
}

// feedAnswer is where a site's feed stands, with what follows from it now.
type feedAnswer struct {
	Feed       *FeedState `json:"feed"`
	Gaps       []Claim    `json:"gaps"`
	LagSeconds *int64     `json:"lag_seconds,omitempty"` // none without a watermark
}

func (a *api) feedOf(s *FeedState) feedAnswer {
	f := feedAnswer{Feed: s, Gaps: s.Gaps()}
	if f.Gaps == nil {
		f.Gaps = []Claim{}
	}
	if lag, ok := s.Lag(a.Now()); ok {
		n := int64(lag / time.Second)
		f.LagSeconds = &n
	}
	return f
}

func (a *api) feed(_ http.ResponseWriter, r *http.Request, by stocktake.Person) (any, error) {
	if q := newQuery(r); q.wrong != nil {
		return nil, q.wrong
	}
	state, err := a.Importer.Feed(r.Context(), by, stocktake.SiteID(r.PathValue("site")))
	if err != nil {
		return nil, err
	}
	return a.feedOf(&state), nil
}

// conflictAnswer is a movement that was not taken.
type conflictAnswer struct {
	Entry    uint64             `json:"entry"`
	At       time.Time          `json:"at"`
	By       stocktake.PersonID `json:"by"`
	Against  uint64             `json:"against"` // the entry that stands
	Movement sentMovement       `json:"movement"`
}

// sentMovement is a movement in the form in which it is sent: its quantity is a decimal number of base units.
type sentMovement struct {
	ID       stocktake.MovementID   `json:"id"`
	Kind     stocktake.MovementKind `json:"kind"`
	Item     stocktake.ItemID       `json:"item"`
	Quantity json.Number            `json:"quantity"`
	Booked   time.Time              `json:"booked"`
	Position stocktake.Position     `json:"position,omitempty"`
	Section  stocktake.SectionID    `json:"section,omitempty"`
	Location stocktake.LocationID   `json:"location,omitempty"`
	Voids    stocktake.MovementID   `json:"voids,omitempty"`
	Posts    string                 `json:"posts,omitempty"`
}

func sent(m *stocktake.Movement) sentMovement {
	return sentMovement{m.ID, m.Kind, m.Item, json.Number(m.Quantity.String()), m.Booked, m.Position, m.Section, m.Location, m.Voids, m.Posts}
}

// maxPage is how many conflicts one answer holds.
const maxPage = 200

func (a *api) conflicts(_ http.ResponseWriter, r *http.Request, by stocktake.Person) (any, error) {
	q := newQuery(r, "from")
	from := q.number("from")
	if q.wrong != nil {
		return nil, q.wrong
	}
	site := stocktake.SiteID(r.PathValue("site"))
	if _, err := a.Importer.Feed(r.Context(), by, site); err != nil {
		return nil, err
	}
	list, err := a.Importer.Conflicts(r.Context(), by, site, uint64(from), maxPage)
	if err != nil {
		return nil, err
	}
	page := struct {
		List []conflictAnswer `json:"list"`
		Next uint64           `json:"next,omitempty"`
	}{List: []conflictAnswer{}}
	for _, e := range list {
		page.List = append(page.List, conflictAnswer{e.Offset, e.RecordedAt, e.By, e.Against, sent(&e.Movement)})
	}
	if len(list) == maxPage {
		page.Next = list[len(list)-1].Offset + 1
	}
	return page, nil
}

// rowAnswer is a row that waits in quarantine, or did.
type rowAnswer struct {
	Row uint64             `json:"row"`
	At  time.Time          `json:"at"`
	By  stocktake.PersonID `json:"by"`
	LeftRow
}

// settledAnswer is a row that left a quarantine.
type settledAnswer struct {
	Row     rowAnswer          `json:"row"`
	At      time.Time          `json:"at"`
	By      stocktake.PersonID `json:"by"`
	Arrived uint64             `json:"arrived,omitempty"`
	Reason  string             `json:"reason,omitempty"`
}

func row(e *Entry) rowAnswer { return rowAnswer{e.Offset, e.RecordedAt, e.By, *e.Row} }

func (a *api) quarantine(_ http.ResponseWriter, r *http.Request, by stocktake.Person) (any, error) {
	q := newQuery(r, "from")
	from := q.number("from")
	if q.wrong != nil {
		return nil, q.wrong
	}
	got, err := a.Importer.Quarantine(r.Context(), by, stocktake.SiteID(r.PathValue("site")), uint64(from), maxPage)
	if err != nil {
		return nil, err
	}
	page := struct {
		List    []rowAnswer     `json:"list"`
		Next    uint64          `json:"next,omitempty"`
		Settled []settledAnswer `json:"settled"`
	}{[]rowAnswer{}, got.Next, []settledAnswer{}}
	for n := range got.Waiting {
		page.List = append(page.List, row(&got.Waiting[n]))
	}
	for n := range got.Settled {
		s := &got.Settled[n]
		page.Settled = append(page.Settled, settledAnswer{row(&s.Row), s.RecordedAt, s.By, s.Arrived, s.Reason})
	}
	return page, nil
}

// resolve takes rows out of a quarantine.
func (a *api) resolve(w http.ResponseWriter, r *http.Request, by stocktake.Person) (any, error) {
	if q := newQuery(r); q.wrong != nil {
		return nil, q.wrong
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, bodyType.New("application/json")
	}
	var said struct {
		Rows   []uint64 `json:"rows"`
		Reason string   `json:"reason"`
	}
	if err := decodeOnly(http.MaxBytesReader(w, r.Body, 64<<10), &said); err != nil {
		return nil, bodyBroken.Wrap(noEOF(err), "rows, reason")
	}
	state, err := a.Importer.Resolve(r.Context(), by, stocktake.SiteID(r.PathValue("site")), said.Rows, said.Reason)
	if err != nil {
		return nil, err
	}
	return a.feedOf(&state), nil
}

func (a *api) health(_ http.ResponseWriter, r *http.Request, by stocktake.Person) (any, error) {
	if q := newQuery(r); q.wrong != nil {
		return nil, q.wrong
	}
	h, err := a.Importer.Health(r.Context(), by)
	if err != nil {
		return nil, err
	}
	out := struct {
		Feeds    []feedAnswer `json:"feeds"`
		Troubles []Delivery   `json:"troubles"`
	}{[]feedAnswer{}, h.Troubles}
	for n := range h.Feeds {
		out.Feeds = append(out.Feeds, a.feedOf(&h.Feeds[n]))
	}
	return out, nil
}

var diskFull = stocktake.NewReason(stocktake.Unavailable, "upload-no-space",
	"The server's disk is full, so the file could not be taken in, and nothing was changed. Free space on it, then send the file again.",
	"قرص الخادم ممتلئ فلم يُستلم الملف ولم يتغيّر شيء. وفّر مساحة عليه ثم أرسل الملف من جديد.")
