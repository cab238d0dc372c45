package tool

import (
	"context"
	"sync"
	"time"
)

const noticeGap = 250 * time.Millisecond

// Progress tells the caller how far a call has come; total is 0 where it is not
// known. It does nothing where the caller did not ask for it, and leaves out
// notices that come too fast or do not go forward.
func Progress(ctx context.Context, done, total float64, message string) {
	if p, ok := ctx.Value(progressKey{}).(*progress); ok {
		p.send(done, total, message)
	}
}

type progressKey struct{}

type progress struct {
	to  func(done, total float64, message string)
	now func() time.Time

	mu   sync.Mutex
	done float64
	sent time.Time
}

func withProgress(ctx context.Context, to func(done, total float64, message string), now func() time.Time) context.Context {
	if to == nil {
		return ctx
	}
	return context.WithValue(ctx, progressKey{}, &progress{to: to, now: now})
}

func (p *progress) send(done, total float64, message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, last := p.now(), total > 0 && done >= total
	if done <= p.done || !last && now.Sub(p.sent) < noticeGap {
		return
	}
	p.done, p.sent = done, now
	p.to(done, total, cleanLine(message))
}
