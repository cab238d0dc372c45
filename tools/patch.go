package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

func (d *desk) patchTools() []tool.Tool {
	return []tool.Tool{
		tool.NewRead(tool.Spec{
			Name: "get_asset_patches", Title: "Get asset patches", Toolset: toolsetPatches,
			Description: "Which Windows updates one machine lacks, which failed and why, and which it has. Failed and missing ones come first.",
		}, d.getAssetPatches),
	}
}

type getAssetPatchesIn struct {
	AssetID int64  `json:"asset_id" jsonschema:"minimum=1" jsonschema_description:"Machine to look at."`
	Status  string `json:"status,omitempty" jsonschema:"enum=missing,enum=failed,enum=rejected,enum=installed" jsonschema_description:"Only patches in this state."`
	Query   string `json:"query,omitempty" jsonschema_description:"KB number or words of the title."`
	window
}

type getAssetPatchesOut struct {
	Summary    patchSummary `json:"summary"`
	LastScan   string       `json:"last_scan,omitempty"`
	Patches    []patchRow   `json:"patches"`
	NextCursor string       `json:"next_cursor,omitempty"`
	Note       string       `json:"note,omitempty"` // what the answer does not cover
}

// patchSummary counts all patches of the machine, whatever the filter.
type patchSummary struct {
	Missing   int `json:"missing"`
	Failed    int `json:"failed"`
	Rejected  int `json:"rejected"`
	Installed int `json:"installed"`
}

type patchRow struct {
	KB        string `json:"kb,omitempty"`
	Title     string `json:"title"`
	Status    string `json:"status,omitempty"` // left out where one was asked for
	Severity  string `json:"severity,omitempty"`
	Released  string `json:"release_date,omitempty"`
	Installed string `json:"installed_date,omitempty"`
	Attempted string `json:"attempted_at,omitempty"`
	Reason    string `json:"failure_reason,omitempty"`
}

// patchesPart is what get_asset adds of the patches: the counts and what is to be done.
type patchesPart struct {
	Summary  patchSummary `json:"summary"`
	LastScan string       `json:"last_scan,omitempty"`
	ToDo     []patchRow   `json:"missing_or_failed,omitempty"`
	Note     string       `json:"note,omitempty"`
}

const mostToDo = 10

func (d *desk) getAssetPatches(ctx context.Context, in getAssetPatchesIn) (getAssetPatchesOut, error) {
	patches, err := d.syncro.AssetPatches(ctx, in.AssetID)
	if err != nil {
		return getAssetPatchesOut{}, err
	}
	var fitting []syncro.Patch
	for _, patch := range byUrgency(patches.Patches) {
		text := strings.ToLower(patch.KB + " " + patch.Title)
		if (in.Status == "" || string(patch.Status) == in.Status) && containsWords(text, in.Query) {
			fitting = append(fitting, patch)
		}
	}
	asked := in
	asked.Cursor = ""
	part, next, err := slice(fitting, in.window, asked)
	if err != nil {
		return getAssetPatchesOut{}, err
	}
	out := getAssetPatchesOut{
		Summary: summarize(patches.Patches), LastScan: moment(patches.LastScan), Patches: patchRows(part), NextCursor: next, Note: patchNote(patches),
	}
	if in.Status != "" {
		for i := range out.Patches {
			out.Patches[i].Status = ""
		}
	}
	return out, nil
}

// containsWords tells whether each word of the query stands in the lower-case text.
func containsWords(text, query string) bool {
	for word := range strings.FieldsSeq(strings.ToLower(query)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func patchNote(patches syncro.Patches) string {
	switch {
	case patches.Missed > 0:
		return fmt.Sprintf("Syncro counts %d more available patches than it sent, so these counts are too low.", patches.Missed)
	case len(patches.Patches) == 0 && patches.LastScan.IsZero():
		return "Syncro has no patch data for this machine, which does not mean that it is up to date."
	}
	return ""
}

func summarize(patches []syncro.Patch) patchSummary {
	var s patchSummary
	for _, patch := range patches {
		switch patch.Status {
		case syncro.PatchMissing:
			s.Missing++
		case syncro.PatchFailed:
			s.Failed++
		case syncro.PatchRejected:
			s.Rejected++
		case syncro.PatchInstalled:
			s.Installed++
		}
	}
	return s
}

// byUrgency puts first what a technician would do first.
func byUrgency(patches []syncro.Patch) []syncro.Patch {
	order := []syncro.PatchStatus{syncro.PatchFailed, syncro.PatchMissing, syncro.PatchRejected, syncro.PatchInstalled}
	severities := []string{"critical", "important", "security", "moderate"}
	severity := func(p syncro.Patch) int {
		word := strings.ToLower(p.Severity)
		i := slices.IndexFunc(severities, func(s string) bool { return strings.Contains(word, s) })
		if i < 0 {
			return len(severities)
		}
		return i
	}
	return slices.SortedStableFunc(slices.Values(patches), func(a, b syncro.Patch) int {
		return cmp.Or(
			cmp.Compare(slices.Index(order, a.Status), slices.Index(order, b.Status)),
			cmp.Compare(severity(a), severity(b)),
			b.InstalledAt.Compare(a.InstalledAt),
			cmp.Compare(b.Released, a.Released),
			cmp.Compare(a.Title, b.Title),
		)
	})
}

func patchRows(patches []syncro.Patch) []patchRow {
	rows := make([]patchRow, 0, len(patches))
	for _, p := range patches {
		row := patchRow{
			KB: tool.Clip(p.KB, 40), Title: tool.Clip(strings.TrimSuffix(p.Title, " ("+p.KB+")"), 200), Status: string(p.Status), Severity: tool.Clip(p.Severity, 60), Released: tool.Clip(p.Released, 40),
			Attempted: moment(p.AttemptedAt), Reason: tool.Clip(p.FailureReason, 300),
		}
		if !p.InstalledAt.IsZero() {
			row.Installed = p.InstalledAt.Format("2006-01-02")
		}
		rows = append(rows, row)
	}
	return rows
}

func partOf(patches syncro.Patches) *patchesPart {
	sorted := byUrgency(patches.Patches)
	done := slices.IndexFunc(sorted, func(p syncro.Patch) bool {
		return p.Status != syncro.PatchFailed && p.Status != syncro.PatchMissing
	})
	if done < 0 {
		done = len(sorted)
	}
	part := &patchesPart{Summary: summarize(patches.Patches), LastScan: moment(patches.LastScan), Note: patchNote(patches), ToDo: patchRows(sorted[:min(done, mostToDo)])}
	if done > mostToDo && part.Note == "" {
		part.Note = fmt.Sprintf("The first %d of %d; get_asset_patches lists them all.", mostToDo, done)
	}
	return part
}
