package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"jard/internal/link"
	"jard/internal/stocktake"
)

type linkCheckCmd struct {
	linkFlags
	Site       string `help:"Site of the test server that movements are sent for." required:"" placeholder:"ID"`
	Item       string `help:"Item that they are of." required:"" placeholder:"ID"`
	RevokedKey string `help:"File with a key that was revoked." type:"existingfile" placeholder:"FILE"`

	Patience time.Duration `help:"The longest wait before a request is sent again to a server that has no time, unless it tells of a longer one." default:"1m" placeholder:"DURATION"`
}

// checked is one thing that an integrator may rely on, and what came of it.
type checked struct {
	says  string
	holds func(*linkTrial) error
}

// checkPrefix begins the ids of all that checks send.
const checkPrefix = "check-"

// linkTrial is a conformance check under way. Ids of its movements begin with its own random one, so that it can be repeated.
type linkTrial struct {
	*pusher
	ctx     context.Context
	site    string
	item    string
	id      string
	revoked string
	now     time.Time
}

// Run tries everything and prints a table. It fails when anything did not hold.
func (c *linkCheckCmd) Run(ctx context.Context, s *streams) error {
	key, err := secret(c.KeyFile)
	if err != nil {
		return err
	}
	revoked := ""
	if c.RevokedKey != "" {
		if revoked, err = secret(c.RevokedKey); err != nil {
			return err
		}
	}
	t := &linkTrial{
		pusher: &pusher{base: strings.TrimSuffix(c.URL, "/"), key: key, http: &http.Client{Timeout: time.Minute}, tries: 8, patience: c.Patience, out: s.Out},
		ctx:    ctx, site: c.Site, item: c.Item, id: checkPrefix + stocktake.RandomID()[:8], revoked: revoked, now: time.Now(),
	}
	if err := t.begin(); err != nil {
		return err
	}
	held, broken := 0, 0
	for _, x := range linkChecks {
		if x.says == revokedSays && revoked == "" {
			fmt.Fprintf(s.Out, "  not tried  %s (give --revoked-key)\n", x.says)
			continue
		}
		if err := x.holds(t); err != nil {
			broken++
			fmt.Fprintf(s.Out, "  BROKEN     %s: %v\n", x.says, err)
		} else {
			held++
			fmt.Fprintf(s.Out, "  holds      %s\n", x.says)
		}
	}
	fmt.Fprintf(s.Out, "%d of %d hold, %d not tried\n", held, len(linkChecks), len(linkChecks)-held-broken)
	if broken > 0 {
		return linkBroken.New(broken)
	}
	return nil
}

// send makes one request, and makes it again where the server has no time for it: that is as it should be, and no fault of it.
func (t *linkTrial) send(ctx context.Context, method, address, kind string, body io.ReadSeeker) (pushAnswer, error) {
	for try := 1; ; try++ {
		var in io.Reader
		if body != nil {
			if _, err := body.Seek(0, io.SeekStart); err != nil {
				return pushAnswer{}, err
			}
			in = body
		}
		a, err := t.pusher.send(ctx, method, address, kind, in)
		if err != nil || a.status != http.StatusTooManyRequests && a.status != http.StatusServiceUnavailable || try >= t.tries {
			return a, err
		}
		select {
		case <-ctx.Done():
			return a, ctx.Err()
		case <-time.After(backOff(try, t.patience, a.retryAfter)):
		}
	}
}

// begin asks whether there is anything to check, and mends the rows that checks which were broken off have left in quarantine:
// they would keep this one from seeing the site's movements complete.
func (t *linkTrial) begin() error {
	a, err := t.send(t.ctx, http.MethodGet, t.at("feed"), "", nil)
	switch {
	case err != nil:
		return err
	case a.Error != nil:
		return a.Error
	}
	list, err := t.send(t.ctx, http.MethodGet, t.at("quarantine"), "", nil)
	if err != nil {
		return err
	}
	rows := ""
	for _, x := range list.List {
		cells := strings.Split(strings.TrimSpace(x.Raw), ",")
		if strings.HasPrefix(x.Movement, checkPrefix) && len(cells) == 5 {
			cells[3] = "-" + strings.TrimPrefix(cells[3], "-")
			rows += strings.Join(cells, ",") + "\n"
		}
	}
	if rows == "" {
		return nil
	}
	_, err = t.post("", rows, http.StatusOK)
	return err
}

const revokedSays = "a revoked key opens nothing"

var linkChecks = []checked{
	{"a request without a key is refused, and says what to do in both languages", (*linkTrial).withoutKey},
	{revokedSays, (*linkTrial).withRevokedKey},
	{"a dry run says what would come and writes nothing", (*linkTrial).dryRun},
	{"movements are taken, as CSV and as JSON", (*linkTrial).taken},
	{"a movement sent again has no effect", (*linkTrial).again},
	{"another content under one id is a conflict that is listed, and what came first stands", (*linkTrial).conflict},
	{"movements are taken in any order", (*linkTrial).outOfOrder},
	{"one bad line refuses the whole file, with its line and column", (*linkTrial).badLine},
	{"by choice the good lines are taken and the bad ones wait in quarantine as they came, and what was said of completeness is held", (*linkTrial).quarantine},
	{"a line that is sent again, mended, waits no more, and what was held holds", (*linkTrial).mended},
	{"a watermark goes forward, and never back", (*linkTrial).watermarkBack},
	{"a movement that comes behind the watermark is taken, and counted as late", (*linkTrial).late},
	{"a watermark in the future is refused", (*linkTrial).watermarkAhead},
	{"what no delivery holds is a gap until it comes", (*linkTrial).gap},
	{"a misspelt parameter is refused", (*linkTrial).misspelt},
	{"an unknown site is refused", (*linkTrial).unknownSite},
}

// row is a line of a CSV file: a sale at a number of seconds before now.
func (t *linkTrial) row(name string, quantity float64, ago int) string {
	return fmt.Sprintf("%s/%s,sale,%s,%g,%s\n", t.id, name, t.item, quantity, t.now.Add(-time.Duration(ago)*time.Second).UTC().Format(time.RFC3339))
}

func (t *linkTrial) at(query string) string {
	return link.APIBase + "sites/" + url.PathEscape(t.site) + "/" + query
}

// post sends rows, and gives the report of an answer with the status that is wanted.
func (t *linkTrial) post(query, rows string, want int) (pushed, error) {
	a, err := t.send(t.ctx, http.MethodPost, t.at("movements"+query), "text/csv", strings.NewReader("id,kind,item,quantity,booked\n"+rows))
	return t.report(a, err, want)
}

func (t *linkTrial) report(a pushAnswer, err error, want int) (r pushed, _ error) {
	switch {
	case err != nil:
		return r, err
	case a.status != want && a.Error != nil:
		return r, fmt.Errorf("answered %d %s, not %d: %s", a.status, a.Error.Key, want, a.Error.English)
	case a.status != want:
		return r, fmt.Errorf("answered %d, not %d", a.status, want)
	case a.Report == nil:
		return r, nil
	}
	return r, json.Unmarshal(a.Report, &r)
}

// feedNow is where the feed stands.
func (t *linkTrial) feedNow() (pushAnswer, error) {
	a, err := t.send(t.ctx, http.MethodGet, t.at("feed"), "", nil)
	if err == nil && a.Feed == nil {
		err = fmt.Errorf("answered %d without a feed", a.status)
	}
	return a, err
}

func (t *linkTrial) refusedAs(key string) error {
	other, p := *t, *t.pusher
	p.key, other.pusher = key, &p
	a, err := other.send(t.ctx, http.MethodGet, t.at("feed"), "", nil)
	switch {
	case err != nil:
		return err
	case a.status != http.StatusUnauthorized:
		return fmt.Errorf("answered %d, not 401", a.status)
	case a.Error.English == "" || a.Error.Arabic == "":
		return fmt.Errorf("does not say why: %+v", a.Error)
	}
	return nil
}

func (t *linkTrial) withoutKey() error     { return t.refusedAs("") }
func (t *linkTrial) withRevokedKey() error { return t.refusedAs(t.revoked) }

func (t *linkTrial) dryRun() error {
	before, err := t.feedNow()
	if err != nil {
		return err
	}
	r, err := t.post("?dry=1", t.row("1", -1, 600), http.StatusOK)
	if err != nil {
		return err
	}
	after, err := t.feedNow()
	if err == nil && (r.Taken.New != 1 || after.Feed.Hash != before.Feed.Hash) {
		err = fmt.Errorf("it said %d new, and the log went from %d to %d", r.Taken.New, before.Feed.Offset, after.Feed.Offset)
	}
	return err
}

func (t *linkTrial) wants(r pushed, err error, fresh, same, conflicts int) error {
	if err == nil && (r.Taken.New != fresh || r.Taken.Same != same || r.Faults.Conflicts != conflicts) {
		err = fmt.Errorf("%d new, %d known, %d conflicts; not %d, %d, %d", r.Taken.New, r.Taken.Same, r.Faults.Conflicts, fresh, same, conflicts)
	}
	return err
}

func (t *linkTrial) taken() error {
	r, err := t.post("", t.row("1", -1, 600)+t.row("2", -2.5, 590), http.StatusOK)
	if err := t.wants(r, err, 2, 0, 0); err != nil {
		return err
	}
	body, err := json.Marshal([]map[string]any{{
		"id": t.id + "/3", "kind": "sale", "item": t.item, "quantity": -3, "booked": t.now.Add(-580 * time.Second).UTC().Format(time.RFC3339),
	}})
	if err != nil {
		return err
	}
	a, err := t.send(t.ctx, http.MethodPost, t.at("movements"), "application/json", strings.NewReader(string(body)))
	r, err = t.report(a, err, http.StatusOK)
	return t.wants(r, err, 1, 0, 0)
}

func (t *linkTrial) again() error {
	r, err := t.post("", t.row("2", -2.5, 590)+t.row("3", -3, 580), http.StatusOK)
	return t.wants(r, err, 0, 2, 0)
}

func (t *linkTrial) conflict() error {
	r, err := t.post("", t.row("2", -9, 590)+t.row("4", -1, 570), http.StatusOK)
	if err := t.wants(r, err, 1, 0, 1); err != nil {
		return err
	}
	r, err = t.post("", t.row("2", -2.5, 590), http.StatusOK)
	return t.wants(r, err, 0, 1, 0)
}

func (t *linkTrial) outOfOrder() error {
	r, err := t.post("", t.row("6", -1, 400)+t.row("5", -1, 500), http.StatusOK)
	return t.wants(r, err, 2, 0, 0)
}

func (t *linkTrial) badLine() error {
	r, err := t.post("", t.row("7", -1, 300)+t.row("8", 5, 300)+t.row("9", -1, 300), http.StatusBadRequest)
	if err != nil {
		return err
	}
	if r.Faults.Refused != 1 || len(r.Faults.List) != 1 || r.Faults.List[0].Line != 3 || r.Faults.List[0].Column != "quantity" || r.Faults.List[0].Arabic == "" {
		return fmt.Errorf("the faults are %+v", r.Faults)
	}
	r, err = t.post("?dry=1", t.row("7", -1, 300)+t.row("9", -1, 300), http.StatusOK)
	return t.wants(r, err, 2, 0, 0) // none of it was taken
}

func (t *linkTrial) quarantine() error {
	before, err := t.feedNow()
	if err != nil {
		return err
	}
	said := url.Values{"faults": {"quarantine"}, "complete_since": {t.stamp(3600)}, "complete_through": {t.stamp(250)}}
	r, err := t.post("?"+said.Encode(), t.row("7", -1, 300)+t.row("8", 5, 300)+t.row("9", -1, 300), http.StatusOK)
	if err := t.wants(r, err, 2, 0, 0); err != nil {
		return err
	}
	if r.Faults.Quarantined != 1 || len(r.Faults.List) != 1 || r.Taken.LeftOut != 1 || !r.Withheld {
		return fmt.Errorf("%d rows are left out, withheld is %v, and the faults are %+v", r.Taken.LeftOut, r.Withheld, r.Faults)
	}
	list, err := t.send(t.ctx, http.MethodGet, t.at("quarantine"), "", nil)
	if err != nil {
		return err
	}
	if raw := strings.TrimSpace(t.row("8", 5, 300)); !slices.ContainsFunc(list.List, func(x leftOutJSON) bool { return x.Raw == raw && x.Movement == t.id+"/8" }) {
		return fmt.Errorf("%q is not among the %d rows that wait", raw, len(list.List))
	}
	after, err := t.feedNow()
	if err == nil && after.Feed.Watermark != before.Feed.Watermark {
		err = fmt.Errorf("with a line left out, the movements are said to be complete through %s", after.Feed.Watermark.Through)
	}
	return err
}

func (t *linkTrial) mended() error {
	r, err := t.post("", t.row("8", -5, 300), http.StatusOK)
	if err := t.wants(r, err, 1, 0, 0); err != nil {
		return err
	}
	after, err := t.feedNow()
	switch {
	case err != nil:
		return err
	case r.Taken.Settled != 1:
		return fmt.Errorf("%d rows are settled, not 1", r.Taken.Settled)
	case after.Feed.Waiting > 0:
		return fmt.Errorf("other rows of the site still wait, %d of them: have them settled under The link, then check again", after.Feed.Waiting)
	case after.Feed.Watermark.Through.Before(t.now.Add(-251 * time.Second)):
		return fmt.Errorf("the watermark still stands at %s", after.Feed.Watermark.Through)
	}
	return nil
}

// mark sends a watermark and gives the one that stands.
func (t *linkTrial) mark(body string, want int) (stocktake.Watermark, error) {
	a, err := t.send(t.ctx, http.MethodPost, t.at("watermark"), "application/json", strings.NewReader(body))
	if _, err := t.report(a, err, want); err != nil || a.Feed == nil {
		return stocktake.Watermark{}, err
	}
	return a.Feed.Watermark, nil
}

func (t *linkTrial) stamp(ago int) string {
	return t.now.Add(-time.Duration(ago) * time.Second).UTC().Truncate(time.Second).Format(time.RFC3339)
}

func (t *linkTrial) watermarkBack() error {
	w, err := t.mark(fmt.Sprintf(`{"since":%q,"through":%q}`, t.stamp(3600), t.stamp(200)), http.StatusOK)
	if err != nil {
		return err
	}
	back, err := t.mark(fmt.Sprintf(`{"through":%q}`, t.stamp(1000)), http.StatusOK)
	if err == nil && (back != w || w.Through.Before(t.now.Add(-201*time.Second))) {
		err = fmt.Errorf("it stood at %s, then at %s", w.Through, back.Through)
	}
	return err
}

func (t *linkTrial) late() error {
	r, err := t.post("", t.row("late", -1, 300), http.StatusOK)
	if err := t.wants(r, err, 1, 0, 0); err != nil {
		return err
	}
	if r.Taken.Late != 1 {
		return fmt.Errorf("%d are late", r.Taken.Late)
	}
	return nil
}

func (t *linkTrial) watermarkAhead() error {
	_, err := t.mark(fmt.Sprintf(`{"through":%q}`, t.stamp(-7200)), http.StatusBadRequest)
	return err
}

func (t *linkTrial) gap() error {
	a, err := t.feedNow()
	if err != nil {
		return err
	}
	gaps := len(a.Gaps)
	at := a.Feed.Position + 10
	claims := []link.Claim{{After: at, Through: at + 10}, {After: at + 20, Through: at + 30}, {After: at + 10, Through: at + 20}}
	for n, c := range claims {
		body := fmt.Sprintf(`{"positions":{"after":%d,"through":%d}}`, c.After, c.Through)
		if a, err = t.send(t.ctx, http.MethodPost, t.at("watermark"), "application/json", strings.NewReader(body)); err != nil {
			return err
		}
		if n == 0 {
			gaps = len(a.Gaps) // this one may lie behind a stretch that was never claimed
		}
		want := gaps
		if n == 1 {
			want++
		}
		if a.status != http.StatusOK || len(a.Gaps) != want {
			return fmt.Errorf("answered %d with %d gaps, not %d", a.status, len(a.Gaps), want)
		}
	}
	return nil
}

func (t *linkTrial) misspelt() error {
	_, err := t.post("?fault=quarantine", t.row("x", -1, 300), http.StatusBadRequest)
	return err
}

func (t *linkTrial) unknownSite() error {
	a, err := t.send(t.ctx, http.MethodGet, link.APIBase+"sites/"+t.id+"/feed", "", nil)
	_, err = t.report(a, err, http.StatusNotFound)
	return err
}

var linkBroken = stocktake.NewReason(stocktake.Conflict, "link-check-broken",
	"%d of the checks did not hold: see above.",
	"لم يتحقق %d من الفحوص: انظر أعلاه.")
