package storetest

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"jard/internal/account"
	"jard/internal/count"
	"jard/internal/link"
	"jard/internal/ministry"
	"jard/internal/stocktake"
)

// Store is everything that is checked here.
type Store interface {
	count.Log
	count.Documents
	count.Feed
	ministry.Outbox
	ministry.Inbox
	account.Directory
	link.Movements

	// Publish stores documents and lets a name point to the first, in one transaction.
	Publish(ctx context.Context, society stocktake.SocietyID, name string, head stocktake.Document, rest ...stocktake.Document) error
	// PublishedNames lists the society's names that begin with prefix, in byte order.
	PublishedNames(ctx context.Context, society stocktake.SocietyID, prefix string) ([]string, error)

	// PutPhoto is PutDocuments for one document; it may be refused with stocktake.Unavailable while PutDocuments is not.
	PutPhoto(ctx context.Context, society stocktake.SocietyID, photo stocktake.Document) error

	// PutSociety stores or replaces a society's record; Society gives one, stocktake.Missing when it was never put;
	// Societies lists all, by id.
	PutSociety(ctx context.Context, s stocktake.Society) error
	Society(ctx context.Context, id stocktake.SocietyID) (stocktake.Society, error)
	Societies(ctx context.Context) ([]stocktake.Society, error)

	// Incarnation is the store's random name.
	Incarnation(ctx context.Context) (string, error)
	// RenewIncarnation does to what is stored what a restore does: the store gets another name, signing is locked for
	// every society, and each open session records that all its society's enrolled, unrevoked devices are awaited. With a
	// society that is not empty, only its signing is locked and only its sessions record anything.
	RenewIncarnation(ctx context.Context, society stocktake.SocietyID, why string) error
	// Renewed reports whether a renewal for the society, or for all, has come since the store had that incarnation; of one
	// that it never had, whether any has come at all.
	Renewed(ctx context.Context, society stocktake.SocietyID, since string) (bool, error)

	// ConfirmBackup records that a backup, made under an incarnation and verified off the machine, holds streams up to their
	// marks. stocktake.Conflict when that is not the present incarnation or a mark is none that the store's stream has had
	// last or may have had before: a higher one, or the same with another digest; then nothing is recorded. What was
	// recorded of a newer backup stays.
	ConfirmBackup(ctx context.Context, incarnation string, marks map[stocktake.SocietyID]map[count.Stream]count.Mark) error
	// SafeThrough gives how far a confirmed backup holds a stream, and whether any backup was ever confirmed.
	SafeThrough(ctx context.Context, society stocktake.SocietyID, s count.Stream) (through uint64, known bool, err error)
}

// Harness is one empty store, and a way to close it and open it again over the same files.
type Harness struct {
	Store  Store
	Reopen func() Store
}

// Run checks stores that open makes, an empty one for each subtest.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	for _, part := range []struct {
		name  string
		cases []guarantee
	}{
		{"Append", appends},
		{"Write", writes},
		{"Watch", watches},
		{"Documents", documents},
		{"Movements", movements},
		{"Quarantine", quarantines},
		{"Seal", seals},
		{"Outbox", outboxes},
		{"Recovery", recoveries},
		{"Inbox", inboxes},
		{"File", files},
		{"Directory", directories},
		{"Incarnation", incarnations},
		{"Backup", backups},
		{"Context", contexts},
		{"Records", records},
		{"Society", societies},
		{"Reopen", reopenings},
	} {
		t.Run(part.name, func(t *testing.T) {
			for _, g := range part.cases {
				t.Run(g.says, func(t *testing.T) {
					t.Parallel()
					h := open(t)
					(&trial{T: t, Store: h.Store, reopen: h.Reopen}).try(g.holds)
				})
			}
		})
	}
}

// guarantee is one sentence of an interface's comment.
type guarantee struct {
	says  string
	holds func(t *trial)
}

// trial is a store under test. A verb that must succeed ends the subtest when it does not.
type trial struct {
	*testing.T
	Store
	reopen func() Store
}

func (t *trial) ok(err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// equal is for what is compared with ==.
func equal[V comparable](t *trial, what string, got, want V) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// must gives the value of a verb that has to succeed; the subtest ends when it does not.
func must[V any](v V, err error) V {
	if err != nil {
		_, file, line, _ := runtime.Caller(1)
		panic(unexpected{fmt.Sprintf("%s:%d: %v", filepath.Base(file), line, err)})
	}
	return v
}

type unexpected struct{ message string }

// try checks one guarantee, and turns what must found into a failure of this subtest alone.
func (t *trial) try(holds func(*trial)) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case unexpected:
			t.Fatal(p.message)
		default:
			panic(p)
		}
	}()
	holds(t)
}

// soon gives up on what should have happened long ago.
const soon = 30 * time.Second
