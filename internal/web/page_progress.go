package web

import (
	"net/http"
	"sync"

	"jard/internal/stocktake"
)

// readingOf names a file that is being read: nobody reads two of a kind at a time.
type readingOf struct {
	society stocktake.SocietyID
	person  stocktake.PersonID
	kind    ImportKind
}

// readings are how far the files that are being read have been read.
type readings struct {
	mu sync.Mutex
	m  map[readingOf]reading
}

type reading struct{ done, total int64 }

func (r *readings) at(of readingOf, done, total int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.m == nil {
		r.m = map[readingOf]reading{}
	}
	r.m[of] = reading{done, total}
}

func (r *readings) end(of readingOf) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.m, of)
}

func (r *readings) look(of readingOf) (reading, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	x, ok := r.m[of]
	return x, ok
}

// showProgress says in words how far one's own file of a kind has been read, for the page that waits for it. No content:
// none is being read.
func (k *console) showProgress(v *visit) error {
	x, ok := k.readings.look(readingOf{v.by.Society, v.by.ID, ImportKind(v.Param("kind"))})
	if !ok || x.total <= 0 {
		return v.NoContent(http.StatusNoContent)
	}
	said := v.tongue.t("import.applying")
	if x.done < x.total {
		said = v.tongue.t("import.read", int(100*x.done/x.total))
	}
	return v.JSON(http.StatusOK, map[string]string{"said": said})
}
