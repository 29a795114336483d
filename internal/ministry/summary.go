package ministry

import (
	"bytes"
	"encoding/json"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// Summary is what a result's roll-ups need, taken from the document when it is filed, so that a page over all societies
// reads no document. It says nothing that the document does not: verification compares them.
type Summary struct {
	Name     stocktake.Name     `json:"name"` // of the session
	Kind     string             `json:"kind"`
	SiteName stocktake.Name     `json:"site_name"`
	SiteKind stocktake.SiteKind `json:"site_kind"`
	Whole    bool               `json:"whole"` // the scope was the whole site: only then is the closing stock the site's
	Totals   result.Totals      `json:"totals"`
}

// summarise takes a document's summary. Custodies stay in the document: they may be hundreds.
func summarise(d *result.Document) *Summary {
	s := &Summary{
		Name: d.Session.Name, Kind: d.Session.Kind, SiteName: d.Session.SiteName, SiteKind: d.Session.SiteKind,
		Whole:  len(d.Session.Scope.Sections)+len(d.Session.Scope.Locations)+len(d.Session.Scope.Items) == 0,
		Totals: d.Totals,
	}
	s.Totals.Custodies = nil
	return s
}

// sameSummary compares what is kept with what the document says. A filing from before summaries were kept has none.
func sameSummary(kept, read *Summary) bool {
	if kept == nil || read == nil {
		return true
	}
	a, err := json.Marshal(kept)
	b, err2 := json.Marshal(read)
	return err == nil && err2 == nil && bytes.Equal(a, b)
}
