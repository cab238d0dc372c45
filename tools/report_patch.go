package tools

import (
	"context"
	"fmt"

	"syncro-mcp/internal/fleet"
	"syncro-mcp/internal/tool"
)

type reportPatchesIn struct {
	customerRef
	AssetType string `json:"asset_type,omitempty" jsonschema_description:"Only machines of this type."`
	KB        string `json:"kb,omitempty" jsonschema_description:"Update to look for, as KB5034441: lists the machines that lack it instead of the worst ones."`
	reportWindow
}

type reportPatchesOut struct {
	covered
	Compliant     int `json:"compliant"` // nothing missing, nothing failed
	NonCompliant  int `json:"non_compliant"`
	Unknown       int `json:"unknown"`        // no patch data, or not read
	NotApplicable int `json:"not_applicable"` // without an agent: not asked

	KB *kbPart `json:"kb,omitempty"`

	Worst        []worstRow  `json:"worst,omitempty"`
	PatchesTotal int         `json:"patches_total,omitempty"` // different patches that some machine lacks
	Patches      []spreadRow `json:"patches,omitempty"`
	NoDataTotal  int         `json:"no_data_total,omitempty"`
	NoData       []noDataRow `json:"no_data,omitempty"`
}

// kbPart tells where one patch stands.
type kbPart struct {
	KB           string       `json:"kb"`
	Title        string       `json:"title,omitempty"`
	LackingTotal int          `json:"lacking_total"`
	Failed       int          `json:"failed"`
	Missing      int          `json:"missing"`
	Rejected     int          `json:"rejected"`
	Installed    int          `json:"installed"`
	NotListed    int          `json:"not_listed"` // not mentioned by Syncro, so not known to lack it
	Unknown      int          `json:"unknown"`
	Lacking      []lackingRow `json:"lacking"`
}

type lackingRow struct {
	machineRow
	Status    string `json:"status"`
	Reason    string `json:"failure_reason,omitempty"`
	Attempted string `json:"attempted_at,omitempty"`
}

type worstRow struct {
	machineRow
	Missing  int    `json:"missing"`
	Failed   int    `json:"failed"`
	LastScan string `json:"last_scan,omitempty"`
}

type spreadRow struct {
	KB       string `json:"kb,omitempty"`
	Title    string `json:"title"`
	Severity string `json:"severity,omitempty"`
	Machines int    `json:"machines"` // that lack it
	Failed   int    `json:"failed,omitempty"`
}

type noDataRow struct {
	machineRow
	Reason string `json:"reason"`
}

func (d *desk) reportPatches(ctx context.Context, in reportPatchesIn) (reportPatchesOut, error) {
	bulk := d.syncro.Bulk()
	review := fleet.PatchReview{Read: bulk.AssetPatches, Budget: bulk.BudgetUsed}
	if in.KB != "" {
		kb, err := fleet.ParseKB(in.KB)
		if err != nil {
			return reportPatchesOut{}, err
		}
		review.KB = kb
	}
	asked := in
	asked.Cursor = ""
	lists, err := in.lists(asked)
	if err != nil {
		return reportPatchesOut{}, err
	}
	stream, customer, err := d.assetsOf(ctx, in.customerRef, in.AssetType)
	if err != nil {
		return reportPatchesOut{}, err
	}
	report, err := fleet.Patches(ctx, stream, review)
	if err != nil {
		return reportPatchesOut{}, err
	}
	if err := d.notNobody(ctx, customer, report.Coverage); err != nil {
		return reportPatchesOut{}, err
	}
	out := reportPatchesOut{
		covered: coveredBy(report.Coverage, lists), Compliant: report.Compliant, NonCompliant: report.NonCompliant,
		Unknown: report.Unknown, NotApplicable: report.NotApplicable,
	}
	out.say(patchNotes(report)...)
	if report.KB != nil {
		out.KB = kbPartOf(*report.KB, lists)
		d.nameOwners(ctx, machinesOf(out.KB.Lacking))
	} else {
		out.fill(report, lists)
		d.nameOwners(ctx, machinesOf(out.Worst), machinesOf(out.NoData))
	}
	out.NextCursor = lists.next()
	return out, nil
}

func patchNotes(r fleet.PatchReport) (notes []string) {
	if r.Computers > 0 {
		notes = append(notes, fmt.Sprintf("not_applicable includes %s without an agent, whose patches nobody knows.", counted(r.Computers, "computer")))
	}
	if r.KB != nil && r.KB.NotListed > 0 {
		notes = append(notes, fmt.Sprintf("Syncro does not mention %s for %s (not_listed): it may not apply there, be superseded, or be long installed.",
			r.KB.KB, counted(r.KB.NotListed, "machine")))
	}
	return notes
}

func kbPartOf(r fleet.KBReport, l *lists) *kbPart {
	shown := &kbPart{
		KB: r.KB, Title: tool.Clip(r.Title, reasonLength), LackingTotal: len(r.Lacking), Failed: r.Failed, Missing: r.Missing, Rejected: r.Rejected,
		Installed: r.Installed, NotListed: r.NotListed, Unknown: r.Unknown,
	}
	for _, each := range shownOf(l, r.Lacking) {
		shown.Lacking = append(shown.Lacking, lackingRow{
			machineRow: machineRowOf(each.Machine), Status: string(each.Status),
			Reason: tool.Clip(each.Reason, reasonLength), Attempted: moment(each.AttemptedAt),
		})
	}
	return shown
}

func (out *reportPatchesOut) fill(r fleet.PatchReport, l *lists) {
	out.PatchesTotal, out.NoDataTotal = len(r.Patches), len(r.NoAnswer)
	for _, each := range shownOf(l, r.Worst) {
		out.Worst = append(out.Worst, worstRow{machineRowOf(each.Machine), each.Missing, each.Failed, moment(each.LastScan)})
	}
	for _, each := range shownOf(l, r.Patches) {
		out.Patches = append(out.Patches, spreadRow{
			KB: each.KB, Title: tool.Clip(each.Title, reasonLength), Severity: tool.Clip(each.Severity, reportLength),
			Machines: each.Missing + each.Failed, Failed: each.Failed,
		})
	}
	for _, each := range shownOf(l, r.NoAnswer) {
		out.NoData = append(out.NoData, noDataRow{machineRowOf(each.Machine), each.Reason})
	}
}
