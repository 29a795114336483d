package web

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"jard/internal/count"
)

// Config is what the API needs. Accounts, Sessions and Logger must be set; without Issuer nothing can be sealed, and
// without Results or Importer their routes answer that the server does not offer them.
type Config struct {
	Accounts Accounts
	Sessions Sessions
	Issuer   count.Issuer
	Results  Results
	Importer Importer
	Events   EventImporter // without it no handheld's events are taken from files
	Photos   Photos        // without it no photos are shown
	Logger   *slog.Logger

	Feeds    Feeds    // without it nobody sees how the feeds do
	Postings Postings // without it nothing is known of what was posted
	Places   Places   // without it no session can be planned on the console
	Presence Presence // without it nobody knows which devices are there

	Catalogue Catalogue // to attach codes for good; without it they are attached to a session only
	Societies Societies // for the console's sign-in; without it everybody types the society's id

	Now func() time.Time // time.Now

	Timeout       time.Duration // of a request, its body included; 30 seconds
	ImportTimeout time.Duration // of an import; 10 minutes
	MaxImport     int64         // bytes of an imported file; 256 MiB
	Imports       int           // imports at a time; 2
	TempDir       string        // of this server alone, where an upload waits while it is read; the system's

	Rate  float64 // requests per second from one address; 50
	Burst int     // … and at once; 200

	ministry Ministry // set by NewMinistry
}

// api is the handlers' shared state.
type api struct {
	Config
	limiter *limiter
	imports lanes
	check   *checker
	console *console
}

// New builds the API under /api and the console's pages beside it. The server may mount more beside it on the same Echo: the API's own middleware stays
// with its routes. The http.Server must have its timeouts set, WriteTimeout above all: the API shortens the reading of
// bodies, and lengthens the answering of imports, from request to request.
func New(c Config) (*echo.Echo, error) {
	if c.Accounts == nil || c.Sessions == nil || c.Logger == nil {
		return nil, errors.New("web: accounts, sessions and a logger are needed")
	}
	a, e, err := prepare(c)
	if err != nil {
		return nil, err
	}
	a.routes(e)
	a.console.mount(e)
	return e, nil
}

// prepare fills in what a configuration leaves open, and makes an Echo without routes.
func prepare(c Config) (*api, *echo.Echo, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	if c.ImportTimeout <= 0 {
		c.ImportTimeout = 10 * time.Minute
	}
	if c.MaxImport <= 0 {
		c.MaxImport = 256 << 20
	}
	if c.Imports <= 0 {
		c.Imports = 2
	}
	if c.Rate <= 0 || c.Burst <= 0 {
		c.Rate, c.Burst = 50, 200
	}
	check, err := newChecker()
	if err := errors.Join(err, sweep(c.TempDir)); err != nil {
		return nil, nil, err
	}
	a := &api{Config: c, limiter: newLimiter(c.Rate, c.Burst), imports: make(lanes, c.Imports), check: check}

	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = a.fail
	e.IPExtractor = echo.ExtractIPDirect() // the server has put the client there: see behind
	a.console, err = newConsole(a)
	return a, e, err
}

func (a *api) routes(e *echo.Echo) {
	g := e.Group("/api", a.identify, a.account, a.survive, a.harden, a.slow)
	in := a.within(a.Timeout)

	g.POST("/sign-in", a.signIn, in)
	g.POST("/sign-out", a.signOut, in)
	g.GET("/me", a.by(a.me), in)
	g.POST("/me/password", a.by(a.changePassword), in)

	g.GET("/people", a.by(a.people), in)
	g.POST("/people", a.by(a.addPerson), in)
	g.POST("/people/:person/name", a.by(a.rename), in)
	g.POST("/people/:person/roles", a.by(a.setRoles), in)
	g.POST("/people/:person/password", a.by(a.setPassword), in)
	g.POST("/people/:person/pin", a.by(a.setPIN), in)
	g.POST("/people/:person/disable", a.by(a.disable), in)
	g.POST("/people/:person/enable", a.by(a.enable), in)
	g.POST("/people/:person/keys", a.by(a.issueKey), in)
	g.GET("/devices", a.by(a.devices), in)
	g.POST("/devices/codes", a.by(a.newEnrolment), in)
	g.POST("/devices/:device/revoke", a.by(a.revoke), in)
	g.GET("/trail", a.by(a.trail), in)

	g.GET("/sessions", a.by(a.sessions), in)
	g.POST("/sessions", a.by(a.issue), in)
	s := "/sessions/:session"
	g.GET(s, a.by(a.session), in)
	g.GET(s+"/lines", a.by(a.lines), in)
	g.GET(s+"/passes", view(a, func(v *count.View) []*count.Pass { return v.Passes }), in)
	g.GET(s+"/locations", view(a, func(v *count.View) []count.LocationState { return v.Locations }), in)
	g.GET(s+"/disputes", view(a, func(v *count.View) []count.Dispute { return v.Disputes }), in)
	g.GET(s+"/quarantine", view(a, func(v *count.View) []count.Held { return v.Held }), in)
	g.GET(s+"/codes", view(a, func(v *count.View) []count.Unknown { return v.Unknown }), in)
	g.GET(s+"/disputes/settled", view(a, func(v *count.View) []count.Settled { return v.Settled }), in)
	g.GET(s+"/codes/resolved", view(a, func(v *count.View) []count.Resolved { return v.Resolved }), in)
	g.GET(s+"/quarantine/accepted", view(a, func(v *count.View) []count.Held { return v.Accepted }), in)
	g.GET(s+"/streams", view(a, func(v *count.View) []count.StreamState { return v.Streams }), in)
	g.GET(s+"/tasks", view(a, a.tasks), in)
	g.GET(s+"/tests", view(a, tested), in)
	g.GET(s+"/tests/draws", view(a, func(v *count.View) []count.Drawn { return v.Draws }), in)
	g.GET(s+"/tests/withdrawn", view(a, func(v *count.View) []count.TestWithdrawn { return v.Untested }), in)
	g.GET(s+"/rounds", view(a, (*count.View).AllRounds), in)
	g.GET(s+"/asides", view(a, func(v *count.View) []count.Aside { return v.Asides }), in)
	g.GET(s+"/hints", view(a, (*count.View).Hints), in)
	g.GET(s+"/comments", view(a, func(v *count.View) []count.Comment { return v.Comments }), in)
	g.GET(s+"/signatures", view(a, func(v *count.View) []count.Signatory { return v.Signatories }), in)
	g.GET(s+"/duties", view(a, (*count.View).DutyConflicts), in)
	g.GET(s+"/log", a.by(a.log), in)

	g.POST(s+"/scope", command(a, a.Sessions.ExtendScope), in)
	g.POST(s+"/assignments", command(a, a.Sessions.Assign), in)
	g.POST(s+"/recounts", command(a, a.Sessions.OrderRecount), in)
	g.POST(s+"/tests", command(a, a.orderTest), in)
	g.POST(s+"/recounts/wanted", command(a, a.orderWanted), in)
	g.POST(s+"/passes/complete", command(a, a.Sessions.CompletePass), in)
	g.POST(s+"/passes/abandon", command(a, a.Sessions.AbandonPass), in)
	g.POST(s+"/disputes/choose", command(a, a.Sessions.ChooseDispute), in)
	g.POST(s+"/codes/resolve", command(a, a.Sessions.ResolveCode), in)
	g.POST(s+"/quarantine/resolve", command(a, a.Sessions.ResolveQuarantine), in)
	g.POST(s+"/rest-zero", command(a, a.Sessions.SignRestZero), in)
	g.POST(s+"/locations/set-aside", command(a, a.Sessions.AsideLocation), in)
	g.POST(s+"/decisions", command(a, a.Sessions.DecideLines), in)
	g.POST(s+"/comments", command(a, a.Sessions.CommentLine), in)
	g.POST(s+"/streams/write-off", command(a, a.Sessions.WriteOffStream), in)
	g.POST(s+"/closing", command(a, a.Sessions.BeginClosing), in)
	g.POST(s+"/reopen", command(a, a.Sessions.Reopen), in)
	g.POST(s+"/cancel", command(a, a.Sessions.Cancel), in)
	g.POST(s+"/signatures", a.by(a.sign), in)
	g.POST(s+"/signatures/refuse", a.by(a.refuseSignature), in)
	g.POST(s+"/signatures/set-aside", command(a, a.Sessions.AsideSignature), in)
	g.POST(s+"/seal", a.by(a.seal), in)
	g.GET(s+"/after", a.by(a.afterSeal), in)
	g.POST(s+"/corrections", a.by(a.correction), in)
	g.POST(s+"/late", command(a, a.takeLate), in)

	g.GET("/plans", a.by(a.countPlans), in)
	g.POST("/plans", a.by(a.savePlan), in)
	g.GET("/plans/calendar", a.by(a.calendar), in)
	g.GET("/plans/refusals", a.by(a.planRefusals), in)
	g.GET("/plans/:plan", a.by(a.countPlan), in)
	g.POST("/plans/:plan", a.by(a.savePlan), in)
	g.GET("/plans/:plan/outlook", a.by(a.outlook), in)
	g.POST("/plans/:plan/issue", a.by(a.issueOccurrence), in)
	g.POST("/plans/:plan/end", a.by(a.endPlan), in)
	g.GET("/policy", a.by(a.policies), in)
	g.POST("/policy", a.by(a.putPolicy), in)

	g.GET("/results", a.by(a.results), in)
	g.GET("/results/:series/:number", a.by(a.result), in)
	g.GET("/results/:series/:number/adjustments", a.by(a.adjustments), in)
	g.GET("/results/:series/:number/document", a.by(a.document), in)
	g.GET("/results/:series/:number/receipt", a.by(a.receipt), in)

	g.POST("/import/events", a.by(a.importEvents), a.within(a.ImportTimeout))
	g.POST("/import/:kind", a.by(a.importFile), a.within(a.ImportTimeout))
}

// within bounds a request: its context, and with it the store; and its body and answer, where the connection allows.
func (a *api) within(d time.Duration) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			end := time.Now().Add(d)
			control := http.NewResponseController(c.Response())
			_ = control.SetReadDeadline(end) // not every writer can; the context bounds the rest
			if d > a.Timeout {
				_ = control.SetWriteDeadline(end.Add(a.Timeout))
			}
			return withDeadline(c, end, next)
		}
	}
}
