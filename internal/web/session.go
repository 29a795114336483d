package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"jard/internal/count"
	"jard/internal/stocktake"
)

func (a *api) sessions(c echo.Context, by stocktake.Person) error {
	list, err := a.Sessions.Sessions(c.Request().Context(), by)
	if err != nil {
		return err
	}
	return page(c, list)
}

func (a *api) look(c echo.Context, by stocktake.Person) (*count.View, error) {
	id, err := param(c, "session")
	if err != nil {
		return nil, err
	}
	return a.Sessions.View(c.Request().Context(), by, stocktake.SessionID(id))
}

// session is the summary of a session. A view's lists have routes of their own.
func (a *api) session(c echo.Context, by stocktake.Person) error {
	v, err := a.look(c, by)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, v)
}

// view serves one list of a session's view. The domain gives the view only to those who may see the books.
func view[T any](a *api, list func(*count.View) []T) echo.HandlerFunc {
	return a.by(func(c echo.Context, by stocktake.Person) error {
		v, err := a.look(c, by)
		if err != nil {
			return err
		}
		return pageAt(c, v.Offset, list(v))
	})
}

// lineAnswer is a line with what its item is called.
type lineAnswer struct {
	*count.Line
	Name stocktake.Name `json:"name"`
	Unit stocktake.Unit `json:"unit"`
}

// lines serves a session's lines by section and item, optionally of one section, item or status. A part begins after the
// line that the part before ended with, so a list that grows meanwhile loses nothing.
func (a *api) lines(c echo.Context, by stocktake.Person) error {
	if err := only(c, "section", "item", "status", "after_section", "after_item", "limit"); err != nil {
		return err
	}
	var want struct{ section, item, status, afterSection, afterItem string }
	for name, into := range map[string]*string{"section": &want.section, "item": &want.item, "status": &want.status,
		"after_section": &want.afterSection, "after_item": &want.afterItem} {
		var err error
		if *into, err = text(c, name, stocktake.MaxID); err != nil {
			return err
		}
	}
	limit, err := number(c, "limit", maxPage, maxPage)
	if err != nil {
		return err
	}
	v, err := a.look(c, by)
	if err != nil {
		return err
	}
	type place struct {
		Section stocktake.SectionID `json:"section"`
		Item    stocktake.ItemID    `json:"item"`
	}
	answer := struct {
		Offset uint64       `json:"offset"`
		List   []lineAnswer `json:"list"`
		Next   *place       `json:"next,omitempty"` // pass as after_section and after_item
	}{Offset: v.Offset, List: []lineAnswer{}}
	for _, l := range v.Lines {
		after := string(l.Section) > want.afterSection ||
			string(l.Section) == want.afterSection && string(l.Item) > want.afterItem
		if !after || want.section != "" && want.section != string(l.Section) || want.item != "" && want.item != string(l.Item) ||
			want.status != "" && want.status != string(l.Status) {
			continue
		}
		if uint64(len(answer.List)) >= max(limit, 1) {
			last := answer.List[len(answer.List)-1]
			answer.Next = &place{last.Section, last.Item}
			break
		}
		item := v.Material.Items[l.Item]
		answer.List = append(answer.List, lineAnswer{Line: l, Name: item.Name, Unit: item.Unit})
	}
	return c.JSON(http.StatusOK, answer)
}

// entryAnswer is one entry of a log. What a body holds is shown as it came: JSON as JSON, anything else as bytes.
type entryAnswer struct {
	Offset     uint64          `json:"offset"`
	RecordedAt time.Time       `json:"recorded_at"`
	Author     count.Author    `json:"author"`
	Kind       count.Kind      `json:"kind"`
	Note       string          `json:"note,omitempty"`
	Body       json.RawMessage `json:"body,omitempty"`
	Bytes      []byte          `json:"bytes,omitempty"` // base64
	Hash       stocktake.Hash  `json:"hash"`
}

func entryOf(e count.Entry) entryAnswer {
	answer := entryAnswer{Offset: e.Offset, RecordedAt: e.RecordedAt, Author: e.Author, Kind: e.Kind, Note: e.Note, Hash: e.Hash}
	if utf8.Valid(e.Body) && json.Valid(e.Body) {
		answer.Body = e.Body
	} else {
		answer.Bytes = e.Body
	}
	return answer
}

// log serves a session's log, or the society's late log under the session "~late".
func (a *api) log(c echo.Context, by stocktake.Person) error {
	session := count.LateLog
	if c.Param("session") != string(count.LateLog) {
		id, err := param(c, "session")
		if err != nil {
			return err
		}
		session = stocktake.SessionID(id)
	}
	from, limit, err := stretch(c, maxPage)
	if err != nil {
		return err
	}
	entries, err := a.Sessions.Log(c.Request().Context(), by, session, from, limit)
	if session == count.LateLog && errors.Is(err, stocktake.Missing) {
		err = nil // nothing has ever been late
	}
	if err != nil {
		return err
	}
	answer := struct {
		Entries []entryAnswer `json:"entries"`
	}{make([]entryAnswer, 0, len(entries))}
	for _, e := range entries {
		answer.Entries = append(answer.Entries, entryOf(e))
	}
	return c.JSON(http.StatusOK, answer)
}
