package main

import (
	"context"
	"encoding/json"

	"jard/internal/link"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// importer serves web.Importer with link's importers.
type importer struct{ *link.Importer }

// Import reads one file and publishes all of it or nothing.
func (i importer) Import(ctx context.Context, by stocktake.Person, u web.Upload) (any, error) {
	f := link.File{Name: u.Name, Size: u.Size, Data: u.Data}
	o := link.Options{DryRun: u.DryRun, Merge: u.Merge, ReplaceAll: u.ReplaceAll, SaveMapping: u.SaveMapping, Basis: u.Basis, Progress: u.Progress}
	var m link.Mapping
	if len(u.Mapping) > 0 {
		if err := json.Unmarshal(u.Mapping, &m); err != nil {
			return nil, badMapping.Wrap(err)
		}
	}
	switch u.Kind {
	case web.ImportItems:
		return orNil(i.ImportItems(ctx, by, f, m, o))
	case web.ImportPlaces:
		return orNil(i.ImportPlaces(ctx, by, f, stocktake.Site{ID: u.Site, Name: u.SiteName, Kind: u.SiteKind}, m, o))
	default:
		return orNil(i.ImportBook(ctx, by, f, u.Site, u.AsOf, u.Position, m, o))
	}
}

// orNil keeps a missing report from becoming an interface that holds nothing.
func orNil[T any](report *T, err error) (any, error) {
	if report == nil {
		return nil, err
	}
	return report, err
}

// results serves web.Results with the society's sealed documents.
type results struct{ sealed *ministry.Sealed }

// Results lists the person's society's sealed documents.
func (r results) Results(ctx context.Context, by stocktake.Person, from result.Ref, limit int) ([]web.ResultInfo, error) {
	stored, err := r.sealed.Results(ctx, by, from, limit)
	list := make([]web.ResultInfo, 0, len(stored))
	for _, s := range stored {
		list = append(list, resultInfo(s))
	}
	return list, err
}

// Result gives one with its bytes and its receipt.
func (r results) Result(ctx context.Context, by stocktake.Person, at result.Ref) (web.ResultDocument, error) {
	s, err := r.sealed.Result(ctx, by, at)
	if err != nil {
		return web.ResultDocument{}, err
	}
	d := web.ResultDocument{ResultInfo: resultInfo(s.Stored), Signed: s.Signed}
	if s.Answer != nil {
		d.Receipt = &s.Answer.Signed
	}
	if r := s.Receipt; r != nil {
		d.Said = &web.ReceiptInfo{
			Number: r.Number, Verdict: string(r.Verdict), ReceivedAt: r.ReceivedAt.Time(), Document: r.Document, Faults: r.Faults,
			Ministry: s.Ministry.URL, Key: s.Ministry.Key.Fingerprint(),
		}
	}
	return d, nil
}

// postings serves web.Postings with the movement logs.
type postings struct{ link.Movements }

// Posted gives what a site's log has behind a position. Whoever asks has been shown the result.
func (p postings) Posted(ctx context.Context, by stocktake.Person, site stocktake.SiteID, after uint64) ([]stocktake.Movement, error) {
	return p.Movements.Posted(ctx, by.Society, site, after)
}

func resultInfo(s ministry.Stored) web.ResultInfo {
	i := web.ResultInfo{
		Series: s.At.Series, Number: s.At.Number, Kind: string(s.Kind), Hash: s.Hash, Previous: s.Previous, Session: s.Session,
	}
	if s.Answer != nil {
		i.Verdict, i.Answer = string(s.Answer.Verdict), s.Answer.Number
	}
	if s.Delivery != nil {
		i.Delivery = &web.DeliveryInfo{Attempts: s.Delivery.Attempts, Next: s.Delivery.Next, Cause: s.Delivery.Cause}
	}
	return i
}

var badMapping = stocktake.NewReason(stocktake.Invalid, "mapping-unreadable",
	"The mapping is not the JSON object that an import report shows under \"mapping\". Copy it from there.",
	"المخطط ليس كائن JSON كما يظهر في تقرير الاستيراد تحت \"mapping\". انسخه من هناك.")
