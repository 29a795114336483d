// Package ministry carries sealed results from societies to the ministry: on the society's side the outbox, its courier
// and enrolment; on the ministry's side the register of societies and keys, the desk that verifies what arrives and
// signs numbered receipts, and the HTTP interface between the two. Roll-ups read what the register keeps.
//
// It may import count, result, stocktake and net/http. It declares the stores it needs (Outbox, Inbox), is handed a
// clock, and knows neither a store engine nor the web server that mounts its handler. Counting never waits for it.
package ministry
