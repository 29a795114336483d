package ministry_test

import (
	"errors"
	"slices"
	"testing"

	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// TestSealedDocumentsByRole: a result is full of the books. Every role that is not named here is refused, and so is nobody.
func TestSealedDocumentsByRole(t *testing.T) {
	s := newWorld(t).society("a").enrol()
	d := s.sealed(nil)
	sealed := ministry.NewSealed(s.box)
	may := []stocktake.Role{
		stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController, stocktake.AdministrativeController,
		stocktake.CommitteeMember, stocktake.Witness,
	}
	for _, role := range append(may, "", stocktake.Counter, stocktake.SocietyAdministrator, stocktake.MinistryOfficer, stocktake.Integrator) {
		by := stocktake.Person{Society: s.id, ID: "who", Roles: []stocktake.Role{role}}
		list, listErr := sealed.Results(s.ctx, by, result.Ref{}, 10)
		one, oneErr := sealed.Result(s.ctx, by, d.At)
		if !slices.Contains(may, role) {
			if !errors.Is(listErr, stocktake.NotAllowed) || !errors.Is(oneErr, stocktake.NotAllowed) || len(list) > 0 || one.Hash != (stocktake.Hash{}) {
				t.Errorf("%q: %v, %v", role, listErr, oneErr)
			}
			continue
		}
		if listErr != nil || oneErr != nil || len(list) != 1 || one.Hash != d.Hash {
			t.Errorf("%q: %v %v, %v", role, list, listErr, oneErr)
		}
	}
	manager := stocktake.Person{Society: s.id, ID: "mona", Roles: []stocktake.Role{stocktake.Manager}}
	for what, by := range map[string]stocktake.Person{
		"nobody":        {Society: s.id, Roles: manager.Roles},
		"of no society": {ID: "mona", Roles: manager.Roles},
	} {
		if _, err := sealed.Result(s.ctx, by, d.At); !errors.Is(err, stocktake.NotAllowed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	manager.Society = "b"
	if _, err := sealed.Result(s.ctx, manager, d.At); !errors.Is(err, stocktake.Missing) {
		t.Errorf("another society's manager: %v", err)
	}
}

// TestReceiptIsVerifiedWhenItIsRead: only what the ministry's own key signed about this document is shown as its answer.
func TestReceiptIsVerifiedWhenItIsRead(t *testing.T) {
	s := newWorld(t).society("a").enrol()
	d := s.sealed(nil)
	manager := stocktake.Person{Society: s.id, ID: "mona", Roles: []stocktake.Role{stocktake.Manager}}
	sealed := ministry.NewSealed(s.box)
	read := func() ministry.Read { return must(sealed.Result(s.ctx, manager, d.At)) }
	if r := read(); r.Receipt != nil || r.Ministry == nil || r.Ministry.URL != s.http.URL {
		t.Fatalf("before the answer: %+v of %+v", r.Receipt, r.Ministry)
	}
	s.round()
	r := read()
	if r.Receipt == nil || r.Receipt.Number != 1 || r.Receipt.Document != d.Hash || r.Receipt.Verdict != ministry.Accepted {
		t.Fatalf("after the answer: %+v", r.Receipt)
	}
	forged := *r.Answer
	forged.Signed.Document = []byte(`{}`)
	if err := s.box.Delivered(s.ctx, s.id, d.At, forged); err != nil {
		t.Fatal(err)
	}
	if r := read(); r.Receipt != nil || r.Answer == nil {
		t.Fatalf("a receipt that nobody signed: %+v", r.Receipt)
	}
}
