package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"jard/internal/label"
	"jard/internal/stocktake"
)

// pairing is the address that opens the handheld app and pairs it. The code stands behind the #, which browsers send to
// nobody.
func pairing(base, code string) string { return base + "/app/#pair=" + code }

// told is what the demo prints, as scripts read it.
type told struct {
	Society  string   `json:"society"`
	Ministry string   `json:"ministry"`
	Help     string   `json:"help,omitempty"` // with --lan: where handhelds learn to trust the server
	Session  string   `json:"session"`
	Codes    []string `json:"codes"`
	Pairing  []string `json:"pairing"`
	People   []login  `json:"people"`
	Officers []login  `json:"officers"`
	Samples  []sample `json:"samples"`
	Ready    float64  `json:"ready_seconds"`
}

// tell says where everything is and what to try.
func (d *demonstration) tell(ministry string, took time.Duration) error {
	if d.JSON {
		t := told{Society: d.base, Ministry: ministry, Help: d.help, Session: demoSession, Codes: d.codes, People: demoStaff, Officers: demoMinistry, Samples: d.Samples, Ready: took.Seconds()}
		for _, c := range d.codes {
			t.Pairing = append(t.Pairing, pairing(d.base, c))
		}
		return json.NewEncoder(d.out.Out).Encode(t)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s · ready in %.1f s · data in %s, made on %s with seed %d\n\n", software(), took.Seconds(), d.Data,
		d.MadeAt.In(kuwait).Format(time.DateOnly), d.recipe.Seed)
	fmt.Fprintf(&b, "  %s   %s · %s\n", d.base, demoHome.Name.English, demoHome.Name.Arabic)
	fmt.Fprintf(&b, "  %s   the ministry · الوزارة\n\n", ministry)
	if d.LAN {
		fmt.Fprintf(&b, "A handheld learns to trust this server at %s\n  fingerprint of the authority: %s\n", d.help, fingerprint(d.root))
		if d.alone {
			fmt.Fprint(&b, "  No address of a private network was found on this machine, so these addresses are good on this machine only.\n"+
				"  Connect it to the handhelds' network, and start the demo again.\n\n")
		} else {
			fmt.Fprint(&b, "  Everybody on this network can reach the demo, and the passwords below are no secret.\n\n")
		}
	}
	fmt.Fprintf(&b, "Sign in (society: %s)\n", demoHome.ID)
	printLogins(&b, demoStaff)
	fmt.Fprintf(&b, "At the ministry (society: %s)\n", ministrySociety)
	printLogins(&b, demoMinistry)
	if len(d.codes) > 0 {
		fmt.Fprintf(&b, "\nThe handheld app, paired in this browser (each code works once, for a day):\n")
		for _, c := range d.codes {
			fmt.Fprintf(&b, "  %s\n", pairing(d.base, c))
		}
		q, err := label.QR(pairing(d.base, d.codes[0]))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "\n%s", label.Terminal(q))
	}
	first := d.Samples[0]
	fmt.Fprintf(&b, `
Try:
  1. Open the link above, sign in as ali with his PIN and take the session. Choose the location %s under "Label torn?"
     (a reader would scan it), search for %s and key a quantity. Pull the plug: it goes on.
     Both languages are in the app's settings and at the head of every page of the society.
`, first.Location, first.Codes[0])
	fmt.Fprint(&b, `  2. Sign in at the society as salem: watch the session live, order a recount of what two people see differently.
  3. As salem, issue a small session of your own (warehouse, section "Supply goods"), count it, approve it, and seal it as
     mona; then open the ministry as badria: the result is there, verified, with its receipt.
`)
	if d.Simulate == 0 {
		fmt.Fprint(&b, "  With --simulate 8, eight counters walk the market while you watch.\n")
	} else {
		fmt.Fprintf(&b, "\n%d virtual counters count session %q now, until this ends. Watch them as salem:\n  %s/sessions/%s\n", d.Simulate, demoSession, d.base, demoSession)
	}
	_, err := fmt.Fprint(d.out.Out, b.String())
	return err
}

func printLogins(b *strings.Builder, people []login) {
	for _, l := range people {
		secret := string(l.Password)
		switch {
		case l.PIN != "":
			secret = "PIN " + string(l.PIN)
		case secret == "":
			continue // a machine
		}
		fmt.Fprintf(b, "  %-8s %-18s %-26s %s\n", l.ID, secret, roles(l.Roles), l.Name.Arabic)
	}
}

func roles(list []stocktake.Role) string {
	words := make([]string, 0, len(list))
	for _, r := range list {
		words = append(words, string(r))
	}
	return strings.Join(words, ", ")
}

// kuwait is the zone that instants are shown in.
var kuwait = time.FixedZone("Asia/Kuwait", 3*60*60)
