// Package count is the heart of Jard: count sessions as logs of entries, and the pure fold that turns a log into
// passes, tallies, disputes, lines and duties. It owns the rules: what may be appended, who may decide what, when a
// decision lapses, when a session may be sealed.
//
// It may import reconcile, stocktake and gs1. It does no I/O of its own: it declares the store it needs (Log,
// Documents) and is handed a clock.
package count
