package storetest

import (
	"jard/internal/count"
	"jard/internal/stocktake"
)

var records = []guarantee{
	{"a society's record is stored, replaced and listed by id", societyRecords},
	{"PublishedNames lists by prefix, of one society", publishedNames},
	{"a log of ten thousand entries is read in one call", longLog},
}

func societyRecords(t *trial) {
	_, err := t.Store.Society(t.Context(), ours)
	t.fails(err, stocktake.Missing)
	equal(t, "the number of societies", len(must(t.Societies(t.Context()))), 0)
	first := stocktake.Society{ID: theirs, Name: stocktake.Name{Arabic: "السالمية"}, Governorate: stocktake.Hawalli}
	second := stocktake.Society{
		ID: ours, Name: stocktake.Name{Arabic: "الرميثية", English: "Rumaithiya"}, Governorate: stocktake.Hawalli,
		Schemes: []string{"21PPPPPVVVVVC"},
	}
	t.ok(t.PutSociety(t.Context(), first))
	t.ok(t.PutSociety(t.Context(), stocktake.Society{ID: ours}))
	t.ok(t.PutSociety(t.Context(), second))
	if err := t.PutSociety(t.Context(), stocktake.Society{ID: "a\x00b"}); stocktake.CodeOf(err) != stocktake.Invalid {
		t.Errorf("a malformed id answers %v", err)
	}
	for range 2 {
		same(t, "the record", must(t.Store.Society(t.Context(), ours)), second)
		same(t, "all records", must(t.Societies(t.Context())), []stocktake.Society{second, first})
		t.again()
	}
}

func publishedNames(t *trial) {
	d := document(1, 100)
	for _, name := range []string{"site/central", "catalogue", "site/branch-2", "site/", "snapshot/central"} {
		t.ok(t.Publish(t.Context(), ours, name, d))
	}
	t.ok(t.Publish(t.Context(), theirs, "site/theirs", d))
	for prefix, want := range map[string][]string{
		"site/": {"site/", "site/branch-2", "site/central"},
		"s":     {"site/", "site/branch-2", "site/central", "snapshot/central"},
		"":      {"catalogue", "site/", "site/branch-2", "site/central", "snapshot/central"},
		"x":     nil,
	} {
		same(t, "the names under "+prefix, must(t.PublishedNames(t.Context(), ours, prefix)), want)
	}
	for _, name := range []string{"", "a\x00b", string(make([]byte, 300)), "\xff"} {
		if err := t.Publish(t.Context(), ours, name, d); stocktake.CodeOf(err) != stocktake.Invalid {
			t.Errorf("publishing %q answers %v", name, err)
		}
	}
}

func longLog(t *trial) {
	t.issue(s1)
	d := newDevice("d1")
	for range 25 {
		t.push(d, d.run(s1, 400))
	}
	entries := must(t.Read(t.Context(), ours, s1, 2, 10_000))
	equal(t, "the number of entries", len(entries), 10_000)
	var digest stocktake.Hash
	for n, e := range entries {
		if e.Offset != uint64(n)+2 || e.Author.Seq != uint64(n)+1 {
			t.Fatalf("entry %d has offset %d and number %d", n, e.Offset, e.Author.Seq)
		}
		digest = count.NextDigest(digest, e.Body)
	}
	equal(t, "the digest of all bodies", digest, d.mark.Digest)
	equal(t, "one more than there is", len(must(t.Read(t.Context(), ours, s1, 1, 20_000))), 10_001)
	equal(t, "the entries behind the end", len(must(t.Read(t.Context(), ours, s1, 10_002, 10))), 0)
}
