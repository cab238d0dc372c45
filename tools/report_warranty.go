package tools

import (
	"context"

	"syncro-mcp/internal/fleet"
	"syncro-mcp/internal/tool"
)

type reportWarrantiesIn struct {
	customerRef
	WithinDays int `json:"within_days,omitempty" jsonschema:"minimum=0,maximum=3650,default=90" jsonschema_description:"How soon a warranty must end to count as expiring."`
	reportWindow
}

type reportWarrantiesOut struct {
	covered
	ExpiringTotal int           `json:"expiring_total"`
	ExpiredTotal  int           `json:"expired_total"`
	UnknownTotal  int           `json:"unknown_total"`
	LaterTotal    int           `json:"later_total"` // covered for longer than within_days
	Expiring      []warrantyRow `json:"expiring"`
	Expired       []warrantyRow `json:"expired"`
	Unknown       []warrantyRow `json:"unknown"`
}

type warrantyRow struct {
	machineRow
	Serial    string `json:"serial_number,omitempty"`
	Model     string `json:"model,omitempty"`
	Expires   string `json:"warranty_expires,omitempty"` // as it stands there where it cannot be read
	DaysLeft  *int   `json:"days_left,omitempty"`
	DaysSince *int   `json:"days_since,omitempty"`
}

func (d *desk) reportWarranties(ctx context.Context, in reportWarrantiesIn) (reportWarrantiesOut, error) {
	asked := in
	asked.Cursor = ""
	lists, err := in.lists(asked)
	if err != nil {
		return reportWarrantiesOut{}, err
	}
	stream, customer, err := d.assetsOf(ctx, in.customerRef, "")
	if err != nil {
		return reportWarrantiesOut{}, err
	}
	report, err := fleet.Warranties(ctx, stream, d.now(), in.WithinDays)
	if err != nil {
		return reportWarrantiesOut{}, err
	}
	if err := d.notNobody(ctx, customer, report.Coverage); err != nil {
		return reportWarrantiesOut{}, err
	}
	out := reportWarrantiesOut{
		covered:       coveredBy(report.Coverage, lists),
		ExpiringTotal: len(report.Expiring), ExpiredTotal: len(report.Expired), UnknownTotal: len(report.Unknown), LaterTotal: report.Later,
	}
	for _, w := range shownOf(lists, report.Expiring) {
		row := warrantyRowOf(w)
		row.DaysLeft = &w.Days
		out.Expiring = append(out.Expiring, row)
	}
	for _, w := range shownOf(lists, report.Expired) {
		row, since := warrantyRowOf(w), -w.Days
		row.DaysSince = &since
		out.Expired = append(out.Expired, row)
	}
	for _, w := range shownOf(lists, report.Unknown) {
		out.Unknown = append(out.Unknown, warrantyRowOf(w))
	}
	d.nameOwners(ctx, machinesOf(out.Expiring), machinesOf(out.Expired), machinesOf(out.Unknown))
	out.NextCursor = lists.next()
	return out, nil
}

func warrantyRowOf(w fleet.Warranty) warrantyRow {
	return warrantyRow{
		machineRow: machineRowOf(w.Machine), Serial: tool.Clip(w.Serial, reportLength), Model: tool.Clip(w.Model, reportLength),
		Expires: tool.Clip(w.Expires, reportLength),
	}
}
