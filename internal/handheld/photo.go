package handheld

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"mime"
	"net/http"

	"jard/internal/stocktake"
)

const (
	// MaxPhoto is the greatest size of a photo in bytes.
	MaxPhoto = 200 << 10
	// maxSide is the greatest length of a photo's side in pixels.
	maxSide = 1280
)

// photo keeps a photo of what was counted, by its hash. Events name photos and come on their own way: neither waits for
// the other, and a photo that no event names harms nobody.
func (g *Gateway) photo(w http.ResponseWriter, r *http.Request, i identity) error {
	name := r.PathValue("hash")
	var hash stocktake.Hash
	if hash.UnmarshalText([]byte(name)) != nil || hash.String() != name {
		return PhotoUnfit.New(stocktake.Name{English: "its name is no SHA-256", Arabic: "اسمها ليس بصيغة SHA-256"})
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "image/jpeg" {
		return PhotoUnfit.New(stocktake.Name{English: "it is not sent as image/jpeg", Arabic: "لم تُرسل بصيغة image/jpeg"})
	}
	body, err := g.body(w, r, MaxPhoto)
	if err != nil {
		return err
	}
	if err := checkPhoto(body, hash); err != nil {
		return err
	}
	if err := g.keepPhoto(r.Context(), i, stocktake.Document{Hash: hash, Bytes: body}); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// keepPhoto makes a photo durable. Only one that is new, and whole, uses up what the device may send.
func (g *Gateway) keepPhoto(ctx context.Context, i identity, photo stocktake.Document) error {
	if _, err := g.store.Document(ctx, i.Society, photo.Hash); !errors.Is(err, stocktake.Missing) {
		return err
	}
	if err := g.photos.takeMany(i.key().String(), 1+len(photo.Bytes)>>10); err != nil {
		return err
	}
	return g.store.PutPhoto(ctx, i.Society, photo)
}

// checkPhoto holds a photo against its name and its limits. It need not be a good picture: only its head is read.
func checkPhoto(b []byte, hash stocktake.Hash) error {
	if !bytes.HasPrefix(b, []byte("\xff\xd8\xff")) || !bytes.HasSuffix(b, []byte("\xff\xd9")) {
		return PhotoUnfit.New(stocktake.Name{English: "it is no JPEG", Arabic: "ليست بصيغة JPEG"})
	}
	switch c, err := jpeg.DecodeConfig(bytes.NewReader(b)); {
	case err != nil:
		return PhotoUnfit.Wrap(err, stocktake.Name{English: "it is no JPEG", Arabic: "ليست بصيغة JPEG"})
	case c.Width > maxSide || c.Height > maxSide:
		return PhotoUnfit.New(stocktake.Name{English: "it is larger than 1280 pixels", Arabic: "أبعادها أكبر من 1280 بكسل"})
	case stocktake.HashOf(b) != hash:
		return PhotoUnfit.New(stocktake.Name{English: "it was damaged on its way", Arabic: "تلفت أثناء الإرسال"})
	}
	return nil
}

// PhotoUnfit answers what is no photo as the protocol has it.
var PhotoUnfit = stocktake.NewReason(stocktake.Invalid, "photo-unfit",
	"This photo cannot be kept: %s. Take it again; the count itself is not touched.",
	"لا يمكن حفظ هذه الصورة: %s. التقطها من جديد؛ العدّ نفسه لا يتأثر.")
