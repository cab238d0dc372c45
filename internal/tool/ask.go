package tool

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Answer is what a person said to a question. The zero value is no answer.
type Answer int

// The answers. Only Accepted lets anything happen.
const (
	Silent    Answer = iota // nobody answered in time
	Declined                // no
	Cancelled               // the question was closed without an answer
	Accepted                // yes
)

// String gives the word that the audit log shows.
func (a Answer) String() string {
	switch a {
	case Declined:
		return "declined"
	case Cancelled:
		return "cancelled"
	case Accepted:
		return "accepted"
	}
	return "silent"
}

// Asker puts one question to the person and waits for the answer, at most until
// ctx ends.
type Asker interface {
	Ask(ctx context.Context, question string) (Answer, error)
}

// Reply is the answer to Result.Ask.
type Reply struct {
	State  string // Ask.State, unchanged
	Answer Answer
}

// impatience: a call that its client gives up after so long with the question
// open was most likely one whose question was never shown.
const impatience = 20 * time.Second

// waitingNotice is how often a caller is told that a question is still open, so
// that neither it nor a proxy takes the call for dead.
const waitingNotice = 15 * time.Second

// put asks through the client and waits, but not for ever: some clients declare
// that they can ask and then show nothing.
func (s *run) put(ctx context.Context, question string) (answer Answer, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	defer s.recovered("asking", &err)
	defer sayWaiting(ctx)()
	answer, err = s.call.Asker.Ask(ctx, question)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return Silent, nil
	}
	return answer, err
}

// sayWaiting sends notices until the function that it returns is called. Their
// numbers stay far below 1: progress must grow, and the tool itself counts from 1.
func sayWaiting(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var notices sync.WaitGroup
	notices.Go(func() {
		tick := time.NewTicker(waitingNotice)
		defer tick.Stop()
		for n := 1; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				Progress(ctx, float64(n)/1000, 0, "Waiting for the user's answer.")
			}
		}
	})
	return func() {
		cancel()
		notices.Wait()
	}
}

const mostSilentSessions = 1024

// silentSessions remembers in which sessions a question stayed unanswered; there
// it is not tried again. When it is full it forgets the oldest, whose next
// question then costs one more wait.
type silentSessions struct {
	mu   sync.Mutex
	keys []string // the oldest first
}

func newSilentSessions() *silentSessions { return &silentSessions{} }

func (q *silentSessions) add(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if slices.Contains(q.keys, key) {
		return
	}
	if len(q.keys) == mostSilentSessions {
		q.keys = slices.Delete(q.keys, 0, 1)
	}
	q.keys = append(q.keys, key)
}

func (q *silentSessions) has(key string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Contains(q.keys, key)
}

func (q *silentSessions) forget(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.keys = slices.DeleteFunc(q.keys, func(k string) bool { return k == key })
}

// sessionKey: where there is no session, the caller stands for it.
func sessionKey(session, caller string) string {
	if session == "" {
		return "caller " + caller
	}
	return "session " + session
}
