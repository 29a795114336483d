// Package link takes in what societies send: the catalogue of items with their barcodes and packs, the plan of a site,
// its book stock and its movements, from files as ERPs export them (CSV, XLSX and JSON in whatever encoding, language and
// number format), over an API that integrators push to, or from a folder that is watched.
// A file is read whole, every fault in it is reported at once by line and column, and either all of it is published
// or nothing is.
//
// It may import the core (stocktake, gs1, count, account), golang.org/x/text and x/time/rate; the store is whatever satisfies
// Feed. It knows no other adapter and no engine. DESIGN.md says how files are sniffed and what was decided.
package link
