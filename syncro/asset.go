package syncro

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Asset is a tracked device of a customer, the same from either dialect.
// Absent values are "" or zero.
type Asset struct {
	ID              int64
	CustomerID      int64
	Customer        string // name of the customer; the documented dialect leaves it out of its records
	Type            string // in the account's own words
	Name            string
	Serial          string
	Model           string
	Manufacturer    string
	PurchaseDate    string // 2024-01-15; as Syncro has it where it cannot be read as a date
	WarrantyExpires string // likewise
	Notes           string
	CreatedAt       time.Time
	UpdatedAt       time.Time
	Agent           *Agent         // nil: no agent reports on this asset
	HealthIssues    []string       // health triggers that have fired, sorted, as Syncro names them without "_triggered"
	Custom          map[string]any // properties that are neither documented fields nor agent data

	raw record
}

// Raw is the record as Syncro sent it. It must not be changed.
func (a Asset) Raw() map[string]any { return a.raw }

// Asset reads one asset: GET /customer_assets/{id}.
func (c *Client) Asset(ctx context.Context, id int64) (Asset, error) {
	r := call{
		method: http.MethodGet, path: fmt.Sprintf("/customer_assets/%d", id),
		doing: fmt.Sprintf("reading asset %d", id), permission: "Assets - View Details",
	}
	got, err := c.do(ctx, r)
	if err != nil {
		return Asset{}, err
	}
	return got.asset(r, id)
}

// asset decodes an answer that holds one asset. Where id is not 0 it must be
// the asset with that id: anything else must never be taken for it.
func (a answer) asset(r call, id int64) (Asset, error) {
	fields, err := a.under(r, "asset")
	if err != nil {
		return Asset{}, err
	}
	asset, err := decodeAsset(fields)
	if err != nil {
		return Asset{}, undecodable(r, err)
	}
	if id != 0 && asset.ID != id {
		return Asset{}, undecodable(r, fmt.Errorf("field id is %d, which is another asset", asset.ID))
	}
	return asset, nil
}

// undecodable says which field of a 2xx answer could not be read.
func undecodable(r call, err error) *Error {
	return &Error{Kind: Unavailable, Doing: r.doing, Status: http.StatusOK, maybeDone: r.changes(), Err: err,
		Message: "Syncro's answer cannot be read: " + err.Error(), Next: "Look at the record in Syncro's web app"}
}

func decodeAsset(fields record) (Asset, error) {
	r := reader{of: fields}
	asset := Asset{
		ID: r.id("id"), CustomerID: r.id("customer_id"),
		Name: r.text("name"), Type: r.text("asset_type"),
		CreatedAt: r.moment("created_at"), UpdatedAt: r.moment("updated_at"),
		raw: fields,
	}
	if asset.ID == 0 && r.err == nil {
		r.unreadable("id", "an id")
	}
	if r.err != nil {
		return Asset{}, r.err
	}
	for field, place := range map[string]*string{
		SerialNumber: &asset.Serial, Model: &asset.Model, Manufacturer: &asset.Manufacturer, Notes: &asset.Notes,
	} {
		*place = fields.documented(field)
	}
	asset.PurchaseDate = day(fields.documented(PurchaseDate))
	asset.WarrantyExpires = day(fields.documented(WarrantyExpires))
	customer := fields.object("customer")
	asset.Customer = customerName(customer)
	if asset.CustomerID == 0 {
		asset.CustomerID = (&reader{of: customer}).id("id")
	}
	asset.Agent = decodeAgent(fields)
	asset.HealthIssues = healthIssues(fields)
	asset.Custom = fields.custom(asset.Agent != nil)
	return asset, nil
}

// Field is the value of a documented field by its documented name.
func (a Asset) Field(name string) string {
	switch name {
	case Name:
		return a.Name
	case AssetType:
		return a.Type
	case SerialNumber:
		return a.Serial
	case Model:
		return a.Model
	case Manufacturer:
		return a.Manufacturer
	case PurchaseDate:
		return a.PurchaseDate
	case WarrantyExpires:
		return a.WarrantyExpires
	case Notes:
		return a.Notes
	}
	return ""
}

// contains tells whether each word of the query stands somewhere in the
// record: Syncro does not say which fields its search looks at.
func (r record) contains(query string) bool {
	text := &strings.Builder{}
	flatten(text, map[string]any(r))
	haystack := strings.ToLower(text.String())
	for word := range strings.FieldsSeq(strings.ToLower(query)) {
		if !strings.Contains(haystack, word) {
			return false
		}
	}
	return true
}

func flatten(into *strings.Builder, value any) {
	switch v := value.(type) {
	case map[string]any:
		for _, each := range v {
			flatten(into, each)
		}
	case []any:
		for _, each := range v {
			flatten(into, each)
		}
	default:
		if text, ok := asText(v); ok && text != "" {
			into.WriteString(text)
			into.WriteByte('\n')
		}
	}
}

// Property is a custom property, by its name or one that is the same but for
// case, spaces, dashes and underscores; nil where there is none.
func (a Asset) Property(name string) any {
	properties := a.raw.object("properties")
	return properties[properties.keyOf(name)]
}

// Activity is something that happened to an asset. Absent values are "" or zero.
type Activity struct {
	At   time.Time
	Who  string
	What string
}

// Activity is what the record tells of its recent past, newest first. Only the
// detail view of the documented dialect tells any.
func (a Asset) Activity() (happened []Activity, told bool) {
	if _, told = a.raw["recent_activity"].([]any); !told {
		return nil, false
	}
	for _, fields := range a.raw.list("recent_activity") {
		each := Activity{Who: fields.first("user", "user_name"), What: fields.first("message", "description", "action")}
		each.At, _ = parseMoment(fields.first("created_at"))
		happened = append(happened, each)
	}
	slices.SortStableFunc(happened, func(a, b Activity) int { return b.At.Compare(a.At) })
	return happened, true
}
