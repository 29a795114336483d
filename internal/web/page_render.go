package web

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"jard/internal/account"
	"jard/internal/stocktake"
)

//go:embed html/*.html
var htmlFiles embed.FS

// pages are the templates of one tongue, by name. Each is put together when it is first shown: all of them together would
// be most of a start.
type pages map[string]func() (*template.Template, error)

// loadPages finds each file of html/ to be a page of its own, together with the layout and the parts: those whose names
// begin with an underscore.
func (k *console) loadPages(g *tongue) (pages, error) {
	base, err := template.New("").Funcs(k.words(g)).ParseFS(htmlFiles, "html/_*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(htmlFiles, "html/[^_]*.html")
	if err != nil {
		return nil, err
	}
	all := pages{}
	for _, name := range names {
		all[strings.TrimSuffix(strings.TrimPrefix(name, "html/"), ".html")] = sync.OnceValues(func() (*template.Template, error) {
			page, err := base.Clone()
			if err != nil {
				return nil, err
			}
			return page.ParseFS(htmlFiles, name)
		})
	}
	return all, nil
}

// words are what templates may call.
func (k *console) words(g *tongue) template.FuncMap {
	return template.FuncMap{
		"t": g.t, "has": g.has, "name": g.name, "number": g.number, "code": g.code, "moment": g.moment, "span": g.span,
		"since": func(at time.Time) string { return g.t("time.ago", g.span(k.Now().Sub(at))) },
		"asset": k.assets.address,
		"style": func(name string) template.HTML {
			return template.HTML(`<link rel="stylesheet" href="` + k.assets.address("style/"+name+".css") + `">`)
		},
		"island": func(name string) template.HTML {
			return template.HTML(`<script type="module" src="` + k.assets.address("console/"+name+".js") + `"></script>`)
		},
		"data":   dataBlock,
		"nav":    navLink,
		"digits": g.digits, "day": g.day, "said": g.fault, "sentence": g.sentence, "worth": worth, "unsigned": unsigned,
		"percent": func(hundredths *int64) string { return g.decimal(stocktake.Quantity(*hundredths * 10).String()) },
		"add":     func(a, b int) int { return a + b },
		"next":    func(i int) int { return i + 1 },
		"seg":     func(s any) string { return url.PathEscape(fmt.Sprint(s)) },
	}
}

// link is one entry of the menu.
type link struct {
	Path, Text string
	Current    bool
}

// navLink is an entry of the menu for those who hold one of the roles; without any, for everybody.
func navLink(f *frame, name, path, text string, roles ...string) *link {
	if len(roles) > 0 && !f.Is(roles...) {
		return nil
	}
	return &link{Path: path, Text: text, Current: f.Nav == name}
}

// dataBlock is a value that an island reads: JSON in an element of the page, which no browser runs.
func dataBlock(id string, v any) (template.HTML, error) {
	b, err := json.Marshal(v) // escapes <, > and &
	if err != nil {
		return "", err
	}
	return template.HTML(`<script type="application/json" id="` + template.HTMLEscapeString(id) + `">` + string(b) + `</script>`), nil
}

// visit is one request for a page.
type visit struct {
	echo.Context
	k      *console
	tongue *tongue
	pages  pages
	by     stocktake.Person // once signed in
}

// visit finds out in which language to answer.
func (k *console) visit(c echo.Context) *visit {
	r := c.Request()
	name := preferred(r, langCookie, languages...)
	if name == "" {
		name = languages[0]
	}
	if name == "ar" && preferred(r, digitsCookie, "indic") != "" {
		name = "ar-indic"
	}
	return &visit{Context: c, k: k, tongue: k.tongues[name], pages: k.pages[name]}
}

// frame is what a page shows. The first four fields are the handler's to set, show fills in the rest.
type frame struct {
	Title string // a key
	Form  *form
	Data  any
	Nav   string // the entry of the menu that the page belongs to

	Lang, Dir, Theme string
	Indic            bool
	Ministry         bool   // the pages are those of the ministry's server
	Here             string // the page's own address
	Done             string // what has just been done, a key
	Me               *account.Profile
	Society          stocktake.Name
}

// Is reports whether who looks holds one of the roles.
func (f *frame) Is(roles ...string) bool {
	if f.Me == nil {
		return false
	}
	for _, r := range roles {
		for _, held := range f.Me.Roles {
			if string(held) == r {
				return true
			}
		}
	}
	return false
}

// show answers with a page.
func (v *visit) show(name string, f frame) error { return v.showAs(http.StatusOK, name, f) }

// again answers a form that something is wrong with: the page once more, with what was typed and what to mend.
func (v *visit) again(name string, f frame) error {
	return v.showAs(http.StatusUnprocessableEntity, name, f)
}

func (v *visit) showAs(status int, name string, f frame) error {
	r := v.Request()
	f.Lang, f.Dir, f.Indic = v.tongue.lang, v.tongue.dir(), v.tongue.indic
	f.Ministry = v.k.ministry != nil
	f.Theme = preferred(r, themeCookie, "light", "dark")
	f.Here = inside(r.URL.RequestURI())
	if done := v.QueryParam("done"); strings.HasPrefix(done, "done.") && v.tongue.has(done) {
		f.Done = done
	}
	if f.Form == nil {
		f.Form = v.newForm()
	}
	if v.by.ID != "" {
		me, err := v.k.Accounts.Me(r.Context(), v.by)
		if err != nil {
			return err
		}
		f.Me = &me
		if f.Society, err = v.k.societyName(r, v.by.Society); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	page, err := v.pages[name]()
	if err == nil {
		err = page.ExecuteTemplate(&b, "page", &f)
	}
	if err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	if r.Method == http.MethodHead {
		return v.NoContent(status)
	}
	return v.HTMLBlob(status, b.Bytes())
}

// societyName is what a society is called; its id where nobody knows.
func (k *console) societyName(r *http.Request, id stocktake.SocietyID) (stocktake.Name, error) {
	if k.Societies != nil {
		list, err := k.Societies.Societies(r.Context())
		if err != nil {
			return stocktake.Name{}, err
		}
		for _, s := range list {
			if s.ID == id {
				return s.Name, nil
			}
		}
	}
	return stocktake.Name{English: string(id)}, nil
}

// done goes on to a page after something was done, which it names by its key.
func (v *visit) done(to, key string) error {
	mark := "?"
	if strings.Contains(to, "?") {
		mark = "&"
	}
	return v.Redirect(http.StatusSeeOther, to+mark+"done="+url.QueryEscape(key))
}

// failure is what the page of an error says.
type failure struct {
	Text    string
	Request string // where an administrator is to be told
	Status  int
	Unsent  *unsent // the form that was sent, where sending it again may help
	Unclear bool    // it may have been done all the same
}

// failPage answers a person whose request failed. Whoever is not signed in is sent to do so, and comes back.
func (k *console) failPage(c echo.Context, e *stocktake.Error, status int) error {
	v := k.visit(c)
	guard(c)
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	if e.Reason == account.SignInFirst {
		here := inside(c.Request().URL.RequestURI())
		if c.Request().Method == http.MethodPost && here != "/sign-out" {
			return v.signInAgain(here)
		}
		if here == "/" || here == "/sign-out" {
			return c.Redirect(http.StatusSeeOther, "/sign-in")
		}
		return c.Redirect(http.StatusSeeOther, "/sign-in?next="+url.QueryEscape(here))
	}
	if p, ok := c.Get(personKey).(stocktake.Person); ok {
		v.by = p
	}
	f := failure{Text: v.tongue.say(e), Status: status}
	if e.Reason.Code == stocktake.Internal {
		f.Request = requestID(c)
	}
	switch e.Reason.Code {
	case stocktake.TooMany, stocktake.Unavailable, stocktake.Internal:
		f.Unsent, f.Unclear = k.unsent(v), unclear(e)
	}
	shown := frame{Title: "failure.title", Data: f}
	if v.showAs(status, "failure", shown) == nil {
		return nil
	}
	v.by = stocktake.Person{} // the store that failed may fail again
	return v.showAs(status, "failure", shown)
}
