// Package resulttest makes sealed results for tests: valid ones, at random or fixed, of any society and place.
//
// It is for tests only, imports result and stocktake, and does no I/O.
package resulttest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// Document is a valid original with n random lines or so: shortages, surpluses, bands, lots, conditions, lines not
// counted and lines with a tally only. Equal arguments give equal documents.
func Document(seed uint64, society stocktake.SocietyID, head result.Head, n int) *result.Document {
	r := rand.New(rand.NewPCG(seed, 1))
	day := time.Date(2026, 1, 15, 6, 0, 0, 0, time.UTC)
	at := func(minutes int) result.Instant { return result.At(day.Add(time.Duration(minutes) * time.Minute)) }
	next := head.Next()
	d := &result.Document{
		Schema: result.Schema, Society: society, Series: next.Series, Number: next.Number, Previous: head.Hash,
		Type: result.Original,
		Session: result.Session{
			ID: stocktake.SessionID(fmt.Sprintf("session-%d-%s", seed, next)), Name: stocktake.Name{Arabic: "جرد سنوي", English: "Annual <count> & more"},
			Kind: "full", Blind: true, Site: "central", SiteName: stocktake.Name{Arabic: "السوق المركزي"},
			SiteKind: stocktake.CentralMarket, IssuedAt: at(0), SealedAt: at(600),
			Scope: result.Scope{Sections: []stocktake.SectionID{"dairy", "canned"}},
		},
		Snapshot:  result.Snapshot{Hash: hash(r), AsOf: at(-60), Position: "feed-12"},
		Movements: result.Movements{Position: 17, Hash: hash(r)},
		Catalogue: hash(r), SitePlan: hash(r), Policy: "1",
		Log:       result.Log{Offset: 4711, Hash: hash(r)},
		Committee: []result.Signatory{{Person: "p-head", Name: "رئيس اللجنة"}, {Person: "p-member"}},
		Witness:   &result.Signatory{Person: "p-witness", Name: "ممثل الوزارة"},
		Approvals: []result.Decision{{
			Person: "p-fc", Roles: []stocktake.Role{stocktake.FinancialController}, Verdict: "seal", At: at(600),
		}},
		SetAside: []result.SetAside{{
			Kind: result.AsideStream, Key: "dev-7 epoch-1", Reason: "fell into the sea", Person: "p-super", At: at(500),
		}},
		Software: "jard test",
	}
	for i := range n {
		goods := result.Goods{
			Section: []stocktake.SectionID{"dairy", "canned"}[r.IntN(2)], Item: stocktake.ItemID(fmt.Sprintf("item-%04d", i)),
			Name: stocktake.Name{Arabic: "حليب \u2028 طازج", English: "Milk\t\"1 l\""}, Unit: stocktake.Piece, Supply: i%7 == 0,
		}
		goods.Custodian = stocktake.Name{Arabic: "صاحب عهدة " + string(goods.Section)}
		if i%3 == 0 {
			goods.GTIN, goods.Category = "04006381333931", "dairy"
		}
		switch {
		case i%11 == 5:
			d.NotCounted = append(d.NotCounted, must(result.NewNotCounted(result.NotCounted{
				Goods: goods, Snapshot: quantity(r), Movements: -quantity(r), Cost: cost(r),
			})))
		case i%11 == 8:
			d.TallyOnly = append(d.TallyOnly, must(result.NewTally(result.Tally{
				Goods: goods, Rounds: []result.Round{{Round: 1, Quantity: 3000}},
				Breakdown: []result.Part{{Quantity: 3000}}, Counters: []stocktake.PersonID{"p-2"},
			})))
		default:
			d.Lines = append(d.Lines, line(r, goods, at))
		}
	}
	if err := d.Total(); err != nil {
		panic(err)
	}
	return d
}

func line(r *rand.Rand, goods result.Goods, at func(int) result.Instant) result.Line {
	seen := quantity(r)
	l := result.Line{
		Goods: goods, Snapshot: quantity(r), Movements: quantity(r) - 50_000, Settled: -quantity(r) / 10, Cost: cost(r),
		Exact:  r.IntN(3) > 0,
		Rounds: []result.Round{{Round: 2, Quantity: seen}, {Round: 1, Quantity: quantity(r)}},
		Breakdown: []result.Part{
			{Quantity: seen}, {Quantity: 2000, Condition: result.Damaged},
			{Quantity: 1000, Condition: result.NearExpiry, Lot: "L1", Expiry: "2026-02-28"},
			{Quantity: 500, Condition: result.NearExpiry, Lot: "L1", Expiry: "2026-02-28"},
		},
		Status: "approved", Reason: "shrinkage",
		Decisions: []result.Decision{{
			Person: "p-super", Roles: []stocktake.Role{stocktake.Supervisor}, Verdict: "approve", At: at(400 + r.IntN(60)),
		}},
		Counters: []stocktake.PersonID{"p-2", "p-1", "p-2"},
	}
	l = must(result.NewLine(l))
	if !l.Exact {
		l.Low, l.High = l.Variance-quantity(r), l.Variance+quantity(r)
	}
	return l
}

// Seal signs a document.
func Seal(d *result.Document, k result.Key) result.Signed {
	b := must(d.Canonical())
	return result.Signed{Document: b, Signature: k.Sign(b)}
}

func quantity(r *rand.Rand) stocktake.Quantity { return stocktake.Quantity(r.Int64N(100_000)) }
func cost(r *rand.Rand) stocktake.Cost         { return stocktake.Cost(r.Int64N(5_000_000)) }

func hash(r *rand.Rand) stocktake.Hash { return stocktake.HashOf(fmt.Append(nil, r.Uint64())) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
