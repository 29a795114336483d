package main

import (
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// TestSealAndResultNameEachOther takes a session that the demo has sealed, and holds its seal against the right head of
// the log and against wrong ones: the bytes of log and result each being whole does not make them belong together.
func TestSealAndResultNameEachOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	demo := &storyCmd{Data: dir, Seed: 5, Items: 60, Locations: 8, Counters: 3}
	if err := demo.Run(t.Context(), &streams{Out: io.Discard, Err: io.Discard}); err != nil {
		t.Fatal(err)
	}
	n, err := openNode(dataFlags{filepath.Join(dir, "society")}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := n.close(); err != nil {
			t.Error(err)
		}
	}()
	head, err := n.db.Head(t.Context(), "rawda", "demo")
	if err != nil {
		t.Fatal(err)
	}
	last, err := n.db.Read(t.Context(), "rawda", "demo", head.Offset-1, 2)
	if err != nil || len(last) != 2 || last[1].Kind != count.Sealed {
		t.Fatalf("the log ends with %+v: %v", last, err)
	}
	if err := n.verifySeal(t.Context(), "rawda", &last[1], last[0].Hash); err != nil {
		t.Error(err)
	}
	if n.verifySeal(t.Context(), "rawda", &last[1], stocktake.HashOf([]byte("another log"))) == nil {
		t.Error("the result of another log is taken for this one's")
	}
	v := verification{}
	if err := n.verifyLog(t.Context(), "rawda", head, &v); err != nil || len(v.Broken) > 0 {
		t.Fatal(err, v.Broken)
	}
	before := head // the seal came while the log was being read
	before.Offset, before.Hash, before.State = head.Offset-1, last[0].Hash, count.LogOpen
	if err := n.verifyLog(t.Context(), "rawda", before, &v); err != nil || len(v.Broken) > 0 {
		t.Error(err, v.Broken)
	}
	for what, wrong := range map[string]func(*count.Head){
		"open":               func(h *count.Head) { h.State = count.LogOpen },
		"cancelled":          func(h *count.Head) { h.State = count.LogCancelled },
		"at another time":    func(h *count.Head) { h.IssuedAt = h.IssuedAt.Add(time.Second) },
		"names another hash": func(h *count.Head) { h.Hash[0]++ },
	} {
		h, v := head, verification{}
		wrong(&h)
		if err := n.verifyLog(t.Context(), "rawda", h, &v); err != nil || len(v.Broken) != 1 || !strings.Contains(v.Broken[0], what) {
			t.Errorf("%s: %v, %v", what, v.Broken, err)
		}
	}
	moved := last[1]
	moved.Offset++
	if n.verifySeal(t.Context(), "rawda", &moved, last[0].Hash) == nil {
		t.Error("a seal at another place is taken for this one")
	}
}
