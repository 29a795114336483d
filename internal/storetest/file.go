package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"time"

	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

var files = []guarantee{
	{"a filing is kept with its document and its receipt", filed},
	{"a document of any size is kept", filedLarge},
	{"a filing that stands is given back without judging again", filedAgain},
	{"a held one is judged again, and only another verdict is written", filedHeld},
	{"a judge's error writes nothing", filedNot},
	{"a receipt takes the next number", receiptNumber},
	{"a society that is no member files nothing", filedByNobody},
	{"the member's head is the greatest place, with the first that came for it", memberHead},
	{"judge gets what stands at and before the place", standingAround},
	{"the first of a series is held against the one it cites", standingCited},
	{"a correction marks what it corrects, unless refused", corrected},
	{"a decided key is added to the member's", keyDecided},
	{"Filings lists by place, then by arrival, all of a place together", filingsList},
	{"Receipts lists by number", receiptsList},
	{"concurrent filings give one chain of receipts", filedConcurrently},
}

// filing is a document that came for a place.
func filing(at result.Ref, text string) ministry.Filing {
	return filingOf(at, []byte(text))
}

func filingOf(at result.Ref, document []byte) ministry.Filing {
	return ministry.Filing{
		Society: ours, At: at, Kind: ministry.KindResult, Hash: stocktake.HashOf(document), Session: s1, Site: "central",
		SealedAt: noon, ReceivedAt: noon.Add(time.Minute),
		Signed: result.Signed{Document: document, Signature: []byte("signature of " + at.String())},
	}
}

func place(number uint64) result.Ref { return result.Ref{Series: 1, Number: number} }

// decide judges anything so. The receipt takes the number that it has to.
func decide(verdict ministry.Verdict) func(ministry.Standing) (ministry.Decision, error) {
	return func(st ministry.Standing) (ministry.Decision, error) {
		a := answer(verdict, st.Receipts.Number+1)
		a.Signed.Document = append(a.Signed.Document, st.Receipts.Hash.String()...)
		return ministry.Decision{Answer: a}, nil
	}
}

func (t *trial) file(f ministry.Filing, verdict ministry.Verdict) ministry.Filing {
	t.Helper()
	return must(t.File(t.Context(), f, decide(verdict)))
}

// unjudged fails when it is called.
func unjudged(t *trial) func(ministry.Standing) (ministry.Decision, error) {
	return func(ministry.Standing) (ministry.Decision, error) {
		t.Error("judged again")
		return ministry.Decision{}, errors.New("judged again")
	}
}

// listed is a filing as lists and File give it.
func listed(f ministry.Filing) ministry.Filing {
	f.Signed = result.Signed{}
	return f
}

func filed(t *trial) {
	t.enrol(ours)
	f := filing(place(1), "first")
	got := t.file(f, ministry.Accepted)
	f.Answer = answer(ministry.Accepted, 1)
	f.Answer.Signed.Document = append(f.Answer.Signed.Document, stocktake.Hash{}.String()...)
	same(t, "the filing", got, listed(f))
	same(t, "the stored filing", must(t.Filing(t.Context(), ours, f.Hash)), f)
	same(t, "the list", must(t.Filings(t.Context(), ours, result.Ref{}, 10)), []ministry.Filing{listed(f)})
	same(t, "the receipts", must(t.Receipts(t.Context(), 0, 10)),
		[]ministry.Receipted{{Society: ours, Document: f.Hash, Answer: f.Answer}})
	_, err := t.Filing(t.Context(), ours, stocktake.HashOf([]byte("never filed")))
	t.fails(err, stocktake.Missing)
}

func filedLarge(t *trial) {
	t.enrol(ours)
	f := filingOf(place(1), document(1, 5<<20).Bytes)
	t.file(f, ministry.Accepted)
	got := must(t.Filing(t.Context(), ours, f.Hash))
	if !bytes.Equal(got.Signed.Document, f.Signed.Document) || !bytes.Equal(got.Signed.Signature, f.Signed.Signature) {
		t.Error("the filing has another document")
	}
}

func filedAgain(t *trial) {
	t.enrol(ours)
	for n, verdict := range []ministry.Verdict{ministry.Accepted, ministry.Refused} {
		f := filing(place(uint64(n+1)), "document "+string(verdict))
		first := t.file(f, verdict)
		f.ReceivedAt = noon.Add(time.Hour)
		same(t, "the filing", must(t.File(t.Context(), f, unjudged(t))), first)
	}
	equal(t, "the number of receipts", len(must(t.Receipts(t.Context(), 1, 10))), 2)
}

func filedHeld(t *trial) {
	t.enrol(ours)
	f := filing(place(2), "second")
	held := t.file(f, ministry.Held)
	f.ReceivedAt = noon.Add(time.Hour)
	same(t, "the filing held again", t.file(f, ministry.Held), held)
	equal(t, "the number of receipts", len(must(t.Receipts(t.Context(), 1, 10))), 1)
	accepted := t.file(f, ministry.Accepted)
	equal(t, "the verdict", accepted.Answer.Verdict, ministry.Accepted)
	equal(t, "the receipt's number", accepted.Answer.Number, 2)
	equal(t, "the arrival", accepted.ReceivedAt, held.ReceivedAt)
	same(t, "the list", must(t.Filings(t.Context(), ours, result.Ref{}, 10)), []ministry.Filing{accepted})
	same(t, "the receipts", must(t.Receipts(t.Context(), 1, 10)), []ministry.Receipted{
		{Society: ours, Document: f.Hash, Answer: held.Answer}, {Society: ours, Document: f.Hash, Answer: accepted.Answer},
	})
	same(t, "the filing", must(t.File(t.Context(), f, unjudged(t))), accepted)
	equal(t, "the stored signature", string(must(t.Filing(t.Context(), ours, f.Hash)).Signed.Signature), string(f.Signed.Signature))
}

func filedNot(t *trial) {
	member := t.enrol(ours)
	f := filing(place(1), "first")
	cause := errors.New("the key was changed")
	_, err := t.File(t.Context(), f, func(ministry.Standing) (ministry.Decision, error) { return ministry.Decision{}, cause })
	if !errors.Is(err, cause) {
		t.Errorf("the answer is %v", err)
	}
	equal(t, "the number of filings", len(must(t.Filings(t.Context(), ours, result.Ref{}, 10))), 0)
	equal(t, "the number of receipts", len(must(t.Receipts(t.Context(), 0, 10))), 0)
	same(t, "the member", must(t.Member(t.Context(), ours)), member)
	t.file(f, ministry.Accepted)
}

func receiptNumber(t *trial) {
	t.enrol(ours)
	t.file(filing(place(1), "first"), ministry.Accepted)
	f := filing(place(2), "second")
	for _, number := range []uint64{0, 1, 3} {
		_, err := t.File(t.Context(), f, func(ministry.Standing) (ministry.Decision, error) {
			return ministry.Decision{Answer: answer(ministry.Accepted, number)}, nil
		})
		if err == nil {
			t.Errorf("receipt %d was taken for the second", number)
		}
	}
	equal(t, "the number of filings", len(must(t.Filings(t.Context(), ours, result.Ref{}, 10))), 1)
	equal(t, "the number of receipts", len(must(t.Receipts(t.Context(), 0, 10))), 1)
}

func filedByNobody(t *trial) {
	f := filing(place(1), "first")
	_, err := t.File(t.Context(), f, unjudged(t))
	t.fails(err, stocktake.Missing)
	_, err = t.Consider(t.Context(), f)
	t.fails(err, stocktake.Missing)
	equal(t, "the number of filings", len(must(t.Filings(t.Context(), ours, result.Ref{}, 10))), 0)
}

func memberHead(t *trial) {
	t.enrol(ours)
	is := func(f ministry.Filing) {
		t.Helper()
		equal(t, "the head", must(t.Member(t.Context(), ours)).Head, result.Head{Ref: f.At, Hash: f.Hash})
	}
	third, second := filing(place(3), "third"), filing(place(2), "second")
	t.file(third, ministry.Held)
	is(third)
	t.file(second, ministry.Accepted)
	is(third)
	t.file(filing(place(3), "another third"), ministry.Refused)
	is(third)
	t.file(third, ministry.Accepted)
	is(third)
	series := filing(result.Ref{Series: 2, Number: 1}, "of the next series")
	t.file(series, ministry.Refused)
	is(series)
}

func filingsList(t *trial) {
	t.enrol(ours)
	for _, f := range []ministry.Filing{
		filing(place(2), "b"), filing(place(1), "a"), filing(place(300), "e"), filing(place(2), "c"),
		filing(result.Ref{Series: 2, Number: 1}, "f"), filing(place(2), "d"),
	} {
		t.file(f, ministry.Held)
	}
	texts := func(from result.Ref, limit int) string {
		text := ""
		for _, f := range must(t.Filings(t.Context(), ours, from, limit)) {
			if f.Signed.Document != nil || f.Signed.Signature != nil {
				t.Errorf("%s is listed with its document", f.At)
			}
			text += string(must(t.Filing(t.Context(), ours, f.Hash)).Signed.Document)
		}
		return text
	}
	equal(t, "all", texts(result.Ref{}, 100), "abcdef")
	equal(t, "two places", texts(result.Ref{}, 2), "abcd")
	equal(t, "from the second place", texts(place(2), 1), "bcd")
	equal(t, "from an empty place", texts(place(3), 100), "ef")
	equal(t, "beyond the last", texts(result.Ref{Series: 2, Number: 2}, 100), "")
	equal(t, "a page of none", texts(result.Ref{}, 0), "")
}

func receiptsList(t *trial) {
	t.enrol(ours)
	for n := range 300 {
		t.file(filing(place(uint64(n+1)), fmt.Sprint("document ", n)), ministry.Accepted)
	}
	numbers := func(from uint64, limit int) (first, last uint64, n int) {
		list := must(t.Receipts(t.Context(), from, limit))
		for i, r := range list {
			equal(t, "the number", r.Answer.Number, list[0].Answer.Number+uint64(i))
		}
		if len(list) == 0 {
			return 0, 0, 0
		}
		return list[0].Answer.Number, list[len(list)-1].Answer.Number, len(list)
	}
	for _, c := range []struct {
		from  uint64
		limit int
		want  string
	}{{0, 1000, "1 300 300"}, {1, 10, "1 10 10"}, {255, 3, "255 257 3"}, {300, 10, "300 300 1"}, {301, 10, "0 0 0"}, {1, 0, "0 0 0"}} {
		first, last, n := numbers(c.from, c.limit)
		equal(t, "the page", fmt.Sprint(first, last, n), c.want)
	}
}

func filedConcurrently(t *trial) {
	t.enrol(ours)
	var group sync.WaitGroup
	for n := range 30 {
		group.Go(func() {
			f := filing(place(uint64(n/2+1)), fmt.Sprint("document ", n/2)) // each comes twice
			if _, err := t.File(t.Context(), f, decide(ministry.Accepted)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	receipts := must(t.Receipts(t.Context(), 1, 100))
	equal(t, "the number of receipts", len(receipts), 15)
	previous := stocktake.Hash{}
	for n, r := range receipts {
		equal(t, "the number", r.Answer.Number, uint64(n+1))
		if !bytes.HasSuffix(r.Answer.Signed.Document, []byte(previous.String())) {
			t.Errorf("receipt %d does not follow the one before", n+1)
		}
		previous = r.Answer.Signed.Hash()
	}
}
