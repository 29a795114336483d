package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"jard/internal/account"
	"jard/internal/stocktake"
)

const personKey = "person"

// by runs a handler for the person whose token the request bears.
func (a *api) by(handle func(echo.Context, stocktake.Person) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		p, err := a.Accounts.PersonByToken(c.Request().Context(), bearer(c))
		if err != nil {
			return err
		}
		c.Set(personKey, p)
		return handle(c, p)
	}
}

// bearer is the token of the request; empty when there is none, which no token is.
func bearer(c echo.Context) account.Secret {
	scheme, token, _ := strings.Cut(c.Request().Header.Get(echo.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return account.Secret(strings.TrimSpace(token))
}

// grantAnswer hands a token out. It is the only answer that holds a secret besides a new code.
type grantAnswer struct {
	Token     string              `json:"token"`
	Society   stocktake.SocietyID `json:"society"`
	Person    stocktake.PersonID  `json:"person"`
	Name      stocktake.Name      `json:"name"`
	Roles     []stocktake.Role    `json:"roles"`
	ExpiresAt time.Time           `json:"expires_at"`
}

func granted(g account.Grant) grantAnswer {
	return grantAnswer{Token: string(g.Token), Society: g.Person.Society, Person: g.Person.ID, Name: g.Name,
		Roles: some(g.Person.Roles), ExpiresAt: g.ExpiresAt}
}

func (a *api) signIn(c echo.Context) error {
	var b signInBody
	if err := a.read(c, &b); err != nil {
		return err
	}
	g, err := a.Accounts.SignIn(c.Request().Context(), b.Society, b.Person, b.Password, c.RealIP())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, granted(g))
}

func (a *api) signOut(c echo.Context) error {
	if err := a.Accounts.SignOut(c.Request().Context(), bearer(c)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (a *api) me(c echo.Context, by stocktake.Person) error {
	p, err := a.Accounts.Me(c.Request().Context(), by)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Society stocktake.SocietyID `json:"society"`
		account.Profile
	}{by.Society, p})
}

func (a *api) changePassword(c echo.Context, by stocktake.Person) error {
	var b changePasswordBody
	if err := a.read(c, &b); err != nil {
		return err
	}
	return done(c, a.Accounts.ChangePassword(c.Request().Context(), by, b.Old, b.New, c.RealIP()))
}

func (a *api) people(c echo.Context, by stocktake.Person) error {
	list, err := a.Accounts.People(c.Request().Context(), by)
	if err != nil {
		return err
	}
	return page(c, list)
}

func (a *api) addPerson(c echo.Context, by stocktake.Person) error {
	var b personBody
	if err := a.read(c, &b); err != nil {
		return err
	}
	p, err := a.Accounts.AddPerson(c.Request().Context(), by, account.NewPerson{ID: b.ID, Name: b.Name, Roles: b.Roles,
		Password: b.Password, PIN: b.PIN})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, p)
}

// onPerson reads the person of the path and the body, both.
func (a *api) onPerson(c echo.Context, body any) (stocktake.PersonID, error) {
	id, err := param(c, "person")
	if err != nil {
		return "", err
	}
	return stocktake.PersonID(id), a.read(c, body)
}

func (a *api) rename(c echo.Context, by stocktake.Person) error {
	var b nameBody
	id, err := a.onPerson(c, &b)
	if err != nil {
		return err
	}
	return done(c, a.Accounts.Rename(c.Request().Context(), by, id, b.Name))
}

func (a *api) setRoles(c echo.Context, by stocktake.Person) error {
	var b rolesBody
	id, err := a.onPerson(c, &b)
	if err != nil {
		return err
	}
	return done(c, a.Accounts.SetRoles(c.Request().Context(), by, id, b.Roles))
}

func (a *api) setPassword(c echo.Context, by stocktake.Person) error {
	var b passwordBody
	id, err := a.onPerson(c, &b)
	if err != nil {
		return err
	}
	return done(c, a.Accounts.SetPassword(c.Request().Context(), by, id, b.Password))
}

func (a *api) setPIN(c echo.Context, by stocktake.Person) error {
	var b pinBody
	id, err := a.onPerson(c, &b)
	if err != nil {
		return err
	}
	return done(c, a.Accounts.SetPIN(c.Request().Context(), by, id, b.PIN))
}

func (a *api) disable(c echo.Context, by stocktake.Person) error {
	var b reasonBody
	id, err := a.onPerson(c, &b)
	if err != nil {
		return err
	}
	return done(c, a.Accounts.Disable(c.Request().Context(), by, id, b.Reason))
}

func (a *api) enable(c echo.Context, by stocktake.Person) error {
	id, err := a.onPerson(c, &emptyBody{})
	if err != nil {
		return err
	}
	return done(c, a.Accounts.Enable(c.Request().Context(), by, id))
}

func (a *api) issueKey(c echo.Context, by stocktake.Person) error {
	var b daysBody
	id, err := a.onPerson(c, &b)
	if err != nil {
		return err
	}
	g, err := a.Accounts.IssueKey(c.Request().Context(), by, id, b.Days)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, granted(g))
}

// done answers a change that has nothing to show.
func done(c echo.Context, err error) error {
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
