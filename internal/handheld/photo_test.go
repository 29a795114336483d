package handheld_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"jard/internal/count"
	"jard/internal/handheld"
	"jard/internal/stocktake"
)

// picture is a JPEG of a size in pixels.
func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// send puts a photo as a device does.
func (w *world) send(token, name, kind string, body []byte) (int, string) {
	w.Helper()
	r, err := http.NewRequest("PUT", w.server.URL+"/api/handheld/photos/"+name, bytes.NewReader(body))
	w.check(err)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	w.check(err)
	defer answer.Body.Close()
	var text bytes.Buffer
	_, err = text.ReadFrom(answer.Body)
	w.check(err)
	return answer.StatusCode, text.String()
}

func TestAPhotoIsKeptOnceUnderItsHash(t *testing.T) {
	w := start(t)
	b := picture(t, 1280, 40)
	hash := stocktake.HashOf(b)
	for range 2 {
		if status, body := w.send("t-d1", hash.String(), "image/jpeg", b); status != http.StatusNoContent || body != "" {
			t.Fatalf("%d %s", status, body)
		}
	}
	d, err := w.db.Document(context.Background(), "salwa", hash)
	if err != nil || !bytes.Equal(d.Bytes, b) {
		t.Fatalf("%d bytes, %v", len(d.Bytes), err)
	}
	if _, err := w.db.Document(context.Background(), "rumaithiya", hash); stocktake.CodeOf(err) != stocktake.NotFound {
		t.Errorf("another society has it: %v", err)
	}
	if status, body, _ := w.call("GET", "/chunks/"+hash.String(), "t-d1", nil); status != 404 {
		t.Errorf("handed out as a chunk: %d %.60s", status, body)
	}
}

func TestWhatIsNoPhotoIsRefused(t *testing.T) {
	w := start(t)
	good := picture(t, 20, 20)
	hash := func(b []byte) string { return stocktake.HashOf(b).String() }
	cut, wide, big := good[:len(good)-1], picture(t, 1281, 10), append(picture(t, 10, 10), bytes.Repeat([]byte{0}, handheld.MaxPhoto)...)
	page := []byte("\xff\xd8\xff<script>\xff\xd9")
	for _, c := range []struct {
		why, name, kind string
		body            []byte
		status          int
		key             string
	}{
		{"another name", hash(cut), "image/jpeg", good, 400, "photo-unfit"},
		{"capitals", strings.ToUpper(hash(good)), "image/jpeg", good, 400, "photo-unfit"},
		{"no name", "x", "image/jpeg", good, 400, "photo-unfit"},
		{"another kind", hash(good), "image/svg+xml", good, 400, "photo-unfit"},
		{"no kind", hash(good), "", good, 400, "photo-unfit"},
		{"cut", hash(cut), "image/jpeg", cut, 400, "photo-unfit"},
		{"only its magic", hash(page), "image/jpeg", page, 400, "photo-unfit"},
		{"too many pixels", hash(wide), "image/jpeg", wide, 400, "photo-unfit"},
		{"too many bytes", hash(big), "image/jpeg", big, 413, "request-too-large"},
		{"nothing", hash(nil), "image/jpeg", nil, 400, "photo-unfit"},
	} {
		if status, body := w.send("t-d1", c.name, c.kind, c.body); status != c.status || !strings.Contains(body, `"`+c.key+`"`) {
			t.Errorf("%s: %d %s", c.why, status, body)
		}
		var h stocktake.Hash
		if h.UnmarshalText([]byte(strings.ToLower(c.name))) == nil {
			if _, err := w.db.Document(context.Background(), "salwa", h); err == nil {
				t.Errorf("%s: it was kept", c.why)
			}
		}
	}
}

func TestAPhotoThatDoesNotArriveWholeMayComeAgain(t *testing.T) {
	w := start(t, func(c *handheld.Config) { c.Timing.Body = 20 * time.Millisecond })
	b := picture(t, 20, 20)
	name := stocktake.HashOf(b).String()
	part, slow := io.Pipe()
	defer slow.Close()
	go func() { _, _ = slow.Write(b[:len(b)/2]) }() // and no more comes
	r, err := http.NewRequest("PUT", w.server.URL+"/api/handheld/photos/"+name, part)
	w.check(err)
	r.Header.Set("Content-Type", "image/jpeg")
	r.Header.Set("Authorization", "Bearer t-d1")
	answer, err := http.DefaultClient.Do(r)
	w.check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	w.check(err)
	if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(text), `"request-incomplete"`) || answer.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s", answer.StatusCode, text)
	}
	if status, body := w.send("t-d1", name, "image/jpeg", b); status != http.StatusNoContent {
		t.Errorf("again: %d %s", status, body)
	}
}

func TestPhotosAreLimitedByDeviceAndAfterRevocation(t *testing.T) {
	now := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	one, two, three := picture(t, 1280, 1000), picture(t, 1280, 1010), picture(t, 1280, 1020)
	kilobytes := func(b []byte) int { return 1 + len(b)>>10 }
	burst := kilobytes(one) + kilobytes(two) + 3
	w := start(t, func(c *handheld.Config) {
		c.Now = func() time.Time { return now }
		c.Rates.Photo = handheld.Rate{Every: time.Second, Burst: burst}
	})
	put := func(token string, b []byte) (int, string) {
		return w.send(token, stocktake.HashOf(b).String(), "image/jpeg", b)
	}
	if status, body := w.send("t-d1", stocktake.HashOf(two).String(), "image/jpeg", one[:len(one)-9]); status != 400 { // torn: uses up nothing
		t.Fatalf("%d %s", status, body)
	}
	for _, b := range [][]byte{one, one, two, one} { // nor does one that is there
		if status, body := put("t-d1", b); status != http.StatusNoContent {
			t.Fatalf("%d %s", status, body)
		}
	}
	wait := strconv.Itoa(kilobytes(three) - 3) // what is missing, not all of it
	if status, body := put("t-d1", three); status != 429 || !strings.Contains(body, " "+wait+" s") {
		t.Errorf("beyond the limit: %d %s, want to wait %s s", status, body, wait)
	}
	if status, body := put("t-d1", one); status != http.StatusNoContent {
		t.Errorf("one that is there: %d %s", status, body)
	}
	now = now.Add(time.Duration(kilobytes(three)-3) * time.Second)
	if status, body := put("t-d1", three); status != http.StatusNoContent {
		t.Errorf("after waiting: %d %s", status, body)
	}
	b := picture(t, 20, 20)
	if status, _ := put("t-d1", b); status != 429 {
		t.Errorf("and again: %d", status)
	}
	if status, _ := put("t-d2", b); status != http.StatusNoContent {
		t.Errorf("another device: %d", status)
	}
	w.accounts.revoke("d3")
	if status, body := put("t-d3", b); status != 403 {
		t.Errorf("revoked: %d %s", status, body)
	}
	if status, _ := put("t-x9", b); status != 401 {
		t.Errorf("unknown: %d", status)
	}
}

// While the disk has little room photos wait, and events do not.
func TestPhotosWaitWhileThereIsLittleRoom(t *testing.T) {
	w := start(t)
	b := picture(t, 20, 20)
	name := stocktake.HashOf(b).String()
	w.store.low.Store(true)
	if status, body := w.send("t-d1", name, "image/jpeg", b); status != http.StatusServiceUnavailable || !strings.Contains(body, `"photos-wait"`) {
		t.Fatalf("%d %s", status, body)
	}
	d := w.device("d1", "low").record(observed("s1", 1))
	d.connect()
	d.push(1, 1)
	d.acknowledged(1)
	c := holding("d2", "low", observed("s1", 2))
	c.photos = [][]byte{b}
	if _, err := w.rescue(c); !errors.Is(err, handheld.RescuePart) || w.mark("salwa", "d2", c.epoch).Acked != 1 {
		t.Errorf("a rescue file: %v", err)
	}
	w.store.low.Store(false)
	if status, body := w.send("t-d1", name, "image/jpeg", b); status != http.StatusNoContent {
		t.Errorf("with room again: %d %s", status, body)
	}
}

// A device that sends its photos is not kept from its events.
func TestPhotosLeaveEventsAlone(t *testing.T) {
	w := start(t, func(c *handheld.Config) { c.Rates.Photo = handheld.Rate{Every: time.Hour, Burst: 1} })
	w.join("t-d1", "s1", epochOf("e1"))
	event := bytes.Replace(observed("s1", 1), []byte(`"amount"`), []byte(`"photo":"`+strings.Repeat("ab", 32)+`","amount"`), 1)
	first := opened("s1", 1, "fatima")
	prev, digest := stocktake.Hash{}, stocktake.Hash{}
	for _, e := range [][]byte{first, event} {
		digest = count.NextDigest(digest, e)
	}
	b := picture(t, 20, 20)
	for range 2 {
		w.send("t-d1", stocktake.HashOf(b).String(), "image/jpeg", b)
	}
	push := `{"t":"hello","epoch":"` + epochOf("e1") + `","last":2,"oldest":1,"acked":0,"app":"1.0.0","time":1,"mono":1}` + "\n" +
		`{"t":"push","first":1,"prev":"` + prev.String() + `","digest":"` + digest.String() + `","n":2}` + "\n" + string(first) + "\n" + string(event)
	status, body, _ := w.call("POST", "/push", "t-d1", push)
	if status != 200 || !strings.Contains(body, `"ack"`) {
		t.Fatalf("%d %s", status, body)
	}
	if n := w.noted("salwa", "s1"); n["observed"] != 1 {
		t.Errorf("the log holds %v: the photo has not come, and its observation counts all the same", n)
	}
}
