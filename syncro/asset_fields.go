package syncro

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// The documented fields of an asset that can be written, besides customer_id
// and the custom properties.
const (
	Name            = "name"
	AssetType       = "asset_type"
	SerialNumber    = "serial_number"
	Model           = "model"
	Manufacturer    = "manufacturer"
	PurchaseDate    = "purchase_date"
	WarrantyExpires = "warranty_expires"
	Notes           = "notes"
)

// AssetFields lists the writable documented fields in the order people read them.
func AssetFields() []string {
	return []string{Name, AssetType, SerialNumber, Model, Manufacturer, PurchaseDate, WarrantyExpires, Notes}
}

// agentInformation is the property under which production records keep what the agent reported.
const agentInformation = "kabuto_information"

// production tells a record of the production dialect: asset_serial is a key
// of every one of them, serial_number of every documented one.
func (r record) production() bool {
	if _, documented := r["serial_number"]; documented {
		return false
	}
	if _, production := r["asset_serial"]; production {
		return true
	}
	return r.object("properties")[agentInformation] != nil || r.object("rmm_store") != nil
}

// productionName is a field's top-level spelling in the production dialect, if it has one.
func productionName(field string) (string, bool) {
	switch field {
	case Name:
		return "name", true
	case AssetType:
		return "asset_type_name", true
	case SerialNumber:
		return "asset_serial", true
	}
	return "", false
}

// documented reads a documented field wherever the record's dialect keeps it.
// What only the agent knows stands in for what nobody has entered.
func (r record) documented(field string) string {
	if text := r.entered(field); text != "" {
		return text
	}
	switch field {
	case Model, Manufacturer, SerialNumber:
		return r.object("properties").object(agentInformation).object("general").first(field)
	}
	return ""
}

// entered is what somebody entered for a documented field: what a change can
// change.
func (r record) entered(field string) string {
	if text := r.first(field); text != "" {
		return text
	}
	if !r.production() {
		return ""
	}
	if name, ok := productionName(field); ok && r.first(name) != "" {
		return r.first(name)
	}
	properties := r.object("properties")
	return properties.first(properties.keyOf(field))
}

// keyOf finds the property that means field: the name itself, else one that is
// the same but for case, spaces, dashes and underscores (`Warranty Expires`),
// a filled one before a blank one; else the name itself.
func (r record) keyOf(field string) string {
	if _, ok := r[field]; ok && r.first(field) != "" {
		return field
	}
	best := ""
	for _, key := range slices.Sorted(maps.Keys(r)) {
		if loose(key) != loose(field) {
			continue
		}
		if r.first(key) != "" {
			return key
		}
		if best == "" || key == field {
			best = key
		}
	}
	if best == "" {
		return field
	}
	return best
}

func loose(name string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '_' {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// custom is what remains of the properties without agent data and documented fields.
func (r record) custom(managed bool) map[string]any {
	custom := map[string]any{}
	production := r.production()
	for key, value := range r.object("properties") {
		if isReported(key) || managed && isAgentKey(key) || production && isDocumented(key) {
			continue
		}
		custom[key] = value
	}
	return custom
}

func isDocumented(key string) bool {
	key = loose(key)
	return slices.ContainsFunc(AssetFields(), func(field string) bool { return loose(field) == key })
}

// AssetChange says what a create or update shall store.
type AssetChange struct {
	CustomerID int64             // 0: leave it
	Fields     map[string]string // documented fields by name; "" empties one
	Properties map[string]any    // custom properties to set; nil empties one; the others stay
}

// Empty tells whether there is nothing to store.
func (change AssetChange) Empty() bool {
	return change.CustomerID == 0 && len(change.Fields) == 0 && len(change.Properties) == 0
}

// check refuses properties that belong elsewhere or are named twice.
func (change AssetChange) check() error {
	named := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(change.Properties)) {
		other, twice := named[loose(key)]
		named[loose(key)] = key
		switch {
		case twice:
			return &Error{Kind: InvalidArgument, Message: "properties holds both " + other + " and " + key + ", which are one property", Next: "Give it once"}
		case isDocumented(key) || loose(key) == "customerid":
			return &Error{Kind: InvalidArgument, Message: "properties holds " + key + ", which is a field of its own", Next: "Pass it as an argument of its own"}
		case isReported(key):
			return &Error{Kind: InvalidArgument, Message: "properties holds " + key + ", which the agent reports and nobody sets", Next: "Leave it out"}
		}
	}
	return nil
}

// checkManaged refuses properties that the agent of this machine reports.
func (change AssetChange) checkManaged(asset Asset) error {
	for _, key := range slices.Sorted(maps.Keys(change.Properties)) {
		if asset.Agent != nil && isAgentKey(key) {
			return &Error{Kind: InvalidArgument, Message: "properties holds " + key + ", which this machine's agent reports", Next: "Leave it out"}
		}
	}
	return nil
}

// update is the body that stores the change in this record. Properties go out
// whole: whether Syncro merges the map or replaces it is not documented.
func (r record) update(change AssetChange) record {
	body := record{}
	if change.CustomerID != 0 {
		body["customer_id"] = change.CustomerID
	}
	stored := r.object("properties").clone()
	properties := stored.clone()
	production := r.production()
	if production {
		body["name"] = r["name"] // its PUT requires a name
	}
	for field, value := range change.Fields {
		name, onTop := field, !production
		if production {
			name, onTop = productionName(field)
		}
		switch {
		case onTop:
			body[name] = orNull(value)
		case value != "" || stored.first(stored.keyOf(field)) != "":
			properties[stored.keyOf(field)] = value
		}
	}
	for key, value := range change.Properties {
		properties[stored.keyOf(key)] = value
	}
	if !sameJSON(properties, stored) {
		body["properties"] = properties
	}
	return body
}

// create is the body of a new asset in both spellings: what an account does
// not know it ignores, and the answer tells which one was meant.
func (change AssetChange) create() record {
	body := record{"customer_id": change.CustomerID}
	for field, value := range change.Fields {
		body[field] = value
		if name, ok := productionName(field); ok {
			body[name] = value
		}
	}
	if len(change.Properties) > 0 {
		body["properties"] = change.Properties
	}
	return body
}

func orNull(value string) any {
	if value == "" {
		return nil
	}
	return value
}

// sameJSON compares two values as Syncro would store them.
func sameJSON(a, b any) bool {
	left, errLeft := json.Marshal(a)
	right, errRight := json.Marshal(b)
	return errLeft == nil && errRight == nil && string(left) == string(right)
}
