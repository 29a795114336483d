package ministry_test

import (
	"bytes"
	"testing"

	"jard/internal/ministry"
	"jard/internal/stocktake"
)

// TestVerifyFindsTampering changes what is stored, on either side, and wants it found at its place.
func TestVerifyFindsTampering(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	for range 3 {
		s.sealed(nil)
	}
	if _, err := s.signer.ChangeKey(s.ctx, s.id, ""); err != nil {
		t.Fatal(err)
	}
	s.sealed(nil)
	s.round()
	outbox := func() map[string]bool {
		found := map[string]bool{}
		n, err := ministry.VerifyOutbox(s.ctx, s.box, s.id, func(f ministry.Finding) { found[f.Place+" "+f.Key] = true })
		if err != nil || n != 5 {
			t.Fatal(n, err)
		}
		return found
	}
	inbox := func() map[string]bool {
		found := map[string]bool{}
		note := func(f ministry.Finding) { found[f.Place+" "+f.Key] = true }
		if _, err := s.desk.VerifyChain(s.ctx, s.id, note); err != nil {
			t.Fatal(err)
		}
		if _, err := s.desk.VerifyReceipts(s.ctx, note); err != nil {
			t.Fatal(err)
		}
		return found
	}
	if a, b := outbox(), inbox(); len(a)+len(b) > 0 {
		t.Fatal(a, b)
	}

	own := &s.box.results[s.id][1]
	sound := own.Signed
	own.Signed.Document = bytes.Replace(sound.Document, []byte(`"blind":true`), []byte(`"blind":null`), 1)
	if found := outbox(); !found["1/2 signature-wrong"] || !found["1/3 previous-wrong"] {
		t.Errorf("document changed: %v", found)
	}
	own.Signed = sound
	own.Answer = s.box.results[s.id][2].Answer
	if found := outbox(); len(found) != 1 || !found["1/2 receipt-wrong"] {
		t.Errorf("receipt changed: %v", found)
	}

	filed := &s.inbox.filed[s.id][1]
	filed.Signed.Document = bytes.Replace(filed.Signed.Document, []byte(`"blind":true`), []byte(`"blind":null`), 1)
	if found := inbox(); !found["1/2 signature-wrong"] {
		t.Errorf("document changed: %v", found)
	}
	s.inbox.filed[s.id] = append(s.inbox.filed[s.id][:1], s.inbox.filed[s.id][2:]...)
	if found := inbox(); !found["1/3 numbers-missing"] {
		t.Errorf("document removed: %v", found)
	}
	s.inbox.receipts = append(s.inbox.receipts[:1], s.inbox.receipts[2:]...)
	if found := inbox(); !found["receipt 3 previous-wrong"] {
		t.Errorf("receipt removed: %v", found)
	}
}

// TestManySocietiesAtOnce: receipts stay one chain whatever the order of arrival.
func TestManySocietiesAtOnce(t *testing.T) {
	w := newWorld(t)
	var all []*society
	for i := range 6 {
		all = append(all, w.society(stocktake.SocietyID(rune('a'+i))+"-society").enrol())
	}
	done := make(chan struct{})
	for _, s := range all {
		go func() {
			defer func() { done <- struct{}{} }()
			for range 4 {
				s.sealed(nil)
				s.round()
			}
		}()
	}
	for range all {
		<-done
	}
	for _, s := range all {
		s.verified(4)
	}
	if n := len(w.inbox.receipts); n != 24 {
		t.Errorf("%d receipts", n)
	}
}

// TestVerifyWantsBothSignaturesOfAKeyChange: a change of key in a society's own chain is trusted for no more than the key in
// force and the new key have both signed.
func TestVerifyWantsBothSignaturesOfAKeyChange(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	s.sealed(nil)
	if _, err := s.signer.ChangeKey(s.ctx, s.id, ""); err != nil {
		t.Fatal(err)
	}
	s.sealed(nil)
	found := func() string {
		all := ""
		if _, err := ministry.VerifyOutbox(s.ctx, s.box, s.id, func(f ministry.Finding) { all += f.Place + " " + f.Key + ", " }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := found(); all != "" {
		t.Fatal(all)
	}
	change := &s.box.results[s.id][1]
	sound := change.Signed.Signature
	first, second, _ := bytes.Cut(sound, []byte("\n"))
	for name, signature := range map[string][]byte{
		"none":                {},
		"the old key's alone": first,
		"the new key's alone": second,
		"the old key's twice": bytes.Join([][]byte{first, first}, []byte("\n")),
		"the new key's twice": bytes.Join([][]byte{second, second}, []byte("\n")),
		"in the wrong order":  bytes.Join([][]byte{second, first}, []byte("\n")),
	} {
		change.Signed.Signature = signature
		if all := found(); all != "1/2 signature-wrong, " {
			t.Errorf("%s: found %q", name, all)
		}
	}
	change.Signed.Signature = sound
	if all := found(); all != "" {
		t.Error(all)
	}
}

// TestVerifyFindsTheEndOfAChainMissing: what nothing follows is missed all the same, and so are the keys.
func TestVerifyFindsTheEndOfAChainMissing(t *testing.T) {
	s := newWorld(t).society(rumaithiya).enrol()
	found := func() map[string]bool {
		all := map[string]bool{}
		if _, err := ministry.VerifyOutbox(s.ctx, s.box, s.id, func(f ministry.Finding) { all[f.Place+" "+f.Key] = true }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := found(); len(all) > 0 {
		t.Errorf("nothing was sealed yet: %v", all)
	}
	s.sealed(nil)
	if _, err := s.signer.ChangeKey(s.ctx, s.id, ""); err != nil {
		t.Fatal(err)
	}
	if all := found(); len(all) > 0 {
		t.Fatal(all)
	}
	whole := s.box.results[s.id]
	s.box.results[s.id] = whole[:1]
	if all := found(); len(all) != 1 || !all["1/2 shown-wrong"] {
		t.Errorf("the last document is gone: %v", all)
	}
	s.box.results[s.id] = whole
	identity := s.box.identities[s.id]
	delete(s.box.identities, s.id)
	if all := found(); !all["1/1 signature-wrong"] || !all["1/2 signature-wrong"] {
		t.Errorf("the keys are gone: %v", all)
	}
	s.box.identities[s.id] = identity
	if _, err := s.box.OpenSeries(s.ctx, s.id, 2); err != nil {
		t.Fatal(err)
	}
	if all := found(); len(all) > 0 {
		t.Errorf("a new series was opened: %v", all)
	}
}
