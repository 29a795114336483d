package storetest

import (
	"time"

	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

var inboxes = []guarantee{
	{"a code admits its society with its key", admitted},
	{"every code that was issued is listed, spent or not", codesListed},
	{"a code is good for one society, one key and a time", codeWrong},
	{"a code spent on the same key gives the member as it is", admittedAgain},
	{"a member gets one more key by another code", admittedMoreKeys},
	{"a key from a place already filed, or before the last key, is refused", keyTooEarly},
	{"of many keys for one code one is admitted", admittedRace},
}

var noon = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// code is a one-time code for a society, good for a day.
func code(society stocktake.SocietyID, text string) ministry.EnrolmentCode {
	return ministry.EnrolmentCode{
		Hash: stocktake.HashOf([]byte(text)), Society: society, Name: stocktake.Name{Arabic: "الرميثية"},
		Governorate: stocktake.Hawalli, IssuedAt: noon, ExpiresAt: noon.Add(24 * time.Hour),
	}
}

// admission spends a code on a new key that is good from the first place on.
func admission(c ministry.EnrolmentCode) ministry.Admission {
	return ministry.Admission{
		Code: c.Hash, Society: c.Society, Key: newKey(), From: result.Start().Next(), At: noon.Add(time.Hour),
	}
}

// enrol makes a society a member.
func (t *trial) enrol(society stocktake.SocietyID) ministry.Member {
	t.Helper()
	c := code(society, "code of "+string(society))
	t.ok(t.PutEnrolmentCode(t.Context(), c))
	return must(t.Admit(t.Context(), admission(c)))
}

func admitted(t *trial) {
	_, err := t.Member(t.Context(), ours)
	t.fails(err, stocktake.Missing)
	c := code(ours, "code")
	t.ok(t.PutEnrolmentCode(t.Context(), c))
	_, err = t.Member(t.Context(), ours)
	t.fails(err, stocktake.Missing)
	equal(t, "the number of members", len(must(t.Members(t.Context()))), 0)
	a := admission(c)
	member := must(t.Admit(t.Context(), a))
	same(t, "the member", member, ministry.Member{
		Society: ours, Name: c.Name, Governorate: c.Governorate, EnrolledAt: a.At,
		Keys: []result.KeyPeriod{{Key: a.Key, From: a.From}}, Head: result.Start(),
	})
	same(t, "the stored member", must(t.Member(t.Context(), ours)), member)
	other := t.enrol(theirs)
	same(t, "the members", must(t.Members(t.Context())), []ministry.Member{member, other})
}

func codesListed(t *trial) {
	equal(t, "the number of codes", len(must(t.EnrolmentCodes(t.Context()))), 0)
	mine, other := code(ours, "code"), code(theirs, "another code")
	t.ok(t.PutEnrolmentCode(t.Context(), mine))
	t.ok(t.PutEnrolmentCode(t.Context(), other))
	a := admission(mine)
	must(t.Admit(t.Context(), a))
	mine.SpentOn = a.Key
	listed := map[stocktake.Hash]ministry.EnrolmentCode{}
	for _, c := range must(t.EnrolmentCodes(t.Context())) {
		listed[c.Hash] = c
	}
	same(t, "the codes", listed, map[stocktake.Hash]ministry.EnrolmentCode{mine.Hash: mine, other.Hash: other})
}

func codeWrong(t *trial) {
	c := code(ours, "code")
	t.ok(t.PutEnrolmentCode(t.Context(), c))
	for _, spoil := range []func(*ministry.Admission){
		func(a *ministry.Admission) { a.Code = stocktake.HashOf([]byte("never issued")) },
		func(a *ministry.Admission) { a.Society = theirs },
		func(a *ministry.Admission) { a.At = c.ExpiresAt.Add(time.Second) },
	} {
		a := admission(c)
		spoil(&a)
		_, err := t.Admit(t.Context(), a)
		t.fails(err, ministry.CodeWrong)
	}
	equal(t, "the number of members", len(must(t.Members(t.Context()))), 0)
	must(t.Admit(t.Context(), admission(c))) // nothing above has spent it
	again := admission(c)                    // with another key
	again.From = result.Ref{Series: 2, Number: 1}
	_, err := t.Admit(t.Context(), again)
	t.fails(err, ministry.CodeWrong)
}

func admittedAgain(t *trial) {
	c := code(ours, "code")
	t.ok(t.PutEnrolmentCode(t.Context(), c))
	a := admission(c)
	member := must(t.Admit(t.Context(), a))
	same(t, "the member", must(t.Admit(t.Context(), a)), member)
	a.From = result.Ref{Series: 5, Number: 1}
	same(t, "the member", must(t.Admit(t.Context(), a)), member)
	same(t, "the stored member", must(t.Member(t.Context(), ours)), member)
}

func admittedMoreKeys(t *trial) {
	member := t.enrol(ours)
	c := code(ours, "another code")
	c.Name = stocktake.Name{Arabic: "اسم آخر"}
	t.ok(t.PutEnrolmentCode(t.Context(), c))
	a := admission(c)
	a.From, a.At = result.Ref{Series: 1, Number: 5}, a.At.Add(time.Hour)
	member.Keys = append(member.Keys, result.KeyPeriod{Key: a.Key, From: a.From})
	same(t, "the member", must(t.Admit(t.Context(), a)), member)
	same(t, "the stored member", must(t.Member(t.Context(), ours)), member)
}

func keyTooEarly(t *trial) {
	t.enrol(ours)
	t.file(filing(result.Ref{Series: 1, Number: 4}, "fourth"), ministry.Refused)
	member := must(t.Member(t.Context(), ours))
	c := code(ours, "another code")
	t.ok(t.PutEnrolmentCode(t.Context(), c))
	a := admission(c)
	for _, number := range []uint64{1, 2, 4} {
		a.From = result.Ref{Series: 1, Number: number}
		_, err := t.Admit(t.Context(), a)
		t.fails(err, ministry.KeyTooEarly)
	}
	same(t, "the member", must(t.Member(t.Context(), ours)), member)
	a.From.Number = 9
	must(t.Admit(t.Context(), a)) // nothing above has spent the code
	c = code(ours, "a third code")
	t.ok(t.PutEnrolmentCode(t.Context(), c))
	a = admission(c)
	for _, number := range []uint64{8, 9} {
		a.From = result.Ref{Series: 1, Number: number}
		_, err := t.Admit(t.Context(), a)
		t.fails(err, ministry.KeyTooEarly)
	}
}

func admittedRace(t *trial) {
	c := code(ours, "code")
	t.ok(t.PutEnrolmentCode(t.Context(), c))
	results := make(chan error, 20)
	for range cap(results) {
		a := admission(c)
		go func() {
			_, err := t.Admit(t.Context(), a)
			results <- err
		}()
	}
	admitted := 0
	for range cap(results) {
		if err := <-results; err == nil {
			admitted++
		} else {
			t.fails(err, ministry.CodeWrong)
		}
	}
	equal(t, "the number admitted", admitted, 1)
	equal(t, "the number of keys", len(must(t.Member(t.Context(), ours)).Keys), 1)
}
