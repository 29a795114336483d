package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/result"
	"jard/internal/stocktake"
	"jard/server/market"
)

// recipe is what a demo's directory was made from; the same recipe makes the same society. It is the last file written.
type recipe struct {
	Seed      uint64    `json:"seed"`
	Items     int       `json:"items"`
	Locations int       `json:"locations"`
	MadeAt    time.Time `json:"made_at"`
	Samples   []sample  `json:"samples"`
}

// sample is a location with codes of what stands there: something to scan for who has no shelf before them.
type sample struct {
	Site     stocktake.SiteID     `json:"site"`
	Location stocktake.LocationID `json:"location"`
	Codes    []string             `json:"codes"`
}

// samples are the first location of each section of a site, with the first goods there.
func samples(site market.Site, items map[stocktake.ItemID]stocktake.Item) []sample {
	var all []sample
	seen := map[stocktake.SectionID]bool{}
	for _, l := range site.Locations {
		if seen[l.Section] {
			continue
		}
		seen[l.Section] = true
		x := sample{Site: site.ID, Location: l.ID}
		for _, stand := range site.Truth.At(l.ID) {
			if codes := items[stand.Item].Barcodes; len(x.Codes) < 5 && codes[0].Kind == stocktake.GTIN {
				x.Codes = append(x.Codes, codes[0].Code)
			}
		}
		if len(x.Codes) > 0 { // what is weighed has no label of its own
			all = append(all, x)
		}
	}
	return all
}

// weighed is the first location of a site with goods that are weighed, and labels that a counter's scale printed for them: of
// a kilogram and a quarter each, with its price.
func weighed(site market.Site, items map[stocktake.ItemID]stocktake.Item) []sample {
	for _, l := range site.Locations {
		x := sample{Site: site.ID, Location: l.ID}
		for _, stand := range site.Truth.At(l.ID) {
			if label, ok := market.PriceLabel(items[stand.Item], 1250); ok && len(x.Codes) < 5 {
				x.Codes = append(x.Codes, label)
			}
		}
		if len(x.Codes) > 0 {
			return []sample{x}
		}
	}
	return nil
}

const recipeFile = "demo.json"

// The open session of the demo, and where the demo's ministry says that it is.
const (
	demoSession         = "annual"
	demoMinistryAddress = "http://127.0.0.1:8421"
)

// springDaysAgo is when the home society's sealed session was.
const springDaysAgo = 33

// builder makes the two stores of a demo: a society in the middle of its year, and the ministry that it reports to.
type builder struct {
	recipe
	dir      string
	clock    *hands
	society  *node
	ministry *node
	desk     *ministry.Desk
	wire     *http.Client // to the ministry, without a network
	made     *market.Society
	items    map[stocktake.ItemID]stocktake.Item
}

// buildDemo makes everything under another name and moves it to dir once it is whole: a start that is broken off leaves
// nothing behind that the next one would stumble over.
func buildDemo(ctx context.Context, dir string, r recipe) (err error) {
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return dataUnusable.Wrap(err, dir)
	}
	temp, err := os.MkdirTemp(parent, ".demo-")
	if err != nil {
		return dataUnusable.Wrap(err, dir)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	b := &builder{recipe: r, dir: temp, clock: new(hands)}
	b.clock.move(r.MadeAt.AddDate(0, -6, 0))
	if err := b.build(ctx); err != nil {
		return err
	}
	text, err := json.MarshalIndent(b.recipe, "", "\t")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(temp, recipeFile), text, 0o600); err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return demoElsewhere.Wrap(err, dir) // it holds something that is not ours
	}
	return os.Rename(temp, dir)
}

func (b *builder) build(ctx context.Context) (err error) {
	log := slog.New(slog.DiscardHandler)
	set := setting{clock: b.clock, unsynced: true}
	if b.ministry, err = openNodeWith(dataFlags{filepath.Join(b.dir, "ministry")}, log, set); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.ministry.close()) }()
	if b.society, err = openNodeWith(dataFlags{filepath.Join(b.dir, "society")}, log, set); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.society.close()) }()
	key, err := result.LoadOrCreateKey(b.ministry.ministryKey())
	if err != nil {
		return err
	}
	b.desk = ministry.NewDesk(b.ministry.db, key, b.clock, log)
	const freely = 1e9
	b.wire = &http.Client{Transport: within{ministry.Handler(b.desk, ministry.Limits{
		Requests: freely, RequestBurst: freely, Enrolments: freely, EnrolmentBurst: freely,
	})}}
	if b.made, err = market.New(b.Seed, b.Items, b.Locations); err != nil {
		return err
	}
	b.items = map[stocktake.ItemID]stocktake.Item{}
	for _, g := range b.made.Goods {
		b.items[g.ID] = g.Item
	}
	b.Samples = slices.Concat(samples(b.made.Central, b.items), samples(b.made.Warehouse, b.items), weighed(b.made.Central, b.items))
	home := demoHome
	home.Schemes = market.Schemes
	if _, err := b.society.addSociety(ctx, home); err != nil {
		return err
	}
	// Passwords take the most of the time, and nothing of what stands in the stores beside them.
	work, both := errgroup.WithContext(ctx)
	work.Go(func() error { return hireAll(both, b.society.accounts, demoHome.ID, demoStaff) })
	work.Go(func() error { return hireAll(both, b.ministry.accounts, ministrySociety, demoMinistry) })
	work.Go(func() error { return b.fill(both) })
	return work.Wait()
}

// fill makes the year's results of all societies, and the session that is out now.
func (b *builder) fill(ctx context.Context) (err error) {
	if err := b.enrol(ctx, b.society, demoHome); err != nil {
		return err
	}
	others, err := b.others(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, others.close()) }()
	if err := others.until(ctx, springDaysAgo); err != nil {
		return err
	}
	b.clock.move(b.MadeAt.AddDate(0, 0, -springDaysAgo))
	head, chunks, err := stocktake.NewCatalogue(b.made.Items())
	if err != nil {
		return err
	}
	if err := b.society.db.Publish(ctx, demoHome.ID, "catalogue", head, chunks...); err != nil {
		return err
	}
	for _, site := range []*market.Site{&b.made.Central, &b.made.Warehouse} {
		if err := publishSite(ctx, b.society, demoHome.ID, site.Site, site.Book, b.clock.Now(), ""); err != nil {
			return err
		}
	}
	sessions := count.NewService(b.society.db, b.society.db, b.society.db, b.clock.Now)
	defer sessions.Close()
	if err := b.spring(ctx, sessions); err != nil {
		return err
	}
	if err := b.deliver(ctx, b.society); err != nil {
		return err
	}
	if err := others.until(ctx, 0); err != nil {
		return err
	}
	b.clock.move(b.MadeAt.Add(-10 * time.Minute))
	// The books are those of this morning.
	if err := b.feedMorning(ctx); err != nil {
		return err
	}
	return b.annual(ctx, sessions)
}

// publishSite makes a site and its book stock what is current.
func publishSite(ctx context.Context, n *node, society stocktake.SocietyID, site stocktake.Site, book []stocktake.BookLine, asOf time.Time, position string) error {
	if err := site.Check(); err != nil {
		return err
	}
	d, err := stocktake.NewDocument(site)
	if err != nil {
		return err
	}
	if err := n.db.Publish(ctx, society, "site/"+string(site.ID), d); err != nil {
		return err
	}
	s, err := stocktake.NewSnapshot(stocktake.Snapshot{Site: site.ID, AsOf: asOf, Position: position, Lines: book})
	if err != nil {
		return err
	}
	return n.db.Publish(ctx, society, "snapshot/"+string(site.ID), s)
}

// enrol introduces a society at the ministry.
func (b *builder) enrol(ctx context.Context, n *node, s stocktake.Society) error {
	code, err := b.desk.NewEnrolmentCode(ctx, s.ID, s.Name, s.Governorate)
	if err != nil {
		return err
	}
	_, err = n.signer.Enrol(ctx, b.wire, s.ID, demoMinistryAddress, code)
	return err
}

// deliver brings what a store has sealed to the ministry.
func (b *builder) deliver(ctx context.Context, n *node) error {
	courier := ministry.NewCourier(n.db, n.signer, b.wire, b.clock, func() float64 { return 0 }, n.log)
	_, err := courier.Round(ctx)
	return err
}

// spring is the home society's older session: the supply goods of the warehouse, counted by two and sealed.
func (b *builder) spring(ctx context.Context, sessions *count.Service) error {
	site := b.made.Warehouse
	x := bygone{
		plan: count.Plan{
			Session: "supply-1", Name: stocktake.Name{Arabic: "جرد مواد التموين", English: "Count of the supply goods"},
			Site: site.ID, Kind: count.Partial, Blind: true, Scope: count.Scope{Sections: []stocktake.SectionID{market.Supply}},
			Tiers: demoTiers(20_000, 200_000), Committee: []stocktake.PersonID{"jaber"}, Witness: "latifa",
		},
		site: site.Site, items: b.items, truth: slightlyOff(site.Truth),
		walkers:    []walker{{count.Stream{Device: "TC26-1", Epoch: "spring-1"}, "ali"}, {count.Stream{Device: "TC26-2", Epoch: "spring-2"}, "sara"}},
		supervisor: demoSalem, manager: demoMona, approvers: []stocktake.Person{demoSalem, demoMona, demoFaisal},
		issuer: ministry.NewIssuer(b.society.db, b.society.db, b.society.signer, software()), began: b.MadeAt.AddDate(0, 0, -springDaysAgo).Add(time.Hour),
	}
	var err error
	if x.plan.Planned, err = b.planSupply(ctx, sessions, x.began); err != nil {
		return err
	}
	return x.make(ctx, b.society, sessions, b.clock)
}

// demoPolicy publishes the home society's policy: nothing may be off, supervisors approve up to twenty dinars, and reasons have codes.
func demoPolicy(ctx context.Context, sessions *count.Service) error {
	none := stocktake.Quantity(0)
	p := count.Policy{
		Number: 1, Name: stocktake.Name{Arabic: "سياسة الجرد السنوي", English: "Policy of the annual count"},
		Tiers: demoTiers(20_000, 200_000), Codes: count.UsualCodes(),
	}
	p.Tolerance.Quantity = &none
	p.Classes = []count.ClassTolerance{{Class: count.ClassA, Tolerance: p.Tolerance}}
	_, err := sessions.PublishPolicy(ctx, demoMona, p)
	return err
}

// annual issues the session that is out now: the whole central market, blind. Named counters have the groceries and the
// chilled goods; the rest is whoever's comes first.
func (b *builder) annual(ctx context.Context, sessions *count.Service) error {
	if err := demoPolicy(ctx, sessions); err != nil {
		return err
	}
	p := count.Plan{
		Session: demoSession, Name: stocktake.Name{Arabic: "الجرد السنوي للسوق المركزي", English: "Annual count of the central market"},
		Site: b.made.Central.ID, Kind: count.Full, Blind: true, Due: b.MadeAt.Add(20 * time.Hour),
		Committee: []stocktake.PersonID{"jaber", "hessa"}, Witness: "latifa",
	}
	p.Rules = demoRules() // tolerances and tiers are the policy's; rules less patient than the usual ones only a manager may set
	var err error
	if p.Planned, err = b.planAnnual(ctx, sessions, p); err != nil {
		return err
	}
	if _, err := sessions.Issue(ctx, demoMona, p); err != nil {
		return err
	}
	if err := b.planAhead(ctx, sessions); err != nil {
		return err
	}
	shares := map[stocktake.SectionID][]stocktake.PersonID{"groceries": {"ali", "sara"}, "chilled": {"omar"}}
	var tasks []count.Task
	given := map[stocktake.SectionID]int{} // turn about within a section, so that the first place, which the demo tells to try, is Ali's
	for _, l := range b.made.Central.Locations {
		t := count.Task{ID: "t-" + string(l.ID), Round: 1, Location: l.ID}
		if who := shares[l.Section]; len(who) > 0 {
			t.Person = who[given[l.Section]%len(who)]
			given[l.Section]++
		}
		tasks = append(tasks, t)
	}
	_, err = sessions.Assign(ctx, demoSalem, demoSession, count.Assignment{Tasks: tasks})
	return err
}

// within answers requests by a handler of this process.
type within struct{ handler http.Handler }

// RoundTrip calls the handler.
func (w within) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.RemoteAddr = "127.0.0.1:1"
	if r.Body == nil {
		r.Body = http.NoBody
	}
	a := &answer{header: http.Header{}, status: http.StatusOK}
	w.handler.ServeHTTP(a, r)
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: a.header,
		Body: io.NopCloser(&a.body), ContentLength: int64(a.body.Len()), Request: r,
	}, nil
}

// answer keeps what a handler writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is the answer's.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader sets the status.
func (a *answer) WriteHeader(status int) { a.status = status }

// Write adds to the body.
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

var demoElsewhere = stocktake.NewReason(stocktake.Conflict, "demo-elsewhere",
	"%s holds something else than a demo. Choose another --data, or remove it.",
	"المجلد %s يحوي شيئًا غير العرض التجريبي. اختر مجلدًا آخر عبر --data أو احذفه.")
