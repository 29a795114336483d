package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"jard/internal/account"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
	"jard/internal/web"
)

// newMinistryServer wires the ministry's role on an open node: the societies' exchange, and the officers' pages.
func newMinistryServer(n *node) (http.Handler, error) {
	desk, err := n.desk()
	if err != nil {
		return nil, err
	}
	pages, err := web.NewMinistry(web.MinistryConfig{
		Accounts: n.accounts, Ministry: officeOf{desk}, Logger: n.log,
		Society: stocktake.Society{ID: ministrySociety, Name: stocktake.Name{Arabic: "وزارة الشؤون الاجتماعية", English: "Ministry of Social Affairs"}},
	})
	if err != nil {
		return nil, err
	}
	exchange := ministry.Handler(desk, ministry.DefaultLimits)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/ministry/") {
			exchange.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	}), nil
}

// officeOf shows a desk to the officers' pages: web and ministry do not know each other.
type officeOf struct{ desk *ministry.Desk }

var _ web.Ministry = officeOf{}

func (o officeOf) Overview(ctx context.Context, by stocktake.Person, from, to time.Time) (web.Overview, error) {
	v, err := o.desk.Overview(ctx, by, ministry.Period{From: from, To: to})
	if err != nil {
		return web.Overview{}, err
	}
	shown := web.Overview{At: v.At, Figures: figuresOf(v.Figures)}
	for _, g := range v.Governorates {
		row := web.GovernorateFigures{Governorate: g.Governorate, Figures: figuresOf(g.Figures)}
		for _, s := range g.Societies {
			row.Societies = append(row.Societies, web.SocietyFigures{Member: memberOf(s.Member), Figures: figuresOf(s.Figures)})
		}
		shown.Governorates = append(shown.Governorates, row)
	}
	return shown, nil
}

func figuresOf(f ministry.Figures) web.Figures {
	return web.Figures{
		Results: f.Results, Lines: f.Lines, Shortage: f.Shortage, Surplus: f.Surplus, NotCounted: f.NotCounted,
		Found: web.Coverage(f.Found), Stock: f.Stock, StockSites: f.StockSites, StockCovered: web.Coverage(f.StockCovered),
		Refused: f.Refused, Held: f.Held,
	}
}

func memberOf(m ministry.Member) web.Member { return web.Member(m) }

func filedOf(m ministry.Member, f ministry.Filing) web.FiledDocument {
	d := web.FiledDocument{
		Member: memberOf(m), At: f.At, Kind: string(f.Kind), Hash: f.Hash, Session: f.Session, SealedAt: f.SealedAt,
		ReceivedAt: f.ReceivedAt, Verdict: string(f.Answer.Verdict), Receipt: f.Answer.Number, Corrects: f.Corrects, CorrectedBy: f.CorrectedBy,
	}
	if s := f.Summary; s != nil {
		d.Name, d.Count, d.SiteName, d.Totals = s.Name, s.Kind, s.SiteName, &s.Totals
	}
	return d
}

func faultsOf(findings []ministry.Finding) []web.FiledFault {
	var all []web.FiledFault
	for _, f := range findings {
		all = append(all, web.FiledFault{Place: f.Place, Hash: f.Hash, Fault: f.Fault})
	}
	return all
}

func (o officeOf) Filed(ctx context.Context, by stocktake.Person, society stocktake.SocietyID) (web.FiledSociety, error) {
	f, err := o.desk.Filed(ctx, by, society)
	if err != nil {
		return web.FiledSociety{}, err
	}
	shown := web.FiledSociety{Member: memberOf(f.Member), Findings: faultsOf(f.Findings)}
	for _, x := range f.Filings {
		shown.Documents = append(shown.Documents, filedOf(f.Member, x))
	}
	return shown, nil
}

func (o officeOf) Open(ctx context.Context, by stocktake.Person, society stocktake.SocietyID, hash stocktake.Hash) (*web.OpenedDocument, error) {
	d, err := o.desk.Open(ctx, by, society, hash)
	if err != nil {
		return nil, err
	}
	shown := &web.OpenedDocument{
		FiledDocument: filedOf(d.Member, d.Filing), Key: d.Key, Document: d.Document, Change: d.Change, Sound: d.Sound(),
	}
	if d.Receipt != nil {
		shown.Faults = d.Receipt.Faults
	}
	for _, p := range d.Proofs {
		shown.Proofs = append(shown.Proofs, web.Proof{Of: string(p.Of), Faults: p.Faults, Skipped: p.Skipped})
	}
	return shown, nil
}

func (o officeOf) Reverify(ctx context.Context, by stocktake.Person, society stocktake.SocietyID) (int, []web.FiledFault, error) {
	documents, findings, more, err := o.desk.Reverify(ctx, by, society)
	shown := faultsOf(findings)
	if more > 0 {
		shown = append(shown, web.FiledFault{Fault: result.NewFault("", result.FaultsOmitted.New(more))})
	}
	return documents, shown, err
}

func (o officeOf) Troubles(ctx context.Context, by stocktake.Person) ([]web.FiledDocument, error) {
	list, err := o.desk.Troubles(ctx, by)
	var shown []web.FiledDocument
	for _, x := range list {
		d := filedOf(x.Member, x.Filing)
		d.Faults = x.Faults
		shown = append(shown, d)
	}
	return shown, err
}

func (o officeOf) Codes(ctx context.Context, by stocktake.Person) ([]web.IssuedCode, error) {
	list, err := o.desk.EnrolmentCodes(ctx, by)
	var shown []web.IssuedCode
	for _, c := range list {
		shown = append(shown, web.IssuedCode{
			Society: c.Society, Name: c.Name, Governorate: c.Governorate, IssuedAt: c.IssuedAt, ExpiresAt: c.ExpiresAt, Spent: !c.SpentOn.IsZero(),
		})
	}
	return shown, err
}

func (o officeOf) IssueCode(ctx context.Context, by stocktake.Person, society stocktake.SocietyID, name stocktake.Name,
	governorate stocktake.Governorate,
) (string, error) {
	return o.desk.IssueCode(ctx, by, society, name, governorate)
}

type ministryOfficerCmd struct {
	dataFlags
	Person       string `arg:"" help:"Id of the ministry's first officer, who also adds the others."`
	Arabic       string `help:"Name in Arabic." required:"" placeholder:"NAME"`
	English      string `help:"Name in English." placeholder:"NAME"`
	PasswordFile string `help:"File with the officer's password." required:"" type:"existingfile" placeholder:"FILE"`
}

// Run adds the ministry's first person, an officer and administrator in one.
func (c *ministryOfficerCmd) Run(ctx context.Context, s *streams) error {
	password, err := secret(c.PasswordFile)
	if err != nil {
		return err
	}
	_, err = operate[account.Profile](ctx, c.dataFlags, "/administrator", administrator{
		Society: ministrySociety, Person: stocktake.PersonID(c.Person), Name: stocktake.Name{Arabic: c.Arabic, English: c.English},
		Password: password, Roles: []stocktake.Role{stocktake.MinistryOfficer},
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "%s may sign in at the ministry's pages\n", c.Person)
	return err
}
