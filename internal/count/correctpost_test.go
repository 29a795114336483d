package count_test

import (
	"fmt"
	"testing"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// corrected is dairy with a shortage of two, sealed as result 1/7.
func corrected(t *testing.T) *script {
	t.Helper()
	s := dairy(t, 8, 6)
	s.complete(2000)
	sealed := s.bookings[len(s.bookings)-1]
	s.decide("mona", count.Sealed, count.Seal{Series: 1, Number: 7, Movements: sealed.Offset, MovementsHash: sealed.Hash}, stocktake.Manager)
	return s
}

// A void may come before what it takes back, and a seal may end between the two: whoever has heard of both before the seal has what is
// read anew.
func TestSealBetweenAVoidAndItsPosting(t *testing.T) {
	s := corrected(t)
	s.complete(3000)
	s.book(stocktake.WriteOff, "milk", 1, 2051, func(m *stocktake.Movement) { m.Section, m.Voids = "dairy", "m4" })
	s.book(stocktake.WriteOff, "milk", -1, 2050, func(m *stocktake.Movement) { m.Section, m.Posts = "dairy", "1/7-shortage" })
	all := s.bookings
	seal := func(f *count.Fold) {
		t.Helper()
		b := all[2]
		if err := f.Apply(count.Entry{Offset: 2, Kind: count.Sealed, Author: count.Author{Person: "mona"}, RecordedAt: minute(4000), Body: encode(t, count.Seal{Series: 1, Number: 8, Movements: b.Offset, MovementsHash: b.Hash})}); err != nil {
			t.Fatal(err)
		}
	}
	live := s.correctionOf(minute(3000))
	live.View()
	seal(live)
	s.bookings = nil
	anew := s.correctionOf(minute(3000))
	seal(anew)
	anew.Book(all)
	if a, b := whole(t, anew.View()), whole(t, live.View()); a != b {
		t.Fatalf("live:\n%s", firstDifference(a, b))
	}
	if n := len(live.View().Postings); n != 0 {
		t.Fatalf("%d postings of what it does not hear of", n)
	}
}

// A site that voids much costs a correction no more than one that sells much: postings are listed again only once there are others.
func TestPostingsAreListedOnce(t *testing.T) {
	s := corrected(t)
	s.book(stocktake.WriteOff, "milk", -2, 2050, func(m *stocktake.Movement) { m.Section, m.Posts = "dairy", "1/7-shortage" })
	f := s.correctionOf(minute(3000))
	a := f.View().Postings
	for n := range 10 {
		f.Book([]count.Booking{{Offset: uint64(len(s.bookings) + n + 1), RecordedAt: minute(2100), Movement: &stocktake.Movement{
			ID: stocktake.MovementID(fmt.Sprint("v", n)), Kind: stocktake.Sale, Item: "tea", Quantity: 1000, Booked: minute(2100), Voids: "till-9",
		}}})
		if b := f.View().Postings; len(a) != 1 || len(b) != 1 || &a[0] != &b[0] {
			t.Fatalf("after %d voids of something else: %v and %v", n+1, a, b)
		}
	}
}
