package boltdb

// schemaVersion is that of the buckets and values below. An older file is brought up to it by Open, a newer one is
// refused.
const schemaVersion = 2

// Every bucket, flat, at the top level. Every key begins with a society's id and NUL, but for those of meta,
// receipts and secrets; key.go builds them.
var (
	// bucketMeta: schema, incarnation, born, renewals, backed up
	bucketMeta = []byte("meta")

	// bucketSocieties: society → JSON of stocktake.Society
	bucketSocieties = []byte("societies")

	// bucketLog: society, session, offset of the first → a block of entries (block.go)
	bucketLog = []byte("log")

	// bucketHeads: society, session → head (head.go)
	bucketHeads = []byte("heads")

	// bucketStreams: society, device, epoch → stream record (stream.go)
	bucketStreams = []byte("streams")

	// bucketSafe: society, device, epoch → acked u64 of the newest confirmed backup
	bucketSafe = []byte("safe")

	// bucketDocuments: society, hash → size u64 ‖ bytes; the bytes of a large one are in bucketParts instead
	bucketDocuments = []byte("documents")

	// bucketParts: society, hash, part u32 → bytes. Parts count only once bucketDocuments names their document
	bucketParts = []byte("parts")

	// bucketPublished: society, name → hash (32) ‖ microseconds i64
	bucketPublished = []byte("published")

	// bucketMovements: society, site, offset of the first → a block of entries of the site's movement log (movement.go)
	bucketMovements = []byte("movements")

	// bucketSources: society, site, id → offset (uvarint) of the movement with that id; society, site, id, NUL, half a hash
	// of the content → that of a conflict; society, site, NUL, half a hash of the row → that of a row that was left out
	bucketSources = []byte("sources")

	// bucketConflicts: society, site, offset u64 → nothing: the conflicts among the entries
	bucketConflicts = []byte("conflicts")

	// bucketWaiting: society, site, offset u64 → the id that a row in quarantine is awaited under, or nothing
	bucketWaiting = []byte("waiting")

	// bucketSettled: society, site, offset u64 → nothing: the settlements of rows among the entries
	bucketSettled = []byte("settled")

	// bucketPostings: society, site, offset u64 → nothing: the movements among the entries that name what they post
	bucketPostings = []byte("postings")

	// bucketVoids: society, site, id, NUL, offset u64 → nothing: the movements that take the one with that id back
	bucketVoids = []byte("voids")

	// bucketFeeds: society, site → JSON of link.FeedState
	bucketFeeds = []byte("feeds")

	// bucketResults: society, series u64, number u64 → JSON of a sealed result without its document
	bucketResults = []byte("results")

	// bucketChains: society → JSON of where the society's chain of results stands
	bucketChains = []byte("chains")

	// bucketOutbox: society, series u64, number u64 → JSON of the state of a delivery that has not ended
	bucketOutbox = []byte("outbox")

	// bucketIdentities: society → JSON of ministry.Identity
	bucketIdentities = []byte("identities")

	// bucketCodes: society, hash → JSON of ministry.EnrolmentCode
	bucketCodes = []byte("codes")

	// bucketMembers: society → JSON of ministry.Member
	bucketMembers = []byte("members")

	// bucketFilings: society, hash → JSON of a filing without its document
	bucketFilings = []byte("filings")

	// bucketPlaces: society, series u64, number u64, arrival u64 → hash of the filing
	bucketPlaces = []byte("places")

	// bucketReceipts: number u64 → JSON of ministry.Receipted. The ministry's own, so no society in front
	bucketReceipts = []byte("receipts")

	// bucketPeople: society, person → JSON of account.Account
	bucketPeople = []byte("people")

	// bucketRolls: society → roll version u64 ‖ last offset of the trail u64
	bucketRolls = []byte("rolls")

	// bucketTrail: society, offset u64 → JSON of account.Act
	bucketTrail = []byte("trail")

	// bucketSignIns: society, person, instant u64, token hash → JSON of account.SignIn
	bucketSignIns = []byte("sign-ins")

	// bucketEnrolments: society, code hash → JSON of account.Enrolment
	bucketEnrolments = []byte("enrolments")

	// bucketDevices: society, device → JSON of account.Device
	bucketDevices = []byte("devices")

	// bucketSignedIn: society, device, person → JSON of account.DeviceSignIn
	bucketSignedIn = []byte("signed-in")

	// bucketSecrets: kind u8, hash → the key of the record that it opens. The one index: who shows a token or a code does
	// not say which society it is of
	bucketSecrets = []byte("secrets")
)

var buckets = [][]byte{
	bucketMeta, bucketSocieties, bucketLog, bucketHeads, bucketStreams, bucketSafe, bucketDocuments, bucketParts, bucketPublished,
	bucketMovements, bucketSources, bucketConflicts, bucketWaiting, bucketSettled, bucketPostings, bucketVoids, bucketFeeds, bucketResults, bucketChains, bucketOutbox, bucketIdentities, bucketCodes, bucketMembers, bucketFilings, bucketPlaces,
	bucketReceipts, bucketPeople, bucketRolls, bucketTrail, bucketSignIns, bucketEnrolments, bucketDevices,
	bucketSignedIn, bucketSecrets,
}

// The keys of bucketMeta.
var (
	metaSchema      = []byte("schema")      // u64
	metaIncarnation = []byte("incarnation") // text
	metaBorn        = []byte("born")        // the file's first incarnation
	metaRenewals    = []byte("renewals")    // JSON array of renewal
	metaBackedUp    = []byte("backed up")   // JSON: when a backup was last confirmed
)
