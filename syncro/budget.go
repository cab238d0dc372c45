package syncro

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	window       = time.Minute
	burstRate    = 50              // requests a second at most, so that nobody is hammered
	burstSize    = 5               // what one call with all its parts may send at once
	bulkReserve  = 6               // bulk work leaves one request in so many to interactive calls
	longestPause = 2 * time.Minute // however long a Retry-After asks for
	defaultPause = 10 * time.Second
)

// budget lets no more than limit requests leave in any window. A request
// occupies a place from before it is sent until a window after it ended, so
// wherever in between it really left, no window ever holds more than limit.
//
// Places go to interactive callers before bulk ones and in order of arrival
// among equals.
type budget struct {
	mu       sync.Mutex
	limit    int // 0: no limit at all
	inFlight int
	ended    []time.Time // when each finished request of the last window ended, oldest first
	smooth   *rate.Limiter

	interactive, bulk []*waiter
	wake              *time.Timer

	pausedUntil  time.Time // a 429 stops everybody
	carefulUntil time.Time // and halves the budget for a while after, since others share the address
}

type waiter struct {
	ready chan struct{} // closed when a place was given
}

func newBudget(limit int) *budget {
	perSecond := math.Max(burstRate, float64(limit)/window.Seconds())
	return &budget{limit: limit, smooth: rate.NewLimiter(rate.Limit(perSecond), burstSize)}
}

// acquire waits for a place. It fails at once, with RateLimited, when the
// place would come after ctx's deadline. Each place must be given back by
// release when its request has ended.
func (b *budget) acquire(ctx context.Context, bulk bool, doing string) error {
	if b.limit == 0 || ctx.Err() != nil {
		return ctx.Err()
	}
	b.mu.Lock()
	now := time.Now()
	w := &waiter{ready: make(chan struct{})}
	if bulk {
		b.bulk = append(b.bulk, w)
	} else {
		b.interactive = append(b.interactive, w)
	}
	b.dispatch(now)
	expected := b.expect(now, bulk)
	given := w.given()
	deadline, limited := ctx.Deadline()
	if !given && limited && expected.After(deadline) {
		b.forget(w)
		b.mu.Unlock()
		return rateLimited(doing, expected.Sub(now), nil)
	}
	b.mu.Unlock()

	select {
	case <-w.ready:
		return nil
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if w.given() { // both happened; the place goes back unused
		b.inFlight--
	} else {
		b.forget(w)
	}
	b.dispatch(time.Now())
	if ctx.Err() == context.DeadlineExceeded {
		return rateLimited(doing, time.Until(b.expect(time.Now(), bulk)), ctx.Err())
	}
	return ctx.Err()
}

func rateLimited(doing string, wait time.Duration, cause error) *Error {
	seconds := max(1, int(math.Ceil(wait.Seconds())))
	return &Error{
		Kind: RateLimited, Doing: doing, RetryAfter: time.Duration(seconds) * time.Second, Err: cause,
		Message: "the request budget that everybody behind this address shares is used up, so nothing was sent",
		Next:    fmt.Sprintf("Try again in %d seconds", seconds),
	}
}

// release gives a place back; it is free again a window from now.
func (b *budget) release() {
	if b.limit == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.inFlight--
	b.ended = append(b.ended, now)
	b.dispatch(now)
}

// pause stops everybody for as long as a 429 asked, and halves the budget for
// a window after that. 0 means that Syncro named no time.
func (b *budget) pause(wait time.Duration) {
	if wait <= 0 {
		wait = defaultPause
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	until := time.Now().Add(min(wait, longestPause))
	if until.After(b.pausedUntil) {
		b.pausedUntil = until
		b.carefulUntil = until.Add(window)
	}
}

// used tells how many of the limit's places are taken now.
func (b *budget) used() (used, limit int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expire(time.Now())
	return b.inFlight + len(b.ended), b.limit
}

// dispatch gives free places to whoever waits and sets the timer for the next one.
func (b *budget) dispatch(now time.Time) {
	b.expire(now)
	for len(b.interactive)+len(b.bulk) > 0 {
		queue, places := &b.interactive, b.places(now, false)
		if len(b.interactive) == 0 {
			queue, places = &b.bulk, b.places(now, true)
		}
		if now.Before(b.pausedUntil) || b.inFlight+len(b.ended) >= places || !b.smooth.AllowN(now, 1) {
			b.wakeAt(now, places)
			return
		}
		b.inFlight++
		close((*queue)[0].ready)
		*queue = (*queue)[1:]
	}
}

// places is how many requests a class may have in the window.
func (b *budget) places(now time.Time, bulk bool) int {
	places := b.limit
	if now.Before(b.carefulUntil) {
		places = max(1, places/2)
	}
	if bulk {
		places = max(1, places-places/bulkReserve)
	}
	return places
}

// wakeAt arranges the next dispatch: when the pause ends, when a place in the
// window frees, or when the smoothing allows one more, whichever holds now.
// Where all places are in flight the next release dispatches.
func (b *budget) wakeAt(now time.Time, places int) {
	var wait time.Duration
	switch over := b.inFlight + len(b.ended) - places; {
	case now.Before(b.pausedUntil):
		wait = b.pausedUntil.Sub(now)
	case over >= len(b.ended) && over >= 0:
		return
	case over >= 0:
		wait = b.ended[over].Add(window).Sub(now)
		if now.Before(b.carefulUntil) { // the full budget may come back first
			wait = min(wait, b.carefulUntil.Sub(now))
		}
	default:
		missing := 1 - b.smooth.TokensAt(now)
		wait = max(time.Millisecond, time.Duration(missing/float64(b.smooth.Limit())*float64(time.Second)))
	}
	if b.wake != nil {
		b.wake.Stop()
	}
	b.wake = time.AfterFunc(wait, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.dispatch(time.Now())
	})
}

// expect estimates when the last waiter of a class gets its place, taking
// requests in flight as ending now.
func (b *budget) expect(now time.Time, bulk bool) time.Time {
	ahead := len(b.interactive)
	if bulk {
		ahead += len(b.bulk)
	}
	at := now
	if now.Before(b.pausedUntil) {
		at = b.pausedUntil
	}
	if free := b.places(now, bulk) - b.inFlight - len(b.ended); ahead > free {
		frees := now.Add(window)
		if i := ahead - free - 1; i < len(b.ended) {
			frees = b.ended[i].Add(window)
		}
		if frees.After(at) {
			at = frees
		}
	}
	return at
}

// expire forgets what has left the window.
func (b *budget) expire(now time.Time) {
	n := 0
	for n < len(b.ended) && now.Sub(b.ended[n]) >= window {
		n++
	}
	b.ended = b.ended[n:]
}

func (b *budget) forget(w *waiter) {
	is := func(other *waiter) bool { return other == w }
	b.interactive = slices.DeleteFunc(b.interactive, is)
	b.bulk = slices.DeleteFunc(b.bulk, is)
}

func (w *waiter) given() bool {
	select {
	case <-w.ready:
		return true
	default:
		return false
	}
}
