package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/labstack/echo/v4"

	"jard/internal/stocktake"
)

// Importer takes in the files that societies send. The server fills it in.
type Importer interface {
	// Import reads one file whole and publishes all of it or nothing. A file with faults is no error: the outcome says so.
	Import(ctx context.Context, by stocktake.Person, u Upload) (ImportOutcome, error)
}

// ImportKind says what a file holds.
type ImportKind string

// The kinds of file.
const (
	ImportItems  ImportKind = "items"
	ImportPlaces ImportKind = "places"
	ImportBook   ImportKind = "book"
)

// Upload is a file as it came, and what was said about it.
type Upload struct {
	Kind ImportKind
	Site stocktake.SiteID // of places and book; may be empty where the file says
	AsOf time.Time        // of book; zero where the file says
	Name string           // what the sender calls the file
	Size int64
	Data io.ReaderAt
}

// ImportOutcome is what came of it. Report is shown as JSON.
type ImportOutcome struct {
	Published bool
	Report    any
}

// importers are those who may change what a society has and where. Nobody else judges this: link has no service that
// knows people.
var importers = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Manager, stocktake.Integrator}

// importFile takes a file as the whole body, or as the one part of a form. It waits on disk while it is read.
func (a *api) importFile(c echo.Context, by stocktake.Person) error {
	if !by.Is(importers...) {
		return stocktake.NotAllowed.New(importers)
	}
	if a.Importer == nil {
		return NotOffered.New()
	}
	if err := only(c, "site", "as_of", "name"); err != nil {
		return err
	}
	u := Upload{Kind: ImportKind(c.Param("kind"))}
	switch u.Kind {
	case ImportItems, ImportPlaces, ImportBook:
	default:
		return RouteUnknown.New()
	}
	site := c.QueryParam("site")
	if site != "" {
		if err := stocktake.CheckID("site", site); err != nil {
			return err
		}
	}
	u.Site = stocktake.SiteID(site)
	if asOf := c.QueryParam("as_of"); asOf != "" {
		var err error
		if u.AsOf, err = readMoment(asOf); err != nil {
			return QueryWrong.New("as_of")
		}
	}
	var err error
	if u.Name, err = text(c, "name", 255); err != nil {
		return err
	}
	select {
	case a.imports <- struct{}{}:
		defer func() { <-a.imports }()
	default:
		return ImportBusy.New()
	}
	data, name, err := a.upload(c)
	if err != nil {
		return err
	}
	if u.Name == "" {
		u.Name = name
	}
	return a.takeIn(c, by, u, data)
}

// takeIn spools the upload and imports it.
func (a *api) takeIn(c echo.Context, by stocktake.Person, u Upload, data io.Reader) (err error) {
	f, err := os.CreateTemp(a.TempDir, "jard-import-*")
	if err != nil {
		return fmt.Errorf("spool upload: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if u.Size, err = io.Copy(f, data); err != nil {
		return uploadError(err)
	}
	u.Data = f
	out, err := a.Importer.Import(c.Request().Context(), by, u)
	if err != nil {
		return err
	}
	if !out.Published {
		return &reportError{error: ImportRefused.New(), report: out.Report}
	}
	return c.JSON(http.StatusOK, struct {
		Published bool `json:"published"`
		Report    any  `json:"report"`
	}{true, out.Report})
}

// upload finds the file in the request. Of a form only the first part is read, and it must be a file.
func (a *api) upload(c echo.Context) (io.Reader, string, error) {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, a.MaxImport)
	kind, params, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	if err != nil {
		return nil, "", BodyType.New("a file or multipart/form-data")
	}
	if kind != echo.MIMEMultipartForm {
		return r.Body, "", nil
	}
	part, err := multipart.NewReader(r.Body, params["boundary"]).NextPart()
	if err != nil {
		return nil, "", uploadError(err)
	}
	if part.FileName() == "" {
		return nil, "", BodyType.New("a file or multipart/form-data")
	}
	name := filepath.Base(part.FileName())
	return part, name[:min(len(name), 255)], nil
}

func uploadError(err error) error {
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return BodyTooLarge.New(e.Limit)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return BodyMalformed.New("the upload ends too early")
	}
	return fmt.Errorf("read upload: %w", err)
}
