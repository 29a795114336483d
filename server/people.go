package main

import (
	"context"
	"fmt"
	"net/url"

	"jard/internal/account"
	"jard/internal/stocktake"
)

type userCmd struct {
	Add     userAddCmd     `cmd:"" help:"Add a person with roles, a password and a PIN for handhelds."`
	List    userListCmd    `cmd:"" help:"List the society's people."`
	Disable userDisableCmd `cmd:"" help:"Keep a person from signing in. An integrator's keys end, all at once."`
	Key     userKeyCmd     `cmd:"" help:"Issue a key to an integrator, and print it once."`
}

type userKeyCmd struct {
	signIn
	Person string `arg:"" help:"An integrator."`
	Days   int    `help:"How long it lives." default:"365" placeholder:"N"`
}

// Run prints a key, alone on its line.
func (c *userKeyCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	var key struct {
		Token string `json:"token"`
	}
	if err := api.post(ctx, "/api/people/"+url.PathEscape(c.Person)+"/keys", map[string]int{"days": c.Days}, &key); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.Out, key.Token)
	return err
}

type userAddCmd struct {
	signIn
	Person  string   `arg:"" help:"Short id."`
	Arabic  string   `help:"Name in Arabic." placeholder:"NAME"`
	English string   `help:"Name in English." placeholder:"NAME"`
	Role    []string `help:"counter, supervisor, manager, financial-controller, administrative-controller, committee-member, witness, society-administrator or integrator; repeatable." required:""`
	NewFile string   `help:"File with the new person's password." name:"new-password-file" type:"existingfile" placeholder:"FILE"`
	PINFile string   `help:"File with the new person's PIN of 4 to 8 digits." name:"pin-file" type:"existingfile" placeholder:"FILE"`
}

// Run adds a person.
func (c *userAddCmd) Run(ctx context.Context, s *streams) error {
	p := newPerson{ID: c.Person, Name: stocktake.Name{Arabic: c.Arabic, English: c.English}, Roles: c.Role}
	for _, x := range []struct {
		path string
		into *string
	}{{c.NewFile, &p.Password}, {c.PINFile, &p.PIN}} {
		if x.path == "" {
			continue
		}
		var err error
		if *x.into, err = secret(x.path); err != nil {
			return err
		}
	}
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	if err := api.addPerson(ctx, p); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.Out, "%s added\n", c.Person)
	return err
}

// newPerson is the body that adds somebody.
type newPerson struct {
	ID       string         `json:"id"`
	Name     stocktake.Name `json:"name"`
	Roles    []string       `json:"roles"`
	Password string         `json:"password,omitempty"`
	PIN      string         `json:"pin,omitempty"`
}

func (c *client) addPerson(ctx context.Context, p newPerson) error {
	return c.post(ctx, "/api/people", p, nil)
}

type userListCmd struct{ signIn }

// Run lists people.
func (c *userListCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	people, err := pages[account.Profile](ctx, api, "/api/people")
	for _, p := range people {
		fmt.Fprintf(s.Out, "%-16s %-32s %v\n", p.ID, p.Name, p.Roles)
	}
	return err
}

type userDisableCmd struct {
	signIn
	Person string `arg:""`
	Reason string `help:"Why, for the record." required:""`
}

// Run disables a person.
func (c *userDisableCmd) Run(ctx context.Context, _ *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	return api.post(ctx, "/api/people/"+url.PathEscape(c.Person)+"/disable", map[string]string{"reason": c.Reason}, nil)
}

type deviceCmd struct {
	Code   deviceCodeCmd   `cmd:"" help:"Make a one-time enrolment code for a handheld."`
	List   deviceListCmd   `cmd:"" help:"List handhelds."`
	Revoke deviceRevokeCmd `cmd:"" help:"Revoke a handheld: what it still sends goes to quarantine."`
}

type deviceCodeCmd struct {
	signIn
	Name string `arg:"" help:"What the handheld is called."`
}

// Run prints a code, alone on its line.
func (c *deviceCodeCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	code, err := api.enrolmentCode(ctx, c.Name)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.Out, code)
	return err
}

func (c *client) enrolmentCode(ctx context.Context, name string) (string, error) {
	var code struct {
		Code string `json:"code"`
	}
	err := c.post(ctx, "/api/devices/codes", map[string]string{"name": name}, &code)
	return code.Code, err
}

type deviceListCmd struct{ signIn }

// Run lists devices.
func (c *deviceListCmd) Run(ctx context.Context, s *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	devices, err := pages[account.Device](ctx, api, "/api/devices")
	for _, d := range devices {
		fmt.Fprintf(s.Out, "%-24s %-24s revoked=%v\n", d.ID, d.Name, d.Revoked)
	}
	return err
}

type deviceRevokeCmd struct {
	signIn
	Device string `arg:""`
	Reason string `help:"Why, for the record." required:""`
}

// Run revokes a device.
func (c *deviceRevokeCmd) Run(ctx context.Context, _ *streams) error {
	api, err := c.open(ctx)
	if err != nil {
		return err
	}
	return api.post(ctx, "/api/devices/"+url.PathEscape(c.Device)+"/revoke", map[string]string{"reason": c.Reason}, nil)
}
