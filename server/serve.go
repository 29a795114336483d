package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

type serveCmd struct {
	dataFlags
	listenFlags
	proxyFlags
	Role     string `help:"society: handhelds, supervisors, sealed results. ministry: receives results and signs receipts." enum:"society,ministry" default:"society"`
	TLSHelp  string `help:"Serve in the clear, at this address, a page that helps to install the local authority (see tls init) on handhelds." placeholder:"HOST:PORT"`
	Drop     string `help:"Watch this directory for files of items, books and movements, in a directory for each society (see /api/docs)." type:"existingdir" placeholder:"DIR"`
	LogLevel string `help:"What to log: debug, info, warn or error." enum:"debug,info,warn,error" default:"info"`
}

// Run serves until it is interrupted.
func (c *serveCmd) Run(ctx context.Context, s *streams) (err error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(s.Err, &slog.HandlerOptions{Level: level}))
	proxies, err := c.networks()
	if err != nil {
		return err
	}
	l, err := c.listen()
	if err != nil {
		return err
	}
	addresses, err := c.addresses(l)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	n, err := openNode(c.dataFlags, log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, n.close()) }()
	operator, err := n.listenOperator()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	n.drop = c.Drop
	handler, done, err := n.role(c.Role)
	if err != nil {
		return errors.Join(err, l.Close(), operator.Close())
	}
	fmt.Fprintf(s.Out, "%s serves as %s on %s (data in %s)\n", software(), c.Role, strings.Join(addresses, ", "), c.Data)
	servers := []server{{l, behind(proxies, handler)}, {operator, n.operator()}}
	if c.TLSHelp != "" {
		help, err := c.help(s, l)
		if err != nil {
			done()
			return errors.Join(err, l.Close(), operator.Close())
		}
		servers = append(servers, help)
	}
	return serve(ctx, log, done, servers...)
}

// help opens the page that helps to install the authority.
func (c *serveCmd) help(s *streams, l net.Listener) (server, error) {
	leaf, root, err := endsOf(c.TLSCert)
	if err != nil {
		return server{}, err
	}
	page, at, err := openHelp(c.TLSHelp, leaf, root, l.Addr(), certified(leaf)[0])
	if err == nil {
		fmt.Fprintf(s.Out, "handhelds learn to trust it at %s\nfingerprint of the authority: %s\n", at, fingerprint(root))
	}
	return page, err
}

// role wires what the node serves, and gives what ends it.
func (n *node) role(role string) (http.Handler, func(), error) {
	if role == "ministry" {
		h, err := newMinistryServer(n)
		return h, func() {}, err
	}
	s, err := newSocietyServer(n)
	if err != nil {
		return nil, nil, err
	}
	return s.handler, s.close, nil
}

// server is a listener and what answers on it.
type server struct {
	listener net.Listener
	handler  http.Handler
}

// shutdownWithin is how long requests under way are waited for.
const shutdownWithin = 10 * time.Second

// serve runs servers until ctx ends, then calls done (which ends what no server knows of: websockets, deliveries) and
// waits for what is under way.
func serve(ctx context.Context, log *slog.Logger, done func(), servers ...server) error {
	failed := make(chan error, len(servers))
	running := make([]*http.Server, 0, len(servers))
	for _, x := range servers {
		h := &http.Server{
			Handler: x.handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 60 * time.Second, WriteTimeout: 120 * time.Second,
			IdleTimeout: 120 * time.Second, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		}
		running = append(running, h)
		go func() { failed <- h.Serve(x.listener) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	done()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownWithin)
	defer cancel()
	for _, h := range running {
		err = errors.Join(err, h.Shutdown(end))
	}
	return err
}
