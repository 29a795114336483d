package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"jard/internal/link"
	"jard/internal/stocktake"
)

type linkCmd struct {
	Push  linkPushCmd  `cmd:"" help:"Send files of items, books or movements, as an integrator's program would: patiently, and again where it broke off. Exit status: 0 all was taken; 3 all was taken, but something waits for a person (a conflict, rows in quarantine, a book that is older than the one in use); 1 refused or not sent; 2 misused."`
	Check linkCheckCmd `cmd:"" help:"Try a test server's push API as integrators must expect it to behave, and print what held. It writes movements: never use it on a server that counts."`
}

// linkFlags are those of commands that speak with an integrator's key.
type linkFlags struct {
	URL     string `help:"Address of the society's server." default:"http://127.0.0.1:8420" placeholder:"URL"`
	KeyFile string `help:"File with the integrator's key." required:"" type:"existingfile" placeholder:"FILE"`
}

type linkPushCmd struct {
	linkFlags
	Files           []string      `arg:"" name:"file" help:"Called items-….csv, book-SITE-20261124….csv or movements-SITE-20261124….csv (or .xlsx, .json; a site with a dash needs --site), or anything with --kind and --site. Sent in the order given."`
	Kind            string        `help:"What the files hold, where their names do not say it." enum:"items,book,movements," default:"" placeholder:"KIND"`
	Site            string        `help:"Site of books and movements, where the names do not say it or the id has a dash." placeholder:"ID"`
	AsOf            string        `help:"Instant of a book, as in 2026-11-24T02:00:00+03:00." placeholder:"INSTANT"`
	Position        string        `help:"Place in the movement feed that a book includes." placeholder:"TEXT"`
	After           int64         `help:"The last file of movements, with those before it, holds all behind this position …" placeholder:"N"`
	Through         int64         `help:"… and up to this one." placeholder:"N"`
	CompleteSince   string        `help:"Since when the site's movements are complete; needed the first time." placeholder:"INSTANT"`
	CompleteThrough string        `help:"With the last file of movements, all of the site that were booked until then have been sent." placeholder:"INSTANT"`
	Replace         bool          `help:"A file of items is the whole catalogue."`
	Quarantine      bool          `help:"Take the good rows of a file of movements, and keep the bad ones in the site's quarantine."`
	DryRun          bool          `help:"Say what would happen, and write nothing."`
	Tries           int           `help:"How often a file is sent before giving up." default:"8" placeholder:"N"`
	Patience        time.Duration `help:"The longest wait between two tries, unless the server tells of a longer one." default:"2m" placeholder:"DURATION"`
}

// Run sends the files one after the other. The watermark and the claim go with the last one of movements.
func (c *linkPushCmd) Run(ctx context.Context, s *streams) error {
	key, err := secret(c.KeyFile)
	if err != nil {
		return err
	}
	p := &pusher{base: strings.TrimSuffix(c.URL, "/"), key: key, http: &http.Client{Timeout: 15 * time.Minute}, tries: c.Tries, patience: c.Patience, out: s.Out}
	addresses, err := c.addresses()
	if err != nil {
		return err
	}
	waits := 0
	for n, path := range c.Files {
		address := addresses[n]
		answer, err := p.file(ctx, address, path)
		if answer.Report != nil {
			fmt.Fprintf(s.Out, "%s: ", filepath.Base(path))
			if printPushed(s, answer.Report) {
				waits++
			}
		}
		if err != nil {
			return err
		}
	}
	if waits > 0 {
		return pushWaits.New(waits)
	}
	return nil
}

// addresses are where the files are sent, with what is said about them. What is said and no file can bear is refused before
// anything is sent: a watermark that is left out in silence is missed only at night.
func (c *linkPushCmd) addresses() ([]string, error) {
	last, sites := -1, map[stocktake.SiteID]bool{}
	has := map[link.Kind]bool{}
	for n, path := range c.Files {
		kind, site, err := c.parcel(path)
		if err != nil {
			return nil, err
		}
		if has[kind] = true; kind == link.MovementsFile {
			last, sites[site] = n, true
		}
	}
	for name, value := range map[string]string{"--as-of": c.AsOf, "--complete-since": c.CompleteSince, "--complete-through": c.CompleteThrough} {
		if _, err := time.Parse(time.RFC3339Nano, value); value != "" && err != nil {
			return nil, pushWrong.New(name, value, "2026-11-24T02:00:00+03:00")
		}
	}
	complete := c.After != 0 || c.Through != 0 || c.CompleteSince != "" || c.CompleteThrough != ""
	switch {
	case complete && len(sites) != 1:
		return nil, pushNeeds.New("--after, --through, --complete-since, --complete-through", "movements-SITE-….csv")
	case (c.AsOf != "" || c.Position != "") && !has[link.BookFile]:
		return nil, pushNeeds.New("--as-of, --position", "book-SITE-….csv")
	case c.AsOf == "" && has[link.BookFile]:
		return nil, pushWrong.New("--as-of", "", "2026-11-24T02:00:00+03:00")
	case (c.After != 0 || c.Through != 0) && (c.After < 0 || c.Through <= c.After):
		return nil, pushBackwards.New(c.Through, c.After)
	case c.Replace && !has[link.ItemsFile]:
		return nil, pushNeeds.New("--replace", "items-….csv")
	case c.Quarantine && !has[link.MovementsFile]:
		return nil, pushNeeds.New("--quarantine", "movements-SITE-….csv")
	}
	var list []string
	for n, path := range c.Files {
		address, err := c.address(path, n == last)
		if err != nil {
			return nil, err
		}
		list = append(list, address)
	}
	return list, nil
}

// parcel is what a file holds and of which site.
func (c *linkPushCmd) parcel(path string) (link.Kind, stocktake.SiteID, error) {
	kind, site := link.Kind(c.Kind), stocktake.SiteID(c.Site)
	if kind == "" {
		named, of, ok := link.NameParcel(filepath.Base(path), nil)
		if named == "" || !ok && site == "" {
			return "", "", pushName.New(filepath.Base(path))
		}
		if kind = named; site == "" {
			site = of
		}
	}
	if kind != link.ItemsFile && site == "" {
		return "", "", pushName.New(filepath.Base(path))
	}
	return kind, site, nil
}

// address is where a file is sent, with what is said about it.
func (c *linkPushCmd) address(path string, last bool) (string, error) {
	kind, site, err := c.parcel(path)
	if err != nil {
		return "", err
	}
	q := url.Values{"name": {filepath.Base(path)}}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	if c.DryRun {
		set("dry", "1")
	}
	at := "sites/" + url.PathEscape(string(site)) + "/" + string(kind)
	switch kind {
	case link.ItemsFile:
		at = "items"
		if c.Replace {
			set("mode", "replace")
		}
	case link.BookFile:
		set("as_of", c.AsOf)
		set("position", c.Position)
	default:
		if c.Quarantine {
			set("faults", "quarantine")
		}
		if last && c.Through > 0 {
			set("after", strconv.FormatInt(c.After, 10))
			set("through", strconv.FormatInt(c.Through, 10))
		}
		if last {
			set("complete_since", c.CompleteSince)
			set("complete_through", c.CompleteThrough)
		}
	}
	return link.APIBase + at + "?" + q.Encode(), nil
}

// pusher is the reference client of the push API: it sends, waits as long as it is told, and sends again.
type pusher struct {
	base, key string
	http      *http.Client
	tries     int
	patience  time.Duration
	out       io.Writer
}

// pushAnswer is any answer of the push API.
type pushAnswer struct {
	status     int
	retryAfter time.Duration
	Error      *failed         `json:"error"`
	Report     json.RawMessage `json:"report"`
	Feed       *link.FeedState `json:"feed"`
	Gaps       []link.Claim    `json:"gaps"`
	List       []leftOutJSON   `json:"list"`
}

// leftOutJSON is a row in quarantine as the push API tells it.
type leftOutJSON struct {
	Movement string `json:"movement"`
	Raw      string `json:"raw"`
}

// file sends a file until it is answered for good. What was taken already has no effect when it comes again, so nothing is
// lost or doubled however often the connection breaks.
func (p *pusher) file(ctx context.Context, address, path string) (pushAnswer, error) {
	kind := "application/octet-stream"
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".txt", ".tsv":
		kind = "text/csv"
	case ".json":
		kind = "application/json"
	}
	for try := 1; ; try++ {
		f, err := os.Open(path)
		if err != nil {
			return pushAnswer{}, fileUnreadable.Wrap(err, path)
		}
		a, err := p.send(ctx, http.MethodPost, address, kind, f)
		_ = f.Close()
		told := time.Duration(0)
		switch {
		case err == nil && a.status < 300:
			return a, nil
		case err == nil && a.status != http.StatusTooManyRequests && a.status < 500:
			return a, a.Error
		case err == nil:
			told, err = a.retryAfter, a.Error
		}
		if try >= p.tries || ctx.Err() != nil {
			return a, err
		}
		wait := backOff(try, p.patience, told)
		fmt.Fprintf(p.out, "%s: %v\nsent again in %s\n", filepath.Base(path), err, wait)
		select {
		case <-ctx.Done():
			return a, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// maxTold is the longest wait that a server's Retry-After is believed.
const maxTold = time.Hour

// backOff is how long to wait after a try (1 is the first): a second, then twice as long each time and at most patience; but
// as long as the server has told.
func backOff(try int, patience, told time.Duration) time.Duration {
	return max(min(time.Second<<min(try-1, 30), patience), min(told, maxTold))
}

// send makes one request. An answer that says no is no error here.
func (p *pusher) send(ctx context.Context, method, address, kind string, body io.Reader) (a pushAnswer, err error) {
	r, err := http.NewRequestWithContext(ctx, method, p.base+address, body)
	if err != nil {
		return a, err
	}
	if f, ok := body.(*os.File); ok {
		if info, err := f.Stat(); err == nil {
			r.ContentLength = info.Size()
		}
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r.Header.Set("Authorization", "Bearer "+p.key)
	answer, err := p.http.Do(r)
	if err != nil {
		return a, serverAway.Wrap(err, p.base)
	}
	defer answer.Body.Close()
	a.status = answer.StatusCode
	if n, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil {
		a.retryAfter = time.Duration(n) * time.Second
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	if err != nil {
		return a, serverAway.Wrap(err, p.base)
	}
	if err := json.Unmarshal(text, &a); err != nil || a.status >= 300 && a.Error == nil {
		return a, errors.Join(fmt.Errorf("the server answered %s", answer.Status), err)
	}
	return a, nil
}

// pushed is what the terminal shows of a report.
type pushed struct {
	Kind      link.Kind `json:"kind"`
	Rows      int       `json:"rows"`
	DryRun    bool      `json:"dry_run"`
	Published bool      `json:"published"`
	Unchanged bool      `json:"unchanged"`
	Older     bool      `json:"older"`
	InUse     time.Time `json:"in_use"`
	Taken     struct {
		New     int `json:"new"`
		Same    int `json:"same"`
		Late    int `json:"late"`
		LeftOut int `json:"left_out"`
		Settled int `json:"settled"`
	} `json:"taken"`
	Waiting  int  `json:"waiting"`
	Withheld bool `json:"withheld"`
	Faults   struct {
		Refused     int             `json:"refused"`
		Quarantined int             `json:"quarantined"`
		Conflicts   int             `json:"conflicts"`
		Warned      int             `json:"warned"`
		List        []linkFaultJSON `json:"list"`
	} `json:"faults"`
}

// linkFaultJSON is a fault as the push API tells it.
type linkFaultJSON struct {
	Line     int    `json:"line"`
	Column   string `json:"column"`
	Value    string `json:"value"`
	Severity string `json:"severity"`
	Reason   string `json:"reason"`
	English  string `json:"en"`
	Arabic   string `json:"ar"`
}

// waits reports whether something of what was taken is left for a person. Codes that items are taken without are no such thing: they are
// listed each night.
func (r *pushed) waits() bool {
	return r.Older && !r.Unchanged || r.Faults.Conflicts > 0 || r.Kind == link.MovementsFile && (r.Faults.Quarantined > 0 || r.Waiting > 0 || r.Withheld)
}

func rows(n int) string {
	if n == 1 {
		return "1 row"
	}
	return strconv.Itoa(n) + " rows"
}

// printPushed shows a report, and reports whether something waits for a person.
func printPushed(s *streams, raw json.RawMessage) bool {
	var r pushed
	if json.Unmarshal(raw, &r) != nil {
		return false
	}
	fmt.Fprint(s.Out, rows(r.Rows))
	if r.Kind == link.MovementsFile {
		fmt.Fprintf(s.Out, ", %d new, %d known, %d late", r.Taken.New, r.Taken.Same, r.Taken.Late)
	}
	switch {
	case r.Older:
		fmt.Fprintf(s.Out, "; older than the book in use, as of %s, which stays", r.InUse.Format(time.RFC3339))
	case r.DryRun:
		fmt.Fprint(s.Out, "; nothing written")
	case r.Unchanged:
		fmt.Fprint(s.Out, "; no effect")
	}
	fmt.Fprintf(s.Out, "; faults: %d refused, %d quarantined, %d conflicts, %d warned\n", r.Faults.Refused, r.Faults.Quarantined, r.Faults.Conflicts, r.Faults.Warned)
	if r.Waiting > 0 || r.Taken.Settled > 0 {
		fmt.Fprintf(s.Out, "  quarantine: %s more, %d settled, %d wait", rows(r.Taken.LeftOut), r.Taken.Settled, r.Waiting)
		if r.Waiting > 0 {
			fmt.Fprint(s.Out, "; until none does, the site's movements are not taken as complete any further")
		}
		fmt.Fprintln(s.Out)
	}
	for n, f := range r.Faults.List {
		if n == 50 {
			fmt.Fprintf(s.Out, "  … %d more\n", len(r.Faults.List)-n)
			break
		}
		fmt.Fprintf(s.Out, "  %s, line %d", f.Severity, f.Line)
		if f.Column != "" {
			fmt.Fprintf(s.Out, ", %s %q", f.Column, f.Value)
		}
		fmt.Fprintf(s.Out, ": %s\n      %s\n", f.English, f.Arabic)
	}
	return r.waits()
}

var pushWaits = stocktake.NewReason(stocktake.Conflict, "push-waits",
	"Everything was taken, but something waits for a person in %d of the files: see above.",
	"قُبل كل شيء، لكن في %d من الملفات ما ينتظر مراجعة شخص: انظر أعلاه.")

var pushBackwards = stocktake.NewReason(stocktake.Invalid, "push-backwards",
	"Nothing was sent: --through is %d and must be above --after, which is %d.",
	"لم يُرسل شيء: قيمة --through هي %d ويجب أن تزيد على قيمة --after وهي %d.")

var pushWrong = stocktake.NewReason(stocktake.Invalid, "push-wrong",
	"Nothing was sent: %s is %q, and something like %s is needed.",
	"لم يُرسل شيء: قيمة %s هي %q والمطلوب مثل %s.")

var pushName = stocktake.NewReason(stocktake.Invalid, "push-name",
	"The name %q does not say for certain what the file holds and of which site. Give --kind and --site.",
	"الاسم %q لا يبيّن محتوى الملف وموقعه على وجه اليقين. حدّد --kind و--site.")

var pushNeeds = stocktake.NewReason(stocktake.Invalid, "push-needs",
	"Nothing was sent: %s is for a file %s of one site, and none, or files of several sites, were named. Send the sites one by one.",
	"لم يُرسل شيء: ‏%s تخص ملف %s لموقع واحد، ولم يُذكر مثله أو ذُكرت ملفات عدة مواقع. أرسل كل موقع وحده.")
