package stocktake

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
	if !slices.IsSortedFunc(s.Lines, BookLine.compare) {
		s.Lines = slices.Clone(s.Lines)
		slices.SortFunc(s.Lines, BookLine.compare)
	}
	for n := range s.Lines {
		line := &s.Lines[n]
		if n == 0 || line.Section != s.Lines[n-1].Section {
			if err := CheckID("section", string(line.Section)); err != nil {
				return Document{}, err
			}
		}
		if err := CheckID("item", string(line.Item)); err != nil {
			return Document{}, err
		}
		if n > 0 && s.Lines[n-1].compare(*line) == 0 {
			return Document{}, idRepeated.New(Word("line"), string(line.Section)+" / "+string(line.Item))
		}
		if magnitude(int64(line.Quantity)) > MaxNumber || line.Cost < 0 || line.Cost > MaxNumber {
			return Document{}, numberOverflow.New()
		}
		if _, err := Value(line.Quantity, line.Cost); err != nil {
			return Document{}, err
		}
	}
	return s.document()
}

// document is what NewDocument makes of the snapshot, without reflecting on each of a million lines and copying them as they grow.
func (s Snapshot) document() (Document, error) {
	lines := s.Lines
	s.Lines = lines[:0]
	b, err := json.Marshal(s)
	if err != nil || len(lines) == 0 {
		return Document{Hash: HashOf(b), Bytes: b}, err
	}
	size := len(b)
	for _, l := range lines {
		size += len(`{"section":"","item":"","quantity":-9007199254740991,"cost":9007199254740991},`) + len(l.Section) + len(l.Item)
	}
	const end = `]}`
	b = append(make([]byte, 0, size), strings.TrimSuffix(string(b), end)...)
	var section []byte // as it is written, with what stands around it: most lines have that of the line before
	for n := range lines {
		l := &lines[n]
		if n > 0 {
			b = append(b, ',')
		}
		if n == 0 || l.Section != lines[n-1].Section {
			section = append(appendText(append(section[:0], `{"section":`...), string(l.Section)), `,"item":`...)
		}
		b = appendText(append(b, section...), string(l.Item))
		b = strconv.AppendInt(append(b, `,"quantity":`...), int64(l.Quantity), 10)
		b = strconv.AppendInt(append(b, `,"cost":`...), int64(l.Cost), 10)
		b = append(b, '}')
	}
	b = append(b, end...)
	return Document{Hash: HashOf(b), Bytes: b}, nil
}

// appendText writes a text as encoding/json does.
func appendText(b []byte, s string) []byte {
	asIs := plain(s)
	for i := 0; asIs && i < len(s); i++ {
		switch s[i] {
		case '"', '\\', '<', '>', '&':
			asIs = false
		}
	}
	if asIs {
		return append(append(append(b, '"'), s...), '"')
	}
	quoted, _ := json.Marshal(s) // a text cannot fail
	return append(b, quoted...)
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
