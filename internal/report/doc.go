// Package report writes tables as files that other programs read: CSV and XLSX. A cell is a text or a number, and what is a text stays
// one: no spreadsheet takes it for a formula.
//
// It is a leaf: it knows rows and cells, nothing of what they say, of pages or of HTTP.
package report
