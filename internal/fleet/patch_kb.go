package fleet

import (
	"cmp"
	"slices"
	"strings"

	"syncro-mcp/syncro"
)

// ParseKB reads the number of a patch, with or without its letters.
func ParseKB(text string) (string, error) {
	digits := strings.TrimSpace(text)
	if len(digits) > 2 && strings.EqualFold(digits[:2], "kb") {
		digits = strings.TrimLeft(digits[2:], " -_")
	}
	if n := leadingDigits(digits); n != len(digits) || !plausible(n) {
		return "", invalid("Give it as KB5034441", "kb takes the number of one Windows update, and %.40q is none", text)
	}
	return "KB" + digits, nil
}

func leadingDigits(text string) int {
	return len(text) - len(strings.TrimLeft(text, "0123456789"))
}

// plausible tells how many digits the number of a patch has.
func plausible(digits int) bool { return digits >= 5 && digits <= 9 }

// kbOf is the number of a patch from its field or else its title, as KB5034441;
// "" where it has none, as drivers do.
func kbOf(p syncro.Patch) string {
	if kb, err := ParseKB(p.KB); err == nil {
		return kb
	}
	title := strings.ToUpper(p.Title)
	for {
		_, rest, found := strings.Cut(title, "KB")
		if !found {
			return ""
		}
		if n := leadingDigits(rest); plausible(n) {
			return "KB" + rest[:n]
		}
		title = rest
	}
}

// urgency orders the states of a patch: of two entries for one patch the more
// urgent counts, so that no machine passes for patched by mistake.
func urgency(status syncro.PatchStatus) int {
	return slices.Index([]syncro.PatchStatus{syncro.PatchFailed, syncro.PatchMissing, syncro.PatchRejected, syncro.PatchInstalled}, status)
}

// add finds the patch in one machine's answer.
func (r *KBReport) add(a answer) {
	if a.err != nil || noData(a.patches) {
		r.Unknown++
		return
	}
	var found *syncro.Patch
	for i, patch := range a.patches.Patches {
		if kbOf(patch) == r.KB && (found == nil || urgency(patch.Status) < urgency(found.Status)) {
			found = &a.patches.Patches[i]
		}
	}
	if found == nil {
		if a.patches.Missed > 0 {
			r.Unknown++
		} else {
			r.NotListed++
		}
		return
	}
	if r.Title == "" || found.Title < r.Title {
		r.Title = found.Title
	}
	switch found.Status {
	case syncro.PatchInstalled:
		r.Installed++
		return
	case syncro.PatchFailed:
		r.Failed++
	case syncro.PatchMissing:
		r.Missing++
	case syncro.PatchRejected:
		r.Rejected++
	}
	r.Lacking = append(r.Lacking, LackingKB{Machine: a.machine, Status: found.Status, Reason: found.FailureReason, AttemptedAt: found.AttemptedAt})
}

func (r *KBReport) finish() {
	slices.SortFunc(r.Lacking, func(a, b LackingKB) int {
		return cmp.Or(cmp.Compare(urgency(a.Status), urgency(b.Status)), byName(a.Machine, b.Machine))
	})
}
