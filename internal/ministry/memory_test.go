package ministry_test

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// memory is both stores in memory: the interfaces' comments word for word, for the tests of this package alone.
type memory struct {
	mu         sync.Mutex
	chains     map[stocktake.SocietyID]ministry.Chain
	results    map[stocktake.SocietyID][]ministry.Stored
	identities map[stocktake.SocietyID]ministry.Identity

	codes    map[stocktake.Hash]ministry.EnrolmentCode
	members  map[stocktake.SocietyID]ministry.Member
	filed    map[stocktake.SocietyID][]ministry.Filing // in order of place, then of arrival
	receipts []ministry.Receipted
	judged   int

	delivered chan result.Ref // told of each delivery, where there is one
}

func newMemory() *memory {
	return &memory{
		chains: map[stocktake.SocietyID]ministry.Chain{}, results: map[stocktake.SocietyID][]ministry.Stored{},
		identities: map[stocktake.SocietyID]ministry.Identity{}, codes: map[stocktake.Hash]ministry.EnrolmentCode{},
		members: map[stocktake.SocietyID]ministry.Member{}, filed: map[stocktake.SocietyID][]ministry.Filing{},
	}
}

// restored gives a store that was just restored from a backup of this one, as it is now.
func (m *memory) restored() *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := newMemory()
	for s, chain := range m.chains {
		chain.Locked = true
		c.chains[s] = chain
	}
	for s, list := range m.results {
		c.results[s] = slices.Clone(list)
	}
	c.identities = maps.Clone(m.identities)
	for s := range c.identities {
		c.chains[s] = ministry.Chain{Head: m.chain(s).Head, Locked: true}
	}
	return c
}

func (m *memory) chain(society stocktake.SocietyID) ministry.Chain {
	if c, ok := m.chains[society]; ok {
		return c
	}
	return ministry.Chain{Head: result.Start()}
}

// seal is the part of count.Log.Seal that concerns results.
func (m *memory) seal(society stocktake.SocietyID, d ministry.Stored) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.append(society, d)
}

func (m *memory) append(society stocktake.SocietyID, d ministry.Stored) error {
	c := m.chain(society)
	if c.Locked {
		return count.SigningLocked.New()
	}
	if d.At != c.Next() || d.Previous != c.Hash {
		return count.ChainMoved.New()
	}
	d.Delivery = &ministry.Delivery{Society: society, At: d.At}
	m.results[society] = append(m.results[society], d)
	m.chains[society] = ministry.Chain{Head: result.Head{Ref: d.At, Hash: d.Hash}}
	return nil
}

func (m *memory) Chain(_ context.Context, society stocktake.SocietyID) (ministry.Chain, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.chain(society), nil
}

func (m *memory) find(society stocktake.SocietyID, at result.Ref) *ministry.Stored {
	for i := range m.results[society] {
		if m.results[society][i].At == at {
			return &m.results[society][i]
		}
	}
	return nil
}

func (m *memory) Result(_ context.Context, society stocktake.SocietyID, at result.Ref) (ministry.Stored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d := m.find(society, at); d != nil {
		return *d, nil
	}
	return ministry.Stored{}, stocktake.NoSuch("result", at.String())
}

func (m *memory) Results(_ context.Context, society stocktake.SocietyID, from result.Ref, limit int) ([]ministry.Stored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []ministry.Stored
	for _, d := range m.results[society] {
		if d.At.Compare(from) >= 0 && len(list) < limit {
			d.Signed = result.Signed{}
			list = append(list, d)
		}
	}
	return list, nil
}

func (m *memory) Due(_ context.Context, now time.Time, limit int) ([]ministry.Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []ministry.Delivery
	for _, society := range slices.Sorted(maps.Keys(m.results)) {
		for _, d := range m.results[society] {
			if m.identities[society].Ministry != nil && d.Delivery != nil && !d.Delivery.Next.After(now) && len(due) < limit {
				due = append(due, *d.Delivery)
			}
		}
	}
	return due, nil
}

func (m *memory) Delivered(_ context.Context, society stocktake.SocietyID, at result.Ref, a ministry.Answer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.find(society, at)
	if d == nil {
		return stocktake.NoSuch("result", at.String())
	}
	d.Answer, d.Delivery = &a, nil
	if m.delivered != nil {
		m.delivered <- at
	}
	return nil
}

func (m *memory) Postponed(_ context.Context, p ministry.Postponement) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.find(p.Society, p.At)
	if d == nil || d.Delivery == nil {
		return nil
	}
	d.Delivery = &p.Delivery
	if p.Answer != nil {
		d.Answer = p.Answer
	}
	return nil
}

func (m *memory) Adopt(_ context.Context, a ministry.Adoption) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.chain(a.Society)
	if c.Head != a.IfHead {
		return count.ChainMoved.New()
	}
	for _, d := range a.Documents {
		m.results[a.Society] = append(m.results[a.Society], d)
		c.Head = result.Head{Ref: d.At, Hash: d.Hash}
	}
	if a.Unlock {
		c.Locked = false
	}
	m.chains[a.Society] = c
	if a.Keys != nil {
		i := m.identities[a.Society]
		i.Keys = a.Keys
		m.identities[a.Society] = i
	}
	return nil
}

func (m *memory) OpenSeries(_ context.Context, society stocktake.SocietyID, series uint64) (ministry.Chain, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.chain(society)
	if series <= c.Series {
		return c, ministry.SeriesUsed.New(series, c.Series)
	}
	c.Series, c.Number, c.Locked = series, 0, false
	m.chains[society] = c
	return c, nil
}

func (m *memory) PutKeyChange(_ context.Context, k ministry.KeySealing) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	err := m.append(k.Society, ministry.Stored{
		At: k.At, Kind: ministry.KindKeyChange, Hash: k.Signed.Hash(), Previous: k.Previous, Signed: k.Signed,
	})
	if err == nil {
		i := m.identities[k.Society]
		i.Keys = append(slices.Clone(i.Keys), k.Key)
		m.identities[k.Society] = i
	}
	return err
}

func (m *memory) Identity(_ context.Context, society stocktake.SocietyID) (ministry.Identity, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, ok := m.identities[society]
	if !ok {
		return i, stocktake.NoSuch("identity", society)
	}
	i.Keys = slices.Clone(i.Keys)
	return i, nil
}

func (m *memory) Identities(context.Context) ([]ministry.Identity, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []ministry.Identity
	for _, society := range slices.Sorted(maps.Keys(m.identities)) {
		list = append(list, m.identities[society])
	}
	return list, nil
}

func (m *memory) PutIdentity(_ context.Context, i ministry.Identity) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.identities[i.Society] = i
	return nil
}

func (m *memory) PutEnrolmentCode(_ context.Context, c ministry.EnrolmentCode) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.codes[c.Hash] = c
	return nil
}

func (m *memory) EnrolmentCodes(context.Context) ([]ministry.EnrolmentCode, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.codes)), nil
}

func (m *memory) Admit(_ context.Context, a ministry.Admission) (ministry.Member, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.codes[a.Code]
	if !ok || c.Society != a.Society || a.At.After(c.ExpiresAt) || (!c.SpentOn.IsZero() && c.SpentOn != a.Key) {
		return ministry.Member{}, ministry.CodeWrong.New()
	}
	member, known := m.members[a.Society]
	if c.SpentOn == a.Key {
		return member, nil
	}
	if !known {
		member = ministry.Member{
			Society: a.Society, Name: c.Name, Governorate: c.Governorate, EnrolledAt: a.At, Head: result.Start(),
		}
	}
	if n := len(member.Keys); (member.Head.Number > 0 && a.From.Compare(member.Head.Ref) <= 0) ||
		(n > 0 && a.From.Compare(member.Keys[n-1].From) <= 0) {
		return ministry.Member{}, ministry.KeyTooEarly.New(a.From.String(), member.Head.String())
	}
	member.Keys = append(slices.Clone(member.Keys), result.KeyPeriod{Key: a.Key, From: a.From})
	m.members[a.Society] = member
	c.SpentOn = a.Key
	m.codes[a.Code] = c
	return member, nil
}

func (m *memory) Member(_ context.Context, society stocktake.SocietyID) (ministry.Member, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	member, ok := m.members[society]
	if !ok {
		return member, stocktake.NoSuch("society", society)
	}
	return member, nil
}

func (m *memory) Members(context.Context) ([]ministry.Member, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []ministry.Member
	for _, society := range slices.Sorted(maps.Keys(m.members)) {
		list = append(list, m.members[society])
	}
	return list, nil
}

func (m *memory) Consider(_ context.Context, f ministry.Filing) (ministry.Standing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.standing(f)
}

func (m *memory) standing(f ministry.Filing) (ministry.Standing, error) {
	member, ok := m.members[f.Society]
	if !ok {
		return ministry.Standing{}, stocktake.NoSuch("society", f.Society)
	}
	st := ministry.Standing{Member: member, Receipts: ministry.ReceiptHead{Number: uint64(len(m.receipts))}}
	if n := len(m.receipts); n > 0 {
		st.Receipts.Hash = m.receipts[n-1].Answer.Signed.Hash()
	}
	for _, o := range m.filed[f.Society] {
		o.Signed = result.Signed{}
		if st.First.IsZero() {
			st.First = o.At
		}
		switch {
		case o.Hash == f.Hash:
			st.Filed = &o
		case o.At == f.At:
			st.Twins = append(st.Twins, o)
		case o.At.Next() == f.At, f.At.Number == 1 && o.At.Series < f.At.Series && o.Hash == f.Previous:
			st.Before = append(st.Before, o)
		}
		if !f.Corrects.IsZero() && o.Hash == f.Corrects {
			st.Corrected = &o
		}
	}
	return st, nil
}

func (m *memory) File(_ context.Context, f ministry.Filing, judge func(ministry.Standing) (ministry.Decision, error)) (ministry.Filing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	st, err := m.standing(f)
	if err != nil {
		return ministry.Filing{}, err
	}
	if st.Filed != nil && st.Filed.Answer.Verdict != ministry.Held {
		return *st.Filed, nil
	}
	m.judged++
	if _, err := judge(st); err != nil { // closures may be re-run
		return ministry.Filing{}, err
	}
	d, err := judge(st)
	if err != nil {
		return ministry.Filing{}, err
	}
	if st.Filed != nil && d.Answer.Verdict == ministry.Held {
		return *st.Filed, nil
	}
	member := m.members[f.Society]
	f.Answer = d.Answer
	list := m.filed[f.Society]
	if st.Filed != nil {
		n := slices.IndexFunc(list, func(o ministry.Filing) bool { return o.Hash == f.Hash })
		f.CorrectedBy, f.ReceivedAt = list[n].CorrectedBy, list[n].ReceivedAt
		list[n] = f
	} else {
		list = append(list, f)
		slices.SortStableFunc(list, func(a, b ministry.Filing) int { return a.At.Compare(b.At) })
		if member.Head.Number == 0 || f.At.Compare(member.Head.Ref) > 0 {
			member.Head = result.Head{Ref: f.At, Hash: f.Hash}
		}
	}
	if d.Key != nil {
		member.Keys = append(slices.Clone(member.Keys), *d.Key)
		slices.SortFunc(member.Keys, func(a, b result.KeyPeriod) int { return a.From.Compare(b.From) })
	}
	if st.Corrected != nil && d.Answer.Verdict != ministry.Refused {
		n := slices.IndexFunc(list, func(o ministry.Filing) bool { return o.Hash == f.Corrects })
		list[n].CorrectedBy = f.Hash
	}
	m.filed[f.Society], m.members[f.Society] = list, member
	m.receipts = append(m.receipts, ministry.Receipted{Society: f.Society, Document: f.Hash, Answer: d.Answer})
	f.Signed = result.Signed{}
	return f, nil
}

func (m *memory) Filing(_ context.Context, society stocktake.SocietyID, hash stocktake.Hash) (ministry.Filing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.filed[society] {
		if f.Hash == hash {
			return f, nil
		}
	}
	return ministry.Filing{}, stocktake.NoSuch("filing", hash.String())
}

func (m *memory) Filings(_ context.Context, society stocktake.SocietyID, from result.Ref, limit int) ([]ministry.Filing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []ministry.Filing
	places := map[result.Ref]bool{}
	for _, f := range m.filed[society] {
		if f.At.Compare(from) < 0 || (!places[f.At] && len(places) == limit) {
			continue
		}
		places[f.At] = true
		f.Signed = result.Signed{}
		list = append(list, f)
	}
	return list, nil
}

func (m *memory) Receipts(_ context.Context, from uint64, limit int) ([]ministry.Receipted, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []ministry.Receipted
	for _, r := range m.receipts {
		if r.Answer.Number >= from && len(list) < limit {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b ministry.Receipted) int { return cmp.Compare(a.Answer.Number, b.Answer.Number) })
	return list, nil
}
