package result_test

import (
	"testing"

	"jard/internal/result"
	"jard/internal/result/resulttest"
)

// BenchmarkSeal and BenchmarkVerify are for a central market of 25,000 items.
func BenchmarkSeal(b *testing.B) {
	d, k := resulttest.Document(1, "rumaithiya", result.Start(), 25_000), rfcKey(b)
	for b.Loop() {
		s := resulttest.Seal(d, k)
		b.SetBytes(int64(len(s.Document)))
	}
}

func BenchmarkVerify(b *testing.B) {
	k := rfcKey(b)
	s := resulttest.Seal(resulttest.Document(1, "rumaithiya", result.Start(), 25_000), k)
	b.SetBytes(int64(len(s.Document)))
	b.ReportAllocs()
	for b.Loop() {
		if err := k.Public().Verify(s.Document, s.Signature); err != nil {
			b.Fatal(err)
		}
		d, err := result.Parse(s.Document)
		if err != nil {
			b.Fatal(err)
		}
		if faults := result.Check(d); len(faults) > 0 {
			b.Fatal(faults)
		}
	}
}
