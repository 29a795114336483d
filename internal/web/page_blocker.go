package web

import (
	"cmp"
	"strings"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// block is one blocker with an example in people's words and the page that settles it.
type block struct {
	count.Blocker
	Example string
	Path    string // "" where who looks may not go
}

// settledAt says where each kind of blocker is settled.
var settledAt = map[string]string{
	count.BlockNotClosing: "#closing", count.BlockUncounted: "/passes#left", count.BlockOpenPass: "/passes?status=open",
	count.BlockGap: "/passes?status=gap", count.BlockDispute: "/disputes", count.BlockTask: "/recounts", count.BlockCounting: "?status=counting",
	count.BlockHeld: "/quarantine", count.BlockUnknown: "/codes", count.BlockStream: "#streams", count.BlockWaiting: "/sheet",
	count.BlockOverflow: "?status=overflow", count.BlockUnsettled: "/sheet?provisional=1", count.BlockUnsigned: "/signatures", count.BlockTest: "/tests",
}

// blocks lists what stands between now and the seal. The core names things by their ids; people know them by their names.
func (s *seen) blocks(g *tongue, devices map[stocktake.DeviceID]string) []block {
	list := make([]block, 0, len(s.Blockers))
	for _, b := range s.Blockers {
		x := block{Blocker: b, Path: settledAt[b.Key]}
		var said []any
		switch b.Key {
		case count.BlockUncounted:
			said = []any{s.Place(stocktake.LocationID(b.Example))}
		case count.BlockOpenPass, count.BlockGap:
			said = s.aboutPass(b.Example)
		case count.BlockDispute:
			for _, d := range s.Disputes {
				if string(d.Location)+" / "+string(d.Item) == b.Example {
					said = []any{s.Item(d.Item), s.Place(d.Location)}
					break
				}
			}
		case count.BlockTask:
			for _, t := range s.Tasks {
				if t.ID != b.Example {
					continue
				}
				said = []any{s.Place(t.Location)}
				if t.Person != "" {
					said = append(said, s.Person(t.Person))
				}
				if t.Test {
					x.Path = "/tests"
				} else if t.Round == 1 { // given out with the walks, not as a recount
					if x.Path = "/assign"; !s.Planner() {
						x.Path = ""
					}
				}
				break
			}
		case count.BlockHeld:
			said = s.aboutHeld(g, b.Example)
		case count.BlockStream:
			said = []any{cmp.Or(devices[stocktake.DeviceID(b.Example)], b.Example)}
		case count.BlockCounting, count.BlockOverflow, count.BlockWaiting, count.BlockUnsettled, count.BlockTest:
			for _, l := range s.Lines {
				if string(l.Section)+" / "+string(l.Item) == b.Example {
					said = []any{s.Item(l.Item), s.Section(l.Section)}
					break
				}
			}
		case count.BlockUnsigned:
			said = []any{s.Person(stocktake.PersonID(b.Example))}
		case count.BlockUnknown:
			said = []any{b.Example}
		}
		x.Example = g.list(said)
		if x.Path != "" && !strings.HasPrefix(x.Path, "#") {
			x.Path = s.Base() + x.Path
		}
		list = append(list, x)
	}
	return list
}

func (s *seen) aboutPass(id string) []any {
	for _, p := range s.Passes {
		if string(p.ID) == id {
			return []any{s.Place(p.Location), s.Person(p.Person)}
		}
	}
	return []any{id}
}

func (s *seen) aboutHeld(g *tongue, key string) []any {
	for n := range s.Held {
		if s.Held[n].Key == key {
			return []any{g.t("held." + s.Held[n].Reason)}
		}
	}
	return []any{key}
}

// Left says in people's words what was left out of the count.
func (p sealPage) Left(a count.Aside) string {
	said := []any{a.Key}
	switch a.Kind {
	case count.AsideStream:
		device, _, _ := strings.Cut(a.Key, " ") // an epoch may follow
		said = []any{cmp.Or(p.Devices[stocktake.DeviceID(device)], device)}
	case count.AsidePass:
		said = p.aboutPass(a.Key)
	case count.AsideLocation:
		said = []any{p.Place(stocktake.LocationID(a.Key))}
	case count.AsideQuarantine:
		said = p.aboutHeld(p.tongue, a.Key)
	}
	return p.tongue.list(said)
}

// list says several things one after the other. It begins with a mark of the language's direction: each thing is isolated,
// so that nothing else in the list would tell an isolate around it which way it runs.
func (g *tongue) list(things []any) string {
	words := make([]string, len(things))
	for n, w := range things {
		words[n] = g.isolated(w)
	}
	list := strings.Join(words, g.t("list.comma"))
	if len(words) > 1 && g.dir() == "rtl" {
		return rightToLeft + list
	}
	return list
}
