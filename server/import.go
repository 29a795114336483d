package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"jard/internal/result"
	"jard/internal/stocktake"
)

type importFileCmd struct {
	signIn
	Kind        string `arg:"" enum:"items,places,book" help:"items: the catalogue with barcodes and packs. places: a site's sections, custodians and locations. book: quantities and costs."`
	File        string `arg:"" type:"existingfile" help:"CSV (comma, semicolon or tab; UTF-8 or Windows-1256) or XLSX. Headers in Arabic or English are recognised."`
	Site        string `help:"Site of places or book." placeholder:"ID"`
	SiteArabic  string `help:"Name of the site in Arabic." placeholder:"NAME"`
	SiteEnglish string `help:"Name of the site in English." placeholder:"NAME"`
	SiteKind    string `help:"central-market, branch, warehouse or supply-branch." enum:"central-market,branch,warehouse,supply-branch," default:"" placeholder:"KIND"`
	AsOf        string `help:"Instant of the book, as in 2026-11-24T02:00:00+03:00." placeholder:"INSTANT"`
	Position    string `help:"Place in the movement feed that the book includes." placeholder:"TEXT"`
	Mapping     string `help:"File with a mapping of columns, as a report shows it." type:"existingfile" placeholder:"FILE"`
	DryRun      bool   `help:"Report what would happen and publish nothing."`
	Merge       bool   `help:"Keep what the file does not name, instead of replacing all."`
	ReplaceAll  bool   `help:"Take a file, too, that removes more than a tenth of the catalogue or of the book in use, and a book that is older than it."`
	SaveMapping bool   `help:"Remember the mapping for the next file of this kind."`
	JSON        bool   `help:"Print the whole report as JSON."`
}

// importReport is what the terminal shows of a report.
type importReport struct {
	Report struct {
		Rows      int             `json:"rows"`
		Source    string          `json:"source"`
		Ignored   []string        `json:"ignored"`
		Published bool            `json:"published"`
		Unchanged bool            `json:"unchanged"`
		Stats     json.RawMessage `json:"stats"`
		Faults    importFaults    `json:"faults"`
	} `json:"report"`
}

type importFaults struct {
	Refused     int           `json:"refused"`
	Quarantined int           `json:"quarantined"`
	Warned      int           `json:"warned"`
	List        []importFault `json:"list"`
}

type importFault struct {
	Line     int    `json:"line"`
	Column   string `json:"column"`
	Value    string `json:"value"`
	Severity string `json:"severity"`
	Key      string `json:"key"`
	English  string `json:"en"`
	Arabic   string `json:"ar"`
}

// Run sends the file and shows what came of it.
func (c *importFileCmd) Run(ctx context.Context, s *streams) error {
	q := url.Values{"name": {filepath.Base(c.File)}}
	for name, value := range map[string]string{
		"site": c.Site, "site_name_ar": c.SiteArabic, "site_name_en": c.SiteEnglish, "site_kind": c.SiteKind, "as_of": c.AsOf, "position": c.Position,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, value := range map[string]bool{"dry_run": c.DryRun, "merge": c.Merge, "replace_all": c.ReplaceAll, "save_mapping": c.SaveMapping} {
		if value {
			q.Set(name, strconv.FormatBool(value))
		}
	}
	if c.Mapping != "" {
		mapping, err := os.ReadFile(c.Mapping)
		if err != nil {
			return err
		}
		q.Set("mapping", string(mapping))
	}
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	report, err := api.importFile(ctx, c.Kind, c.File, q)
	if c.JSON {
		_, wrong := fmt.Fprintf(s.Out, "%s\n", report)
		return errors.Join(err, wrong)
	}
	printReport(s, report)
	return err
}

// importFile sends a file and gives the report as it came, beside an error too where the file was read.
func (c *client) importFile(ctx context.Context, kind, path string, q url.Values) (json.RawMessage, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var report json.RawMessage
	err = c.upload(ctx, "/api/import/"+kind+"?"+q.Encode(), f, &report)
	return report, err
}

func printReport(s *streams, raw json.RawMessage) {
	var r importReport
	if json.Unmarshal(raw, &r) != nil {
		return
	}
	p := r.Report
	switch {
	case p.Published:
		fmt.Fprintf(s.Out, "%d rows read and published (columns %s)\n", p.Rows, p.Source)
	case p.Unchanged:
		fmt.Fprintf(s.Out, "%d rows read: the same as already published, no effect\n", p.Rows)
	default:
		fmt.Fprintf(s.Out, "%d rows read, nothing published\n", p.Rows)
	}
	if len(p.Ignored) > 0 {
		fmt.Fprintf(s.Out, "columns not used: %q\n", p.Ignored)
	}
	fmt.Fprintf(s.Out, "faults: %d refused, %d quarantined, %d warned\n", p.Faults.Refused, p.Faults.Quarantined, p.Faults.Warned)
	for n, f := range p.Faults.List {
		if n == 50 {
			fmt.Fprintf(s.Out, "  … the rest with --json\n")
			break
		}
		fmt.Fprintf(s.Out, "  %s, line %d", f.Severity, f.Line)
		if f.Column != "" {
			fmt.Fprintf(s.Out, ", %s %q", f.Column, f.Value)
		}
		fmt.Fprintf(s.Out, ": %s\n      %s\n", f.English, f.Arabic)
	}
	if len(p.Stats) > 0 {
		fmt.Fprintf(s.Out, "%s\n", p.Stats)
	}
}

type resultCmd struct {
	List resultListCmd `cmd:"" help:"List sealed results and where they stand with the ministry."`
	Show resultShowCmd `cmd:"" help:"Print a result's document, or its receipt, as signed."`
}

type resultListCmd struct{ signIn }

// resultInfoJSON is a result as the API lists it.
type resultInfoJSON struct {
	Series   uint64              `json:"series"`
	Number   uint64              `json:"number"`
	Kind     string              `json:"kind"`
	Hash     stocktake.Hash      `json:"hash"`
	Session  stocktake.SessionID `json:"session"`
	Verdict  string              `json:"verdict"`
	Receipt  uint64              `json:"receipt"`
	Delivery *struct {
		Attempts int    `json:"attempts"`
		Cause    string `json:"cause"`
	} `json:"delivery"`
}

// Run lists results.
func (c *resultListCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	list, err := api.results(ctx)
	for _, r := range list {
		state := "on its way"
		switch {
		case r.Verdict != "":
			state = fmt.Sprintf("%s, receipt %d", r.Verdict, r.Receipt)
		case r.Delivery != nil && r.Delivery.Attempts > 0:
			state = fmt.Sprintf("not delivered yet after %d attempts (%s)", r.Delivery.Attempts, r.Delivery.Cause)
		}
		fmt.Fprintf(s.Out, "%d/%d %-10s %-24s %s  %s\n", r.Series, r.Number, r.Kind, r.Session, r.Hash, state)
	}
	return err
}

// results reads the whole chain, part by part.
func (c *client) results(ctx context.Context) ([]resultInfoJSON, error) {
	var all []resultInfoJSON
	for from := (result.Ref{}); ; {
		var part struct {
			List []resultInfoJSON `json:"list"`
		}
		if err := c.get(ctx, fmt.Sprintf("/api/results?series=%d&number=%d", from.Series, from.Number), &part); err != nil {
			return nil, err
		}
		if len(part.List) == 0 {
			return all, nil
		}
		all = append(all, part.List...)
		last := all[len(all)-1]
		from = result.Ref{Series: last.Series, Number: last.Number + 1}
	}
}

type resultShowCmd struct {
	signIn
	Series  uint64 `arg:""`
	Number  uint64 `arg:""`
	Receipt bool   `help:"The ministry's receipt instead of the document."`
}

// Run prints a document.
func (c *resultShowCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	what := "document"
	if c.Receipt {
		what = "receipt"
	}
	var b []byte
	if err := api.get(ctx, fmt.Sprintf("/api/results/%d/%d/%s", c.Series, c.Number, what), &b); err != nil {
		return err
	}
	_, err = s.Out.Write(b)
	return err
}
