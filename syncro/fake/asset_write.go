package fake

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// documentedFields are the fields that only the documented dialect has on top, next to those that both have.
func documentedFields() []string {
	return []string{"serial_number", "model", "manufacturer", "purchase_date", "warranty_expires", "notes"}
}

// understood cuts a request body down to what this account stores: unknown fields are ignored, and so are the Unsaved ones.
func (s *Server) understood(body record) record {
	known := append([]string{"name", "customer_id", "properties"}, documentedFields()...)
	known = append(known, "asset_type")
	if s.options.Dialect == Production {
		known = []string{"name", "customer_id", "properties", "asset_serial", "asset_type_name", "asset_type_id"}
	}
	taken := record{}
	for _, field := range known {
		if value, there := body[field]; there && !slices.Contains(s.options.Unsaved, field) {
			taken[field] = value
		}
	}
	if properties, isObject := taken["properties"].(record); isObject {
		maps.DeleteFunc(properties, func(name string, _ any) bool { return slices.Contains(s.options.Unsaved, name) })
	}
	return taken
}

func (s *Server) createAsset(c call) answer {
	if s.options.Dialect == Production {
		return s.createProduction(c)
	}
	if refusal, bad := malformed(c.body); bad {
		return refusal
	}
	var problems []string
	if c.body["customer_id"] == nil {
		problems = append(problems, "customer_id is required")
	} else if !s.customerExists(c.body["customer_id"]) {
		problems = append(problems, "customer_id is invalid")
	}
	if text(c.body, "name") == "" {
		problems = append(problems, "name is required")
	}
	if !slices.Contains(assetTypes(), text(c.body, "asset_type")) {
		problems = append(problems, "Invalid asset_type")
	}
	if len(problems) > 0 {
		return s.invalid(nil, problems...)
	}
	return s.created(http.StatusCreated, s.understood(c.body))
}

func (s *Server) createProduction(c call) answer {
	fields := s.understood(c.body)
	kind, known := s.typeOf(fields)
	var problems []string
	if !known {
		problems = append(problems, "Asset type can't be blank", "Name You must have an asset type first, please go create one")
	}
	if text(fields, "name") == "" {
		problems = append(problems, "Name can't be blank")
	}
	if fields["customer_id"] != nil && !s.customerExists(fields["customer_id"]) {
		problems = append(problems, "Customer must exist")
	}
	if len(problems) > 0 {
		return s.invalid(fields, problems...)
	}
	delete(fields, "properties") // only a later PUT stores them
	setType(fields, kind)
	return s.created(http.StatusOK, fields)
}

func (s *Server) created(status int, fields record) answer {
	numberIDs(fields)
	id := s.addAsset(fields)
	return reply(status, record{"asset": s.withTickets(s.data.assets.rows[id])})
}

func (s *Server) updateAsset(c call) answer {
	id := c.id("id")
	asset, found := s.data.assets.rows[id]
	if !found {
		return assetNotFound()
	}
	check := s.checkUpdate
	if s.options.Dialect == Production {
		check = s.checkProductionUpdate
	}
	fields := s.understood(c.body)
	if refusal, bad := check(c.body, fields); bad {
		return refusal
	}
	properties, hasProperties := fields["properties"].(record)
	delete(fields, "properties")
	numberIDs(fields)
	maps.Copy(asset, fields)
	if hasProperties {
		s.storeProperties(asset, properties)
	}
	if _, moved := fields["customer_id"]; moved && s.options.Dialect == Production {
		asset["customer"] = s.nestedCustomer(asset["customer_id"])
	}
	asset["updated_at"] = s.stamp(time.Now())
	return ok(record{"asset": s.withTickets(asset)})
}

func (s *Server) checkUpdate(body, _ record) (answer, bool) {
	if refusal, bad := malformed(body); bad {
		return refusal, true
	}
	var problems []string
	if customer, given := body["customer_id"]; given && customer == nil {
		problems = append(problems, "customer_id is required")
	} else if given && !s.customerExists(customer) {
		problems = append(problems, "customer_id is invalid")
	}
	if _, given := body["name"]; given && text(body, "name") == "" {
		problems = append(problems, "name is required")
	}
	if _, given := body["asset_type"]; given && !slices.Contains(assetTypes(), text(body, "asset_type")) {
		problems = append(problems, "Invalid asset_type")
	}
	return s.invalid(nil, problems...), len(problems) > 0
}

// checkProductionUpdate also turns asset_type_name or asset_type_id into the asset_type that the record shows.
func (s *Server) checkProductionUpdate(_, fields record) (answer, bool) {
	var problems []string
	_, named := fields["asset_type_name"]
	_, numbered := fields["asset_type_id"]
	if named || numbered {
		kind, known := s.typeOf(fields)
		if !known {
			problems = append(problems, "Asset type can't be blank")
		}
		setType(fields, kind)
	}
	if _, given := fields["name"]; given && text(fields, "name") == "" {
		problems = append(problems, "Name can't be blank")
	}
	if fields["customer_id"] != nil && !s.customerExists(fields["customer_id"]) {
		problems = append(problems, "Customer must exist")
	}
	return s.invalid(nil, problems...), len(problems) > 0
}

// storeProperties merges, or replaces where the account does so. A property set to null stays, empty.
func (s *Server) storeProperties(asset, properties record) {
	stored := object(asset, "properties")
	if s.options.Replace || stored == nil {
		stored = record{}
	}
	maps.Copy(stored, properties)
	asset["properties"] = stored
}

// typeOf finds the type that a production body names. Types that some record already has count as the account's own.
func (s *Server) typeOf(fields record) (string, bool) {
	if kind, known := typeByID(fields["asset_type_id"]); known {
		return kind, true
	}
	name := text(fields, "asset_type_name")
	used := func(r record) bool { return text(r, "asset_type") == name }
	known := slices.Contains(assetTypes(), name) || len(s.data.assets.where(used)) > 0
	return name, known && name != ""
}

func setType(fields record, kind string) {
	delete(fields, "asset_type_name")
	delete(fields, "asset_type_id")
	fields["asset_type"] = kind
}

// malformed finds values of the wrong kind; the documented dialect answers them with a 400.
func malformed(body record) (answer, bool) {
	refusal := failure(http.StatusBadRequest, "Invalid parameters")
	for _, field := range append(documentedFields(), "name", "asset_type") {
		value, isText := body[field].(string)
		if body[field] != nil && !isText {
			return refusal, true
		}
		if field == "purchase_date" || field == "warranty_expires" {
			if _, err := time.Parse(time.DateOnly, value); value != "" && err != nil {
				return refusal, true
			}
		}
	}
	if _, isObject := body["properties"].(record); body["properties"] != nil && !isObject {
		return refusal, true
	}
	return answer{}, false
}

// numberIDs stores an id that came as text as the number it means.
func numberIDs(fields record) {
	if id, ok := integer(fields["customer_id"]); ok {
		fields["customer_id"] = float64(id)
	}
}
