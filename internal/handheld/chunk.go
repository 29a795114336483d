package handheld

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"jard/internal/stocktake"
)

// chunk hands out a part of a catalogue. The store also holds documents with books in them, by hash like these: only
// what reads as a list of items and nothing else is given.
func (g *Gateway) chunk(w http.ResponseWriter, r *http.Request, i identity) error {
	name := r.PathValue("hash")
	var hash stocktake.Hash
	if len(name) > 2*len(hash) || hash.UnmarshalText([]byte(name)) != nil {
		return stocktake.NoSuch("chunk", name[:min(len(name), 2*len(hash))])
	}
	d, err := g.store.Document(r.Context(), i.Society, hash)
	if err != nil {
		return err
	}
	zipped, ok := g.chunks.zipped(d)
	if !ok {
		return stocktake.NoSuch("chunk", hash.String())
	}
	tag := `"` + hash.String() + `"`
	w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	w.Header().Set("ETag", tag)
	w.Header().Add("Vary", "Accept-Encoding")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", "application/json")
	if takesGzip(r) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(zipped)
		return nil
	}
	_, _ = w.Write(d.Bytes)
	return nil
}

// chunks remembers catalogue chunks compressed, and with that that they are chunks: at the start of a shift every
// device asks for the same hundred.
type chunks struct {
	mu    sync.Mutex
	known map[stocktake.Hash][]byte
}

// maxChunks bounds the chunks remembered: about 17 kB each.
const maxChunks = 2048

func newChunks() *chunks { return &chunks{known: map[stocktake.Hash][]byte{}} }

// zipped gives a document compressed, and whether it is a chunk at all.
func (c *chunks) zipped(d stocktake.Document) ([]byte, bool) {
	c.mu.Lock()
	z, ok := c.known[d.Hash]
	c.mu.Unlock()
	if ok {
		return z, true
	}
	if !isChunk(d.Bytes) {
		return nil, false
	}
	z = compress(d.Bytes)
	c.mu.Lock()
	defer c.mu.Unlock()
	for old := range c.known { // any one: which it is matters little
		if len(c.known) < maxChunks {
			break
		}
		delete(c.known, old)
	}
	c.known[d.Hash] = z
	return z, true
}

func isChunk(b []byte) bool {
	if len(b) == 0 || b[0] != '[' {
		return false
	}
	var items []stocktake.Item
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields() // quantities and costs are unknown to an item
	if d.Decode(&items) != nil || d.More() || len(items) == 0 || len(items) > stocktake.ChunkSize {
		return false
	}
	for n := range items {
		if items[n].Check() != nil {
			return false
		}
	}
	return true
}

// worthCompressing is the size from which a body is sent compressed.
const worthCompressing = 2 << 10

func takesGzip(r *http.Request) bool {
	for _, v := range r.Header.Values("Accept-Encoding") {
		for part := range strings.SplitSeq(v, ",") {
			name, parameters, _ := strings.Cut(strings.TrimSpace(part), ";")
			if strings.EqualFold(name, "gzip") && strings.ReplaceAll(parameters, " ", "") != "q=0" {
				return true
			}
		}
	}
	return false
}

func compress(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b) // into memory: cannot fail
	_ = z.Close()
	return out.Bytes()
}
