package simulate

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"jard/internal/stocktake"
)

// Larder keeps catalogue chunks on disk by their hash, and decoded in memory. Chunks are immutable and checked against
// their name, so that devices of one simulation may share a larder without sharing anything else.
type Larder struct {
	dir string

	mu     sync.Mutex
	chunks map[stocktake.Hash][]stocktake.Item
	whole  map[stocktake.Hash]map[stocktake.ItemID]*stocktake.Item // by the hash of the list of chunks
}

// NewLarder keeps its chunks in dir.
func NewLarder(dir string) *Larder {
	return &Larder{
		dir: dir, chunks: make(map[stocktake.Hash][]stocktake.Item),
		whole: make(map[stocktake.Hash]map[stocktake.ItemID]*stocktake.Item),
	}
}

// Lacks lists the chunks of a catalogue that are not here yet.
func (l *Larder) Lacks(c stocktake.Catalogue) []stocktake.Hash {
	l.mu.Lock()
	defer l.mu.Unlock()
	var missing []stocktake.Hash
	for _, h := range c.Chunks {
		if l.chunks[h] == nil && l.read(h) != nil {
			missing = append(missing, h)
		}
	}
	return missing
}

// Put keeps a chunk, if it is what its name says.
func (l *Larder) Put(h stocktake.Hash, chunk []byte) error {
	if stocktake.HashOf(chunk) != h {
		return ChunkDamaged.New(h.String())
	}
	items, err := stocktake.ReadItems(stocktake.Document{Hash: h, Bytes: chunk})
	if err != nil {
		return ChunkDamaged.Wrap(err, h.String())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return fmt.Errorf("keep chunk: %w", err)
	}
	if err := replaceFile(l.name(h), chunk, false); err != nil {
		return err
	}
	l.chunks[h] = items
	return nil
}

// Items gives a catalogue's items by id. Nobody may change them.
func (l *Larder) Items(c stocktake.Catalogue) (map[stocktake.ItemID]*stocktake.Item, error) {
	list, err := stocktake.NewDocument(c)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if whole := l.whole[list.Hash]; whole != nil {
		return whole, nil
	}
	whole := make(map[stocktake.ItemID]*stocktake.Item, c.Items)
	for _, h := range c.Chunks {
		if l.chunks[h] == nil {
			if err := l.read(h); err != nil {
				return nil, err
			}
		}
		for n := range l.chunks[h] {
			whole[l.chunks[h][n].ID] = &l.chunks[h][n]
		}
	}
	l.whole[list.Hash] = whole
	return whole, nil
}

// read loads a chunk from disk. A damaged one is as good as none: it is fetched again.
func (l *Larder) read(h stocktake.Hash) error {
	chunk, err := os.ReadFile(l.name(h))
	if err != nil {
		return fmt.Errorf("read chunk: %w", err)
	}
	if stocktake.HashOf(chunk) != h {
		return ChunkDamaged.New(h.String())
	}
	items, err := stocktake.ReadItems(stocktake.Document{Hash: h, Bytes: chunk})
	if err != nil {
		return err
	}
	l.chunks[h] = items
	return nil
}

func (l *Larder) name(h stocktake.Hash) string { return filepath.Join(l.dir, h.String()+".json") }

// ChunkDamaged refuses a catalogue chunk that is not what its name says.
var ChunkDamaged = stocktake.NewReason(stocktake.Unavailable, "chunk-damaged",
	"Catalogue chunk %s was damaged on its way. Fetch it again.",
	"جزء الدليل %s تلف في الطريق. اجلبه من جديد.")
