package handheld

import (
	"bytes"
	"context"
	"net/http"

	"jard/internal/count"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// push is the way for networks that block websockets. The body is a hello and then at most one request, a line feed
// between them; the answer is the frame that a socket would have answered the request with. A hello by itself is
// answered by a welcome and the feeds that differ, a line each.
func (g *Gateway) push(w http.ResponseWriter, r *http.Request, i identity) error {
	if err := g.dials.take(i.key().String()); err != nil {
		return err
	}
	body, err := g.body(w, r, wire.ServerLimits.Header+1+wire.ServerLimits.Bytes)
	if err != nil {
		return err
	}
	if err := g.work.Acquire(r.Context(), int64(len(body))); err != nil {
		return Stopping.Wrap(err)
	}
	defer g.work.Release(int64(len(body)))
	frames, err := g.converse(r.Context(), i, body)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	write(w, r, bytes.Join(frames, []byte{'\n'}))
	return nil
}

func (g *Gateway) converse(ctx context.Context, i identity, body []byte) ([][]byte, error) {
	first, rest, more := bytes.Cut(body, []byte{'\n'})
	f, err := wire.Parse(first, wire.ServerLimits)
	if err != nil {
		return malformed(err), nil
	}
	hello, ok := f.(*wire.Hello)
	if !ok {
		return malformed(Unexpected.New(f.Type())), nil
	}
	var request wire.Frame
	if more {
		if request, err = wire.Parse(rest, wire.ServerLimits); err != nil {
			return malformed(err), nil
		}
	}
	// From here on the device's going away changes nothing: what it sent is written or refused as a whole.
	ctx = context.WithoutCancel(ctx)
	welcome, err := g.greet(ctx, i, hello)
	if err != nil {
		switch stocktake.CodeOf(err) {
		case stocktake.Unavailable, stocktake.Internal:
			return [][]byte{wire.Encode(g.refusal(ctx, i, count.Stream{Device: i.ID, Epoch: hello.Epoch}, err))}, nil
		}
		return nil, err
	}
	stream := count.Stream{Device: i.ID, Epoch: hello.Epoch}
	switch request := request.(type) {
	case nil:
		return g.welcomeAndFeeds(ctx, i, hello, welcome)
	case *wire.Push:
		return [][]byte{wire.Encode(g.append(ctx, i, stream, unpack(request))[0])}, nil
	case *wire.Fence:
		return [][]byte{wire.Encode(g.fence(ctx, i, stream))}, nil
	case *wire.Drained:
		if i.Revoked {
			return [][]byte{farewell(wire.ByeRevoked, Revoked.New())}, nil
		}
		return [][]byte{wire.Encode(g.drained(ctx, i, stream, request))}, nil
	default:
		return malformed(Unexpected.New(request.Type())), nil
	}
}

func (g *Gateway) welcomeAndFeeds(ctx context.Context, i identity, h *wire.Hello, welcome *wire.Welcome) ([][]byte, error) {
	frames := [][]byte{wire.Encode(welcome)}
	if i.Revoked {
		return frames, nil
	}
	feeds, err := g.differing(ctx, i, h)
	if err != nil {
		return nil, err
	}
	for _, f := range feeds {
		frames = append(frames, f.message)
	}
	return frames, nil
}

func malformed(err error) [][]byte {
	return [][]byte{farewell(wire.ByeMalformed, stocktake.Fault(err))}
}

func farewell(code wire.ByeCode, why *stocktake.Error) []byte {
	return wire.Encode(&wire.Bye{Code: code, English: why.English(), Arabic: why.Arabic()})
}
