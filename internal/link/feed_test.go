package link_test

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"jard/internal/link"
	"jard/internal/stocktake"
)

// shelf is a Feed in memory.
type shelf struct {
	link.Movements // none: what needs them has a store
	mu             sync.Mutex
	docs           map[stocktake.Hash]stocktake.Document
	names          map[string]stocktake.Hash
	published      int
}

func newShelf() *shelf {
	return &shelf{docs: make(map[stocktake.Hash]stocktake.Document), names: make(map[string]stocktake.Hash)}
}

func (s *shelf) Publish(_ context.Context, society stocktake.SocietyID, name string, head stocktake.Document, rest ...stocktake.Document) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range append(rest, head) {
		s.docs[d.Hash] = d
	}
	s.names[string(society)+"\x00"+name] = head.Hash
	s.published++
	return nil
}

func (s *shelf) Published(_ context.Context, society stocktake.SocietyID, name string) (stocktake.Hash, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.names[string(society)+"\x00"+name]
	if !ok {
		return h, time.Time{}, stocktake.NoSuch("document", name)
	}
	return h, time.Time{}, nil
}

func (s *shelf) Document(_ context.Context, _ stocktake.SocietyID, hash stocktake.Hash) (stocktake.Document, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.docs[hash]
	if !ok {
		return d, stocktake.NoSuch("document", hash.String())
	}
	return d, nil
}

func file(text string) link.File { return bytesFile("test", []byte(text)) }

func bytesFile(name string, b []byte) link.File {
	return link.File{Name: name, Size: int64(len(b)), Data: bytes.NewReader(b)}
}

func readItems(t *testing.T, f link.File, m link.Mapping) *link.ItemsResult {
	t.Helper()
	r, err := link.ReadItems(t.Context(), f, m, link.Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// site and items that book files are held against.
var (
	market = stocktake.Site{ID: "m1", Name: stocktake.Name{Arabic: "السوق المركزي"}, Kind: stocktake.CentralMarket,
		Sections: []stocktake.Section{
			{ID: "01", Name: stocktake.Name{Arabic: "المواد الغذائية"}, Custodian: stocktake.Name{Arabic: "سالم"}},
			{ID: "02", Name: stocktake.Name{English: "Cold"}},
		}}
	goods = []stocktake.Item{
		{ID: "100", Name: stocktake.Name{Arabic: "أرز"}, Unit: stocktake.Kilogram,
			Barcodes: []stocktake.Barcode{{Code: "6291100010011", Pack: 1000, Kind: stocktake.GTIN}}},
		{ID: "200", Name: stocktake.Name{Arabic: "تونة"}, Unit: stocktake.Piece,
			Barcodes: []stocktake.Barcode{{Code: "200", Pack: 1000}, {Code: "0200X", Pack: 12000}}},
		{ID: "300", Name: stocktake.Name{Arabic: "ماء"}, Unit: stocktake.Piece},
	}
	asOf = time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)
)

func readBook(t *testing.T, f link.File, m link.Mapping) *link.BookResult {
	t.Helper()
	r, err := link.ReadBook(t.Context(), f, link.Book{Site: market, Items: goods, AsOf: asOf}, m, link.Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
