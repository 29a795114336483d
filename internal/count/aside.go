package count

import (
	"cmp"
	"slices"
	"time"

	"jard/internal/stocktake"
)

// Aside is something that a person left out of the count, with the reason: it stands in the log, and the result names
// it.
type Aside struct {
	Kind   string             `json:"kind"` // stream, quarantine, code, pass or location
	Key    string             `json:"key"`
	Reason string             `json:"reason"`
	Person stocktake.PersonID `json:"person"`
	At     time.Time          `json:"at"`
}

// The kinds of what is set aside.
const (
	AsideStream     = "stream"
	AsideQuarantine = "quarantine"
	AsideCode       = "code"
	AsidePass       = "pass"
	AsideLocation   = "location"
)

// signed is a person's word with who said it and when.
type signed[T any] struct {
	word   T
	by     stocktake.PersonID
	at     time.Time
	offset uint64
}

func sign[T any](e Entry, word T) signed[T] {
	return signed[T]{word, e.Author.Person, e.RecordedAt, e.Offset}
}

// asides lists what is set aside as things stand.
func (f *Fold) asides(v *View) []Aside {
	var list []Aside
	for i := range v.Held {
		if r := f.released[v.Held[i].Key]; !v.Held[i].Open() {
			list = append(list, Aside{AsideQuarantine, r.word.Key, r.word.Reason, r.by, r.at})
		}
	}
	for _, u := range v.Unknown {
		if r := f.resolved[u.Code]; u.SetAside != "" {
			list = append(list, Aside{AsideCode, u.Code, r.word.Reason, r.by, r.at})
		}
	}
	for _, p := range v.Passes {
		if r, ok := f.abandoned[p.ID]; ok && p.Status == PassIsAbandoned {
			list = append(list, Aside{AsidePass, string(p.ID), r.word.Reason, r.by, r.at})
		}
	}
	for _, l := range v.Locations {
		if r := f.leftOut[l.Location]; l.SetAside != "" {
			list = append(list, Aside{AsideLocation, string(l.Location), r.word.Reason, r.by, r.at})
		}
	}
	for _, w := range f.writtenOff {
		key := string(w.word.Device)
		if w.word.Epoch != "" {
			key += " " + w.word.Epoch
		}
		list = append(list, Aside{AsideStream, key, w.word.Reason, w.by, w.at})
	}
	slices.SortFunc(list, func(a, b Aside) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key), a.At.Compare(b.At))
	})
	return list
}
