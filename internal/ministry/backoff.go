package ministry

import "time"

// The bounds of the back-off.
const (
	backoffFirst = time.Second
	backoffMost  = 10 * time.Minute
)

// backoff is how long to wait after so many failed attempts in a row: full jitter, anything up to a bound that doubles
// from a second to ten minutes. A ministry that comes back after a week is not met by every society at once. random
// gives [0, 1).
func backoff(attempts int, random func() float64) time.Duration {
	most := backoffMost
	if attempts < 16 {
		most = min(backoffMost, backoffFirst<<max(attempts-1, 0))
	}
	return time.Duration(random() * float64(most))
}
