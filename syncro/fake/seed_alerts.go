package fake

import "time"

const firstDemoAlert = 90_101

// seedAlert is one demo alert of a machine.
type seedAlert struct {
	prefix, machine      string
	trigger              string
	description, output  string
	age, resolved, muted int // hours: since it fired, since it was resolved, until the mute ends; 0: neither
}

// seedAlerts adds the demo alerts. The active ones are those whose triggers the machines report.
func (s *Server) seedAlerts(fleet []seedAsset, now time.Time) {
	for i, alert := range demoAlerts() {
		for _, a := range fleet {
			if a.customer.prefix != alert.prefix || a.name != alert.machine {
				continue
			}
			fired := s.stamp(now.Add(-time.Duration(alert.age) * time.Hour))
			fields := record{"id": int64(firstDemoAlert + i), "customer_id": a.customer.id, "asset_id": a.id, "computer_name": a.name,
				"description": alert.description, "formatted_output": alert.output, "properties": record{"trigger": alert.trigger},
				"created_at": fired, "updated_at": fired, "check_id": 200 + i}
			if alert.resolved > 0 {
				at := s.stamp(now.Add(-time.Duration(alert.resolved) * time.Hour))
				fields["resolved"], fields["resolved_at"], fields["updated_at"] = true, at, at
			}
			if alert.muted > 0 {
				fields["muted_until"] = s.stamp(now.Add(time.Duration(alert.muted) * time.Hour))
			}
			s.addAlert(fields)
		}
	}
}

// demoAlerts read: customer, machine, trigger, description, output, hours since it fired, since it was resolved, until it is loud again.
func demoAlerts() []seedAlert {
	return []seedAlert{
		{"NWD", "NWD-WKS-003", "low_hd_space", "Low disk space", "C: has 6.1 GB of 476 GB free (1 %).", 9, 0, 0},
		{"NWD", "NWD-WKS-004", "agent_offline", "Agent offline", "No check-in for 30 minutes.", 143, 0, 0},
		{"NWL", "NWL-WKS-03", "no_av", "No antivirus", "No antivirus product is running.", 31, 0, 0},
		{"NWL", "NWL-SRV-01", "smart_failure", "SMART failure predicted", "Disk 1 (ST2000NM0008): reallocated sectors 148.", 61, 0, 0},
		{"BS", "BS-PC-BACKSTUBE", "agent_offline", "Agent offline", "Keine Meldung seit 30 Minuten.", 503, 0, 240},
		{"CPA", "CPA-SRV-TAX", "low_hd_space", "Low disk space", "D: has 28 GB of 931 GB free (3 %).", 19, 0, 0},
		{"CPA", "CPA-SRV-TAX", "app_crash", "Application crash", "taxsuite.exe crashed 4 times in 24 hours.", 40, 0, 0},
		{"CPA", "CPA-L-202", "agent_offline", "Agent offline", "No check-in for 30 minutes.", 47, 0, 0},
		{"HLL", "HLL-DOCK-1", "defrag", "Disk is fragmented", hostileText, 88, 0, 0},
		{"HLL", "HLL-DOCK-2", "agent_offline", "Agent offline", "No check-in for 30 minutes.", 71, 0, 0},
		{"FVC", "FVC-EXAM-2", "bsod", "Blue screen", "Bugcheck 0x0000001a MEMORY_MANAGEMENT.", 12, 0, 0},
		{"FVC", "FVC-SRV-1", "firewall", "Firewall is off", "The domain profile is disabled.", 10, 0, 0},
		{"NWD", "NWD-SRV-001", "agent_offline", "Agent offline", "No check-in for 30 minutes.", 700, 699, 0},
		{"CPA", "CPA-D-102", "no_av", "No antivirus", "Signatures older than 7 days.", 380, 371, 0},
		{"HLL", "HLL-SRV-01", "low_hd_space", "Low disk space", "C: has 9 GB of 237 GB free (4 %).", 1200, 1130, 0},
	}
}
