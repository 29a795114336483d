// Package live is the supervisors' live feed: a websocket a session over which whoever may see its figures gets them
// whole once, and then what has changed, at most about ten times a second, each message made once for everybody who
// watches. PROTOCOL.md says what travels.
//
// It holds no rule: what a session's state is, and who may see it, count says. It may import the core and
// gorilla/websocket; no store engine and no other adapter. Who asks, and who is on the floor, it is told through the
// interfaces that it declares.
package live
