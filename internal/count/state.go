package count

import (
	"fmt"
	"slices"
	"strings"

	"jard/internal/stocktake"
)

// The keys of blockers and of what makes a line provisional.
const (
	BlockNotClosing = "not-closing"
	BlockUncounted  = "locations-open"
	BlockOpenPass   = "passes-open"
	BlockGap        = "passes-gap"
	BlockDispute    = "disputes"
	BlockTask       = "tasks-open"
	BlockCounting   = "lines-counting"
	BlockHeld       = "quarantine"
	BlockUnknown    = "unknown-codes"
	BlockStream     = "streams-awaited"
	BlockWaiting    = "lines-waiting"
	BlockOverflow   = "lines-overflow"
	BlockUnsettled  = "lines-provisional"
	BlockUnsigned   = "signatures-awaited"
	BlockTest       = "tests-differ"
)

func (v *View) total() {
	t := &v.Totals
	*t = v.sums.totals
	for _, l := range v.Locations {
		if l.InScope {
			t.LocationsTotal++
			if l.Status == "closed" {
				t.LocationsDone++
			}
		}
	}
}

// block lists what stands between now and the seal.
func (v *View) block() {
	counts := map[string]*Blocker{}
	var order []string
	add := func(key, example string, lapsed ...string) {
		b := counts[key]
		if b == nil {
			b = &Blocker{Key: key, Example: example, Lapsed: strings.Join(lapsed, "")}
			counts[key] = b
			order = append(order, key)
		}
		b.Count++
	}
	if !v.Closing {
		add(BlockNotClosing, "")
	}
	for _, l := range v.Locations {
		if l.InScope && l.Uncounted() && l.SetAside == "" {
			add(BlockUncounted, string(l.Location), l.Lapsed)
		}
	}
	for _, p := range v.Passes {
		switch p.Status {
		case PassIsOpen:
			add(BlockOpenPass, string(p.ID))
		case PassHasGap:
			add(BlockGap, string(p.ID))
		}
	}
	for _, d := range v.Disputes {
		add(BlockDispute, string(d.Location)+" / "+string(d.Item))
	}
	for _, t := range v.Tasks {
		if !t.Done {
			add(BlockTask, t.ID)
		}
	}
	for i := range v.Held {
		if v.Held[i].Open() {
			add(BlockHeld, v.Held[i].Key)
		}
	}
	for _, u := range v.Unknown {
		if u.Open() {
			add(BlockUnknown, u.Code, u.Lapsed)
		}
	}
	for _, s := range v.Streams {
		if s.Awaited {
			add(BlockStream, string(s.Device))
		}
	}
	v.Blockers = nil
	for _, key := range order {
		v.Blockers = append(v.Blockers, *counts[key])
	}
	v.Blockers = append(v.Blockers, v.sums.blockers()...)
	unsigned := Blocker{Key: BlockUnsigned}
	for n := range v.Signatories {
		if s := &v.Signatories[n]; s.Missing() {
			unsigned.Count++
			if unsigned.Example == "" {
				unsigned.Example = string(s.Person)
			}
		}
	}
	if unsigned.Count > 0 {
		v.Blockers = append(v.Blockers, unsigned)
	}
}

func (f *Fold) state(v *View) State {
	switch f.head.State {
	case LogSealed:
		return StateSealed
	case LogCancelled:
		return StateCancelled
	}
	blocked := map[string]bool{}
	for _, b := range v.Blockers {
		blocked[b.Key] = true
	}
	switch {
	case len(v.Passes) == 0:
		return StateIssued
	case slices.ContainsFunc(v.Tasks, func(t TaskState) bool { return t.Round > 1 && !t.Done && !t.Test }):
		return StateRecount
	case v.sums.recounting > 0:
		return StateRecount
	case blocked[BlockUncounted], blocked[BlockOpenPass], blocked[BlockTask], blocked[BlockCounting]:
		return StateCounting
	case blocked[BlockWaiting], blocked[BlockDispute], blocked[BlockGap], blocked[BlockHeld], blocked[BlockUnknown], blocked[BlockOverflow], blocked[BlockUnsettled], blocked[BlockTest]:
		return StateReview
	}
	return StateApproved
}

// String says a blocker in English, for logs and terminals.
func (b Blocker) String() string {
	if b.Example == "" {
		return fmt.Sprintf("%s (%d)", b.Key, b.Count)
	}
	if b.Lapsed != "" {
		return fmt.Sprintf("%s (%d, e.g. %s, changed since it was set aside: %s)", b.Key, b.Count, b.Example, b.Lapsed)
	}
	return fmt.Sprintf("%s (%d, e.g. %s)", b.Key, b.Count, b.Example)
}

// Reasons for which a decision does not hold.
var (
	NotDecidable = stocktake.NewReason(stocktake.Conflict, "line-not-decidable",
		"%s has no variance to decide on yet: it is still being counted, disputed or only partly in scope.",
		"لا فرق في %s ليُبتّ فيه بعد: ما زال قيد العد أو محل تعارض أو خارج النطاق جزئيًا.")
	ApproverCounted = stocktake.NewReason(stocktake.Forbidden, "approver-counted",
		"You counted %s yourself and cannot decide on it: somebody who counted nothing there must.",
		"شاركت في عدّ %s فلا يجوز لك البتّ فيه: يلزم شخص لم يعدّ شيئًا هناك.")
	ApproverTier = stocktake.NewReason(stocktake.Forbidden, "approver-tier",
		"A variance of KD %s is above what you may approve: pass the sheet to the next tier.",
		"فرق قيمته %s د.ك يتجاوز صلاحيتك في الاعتماد: حوّل الكشف إلى المستوى الأعلى.")
	ApproverSettled = stocktake.NewReason(stocktake.Forbidden, "approver-settled",
		"You signed %s as zero or chose a side of its dispute, and cannot decide on it too: somebody else must.",
		"وقّعت %s صفرًا أو اخترت أحد طرفي تعارضه فلا يجوز لك البتّ فيه أيضًا: يلزم شخص آخر.")
	ApproverCost = stocktake.NewReason(stocktake.Forbidden, "approver-cost",
		"The unit cost of %s is unknown, so nobody can say what its variance is worth: pass it to the highest tier.",
		"تكلفة الوحدة في %s غير معروفة فلا يمكن معرفة قيمة فرقه: حوّله إلى أعلى مستوى اعتماد.")
	ReasonNeeded = stocktake.NewReason(stocktake.Invalid, "reason-needed",
		"Say why, in at most %s.",
		"اذكر السبب بما لا يتجاوز %s.")
)
