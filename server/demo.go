package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"jard/internal/result"
	"jard/internal/simulate"
	"jard/internal/stocktake"
)

type demoCmd struct {
	Data           string `help:"Directory of the demo's stores; kept from one run to the next." default:"var/demo" placeholder:"DIR"`
	Seed           uint64 `help:"Seed of the made society, for a new directory." default:"1"`
	Items          int    `help:"Items of the made society, for a new directory." default:"25000"`
	Locations      int    `help:"Locations of the made society, for a new directory." default:"400"`
	Listen         string `help:"Address of the society's server." default:"127.0.0.1:8420" placeholder:"HOST:PORT"`
	MinistryListen string `help:"Address of the ministry's server." default:"127.0.0.1:8421" placeholder:"HOST:PORT"`
	LAN            bool   `help:"Serve the society to the network, over TLS with a certificate of the demo's own, so that a real handheld can be tried." name:"lan"`
	HelpListen     string `help:"With --lan: address of the page that helps handhelds to trust it." default:"0.0.0.0:8422" placeholder:"HOST:PORT"`
	Simulate       int    `help:"Let so many virtual counters count, at a walking pace, over the real protocol." placeholder:"N"`
	Haste          int    `help:"How many times faster than a walk they are; at 4 each scans about once a second." default:"1" placeholder:"N"`
	Pair           int    `help:"How many pairing codes to make." default:"1" placeholder:"N"`
	JSON           bool   `help:"Print addresses, logins and codes as one line of JSON, for scripts."`
	LogLevel       string `help:"What to log: debug, info, warn or error." enum:"debug,info,warn,error" default:"error"`

	pace simulate.Pace // of virtual counters; demoPace
}

// demoDay is how long the demo's pairing codes live: somebody may read them over lunch.
const demoDay = 24 * time.Hour

// demonstration is a running demo.
type demonstration struct {
	*demoCmd
	recipe
	out      *streams
	log      *slog.Logger
	society  *node
	ministry *node
	base     string // address of the society's server
	inner    string // … for virtual counters
	help     string // of the page that helps handhelds to trust it; with --lan
	alone    bool   // with --lan: no address was found that others reach this machine at
	root     *x509.Certificate
	codes    []string
}

// Run makes the society at first and serves it until it is interrupted.
func (c *demoCmd) Run(ctx context.Context, s *streams) (err error) {
	begun := time.Now()
	if c.Items < 500 || c.Items > 100_000 || c.Locations < 40 || c.Locations > 2000 || c.Simulate < 0 || c.Simulate > 200 || c.Haste < 0 || c.Haste > 100 || c.Pair < 0 || c.Pair > 20 {
		return demoSizes.New()
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return err
	}
	d := &demonstration{demoCmd: c, out: s, log: slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: level}))}
	if err := d.prepare(ctx, begun); err != nil {
		return err
	}
	set := setting{codeFor: demoDay}
	if d.ministry, err = openNodeWith(dataFlags{filepath.Join(c.Data, "ministry")}, d.log, set); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.ministry.close()) }()
	if d.society, err = openNodeWith(dataFlags{filepath.Join(c.Data, "society")}, d.log, set); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.society.close()) }()
	return d.serve(ctx, begun)
}

// prepare reads what the directory was made from, and makes it where there is none.
func (d *demonstration) prepare(ctx context.Context, begun time.Time) error {
	text, err := os.ReadFile(filepath.Join(d.Data, recipeFile))
	if errors.Is(err, os.ErrNotExist) {
		d.recipe = recipe{Seed: d.demoCmd.Seed, Items: d.demoCmd.Items, Locations: d.demoCmd.Locations, MadeAt: begun.UTC().Truncate(time.Second)}
		if err := buildDemo(ctx, d.Data, d.recipe); err != nil {
			return err
		}
		text, err = os.ReadFile(filepath.Join(d.Data, recipeFile))
	}
	if err != nil {
		return dataUnusable.Wrap(err, d.Data)
	}
	if err := json.Unmarshal(text, &d.recipe); err != nil {
		return demoElsewhere.Wrap(err, d.Data)
	}
	return nil
}

// serve runs both roles.
func (d *demonstration) serve(ctx context.Context, begun time.Time) error {
	at := listenFlags{Listen: d.MinistryListen}
	authority, err := at.listen()
	if err != nil {
		return err
	}
	ministryURL := at.url(authority)
	if err := d.repin(ctx, ministryURL); err != nil {
		return errors.Join(err, authority.Close())
	}
	servers, err := d.open()
	if err != nil {
		return errors.Join(err, authority.Close())
	}
	closeBoth := func(err error) error {
		for _, x := range servers {
			err = errors.Join(err, x.listener.Close())
		}
		return errors.Join(err, authority.Close())
	}
	answers, endMinistry, err := d.ministry.role("ministry")
	if err != nil {
		return closeBoth(err)
	}
	handler, endSociety, err := d.society.role("society")
	if err != nil {
		endMinistry()
		return closeBoth(err)
	}
	end := func() { endSociety(); endMinistry() }
	for n := range d.Pair {
		code, err := d.society.accounts.NewEnrolment(ctx, demoAdmin, fmt.Sprintf("handheld-%d", n+1))
		if err != nil {
			end()
			return closeBoth(err)
		}
		d.codes = append(d.codes, string(code.Secret))
	}
	for n := range servers {
		if servers[n].handler == nil {
			servers[n].handler = handler
		}
	}
	servers = append(servers, server{authority, answers})
	work, both := errgroup.WithContext(ctx)
	work.Go(func() error {
		return serve(both, d.log, end, servers...)
	})
	if err := d.tell(ministryURL, time.Since(begun)); err != nil {
		return errors.Join(err, work.Wait())
	}
	work.Go(func() error { return d.tick(both) })
	if d.Simulate > 0 {
		work.Go(func() error { return d.simulate(both) })
	}
	return work.Wait()
}

// open listens for the society: on loopback in the clear; with --lan, on every address over TLS, beside it in the clear on
// loopback for virtual counters, and for handhelds that do not trust it yet. A server without a handler is the society's.
func (d *demonstration) open() ([]server, error) {
	if !d.LAN {
		at := listenFlags{Listen: d.Listen}
		l, err := at.listen()
		if err != nil {
			return nil, err
		}
		d.base = at.url(l)
		d.inner = d.base
		return []server{{listener: l}}, nil
	}
	dir := filepath.Join(d.Data, "tls")
	_, h, _, err := initTLS(dir, nil, false, time.Now())
	if errors.Is(err, authorityNarrow) { // the machine is called something else now
		_, h, _, err = initTLS(dir, nil, true, time.Now())
	}
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(d.Listen)
	if err != nil {
		return nil, badListen.Wrap(err, d.Listen)
	}
	at := listenFlags{Listen: net.JoinHostPort("0.0.0.0", port), TLSCert: filepath.Join(dir, serverCert), TLSKey: filepath.Join(dir, serverKey)}
	l, err := at.listen()
	if err != nil {
		return nil, err
	}
	leaf, root, err := endsOf(at.TLSCert)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	d.alone, d.root = h.lan() == "", root
	name := cmp.Or(h.lan(), "localhost")
	d.base = reachable(at.url(l), []string{name})[0]
	plain := listenFlags{Listen: "127.0.0.1:0"}
	near, err := plain.listen()
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	d.inner = plain.url(near)
	page, help, err := openHelp(d.HelpListen, leaf, root, l.Addr(), name)
	if err != nil {
		return nil, errors.Join(err, l.Close(), near.Close())
	}
	d.help = help
	return []server{{listener: l}, {listener: near}, page}, nil
}

// repin tells the society where the ministry's server is now: its port may be another than the last time.
func (d *demonstration) repin(ctx context.Context, address string) error {
	i, err := d.society.db.Identity(ctx, demoHome.ID)
	if err != nil || i.Ministry == nil || i.Ministry.URL == address {
		return err
	}
	key, err := result.LoadKey(d.ministry.ministryKey())
	if err != nil {
		return err
	}
	if key.Public() != i.Ministry.Key {
		return demoElsewhere.New(d.Data) // another ministry's store was put here
	}
	i.Ministry.URL = address
	return d.society.db.PutIdentity(ctx, i)
}

var demoSizes = stocktake.NewReason(stocktake.Invalid, "demo-sizes",
	"A demo has 500 to 100,000 items, 40 to 2,000 locations, at most 200 virtual counters up to 100 times in haste, and at most 20 codes.",
	"العرض التجريبي يقبل من 500 إلى 100,000 صنف، ومن 40 إلى 2,000 موقع، وحتى 200 قائم افتراضي بالعد بسرعة لا تتجاوز 100 ضعف، وحتى 20 رمزًا.")
