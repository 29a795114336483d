package stocktake_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"jard/internal/stocktake"
)

func sale() stocktake.Movement {
	return stocktake.Movement{
		ID: "till-3/17", Kind: stocktake.Sale, Item: "tea", Quantity: -2000, Position: 5, Section: "dry", Location: "A-01",
		Booked: time.Date(2026, 1, 15, 10, 0, 0, 0, time.UTC),
	}
}

func TestMovementCheck(t *testing.T) {
	good := map[string]func(*stocktake.Movement){
		"as it is":                   func(*stocktake.Movement) {},
		"silent about places":        func(m *stocktake.Movement) { m.Section, m.Location, m.Position = "", "", 0 },
		"a void of a sale":           func(m *stocktake.Movement) { m.Quantity, m.Voids = 2000, "till-3/16" },
		"a return":                   func(m *stocktake.Movement) { m.Kind, m.Quantity = stocktake.Return, 1 },
		"goods back to a supplier":   func(m *stocktake.Movement) { m.Kind = stocktake.Receipt },
		"the posting of a result":    func(m *stocktake.Movement) { m.Kind, m.Posts = stocktake.WriteOff, "1/17" },
		"a transfer out":             func(m *stocktake.Movement) { m.Kind = stocktake.Transfer },
		"a write-off that is undone": func(m *stocktake.Movement) { m.Kind, m.Quantity = stocktake.WriteOff, 1 },
	}
	for name, change := range good {
		m := sale()
		change(&m)
		if err := m.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := map[string]struct {
		change func(*stocktake.Movement)
		key    string
	}{
		"no id":               {func(m *stocktake.Movement) { m.ID = "" }, "id-empty"},
		"no item":             {func(m *stocktake.Movement) { m.Item = "" }, "id-empty"},
		"a section with NUL":  {func(m *stocktake.Movement) { m.Section = "a\x00" }, "id-characters"},
		"a kind":              {func(m *stocktake.Movement) { m.Kind = "gift" }, "movement-kind-unknown"},
		"a result's name":     {func(m *stocktake.Movement) { m.Posts = strings.Repeat("9", 65) }, "id-too-long"},
		"no instant":          {func(m *stocktake.Movement) { m.Booked = time.Time{} }, "movement-undated"},
		"nothing":             {func(m *stocktake.Movement) { m.Quantity = 0 }, "movement-empty"},
		"too much":            {func(m *stocktake.Movement) { m.Quantity = -stocktake.MaxNumber - 1 }, "number-overflow"},
		"position":            {func(m *stocktake.Movement) { m.Position = -1 }, "movement-position"},
		"a sale that brings":  {func(m *stocktake.Movement) { m.Quantity = 1 }, "movement-sign"},
		"a void that takes":   {func(m *stocktake.Movement) { m.Voids = "x" }, "movement-sign"},
		"a return that takes": {func(m *stocktake.Movement) { m.Kind = stocktake.Return }, "movement-sign"},
		"a void of itself":    {func(m *stocktake.Movement) { m.Voids = m.ID }, "movement-voids-itself"},
	}
	for name, c := range bad {
		m := sale()
		c.change(&m)
		var fault *stocktake.Error
		if err := m.Check(); !errors.As(err, &fault) || fault.Reason.Key != c.key {
			t.Errorf("%s: %v; want %s", name, err, c.key)
		}
	}
}

func TestReadPosition(t *testing.T) {
	for s, want := range map[string]stocktake.Position{
		"": 0, "17": 17, " 17 ": 17, "-1": 0, "feed-12": 0, "9007199254740991": stocktake.MaxNumber, "9007199254740992": 0, "1.5": 0,
	} {
		if got := stocktake.ReadPosition(s); got != want {
			t.Errorf("%q is %d; want %d", s, got, want)
		}
	}
}

func TestWatermarkCheck(t *testing.T) {
	at := time.Date(2026, 1, 15, 10, 0, 0, 0, time.UTC)
	for _, w := range []stocktake.Watermark{{Site: "s", Through: at}, {Site: "s", Since: at, Through: at}} {
		if err := w.Check(); err != nil {
			t.Errorf("%+v: %v", w, err)
		}
	}
	for _, w := range []stocktake.Watermark{{Through: at}, {Site: "s"}, {Site: "s", Since: at.Add(1), Through: at}} {
		if w.Check() == nil {
			t.Errorf("%+v is taken", w)
		}
	}
}
