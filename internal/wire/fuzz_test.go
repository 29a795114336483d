package wire_test

import (
	"reflect"
	"testing"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

// FuzzParse shows that no message makes the codec panic, that what it accepts it writes back to the same frame, and
// that what it refuses has a reason with both texts.
func FuzzParse(f *testing.F) {
	for _, g := range goldens(f) {
		f.Add(g.bytes(f))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		for _, limits := range []wire.Limits{wire.ServerLimits, wire.DeviceLimits} {
			frame, err := wire.Parse(message, limits)
			if err != nil {
				if e := stocktake.Fault(err); e.Reason == stocktake.Broken || e.Arabic() == "" || frame != nil {
					t.Fatalf("refused without a reason of its own: %v", err)
				}
				continue
			}
			again, err := wire.Parse(wire.Encode(frame), limits)
			if err != nil && stocktake.Fault(err).Reason != wire.HeaderTooLarge && stocktake.Fault(err).Reason != wire.TooLarge {
				t.Fatalf("%q was read, what it was written as was not: %v", message, err)
			}
			if err == nil && !reflect.DeepEqual(frame, again) {
				t.Fatalf("%#v became %#v", frame, again)
			}
		}
	})
}
