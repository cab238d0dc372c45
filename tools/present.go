package tools

import (
	"context"
	"slices"
	"time"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

// Longest texts in answers, in characters; what is longer is cut and says so.
const (
	nameLength = 120
	noteLength = 2000
)

// assetRow is an asset in a list.
type assetRow struct {
	ID         int64  `json:"id"`
	Name       string `json:"name"`
	Customer   string `json:"customer,omitempty"`
	CustomerID int64  `json:"customer_id,omitempty"` // only where the name is not known
	AssetType  string `json:"asset_type,omitempty"`
	Serial     string `json:"serial_number,omitempty"`
	Status     string `json:"status"`
	LastSeen   string `json:"last_seen,omitempty"`
	OS         string `json:"os,omitempty"`
	User       string `json:"user,omitempty"`
}

func (d *desk) row(a syncro.Asset) assetRow {
	row := assetRow{
		ID: a.ID, Name: tool.Clip(a.Name, nameLength), Customer: tool.Clip(a.Customer, nameLength), AssetType: tool.Clip(a.Type, nameLength),
		Serial: tool.Clip(a.Serial, nameLength), Status: string(a.Status(d.now())),
	}
	if a.Customer == "" {
		row.CustomerID = a.CustomerID
	}
	if a.Agent != nil {
		row.LastSeen, row.OS, row.User = moment(a.Agent.LastSeen), tool.Clip(a.Agent.OSName, nameLength), tool.Clip(a.Agent.User, nameLength)
	}
	return row
}

// assetDetail is an asset with all documented fields and what its agent reports.
type assetDetail struct {
	ID              int64  `json:"id"`
	Name            string `json:"name"`
	CustomerID      int64  `json:"customer_id,omitempty"`
	Customer        string `json:"customer,omitempty"`
	AssetType       string `json:"asset_type,omitempty"`
	Serial          string `json:"serial_number,omitempty"`
	Model           string `json:"model,omitempty"`
	Manufacturer    string `json:"manufacturer,omitempty"`
	PurchaseDate    string `json:"purchase_date,omitempty"`
	WarrantyExpires string `json:"warranty_expires,omitempty"`
	Notes           string `json:"notes,omitempty"`
	CreatedAt       string `json:"created_at,omitempty"`
	UpdatedAt       string `json:"updated_at,omitempty"`

	Online     *bool  `json:"online,omitempty"` // Syncro's own flag, where it has one
	LastSeen   string `json:"last_seen,omitempty"`
	OSName     string `json:"os_name,omitempty"`
	OSVersion  string `json:"os_version,omitempty"`
	CPU        string `json:"cpu,omitempty"`
	Memory     string `json:"memory,omitempty"`
	DiskSpace  string `json:"disk_space,omitempty"`
	IPAddress  string `json:"ip_address,omitempty"`
	MACAddress string `json:"mac_address,omitempty"`
	User       string `json:"logged_in_user,omitempty"`
}

func detail(a syncro.Asset) assetDetail {
	short := func(text string) string { return tool.Clip(text, nameLength) }
	shown := assetDetail{
		ID: a.ID, Name: short(a.Name), CustomerID: a.CustomerID, Customer: short(a.Customer), AssetType: short(a.Type),
		Serial: short(a.Serial), Model: short(a.Model), Manufacturer: short(a.Manufacturer),
		PurchaseDate: short(a.PurchaseDate), WarrantyExpires: short(a.WarrantyExpires), Notes: tool.Clip(a.Notes, noteLength),
		CreatedAt: moment(a.CreatedAt), UpdatedAt: moment(a.UpdatedAt),
	}
	if agent := a.Agent; agent != nil {
		shown.Online, shown.LastSeen = agent.Online, moment(agent.LastSeen)
		shown.OSName, shown.OSVersion, shown.CPU = short(agent.OSName), short(agent.OSVersion), short(agent.CPU)
		shown.Memory, shown.DiskSpace = short(agent.Memory), short(agent.DiskSpace)
		shown.IPAddress, shown.MACAddress, shown.User = short(agent.IPAddress), short(agent.MACAddress), short(agent.User)
	}
	return shown
}

// finalState is the whole record as Syncro had it, less the fields that hold nothing.
func finalState(a syncro.Asset) map[string]any {
	whole, _ := filled(a.Raw()).(map[string]any)
	return whole
}

// filled copies a value without the nulls inside it.
func filled(value any) any {
	switch v := value.(type) {
	case map[string]any:
		kept := make(map[string]any, len(v))
		for key, each := range v {
			if each != nil {
				kept[key] = filled(each)
			}
		}
		return kept
	case []any:
		kept := make([]any, len(v))
		for i, each := range v {
			kept[i] = filled(each)
		}
		return kept
	}
	return value
}

// links say where a technician goes on.
type links struct {
	Page      string `json:"syncro_page,omitempty"`
	Reachable string `json:"reachable_now"`
}

// links tells where remote access starts and whether the machine is there: an
// asset without an agent may well be on the network, but nobody here knows.
func (d *desk) links(a syncro.Asset) links {
	reachable := "yes"
	switch a.Status(d.now()) {
	case syncro.Offline:
		reachable = "no"
	case syncro.Unmanaged:
		reachable = "unknown"
	}
	return links{Page: d.page(a.ID), Reachable: reachable}
}

func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

const (
	fewCustomers    = 3 // as many names are looked up one by one; for more the list of customers is asked first
	mostNameLookups = 8
)

// customerNames looks up what the documented dialect leaves out of its records.
// What cannot be learnt is not in the result: the id is shown instead.
func (d *desk) customerNames(ctx context.Context, ids []int64) map[int64]string {
	names := map[int64]string{}
	ids = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(ids))), func(id int64) bool {
		name, known := d.syncro.RememberedCustomerName(id)
		names[id] = name
		return known
	})
	if len(ids) > fewCustomers {
		_, _, _ = d.syncro.Customers(ctx, "", 25) // the client remembers their names
	}
	ids = ids[:min(len(ids), mostNameLookups)]
	found := make([]string, len(ids))
	inTurn(len(ids), readsAtOnce, func(i int) {
		found[i], _ = d.syncro.CustomerName(ctx, ids[i])
	})
	for i, id := range ids {
		names[id] = found[i]
	}
	return names
}

// nameOwners fills in the customers' names that records lack; owner gives a
// record's customer and the place for its name.
func nameOwners[T any](ctx context.Context, d *desk, records []T, owner func(*T) (id int64, name *string)) {
	var unknown []int64
	for i := range records {
		if id, name := owner(&records[i]); *name == "" && id != 0 {
			unknown = append(unknown, id)
		}
	}
	names := d.customerNames(ctx, unknown)
	for i := range records {
		if id, name := owner(&records[i]); *name == "" {
			*name = names[id]
		}
	}
}

func (d *desk) nameCustomers(ctx context.Context, assets []syncro.Asset) {
	nameOwners(ctx, d, assets, func(a *syncro.Asset) (int64, *string) { return a.CustomerID, &a.Customer })
}

func (d *desk) nameAlertCustomers(ctx context.Context, alerts []syncro.Alert) {
	nameOwners(ctx, d, alerts, func(a *syncro.Alert) (int64, *string) { return a.CustomerID, &a.Customer })
}

// named is one asset with its customer's name.
func (d *desk) named(ctx context.Context, a syncro.Asset) syncro.Asset {
	assets := []syncro.Asset{a}
	d.nameCustomers(ctx, assets)
	return assets[0]
}
