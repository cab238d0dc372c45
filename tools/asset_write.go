package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

// assetFields are the fields that a create and an update share.
type assetFields struct {
	customerRef
	AssetType       *string        `json:"asset_type,omitempty" jsonschema_description:"Such as Desktop, Laptop, Server, Network Device, Printer, Mobile Device."`
	Name            *string        `json:"name,omitempty" jsonschema_description:"Name or hostname."`
	SerialNumber    *string        `json:"serial_number,omitempty" jsonschema_description:"Serial number."`
	Model           *string        `json:"model,omitempty" jsonschema_description:"Model."`
	Manufacturer    *string        `json:"manufacturer,omitempty" jsonschema_description:"Manufacturer."`
	PurchaseDate    *string        `json:"purchase_date,omitempty" jsonschema:"format=date" jsonschema_description:"Day of purchase."`
	WarrantyExpires *string        `json:"warranty_expires,omitempty" jsonschema:"format=date" jsonschema_description:"Last day of warranty."`
	Notes           *string        `json:"notes,omitempty" jsonschema_description:"Internal notes; replaces the old ones."`
	Properties      map[string]any `json:"properties,omitempty" jsonschema_description:"Custom properties to set; null empties one."`
}

// change turns the arguments into what shall be stored, without the customer. A
// blank is refused: whether it was meant to empty the field is not clear.
func (f assetFields) change() (syncro.AssetChange, error) {
	change := syncro.AssetChange{Fields: map[string]string{}, Properties: f.Properties}
	for _, each := range []struct {
		name  string
		value *string
	}{
		{syncro.AssetType, f.AssetType}, {syncro.Name, f.Name}, {syncro.SerialNumber, f.SerialNumber}, {syncro.Model, f.Model},
		{syncro.Manufacturer, f.Manufacturer}, {syncro.PurchaseDate, f.PurchaseDate}, {syncro.WarrantyExpires, f.WarrantyExpires}, {syncro.Notes, f.Notes},
	} {
		switch {
		case each.value == nil:
		case strings.TrimSpace(*each.value) == "":
			return change, tool.Errorf(tool.InvalidArgument, "%s is blank. Leave it out; to empty a field use clear of update_asset.", each.name)
		default:
			change.Fields[each.name] = *each.value
		}
	}
	if assetType := change.Fields[syncro.AssetType]; assetType != "" {
		change.Fields[syncro.AssetType] = usualSpelling(assetType)
	}
	return change, nil
}

// usualSpelling is how Syncro writes a common type: its API minds the case.
func usualSpelling(assetType string) string {
	for _, usual := range []string{"Desktop", "Laptop", "Server", "Network Device", "Printer", "Mobile Device", "Other"} {
		if strings.EqualFold(usual, strings.TrimSpace(assetType)) {
			return usual
		}
	}
	return assetType
}

type notSaved struct {
	Field  string `json:"field"`
	Asked  string `json:"asked,omitempty"`
	Stored string `json:"stored,omitempty"`
	Reason string `json:"reason"`
}

func shownNotSaved(missing []syncro.NotSaved) []notSaved {
	var shown []notSaved
	for _, each := range missing {
		shown = append(shown, notSaved{Field: each.Field, Asked: valueText(each.Asked), Stored: valueText(each.Stored), Reason: tool.Clip(each.Reason, propertyLength)})
	}
	return shown
}

// valueText shows the value of a field or property, whatever its type.
func valueText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return tool.Clip(v, propertyLength)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return tool.Clip(string(text), propertyLength)
}

type createAssetIn struct {
	assetFields
	AllowDuplicate bool `json:"allow_duplicate,omitempty" jsonschema_description:"Create it although the serial or name is there."`
}

// Validate demands what Syncro demands.
func (in createAssetIn) Validate() error {
	var lacking []string
	if !in.given() {
		lacking = append(lacking, "customer_id or customer")
	}
	for _, each := range []struct {
		name  string
		value *string
	}{{"asset_type", in.AssetType}, {"name", in.Name}} {
		if each.value == nil || strings.TrimSpace(*each.value) == "" {
			lacking = append(lacking, each.name)
		}
	}
	if len(lacking) > 0 {
		return fmt.Errorf("a new asset needs %s. Ask the user for what is not known", strings.Join(lacking, " and "))
	}
	return nil
}

type createAssetOut struct {
	Asset    assetDetail `json:"asset"`
	NotSaved []notSaved  `json:"not_saved,omitempty"`
}

func (d *desk) createAsset(ctx context.Context, in createAssetIn) (createAssetOut, error) {
	change, err := in.change()
	if err != nil {
		return createAssetOut{}, err
	}
	customer, err := d.customer(ctx, in.customerRef, true)
	if err != nil {
		return createAssetOut{}, err
	}
	change.CustomerID = customer.ID
	asset, missing, err := d.syncro.CreateAsset(ctx, change, in.AllowDuplicate)
	if err != nil {
		return createAssetOut{}, err
	}
	return createAssetOut{Asset: detail(d.named(ctx, asset)), NotSaved: shownNotSaved(missing)}, nil
}

type updateAssetIn struct {
	AssetID int64 `json:"asset_id" jsonschema:"minimum=1" jsonschema_description:"Asset to change."`
	assetFields
	Clear []string `json:"clear,omitempty" jsonschema:"enum=serial_number,enum=model,enum=manufacturer,enum=purchase_date,enum=warranty_expires,enum=notes" jsonschema_description:"Fields to empty."`
}

// change adds the emptied fields.
func (in updateAssetIn) change() (syncro.AssetChange, error) {
	change, err := in.assetFields.change()
	if err != nil {
		return change, err
	}
	for _, field := range slices.Compact(slices.Sorted(slices.Values(in.Clear))) {
		if _, both := change.Fields[field]; both {
			return change, tool.Errorf(tool.InvalidArgument, "%s is to be set and cleared at once. Do one of the two.", field)
		}
		change.Fields[field] = ""
	}
	if change.Empty() && !in.given() {
		return change, tool.Errorf(tool.InvalidArgument, "no field to change was given. Give at least one field, or clear.")
	}
	return change, nil
}

type updateAssetOut struct {
	Asset    *assetDetail `json:"asset,omitempty"`
	Changed  []changed    `json:"changed,omitempty"`
	NotSaved []notSaved   `json:"not_saved,omitempty"`
	Note     string       `json:"note,omitempty"`
}

// changed is one value before and after; an absent side was or is empty.
type changed struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// updateAsset asks only when the asset would move to another customer's books.
func (d *desk) updateAsset(ctx context.Context, in updateAssetIn) (tool.Plan[updateAssetOut], error) {
	change, err := in.change()
	if err != nil {
		return tool.Plan[updateAssetOut]{}, err
	}
	plan := tool.Plan[updateAssetOut]{Do: func(ctx context.Context) (updateAssetOut, error) {
		return d.storeUpdate(ctx, in.AssetID, change)
	}}
	if !in.given() {
		return plan, nil
	}
	customer, err := d.customer(ctx, in.customerRef, true)
	if err != nil {
		return plan, err
	}
	asset, err := d.syncro.Asset(ctx, in.AssetID)
	if err != nil {
		return plan, err
	}
	if asset.CustomerID == customer.ID { // no move, and none that a later one would undo
		return plan, nil
	}
	if !change.Empty() {
		return plan, tool.Errorf(tool.InvalidArgument, "a move to another customer goes in a call of its own, so that the user sees what is agreed to; nothing was done. Move the asset first, then change its fields.")
	}
	change.CustomerID = customer.ID
	asset = d.named(ctx, asset)
	plan.Targets = []tool.Target{target(asset)}
	plan.Preview = map[string]any{"asset": d.row(asset), "move_to": map[string]any{"customer_id": customer.ID, "customer": customer.Name}}
	plan.Question = fmt.Sprintf("Move %s to the customer %s (id %d)?", d.described(asset), tool.Quote(customer.Name, nameLength), customer.ID)
	return plan, nil
}

func (d *desk) storeUpdate(ctx context.Context, id int64, change syncro.AssetChange) (updateAssetOut, error) {
	before, after, missing, err := d.syncro.UpdateAsset(ctx, id, change)
	if err != nil {
		return updateAssetOut{}, err
	}
	shown := detail(d.named(ctx, after))
	out := updateAssetOut{Asset: &shown, NotSaved: shownNotSaved(missing), Changed: differences(before, after, change)}
	if len(out.Changed)+len(out.NotSaved) == 0 {
		out.Note = "The record holds all of this already, so nothing was sent."
	}
	return out, nil
}

// differences lists what an update changed of what it named.
func differences(before, after syncro.Asset, change syncro.AssetChange) []changed {
	var found []changed
	if before.CustomerID != after.CustomerID {
		found = append(found, changed{Field: "customer_id", From: valueText(before.CustomerID), To: valueText(after.CustomerID)})
	}
	for _, field := range syncro.AssetFields() {
		from, to := before.Field(field), after.Field(field)
		if _, named := change.Fields[field]; named && from != to {
			found = append(found, changed{Field: field, From: valueText(from), To: valueText(to)})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(change.Properties)) {
		from, to := valueText(before.Property(key)), valueText(after.Property(key))
		if from != to {
			found = append(found, changed{Field: "properties." + key, From: from, To: to})
		}
	}
	return found
}
