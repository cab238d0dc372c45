package fleet

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"syncro-mcp/syncro"
)

// PatchReview says how patches are read and what is looked for.
type PatchReview struct {
	Read   func(ctx context.Context, id int64) (syncro.Patches, error) // all patches of one machine
	Budget func() (used, limit int)                                    // for the estimate; nil: not known
	KB     string                                                      // one patch to look for, as [ParseKB] gives it; "": none
}

// PatchReport tells which machines of a fleet are patched.
type PatchReport struct {
	Coverage
	Compliant    int // nothing missing and nothing failed
	NonCompliant int
	Unknown      int // without patch data, or not read
	// NotApplicable are devices without an agent, which were not asked;
	// Computers are those of them that could run one.
	NotApplicable, Computers int

	Worst    []MachinePatches // most missing and failed patches first
	NoAnswer []NoPatches      // machines that were read and are unknown all the same
	Patches  []PatchSpread    // most machines first
	KB       *KBReport        // nil where none was asked for
}

// MachinePatches counts the patches of one machine that is not compliant.
type MachinePatches struct {
	Machine
	Missing, Failed int
	LastScan        time.Time // zero: not told
}

// NoPatches is a machine whose patch data tell nothing, and why.
type NoPatches struct {
	Machine
	Reason string
}

// PatchSpread tells how many machines lack a patch.
type PatchSpread struct {
	KB, Title, Severity string
	Missing, Failed     int // machines
}

// KBReport tells where one patch stands.
type KBReport struct {
	KB, Title                     string
	Lacking                       []LackingKB // failed, missing, rejected
	Failed, Missing, Rejected     int         // of those
	Installed, NotListed, Unknown int
}

// LackingKB is a machine on which a patch is not installed.
type LackingKB struct {
	Machine
	Status      syncro.PatchStatus
	Reason      string // why it failed, where Syncro tells
	AttemptedAt time.Time
}

// Patches asks every machine with an agent once for its patches, side by side,
// and sums up. A machine that could not be read is named and unknown.
func Patches(ctx context.Context, s Stream, review PatchReview) (PatchReport, error) {
	var r PatchReport
	var managed []Machine
	listing := s
	listing.Progress = func(done, total int, message string) {
		s.Progress.tell(done, 2*total, message) // asking takes about as many steps again
	}
	var err error
	r.Coverage, err = listing.each(ctx, func(a syncro.Asset) {
		if a.Agent != nil {
			managed = append(managed, machineOf(a))
			return
		}
		r.NotApplicable++
		if isComputer(a.Type) {
			r.Computers++
		}
	})
	if err != nil {
		return r, err
	}
	listed := r.Checked
	clock := startClock(review.Budget)
	t := newTally(&r, review.KB)
	err = askAll(ctx, managed, review.Read, t.add, func(done int) {
		s.Progress.tell(listed+done, listed+len(managed), "read the patches of "+clock.of(done, len(managed), "machines", len(managed)-done))
	})
	if err != nil {
		return r, err
	}
	t.finish()
	return r, nil
}

func isComputer(assetType string) bool {
	return slices.Contains([]string{"desktop", "laptop", "server"}, kindOf(assetType))
}

// tally sums up the answers of the machines. It is not safe for concurrent use.
type tally struct {
	report *PatchReport
	spread map[string]*PatchSpread
}

func newTally(r *PatchReport, kb string) *tally {
	if kb != "" {
		r.KB = &KBReport{KB: kb}
	}
	return &tally{report: r, spread: map[string]*PatchSpread{}}
}

// add takes one machine's answer.
func (t *tally) add(a answer) {
	r := t.report
	if a.err != nil {
		r.Unknown++
		r.Checked--
		r.Complete = false
		r.Failed = append(r.Failed, Failure{Machine: a.machine, Reason: reasonOf(a.err)})
	} else {
		t.judge(a.machine, a.patches)
	}
	if r.KB != nil {
		r.KB.add(a)
	}
}

// judge decides on compliance.
func (t *tally) judge(m Machine, patches syncro.Patches) {
	r := t.report
	counted := MachinePatches{Machine: m, LastScan: patches.LastScan}
	for _, patch := range patches.Patches {
		switch patch.Status {
		case syncro.PatchMissing:
			counted.Missing++
		case syncro.PatchFailed:
			counted.Failed++
		}
	}
	t.spreadOf(patches.Patches)
	switch {
	case counted.Missing+counted.Failed > 0:
		r.NonCompliant++
		r.Worst = append(r.Worst, counted)
	case noData(patches):
		r.Unknown++
		r.NoAnswer = append(r.NoAnswer, NoPatches{m, "Syncro has no patch data for it"})
	case patches.Missed > 0:
		r.Unknown++
		r.NoAnswer = append(r.NoAnswer, NoPatches{m, "Syncro counts more patches than it sent"})
	default:
		r.Compliant++
	}
}

func noData(patches syncro.Patches) bool {
	return len(patches.Patches) == 0 && patches.LastScan.IsZero() && patches.Missed == 0
}

// spreadOf counts the machine once for each patch that it lacks, however many
// entries name it.
func (t *tally) spreadOf(patches []syncro.Patch) {
	lacking := map[string]syncro.Patch{}
	for _, patch := range patches {
		key := cmp.Or(kbOf(patch), patch.Title)
		before, twice := lacking[key]
		if patch.Status == syncro.PatchFailed || patch.Status == syncro.PatchMissing && (!twice || before.Status != syncro.PatchFailed) {
			lacking[key] = patch
		}
	}
	for key, patch := range lacking {
		s := t.spread[key]
		if s == nil {
			s = &PatchSpread{KB: kbOf(patch), Title: patch.Title, Severity: patch.Severity}
			t.spread[key] = s
		}
		// Systems word one patch differently; which of them shows must not depend on who answered first.
		if patch.Title < s.Title {
			s.Title, s.Severity = patch.Title, patch.Severity
		}
		if patch.Status == syncro.PatchFailed {
			s.Failed++
		} else {
			s.Missing++
		}
	}
}

// finish sorts: machines answered in any order.
func (t *tally) finish() {
	r := t.report
	for _, s := range t.spread {
		r.Patches = append(r.Patches, *s)
	}
	slices.SortFunc(r.Patches, func(a, b PatchSpread) int {
		return cmp.Or(cmp.Compare(b.Missing+b.Failed, a.Missing+a.Failed), cmp.Compare(b.Failed, a.Failed),
			strings.Compare(b.KB, a.KB), strings.Compare(a.Title, b.Title))
	})
	slices.SortFunc(r.Worst, func(a, b MachinePatches) int {
		return cmp.Or(cmp.Compare(b.Missing+b.Failed, a.Missing+a.Failed), cmp.Compare(b.Failed, a.Failed), byName(a.Machine, b.Machine))
	})
	slices.SortFunc(r.NoAnswer, func(a, b NoPatches) int { return byName(a.Machine, b.Machine) })
	slices.SortStableFunc(r.Failed, func(a, b Failure) int { return byName(a.Machine, b.Machine) })
	if r.KB != nil {
		r.KB.finish()
	}
}
