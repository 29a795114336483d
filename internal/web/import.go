package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"

	"jard/internal/stocktake"
)

// Importer takes in the files that societies send. The server fills it in.
type Importer interface {
	// Import reads one file whole and publishes all of it or nothing. The report is shown as JSON, also beside an error
	// where the file was read and refused: then it holds the faults.
	Import(ctx context.Context, by stocktake.Person, u Upload) (report any, err error)
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
	Kind     ImportKind
	Site     stocktake.SiteID   // of places and book
	SiteName stocktake.Name     // of places
	SiteKind stocktake.SiteKind // of places
	AsOf     time.Time          // of book
	Position string             // of book: in the movement feed
	Mapping  json.RawMessage    // how to read the columns; nil where the importer is to find out

	DryRun, Merge, ReplaceAll, SaveMapping bool

	Basis    *stocktake.Hash         // of the report that the sender looked at; nil where they looked at none
	Progress func(done, total int64) // told how far the file was read, in bytes; may be nil

	Name string // what the sender calls the file
	Size int64
	Data io.ReaderAt
}

// importers are all who may send some kind of file. Who may send which is the importer's to judge; this keeps everybody
// else from filling the disk.
var importers = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Supervisor, stocktake.Manager,
	stocktake.FinancialController, stocktake.Integrator}

const maxMapping = 8 << 10

// lanes are the imports that may run at a time.
type lanes chan struct{}

// enter takes a lane, which leave gives back; ImportBusy where all are taken.
func (l lanes) enter() (leave func(), err error) {
	select {
	case l <- struct{}{}:
		return func() { <-l }, nil
	default:
		return nil, ImportBusy.New()
	}
}

// importFile takes a file as the whole body, or as the one part of a form; everything said about it is in the query.
// It waits on disk while it is read.
func (a *api) importFile(c echo.Context, by stocktake.Person) error {
	if !by.Is(importers...) {
		return stocktake.NotAllowed.New(importers)
	}
	if a.Importer == nil {
		return NotOffered.New()
	}
	u, err := uploadOf(c)
	if err != nil {
		return err
	}
	leave, err := a.imports.enter()
	if err != nil {
		return err
	}
	defer leave()
	data, name, err := a.upload(c)
	if err != nil {
		return err
	}
	if u.Name == "" {
		u.Name = name
	}
	return a.takeIn(c, by, u, data)
}

// uploadOf reads what is said about the file.
func uploadOf(c echo.Context) (Upload, error) {
	if err := only(c, "site", "site_name_ar", "site_name_en", "site_kind", "as_of", "position", "mapping", "dry_run", "merge",
		"replace_all", "save_mapping", "name", "basis"); err != nil {
		return Upload{}, err
	}
	u := Upload{Kind: ImportKind(c.Param("kind"))}
	switch u.Kind {
	case ImportItems, ImportPlaces, ImportBook:
	default:
		return Upload{}, RouteUnknown.New()
	}
	var site, kind, asOf, mapping string
	for _, p := range []struct {
		name string
		most int
		into *string
	}{
		{"site", stocktake.MaxID, &site}, {"site_kind", stocktake.MaxID, &kind}, {"site_name_ar", stocktake.MaxName, &u.SiteName.Arabic},
		{"site_name_en", stocktake.MaxName, &u.SiteName.English}, {"as_of", 64, &asOf}, {"position", 255, &u.Position},
		{"mapping", maxMapping, &mapping}, {"name", 255, &u.Name},
	} {
		var err error
		if *p.into, err = text(c, p.name, p.most); err != nil {
			return Upload{}, err
		}
	}
	for name, into := range map[string]*bool{"dry_run": &u.DryRun, "merge": &u.Merge, "replace_all": &u.ReplaceAll, "save_mapping": &u.SaveMapping} {
		switch c.QueryParam(name) {
		case "", "false":
		case "true":
			*into = true
		default:
			return Upload{}, QueryWrong.New(name)
		}
	}
	u.SiteKind = stocktake.SiteKind(kind)
	if u.Site = stocktake.SiteID(site); u.Site != "" {
		if err := stocktake.CheckID("site", site); err != nil {
			return Upload{}, err
		}
	}
	if asOf != "" {
		var err error
		if u.AsOf, err = readMoment(asOf); err != nil {
			return Upload{}, QueryWrong.New("as_of")
		}
	}
	if basis := c.QueryParam("basis"); basis != "" {
		u.Basis = new(stocktake.Hash)
		if err := u.Basis.UnmarshalText([]byte(basis)); err != nil {
			return Upload{}, QueryWrong.New("basis")
		}
	}
	if mapping != "" {
		if !json.Valid([]byte(mapping)) {
			return Upload{}, QueryWrong.New("mapping")
		}
		u.Mapping = json.RawMessage(mapping)
	}
	return u, nil
}

// takeIn spools the upload and imports it.
func (a *api) takeIn(c echo.Context, by stocktake.Person, u Upload, data io.Reader) (err error) {
	f, err := os.CreateTemp(a.TempDir, spooled+"*")
	if err != nil {
		return uploadError(err)
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if u.Size, err = io.Copy(f, data); err != nil {
		return uploadError(err)
	}
	u.Data = f
	report, err := a.Importer.Import(c.Request().Context(), by, u)
	if err != nil {
		return &reportError{error: err, report: report}
	}
	return c.JSON(http.StatusOK, struct {
		Report any `json:"report"`
	}{report})
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
	if full(err) {
		return UploadNoSpace.Wrap(err)
	}
	return fmt.Errorf("read upload: %w", err)
}

// full reports whether a write failed for want of space.
func full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }
