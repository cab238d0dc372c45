package tools

import (
	"context"
	"fmt"
	"strings"

	"syncro-mcp/internal/fleet"
	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

func (d *desk) reportTools() []tool.Tool {
	return []tool.Tool{
		tool.NewRead(tool.Spec{
			Name: "report_patches", Title: "Patch report", Toolset: toolsetReports,
			Description: "See how well a fleet is patched, or with kb which machines lack one update and why. Asks every machine, so it takes a while.",
		}, d.reportPatches),
		tool.NewRead(tool.Spec{
			Name: "report_warranties", Title: "Warranty report", Toolset: toolsetReports,
			Description: "See whose warranty ends soon, has ended or is not recorded.",
		}, d.reportWarranties),
		tool.NewRead(tool.Spec{
			Name: "audit_assets", Title: "Audit assets", Toolset: toolsetReports,
			Description: "Check records against an inventory from the floor and against good practice: gaps, duplicates, odd names, silent machines.",
		}, d.auditAssets),
		tool.NewRead(tool.Spec{
			Name: "export_assets", Title: "Export assets", Toolset: toolsetReports,
			Description: "Get links to all assets as CSV and JSON Lines files, for a spreadsheet or an archive.",
		}, d.exportAssets),
	}
}

const (
	reportLength = 80  // characters of a text in a report's row
	reasonLength = 200 // of a reason

	mostNamedFailures = 15 // of an export, which has no limit of its own
)

// reportWindow is the part of each of a report's lists that a caller wants.
type reportWindow struct {
	Limit  int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100,default=25" jsonschema_description:"Rows of each list; the totals count all."`
	Cursor string `json:"cursor,omitempty" jsonschema_description:"next_cursor of the answer before."`
}

// lists begins to cut a report's lists.
func (w reportWindow) lists(arguments any) (*lists, error) {
	at, err := window{Cursor: w.Cursor}.read(arguments)
	return &lists{at: at, limit: w.Limit}, err
}

// lists cuts all lists of a report alike, so that one cursor goes on in each.
type lists struct {
	at    position
	limit int
	more  bool
}

func shownOf[T any](l *lists, all []T) []T {
	from := min(l.at.Offset, len(all))
	to := min(from+l.limit, len(all))
	l.more = l.more || to < len(all)
	return all[from:to]
}

func (l *lists) next() string {
	if !l.more {
		return ""
	}
	at := l.at
	at.Offset += l.limit
	return at.cursor()
}

// covered is what every report says of itself, so that a partial answer cannot
// pass for a whole one.
type covered struct {
	AssetsTotal   *int        `json:"assets_total,omitempty"` // only where it is known
	AssetsChecked int         `json:"assets_checked"`
	Complete      bool        `json:"complete"`
	FailedTotal   int         `json:"failed_total,omitempty"`
	Failed        []failedRow `json:"failed,omitempty"`
	Note          string      `json:"note,omitempty"` // what the answer does not cover
	NextCursor    string      `json:"next_cursor,omitempty"`
}

type failedRow struct {
	ID       int64  `json:"id,omitempty"`
	Name     string `json:"name"`
	Customer string `json:"customer,omitempty"`
	Reason   string `json:"reason"`
}

func coveredBy(c fleet.Coverage, l *lists) covered {
	shown := covered{AssetsChecked: c.Checked, Complete: c.Complete, FailedTotal: len(c.Failed)}
	if c.Total >= 0 {
		shown.AssetsTotal = &c.Total
	}
	for _, f := range shownOf(l, c.Failed) {
		row := failedRow{ID: f.ID, Name: tool.Clip(f.Name, reportLength), Customer: tool.Clip(f.Customer, reportLength), Reason: tool.Clip(f.Reason, reasonLength)}
		if f.What != "" {
			row.Name = f.What
		}
		shown.Failed = append(shown.Failed, row)
	}
	shown.say(coverageNote(c))
	return shown
}

// say adds a sentence to the note.
func (c *covered) say(sentences ...string) {
	for _, sentence := range sentences {
		c.Note = strings.TrimSpace(c.Note + " " + sentence)
	}
}

func coverageNote(c fleet.Coverage) string {
	machines, brokeOff := 0, false
	for _, f := range c.Failed {
		if f.What == "" {
			machines++
		} else {
			brokeOff = true
		}
	}
	var says []string
	switch {
	case brokeOff && c.Total >= 0:
		says = append(says, fmt.Sprintf("Partial: the list of assets broke off after %d of %d.", c.Checked+machines, c.Total))
	case brokeOff:
		says = append(says, fmt.Sprintf("Partial: the list of assets broke off after %d.", c.Checked+machines))
	case !c.Complete && machines == 0 && c.Total > c.Checked:
		says = append(says, fmt.Sprintf("Partial: Syncro counts %d assets and sent %d.", c.Total, c.Checked))
	case !c.Complete && machines == 0:
		says = append(says, "Partial: Syncro's list of assets did not come to its end.")
	}
	if machines > 0 {
		says = append(says, fmt.Sprintf("Partial: %s could not be read, which is counted as unknown.", counted(machines, "machine")))
	}
	return strings.Join(says, " ")
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// machineRow names a machine in a report.
type machineRow struct {
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	Customer   string `json:"customer,omitempty"`
	CustomerID int64  `json:"customer_id,omitempty"` // only where the name is not known
}

func machineRowOf(m fleet.Machine) machineRow {
	return machineRow{ID: m.ID, Name: tool.Clip(m.Name, reportLength), Customer: tool.Clip(m.Customer, reportLength), CustomerID: m.CustomerID}
}

func (m *machineRow) machine() *machineRow { return m }

// machinesOf lists the machines that rows name, to be filled in.
func machinesOf[T any, P interface {
	*T
	machine() *machineRow
}](rows []T) []*machineRow {
	machines := make([]*machineRow, 0, len(rows))
	for i := range rows {
		machines = append(machines, P(&rows[i]).machine())
	}
	return machines
}

// nameOwners fills in the customers' names, of the rows that are shown only.
func (d *desk) nameOwners(ctx context.Context, lists ...[]*machineRow) {
	var owned []syncro.Asset
	for _, machines := range lists {
		for _, m := range machines {
			owned = append(owned, syncro.Asset{CustomerID: m.CustomerID, Customer: m.Customer})
		}
	}
	d.nameCustomers(ctx, owned)
	for _, machines := range lists {
		for _, m := range machines {
			if m.Customer = tool.Clip(owned[0].Customer, reportLength); m.Customer != "" {
				m.CustomerID = 0
			}
			owned = owned[1:]
		}
	}
}

// assetsOf is the stream that a report reads, told as progress to the caller.
func (d *desk) assetsOf(ctx context.Context, ref customerRef, assetType string) (fleet.Stream, int64, error) {
	customer, err := d.customerToFilter(ctx, ref)
	if err != nil {
		return fleet.Stream{}, 0, err
	}
	stream := fleet.List(ctx, d.syncro, syncro.AssetFilter{CustomerID: customer, Type: assetType})
	stream.Progress = func(done, total int, message string) { tool.Progress(ctx, float64(done), float64(total), message) }
	return stream, customer, nil
}

// notNobody tells a customer without assets from one that does not exist: a
// report on nobody would look as if all were well.
func (d *desk) notNobody(ctx context.Context, customer int64, c fleet.Coverage) error {
	if customer == 0 || c.Checked > 0 || !c.Complete {
		return nil
	}
	_, err := d.syncro.CustomerName(ctx, customer)
	if syncro.IsKind(err, syncro.NotFound) {
		return err
	}
	return nil
}
