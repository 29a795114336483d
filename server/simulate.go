package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"jard/internal/simulate"
	"jard/internal/stocktake"
)

type simulateCmd struct {
	signIn
	Session  string   `arg:"" help:"Session to count."`
	Person   []string `help:"Counter and the file with the PIN, as in ali=pins/ali; repeatable. Each gets a device of their own, enrolled with a code that --as makes." required:"" env:"-" placeholder:"PERSON=FILE"`
	Dir      string   `help:"Directory of the virtual devices; given again, they go on where they stopped." default:"devices" env:"JARD_DEVICES" placeholder:"DIR"`
	Truth    string   `help:"JSON file with what really stands where: [{\"location\",\"item\",\"quantity\"}], quantities in thousandths." required:"" type:"existingfile" placeholder:"FILE"`
	Ledger   string   `help:"File to write everything recorded to, to compare the server with." placeholder:"FILE"`
	Seed     uint64   `help:"Seed of everything that is thrown with dice." default:"1"`
	Overlap  float64  `help:"Chance that a location is counted by two people." default:"0.1"`
	Perfect  bool     `help:"Counters never err, look only for what was asked, and the network never fails."`
	PushOnly bool     `help:"Use HTTP instead of websockets."`
	Stay     bool     `help:"Wait for recounts until the session closes."`
}

// Run plays counters.
func (c *simulateCmd) Run(ctx context.Context, s *streams) error {
	truth, err := readTruth(c.Truth)
	if err != nil {
		return err
	}
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	var members []simulate.Member
	for n, x := range c.Person {
		person, file, _ := strings.Cut(x, "=")
		pin, err := secret(file)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("device-%d-%s", n+1, url.PathEscape(person))
		code, err := api.enrolmentCode(ctx, name)
		if err != nil {
			return err
		}
		members = append(members, simulate.Member{Name: name, Code: code, Person: stocktake.PersonID(person), PIN: pin})
	}
	config := simulate.Config{
		Server: c.URL, Dir: c.Dir, Session: stocktake.SessionID(c.Session), Truth: truth, Members: members, Seed: c.Seed, Overlap: c.Overlap,
		Habits: simulate.Ordinary, Weather: roughWeather, PushOnly: c.PushOnly, Stay: c.Stay, Ledger: c.Ledger,
		Patience: simulate.Patience{First: 50 * time.Millisecond, Most: 2 * time.Second},
		Progress: func(p simulate.Progress) { fmt.Fprintln(s.Out, progressLine(p)) },
	}
	if c.Perfect {
		config.Habits, config.Weather = recounting, simulate.Weather{}
	}
	report, err := simulate.Run(ctx, config)
	if err != nil {
		return err
	}
	for _, m := range report.Failed() {
		fmt.Fprintf(s.Err, "%s (%s) stopped early: %v\n", m.Name, m.Person, m.Err)
	}
	return nil
}

// roughWeather is a bad night in a cold store: cut, torn and doubled messages.
var roughWeather = simulate.Weather{Cut: 0.05, Torn: 0.02, Duplicate: 0.05, Stale: 0.02}

func progressLine(p simulate.Progress) string {
	return fmt.Sprintf("  %5.1f s  %d of %d devices online · %d events recorded, %d not acknowledged yet · %d passes closed",
		p.Took.Seconds(), p.Online, p.Devices, p.Events, p.Held, p.Passes)
}

func readTruth(path string) (simulate.Truth, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var truth simulate.Truth
	if err := json.Unmarshal(b, &truth); err != nil {
		return nil, badTruth.Wrap(err, path)
	}
	return truth, nil
}

var badTruth = stocktake.NewReason(stocktake.Invalid, "truth-unreadable",
	"%s is no JSON list of {\"location\", \"item\", \"quantity\"}. Mend it, then repeat.",
	"الملف %s ليس قائمة JSON من {\"location\" و\"item\" و\"quantity\"}. أصلحه ثم أعد المحاولة.")
