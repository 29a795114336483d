package web

import (
	"math"
	"net/http"

	"github.com/labstack/echo/v4"
)

// maxPage is how many entries of a list one answer holds at most, and unless asked for fewer.
const maxPage = 1000

// some makes an empty list [] rather than null.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// pageOf is a part of a list by position: ?from=0&limit=1000. Next is where the following part begins; it is absent at
// the end. Offset is the log's at the time: where it differs between two parts, the list has moved in between.
type pageOf[T any] struct {
	Offset uint64  `json:"offset,omitempty"`
	Total  int     `json:"total"`
	List   []T     `json:"list"`
	Next   *uint64 `json:"next,omitempty"`
}

func page[T any](c echo.Context, list []T) error { return pageAt(c, 0, list) }

func pageAt[T any](c echo.Context, offset uint64, list []T) error {
	if err := only(c, "from", "limit"); err != nil {
		return err
	}
	from, err := number(c, "from", 0, math.MaxInt32)
	if err != nil {
		return err
	}
	limit, err := number(c, "limit", maxPage, maxPage)
	if err != nil {
		return err
	}
	begin := min(from, uint64(len(list)))
	end := min(begin+max(limit, 1), uint64(len(list)))
	p := pageOf[T]{Offset: offset, Total: len(list), List: some(list[begin:end])}
	if end < uint64(len(list)) {
		p.Next = &end
	}
	return c.JSON(http.StatusOK, p)
}

// stretch is a part of a log: ?from=1&limit=…, entries counted from 1.
func stretch(c echo.Context, most int) (from uint64, limit int, err error) {
	if err := only(c, "from", "limit"); err != nil {
		return 0, 0, err
	}
	if from, err = number(c, "from", 1, math.MaxInt64); err != nil {
		return 0, 0, err
	}
	n, err := number(c, "limit", uint64(most), uint64(most))
	return max(from, 1), int(max(n, 1)), err
}
