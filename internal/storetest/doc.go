// Package storetest checks a store against the comments of the interfaces that it satisfies: count.Log,
// count.Documents, ministry.Outbox, ministry.Inbox, account.Directory,
// link.Movements, and Store's own verbs. A store's own tests call
// Run; a second store that passes may take the first one's place.
//
// It asks only what those comments promise, through those interfaces: files, crashes and speed are each store's own
// tests. It must not import a store.
package storetest
