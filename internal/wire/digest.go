package wire

import (
	"crypto/sha256"

	"jard/internal/stocktake"
)

// NextDigest is SHA-256(digest of the event before ‖ the event's bytes); before the first event it is all zeros.
func NextDigest(previous stocktake.Hash, event []byte) stocktake.Hash {
	h := sha256.New()
	h.Write(previous[:])
	h.Write(event)
	var sum stocktake.Hash
	h.Sum(sum[:0])
	return sum
}

// DigestAfter is the digest of the last of a run of events.
func DigestAfter(previous stocktake.Hash, events [][]byte) stocktake.Hash {
	h := sha256.New()
	for _, event := range events {
		h.Reset()
		h.Write(previous[:])
		h.Write(event)
		h.Sum(previous[:0])
	}
	return previous
}
