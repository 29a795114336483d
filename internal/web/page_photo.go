package web

import (
	"bytes"
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"jard/internal/stocktake"
)

// Photos gives back documents by their hash. The server fills it in; without it no photos are shown.
type Photos interface {
	Document(ctx context.Context, society stocktake.SocietyID, hash stocktake.Hash) (stocktake.Document, error)
}

// showPhoto serves a photo to whoever may see the session. The store holds other documents under hashes, too: only what is a JPEG
// from its first byte to its last is given, and as nothing else. Like every page it is not kept by a browser: the next person at the same
// computer may not see it.
func (k *console) showPhoto(v *visit) error {
	session, err := param(v.Context, "session")
	if err != nil {
		return err
	}
	if _, err := k.Sessions.Log(v.Request().Context(), v.by, stocktake.SessionID(session), 1, 1); err != nil { // less work than a view
		return err
	}
	name := v.Param("hash")
	var hash stocktake.Hash
	if k.Photos == nil || hash.UnmarshalText([]byte(name)) != nil {
		return stocktake.NoSuch("photo", name[:min(len(name), 64)])
	}
	d, err := k.Photos.Document(v.Request().Context(), v.by.Society, hash)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(d.Bytes, []byte("\xff\xd8\xff")) || !bytes.HasSuffix(d.Bytes, []byte("\xff\xd9")) {
		return stocktake.NoSuch("photo", name)
	}
	h := v.Response().Header()
	h.Set(echo.HeaderContentType, "image/jpeg")
	h.Set(echo.HeaderContentLength, strconv.Itoa(len(d.Bytes)))
	h.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'; sandbox")
	h.Set(echo.HeaderXContentTypeOptions, "nosniff")
	h.Set("Content-Disposition", "inline")
	v.Response().WriteHeader(http.StatusOK)
	_, _ = v.Response().Write(d.Bytes) // whoever went away misses it
	return nil
}

// PhotoPath is the address of a photo.
func (s *seen) PhotoPath(hash string) string { return s.Base() + "/photos/" + hash }

// photos are pictures with their addresses.
type photos struct{ Paths []string }

// Shown are photos by their hashes.
func (s *seen) Shown(hashes []string) photos {
	var p photos
	for _, h := range hashes {
		p.Paths = append(p.Paths, s.PhotoPath(h))
	}
	return p
}

// Photo is one photo by its hash.
func (s *seen) Photo(hash string) photos { return s.Shown([]string{hash}) }
