package handheld

import (
	"context"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// Store is what the gateway needs of the store itself.
type Store interface {
	// Append and Mark are count.Log's.
	Append(ctx context.Context, b count.Batch) (count.Mark, error)
	Mark(ctx context.Context, society stocktake.SocietyID, s count.Stream) (count.Mark, error)

	// Document is count.Documents'.
	Document(ctx context.Context, society stocktake.SocietyID, hash stocktake.Hash) (stocktake.Document, error)
	// PutPhoto keeps a photo as a document by its hash; one that is there has no effect. It is refused with stocktake.Unavailable
	// already while there is little room: photos can wait, and what is left is for events.
	PutPhoto(ctx context.Context, society stocktake.SocietyID, photo stocktake.Document) error

	// Society gives a society's master data.
	Society(ctx context.Context, society stocktake.SocietyID) (stocktake.Society, error)

	// Incarnation names this store's history; RenewIncarnation gives it a new name because some of a society's was found
	// to be lost: that society's signing is locked, and its open sessions await all its devices again. Renewed reports
	// whether a restore, or a renewal for the society, has come since an incarnation; of one that the store never had,
	// whether any has come at all.
	Incarnation(ctx context.Context) (string, error)
	RenewIncarnation(ctx context.Context, society stocktake.SocietyID, why string) (string, error)
	Renewed(ctx context.Context, society stocktake.SocietyID, since string) (bool, error)

	// SafeThrough says up to which event a verified backup off this machine holds a stream. Known is false as long as there
	// is no such backup: then devices keep acknowledged events for 30 days after the seal.
	SafeThrough(ctx context.Context, society stocktake.SocietyID, s count.Stream) (through uint64, known bool, err error)
}
