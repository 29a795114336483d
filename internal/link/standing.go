package link

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"jard/internal/stocktake"
)

// standing is what the book in use of a site says of itself.
type standing struct {
	asOf     time.Time
	position string
	stocked  int // lines of a quantity other than zero
}

// standingOf reads it from the book's document, whose head comes before its lines. Lines are counted, not decoded: a book has a
// million of them. What is looked for stands in no id, for there its quotes are escaped.
func standingOf(d stocktake.Document) (s standing, err error) {
	head, _, ok := bytes.Cut(d.Bytes, []byte(`,"lines":`))
	var said struct {
		AsOf     time.Time `json:"as_of"`
		Position string    `json:"position"`
	}
	if err = json.Unmarshal(append(bytes.Clone(head), '}'), &said); err == nil && !ok {
		err = errors.New("it has no lines")
	}
	if err != nil {
		return s, fmt.Errorf("decode snapshot %s: %w", d.Hash, err)
	}
	return standing{said.AsOf, said.Position, bytes.Count(d.Bytes, []byte(`"quantity":`)) - bytes.Count(d.Bytes, []byte(`"quantity":0,`))}, nil
}

// after reports whether the book in use is newer than another: by its instant and, at the same one, by its position where both are
// numbers.
func (s standing) after(asOf time.Time, position string) bool {
	if asOf = kept(asOf); !s.asOf.Equal(asOf) {
		return s.asOf.After(asOf)
	}
	have, err := strconv.ParseInt(s.position, 10, 64)
	other, wrong := strconv.ParseInt(position, 10, 64)
	return err == nil && wrong == nil && have > other
}

// bookPeople are those who may confirm that an older or a much smaller book takes the place of the one in use.
var bookPeople = []stocktake.Role{stocktake.FinancialController, stocktake.SocietyAdministrator, stocktake.Manager}

// aheadOfBook is how far a book may be in front of the server's clock, as movements may: one of next year would keep all others out.
const aheadOfBook = time.Hour

// overtaken reports whether a book that was read is older than the one in use, whose place it must not take; books come in any order.
// The same one of two of the same instant that was replaced before is older too. A machine is answered so, and a person is
// asked, as both are where more than a tenth of the lines that hold stock would be gone. The caller holds apply.
func (im *Importer) overtaken(ctx context.Context, by stocktake.Person, r *BookResult, head stocktake.Hash, o Options) (bool, error) {
	d, ok, err := published(ctx, im.feed, by.Society, SnapshotName(r.Snapshot.Site))
	if err != nil || !ok || d.Hash == head || o.ReplaceAll {
		return false, err
	}
	in, err := standingOf(d)
	if err != nil {
		return false, err
	}
	_, err = im.feed.Document(ctx, by.Society, head)
	if err != nil && !errors.Is(err, stocktake.Missing) {
		return false, err
	}
	before := err == nil
	r.Document, r.Previous, r.DryRun = head, d.Hash, o.DryRun
	if in.after(r.Snapshot.AsOf, r.Snapshot.Position) || before && in.asOf.Equal(kept(r.Snapshot.AsOf)) {
		fault := bookOlder.New(written(r.Snapshot.AsOf), written(in.asOf))
		if by.Is(bookPeople...) {
			return false, fault
		}
		r.Older, r.InUse, r.Unchanged = true, in.asOf, before
		r.Faults.add(Fault{Severity: Warned, Err: fault})
		r.Faults.sort()
		return true, nil
	}
	if stocked := r.Stats.Lines - r.Stats.Zero; (in.stocked-stocked)*shrinkLimit > in.stocked {
		return false, bookShrinks.New(stocked, in.stocked)
	}
	return false, nil
}

func written(at time.Time) string { return at.In(kuwait).Format("2006-01-02 15:04:05") }

var (
	bookOlder = stocktake.NewReason(stocktake.Conflict, "book-older",
		"The book stock is as of %s, and that in use, as of %s, is newer or came later, so it was left in use. Send a newer one. If this one is right, a person of the society imports it and confirms it.",
		"الرصيد الدفتري بتاريخ %s، والمعتمد بتاريخ %s أحدث منه أو وصل بعده، فبقي هو المعتمد. أرسل رصيدًا أحدث. وإن كان هذا هو الصحيح فليستورده أحد المخوّلين في الجمعية ويؤكد ذلك.")
	bookShrinks = stocktake.NewReason(stocktake.Conflict, "book-shrinks",
		"Nothing was imported. The file has %d lines with stock and the book in use has %d, and a line left out says that there is none. Send the whole book. If the others are really gone, a person of the society imports the file and confirms it.",
		"لم يُستورد شيء. في الملف %d سطرًا ذا رصيد وفي الرصيد المعتمد %d، والسطر الناقص يعني أن الصنف غير موجود. أرسل الرصيد كاملًا. وإن كانت البقية قد انتهت فعلًا فليستورد الملف أحد المخوّلين في الجمعية ويؤكد ذلك.")
	bookAhead = stocktake.NewReason(stocktake.Invalid, "book-ahead",
		"The book stock is as of %s, which is in the future. Check the instant, and the clock and the time zone of its system.",
		"تاريخ الرصيد الدفتري %s في المستقبل. تحقّق من اللحظة ومن ساعة النظام ومنطقته الزمنية.")
)
