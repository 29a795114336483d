// Command server is Jard: the society's service for handhelds and supervisors, the ministry's service that receives
// results, and the commands to run both from a terminal.
//
// It wires packages together and holds no rule of its own: what may be done, and by whom, is decided in internal/count,
// internal/account and internal/ministry.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"jard/internal/stocktake"
)

// cli is every command. Each flag can also be given in the environment, as JARD_ and its name in capitals; but for those whose name means
// something else in another command.
type cli struct {
	Serve    serveCmd         `cmd:"" help:"Serve a society's handhelds and supervisors, or the ministry (--role)."`
	Demo     demoCmd          `cmd:"" help:"Serve a made-up society and its ministry, to try everything at once."`
	Story    storyCmd         `cmd:"" help:"Do the whole job once in the terminal, on data it makes: import, count, recount, approve, seal, receipt."`
	Society  societyCmd       `cmd:"" help:"Set up societies and report them to the ministry."`
	User     userCmd          `cmd:"" help:"People: add, list, disable, roles, passwords and PINs."`
	Device   deviceCmd        `cmd:"" help:"Handhelds: make an enrolment code, list, revoke."`
	Import   importCmd        `cmd:"" help:"Import items, places or book stock from a CSV or XLSX file; or the events of a handheld that died."`
	Link     linkCmd          `cmd:"" help:"Send what a society's systems hold over the push API, and check that API."`
	Session  sessionCmd       `cmd:"" help:"Count sessions: issue, watch, recount, approve, seal."`
	Result   resultCmd        `cmd:"" help:"Sealed results and their receipts."`
	Ministry ministryCmd      `cmd:"" help:"The ministry's own commands: codes for societies, what was received."`
	Simulate simulateCmd      `cmd:"" help:"Let virtual counters count a session over the real protocol."`
	TLS      tlsCmd           `cmd:"" name:"tls" help:"Certificates for a server without a public name."`
	Decode   decodeCmd        `cmd:"" help:"Say what scans mean: one scan a line on standard input, one JSON object a line out."`
	Verify   verifyCmd        `cmd:"" help:"Recompute the chains of session logs and results, and say where they break."`
	Backup   backupCmd        `cmd:"" help:"Write a consistent copy of a store, while it is being served or not."`
	Confirm  backupConfirmCmd `cmd:"" name:"backup-confirm" help:"Verify a copy of a backup off this machine, so that handhelds may drop what it holds."`
	Restore  restoreCmd       `cmd:"" help:"Put a backup in place as a new store, under a new incarnation, with signing locked."`
	Version  versionCmd       `cmd:"" help:"Print the version."`
}

// streams are where a command reads and writes.
type streams struct {
	In       io.Reader
	Out, Err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], &streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// run executes one command line and gives the exit status: 0 done, 1 refused or failed, 2 misused, 3 all was taken and something waits for a person (link push).
func run(ctx context.Context, args []string, s *streams) int {
	var c cli
	status := -1
	ctx, stay := newVisit(ctx)
	defer stay.end(ctx)
	parser, err := grammar(&c,
		kong.UsageOnError(), kong.Writers(s.Out, s.Err), kong.Exit(func(code int) { status = code }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(s),
	)
	if err != nil {
		fmt.Fprintln(s.Err, "jard:", err)
		return 2
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	switch {
	case status >= 0:
		return status // help or version was asked for and printed
	case err != nil:
		printError(s.Err, err)
		fmt.Fprintln(s.Err, "Try: "+called()+meant(err)+" --help")
		return 2
	}
	if err := command.Run(); err != nil {
		printError(s.Err, err)
		if e, ok := errors.AsType[*stocktake.Error](err); ok && e.Reason == pushWaits {
			return 3
		}
		return 1
	}
	return 0
}

// grammar reads command lines into c.
func grammar(c *cli, more ...kong.Option) (*kong.Kong, error) {
	return kong.New(c, append([]kong.Option{
		kong.Name(called()), kong.Description(about()), kong.DefaultEnvars("JARD"), kong.ValueFormatter(explain),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		kong.NamedMapper("existingfile", kong.MapperFunc(existingFile)),
	}, more...)...)
}

// printError tells a person what to do, in both languages where the error has both.
func printError(w io.Writer, err error) {
	if e, ok := errors.AsType[*stocktake.Error](err); ok {
		fmt.Fprintf(w, "jard: %s\n        %s\n", e.English(), e.Arabic())
		if e.Err != nil {
			fmt.Fprintf(w, "        (%v)\n", e.Err)
		}
		return
	}
	fmt.Fprintln(w, "jard:", err)
}
