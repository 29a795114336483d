package link

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"jard/internal/stocktake"
)

// Feed is the store that imports are published to. Publish makes head what name means, durably and in one
// transaction with the documents that head refers to; Published gives the hash under a name and since when, or
// stocktake.Missing; PublishedNames gives the names that begin with prefix, in byte order; Document gives a document back.
type Feed interface {
	Publish(ctx context.Context, society stocktake.SocietyID, name string, head stocktake.Document, rest ...stocktake.Document) error
	Published(ctx context.Context, society stocktake.SocietyID, name string) (stocktake.Hash, time.Time, error)
	PublishedNames(ctx context.Context, society stocktake.SocietyID, prefix string) ([]string, error)
	Document(ctx context.Context, society stocktake.SocietyID, hash stocktake.Hash) (stocktake.Document, error)
	Movements
}

// CatalogueName is the name that a society's catalogue is published under.
const CatalogueName = "catalogue"

// SiteName is the name that a site's plan is published under.
func SiteName(id stocktake.SiteID) string { return "site/" + string(id) }

// SnapshotName is the name that a site's latest book snapshot is published under.
func SnapshotName(id stocktake.SiteID) string { return "snapshot/" + string(id) }

// MappingName is the name that a saved mapping is published under.
func MappingName(kind Kind) string { return "mapping/" + string(kind) }

// File is one file as it came. It is read more than once, so it is random access: an upload, an open file or a
// bytes.Reader. Name is for people; what the file is, its bytes say.
type File struct {
	Name string
	Size int64
	Data io.ReaderAt
}

func (f File) reader() *io.SectionReader { return io.NewSectionReader(f.Data, 0, f.Size) }

// published gives the document that a name means now; ok is false when there is none.
func published(ctx context.Context, feed Feed, society stocktake.SocietyID, name string) (d stocktake.Document, ok bool, err error) {
	hash, _, err := feed.Published(ctx, society, name)
	if errors.Is(err, stocktake.Missing) {
		return d, false, nil
	}
	if err != nil {
		return d, false, fmt.Errorf("look up %s: %w", name, err)
	}
	d, err = feed.Document(ctx, society, hash)
	if err != nil {
		return d, false, fmt.Errorf("read %s: %w", name, err)
	}
	return d, true, nil
}

// publishedItems gives the items of the published catalogue, none when there is no catalogue yet.
func publishedItems(ctx context.Context, feed Feed, society stocktake.SocietyID) (items []stocktake.Item, ok bool, err error) {
	d, ok, err := published(ctx, feed, society, CatalogueName)
	if err != nil || !ok {
		return nil, false, err
	}
	var list stocktake.Catalogue
	if err := json.Unmarshal(d.Bytes, &list); err != nil {
		return nil, false, fmt.Errorf("decode catalogue %s: %w", d.Hash, err)
	}
	items = make([]stocktake.Item, 0, list.Items)
	for _, hash := range list.Chunks {
		chunk, err := feed.Document(ctx, society, hash)
		if err != nil {
			return nil, false, fmt.Errorf("read catalogue chunk %s: %w", hash, err)
		}
		part, err := stocktake.ReadItems(chunk)
		if err != nil {
			return nil, false, err
		}
		items = append(items, part...)
	}
	return items, true, nil
}

// publishedSite gives the published plan of a site.
func publishedSite(ctx context.Context, feed Feed, society stocktake.SocietyID, id stocktake.SiteID) (site stocktake.Site, ok bool, err error) {
	d, ok, err := published(ctx, feed, society, SiteName(id))
	if err != nil || !ok {
		return site, false, err
	}
	if err := json.Unmarshal(d.Bytes, &site); err != nil {
		return site, false, fmt.Errorf("decode site %s: %w", d.Hash, err)
	}
	return site, true, nil
}
