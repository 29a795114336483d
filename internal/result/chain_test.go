package result_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"jard/internal/result"
	"jard/internal/result/resulttest"
	"jard/internal/stocktake"
)

const society stocktake.SocietyID = "rumaithiya"

func change(t testing.TB, head result.Head, old, next result.Key) result.Signed {
	t.Helper()
	at := head.Next()
	s, err := result.SignKeyChange(result.KeyChange{
		Society: society, Series: at.Series, Number: at.Number, Previous: head.Hash, Reason: "yearly",
		At: result.At(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)),
	}, old, next)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// history is a chain of two results, a change of key, two more, and a new series of two.
func history(t testing.TB) (docs []result.Signed, keys []result.KeyPeriod) {
	t.Helper()
	k1, k2 := newKey(t), newKey(t)
	head := result.Start()
	add := func(s result.Signed) {
		docs = append(docs, s)
		head = result.Head{Ref: head.Next(), Hash: s.Hash()}
	}
	for range 2 {
		add(resulttest.Seal(resulttest.Document(1, society, head, 2), k1))
	}
	add(change(t, head, k1, k2))
	for range 2 {
		add(resulttest.Seal(resulttest.Document(1, society, head, 2), k2))
	}
	head.Series, head.Number = 2, 0
	for range 2 {
		add(resulttest.Seal(resulttest.Document(1, society, head, 2), k2))
	}
	return docs, []result.KeyPeriod{
		{Key: k1.Public(), From: result.Start().Next()},
		{Key: k2.Public(), From: result.Ref{Series: 1, Number: 4}},
	}
}

func TestChain(t *testing.T) {
	docs, keys := history(t)
	verify := func(docs []result.Signed, keys []result.KeyPeriod) map[int]string {
		found := map[int]string{}
		c := result.Chain{Society: society, Keys: keys}
		for i, s := range docs {
			if faults := c.Next(s); len(faults) > 0 {
				found[i] = faults[0].Key
			}
		}
		return found
	}
	if found := verify(docs, keys); len(found) > 0 {
		t.Fatalf("sound chain: %v", found)
	}
	without := append(append([]result.Signed(nil), docs[:1]...), docs[2:]...)
	if found := verify(without, keys); found[1] != "previous-wrong" || len(found) != 1 {
		t.Errorf("one missing: %v", found)
	}
	swapped := append([]result.Signed(nil), docs...)
	swapped[3], swapped[4] = swapped[4], swapped[3]
	if found := verify(swapped, keys); found[3] != "previous-wrong" {
		t.Errorf("swapped: %v", found)
	}
	if found := verify(docs, keys[:1]); found[3] != "signature-wrong" || found[2] != "" {
		t.Errorf("the new key unknown: %v", found)
	}
	late := []result.KeyPeriod{keys[0], {Key: keys[1].Key, From: result.Ref{Series: 1, Number: 5}}}
	if found := verify(docs, late); found[3] != "signature-wrong" || len(found) != 1 {
		t.Errorf("keys go by place: %v", found)
	}
	for i := range docs {
		bad := append([]result.Signed(nil), docs...)
		bad[i] = result.Signed{Document: bytes.Replace(docs[i].Document, []byte("rumaithiya"), []byte("rumaithiyb"), 1), Signature: docs[i].Signature}
		if found := verify(bad, keys); found[i] == "" {
			t.Errorf("tampered %d: %v", i, found)
		}
	}
}

func TestKeyChange(t *testing.T) {
	old, next, other := newKey(t), newKey(t), newKey(t)
	head := result.Head{Ref: result.Ref{Series: 1, Number: 6}, Hash: stocktake.HashOf([]byte("x"))}
	s := change(t, head, old, next)
	c, err := result.VerifyKeyChange(s, old.Public())
	if err != nil || len(c.Check()) > 0 {
		t.Fatal(err, c.Check())
	}
	if p := c.Period(); p.Key != next.Public() || p.From != (result.Ref{Series: 1, Number: 8}) {
		t.Errorf("period %+v", p)
	}
	first, second, _ := bytes.Cut(s.Signature, []byte("\n"))
	for name, bad := range map[string]result.Signed{
		"only the old key":  {Document: s.Document, Signature: first},
		"only the new key":  {Document: s.Document, Signature: append([]byte("\n"), second...)},
		"old key twice":     {Document: s.Document, Signature: append(append(append([]byte(nil), first...), '\n'), first...)},
		"order of the two":  {Document: s.Document, Signature: append(append(append([]byte(nil), second...), '\n'), first...)},
		"a third signature": {Document: s.Document, Signature: append(append(append([]byte(nil), s.Signature...), '\n'), first...)},
		"another's change":  change(t, head, other, next),
	} {
		if _, err := result.VerifyKeyChange(bad, old.Public()); !errors.Is(err, result.SignatureWrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range s.Document {
		bad := append([]byte(nil), s.Document...)
		bad[i] ^= 1
		if _, err := result.VerifyKeyChange(result.Signed{Document: bad, Signature: s.Signature}, old.Public()); err == nil {
			t.Fatalf("byte %d flipped and verified", i)
		}
	}
	same := change(t, head, old, old)
	if c, err := result.VerifyKeyChange(same, old.Public()); err == nil && len(c.Check()) == 0 {
		t.Error("a change to the same key")
	}
}
