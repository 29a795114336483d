package stocktake

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// MaxSnapshotLines bounds a book snapshot.
const MaxSnapshotLines = 2_000_000

// Snapshot is the book stock of one site as of an instant. It is a document: immutable, named by its hash. Position
// is the place in the site's movement feed up to which movements are included; empty when the feed names none.
type Snapshot struct {
	Site     SiteID     `json:"site"`
	AsOf     time.Time  `json:"as_of"`
	Position string     `json:"position,omitempty"`
	Lines    []BookLine `json:"lines"`
}

// BookLine is the book quantity and unit cost of one item in one section. The quantity may be negative: books are.
type BookLine struct {
	Section  SectionID `json:"section"`
	Item     ItemID    `json:"item"`
	Quantity Quantity  `json:"quantity"`
	Cost     Cost      `json:"cost"`
}

// NewSnapshot sorts the lines by section and item, checks them and gives the document. AsOf is kept in UTC to the
// millisecond.
func NewSnapshot(s Snapshot) (Document, error) {
	if err := CheckID("site", string(s.Site)); err != nil {
		return Document{}, err
	}
	if s.AsOf.IsZero() {
		return Document{}, snapshotUndated.New()
	}
	if len(s.Lines) > MaxSnapshotLines {
		return Document{}, snapshotTooLarge.New(len(s.Lines), MaxSnapshotLines)
	}
	s.AsOf = s.AsOf.UTC().Truncate(time.Millisecond)
	s.Lines = slices.Clone(s.Lines)
	slices.SortFunc(s.Lines, BookLine.compare)
	for n, line := range s.Lines {
		if err := CheckID("section", string(line.Section)); err != nil {
			return Document{}, err
		}
		if err := CheckID("item", string(line.Item)); err != nil {
			return Document{}, err
		}
		if n > 0 && s.Lines[n-1].compare(line) == 0 {
			return Document{}, idRepeated.New(Word("line"), string(line.Section)+" / "+string(line.Item))
		}
		if magnitude(int64(line.Quantity)) > MaxNumber || line.Cost < 0 || line.Cost > MaxNumber {
			return Document{}, numberOverflow.New()
		}
		if _, err := Value(line.Quantity, line.Cost); err != nil {
			return Document{}, err
		}
	}
	return NewDocument(s)
}

// ReadSnapshot decodes a snapshot's document.
func ReadSnapshot(d Document) (*Snapshot, error) {
	s := new(Snapshot)
	if err := json.Unmarshal(d.Bytes, s); err != nil {
		return nil, fmt.Errorf("decode snapshot %s: %w", d.Hash, err)
	}
	return s, nil
}

// Find gives the line of an item in a section; absent means the book knows none of it there (quantity and cost zero).
func (s *Snapshot) Find(section SectionID, item ItemID) (BookLine, bool) {
	want := BookLine{Section: section, Item: item}
	n, ok := slices.BinarySearchFunc(s.Lines, want, BookLine.compare)
	if !ok {
		return want, false
	}
	return s.Lines[n], true
}

func (l BookLine) compare(o BookLine) int {
	return cmp.Or(cmp.Compare(l.Section, o.Section), cmp.Compare(l.Item, o.Item))
}

var (
	snapshotUndated = NewReason(Invalid, "snapshot-undated",
		"The book snapshot has no instant: say as of when it holds.",
		"لقطة الرصيد بلا تاريخ ووقت: حدّد لحظتها.")
	snapshotTooLarge = NewReason(Invalid, "snapshot-too-large",
		"The book snapshot has %d lines; at most %d fit.",
		"في لقطة الرصيد %d بندًا، والحد الأقصى %d.")
)
