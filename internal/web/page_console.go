package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"jard/internal/stocktake"
)

// Societies says which societies this server hosts. The server fills it in.
type Societies interface {
	Societies(ctx context.Context) ([]stocktake.Society, error)
}

// console serves the supervisors' pages: what the API offers to programs, for people.
type console struct {
	*api
	assets   assets
	pages    map[string]pages // by language, and digits
	tongues  map[string]*tongue
	cross    *http.CrossOriginProtection
	uploads  uploads
	readings readings
}

// route is one page: an address whose GET shows it and whose POST does what its form asks. Roles are who may come here at
// all; what they may do is judged by the core again. A page without roles is for everybody who is signed in.
type route struct {
	path  string
	roles []stocktake.Role
	get   func(*visit) error
	post  func(*visit) error
	long  bool // takes a file: it may take as long as an import
}

// watchers are the roles that work with the console. Counters work with the handheld.
var watchers = []stocktake.Role{
	stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController, stocktake.AdministrativeController,
	stocktake.CommitteeMember, stocktake.Witness, stocktake.SocietyAdministrator,
}

func newConsole(a *api) (*console, error) {
	k := &console{api: a, pages: map[string]pages{}, tongues: map[string]*tongue{}, cross: http.NewCrossOriginProtection()}
	var err error
	if k.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	for _, lang := range languages {
		said, err := loadCatalogue(lang)
		if err != nil {
			return nil, err
		}
		k.tongues[lang] = &tongue{lang: lang, phrase: said}
	}
	k.tongues["ar-indic"] = &tongue{lang: "ar", indic: true, phrase: k.tongues["ar"].phrase}
	for name, g := range k.tongues {
		if k.pages[name], err = k.loadPages(g); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// mount puts the pages and the files on the server.
func (k *console) mount(e *echo.Echo) {
	files := e.Group("", k.identify, k.account, k.survive, k.guardFiles)
	files.GET("/static/*", k.assets.serve)
	files.HEAD("/static/*", k.assets.serve)
	files.GET("/app/*", k.assets.serve)
	files.HEAD("/app/*", k.assets.serve)
	files.GET("/app", func(c echo.Context) error { return c.Redirect(http.StatusMovedPermanently, "/app/") })

	g := e.Group("", k.identify, k.account, k.survive, k.guardPages, k.slow, k.sameOrigin)
	in := k.within(k.Timeout)
	g.GET("/sign-in", k.open(k.showSignIn), in)
	g.POST("/sign-in", k.open(k.signInHere), in)
	g.POST("/prefer", k.open(k.setPreference), in)
	for _, r := range k.routes() {
		if r.get != nil {
			g.GET(r.path, k.closed(r.roles, r.get), in)
		}
		if r.post != nil {
			within := in
			if r.long {
				within = k.within(k.ImportTimeout)
			}
			g.POST(r.path, k.closed(r.roles, r.post), within)
		}
	}
}

// routes are all pages that need a sign-in.
func (k *console) routes() []route {
	if k.api != nil && k.ministry != nil {
		return slices.Concat(k.selfPages(), k.ministryPages(), k.peoplePages())
	}
	return slices.Concat(
		k.selfPages(),
		k.homePages(),
		k.planPages(),
		k.calendarPages(),
		k.policyPages(),
		k.sitePages(),
		k.sessionPages(),
		k.resultPages(),
		k.importPages(),
		k.feedPages(),
		k.paperPages(),
		k.labelPages(),
		k.devicePages(),
		k.peoplePages(),
	)
}

// open serves a page to anybody.
func (k *console) open(handle func(*visit) error) echo.HandlerFunc {
	return func(c echo.Context) error { return handle(k.visit(c)) }
}

// closed serves a page to people who are signed in and hold one of the roles.
func (k *console) closed(roles []stocktake.Role, handle func(*visit) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := k.visit(c)
		var err error
		if v.by, err = k.Accounts.PersonByToken(c.Request().Context(), k.token(c.Request())); err != nil {
			return err
		}
		c.Set(personKey, v.by)
		if len(roles) > 0 && !v.by.Is(roles...) {
			return stocktake.NotAllowed.New(roles)
		}
		return handle(v)
	}
}
