package handheld

import (
	"context"
	"errors"
	"slices"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// delivery is a run of consecutive events of one stream, decoded and with its digest, ready to be judged and appended.
// Making it needs neither the store nor the accounts, so it is made while an earlier one is being written.
type delivery struct {
	first  uint64
	prev   stocktake.Hash
	digest stocktake.Hash // of the last event
	events []count.Received
	pushes int   // that it came in: each wants an answer, unless an ack covers it
	work   int64 // of Gateway.work, given back with the answer
}

func unpack(p *wire.Push) *delivery {
	return &delivery{first: p.First, prev: p.Prev, digest: p.Digest, pushes: 1, events: count.Receive(p.Events)}
}

// goesOn reports whether d begins exactly where the one before it ends.
func (d *delivery) goesOn(before *delivery) bool {
	return d.first == before.first+uint64(len(before.events)) && d.prev == before.digest
}

// join makes one delivery of several that go on from each other, so that they are written together.
func join(parts []*delivery) *delivery {
	if len(parts) == 1 {
		return parts[0]
	}
	whole := &delivery{first: parts[0].first, prev: parts[0].prev, digest: parts[len(parts)-1].digest, pushes: len(parts)}
	n := 0
	for _, d := range parts {
		n += len(d.events)
	}
	whole.events = make([]count.Received, 0, n)
	for _, d := range parts {
		whole.events = append(whole.events, d.events...)
	}
	return whole
}

// signers knows who signed in on devices.
type signers interface {
	SignedIn(ctx context.Context, society stocktake.SocietyID, device stocktake.DeviceID) (map[stocktake.PersonID]bool, error)
}

// judge quarantines what a device may not say: everything once it is revoked, and passes and moves of persons who
// never signed in on it.
func judge(ctx context.Context, accounts signers, d Device, events []count.Received) error {
	if d.Revoked {
		for n := range events {
			events[n].Quarantine(count.DeviceRevoked)
		}
		return nil
	}
	var signedIn map[stocktake.PersonID]bool
	for n := range events {
		e := &events[n]
		if e.Person == "" {
			continue
		}
		if signedIn == nil {
			var err error
			if signedIn, err = accounts.SignedIn(ctx, d.Society, d.ID); err != nil {
				return err
			}
		}
		if !signedIn[e.Person] {
			e.Quarantine(count.PersonNotSignedIn)
		}
	}
	return nil
}

// append makes deliveries durable, together if they go on from each other, and gives the frames that answer: one ack for
// all that was written, else a mark or a busy for each push.
func (g *Gateway) append(ctx context.Context, i identity, stream count.Stream, parts ...*delivery) []wire.Frame {
	d := join(parts)
	err := judge(ctx, g.accounts, i.Device, d.events)
	var mark count.Mark
	if err == nil {
		mark, err = g.store.Append(ctx, count.Batch{
			Society: i.Society, Stream: stream, First: d.first, Prev: d.prev, Digest: d.digest, Events: d.events,
		})
	}
	if err == nil {
		return []wire.Frame{&wire.Ack{Through: mark.Acked, Digest: mark.Digest}}
	}
	if _, refused := errors.AsType[*count.NotFollowing](err); refused && len(parts) > 1 {
		// The first may be one that the store has already, and the others follow: each gets its own answer.
		var answers []wire.Frame
		for _, part := range parts {
			answers = append(answers, g.append(ctx, i, stream, part)...)
		}
		return answers
	}
	return slices.Repeat([]wire.Frame{g.refusal(ctx, i, stream, err)}, d.pushes)
}

// refusal is the frame for a request that was not done: the mark where the stream stands elsewhere, else busy, since
// nothing that a device has recorded may be lost over what is wrong in the server.
func (g *Gateway) refusal(ctx context.Context, i identity, stream count.Stream, err error) wire.Frame {
	if n, ok := errors.AsType[*count.NotFollowing](err); ok {
		return markFrame(n.Mark)
	}
	if errors.Is(err, count.Fencing) {
		mark, failed := g.store.Mark(ctx, i.Society, stream)
		if failed == nil {
			return markFrame(mark)
		}
		err = failed
	}
	g.log.ErrorContext(ctx, "request of a device not done", "society", i.Society, "device", i.ID, "stream", stream.Epoch, "error", err)
	return &wire.Busy{RetryMS: g.timing.Retry.Milliseconds()}
}

func markFrame(m count.Mark) *wire.MarkFrame { return &wire.MarkFrame{Mark: wire.Mark(m)} }

// fence ends the device's stream, which it found the mark to be off the chain of, and answers with the mark as it is now.
func (g *Gateway) fence(ctx context.Context, i identity, stream count.Stream) wire.Frame {
	g.log.WarnContext(ctx, "stream fenced: its device was cloned or damaged", "society", i.Society, "device", i.ID, "stream", stream.Epoch)
	err := g.sessions.Fence(ctx, i.Society, stream, Fencing{Why: Diverged, Device: i.ID, Epoch: stream.Epoch})
	if err != nil {
		return g.refusal(ctx, i, stream, err)
	}
	mark, err := g.store.Mark(ctx, i.Society, stream)
	if err != nil {
		return g.refusal(ctx, i, stream, err)
	}
	return markFrame(mark)
}

// drained records that the stream holds nothing more of a session, and answers with the same frame. A device that is
// wrong about how far it is gets the mark.
func (g *Gateway) drained(ctx context.Context, i identity, stream count.Stream, d *wire.Drained) wire.Frame {
	mark, err := g.store.Mark(ctx, i.Society, stream)
	switch {
	case err != nil:
		return g.refusal(ctx, i, stream, err)
	case mark.Acked < d.Last || mark.Fenced:
		return markFrame(mark)
	}
	answer := &wire.Drained{Session: d.Session, Last: d.Last}
	if err := g.sessions.Drained(ctx, i.Society, d.Session, stream, d.Last); err != nil {
		switch stocktake.CodeOf(err) {
		case stocktake.Unavailable, stocktake.Internal:
			return g.refusal(ctx, i, stream, err)
		}
		answer.Error = wire.NewFault(err)
		return answer
	}
	g.log.InfoContext(ctx, "stream drained", "society", i.Society, "device", i.ID, "stream", stream.Epoch, "session", d.Session, "seq", d.Last)
	return answer
}
