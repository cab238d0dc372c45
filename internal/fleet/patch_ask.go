package fleet

import (
	"context"
	"fmt"
	"sync"

	"syncro-mcp/syncro"
)

const (
	// atOnce is how many machines are asked side by side: where each answer
	// takes 50 ms, 300 machines then take a second, and Syncro never sees more
	// than a browser or two would open.
	atOnce = 16
	// hopeless is how many machines in a row may fail before the rest is not
	// asked any more: then Syncro is down, or the key is not good for this.
	hopeless = 3 * atOnce
)

// answer is what one machine's patches came to.
type answer struct {
	machine Machine
	patches syncro.Patches
	err     error
}

// askAll reads the patches of all machines, each once, and hands every answer
// to take, one at a time. Machines that were not asked since all before them
// failed are answers with an error too; where nothing at all could be read,
// that error is returned instead. Cancelling ends the requests that are under
// way and sends no more.
func askAll(ctx context.Context, machines []Machine, read func(context.Context, int64) (syncro.Patches, error), take func(answer), progress func(done int)) error {
	next := make(chan Machine)
	var q queue
	var workers sync.WaitGroup
	for range min(atOnce, len(machines)) {
		workers.Go(func() {
			for m := range next {
				patches, err := read(ctx, m.ID)
				if ctx.Err() != nil {
					continue
				}
				progress(q.done(answer{m, patches, err}, take))
			}
		})
	}
	asked := 0
	for ; asked < len(machines) && q.worthwhile(); asked++ {
		select {
		case next <- machines[asked]:
			continue
		case <-ctx.Done():
		}
		break
	}
	close(next)
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("reading the patches of %d machines: %w", len(machines), err)
	}
	return q.leave(machines[asked:], take)
}

// queue counts the answers as they come.
type queue struct {
	mu       sync.Mutex
	answered int
	read     int   // answers that were no errors
	inARow   int   // errors since the last of those
	last     error // the latest error
}

func (q *queue) done(a answer, take func(answer)) (answered int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.answered++
	if a.err == nil {
		q.read, q.inARow = q.read+1, 0
	} else {
		q.inARow, q.last = q.inARow+1, a.err
	}
	take(a)
	return q.answered
}

func (q *queue) worthwhile() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.inARow < hopeless
}

// leave accounts for the machines that were not asked.
func (q *queue) leave(machines []Machine, take func(answer)) error {
	if len(machines) == 0 {
		return nil
	}
	if q.read == 0 {
		return q.last
	}
	reason := fmt.Errorf("not asked, since %d machines in a row had failed: %s", hopeless, reasonOf(q.last))
	for _, m := range machines {
		take(answer{machine: m, err: reason})
	}
	return nil
}
