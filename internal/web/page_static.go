package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"jard/internal/stocktake"
	"jard/static"
)

//go:embed style/*.css
var styles embed.FS

// Caching of what is served. What has a version in its address never changes; the app's worker and first page must be
// asked for again, or a handheld would never hear of a new app.
const (
	keepForever = "public, max-age=31536000, immutable"
	askAgain    = "no-cache"
)

// asset is one file as it is served.
type asset struct {
	body    []byte
	kind    string // content type
	tag     string // of its content
	packed  func() []byte
	forever bool // its name holds its version
}

// assets are all files, by address.
type assets map[string]*asset

// loadAssets reads what a browser is served: the console's under /static/, the handheld app under /app/.
func loadAssets() (assets, error) {
	all := assets{}
	for _, tree := range []struct {
		files fs.FS
		at    string
	}{{static.Files, "/static/"}, {styles, "/static/"}} {
		err := fs.WalkDir(tree.files, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			body, err := fs.ReadFile(tree.files, name)
			if err != nil {
				return err
			}
			address := tree.at + name
			if app, ok := strings.CutPrefix(name, "scanner/"); ok {
				address = "/app/" + app
			}
			all[address] = newAsset(name, body)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if index := all["/app/index.html"]; index != nil {
		all["/app/"] = index
	}
	return all, nil
}

func newAsset(name string, body []byte) *asset {
	x := &asset{body: body, kind: mime.TypeByExtension(path.Ext(name)), tag: stocktake.HashOf(body).String()[:16]}
	switch path.Ext(name) { // not every system knows these
	case ".js":
		x.kind = "text/javascript; charset=utf-8"
	case ".css":
		x.kind = "text/css; charset=utf-8"
	case ".svg":
		x.kind = "image/svg+xml"
	case ".woff2":
		x.kind = "font/woff2"
	case ".wasm":
		x.kind = "application/wasm"
	case ".webmanifest":
		x.kind = "application/manifest+json"
	}
	base := path.Base(name)
	x.forever = strings.HasPrefix(name, "scanner/assets/") || strings.HasPrefix(base, "workbox-") || strings.HasPrefix(base, "chunk-")
	x.packed = sync.OnceValue(func() []byte {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if _, err := w.Write(body); err != nil || w.Close() != nil || b.Len() >= len(body) {
			return nil
		}
		return b.Bytes()
	})
	return x
}

// address is where a file of the console is served, with its version. A file that is not there keeps its plain address:
// an island that was not built yet.
func (a assets) address(name string) string {
	at := "/static/" + name
	if x := a[at]; x != nil {
		return at + "?v=" + x.tag
	}
	return at
}

// serve answers with a file, packed where the browser takes that.
func (a assets) serve(c echo.Context) error {
	x := a[c.Request().URL.Path]
	if x == nil {
		return RouteUnknown.New()
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, x.kind)
	h.Set("ETag", `"`+x.tag+`"`)
	h.Set(echo.HeaderCacheControl, askAgain)
	if x.forever || c.QueryParam("v") == x.tag {
		h.Set(echo.HeaderCacheControl, keepForever)
	}
	h.Set(echo.HeaderVary, echo.HeaderAcceptEncoding)
	if strings.Contains(c.Request().Header.Get("If-None-Match"), x.tag) {
		return c.NoContent(http.StatusNotModified)
	}
	body := x.body
	if x.kind != "font/woff2" && strings.Contains(c.Request().Header.Get(echo.HeaderAcceptEncoding), "gzip") {
		if packed := x.packed(); packed != nil {
			h.Set(echo.HeaderContentEncoding, "gzip")
			body = packed
		}
	}
	if c.Request().Method == http.MethodHead {
		body = nil
	}
	return c.Blob(http.StatusOK, x.kind, body)
}
