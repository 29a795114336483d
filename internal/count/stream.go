package count

import (
	"cmp"
	"fmt"
	"slices"

	"jard/internal/stocktake"
)

// streamFacts is what is known of a stream in this session.
type streamFacts struct {
	joined   uint64 // offset
	drained  uint64 // offset
	succeeds string // the epoch that it goes on for
	fenced   bool
}

func (f *Fold) stream(s Stream) *streamFacts {
	x := f.streams[s]
	if x == nil {
		x = &streamFacts{}
		f.streams[s] = x
	}
	return x
}

func (s *streamFacts) join(offset uint64, succeeds string) {
	s.joined = max(s.joined, offset)
	if succeeds != "" {
		s.succeeds = succeeds
	}
}

func (s *streamFacts) drain(offset uint64) { s.drained = max(s.drained, offset) }

// writeOff files the word that a stream, or every stream of a device, is waited for no longer. Of two about the same the
// later stands.
func (f *Fold) writeOff(offset uint64, said signed[WriteOff]) {
	f.writtenOff[Stream{said.word.Device, said.word.Epoch}] = writeOffFact{said, offset}
}

type writeOffFact struct {
	signed[WriteOff]
	offset uint64
}

// givenUp is the reason for which nobody waits for a stream; empty when somebody does. A device that was found and has
// joined again since is waited for.
func (f *Fold) givenUp(s Stream, x *streamFacts) string {
	for _, name := range [...]Stream{s, {Device: s.Device}} {
		if w, ok := f.writtenOff[name]; ok && w.offset > x.joined {
			return cmp.Or(w.word.Reason, "-")
		}
	}
	return ""
}

// drained reports whether a stream has said, since the session began to close, that it holds nothing more.
func (f *Fold) drained(x *streamFacts) bool {
	return f.closing != 0 && x.drained > max(f.closing, f.restored)
}

// StreamState says whether a handheld's stream has given everything.
type StreamState struct {
	Stream
	Fenced     bool   `json:"fenced,omitempty"`
	Succeeds   string `json:"succeeds,omitempty"`
	Drained    bool   `json:"drained"`
	WrittenOff string `json:"written_off,omitempty"`
	Awaited    bool   `json:"awaited"` // the seal waits for it
}

// StreamsDigest is of what was shown of one stream, or without an epoch of all of a device's: what a write-off binds to.
func StreamsDigest(list []StreamState, of Stream) Digest {
	d := newDigester("streams").text(string(of.Device)).text(of.Epoch)
	for _, s := range list {
		if s.Device == of.Device && (of.Epoch == "" || s.Epoch == of.Epoch) {
			d = d.text(s.Epoch).text(fmt.Sprint(s.Fenced, s.Drained, s.Awaited)).text(s.Succeeds).text(s.WrittenOff)
		}
	}
	return d.sum()
}

// streamStates lists every stream that the seal may have to wait for. A fenced stream drains through a successor. After
// a restore every enrolled device must be heard from again, since what had joined may be forgotten.
func (f *Fold) streamStates() []StreamState {
	var list []StreamState
	heard := map[stocktake.DeviceID]bool{}
	succeeded := map[Stream]bool{}
	for s, x := range f.streams {
		if x.succeeds != "" {
			succeeded[Stream{s.Device, x.succeeds}] = true
		}
		if f.drained(x) {
			heard[s.Device] = true
		}
	}
	for s, x := range f.streams {
		state := StreamState{Stream: s, Fenced: x.fenced, Succeeds: x.succeeds, Drained: f.drained(x), WrittenOff: f.givenUp(s, x)}
		state.Awaited = !state.Drained && state.WrittenOff == "" && !succeeded[s]
		if x.joined == 0 && x.drained == 0 && !x.fenced {
			state.Awaited = false
		}
		if state.Awaited || (x.joined > f.restored && state.WrittenOff != "") {
			heard[s.Device] = true // it is waited for under its own name, or was given up since
		}
		list = append(list, state)
	}
	for _, device := range f.awaited {
		if !heard[device] && f.writtenOff[Stream{Device: device}].offset <= f.restored {
			list = append(list, StreamState{Stream: Stream{Device: device}, Awaited: true})
		}
	}
	slices.SortFunc(list, func(a, b StreamState) int {
		return cmp.Or(cmp.Compare(a.Device, b.Device), cmp.Compare(a.Epoch, b.Epoch))
	})
	return list
}
