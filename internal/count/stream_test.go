package count_test

import (
	"errors"
	"slices"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

var (
	first  = count.Stream{Device: "d1", Epoch: "e1"}
	second = count.Stream{Device: "d1", Epoch: "e2"}
)

func (s *script) join(stream count.Stream, succeeds string) {
	s.t.Helper()
	s.server(stream, count.Joined, count.JoinedBody{Epoch: stream.Epoch, Succeeds: succeeds})
}

func (s *script) drain(stream count.Stream) {
	s.t.Helper()
	s.server(stream, count.Drained, count.DrainedBody{Last: 1})
}

func (s *script) wantAwaited(want ...count.Stream) {
	s.t.Helper()
	var got []count.Stream
	for _, x := range s.view().Streams {
		if x.Awaited {
			got = append(got, x.Stream)
		}
	}
	if !slices.Equal(got, want) {
		s.t.Fatalf("awaited are %v; want %v", got, want)
	}
}

func TestSealWaitsForEveryJoinedStream(t *testing.T) {
	s := write(t)
	s.join(first, "")
	s.wantAwaited(first)
	s.drain(first)
	s.wantAwaited(first) // it drained before the closing, and may have gone on
	s.decide("sara", count.Closing, count.Because{})
	s.drain(first)
	s.wantAwaited()
}

func TestFencedStreamDrainsThroughItsSuccessor(t *testing.T) {
	s := write(t)
	s.join(first, "")
	s.add(count.Entry{Author: count.Author{Stream: first}, Kind: count.Fenced})
	s.decide("sara", count.Closing, count.Because{})
	s.wantAwaited(first)
	s.join(second, "e1")
	s.wantAwaited(second)
	s.drain(second)
	s.wantAwaited()
}

// Handhelds that gave everything may count again once the session is open: the next closing awaits them anew.
func TestReopenedSessionAwaitsItsStreamsAnew(t *testing.T) {
	s := onlyCold(t)
	s.join(first, "")
	s.whole("ali", "C1", found{"ice": 4})
	s.decide("sara", count.Closing, count.Because{})
	s.drain(first)
	s.wantBlockers()
	s.decide("sara", count.Reopened, count.Because{Reason: "an aisle was forgotten"})
	if s.view().Closing {
		t.Fatal("the session is closing still")
	}
	s.wantBlockers(count.BlockNotClosing, count.BlockStream)
	s.drain(first) // said of the closing that was undone
	s.decide("sara", count.Closing, count.Because{})
	s.wantBlockers(count.BlockStream)
	s.drain(first)
	s.wantBlockers()
}

func TestStreamWrittenOff(t *testing.T) {
	s := write(t)
	s.join(first, "")
	s.join(second, "")
	s.decide("sara", count.StreamWrittenOff, count.WriteOff{Device: "d1", Epoch: "e1", Reason: "stolen"})
	s.wantAwaited(second)
	s.decide("sara", count.StreamWrittenOff, count.WriteOff{Device: "d1", Reason: "stolen"})
	s.wantAwaited()
	v := s.view()
	if len(v.Asides) != 2 || v.Asides[0].Kind != count.AsideStream || v.Asides[0].Key != "d1" || v.Asides[1].Key != "d1 e1" {
		t.Fatalf("set aside are %+v", v.Asides)
	}
}

func TestRestoreAwaitsEveryEnrolledDevice(t *testing.T) {
	s := write(t)
	s.join(first, "")
	s.decide("sara", count.Closing, count.Because{})
	s.drain(first)
	s.wantAwaited()
	s.server(count.Stream{}, count.Restored, count.RestoredBody{Incarnation: "i2", Devices: []stocktake.DeviceID{"d1", "d2"}})
	s.wantAwaited(first, count.Stream{Device: "d2"})
	s.drain(first)
	s.wantAwaited(count.Stream{Device: "d2"})
	s.decide("sara", count.StreamWrittenOff, count.WriteOff{Device: "d2", Reason: "was never here"})
	s.wantAwaited()
}

func TestDeviceThatIsFoundIsAwaitedAgain(t *testing.T) {
	s := write(t)
	s.join(first, "")
	s.decide("sara", count.StreamWrittenOff, count.WriteOff{Device: "d1", Reason: "lost"})
	s.wantAwaited()
	s.join(second, "")
	s.wantAwaited(second)
}

func TestWritingOffTwiceIsOneThingSetAside(t *testing.T) {
	s := write(t)
	s.join(first, "")
	for _, reason := range []string{"lost", "drowned"} {
		s.decide("sara", count.StreamWrittenOff, count.WriteOff{Device: "d1", Reason: reason})
	}
	if a := s.view().Asides; len(a) != 1 || a[0].Reason != "drowned" {
		t.Fatalf("set aside are %+v", a)
	}
}

func TestRestoreAwaitsADeviceWrittenOffBefore(t *testing.T) {
	s := write(t)
	s.join(first, "")
	s.decide("sara", count.StreamWrittenOff, count.WriteOff{Device: "d1", Reason: "lost"})
	body := count.RestoredBody{Incarnation: "i2", Devices: []stocktake.DeviceID{"d1"}}
	s.add(count.Entry{Kind: count.Restored, Body: encode(t, body)})
	s.wantAwaited(count.Stream{Device: "d1"})
	s.decide("sara", count.StreamWrittenOff, count.WriteOff{Device: "d1", Reason: "still lost"})
	s.wantAwaited()
}

func TestWithdrawnTasksIDIsNotUsedAgain(t *testing.T) {
	s := write(t)
	milk := count.Task{ID: "t", Round: 1, Location: "C1", Items: []stocktake.ItemID{"milk"}}
	s.decide("sara", count.Assigned, count.Assignment{Tasks: []count.Task{milk}})
	s.decide("sara", count.Assigned, count.Assignment{Withdraw: []string{"t"}})
	milk.Items = []stocktake.ItemID{"ice"}
	s.decide("sara", count.Assigned, count.Assignment{Tasks: []count.Task{milk}})
	if tasks := s.view().Tasks; len(tasks) != 0 {
		t.Fatalf("the id names another task now: %+v", tasks)
	}
}

// A handheld that was only paired, or sent something that was not for it to send, holds nothing that the seal could wait
// for; after a restore nobody knows that any more.
func TestDeviceThatNeverJoinedIsAwaitedAfterARestoreOnly(t *testing.T) {
	s := onlyCold(t)
	s.join(first, "")
	s.whole("ali", "C1", found{"ice": 4})
	paired := count.Stream{Device: "d9", Epoch: "e1"}
	s.add(count.Entry{Author: count.Author{Stream: paired}, Kind: count.Quarantined, Note: "body-malformed", Body: []byte("{")})
	s.decide("sara", count.QuarantineResolved, count.Release{Key: s.view().Held[0].Key, Reason: "a test"})
	s.decide("sara", count.Closing, count.Because{})
	s.drain(first)
	s.wantAwaited()
	s.wantBlockers()
	s.server(count.Stream{}, count.Restored, count.RestoredBody{Incarnation: "i2", Devices: []stocktake.DeviceID{"d1", "d9"}})
	s.wantAwaited(first, count.Stream{Device: "d9"})
}

// A device is written off as it was shown: one that has given everything since, or joined again, is looked at once more.
func TestWriteOffBindsToWhatWasShown(t *testing.T) {
	f, d := counted(t)
	off := count.WriteOff{Device: d.stream.Device, Epoch: d.stream.Epoch, Reason: "lost"}
	try := func() error {
		_, err := f.svc.WriteOffStream(t.Context(), sara, session, off)
		return err
	}
	if err := try(); !errors.Is(err, count.ChangedSince) {
		t.Fatalf("without a look: %v", err)
	}
	off.Digest = count.StreamsDigest(f.view(sara, session).Streams, d.stream)
	f.check(f.svc.Drained(t.Context(), society, session, d.stream, d.mark.Acked))
	if err := try(); !errors.Is(err, count.ChangedSince) {
		t.Fatalf("it has given everything since: %v", err)
	}
	f.check(f.svc.Join(t.Context(), society, session, d.stream, ""))
	off.Digest = count.StreamsDigest(f.view(sara, session).Streams, d.stream)
	f.check(try())
}
