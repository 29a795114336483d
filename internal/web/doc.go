// Package web is the JSON API for people (and the machines of integrators): it signs them in, reads their requests
// strictly, hands each to the core with the person who asks, and writes what comes back. Every answer is no-store, every
// refusal has one form (see error.go).
//
// Beside it stands the console: pages for supervisors over the same services, and the files that browsers load, the
// handheld app's among them (page_*.go, html, text, style, island; DESIGN.md says how to add a page).
//
// It holds no rule of counting and decides no approval: who may do what to a session is judged by count, to people and
// devices by account. Only what has no core service of its own, importing files and reading sealed results, is gated here
// by role. It may import the core, echo, validator and x/time/rate; no store engine and no other adapter. What it needs
// of those it declares as interfaces (Importer, Results), which the server fills in.
package web
