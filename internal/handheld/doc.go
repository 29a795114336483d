// Package handheld is the sync gateway: the server's end of the handheld protocol (internal/wire/PROTOCOL.md). It
// enrols devices, signs counters in, hands out packs, takes pushes over websockets or HTTP, acknowledges them once
// they are durable, and feeds tasks back.
//
// It decides how bytes travel, never what they mean: events are judged by count, rights by account, sessions by
// whoever satisfies Sessions. It may import wire, count, stocktake, gorilla/websocket and x/time/rate; no store engine,
// no echo, no other adapter. It never holds a cost, and a book quantity only where an open count hands one out.
package handheld
