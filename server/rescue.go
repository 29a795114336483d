package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"jard/internal/account"
	"jard/internal/handheld"
	"jard/internal/stocktake"
	"jard/internal/wire"
)

// importCmd takes files in. Its usual form needs no second word: import items FILE.
type importCmd struct {
	File   importFileCmd   `cmd:"" default:"withargs" help:"Items, places or book stock from a CSV or XLSX file. The word file may be left out."`
	Events importEventsCmd `cmd:"" help:"What a handheld held that reaches the server no more: the file that its app saved, or the texts of its QR codes."`
}

type importEventsCmd struct {
	dataFlags
	File         string `arg:"" type:"existingfile" help:"The file that the app saved, or one with the text of each QR code, a line each."`
	Society      string `help:"The handheld's society." required:"" placeholder:"ID"`
	As           string `help:"Who asks a server over HTTP: a supervisor or a society administrator. Without it the file goes into --data, served or not." placeholder:"PERSON"`
	PasswordFile string `help:"File with the person's password, with --as." type:"existingfile" placeholder:"FILE"`
	URL          string `help:"Address of the society's server, with --as." default:"http://127.0.0.1:8420" placeholder:"URL"`
	JSON         bool   `help:"Print the report as JSON."`
}

// Run takes the file in: at a server over HTTP, or in a data directory, served or not.
func (c *importEventsCmd) Run(ctx context.Context, s *streams) error {
	file, err := readRescue(c.File)
	if err != nil {
		return err
	}
	if _, err := wire.ParseRescue(file); err != nil { // says what is wrong before anybody is asked for anything
		return err
	}
	var report handheld.RescueReport
	if c.As == "" {
		report, err = operate[handheld.RescueReport](ctx, c.dataFlags, "/rescue", rescueCall{stocktake.SocietyID(c.Society), file})
	} else {
		var api *client
		if api, err = c.signIn(ctx); err != nil {
			return err
		}
		var answer struct {
			Report handheld.RescueReport `json:"report"`
		}
		err = api.upload(ctx, "/api/import/events", bytes.NewReader(file), &answer)
		report = answer.Report
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(s.Out).Encode(report)
	}
	printRescue(s.Out, &report)
	return nil
}

// readRescue reads no more of a file than may be imported and a byte, by which too large a one is known.
func readRescue(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, wire.MaxRescue+1))
}

func (c *importEventsCmd) signIn(ctx context.Context) (*client, error) {
	if c.PasswordFile == "" {
		return nil, rescueWho.New()
	}
	f := signIn{URL: c.URL, Society: c.Society, As: c.As, PasswordFile: c.PasswordFile}
	return f.open(ctx)
}

var rescueWho = stocktake.NewReason(stocktake.Invalid, "rescue-who",
	"Say who asks: give --password-file with --as.",
	"حدّد من يطلب: أعطِ --password-file مع --as.")

func printRescue(w io.Writer, r *handheld.RescueReport) {
	fmt.Fprintf(w, "handheld %s (%s) of %s\n", r.Device, r.Name, r.Society)
	if r.Why != nil {
		fmt.Fprintf(w, "All of it is in quarantine, where a supervisor judges each event.\n  %s\n  %s\n", r.Why.English, r.Why.Arabic)
	}
	for _, x := range r.Sessions {
		name := string(x.Session)
		if name == "" {
			name = "(no session can be read)"
		}
		fmt.Fprintf(w, "  %-24s %d new, %d known", name, x.New, x.Known)
		if x.Quarantined > 0 {
			fmt.Fprintf(w, ", %d of the new in quarantine", x.Quarantined)
		}
		if x.Late > 0 {
			fmt.Fprintf(w, ", %d of the new in the late log", x.Late)
		}
		fmt.Fprintln(w)
	}
	if r.Photos > 0 {
		fmt.Fprintf(w, "  photos: %d\n", r.Photos)
	}
	if r.NoPhotos > 0 {
		fmt.Fprintf(w, "  photos left out: %d\n", r.NoPhotos)
	}
	fmt.Fprintln(w, "If this handheld does not come back, a supervisor writes it off where a session waits for it before the seal.")
}

// rescueCall is a file on its way to the operator's socket.
type rescueCall struct {
	Society stocktake.SocietyID `json:"society"`
	File    []byte              `json:"file"`
}

func (n *node) rescue(ctx context.Context, c rescueCall) (*handheld.RescueReport, error) {
	if _, err := n.db.Society(ctx, c.Society); err != nil {
		return nil, err
	}
	return n.rescuer().Rescue(ctx, c.Society, "", c.File)
}

func (n *node) rescuer() *handheld.Rescuer {
	return &handheld.Rescuer{Accounts: rescueAccounts{n.accounts}, Store: n.db, Logger: n.log}
}

// rescueAccounts serves handheld.RescueAccounts.
type rescueAccounts struct{ *account.Service }

// Enrolled gives a device and the hash of its token.
func (a rescueAccounts) Enrolled(ctx context.Context, society stocktake.SocietyID, id stocktake.DeviceID) (handheld.Device, stocktake.Hash, error) {
	d, token, err := a.DeviceToken(ctx, society, id)
	return gatewayDevice(d), token, err
}

// eventImporter serves web.EventImporter.
type eventImporter struct{ *handheld.Rescuer }

// ImportEvents takes in what a handheld held.
func (i eventImporter) ImportEvents(ctx context.Context, by stocktake.Person, file []byte) (any, error) {
	r, err := i.Rescue(ctx, by.Society, by.ID, file)
	return orNil(r, err)
}
