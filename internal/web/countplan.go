package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// maxCalendar is the longest stretch that is listed at once.
const maxCalendar = 800 * 24 * time.Hour

func (a *api) countPlans(c echo.Context, by stocktake.Person) error {
	list, err := a.Sessions.CountPlans(c.Request().Context(), by)
	if err != nil {
		return err
	}
	return page(c, list)
}

// planRefusals lists the occurrences that were to be issued by themselves and were not.
func (a *api) planRefusals(c echo.Context, by stocktake.Person) error {
	list, err := a.Sessions.Refusals(c.Request().Context(), by)
	if err != nil {
		return err
	}
	return page(c, list)
}

func (a *api) countPlan(c echo.Context, by stocktake.Person) error {
	p, err := a.planAt(c, by)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, p)
}

func (a *api) planAt(c echo.Context, by stocktake.Person) (count.CountPlan, error) {
	id, err := param(c, "plan")
	if err != nil {
		return count.CountPlan{}, err
	}
	return a.Sessions.CountPlan(c.Request().Context(), by, id)
}

// savePlan makes a plan, or another version of the one that the address names.
func (a *api) savePlan(c echo.Context, by stocktake.Person) error {
	var b countPlanBody
	if err := a.read(c, &b); err != nil {
		return err
	}
	id, status := "", http.StatusCreated
	if c.Param("plan") != "" {
		var err error
		if id, err = param(c, "plan"); err != nil {
			return err
		}
		status = http.StatusOK
	}
	p, err := a.Sessions.SavePlan(c.Request().Context(), by, count.CountPlan{
		ID: id, Version: b.Version, Name: b.Name, Kind: b.Kind, Site: b.Site, Scope: b.Scope, Cycle: b.Cycle, Recurrence: b.Recurrence,
		Minutes: b.Minutes, Automatic: b.Automatic, Open: b.Blind != nil && !*b.Blind, Tolerance: b.Tolerance, Exceptions: b.Exceptions,
		Tiers: b.Tiers, Rules: b.Rules, Committee: b.Committee, Witness: b.Witness, KnownTo: b.KnownTo,
	})
	if err != nil {
		return err
	}
	return c.JSON(status, p)
}

func (a *api) endPlan(c echo.Context, by stocktake.Person) error {
	id, err := param(c, "plan")
	if err != nil {
		return err
	}
	var b endPlanBody
	if err := a.read(c, &b); err != nil {
		return err
	}
	p, err := a.Sessions.EndPlan(c.Request().Context(), by, id, b.Version, b.Reason)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, p)
}

// calendar lists the occurrences of all plans in a stretch of time, and how far they were kept to.
func (a *api) calendar(c echo.Context, by stocktake.Person) error {
	if err := only(c, "from", "to"); err != nil {
		return err
	}
	var ends [2]time.Time
	for n, name := range []string{"from", "to"} {
		var err error
		if ends[n], err = readMoment(c.QueryParam(name)); err != nil {
			return QueryWrong.New(name)
		}
	}
	if d := ends[1].Sub(ends[0]); d < 0 || d > maxCalendar {
		return QueryWrong.New("to")
	}
	list, err := a.Sessions.Calendar(c.Request().Context(), by, ends[0], ends[1])
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		List       []count.Occurrence `json:"list"`
		Compliance count.Compliance   `json:"compliance"`
	}{some(list), count.Comply(list)})
}

func (a *api) outlook(c echo.Context, by stocktake.Person) error {
	p, err := a.planAt(c, by)
	if err != nil {
		return err
	}
	o, err := a.Sessions.Outlook(c.Request().Context(), by, p)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, o)
}

func (a *api) issueOccurrence(c echo.Context, by stocktake.Person) error {
	id, err := param(c, "plan")
	if err != nil {
		return err
	}
	var b occurrenceBody
	if err := a.read(c, &b); err != nil {
		return err
	}
	session, err := a.Sessions.IssueOccurrence(c.Request().Context(), by, id, b.At.Time)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, struct {
		Session stocktake.SessionID `json:"session"`
	}{session})
}
