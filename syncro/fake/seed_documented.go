package fake

import "time"

// documentedAsset spells a demo asset with flat fields and flat agent values.
func (s *Server) documentedAsset(a seedAsset) record {
	properties := record{}
	if a.location != "" {
		properties["Location"] = a.location
	}
	if a.hardware.kind != "Mobile Device" {
		properties["Asset Tag"] = a.tag
	}
	activity := []record{{"created_at": s.stamp(a.created), "message": "Asset created", "user": "Dana Technician"}}
	if a.agent() {
		for name, value := range s.documentedAgent(a) {
			properties[name] = value
		}
		activity = append(activity, record{"created_at": s.stamp(a.created.Add(2 * time.Hour)), "message": "RMM agent installed",
			"user": "Dana Technician"})
	}
	return record{
		"id": a.id, "customer_id": a.customer.id, "asset_type": a.hardware.kind, "name": a.name,
		"serial_number": textOrNil(a.serial), "model": a.hardware.model, "manufacturer": a.hardware.maker,
		"purchase_date": dateText(a.purchase, time.DateOnly), "warranty_expires": dateText(a.warranty, time.DateOnly),
		"notes": textOrNil(a.extra.notes), "created_at": s.stamp(a.created), "updated_at": s.stamp(a.updated),
		"properties": properties, "recent_activity": activity,
	}
}

func (s *Server) documentedAgent(a seedAsset) record {
	values := record{
		"os_name": a.hardware.os, "os_version": a.hardware.version, "last_seen": s.stamp(a.seenAt), "online": a.online(),
		"cpu": a.hardware.cpu, "memory": a.hardware.memory, "disk_space": a.hardware.disk,
		"ip_address": a.ip, "mac_address": a.mac, "logged_in_user": textOrNil(a.user),
	}
	for _, name := range a.extra.triggers {
		values[name+"_triggered"] = "true"
	}
	if a.extra.updating {
		values["agent_status"] = "updating"
	}
	return values
}

func (s *Server) documentedPatches(a seedAsset) PatchSet {
	missing, installed := a.patches()
	set := PatchSet{}
	for _, p := range missing {
		listed := record{"kb": textOrNil(p.kb), "title": p.title, "severity": textOrNil(p.severity),
			"release_date": p.released.Format(time.DateOnly)}
		if p.status != statusMissing {
			listed["status"] = p.status
		}
		if p.reason != "" {
			listed["failure_reason"] = p.reason
		}
		set.Available = append(set.Available, listed)
	}
	for _, p := range installed {
		set.Installed = append(set.Installed, record{"kb": textOrNil(p.kb), "title": p.title,
			"installed_date": p.touched.Format(time.DateOnly)})
	}
	if !a.extra.neverScanned {
		set.LastScan = s.stamp(a.scanned())
	}
	return set
}
