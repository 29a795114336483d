// Package simulate plays handhelds: virtual counters who walk the shelves of a known truth, and the devices in their
// hands, over the real protocol and real sockets. `jard simulate` and `jard demo` run it against a live server, the
// story test compares what the server made of it with what the counters did, and the benchmark loads the server with it.
//
// A Device is faithful where it matters: an event is on its disk before the counter goes on, its stream is a chain of
// digests that it checks every mark against, and it can be killed, resumed, cloned, cut off and lied to by a restored
// server without losing an observation.
//
// It may import wire, count (events and digests), stocktake, gs1 (labels of scales), gorilla/websocket and the standard library. It knows no
// store and no gateway: whatever it learns of the server it learns as a handheld does. It never sees a book quantity.
package simulate
