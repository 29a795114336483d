package boltdb

// schemaVersion is that of the buckets and values below. An older file is brought up to it by Open, a newer one is
// refused.
const schemaVersion = 1

// Every bucket, flat, at the top level. Every key but those of meta begins with a society's id and NUL; key.go builds
// them.
var (
	// bucketMeta: schema, incarnation, born, renewals
	bucketMeta = []byte("meta")

	// bucketSocieties: society → JSON of stocktake.Society
	bucketSocieties = []byte("societies")

	// bucketLog: society, session, offset → hash (32) ‖ stored bytes of the entry
	bucketLog = []byte("log")

	// bucketHeads: society, session → head (head.go)
	bucketHeads = []byte("heads")

	// bucketStreams: society, device, epoch → stream record (stream.go)
	bucketStreams = []byte("streams")

	// bucketDocuments: society, hash → size u64 ‖ bytes; the bytes of a large one are in bucketParts instead
	bucketDocuments = []byte("documents")

	// bucketParts: society, hash, part u32 → bytes. Parts count only once bucketDocuments names their document
	bucketParts = []byte("parts")

	// bucketPublished: society, name → hash (32) ‖ microseconds i64
	bucketPublished = []byte("published")

	// bucketResults: society, series u64, number u64 → JSON of a sealed result without its document
	bucketResults = []byte("results")

	// bucketChains: society → JSON of where the society's chain of results stands
	bucketChains = []byte("chains")

	// bucketOutbox: society, series u64, number u64 → JSON of the state of a delivery that has no receipt yet
	bucketOutbox = []byte("outbox")
)

var buckets = [][]byte{
	bucketMeta, bucketSocieties, bucketLog, bucketHeads, bucketStreams, bucketDocuments, bucketParts, bucketPublished,
	bucketResults, bucketChains, bucketOutbox,
}

// The keys of bucketMeta.
var (
	metaSchema      = []byte("schema")      // u64
	metaIncarnation = []byte("incarnation") // text
	metaBorn        = []byte("born")        // the file's first incarnation
	metaRenewals    = []byte("renewals")    // JSON array of renewal
)
