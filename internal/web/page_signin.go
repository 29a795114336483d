package web

import (
	"errors"
	"net/http"
	"time"

	"jard/internal/account"
	"jard/internal/stocktake"
)

// signInPage is what the sign-in page knows: the one society that this server hosts, or none, and what waits to be sent.
type signInPage struct {
	Society stocktake.SocietyID
	Name    stocktake.Name
	Next    string
	Ended   bool    // a sign-in was there and is over
	Unsent  *unsent // what was sent without a sign-in that holds
}

func (v *visit) signInPage(next string) (signInPage, error) {
	p := signInPage{Next: inside(next)}
	if v.k.Societies == nil {
		return p, nil
	}
	list, err := v.k.Societies.Societies(v.Request().Context())
	if err == nil && len(list) == 1 {
		p.Society, p.Name = list[0].ID, list[0].Name
	}
	return p, err
}

func (k *console) showSignIn(v *visit) error {
	p, err := v.signInPage(v.QueryParam("next"))
	if err != nil {
		return err
	}
	p.Ended = v.k.token(v.Request()) != ""
	society := ""
	if c, err := v.Cookie(societyCookie); err == nil {
		society = c.Value
	}
	return v.show("sign-in", frame{Title: "sign-in.title", Data: p, Form: v.newForm("society", society)})
}

// signInAgain asks for a sign-in in place of an answer to a form, which can be sent again afterwards.
func (v *visit) signInAgain(next string) error {
	p, err := v.signInPage(next)
	if err != nil {
		return err
	}
	p.Ended, p.Unsent = true, v.k.unsent(v)
	v.by = stocktake.Person{}
	return v.showAs(http.StatusUnauthorized, "sign-in", frame{Title: "sign-in.title", Data: p})
}

func (k *console) signInHere(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	p, err := v.signInPage(f.Get("next"))
	if err != nil {
		return err
	}
	p.Unsent = unpacked(p.Next, f.Values.Get("unsent"))
	society := p.Society
	if society == "" {
		society = stocktake.SocietyID(f.need("society"))
	}
	person, password := stocktake.PersonID(f.need("person")), f.Values.Get("password")
	if password == "" {
		f.need("password")
	}
	if f.good() {
		g, err := k.Accounts.SignIn(v.Request().Context(), society, person, account.Secret(password), v.RealIP())
		if err == nil {
			if old := v.k.token(v.Request()); old != "" {
				if err := k.Accounts.SignOut(v.Request().Context(), old); err != nil {
					return err
				}
			}
			v.setSession(g.Token, g.ExpiresAt)
			v.prefer(societyCookie, string(society))
			typist := v.wasLast(g.Person)
			v.setLast(g.Person)
			switch {
			case !p.Unsent.Any():
				return v.Redirect(http.StatusSeeOther, p.Next)
			case !typist: // what one person saw and typed, another must not send in their own name, nor read
				return v.done("/", "done.unsent-dropped")
			}
			v.by = g.Person
			return v.show("unsent", frame{Title: "unsent.title", Data: p.Unsent})
		}
		if p.Society != "" && errors.Is(err, account.SignInWrong) { // the form asks for no society
			f.Fault = v.tongue.t("sign-in.wrong")
		} else if err := f.blame(err); err != nil {
			return err
		}
	}
	return v.again("sign-in", frame{Title: "sign-in.title", Data: p, Form: f})
}

// setPreference keeps the language, the theme or the digits, and goes back to where one was.
func (k *console) setPreference(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	for _, p := range []struct {
		cookie string
		known  []string
	}{{langCookie, languages}, {themeCookie, []string{"light", "dark", "system"}}, {digitsCookie, []string{"latin", "indic"}}} {
		for _, value := range p.known {
			if f.Get(p.cookie) == value {
				v.prefer(p.cookie, value)
			}
		}
	}
	return v.Redirect(http.StatusSeeOther, inside(f.Get("next")))
}

// selfPages are about who is signed in.
func (k *console) selfPages() []route {
	return []route{
		{path: "/sign-out", post: k.signOutHere},
		{path: "/me", get: k.showSelf, post: k.changeSelf},
	}
}

func (k *console) signOutHere(v *visit) error {
	if err := k.Accounts.SignOut(v.Request().Context(), v.k.token(v.Request())); err != nil {
		return err
	}
	v.setSession("", time.Time{})
	return v.Redirect(http.StatusSeeOther, "/sign-in")
}

func (k *console) showSelf(v *visit) error { return v.show("me", frame{Title: "me.title"}) }

// changeSelf sets a new password, or ends every sign-in of the person.
func (k *console) changeSelf(v *visit) error {
	f, err := v.form()
	if err != nil {
		return err
	}
	ctx := v.Request().Context()
	if f.Get("do") == "sign-out-everywhere" {
		if err := k.Accounts.SignOutEverywhere(ctx, v.by); err != nil {
			return err
		}
		v.setSession("", time.Time{})
		return v.Redirect(http.StatusSeeOther, "/sign-in")
	}
	old, password := f.Values.Get("old"), f.Values.Get("new")
	f.need("old")
	f.need("new")
	if password != f.Values.Get("repeat") {
		f.wrong("repeat", RepeatDiffers.New())
	}
	if f.good() {
		err := k.Accounts.ChangePassword(ctx, v.by, account.Secret(old), account.Secret(password), v.RealIP())
		if err == nil {
			v.setSession("", time.Time{}) // a new password ends what was open
			return v.Redirect(http.StatusSeeOther, "/sign-in")
		}
		if errors.Is(err, account.SignInWrong) {
			err = OldPasswordWrong.Wrap(err)
		}
		if err := f.blame(err, "old-password-wrong", "old", "password-length", "new", "password-weak", "new"); err != nil {
			return err
		}
	}
	return v.again("me", frame{Title: "me.title", Form: f})
}
