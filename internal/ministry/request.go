package ministry

import (
	"net/http"
	"strings"
	"time"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// A request to read is signed by the society's key, so that no society reads another's:
//
//	Authorization: Jard 2026-01-15T06:00:00.000Z <detached JWS>
//
// over the method, path, query, society, that instant and the fingerprint of the ministry's key that it is meant for.
// It is good for a few minutes, and for nothing else.
const (
	authorization = "Jard"
	// requestLife is how far the two clocks may be apart.
	requestLife = 5 * time.Minute
)

func requestPayload(r *http.Request, society stocktake.SocietyID, at string, ministry result.PublicKey) []byte {
	return []byte(strings.Join([]string{
		"jard request 1", r.Method, r.URL.Path, r.URL.RawQuery, string(society), at, ministry.Fingerprint(),
	}, "\n"))
}

// signRequest sets the header and gives the signature, which the answer names.
func signRequest(r *http.Request, society stocktake.SocietyID, k result.Key, ministry result.PublicKey, now time.Time) []byte {
	at := result.At(now).String()
	signature := k.Sign(requestPayload(r, society, at, ministry))
	r.Header.Set("Authorization", authorization+" "+at+" "+string(signature))
	return signature
}

// verifyRequest holds a request against the member's newest key and gives the hash of its signature.
func verifyRequest(r *http.Request, m Member, ministry result.PublicKey, now time.Time) (stocktake.Hash, error) {
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	at, signature, ok := strings.Cut(rest, " ")
	if !ok || scheme != authorization || len(m.Keys) == 0 {
		return stocktake.Hash{}, RequestUnsigned.New()
	}
	var instant result.Instant
	if err := instant.UnmarshalText([]byte(at)); err != nil {
		return stocktake.Hash{}, RequestUnsigned.Wrap(err)
	}
	if age := now.Sub(instant.Time()); age > requestLife || age < -requestLife {
		return stocktake.Hash{}, RequestOld.New(at, result.At(now).String())
	}
	newest := m.Keys[len(m.Keys)-1].Key
	if err := newest.Verify(requestPayload(r, m.Society, at, ministry), []byte(signature)); err != nil {
		return stocktake.Hash{}, RequestUnsigned.Wrap(err)
	}
	return stocktake.HashOf([]byte(signature)), nil
}

// Reasons for which a request to read is refused.
var (
	RequestUnsigned = stocktake.NewReason(stocktake.Unauthenticated, "request-unsigned",
		"The request is not signed by the society's key. Use the server that enrolled; if its key was lost, enrol again with a new code.",
		"الطلب غير موقّع بمفتاح الجمعية. استخدم الخادم المسجّل، وإن فُقد مفتاحه فسجّل من جديد برمز جديد.")
	RequestOld = stocktake.NewReason(stocktake.Unauthenticated, "request-old",
		"The request was signed at %s; the ministry's clock says %s. Set the server's clock right.",
		"وُقّع الطلب في %s وساعة الوزارة %s. اضبط ساعة الخادم.")
)
