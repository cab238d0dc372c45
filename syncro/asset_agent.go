package syncro

import (
	"slices"
	"strings"
	"time"
)

// Agent is what Syncro's RMM agent reported last. Absent values are "".
type Agent struct {
	OSName     string
	OSVersion  string
	CPU        string
	Memory     string
	DiskSpace  string
	IPAddress  string // the machine's address in its own network
	MACAddress string
	User       string    // logged in now, or last
	LastSeen   time.Time // last check-in; zero: not known
	Online     *bool     // the API's own flag; nil: it has none
	Updating   bool      // the agent is being updated
}

// agentKeys are the properties that the documented dialect mixes with the custom ones.
func agentKeys() []string {
	return []string{"os_name", "os_version", "last_seen", "online", "cpu", "memory", "disk_space", "ip_address", "mac_address",
		"logged_in_user", "agent_status", agentInformation}
}

func isAgentKey(key string) bool {
	return slices.Contains(agentKeys(), key) || strings.HasSuffix(key, triggerSuffix)
}

// isReported tells keys that only an agent writes, from those like ip_address
// that somebody may keep for a printer.
func isReported(key string) bool {
	switch key {
	case agentInformation, "last_seen", "online", "agent_status":
		return true
	}
	return strings.HasSuffix(key, triggerSuffix)
}

// decodeAgent returns nil where the record holds no sign of an agent: an
// address alone may have been typed in for a printer.
func decodeAgent(asset record) *Agent {
	properties := asset.object("properties")
	if reported := properties.object(agentInformation); len(reported) > 0 {
		return decodeReported(reported)
	}
	agent := &Agent{
		OSName: properties.first("os_name"), OSVersion: properties.first("os_version"), CPU: properties.first("cpu"),
		Memory: properties.first("memory"), DiskSpace: properties.first("disk_space"), IPAddress: properties.first("ip_address"),
		MACAddress: properties.first("mac_address"), User: properties.first("logged_in_user"),
	}
	status := properties.first("agent_status")
	agent.LastSeen, _ = parseMoment(properties.first("last_seen"))
	agent.Online = flag(properties["online"])
	agent.Updating = strings.EqualFold(status, "updating")
	if agent.LastSeen.IsZero() && agent.Online == nil && status == "" {
		return nil
	}
	return agent
}

// decodeReported reads the nested form of production records, whose inner
// shapes vary with the agent's age.
func decodeReported(reported record) *Agent {
	system, general := reported.object("os"), reported.object("general")
	adapter := primaryAdapter(reported)
	agent := &Agent{
		OSName:    system.first("name"),
		OSVersion: system.first("windows_release_version", "version", "build"),
		CPU:       joined(reported["cpu"], "name", "model"),
		Memory:    joined(reported["ram"], "size", "capacity"),
		DiskSpace: joined(reported["hdd"], "size", "capacity", "total", "name"),
		IPAddress: adapter.first("ipv4", "ip", "ip_address"), MACAddress: adapter.first("physical_address", "mac", "mac_address"),
		User: reported.first("last_user"),
	}
	if gigabytes := reported.first("ram_gb"); gigabytes != "" {
		agent.Memory = gigabytes + " GB"
	}
	if agent.IPAddress == "" {
		agent.IPAddress = general.first("ip")
	}
	agent.LastSeen, _ = parseMoment(reported.first("last_synced_at"))
	agent.Online = flag(reported["online"])
	agent.Updating = strings.EqualFold(reported.first("agent_status"), "updating")
	return agent
}

// primaryAdapter is the adapter with the machine's address; link-local ones do not count.
func primaryAdapter(reported record) record {
	primary := reported.object("primary_adapter").first("ipv4")
	adapters := reported.list("network_adapters")
	if single := reported.object("network_adapters"); single != nil {
		adapters = []record{single}
	}
	var found record
	for _, adapter := range adapters {
		address := adapter.first("ipv4", "ip", "ip_address")
		if primary != "" && address == primary {
			return adapter
		}
		if found == nil && address != "" && !strings.HasPrefix(address, "169.254.") {
			found = adapter
		}
	}
	if found == nil && primary != "" {
		return reported.object("primary_adapter")
	}
	return found
}

// joined reads a text, an object or a list of objects as one line.
func joined(value any, keys ...string) string {
	switch v := value.(type) {
	case map[string]any:
		return record(v).first(keys...)
	case []any:
		var parts []string
		for _, each := range v {
			if part := joined(each, keys...); part != "" {
				parts = append(parts, part)
			}
		}
		return strings.Join(parts, ", ")
	}
	text, _ := asText(value)
	return text
}

func flag(value any) *bool {
	if on, known := asBool(value); known {
		return &on
	}
	return nil
}
