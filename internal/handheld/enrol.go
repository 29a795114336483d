package handheld

import (
	"net/http"

	"jard/internal/stocktake"
)

// enrol makes a device of whoever shows a one-time code.
func (g *Gateway) enrol(w http.ResponseWriter, r *http.Request) error {
	from := g.remote(r)
	if err := g.enrols.take(from); err != nil {
		return err
	}
	var ask struct {
		Code string `json:"code"`
		Name string `json:"name"`
	}
	if err := g.read(w, r, &ask); err != nil {
		return err
	}
	d, token, err := g.accounts.Enrol(r.Context(), ask.Code, ask.Name, from)
	if err != nil {
		return err
	}
	society, err := g.store.Society(r.Context(), d.Society)
	if err != nil {
		return err
	}
	g.log.InfoContext(r.Context(), "device enrolled", "society", d.Society, "device", d.ID)
	type home struct {
		ID   stocktake.SocietyID `json:"id"`
		Name stocktake.Name      `json:"name"`
	}
	return answer(w, r, struct {
		Device  stocktake.DeviceID `json:"device"`
		Name    string             `json:"name"`
		Token   string             `json:"token"`
		Society home               `json:"society"`
	}{d.ID, d.Name, token, home{society.ID, society.Name}})
}

// signIn lets a person be named in this device's passes. That guesses at one person's PIN are few is account's business.
func (g *Gateway) signIn(w http.ResponseWriter, r *http.Request, i identity) error {
	if err := g.remotes.take(g.remote(r)); err != nil {
		return err
	}
	if err := g.signIns.take(i.key().String()); err != nil {
		return err
	}
	var ask struct {
		Person stocktake.PersonID `json:"person"`
		PIN    string             `json:"pin"`
	}
	if err := g.read(w, r, &ask); err != nil {
		return err
	}
	p, err := g.accounts.SignInOnDevice(r.Context(), i.Device, ask.Person, ask.PIN)
	if err != nil {
		return err
	}
	return answer(w, r, struct {
		Person stocktake.PersonID `json:"person"`
		Name   stocktake.Name     `json:"name"`
	}{p.ID, p.Name})
}
