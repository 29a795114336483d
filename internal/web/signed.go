package web

import (
	"bytes"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// signed answers with a signed document's bytes; the detached signatures go beside them, so that nothing is re-encoded.
func signed(c echo.Context, s result.Signed) error {
	h := c.Response().Header()
	for line := range bytes.SplitSeq(s.Signature, []byte("\n")) {
		if len(line) > 0 {
			h.Add(signatureHeader, string(line))
		}
	}
	h.Set("Jard-Hash", s.Hash().String())
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, s.Document)
}

// pathNumber is a positive number of the path.
func pathNumber(c echo.Context, name string) (uint64, error) {
	n, err := strconv.ParseUint(c.Param(name), 10, 64)
	if err != nil || n > stocktake.MaxNumber {
		return 0, QueryWrong.New(name)
	}
	return n, nil
}
