package tools

import (
	"context"
	"fmt"
	"strings"
	"time"

	"syncro-mcp/internal/fleet"
	"syncro-mcp/internal/tool"
)

type auditAssetsIn struct {
	customerRef
	Inventory     *string          `json:"inventory,omitempty" jsonschema_description:"What was found on the floor, as CSV text with a heading (Serial Number, Hostname, Model, User and so on, in any order). Without it only the records are checked."`
	InventoryRows []map[string]any `json:"inventory_rows,omitempty" jsonschema:"maxItems=10000" jsonschema_description:"The same as a list of objects, such as {\"serial_number\": \"ABC123\", \"name\": \"ACME-WKS-001\"}."`
	NamingPattern string           `json:"naming_pattern,omitempty" jsonschema_description:"RE2 expression that every name must match, such as ^ACME-(WKS|LAP|SRV)-[0-9]{3}$."`
	StaleDays     int              `json:"stale_days,omitempty" jsonschema:"minimum=1,maximum=3650,default=30" jsonschema_description:"Days without a check-in after which a machine is stale."`
	reportWindow
}

// Validate wants one form of the inventory.
func (in auditAssetsIn) Validate() error {
	if in.Inventory != nil && strings.TrimSpace(*in.Inventory) == "" || in.InventoryRows != nil && len(in.InventoryRows) == 0 {
		return fmt.Errorf("the inventory is empty, so there is nothing to compare with. Leave it out to check the records alone")
	}
	if in.Inventory != nil && len(in.InventoryRows) > 0 {
		return fmt.Errorf("give inventory or inventory_rows, and not both")
	}
	return nil
}

// auditAssetsOut leaves out what was not asked for: the comparison without an
// inventory, naming without a pattern.
type auditAssetsOut struct {
	covered
	Matched              *int `json:"matched,omitempty"`
	OnlyInInventoryTotal *int `json:"only_in_inventory_total,omitempty"`
	OnlyInSyncroTotal    *int `json:"only_in_syncro_total,omitempty"`
	DifferencesTotal     *int `json:"differences_total,omitempty"`
	UnusableTotal        *int `json:"unusable_rows_total,omitempty"`
	IncompleteTotal      int  `json:"incomplete_total"`
	DuplicatesTotal      int  `json:"duplicates_total"`
	NamingTotal          *int `json:"naming_total,omitempty"`
	StaleTotal           int  `json:"stale_total"`

	OnlyInInventory []inventoryRow  `json:"only_in_inventory,omitempty"`
	OnlyInSyncro    []unmatchedRow  `json:"only_in_syncro,omitempty"`
	Differences     []differenceRow `json:"differences,omitempty"`
	Unusable        []unusableRow   `json:"unusable_rows,omitempty"`
	Ignored         []string        `json:"ignored_columns,omitempty"`
	Incomplete      []incompleteRow `json:"incomplete,omitempty"`
	Duplicates      []duplicateRow  `json:"duplicates,omitempty"`
	Naming          []machineRow    `json:"naming,omitempty"`
	Stale           []staleRow      `json:"stale,omitempty"`
}

type inventoryRow struct {
	Line     int    `json:"line"`
	Name     string `json:"name,omitempty"`
	Serial   string `json:"serial_number,omitempty"`
	Model    string `json:"model,omitempty"`
	Customer string `json:"customer,omitempty"`
}

type unmatchedRow struct {
	machineRow
	AssetType string `json:"asset_type,omitempty"`
	Serial    string `json:"serial_number,omitempty"`
}

type differenceRow struct {
	machineRow
	Line      int    `json:"line"`
	Field     string `json:"field"`
	Inventory string `json:"inventory"`
	Syncro    string `json:"syncro"`
}

type unusableRow struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

type incompleteRow struct {
	machineRow
	Lacks []string `json:"lacks"`
}

type duplicateRow struct {
	Field  string       `json:"field"`
	Value  string       `json:"value"`
	Count  int          `json:"count"`
	Assets []machineRow `json:"assets"` // the first of them
}

type staleRow struct {
	machineRow
	LastSeen string `json:"last_seen,omitempty"` // never, where it is left out
	Days     int    `json:"days_silent,omitempty"`
}

const (
	mostSharing = 5  // records that a duplicate names
	mostIgnored = 20 // headings that are named
)

func (d *desk) auditAssets(ctx context.Context, in auditAssetsIn) (auditAssetsOut, error) {
	rules, err := d.auditRules(in)
	if err != nil {
		return auditAssetsOut{}, err
	}
	asked := in
	asked.Cursor = ""
	lists, err := in.lists(asked)
	if err != nil {
		return auditAssetsOut{}, err
	}
	stream, customer, err := d.assetsOf(ctx, in.customerRef, "")
	if err != nil {
		return auditAssetsOut{}, err
	}
	report, err := fleet.Audit(ctx, stream, rules)
	if err != nil {
		return auditAssetsOut{}, err
	}
	if err := d.notNobody(ctx, customer, report.Coverage); err != nil {
		return auditAssetsOut{}, err
	}
	out := auditAssetsOut{covered: coveredBy(report.Coverage, lists)}
	if report.Comparison != nil {
		out.compared(*report.Comparison, lists)
	}
	if in.NamingPattern != "" {
		n := len(report.Naming)
		out.NamingTotal = &n
	}
	out.checked(report, lists)
	shown := [][]*machineRow{
		machinesOf(out.OnlyInSyncro), machinesOf(out.Differences), machinesOf(out.Incomplete), machinesOf(out.Naming), machinesOf(out.Stale),
	}
	for _, duplicate := range out.Duplicates {
		shown = append(shown, machinesOf(duplicate.Assets))
	}
	d.nameOwners(ctx, shown...)
	out.NextCursor = lists.next()
	return out, nil
}

// auditRules reads what the caller wrote before anything is asked of Syncro.
func (d *desk) auditRules(in auditAssetsIn) (fleet.AuditRules, error) {
	rules := fleet.AuditRules{Stale: time.Duration(in.StaleDays) * 24 * time.Hour, Now: d.now(), CustomerName: fleet.CustomerNames(d.syncro)}
	var err error
	if in.NamingPattern != "" {
		if rules.Naming, err = fleet.ParseNaming(in.NamingPattern); err != nil {
			return rules, err
		}
	}
	var inventory fleet.Inventory
	switch {
	case in.Inventory != nil:
		inventory, err = fleet.ParseInventory(*in.Inventory)
	case len(in.InventoryRows) > 0:
		inventory, err = fleet.InventoryOf(in.InventoryRows)
	default:
		return rules, nil
	}
	rules.Inventory = &inventory
	return rules, err
}

// compared shows the comparison of floor and records.
func (out *auditAssetsOut) compared(c fleet.Comparison, l *lists) {
	only, syncroOnly, differ, unusable := len(c.OnlyInInventory), len(c.OnlyInSyncro), len(c.Differences), len(c.Unusable)
	out.Matched, out.OnlyInInventoryTotal, out.OnlyInSyncroTotal = &c.Matched, &only, &syncroOnly
	out.DifferencesTotal, out.UnusableTotal = &differ, &unusable
	if only > 0 && !out.Complete {
		out.say("Machines under only_in_inventory may stand among the records that were not read.")
	}
	if unusable > 0 {
		out.say(fmt.Sprintf("Not compared: %s of the inventory; unusable_rows says why.", counted(unusable, "row")))
	}
	for _, r := range shownOf(l, c.OnlyInInventory) {
		short := func(field string) string { return tool.Clip(r.Field(field), reportLength) }
		out.OnlyInInventory = append(out.OnlyInInventory, inventoryRow{
			Line: r.Line, Name: short("name"), Serial: short("serial_number"), Model: short("model"), Customer: short("customer"),
		})
	}
	for _, r := range shownOf(l, c.OnlyInSyncro) {
		out.OnlyInSyncro = append(out.OnlyInSyncro, unmatchedRow{machineRowOf(r.Machine), tool.Clip(r.Type, reportLength), tool.Clip(r.Serial, reportLength)})
	}
	for _, r := range shownOf(l, c.Differences) {
		out.Differences = append(out.Differences, differenceRow{
			machineRowOf(r.Machine), r.Line, r.Field, tool.Clip(r.Inventory, reportLength), tool.Clip(r.Syncro, reportLength),
		})
	}
	for _, r := range shownOf(l, c.Unusable) {
		out.Unusable = append(out.Unusable, unusableRow{r.Line, tool.Clip(r.Reason, reasonLength)})
	}
	for _, heading := range c.Ignored[:min(len(c.Ignored), mostIgnored)] {
		out.Ignored = append(out.Ignored, tool.Clip(heading, reportLength))
	}
}

// checked shows what the records tell by themselves.
func (out *auditAssetsOut) checked(r fleet.AuditReport, l *lists) {
	out.IncompleteTotal, out.DuplicatesTotal, out.StaleTotal = len(r.Incomplete), len(r.Duplicates), len(r.Stale)
	for _, each := range shownOf(l, r.Incomplete) {
		out.Incomplete = append(out.Incomplete, incompleteRow{machineRowOf(each.Machine), each.Lacks})
	}
	for _, each := range shownOf(l, r.Duplicates) {
		row := duplicateRow{Field: each.Field, Value: tool.Clip(each.Value, reportLength), Count: len(each.Machines)}
		for _, m := range each.Machines[:min(len(each.Machines), mostSharing)] {
			row.Assets = append(row.Assets, machineRowOf(m))
		}
		out.Duplicates = append(out.Duplicates, row)
	}
	for _, each := range shownOf(l, r.Naming) {
		out.Naming = append(out.Naming, machineRowOf(each))
	}
	for _, each := range shownOf(l, r.Stale) {
		out.Stale = append(out.Stale, staleRow{machineRowOf(each.Machine), moment(each.LastSeen), each.Days})
	}
}
