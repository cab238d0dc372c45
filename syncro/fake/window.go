package fake

import (
	"sync"
	"time"
)

const windowLength = time.Minute

// window admits so many requests in any 60 seconds. Refused ones do not count, so that the wait it names is true.
type window struct {
	mu       sync.Mutex
	limit    int // negative: no limit
	admitted []time.Time
}

// admit lets a request in, or says how long until the next one fits.
func (w *window) admit(now time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.limit < 0 {
		return 0
	}
	for len(w.admitted) > 0 && now.Sub(w.admitted[0]) >= windowLength {
		w.admitted = w.admitted[1:]
	}
	if len(w.admitted) >= w.limit {
		return windowLength - now.Sub(w.admitted[0])
	}
	w.admitted = append(w.admitted, now)
	return 0
}
