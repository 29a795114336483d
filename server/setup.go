package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"jard/internal/account"
	"jard/internal/ministry"
	"jard/internal/stocktake"
)

// secret reads a password or a code from a file, so that it stands in no command line: the first line, without its end.
func secret(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}

type societyCmd struct {
	Add    societyAddCmd    `cmd:"" help:"Add a society, with its first administrator and its signing key."`
	Enrol  societyEnrolCmd  `cmd:"" help:"Enrol the society's key at the ministry with a one-time code."`
	Series societySeriesCmd `cmd:"" help:"Open a new series of results, where the ministry's last one cannot be had after a restore."`
	Key    societyKeyCmd    `cmd:"" help:"Change the signing key, by a document that both keys sign; or replace a lost one."`
}

type societyAddCmd struct {
	dataFlags
	Society      string   `arg:"" help:"Short id, as in rawda."`
	Arabic       string   `help:"Name in Arabic." required:"" placeholder:"NAME"`
	English      string   `help:"Name in English." placeholder:"NAME"`
	Governorate  string   `help:"KW-KU, KW-HA, KW-FA, KW-AH, KW-JA or KW-MU." required:"" placeholder:"CODE"`
	Scheme       []string `help:"Variable-measure label, as for decode; repeatable." sep:"none" placeholder:"prefix=…"`
	Admin        string   `help:"Id of the first administrator." required:"" placeholder:"PERSON"`
	PasswordFile string   `help:"File with the administrator's password." required:"" type:"existingfile" placeholder:"FILE"`
}

// Run adds a society.
func (c *societyAddCmd) Run(ctx context.Context, s *streams) error {
	password, err := secret(c.PasswordFile)
	if err != nil {
		return err
	}
	society := stocktake.Society{
		ID: stocktake.SocietyID(c.Society), Name: stocktake.Name{Arabic: c.Arabic, English: c.English},
		Governorate: stocktake.Governorate(c.Governorate), Schemes: c.Scheme,
	}
	if _, err := operate[done](ctx, c.dataFlags, "/society", society); err != nil {
		return err
	}
	_, err = operate[account.Profile](ctx, c.dataFlags, "/administrator", administrator{
		Society: society.ID, Person: stocktake.PersonID(c.Admin), Name: stocktake.Name{English: c.Admin}, Password: password,
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "society %s added; %s may sign in and add people\n", c.Society, c.Admin)
	return err
}

type societyEnrolCmd struct {
	dataFlags
	Society  string `arg:""`
	Ministry string `help:"Address of the ministry's server." required:"" placeholder:"URL"`
	CodeFile string `help:"File with the one-time code from the ministry." required:"" type:"existingfile" placeholder:"FILE"`
}

// Run enrols a society.
func (c *societyEnrolCmd) Run(ctx context.Context, s *streams) error {
	code, err := secret(c.CodeFile)
	if err != nil {
		return err
	}
	in := enrolment{Society: stocktake.SocietyID(c.Society), Ministry: c.Ministry, Code: code}
	if _, err := operate[*ministry.Statement](ctx, c.dataFlags, "/enrol", in); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "%s is enrolled at %s\n", c.Society, c.Ministry)
	return err
}

type societySeriesCmd struct {
	dataFlags
	Society string `arg:""`
	Series  uint64 `help:"Number of the new series." required:"" placeholder:"N"`
}

// Run opens a series.
func (c *societySeriesCmd) Run(ctx context.Context, s *streams) error {
	chain, err := operate[ministry.Chain](ctx, c.dataFlags, "/series", series{stocktake.SocietyID(c.Society), c.Series})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "series %d is open; its first result will cite %s\n", chain.Series, chain.Hash)
	return err
}

type societyKeyCmd struct {
	dataFlags
	Society string `arg:""`
	Reason  string `help:"Why, for the record." required:""`
	Lost    bool   `help:"The old key is gone: make a new one, to be enrolled with a new code of the ministry."`
}

// Run changes a key.
func (c *societyKeyCmd) Run(ctx context.Context, s *streams) error {
	if _, err := operate[any](ctx, c.dataFlags, "/key", keyChange{stocktake.SocietyID(c.Society), c.Reason, c.Lost}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.Out, "%s has a new signing key; back up the directory %s\n", c.Society, c.keys())
	return err
}

type ministryCmd struct {
	Code    ministryCodeCmd    `cmd:"" help:"Make a one-time code with which a society enrols its key."`
	Members ministryMembersCmd `cmd:"" help:"List the societies that report here."`
	Officer ministryOfficerCmd `cmd:"" help:"Add the ministry's first officer, who signs in at its pages and adds the others."`
}

type ministryCodeCmd struct {
	dataFlags
	Society     string `arg:""`
	Arabic      string `help:"Name in Arabic." required:"" placeholder:"NAME"`
	English     string `help:"Name in English." placeholder:"NAME"`
	Governorate string `help:"KW-KU, KW-HA, KW-FA, KW-AH, KW-JA or KW-MU." required:"" placeholder:"CODE"`
}

// Run prints a code, alone on its line.
func (c *ministryCodeCmd) Run(ctx context.Context, s *streams) error {
	code, err := operate[string](ctx, c.dataFlags, "/code", stocktake.Society{
		ID: stocktake.SocietyID(c.Society), Name: stocktake.Name{Arabic: c.Arabic, English: c.English},
		Governorate: stocktake.Governorate(c.Governorate),
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.Out, code)
	return err
}

type ministryMembersCmd struct{ dataFlags }

// Run lists members.
func (c *ministryMembersCmd) Run(ctx context.Context, s *streams) error {
	members, err := operate[[]ministry.Member](ctx, c.dataFlags, "/members", done{})
	for _, m := range members {
		fmt.Fprintf(s.Out, "%-16s %-6s last %-8s %s\n", m.Society, m.Governorate, m.Head.Ref, m.Name)
	}
	return err
}
