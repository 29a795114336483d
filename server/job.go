package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"jard/internal/simulate"
	"jard/internal/stocktake"
)

type storyCmd struct {
	Data      string `help:"Directory to keep everything in; a new temporary one when empty." placeholder:"DIR"`
	Seed      uint64 `help:"Seed of the made shop and of what counters do." default:"1"`
	Items     int    `help:"Items of the made shop." default:"1500"`
	Locations int    `help:"Locations of the made shop." default:"48"`
	Counters  int    `help:"Counters with a handheld each." default:"8"`
	ItemsFile string `help:"Your own catalogue instead of a made one, CSV or XLSX." type:"existingfile" placeholder:"FILE"`
	Places    string `help:"Your own sections and locations, with --items-file." type:"existingfile" placeholder:"FILE"`
	Book      string `help:"Your own book stock, with --items-file." type:"existingfile" placeholder:"FILE"`
	Verbose   bool   `help:"Show the servers' logs."`
}

// job is one run of the whole job: two servers on real sockets, people who speak to them over HTTP, and counters who
// speak the handheld protocol.
type job struct {
	*storyCmd
	out     *streams
	log     *slog.Logger
	begun   time.Time
	ended   []func() error
	society *node
	url     string
	people  map[string]*client
	members []simulate.Member
	truth   simulate.Truth
	session string
	told    uint64 // events that the last line of progress named
}

// Run does the whole job once.
func (c *storyCmd) Run(ctx context.Context, s *streams) (err error) {
	if (c.ItemsFile == "") != (c.Places == "") || (c.ItemsFile == "") != (c.Book == "") {
		return demoFiles.New()
	}
	if c.Counters < 3 || c.Counters > 200 || c.Items < 10 || c.Items > 100_000 || c.Locations < 4 || c.Locations > 2000 {
		return demoSize.New()
	}
	if c.Data == "" {
		if c.Data, err = os.MkdirTemp("", "jard-story-"); err != nil {
			return err
		}
	}
	for _, role := range []string{"society", "ministry"} {
		at := dataFlags{filepath.Join(c.Data, role)}
		if _, err := os.Stat(at.store()); err == nil {
			return storyTold.New(c.Data)
		}
	}
	d := &job{storyCmd: c, out: s, log: slog.New(slog.DiscardHandler), begun: time.Now(), people: map[string]*client{}}
	if c.Verbose {
		d.log = slog.New(slog.NewTextHandler(s.Err, nil))
	}
	defer func() {
		for n := len(d.ended) - 1; n >= 0; n-- {
			err = errors.Join(err, d.ended[n]())
		}
	}()
	for _, step := range []func(context.Context) error{
		d.start, d.hire, d.stock, d.issue, d.count, d.settle, d.refuse, d.approve, d.seal, d.check,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// say tells what happened, with the time since the demo began.
func (d *job) say(format string, args ...any) {
	fmt.Fprintf(d.out.Out, "%5.1f s  %s\n", time.Since(d.begun).Seconds(), fmt.Sprintf(format, args...))
}

// start brings up a ministry and a society on loopback, and enrols the one at the other.
func (d *job) start(ctx context.Context) error {
	authority, address, err := d.serve("ministry")
	if err != nil {
		return err
	}
	home := stocktake.Society{ID: "rawda", Name: stocktake.Name{Arabic: "جمعية الروضة التعاونية", English: "Rawda Cooperative"}, Governorate: stocktake.Capital}
	code, err := authority.ministryCode(ctx, home)
	if err != nil {
		return err
	}
	if d.society, d.url, err = d.serve("society"); err != nil {
		return err
	}
	if _, err := d.society.addSociety(ctx, home); err != nil {
		return err
	}
	if _, err := d.society.enrolAtMinistry(ctx, enrolment{home.ID, address, code}); err != nil {
		return err
	}
	d.say("ministry on %s · society %q on %s · everything is kept in %s", address, home.Name.English, d.url, d.Data)
	d.say("the society's signing key is enrolled at the ministry with a one-time code")
	return nil
}

// serve runs one role on a port that the system chooses.
func (d *job) serve(role string) (*node, string, error) {
	n, err := openNode(dataFlags{filepath.Join(d.Data, role)}, d.log)
	if err != nil {
		return nil, "", err
	}
	handler, done, err := n.role(role)
	if err != nil {
		return nil, "", errors.Join(err, n.close())
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		done()
		return nil, "", errors.Join(err, n.close())
	}
	h := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = h.Serve(l) }()
	d.ended = append(d.ended, func() error {
		done()
		return errors.Join(h.Close(), n.close())
	})
	return n, "http://" + l.Addr().String(), nil
}

// hire adds people. Their passwords are random and end with the demo.
func (d *job) hire(ctx context.Context) error {
	password := stocktake.RandomID()
	if _, err := d.society.addAdministrator(ctx, administrator{"rawda", "admin", stocktake.Name{English: "Administrator"}, password, nil}); err != nil {
		return err
	}
	admin, err := newClient(ctx, d.url, "rawda", "admin", password)
	if err != nil {
		return err
	}
	d.people["admin"] = admin
	add := func(id, arabic string, pin string, roles ...string) error {
		p := newPerson{ID: id, Name: stocktake.Name{Arabic: arabic}, Roles: roles, PIN: pin, Password: stocktake.RandomID()}
		if err := admin.addPerson(ctx, p); err != nil {
			return err
		}
		d.people[id], err = newClient(ctx, d.url, "rawda", id, p.Password)
		return err
	}
	if err := errors.Join(
		add("salem", "سالم المشرف", "", "supervisor"), add("mona", "منى المديرة", "", "manager"),
		add("faisal", "فيصل المراقب المالي", "", "financial-controller"),
	); err != nil {
		return err
	}
	for n := range d.Counters + 1 {
		id, pin, roles := fmt.Sprintf("counter-%d", n+1), fmt.Sprint(58213+7919*n), []string{"counter"}
		if n == 0 {
			roles = append(roles, "manager") // who will try to approve what he counted
		}
		if err := add(id, fmt.Sprintf("قائم بالعد %d", n+1), pin, roles...); err != nil {
			return err
		}
		code, err := admin.enrolmentCode(ctx, "device-"+id)
		if err != nil {
			return err
		}
		d.members = append(d.members, simulate.Member{Name: "device-" + id, Code: code, Person: stocktake.PersonID(id), PIN: pin})
	}
	d.say("%d people added, %d handhelds given one-time enrolment codes", len(d.people), len(d.members))
	return nil
}

// stock imports the three files, made or given.
func (d *job) stock(ctx context.Context) error {
	files := map[string]string{"items": d.ItemsFile, "places": d.Places, "book": d.Book}
	if d.ItemsFile == "" {
		made, err := newShop(d.Seed, d.Items, d.Locations)
		if err != nil {
			return err
		}
		d.truth = made.truth
		for kind, content := range map[string][]byte{"items": made.itemsFile(), "places": made.placesFile(), "book": made.bookFile()} {
			files[kind] = filepath.Join(d.Data, kind+".csv")
			if err := os.WriteFile(files[kind], content, 0o600); err != nil {
				return err
			}
		}
		shelves, err := json.MarshalIndent(d.truth, "", " ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(d.Data, "truth.json"), shelves, 0o600); err != nil {
			return err
		}
		d.say("files made as an ERP exports them: %s, and what really stands on the shelves: truth.json", filepath.Join(d.Data, "{items,places,book}.csv"))
	}
	place := url.Values{"site": {"central"}, "site_name_ar": {"السوق المركزي"}, "site_name_en": {"Central market"}, "site_kind": {"central-market"}}
	book := url.Values{"site": {"central"}, "as_of": {asOf(d.begun)}}
	for _, x := range []struct {
		kind string
		q    url.Values
	}{{"items", url.Values{}}, {"places", place}, {"book", book}} {
		d.say("import %s from %s", x.kind, files[x.kind])
		report, err := d.people["mona"].importFile(ctx, x.kind, files[x.kind], x.q)
		printReport(&streams{Out: indented{d.out.Out}}, report)
		if err != nil {
			return err
		}
	}
	if d.truth != nil {
		return nil
	}
	var err error
	d.truth, err = d.society.shelves(ctx, "rawda", "central", d.Seed)
	return err
}

func (d *job) issue(ctx context.Context) (err error) {
	tolerance, supervisor, manager := stocktake.Quantity(0), stocktake.Fils(20_000), stocktake.Fils(200_000)
	p := plan{Session: "demo", Name: stocktake.Name{Arabic: "جرد السوق المركزي", English: "Count of the central market"}, Site: "central", Kind: "full", Blind: true}
	p.Tolerance.Quantity = &tolerance
	p.Tiers = demoTiers(supervisor, manager)
	if d.session, err = d.people["salem"].issue(ctx, p); err != nil {
		return err
	}
	d.say("session %q issued by salem: blind, whole site; salem approves up to KD %s a line, mona up to KD %s, faisal above", d.session, supervisor, manager)
	return nil
}

var (
	demoFiles = stocktake.NewReason(stocktake.Invalid, "demo-files",
		"Give --items-file, --places and --book together, or none of them.",
		"حدّد --items-file و--places و--book معًا أو اتركها كلها.")
	storyTold = stocktake.NewReason(stocktake.Conflict, "story-told",
		"%s holds a story already. Remove it, or name another directory with --data.",
		"المجلد %s يحوي عرضًا سابقًا. احذفه أو حدّد مجلدًا آخر عبر --data.")
	demoSize = stocktake.NewReason(stocktake.Invalid, "demo-size",
		"A demo has 3 to 200 counters, 10 to 100,000 items and 4 to 2,000 locations.",
		"العرض التجريبي يقبل من 3 إلى 200 قائم بالعد، ومن 10 إلى 100,000 صنف، ومن 4 إلى 2,000 موقع.")
)
