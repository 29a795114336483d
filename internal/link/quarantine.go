package link

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"jard/internal/stocktake"
)

// LeftRow is a row of a delivery of movements that was not taken: as it came, and why. It waits in its site's quarantine until
// a movement with its id is taken, or a person takes it out. Replayed, it is the same row.
type LeftRow struct {
	Movement stocktake.MovementID `json:"movement,omitempty"` // id that it is awaited under; none where its id does not prove that it came: only a person takes it out then
	File     string               `json:"file"`
	Content  stocktake.Hash       `json:"content"` // SHA-256 of the file
	Line     int                  `json:"line"`
	Again    int                  `json:"again,omitempty"`  // how many rows before it in its file have the same text
	Header   string               `json:"header,omitempty"` // of the file, as it came, cut short; none of JSON
	Raw      string               `json:"raw"`              // as it came, in UTF-8; the cells of a spreadsheet with tabs between them
	Faults   []ToldFault          `json:"faults"`
}

// Bounds of a site's quarantine.
const (
	MaxWaiting = 2000 // rows that may wait
	MaxRaw     = 4096 // bytes of a row that can be kept
	maxHeader  = 500
	maxFaults  = 32 // of a row: as many as a row can have, with room
	MaxReason  = 500
)

// Key names a row by what it says, so that it is known when its file is sent again. One that is awaited under no id is known in the same file
// only: in another the same words may tell of something else.
func (r *LeftRow) Key() stocktake.Hash {
	b := binary.AppendUvarint(nil, uint64(r.Again))
	b = appendLong(appendLong(b, r.Header), r.Raw)
	if r.Movement == "" {
		b = append(b, r.Content[:]...)
	}
	return sha256.Sum256(b)
}

func (r *LeftRow) check() error {
	bad := r.Again < 0 || r.Line < 0 || len(r.Raw) > MaxRaw || len(r.Header) > maxHeader || len(r.File) > 255 || len(r.Faults) == 0 || len(r.Faults) > maxFaults ||
		!utf8.ValidString(r.Raw) || !utf8.ValidString(r.Header)
	for _, f := range r.Faults {
		bad = bad || f.Severity != Quarantined || len(f.Value) > 2*MaxRaw
	}
	if r.Movement != "" {
		bad = bad || stocktake.CheckID("movement", string(r.Movement)) != nil
	}
	if bad {
		return errEntry
	}
	return nil
}

// Resolution is a person's word that a row need not be waited for.
type Resolution struct {
	Row    uint64 // offset of its entry
	Reason string
}

func (r *Resolution) check() error {
	r.Reason = strings.TrimSpace(r.Reason)
	if r.Reason == "" || utf8.RuneCountInString(r.Reason) > MaxReason || !utf8.ValidString(r.Reason) {
		return rowReason.New(MaxReason)
	}
	return nil
}

// leaving collects the rows of a file that are left out. It holds no more than may wait.
type leaving struct {
	rows []LeftRow
	all  int
	long int // line of the first row that cannot be kept
	same map[stocktake.Hash]int
	ids  map[stocktake.MovementID]int
}

// leave notes a row with what is wrong with it.
func (d *movementsDraft) leave(r *record, faults []Fault) {
	l := d.left
	if l.all++; l.all > MaxWaiting {
		return
	}
	row := LeftRow{File: shorten(sanitize(d.report.File)), Content: d.report.Content, Line: r.line, Header: d.table.rawHeader(), Raw: d.table.raw(r)}
	if len(row.Raw) > MaxRaw {
		if l.long == 0 {
			l.long = r.line
		}
		return
	}
	if c, _ := d.table.code(r, FieldMovement); stocktake.CheckID("movement", c.text) == nil && !c.lossy && !scientific(c.text) {
		row.Movement = stocktake.MovementID(c.text)
		l.ids[row.Movement]++
	}
	key := row.Key()
	row.Again = l.same[key]
	l.same[key]++
	for _, f := range faults[:min(len(faults), maxFaults)] {
		row.Faults = append(row.Faults, ToldFault{f.Line, f.Column, shorten(f.Value), Quarantined, tell(f.Err)})
	}
	l.rows = append(l.rows, row)
}

// kept gives the rows that are left out, or why they cannot be kept. An id that other rows of the file have too does not prove,
// when it comes, that this row came.
func (d *movementsDraft) kept() ([]LeftRow, error) {
	l := d.left
	switch {
	case l.all > MaxWaiting:
		return nil, QuarantineFull.New(l.all, MaxWaiting)
	case l.long > 0:
		return nil, rowTooLong.New(l.long, MaxRaw)
	}
	for n := range l.rows {
		r := &l.rows[n]
		if _, taken := d.result.index[r.Movement]; taken || l.ids[r.Movement] > 1 {
			r.Movement = ""
		}
	}
	return l.rows, nil
}

// resolvers may say that a row that was left out need not be waited for.
var resolvers = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Manager}

// SiteQuarantine is what waits of a site's feed, and what last left it.
type SiteQuarantine struct {
	State   FeedState
	Waiting []Entry      // of the kind LeftOut, from an offset on, in order
	Next    uint64       // offset to go on from; 0 where nothing follows
	Settled []SettledRow // the last ones, the newest first
}

// SettledRow is a row that waits no more.
type SettledRow struct {
	Entry       // of the kind Settled: who, when, and why or by which movement
	Row   Entry // of the kind LeftOut
}

// Quarantine gives up to limit rows that wait, from an offset on, and the last that left, to those who may see how feeds do.
func (im *Importer) Quarantine(ctx context.Context, by stocktake.Person, site stocktake.SiteID, from uint64, limit int) (q SiteQuarantine, err error) {
	if !by.Is(seesHealth...) {
		return q, stocktake.NotAllowed.New(seesHealth)
	}
	if _, _, err := im.directory(ctx, by.Society, site); err != nil {
		return q, err
	}
	if q.State, err = im.feed.Feed(ctx, by.Society, site); err != nil {
		return q, err
	}
	if q.Waiting, err = im.feed.Waiting(ctx, by.Society, site, from, limit); err != nil {
		return q, err
	}
	if len(q.Waiting) == limit && limit > 0 {
		q.Next = q.Waiting[limit-1].Offset + 1
	}
	last, err := im.feed.LastSettled(ctx, by.Society, site, maxSettled)
	for n := range last {
		row, err := im.feed.Moved(ctx, by.Society, site, last[n].Against, 1)
		if err != nil {
			return q, err
		}
		if len(row) == 1 && row[0].Row != nil {
			q.Settled = append(q.Settled, SettledRow{last[n], row[0]})
		}
	}
	return q, err
}

// HasSettled reports whether a row ever left a site's quarantine, to those who may see how feeds do.
func (im *Importer) HasSettled(ctx context.Context, by stocktake.Person, site stocktake.SiteID) (bool, error) {
	if !by.Is(seesHealth...) {
		return false, stocktake.NotAllowed.New(seesHealth)
	}
	last, err := im.feed.LastSettled(ctx, by.Society, site, 1)
	return len(last) > 0, err
}

// maxSettled is how many rows that left a quarantine are shown.
const maxSettled = 50

// Resolve takes rows out of a site's quarantine: somebody vouches that they need not be waited for, and the log keeps who and why.
func (im *Importer) Resolve(ctx context.Context, by stocktake.Person, site stocktake.SiteID, rows []uint64, reason string) (FeedState, error) {
	if !by.Is(resolvers...) {
		return FeedState{}, stocktake.NotAllowed.New(resolvers)
	}
	if _, _, err := im.directory(ctx, by.Society, site); err != nil {
		return FeedState{}, err
	}
	if len(rows) == 0 {
		return FeedState{}, RowNotWaiting.New(0)
	}
	t := Transfer{By: by.ID}
	for _, row := range rows {
		t.Resolve = append(t.Resolve, Resolution{row, reason})
	}
	taken, err := im.feed.Move(ctx, by.Society, site, t)
	if err != nil || taken.State.Waiting > 0 {
		return taken.State, err
	}
	im.noting.Lock()
	defer im.noting.Unlock()
	return taken.State, im.mend(ctx, by.Society, deliveryName(MovementsFile, site))
}

var (
	// QuarantineFull is of a site in whose quarantine not all rows have room that should wait there.
	QuarantineFull = stocktake.NewReason(stocktake.Conflict, "quarantine-full",
		"Nothing was taken: %d rows would wait in the site's quarantine, and at most %d can. Mend the export and send the file again; or have the rows that wait settled first.",
		"لم يُقبل شيء: سيبلغ عدد صفوف المقر المحجوزة %d والحد الأقصى %d. صحّح التصدير وأعد إرسال الملف، أو عالج الصفوف المحجوزة أولًا.")
	rowTooLong = stocktake.NewReason(stocktake.Invalid, "row-too-long-to-keep",
		"Nothing was taken: the bad row in line %d has more than %d bytes and cannot be kept in the quarantine. Mend it and send the file again.",
		"لم يُقبل شيء: الصف الخاطئ في السطر %d أطول من %d بايت ولا يمكن حجزه كما هو. أصلحه وأعد إرسال الملف.")
	// RowNotWaiting is of a row that should be taken out of a quarantine in which it does not wait.
	RowNotWaiting = stocktake.NewReason(stocktake.Conflict, "row-not-waiting",
		"Row %d does not wait in this site's quarantine (any more). Look at the list again.",
		"الصف %d ليس من صفوف هذا المقر المحجوزة أو لم يعد منها. راجع القائمة من جديد.")
	rowReason = stocktake.NewReason(stocktake.Invalid, "row-reason",
		"Say in at most %d characters why the row need not be waited for: it stays on record.",
		"اكتب في %d حرفًا على الأكثر سبب الاستغناء عن الصف: يبقى محفوظًا في السجل.")
)
