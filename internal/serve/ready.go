package serve

import (
	"context"
	"sync"
	"time"
)

const (
	// readyFor is how long an answer of Syncro is remembered: probes come every
	// few seconds, and each question costs a request of the budget.
	readyFor = 30 * time.Second
	// readyWait is how long Syncro may take to answer.
	readyWait = 10 * time.Second
)

// readiness asks Syncro whether it answers, and remembers what it said.
type readiness struct {
	ask func(context.Context) error // nil: nothing to ask

	mu    sync.Mutex // held while asking, so that probes at the same time ask once
	asked time.Time
	last  error
}

// check gives the answer, and whether it is a new one. The probe that asks may
// give up early; the question goes on, for its answer serves the others.
func (r *readiness) check(ctx context.Context) (fresh bool, err error) {
	if r.ask == nil {
		return false, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.asked.IsZero() && time.Since(r.asked) < readyFor {
		return false, r.last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyWait)
	defer cancel()
	r.last = r.ask(ctx)
	r.asked = time.Now()
	return true, r.last
}
