package ministry

import (
	"context"
	"net/http"
	"slices"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// Enrol introduces the society's newest key to a ministry with a one-time code, and pins the ministry's key. What the
// ministry already holds of the society (its server was lost, or it enrols a new key for a lost one) is fetched before
// Enrol returns: see Recover. Where only that failed, the statement is given with the error: the society is enrolled,
// and the courier recovers.
func (s *Signer) Enrol(ctx context.Context, h *http.Client, society stocktake.SocietyID, address, code string) (*Statement, error) {
	secret, pin, err := readCode(code)
	if err != nil {
		return nil, err
	}
	identity, err := s.Identity(ctx, society)
	if err != nil {
		return nil, err
	}
	period, k, err := s.toEnrol(society, identity)
	if err != nil {
		return nil, err
	}
	c, err := newClient(h, address, result.PublicKey{})
	if err != nil {
		return nil, err
	}
	if c.key, err = c.fetchKey(ctx); err != nil {
		return nil, err
	}
	if pinOf(c.key) != pin { // the secret is for nobody else
		return nil, WrongMinistry.New(c.base.Host)
	}
	now := s.clock.Now()
	request, err := seal(&Enrolment{
		Schema: EnrolmentSchema, Society: society, Code: secret, Key: period.Key, From: period.From, At: result.At(now),
	}, k)
	if err != nil {
		return nil, err
	}
	statement, err := c.enrol(ctx, request)
	if err != nil {
		return nil, err
	}
	if statement.Society != society || !slices.ContainsFunc(statement.Keys, func(p result.KeyPeriod) bool { return p.Key == period.Key }) {
		return nil, ReceiptWrong.New()
	}
	identity.Keys = reconcileKeys(identity.Keys, statement.Keys)
	identity.Ministry = &Pin{URL: c.base.String(), Key: c.key, EnrolledAt: now.UTC()}
	if err := s.box.PutIdentity(ctx, identity); err != nil {
		return nil, err
	}
	return statement, s.Recover(ctx, h, society)
}

// toEnrol is the key to introduce. A society that never enrolled may have sealed results, and changed its key, before:
// its first key is enrolled, and the change of key is delivered like a result. Otherwise it is the newest.
func (s *Signer) toEnrol(society stocktake.SocietyID, i Identity) (result.KeyPeriod, result.Key, error) {
	if i.Ministry == nil {
		if k, err := s.key(society, i.Keys[0].Key); err == nil {
			return i.Keys[0], k, nil
		}
	}
	newest := i.Keys[len(i.Keys)-1]
	k, err := s.key(society, newest.Key)
	return newest, k, err
}

// reconcileKeys gives the periods that the ministry states, which decide what it verifies with, and of the society's own
// those before and after: keys lost before it enrolled, and changes of key not yet delivered.
func reconcileKeys(own, stated []result.KeyPeriod) []result.KeyPeriod {
	if len(stated) == 0 {
		return own
	}
	first, last := stated[0].From, stated[len(stated)-1].From
	var all []result.KeyPeriod
	for _, p := range own {
		if p.From.Compare(first) < 0 {
			all = append(all, p)
		}
	}
	all = append(all, stated...)
	for _, p := range own {
		if p.From.Compare(last) > 0 {
			all = append(all, p)
		}
	}
	return all
}

// WrongMinistry says that who answers is not who issued the code.
var WrongMinistry = stocktake.NewReason(stocktake.Forbidden, "wrong-ministry",
	"What answers at %q does not hold the key of the ministry that issued this code. The code was not sent. Check the address and the code.",
	"من يستجيب على %q لا يملك مفتاح الوزارة التي أصدرت هذا الرمز، ولم يُرسل الرمز. تحقّق من العنوان والرمز.")
