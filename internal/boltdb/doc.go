// Package boltdb keeps everything that a server of Jard must not lose in one bbolt file: session logs, stream marks,
// documents, the chain of sealed results with its deliveries, and the records of societies, people and devices. It
// satisfies the store interfaces that its consumers declare (count.Log, count.Documents and the others); package
// storetest checks it against their comments.
//
// It holds no rule of stocktaking: it makes bytes durable in an order and says where they stand. It may import the core
// packages whose types it stores, and it is the only package that may import bbolt. It must not import an adapter for
// anything but the store interface declared there, serve a request, or start work of its own beyond one writer and one
// notifier goroutine. DESIGN.md beside this file says why it is built as it is.
package boltdb
