package storetest

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"jard/internal/stocktake"
)

var documents = []guarantee{
	{"documents of any size are read back", documentSizes},
	{"a document already there has no effect", documentAgain},
	{"a photo is a document", photoKept},
	{"a document under a wrong hash is refused, with those beside it", documentWrong},
	{"Published moves to the head and keeps the rest", published},
	{"nothing was published under other names", unpublished},
}

// document is one of n bytes that cannot be compressed or confused with another.
func document(seed uint64, n int) stocktake.Document {
	var key [32]byte
	key[0], key[1] = byte(seed), byte(seed>>8)
	b := make([]byte, n)
	_, _ = rand.NewChaCha8(key).Read(b)
	return stocktake.Document{Hash: stocktake.HashOf(b), Bytes: b}
}

// holds wants a document with its bytes.
func (t *trial) holds(society stocktake.SocietyID, d stocktake.Document) {
	t.Helper()
	got := must(t.Document(t.Context(), society, d.Hash))
	if got.Hash != d.Hash || !bytes.Equal(got.Bytes, d.Bytes) {
		t.Errorf("document %s of %d bytes reads as %d others", d.Hash, len(d.Bytes), len(got.Bytes))
	}
}

func (t *trial) lacks(society stocktake.SocietyID, hash stocktake.Hash) {
	t.Helper()
	_, err := t.Document(t.Context(), society, hash)
	t.fails(err, stocktake.Missing)
}

func documentSizes(t *trial) {
	sizes := []int{0, 1, 255, 4096, 256 << 10, 256<<10 + 1, 1 << 20, 3<<20 + 17}
	if !testing.Short() {
		sizes = append(sizes, 30<<20)
	}
	var docs []stocktake.Document
	for n, size := range sizes {
		docs = append(docs, document(uint64(n), size))
	}
	t.ok(t.PutDocuments(t.Context(), ours, docs[:4]...))
	for _, d := range docs[4:] {
		t.ok(t.PutDocuments(t.Context(), ours, d))
	}
	many := make([]stocktake.Document, 40)
	for n := range many {
		many[n] = document(1000+uint64(n), 100<<10)
	}
	t.ok(t.PutDocuments(t.Context(), ours, many...))
	for _, d := range append(docs, many...) {
		t.holds(ours, d)
	}
	t.lacks(ours, stocktake.HashOf([]byte("never put")))
}

func documentAgain(t *trial) {
	small, large := document(1, 100), document(2, 2<<20)
	for range 2 {
		t.ok(t.PutDocuments(t.Context(), ours, small, large))
	}
	t.ok(t.PutDocuments(t.Context(), ours, large, large))
	t.ok(t.PutDocuments(t.Context(), ours))
	t.holds(ours, small)
	t.holds(ours, large)
}

func photoKept(t *trial) {
	photo, wrong := document(1, 200<<10), document(2, 100)
	for range 2 {
		t.ok(t.PutPhoto(t.Context(), ours, photo))
	}
	t.holds(ours, photo)
	wrong.Hash = stocktake.HashOf([]byte("another"))
	if err := t.PutPhoto(t.Context(), ours, wrong); stocktake.CodeOf(err) != stocktake.Invalid {
		t.Errorf("the answer is %v", err)
	}
	t.lacks(ours, wrong.Hash)
	t.lacks(theirs, photo.Hash)
}

func documentWrong(t *trial) {
	for _, size := range []int{100, 2 << 20} {
		good, wrong := document(1, size), document(2, size)
		wrong.Bytes = bytes.Clone(wrong.Bytes)
		wrong.Bytes[7] ^= 1
		if err := t.PutDocuments(t.Context(), ours, good, wrong); stocktake.CodeOf(err) != stocktake.Invalid {
			t.Errorf("the answer is %v", err)
		}
		t.lacks(ours, good.Hash)
		t.lacks(ours, wrong.Hash)
	}
}

func published(t *trial) {
	head, chunk, next, large := document(1, 100), document(2, 100), document(3, 50), document(4, 2<<20)
	t.ok(t.Publish(t.Context(), ours, "catalogue", head, chunk))
	hash, since, err := t.Published(t.Context(), ours, "catalogue")
	t.ok(err)
	equal(t, "the pointer", hash, head.Hash)
	t.ok(t.Publish(t.Context(), ours, "site/central", chunk))
	t.ok(t.Publish(t.Context(), ours, "catalogue", next, large))
	hash, later, err := t.Published(t.Context(), ours, "catalogue")
	t.ok(err)
	equal(t, "the pointer", hash, next.Hash)
	if since.IsZero() || later.Before(since) {
		t.Errorf("published at %v, then at %v", since, later)
	}
	for _, d := range []stocktake.Document{head, chunk, next, large} {
		t.holds(ours, d)
	}
	hash, _, err = t.Published(t.Context(), ours, "site/central")
	t.ok(err)
	equal(t, "the other pointer", hash, chunk.Hash)
	wrong := document(5, 100)
	wrong.Hash = head.Hash
	if err := t.Publish(t.Context(), ours, "catalogue", wrong); stocktake.CodeOf(err) != stocktake.Invalid {
		t.Errorf("the answer is %v", err)
	}
	hash, _, err = t.Published(t.Context(), ours, "catalogue")
	t.ok(err)
	equal(t, "the pointer", hash, next.Hash)
}

func unpublished(t *trial) {
	t.ok(t.Publish(t.Context(), ours, "site/central", document(1, 10)))
	for _, name := range []string{"site", "site/", "site/central/1", "catalogue", ""} {
		_, _, err := t.Published(t.Context(), ours, name)
		t.fails(err, stocktake.Missing)
	}
}
