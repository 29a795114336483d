package web

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"jard/internal/result"
	"jard/internal/stocktake"
)

var officers = []stocktake.Role{stocktake.MinistryOfficer}

// ministryPages are the pages of the ministry's own server.
func (k *console) ministryPages() []route {
	return []route{
		{path: "/", get: k.showOverview},
		{path: "/societies", roles: officers, get: k.showSocieties, post: k.issueCode},
		{path: "/societies/:society", roles: officers, get: k.showFiled, post: k.reverify},
		{path: "/documents/:society/:hash", roles: officers, get: k.showDocument},
		{path: "/documents/:society/:hash/record", roles: officers, get: k.showFiledRecord},
		{path: "/troubles", roles: officers, get: k.showTroubles},
	}
}

// overviewPage is the country with the period that was asked for.
type overviewPage struct {
	Overview
	From, To string // as typed: YYYY-MM-DD, both included
}

func (k *console) showOverview(v *visit) error {
	if !v.by.Is(officers...) { // "/" is where a sign-in leads: on from there to what they may see
		if v.by.Is(peopleReaders...) {
			return v.Redirect(http.StatusSeeOther, "/people")
		}
		return v.Redirect(http.StatusSeeOther, "/me")
	}
	form := v.newForm("from", v.QueryParam("from"), "to", v.QueryParam("to"))
	from, to := form.day("from"), form.day("to")
	if !to.IsZero() {
		to = to.AddDate(0, 0, 1)
	}
	if !form.good() {
		from, to = time.Time{}, time.Time{}
	}
	o, err := k.ministry.Overview(v.Request().Context(), v.by, from, to)
	if err != nil {
		return err
	}
	f := frame{Title: "ministry.title", Nav: "overview", Form: form, Data: overviewPage{o, form.Get("from"), form.Get("to")}}
	if !form.good() {
		return v.again("ministry", f)
	}
	return v.show("ministry", f)
}

// day reads a day in Kuwait; zero for an empty field.
func (f *form) day(name string) time.Time {
	s := latin(f.Get(name))
	if s == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation(time.DateOnly, s, kuwait)
	if err != nil {
		f.wrong(name, DayWrong.New(s))
	}
	return at
}

// societiesPage is who reports here, with the codes that were issued and the one that just was.
type societiesPage struct {
	Societies []Member
	Codes     []IssuedCode
	Code      string
	For       stocktake.Name
	Now       time.Time
}

func (k *console) societiesPage(v *visit) (societiesPage, error) {
	ctx := v.Request().Context()
	p := societiesPage{Now: k.Now()}
	o, err := k.ministry.Overview(ctx, v.by, time.Time{}, time.Time{})
	if err != nil {
		return p, err
	}
	for _, g := range o.Governorates {
		for _, s := range g.Societies {
			p.Societies = append(p.Societies, s.Member)
		}
	}
	p.Codes, err = k.ministry.Codes(ctx, v.by)
	return p, err
}

func (k *console) showSocieties(v *visit) error {
	p, err := k.societiesPage(v)
	if err != nil {
		return err
	}
	return v.show("societies", frame{Title: "societies.title", Nav: "societies", Data: p, Form: v.newForm("society", v.QueryParam("society"))})
}

// issueCode shows the code in the answer itself: it is kept nowhere, and so cannot be shown by another page.
func (k *console) issueCode(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	name := stocktake.Name{Arabic: f.need("arabic"), English: f.Get("english")}
	society, governorate := f.need("society"), f.need("governorate")
	code := ""
	if f.good() {
		code, err = k.ministry.IssueCode(v.Request().Context(), v.by, stocktake.SocietyID(society), name, stocktake.Governorate(governorate))
		if err != nil {
			code = ""
			if err := f.blame(err, "id-characters", "society", "id-too-long", "society", "name-too-long", "arabic", "governorate-unknown", "governorate"); err != nil {
				return err
			}
		}
	}
	p, err := k.societiesPage(v)
	if err != nil {
		return err
	}
	p.Code, p.For = code, name
	if code == "" {
		return v.again("societies", frame{Title: "societies.title", Nav: "societies", Data: p, Form: f})
	}
	return v.show("societies", frame{Title: "societies.title", Nav: "societies", Data: p})
}

// Governorates are the choices of a form.
func (p societiesPage) Governorates(f *form) []option {
	var all []option
	for _, g := range stocktake.Governorates() {
		all = append(all, option{Value: string(g), Text: f.tongue.t("governorate." + string(g))})
	}
	return all
}

// filedPage is one society, and what a verification found when one was asked for.
type filedPage struct {
	FiledSociety
	Verified  bool
	Documents int
	Broken    []FiledFault
}

func (k *console) filedPage(v *visit) (filedPage, error) {
	id, err := param(v.Context, "society")
	if err != nil {
		return filedPage{}, err
	}
	filed, err := k.ministry.Filed(v.Request().Context(), v.by, stocktake.SocietyID(id))
	slices.Reverse(filed.Documents) // the newest first
	return filedPage{FiledSociety: filed, Documents: len(filed.Documents)}, err
}

func (k *console) showFiled(v *visit) error {
	p, err := k.filedPage(v)
	if err != nil {
		return err
	}
	return v.show("filed", frame{Title: "filed.title", Nav: "societies", Data: p})
}

func (k *console) reverify(v *visit) error {
	if _, err := v.form(); err != nil {
		return err
	}
	p, err := k.filedPage(v)
	if err != nil {
		return err
	}
	p.Verified = true
	if p.Documents, p.Broken, err = k.ministry.Reverify(v.Request().Context(), v.by, p.Member.Society); err != nil {
		return err
	}
	return v.show("filed", frame{Title: "filed.title", Nav: "societies", Data: p})
}

func (k *console) opened(v *visit) (*OpenedDocument, error) {
	id, err := param(v.Context, "society")
	if err != nil {
		return nil, err
	}
	var hash stocktake.Hash
	if err := hash.UnmarshalText([]byte(v.Param("hash"))); err != nil {
		return nil, stocktake.NoSuch("document", v.Param("hash"))
	}
	return k.ministry.Open(v.Request().Context(), v.by, stocktake.SocietyID(id), hash)
}

// linesShown is how many lines of a document a page shows at once.
const linesShown = 200

// documentPage is a document with a part of its lines.
type documentPage struct {
	*OpenedDocument
	Show       string // what is shown: "", shortage or surplus
	Lines      []result.Line
	Of         int // how many such lines there are
	From, Next int // of this part and the next; Next is 0 at the end
	Before     int // of the part before, -1 at the beginning
}

// Person is what the document calls somebody; their id where it does not say.
func (p documentPage) Person(id stocktake.PersonID) stocktake.Name {
	return named(p.Document.PersonName(id), string(id))
}

func (k *console) showDocument(v *visit) error {
	d, err := k.opened(v)
	if err != nil {
		return err
	}
	p := documentPage{OpenedDocument: d, Show: v.QueryParam("show"), Before: -1}
	if d.Document != nil {
		lines := d.Document.Lines
		if p.Show != "" {
			lines = slices.DeleteFunc(slices.Clone(lines), func(l result.Line) bool {
				return p.Show == "shortage" && l.Variance >= 0 || p.Show == "surplus" && l.Variance <= 0
			})
		}
		p.Of = len(lines)
		p.From, _ = strconv.Atoi(v.QueryParam("from"))
		p.From = min(max(p.From, 0), p.Of) / linesShown * linesShown
		p.Lines = lines[p.From:min(p.From+linesShown, p.Of)]
		if p.From > 0 {
			p.Before = p.From - linesShown
		}
		if end := p.From + len(p.Lines); end < p.Of {
			p.Next = end
		}
	}
	return v.show("document", frame{Title: "document.title", Nav: "overview", Data: p})
}

func (k *console) showFiledRecord(v *visit) error {
	d, err := k.opened(v)
	if err != nil {
		return err
	}
	if d.Document == nil {
		return NoRecord.New(d.At.String())
	}
	path := "/documents/" + url.PathEscape(string(d.Member.Society)) + "/" + d.Hash.String()
	r, err := newRecord(d.Document, d.Member.Name, d.Hash, here(v.Request(), path, nil), nil)
	if err != nil {
		return err
	}
	if c := d.Document.Corrects; c != nil {
		before, err := k.ministry.Open(v.Request().Context(), v.by, d.Member.Society, c.Hash)
		switch {
		case err == nil && before.Document != nil:
			r.against(before.Document)
		case err != nil && !errors.Is(err, stocktake.Missing): // it may not have arrived
			return err
		}
	}
	switch {
	case !d.Sound:
		r.Warning = "document.unsound"
	case d.Verdict != "accepted":
		r.Warning = "record.not-accepted"
	case !d.CorrectedBy.IsZero():
		r.Warning = "record.replaced"
	}
	return v.show("filed-record", frame{Title: "record.title", Data: r})
}

func (k *console) showTroubles(v *visit) error {
	list, err := k.ministry.Troubles(v.Request().Context(), v.by)
	if err != nil {
		return err
	}
	return v.show("troubles", frame{Title: "troubles.title", Nav: "troubles", Data: list})
}

// fault is what a fault of a document says.
func (g *tongue) fault(f result.Fault) string { return g.sentence(f.English, f.Arabic) }

// day marks up the day of an instant in Kuwait.
func (g *tongue) day(at time.Time) template.HTML {
	if at.IsZero() {
		return ""
	}
	local := at.In(kuwait)
	text := fmt.Sprintf("%d %s %d", local.Day(), g.t("time.month-"+strconv.Itoa(int(local.Month()))), local.Year())
	return template.HTML(fmt.Sprintf(`<time datetime="%s">%s</time>`, local.Format(time.DateOnly), template.HTMLEscapeString(g.digits(text))))
}

// worth is an amount without its sign, where the word beside it says which it is.
func worth(f stocktake.Fils) stocktake.Fils {
	if f < 0 {
		return -f
	}
	return f
}

func unsigned(q stocktake.Quantity) stocktake.Quantity {
	if q < 0 {
		return -q
	}
	return q
}

// DayWrong says that a text is no day.
var DayWrong = stocktake.NewReason(stocktake.Invalid, "day-wrong",
	"%q is no day. Write it as 2026-11-24.",
	"القيمة %q ليست تاريخًا. اكتبه بصيغة 2026-11-24.")
