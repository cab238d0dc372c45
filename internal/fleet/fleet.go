// Package fleet answers questions about many assets at once: whose warranty
// ends, which machines lack patches, whether the books agree with the floor,
// and the export of all of it. It reads a stream of assets and knows nothing of
// who asked.
//
// Every report says what it covered. What could not be read is named, with why,
// and never counts as fine.
package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"syncro-mcp/syncro"
)

// Machine names an asset in a report.
type Machine struct {
	ID         int64
	Name       string
	CustomerID int64
	Customer   string // "" where the record does not tell it
}

func machineOf(a syncro.Asset) Machine {
	return Machine{ID: a.ID, Name: a.Name, CustomerID: a.CustomerID, Customer: a.Customer}
}

// byName orders machines as people look for them.
func byName(a, b Machine) int {
	return cmp.Or(
		strings.Compare(a.Customer, b.Customer), cmp.Compare(a.CustomerID, b.CustomerID),
		strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID),
	)
}

// Failure is something that could not be read, and why.
type Failure struct {
	Machine        // the zero machine stands for a part of the list
	What    string // what it is where it is no machine
	Reason  string
}

// Coverage tells what a report is built on.
type Coverage struct {
	Total    int // assets that the report is about; -1: not known, since the list was not read to its end
	Checked  int // those of them that could be judged
	Complete bool
	Failed   []Failure
}

// Progress is told how far a report has come, in steps of which there are total
// (0: not known), with words for whoever waits. It may be called from several
// goroutines, whose calls can overtake one another.
type Progress func(done, total int, message string)

func (p Progress) tell(done, total int, message string) {
	if p != nil {
		p(done, total, message)
	}
}

// Stream is a walk over assets, made to be read once.
type Stream struct {
	Assets   iter.Seq2[syncro.Asset, error]
	Coverage *syncro.Coverage // filled in by the walk; nil: what it yields is all there is
	Progress Progress         // nil: nobody waits
}

// List is the stream of the assets that fit the filter. It leaves room in the
// request budget to calls that somebody waits for.
func List(ctx context.Context, client *syncro.Client, filter syncro.AssetFilter) Stream {
	coverage := &syncro.Coverage{Total: -1}
	return Stream{Assets: client.Bulk().Assets(ctx, filter, coverage), Coverage: coverage}
}

// each hands every asset to see. A list that breaks off after some assets is
// told in the coverage; it is an error where there were none, or where the
// caller went away.
func (s Stream) each(ctx context.Context, see func(syncro.Asset)) (Coverage, error) {
	var c Coverage
	clock := startClock(nil)
	for asset, err := range s.Assets {
		if err != nil && (ctx.Err() != nil || c.Checked == 0) {
			return c, err
		}
		if err != nil {
			c.Failed = append(c.Failed, Failure{What: "the rest of the list of assets", Reason: reasonOf(err)})
			break
		}
		c.Checked++
		see(asset)
		s.told(clock, c.Checked)
	}
	if err := ctx.Err(); err != nil {
		return c, fmt.Errorf("listing assets: %w", err)
	}
	c.Complete = len(c.Failed) == 0 && (s.Coverage == nil || s.Coverage.Complete)
	c.Total = s.total(c)
	return c, nil
}

// told reports the progress of the walk in assets, whether they fit or not.
func (s Stream) told(clock clock, seen int) {
	if s.Progress == nil {
		return
	}
	total := 0
	if s.Coverage != nil {
		seen, total = s.Coverage.Read, max(s.Coverage.Total, 0)
	}
	s.Progress.tell(seen, total, "listed "+clock.of(seen, total, "assets", 0))
}

// total counts the assets that fit. Before the list has ended it is known only
// where Syncro counts them and none of its rows had to be left out.
func (s Stream) total(c Coverage) int {
	switch {
	case c.Complete:
		return c.Checked
	case s.Coverage != nil && s.Coverage.Total >= s.Coverage.Read && s.Coverage.Read == c.Checked:
		return s.Coverage.Total
	}
	return -1
}

// reasonOf is the cause of an error without what was being done, which the
// report says itself.
func reasonOf(err error) string {
	if own, ok := errors.AsType[*syncro.Error](err); ok {
		return own.Message
	}
	return err.Error()
}

// invalid refuses an argument; nothing was sent.
func invalid(next, format string, a ...any) error {
	return &syncro.Error{Kind: syncro.InvalidArgument, Message: fmt.Sprintf(format, a...), Next: next}
}

// clock estimates how long the rest of a report takes.
type clock struct {
	began  time.Time
	budget func() (used, limit int) // requests in any minute; nil: not known
}

func startClock(budget func() (used, limit int)) clock {
	return clock{began: time.Now(), budget: budget}
}

// soon is when an estimate is not worth saying, nor its ground broad enough.
const soon = 2 * time.Second

// of says "120 of 300 assets, about 40s left". rest is how many requests are
// still to be sent; 0 where that is not known.
func (c clock) of(done, total int, noun string, rest int) string {
	if total <= 0 {
		return fmt.Sprintf("%d %s", done, noun)
	}
	text := fmt.Sprintf("%d of %d %s", done, total, noun)
	if left := c.left(done, total, rest); left >= soon {
		text += fmt.Sprintf(", about %s left", left.Round(time.Second))
	}
	return text
}

// left goes by the pace so far, or by the request budget where that is slower:
// the first requests of a minute may all leave at once, and the others wait.
func (c clock) left(done, total, rest int) time.Duration {
	if done <= 0 || total <= done {
		return 0
	}
	took := time.Since(c.began)
	left := time.Duration(float64(took) / float64(done) * float64(total-done))
	if c.budget == nil {
		return left
	}
	used, limit := c.budget()
	perMinute := limit - limit/6 // what bulk work may have
	if waiting := rest - max(0, perMinute-used); limit > 0 && waiting > 0 {
		left = max(left, time.Duration(float64(waiting)/float64(perMinute)*float64(time.Minute)))
	}
	return left
}
