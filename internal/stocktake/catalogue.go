package stocktake

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// ChunkSize is the most items that one chunk of a catalogue has: what a handheld stores in one record, and the grain
// in which it fetches what has changed. Only the last has less than half of it.
const ChunkSize = 1000

// MaxItems bounds a catalogue.
const MaxItems = 1_000_000

// Catalogue lists the chunks of a society's items, sorted by item id. It is a document; so is each chunk. An item that
// is edited, added or removed changes this list and one chunk, seldom two, so that a handheld that holds the rest fetches
// no more.
type Catalogue struct {
	Items  int    `json:"items"`
	Chunks []Hash `json:"chunks"`
}

// NewCatalogue sorts items by id, checks that ids and codes are unique and gives the catalogue's document followed by
// those of its chunks.
func NewCatalogue(items []Item) (Document, []Document, error) {
	if len(items) > MaxItems {
		return Document{}, nil, catalogueTooLarge.New(len(items), MaxItems)
	}
	items = slices.Clone(items)
	slices.SortFunc(items, func(a, b Item) int { return cmp.Compare(a.ID, b.ID) })
	codes := make(map[string]ItemID, len(items))
	for n := range items {
		item := &items[n]
		if err := item.Check(); err != nil {
			return Document{}, nil, err
		}
		if n > 0 && items[n-1].ID == item.ID {
			return Document{}, nil, idRepeated.New(Word("item"), string(item.ID))
		}
		for _, b := range item.Barcodes {
			if owner, taken := codes[b.Code]; taken {
				return Document{}, nil, codeTaken.New(b.Code, string(owner), string(item.ID))
			}
			codes[b.Code] = item.ID
		}
	}
	list := Catalogue{Items: len(items), Chunks: []Hash{}}
	var chunks []Document
	for rest := items; len(rest) > 0; {
		n := cut(rest)
		d, err := NewDocument(rest[:n])
		rest = rest[n:]
		if err != nil {
			return Document{}, nil, err
		}
		list.Chunks = append(list.Chunks, d.Hash)
		chunks = append(chunks, d)
	}
	head, err := NewDocument(list)
	return head, chunks, err
}

// cut says how many of the items are the next chunk. Were it always as many, one item more would move every later cut.
// So it is an item that says where, the one of least digest among those where a chunk may end: most cuts stay before the
// same item whatever was added or removed around it, and what did move is met again at the next that stays.
func cut(items []Item) int {
	if len(items) <= ChunkSize {
		return len(items)
	}
	n, least := 0, Hash{}
	for i := ChunkSize / 2; i <= ChunkSize; i++ {
		if h := HashOf([]byte(items[i].ID)); n == 0 || bytes.Compare(h[:], least[:]) < 0 {
			n, least = i, h
		}
	}
	return n
}

// ReadItems decodes one chunk.
func ReadItems(chunk Document) ([]Item, error) {
	var items []Item
	if err := json.Unmarshal(chunk.Bytes, &items); err != nil {
		return nil, fmt.Errorf("decode catalogue chunk %s: %w", chunk.Hash, err)
	}
	return items, nil
}

var (
	catalogueTooLarge = NewReason(Invalid, "catalogue-too-large",
		"The catalogue has %d items; at most %d fit.",
		"في الدليل %d صنفًا، والحد الأقصى %d.")
	codeTaken = NewReason(Invalid, "code-taken",
		"Barcode %q belongs to item %q and to item %q: one code means one item.",
		"الباركود %q مسجل للصنف %q وللصنف %q معًا: لكل باركود صنف واحد.")
)
