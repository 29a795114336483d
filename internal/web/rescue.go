package web

import (
	"context"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"jard/internal/stocktake"
	"jard/internal/wire"
)

// EventImporter takes in the events of a handheld from a file that a person carried. The server fills it in.
type EventImporter interface {
	// ImportEvents takes in what the store lacks of a rescue file. Importing it again brings what an error left out. The report is shown as JSON.
	ImportEvents(ctx context.Context, by stocktake.Person, file []byte) (report any, err error)
}

// rescuers may carry a handheld's events to the server. What a file does not prove goes to quarantine, whoever brings it.
var rescuers = []stocktake.Role{stocktake.Supervisor, stocktake.SocietyAdministrator}

// importEvents takes a rescue file as the body.
func (a *api) importEvents(c echo.Context, by stocktake.Person) error {
	if !by.Is(rescuers...) {
		return stocktake.NotAllowed.New(rescuers)
	}
	if a.Events == nil {
		return NotOffered.New()
	}
	if err := only(c); err != nil {
		return err
	}
	leave, err := a.imports.enter()
	if err != nil {
		return err
	}
	defer leave()
	file, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, wire.MaxRescue))
	if err != nil {
		return uploadError(err)
	}
	report, err := a.Events.ImportEvents(c.Request().Context(), by, file)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Report any `json:"report"`
	}{report})
}
