// Package result is the sealed document of an approved count session: what it says, its canonical bytes, the arithmetic
// that it must satisfy, the keys that sign it and the chain that it stands in. Anyone who has a document, its signature
// and the society's public keys can verify it here, years later, without a store or a network.
//
// It may import stocktake and a canonicaliser of JSON (RFC 8785), nothing else of this module. It knows neither sessions
// nor deliveries, and does no I/O but for a key's own file.
package result
