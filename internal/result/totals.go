package result

import (
	"cmp"
	"slices"

	"jard/internal/stocktake"
)

// Totals adds lines up. Quantities are of many units and are never added; shortage and surplus are never netted.
type Totals struct {
	Lines    int   `json:"lines"`
	Exact    int   `json:"exact"`    // of these, with a band zero wide
	Matching int   `json:"matching"` // of these exact ones, with a variance of zero
	Shortage Count `json:"shortage"` // value at or below zero
	Surplus  Count `json:"surplus"`  // value at or above zero

	Expected   stocktake.Fils       `json:"expected_value"` // Σ expected × cost, each rounded
	Counted    stocktake.Fils       `json:"counted_value"`  // Σ counted × cost, each rounded: the closing stock
	Conditions List[ConditionTotal] `json:"conditions"`     // of lines: what is not saleable
	NotCounted Count                `json:"not_counted"`
	TallyOnly  int                  `json:"tally_only"`
	SetAside   int                  `json:"set_aside"`
	Custodies  List[SectionTotal]   `json:"custodies"` // by section: who answers for what
}

// Count is a number of lines and their value.
type Count struct {
	Lines int            `json:"lines"`
	Value stocktake.Fils `json:"value"`
}

// ConditionTotal is the value of what was seen in one condition, and how many lines have any of it.
type ConditionTotal struct {
	Condition string `json:"condition"`
	Count
}

// SectionTotal is what one custodian's section came to.
type SectionTotal struct {
	Section   stocktake.SectionID `json:"section"`
	Custodian stocktake.Name      `json:"custodian"`
	Lines     int                 `json:"lines"`
	Shortage  Count               `json:"shortage"`
	Surplus   Count               `json:"surplus"`
}

// Total sorts the document's lists and computes its totals. Call it once, after the last line was added.
func (d *Document) Total() error {
	slices.SortFunc(d.Lines, func(a, b Line) int { return a.Compare(&b.Goods) })
	slices.SortFunc(d.NotCounted, func(a, b NotCounted) int { return a.Compare(&b.Goods) })
	slices.SortFunc(d.TallyOnly, func(a, b Tally) int { return a.Compare(&b.Goods) })
	slices.SortFunc(d.SetAside, SetAside.compare)
	s := &d.Session.Scope
	s.Sections, s.Locations, s.Items = sorted(s.Sections), sorted(s.Locations), sorted(s.Items)
	totals, err := total(d)
	if err != nil {
		return err
	}
	d.Totals = totals
	return nil
}

func (s SetAside) compare(o SetAside) int {
	return cmp.Or(cmp.Compare(s.Kind, o.Kind), cmp.Compare(s.Key, o.Key))
}

// total adds up what the lines say, whether or not it is right.
func total(d *Document) (Totals, error) {
	t := Totals{Lines: len(d.Lines), TallyOnly: len(d.TallyOnly), SetAside: len(d.SetAside)}
	a := adder{totals: &t, conditions: map[string]*ConditionTotal{}}
	for i := range d.Lines {
		a.line(&d.Lines[i])
	}
	for i := range d.NotCounted {
		t.NotCounted.Lines++
		a.add(&t.NotCounted.Value, d.NotCounted[i].Value)
	}
	for _, condition := range []string{Damaged, Expired, NearExpiry} { // in order of their text
		if c := a.conditions[condition]; c != nil {
			t.Conditions = append(t.Conditions, *c)
		}
	}
	return t, a.err
}

// adder adds lines up and keeps the first overflow.
type adder struct {
	totals     *Totals
	conditions map[string]*ConditionTotal
	err        error
}

func (a *adder) add(sum *stocktake.Fils, v stocktake.Fils) {
	s, err := sum.Add(v)
	if err != nil && a.err == nil {
		a.err = err
	}
	*sum = s
}

func (a *adder) value(q stocktake.Quantity, c stocktake.Cost) stocktake.Fils {
	v, err := stocktake.Value(q, c)
	if err != nil && a.err == nil {
		a.err = err
	}
	return v
}

func (a *adder) line(l *Line) {
	t := a.totals
	if n := len(t.Custodies); n == 0 || t.Custodies[n-1].Section != l.Section {
		t.Custodies = append(t.Custodies, SectionTotal{Section: l.Section, Custodian: l.Custodian})
	}
	custody := &t.Custodies[len(t.Custodies)-1]
	custody.Lines++
	if l.Exact {
		t.Exact++
	}
	switch {
	case l.Variance < 0:
		t.Shortage.Lines++
		custody.Shortage.Lines++
		a.add(&t.Shortage.Value, l.Value)
		a.add(&custody.Shortage.Value, l.Value)
	case l.Variance > 0:
		t.Surplus.Lines++
		custody.Surplus.Lines++
		a.add(&t.Surplus.Value, l.Value)
		a.add(&custody.Surplus.Value, l.Value)
	case l.Exact:
		t.Matching++
	}
	a.add(&t.Expected, a.value(l.Expected, l.Cost))
	a.add(&t.Counted, a.value(l.Counted, l.Cost))
	met := make(map[string]bool, 3)
	for _, p := range l.Breakdown {
		if p.Condition == Saleable {
			continue
		}
		c := a.conditions[p.Condition]
		if c == nil {
			c = &ConditionTotal{Condition: p.Condition}
			a.conditions[p.Condition] = c
		}
		if !met[p.Condition] {
			met[p.Condition] = true
			c.Lines++
		}
		a.add(&c.Value, a.value(p.Quantity, l.Cost))
	}
}
