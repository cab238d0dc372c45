package fake

// productionAsset spells a demo asset as a live account does: what the account's owner recorded sits in custom fields under his own
// names, what the agent reported in kabuto_information. A machine with an agent has no custom fields for what the agent knows.
func (s *Server) productionAsset(a seedAsset) record {
	properties := record{
		"Purchase Date": dateText(a.purchase, a.customer.dates), "Warranty Expires": dateText(a.warranty, a.customer.dates),
		"Notes": textOrNil(a.extra.notes), "Location": textOrNil(a.location),
	}
	if a.hardware.kind != "Mobile Device" {
		properties["Asset Tag"] = a.tag
	}
	links, triggered := []any{}, []string(nil)
	if a.agent() {
		properties["kabuto_information"] = s.kabuto(a)
		links = append(links, record{"name": "Splashtop", "link": "https://demo.example/remote/" + a.tag})
		triggered = append(triggered, a.extra.triggers...)
		if !a.online() {
			triggered = append(triggered, "agent_offline")
		}
	} else {
		properties["Manufacturer"], properties["Model"] = a.hardware.maker, a.hardware.model
	}
	return record{
		"id": a.id, "customer_id": a.customer.id, "asset_type": a.hardware.kind, "name": a.name, "asset_serial": textOrNil(a.serial),
		"created_at": s.stamp(a.created), "updated_at": s.stamp(a.updated), "properties": properties, "rmm_links": links,
		"rmm_store": rmmStore(a.id, s.stamp(a.updated), triggered), "has_live_chat": a.agent(),
		"snmp_enabled": a.hardware.kind == "Network Device",
	}
}

// kabuto is the agent's report. Kabuto is what the agent was called before Syncro.
func (s *Server) kabuto(a seedAsset) record {
	report := record{
		"general": record{"name": a.name, "manufacturer": a.hardware.maker, "model": a.hardware.model,
			"serial_number": textOrNil(a.serial), "form_factor": a.hardware.kind, "domain": "WORKGROUP"},
		"os":               record{"name": a.hardware.os, "version": a.hardware.version, "architecture": "64-bit"},
		"cpu":              []any{record{"name": a.hardware.cpu}},
		"ram":              a.hardware.memory,
		"hdd":              []any{record{"name": "C:", "size": a.hardware.disk}},
		"network_adapters": []any{record{"name": "Ethernet", "ipv4": a.ip, "physical_address": a.mac}},
		"last_user":        textOrNil(a.user),
		"last_synced_at":   s.stamp(a.seenAt),
	}
	if !a.hardware.windows {
		report["hdd"] = []any{record{"name": "Macintosh HD", "size": a.hardware.disk}}
	}
	if a.extra.updating {
		report["agent_status"] = "updating"
	}
	return report
}

// productionPatches has a category in place of a severity, no release date, and a timestamp named after what happened.
func (s *Server) productionPatches(a seedAsset) PatchSet {
	missing, installed := a.patches()
	set := PatchSet{}
	for _, p := range missing {
		listed := record{"kb": textOrNil(p.kb), "title": p.title, "category": p.category(), "status": p.status}
		switch p.status {
		case statusFailed:
			listed["attempted_installation"], listed["failure_reason"] = s.stamp(p.touched), p.reason
		case statusRejected:
			listed["rejected_at"] = s.stamp(p.touched)
		default:
			listed["evaluated_at"] = s.stamp(p.touched)
		}
		set.Available = append(set.Available, listed)
	}
	for _, p := range installed {
		set.Installed = append(set.Installed, record{"kb": textOrNil(p.kb), "title": p.title, "category": p.category(),
			"status": statusInstalled, "installed_at": s.stamp(p.touched)})
	}
	return set
}
