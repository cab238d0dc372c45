package resources

import (
	"context"
	"slices"
	"strings"
	"time"
)

const (
	memoryLife     = time.Minute
	failureLife    = 10 * time.Second // a failure is asked about again sooner, but not at every letter
	mostRemembered = 200              // look-ups; each holds a few hundred names at most
)

// lookup asks Syncro for what fits a query. whole: there is no more of it.
type lookup func(ctx context.Context, query string) (found []entry, whole bool, err error)

// memory remembers look-ups.
type memory struct {
	read  lookup
	now   func() time.Time
	turn  chan struct{} // holds whoever looks something up: several letters typed at once ask once
	known map[string]remembered
}

type remembered struct {
	entries []entry
	whole   bool
	err     error
	until   time.Time
}

func newMemory(now func() time.Time, read lookup) *memory {
	return &memory{read: read, now: now, turn: make(chan struct{}, 1), known: map[string]remembered{}}
}

// find gives what begins with the prefix, by name. A small account is read as a
// whole, once; of a large one its first part is, and then what Syncro finds for the
// letters typed so far.
func (m *memory) find(ctx context.Context, prefix string) ([]entry, error) {
	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	query := strings.ToLower(strings.TrimSpace(prefix))
	all := m.recall(ctx, "")
	if all.err != nil {
		return nil, all.err
	}
	found := fitting(all.entries, query)
	if !all.whole && query != "" {
		more := m.recall(ctx, m.wholeFor(query))
		if more.err != nil && len(found) == 0 {
			return nil, more.err
		}
		found = append(found, fitting(more.entries, query)...)
	}
	slices.SortFunc(found, byName)
	return slices.CompactFunc(found, func(a, b entry) bool { return a.id == b.id }), nil
}

// wholeFor is the shortest part of the query whose answer is known as a whole,
// since that holds the answers to all longer ones; else the query.
func (m *memory) wholeFor(query string) string {
	for end := range query {
		if known, ok := m.known[query[:end]]; ok && known.whole && m.now().Before(known.until) {
			return query[:end]
		}
	}
	return query
}

func (m *memory) recall(ctx context.Context, query string) remembered {
	now := m.now()
	if known, ok := m.known[query]; ok && now.Before(known.until) {
		return known
	}
	fresh := remembered{until: now.Add(memoryLife)}
	fresh.entries, fresh.whole, fresh.err = m.read(ctx, query)
	if fresh.err != nil {
		fresh.until = now.Add(failureLife)
	}
	if ctx.Err() != nil {
		return fresh // who typed on says nothing of Syncro
	}
	if len(m.known) >= mostRemembered {
		clear(m.known)
	}
	m.known[query] = fresh
	return fresh
}

func fitting(entries []entry, query string) []entry {
	var found []entry
	for _, each := range entries {
		if each.fits(query) {
			found = append(found, each)
		}
	}
	return found
}
