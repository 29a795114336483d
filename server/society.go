package main

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"time"

	"jard/internal/account"
	"jard/internal/boltdb"
	"jard/internal/count"
	"jard/internal/handheld"
	"jard/internal/link"
	"jard/internal/live"
	"jard/internal/ministry"
	"jard/internal/stocktake"
	"jard/internal/web"
	"jard/internal/wire"
)

// node is one store with the services that both roles need.
type node struct {
	dataFlags
	db       *boltdb.DB
	log      *slog.Logger
	accounts *account.Service
	signer   *ministry.Signer
	outside  *http.Client // towards the ministry
	drop     string       // the folder that is watched for files; none when empty
}

// openNode opens the store of a data directory, and makes both where they are not there.
func openNode(data dataFlags, log *slog.Logger) (*node, error) {
	return openNodeWith(data, log, setting{})
}

func openNodeWith(data dataFlags, log *slog.Logger, set setting) (*node, error) {
	set = set.withDefaults()
	if err := os.MkdirAll(data.Data, 0o700); err != nil {
		return nil, dataUnusable.Wrap(err, data.Data)
	}
	db, err := boltdb.Open(data.store(), boltdb.Options{Clock: set.clock.Now, Unsynced: set.unsynced})
	if err != nil {
		return nil, err
	}
	n := &node{dataFlags: data, db: db, log: log, outside: &http.Client{Timeout: 2 * time.Minute}}
	config := account.Config{Directory: db, Ministry: ministrySociety, Sole: true, Now: set.clock.Now, CodeFor: set.codeFor}
	if n.accounts, err = account.New(config); err == nil {
		n.signer, err = ministry.NewSigner(db, data.keys(), set.clock)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return n, nil
}

func (n *node) close() error { return n.db.Close() }

// ministrySociety is the id under which the ministry's own people stand in its store.
const ministrySociety stocktake.SocietyID = "ministry"

// societyServer is everything that a society's server runs.
type societyServer struct {
	*node
	sessions *count.Service
	gateway  *handheld.Gateway
	hub      *live.Hub
	courier  *ministry.Courier
	handler  http.Handler

	stop    context.CancelFunc
	unwatch func()
	work    sync.WaitGroup
}

// newSocietyServer wires the society's role on an open node and starts its deliveries.
func newSocietyServer(n *node) (*societyServer, error) {
	s := &societyServer{node: n, sessions: count.NewService(n.db, n.db, n.db, time.Now)}
	s.sessions.Ask(n.still)
	s.courier = ministry.NewCourier(n.db, n.signer, n.outside, ministry.SystemClock{}, rand.Float64, n.log)
	s.gateway = handheld.New(handheld.Config{
		Accounts: gatewayAccounts{n.accounts}, Sessions: gatewaySessions{s.sessions, n.db}, Store: gatewayStore{n.db}, Logger: n.log, Version: software(),
	})
	files := link.NewImporter(n.db, link.Limits{})
	e, err := web.New(web.Config{
		Accounts: n.accounts, Sessions: s.sessions, Logger: n.log, TempDir: n.Data,
		Issuer: ministry.NewIssuer(n.db, n.db, n.signer, software()), Results: results{ministry.NewSealed(n.db)},
		Importer: importer{files}, Events: eventImporter{n.rescuer()}, Photos: n.db, Places: files, Catalogue: files, Feeds: feeds{files}, Postings: postings{n.db}, Societies: n.db, Presence: presence{s.gateway},
	})
	if err != nil {
		s.gateway.Close()
		s.sessions.Close()
		return nil, err
	}
	push, err := link.NewAPI(link.APIConfig{Importer: files, Accounts: n.accounts, Logger: n.log, Version: software(), TempDir: n.Data})
	if err != nil {
		s.gateway.Close()
		s.sessions.Close()
		return nil, err
	}
	if s.hub, err = newHub(n, s.sessions, s.gateway, n.log); err != nil {
		s.gateway.Close()
		s.sessions.Close()
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(wire.Base+"/", s.gateway)
	mux.Handle("/live/", s.hub)
	for _, path := range []string{link.APIBase, link.DocsBase, link.DocsBase + "/"} {
		mux.Handle(path, push)
	}
	mux.Handle("/", e)
	s.handler = mux
	ctx, stop := context.WithCancel(context.Background())
	s.stop, s.unwatch = stop, onSeal(n.db, s.courier.Wake)
	s.work.Go(func() {
		if err := s.courier.Run(ctx); err != nil && ctx.Err() == nil {
			n.log.Error("deliveries ended", "error", err)
		}
	})
	s.work.Go(func() {
		beat := time.NewTicker(issueEvery)
		defer beat.Stop()
		(&issuing{n.db, s.sessions, n.still, n.log, map[string]string{}}).run(ctx, beat.C)
	})
	if n.drop != "" {
		folder := link.Drop{Importer: files, Dir: n.drop, Logger: n.log}
		s.work.Go(func() { folder.Run(ctx, dropEvery) })
	}
	return s, nil
}

// dropEvery is how often the drop folder is looked at.
const dropEvery = 10 * time.Second

// close says goodbye to devices, ends deliveries and leaves the store to its owner.
func (s *societyServer) close() {
	s.gateway.Close()
	s.hub.Close()
	s.unwatch()
	s.stop()
	s.work.Wait()
	s.sessions.Close()
}

// onSeal calls f after each commit of a seal, whose delivery is queued then. F must be quick.
func onSeal(log count.Log, f func()) (stop func()) {
	return log.Watch(func(c count.Committed) {
		if n := len(c.Entries); n > 0 && c.Entries[n-1].Kind == count.Sealed { // nothing follows it in its log
			f()
		}
	})
}

var dataUnusable = stocktake.NewReason(stocktake.Unavailable, "data-unusable",
	"The data directory %s cannot be used. Check that it is a directory that this user may write.",
	"تعذّر استخدام مجلد البيانات %s. تحقّق من أنه مجلد يملك هذا المستخدم صلاحية الكتابة فيه.")
