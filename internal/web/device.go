package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"jard/internal/account"
	"jard/internal/stocktake"
)

func (a *api) devices(c echo.Context, by stocktake.Person) error {
	list, err := a.Accounts.Devices(c.Request().Context(), by)
	if err != nil {
		return err
	}
	return page(c, list)
}

func (a *api) newEnrolment(c echo.Context, by stocktake.Person) error {
	var b codeBody
	if err := a.read(c, &b); err != nil {
		return err
	}
	code, err := a.Accounts.NewEnrolment(c.Request().Context(), by, b.Name)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, struct {
		Code      string    `json:"code"`
		ExpiresAt time.Time `json:"expires_at"`
	}{string(code.Secret), code.ExpiresAt})
}

func (a *api) revoke(c echo.Context, by stocktake.Person) error {
	id, err := param(c, "device")
	if err != nil {
		return err
	}
	var b reasonBody
	if err := a.read(c, &b); err != nil {
		return err
	}
	d, err := a.Accounts.Revoke(c.Request().Context(), by, stocktake.DeviceID(id), b.Reason)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, d)
}

func (a *api) trail(c echo.Context, by stocktake.Person) error {
	from, limit, err := stretch(c, account.MaxTrail)
	if err != nil {
		return err
	}
	acts, err := a.Accounts.Trail(c.Request().Context(), by, from, limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Acts []account.Act `json:"acts"`
	}{some(acts)})
}
