package fake

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

func assetRoutes() []route {
	return []route{
		{method: "GET", path: "/customer_assets", needs: "asset.read", act: (*Server).listAssets},
		{method: "POST", path: "/customer_assets", needs: "asset.write", act: (*Server).createAsset},
		{method: "GET", path: "/customer_assets/{id}", needs: "asset.read", act: (*Server).getAsset},
		{method: "PUT", path: "/customer_assets/{id}", needs: "asset.write", act: (*Server).updateAsset},
		// Production answers 404 with an HTML page here, as for any route it does not have, and keeps the asset.
		{method: "DELETE", path: "/customer_assets/{id}", needs: "asset.delete", only: []Dialect{Documented}, act: (*Server).deleteAsset},
	}
}

// assetTypes are the types of every account; a type's id in production is its place, from 1.
func assetTypes() []string {
	return []string{"Desktop", "Laptop", "Server", "Network Device", "Printer", "Mobile Device", "Other"}
}

func assetNotFound() answer { return failure(http.StatusNotFound, "Asset not found") }

func (s *Server) listAssets(c call) answer {
	rows, meta := s.paginate(s.data.assets.where(s.assetFilter(c)), c.query, s.options.PageSize)
	shown := make([]record, 0, len(rows))
	for _, row := range rows {
		listed := maps.Clone(row)
		delete(listed, "recent_activity") // detail only
		delete(listed, "tickets")
		shown = append(shown, listed)
	}
	return ok(record{"assets": shown, "meta": meta})
}

// assetFilter knows the filters of the dialect. Any other query parameter is ignored without a word, as the API does.
func (s *Server) assetFilter(c call) func(record) bool {
	keep := []func(record) bool{}
	if part := c.query.Get("query"); part != "" {
		keep = append(keep, func(r record) bool { return contains(r, part, "name", s.serialField()) })
	}
	if customer := c.query.Get("customer_id"); customer != "" {
		want, _ := integer(customer)
		keep = append(keep, func(r record) bool {
			got, ok := integer(r["customer_id"])
			return ok && got == want
		})
	}
	if s.options.Dialect == Documented {
		if kind := c.query.Get("asset_type"); kind != "" {
			keep = append(keep, func(r record) bool { return strings.EqualFold(text(r, "asset_type"), kind) })
		}
	} else {
		if id := c.query.Get("asset_type_id"); id != "" {
			kind, _ := typeByID(id)
			keep = append(keep, func(r record) bool { return text(r, "asset_type") == kind })
		}
		if snmp := c.query.Get("snmp_enabled"); snmp != "" {
			keep = append(keep, func(r record) bool { return (r["snmp_enabled"] == true) == (snmp == "true") })
		}
	}
	return func(r record) bool {
		return !slices.ContainsFunc(keep, func(passes func(record) bool) bool { return !passes(r) })
	}
}

func typeByID(value any) (string, bool) {
	types := assetTypes()
	id, ok := integer(value)
	if !ok || id < 1 || id > int64(len(types)) {
		return "", false
	}
	return types[id-1], true
}

func (s *Server) serialField() string {
	if s.options.Dialect == Production {
		return "asset_serial"
	}
	return "serial_number"
}

func (s *Server) getAsset(c call) answer {
	asset, found := s.data.assets.rows[c.id("id")]
	if !found {
		return assetNotFound()
	}
	return ok(record{"asset": s.withTickets(asset)})
}

func (s *Server) deleteAsset(c call) answer {
	id := c.id("id")
	if _, found := s.data.assets.rows[id]; !found {
		return assetNotFound()
	}
	s.removeAsset(id)
	return ok(record{"success": true})
}

func (s *Server) removeAsset(id int64) {
	s.data.assets.remove(id)
	delete(s.data.patches, id)
	delete(s.data.software, id)
}

// addAsset stores a record after filling in what every record of the dialect carries.
func (s *Server) addAsset(asset record) int64 {
	id, given := integer(asset["id"])
	if !given {
		id = s.data.assets.nextID()
	}
	now := s.stamp(time.Now())
	setMissing(asset, record{"id": float64(id), "name": nil, "customer_id": nil, "asset_type": nil,
		"created_at": now, "updated_at": now, "properties": record{}, s.serialField(): nil})
	if s.options.Dialect == Documented {
		for _, field := range documentedFields() {
			setMissing(asset, record{field: nil})
		}
		setMissing(asset, record{"recent_activity": []any{}, "tickets": []any{}})
	} else {
		setMissing(asset, record{"contact_id": nil, "external_rmm_link": nil, "address": nil, "rmm_links": []any{},
			"has_live_chat": false, "snmp_enabled": false, "customer": s.nestedCustomer(asset["customer_id"]),
			"rmm_store": rmmStore(id, now, nil)})
	}
	s.data.assets.put(id, plain(asset))
	return id
}

// hasAgent tells whether an RMM agent has ever reported for this record, in either spelling and however odd the values.
func hasAgent(asset record) bool {
	properties := object(asset, "properties")
	for _, sign := range []string{"kabuto_information", "os_name", "last_seen", "online", "agent_status"} {
		if value := properties[sign]; value != nil {
			return true
		}
	}
	return false
}

// nestedCustomer is the customer as a production asset carries it: whole, but without its contacts.
func (s *Server) nestedCustomer(id any) any {
	n, ok := integer(id)
	if !ok {
		return nil
	}
	customer, found := s.data.customers.rows[n]
	if !found {
		return nil
	}
	nested := plain(customer)
	delete(nested, "contacts")
	return nested
}

// triggerNames are the health checks of the agent. A record spells them "<name>_triggered", with "true" or "false" as text.
func triggerNames() []string {
	return []string{"bsod", "time", "no_av", "defrag", "firewall", "app_crash", "low_hd_space", "smart_failure", "device_manager",
		"agent_offline"}
}

// rmmStore is what a production record carries on health. Records without an agent have it too, with nothing triggered.
func rmmStore(assetID int64, now string, triggered []string) record {
	triggers := record{}
	for _, name := range triggerNames() {
		value := "false"
		if slices.Contains(triggered, name) {
			value = "true"
		}
		triggers[name+"_triggered"] = value
	}
	return record{"id": assetID + 100_000, "asset_id": assetID, "account_id": 1, "triggers": triggers,
		"windows_updates": record{}, "emsisoft": record{}, "general": record{}, "created_at": now, "updated_at": now,
		"override_alert_agent_offline_mins": nil, "override_alert_agent_rearm_after_mins": nil,
		"override_low_hd_threshold": nil, "override_autoresolve_offline_alert": nil}
}

// stamp words a timestamp as the dialect does: production with milliseconds, documented without.
func (s *Server) stamp(t time.Time) string {
	if s.options.Dialect == Production {
		return t.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return t.UTC().Format(time.RFC3339)
}
