package fake

import (
	"encoding/json"
	"net/http"
	"time"
)

// Run is a script that the account accepted. Neither dialect gives a job id or the output.
type Run struct {
	AssetID    int64
	ScriptID   int64
	Parameters map[string]any
	RunType    string // "now" or "later"
	RunAt      string // with "later"
	At         time.Time
}

func scriptRoutes() []route {
	return []route{
		{method: "POST", path: "/customer_assets/{id}/run_script", needs: "script.execute", only: []Dialect{Documented},
			act: (*Server).runScript},
		{method: "POST", path: "/rmm/public_scripts/{asset_id}/schedule", needs: "script.execute", only: []Dialect{Production},
			act: (*Server).scheduleScript},
	}
}

func (s *Server) runScript(c call) answer {
	return s.accept(Run{AssetID: c.id("id"), Parameters: object(c.body, "parameters"), RunType: "now", At: c.now}, c.body)
}

func (s *Server) scheduleScript(c call) answer {
	kind, at := text(c.body, "run_type"), text(c.body, "next_time")
	switch {
	case text(c.body, "freq") != "once":
		return failure(http.StatusUnprocessableEntity, "Only freq once is supported")
	case kind != "now" && kind != "later":
		return failure(http.StatusUnprocessableEntity, "run_type must be now or later")
	case kind == "later" && at == "":
		return failure(http.StatusUnprocessableEntity, "next_time is required when run_type is later")
	}
	run := Run{AssetID: c.id("asset_id"), RunType: kind, At: c.now}
	run.Parameters = object(object(c.body, "script_options"), "runtime_variables")
	if kind == "later" {
		run.RunAt = at
	}
	return s.accept(run, c.body)
}

// accept queues a run. Missing script parameters are not its business: the script itself would fail on the machine.
func (s *Server) accept(run Run, body record) answer {
	asset, found := s.data.assets.rows[run.AssetID]
	if !found {
		return assetNotFound()
	}
	script, isNumber := integer(body["script_id"])
	if !isNumber || !s.data.scripts[script] {
		return failure(http.StatusUnprocessableEntity, "Script not found")
	}
	if !hasAgent(asset) {
		return failure(http.StatusUnprocessableEntity, "Asset has no RMM agent")
	}
	run.ScriptID = script
	s.data.runs = append(s.data.runs, run)
	return ok(record{"success": true})
}

type demoScript struct {
	ID          int64             `json:"id"`
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Parameters  []scriptParameter `json:"parameters"`
}

type scriptParameter struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
}

// DemoScripts gives the scripts that every account of this package has, as a JSON array of id, name, description and parameters.
func DemoScripts() []byte {
	list, err := json.MarshalIndent(demoScripts(), "", "  ")
	if err != nil {
		panic(err) // plain strings and numbers always encode
	}
	return list
}

func demoScriptIDs() map[int64]bool {
	ids := map[int64]bool{}
	for _, script := range demoScripts() {
		ids[script.ID] = true
	}
	return ids
}

func demoScripts() []demoScript {
	return []demoScript{
		{41201, "Collect diagnostics", "Gathers event logs, disk health and network settings and attaches them to the asset.",
			[]scriptParameter{{"days", "How many days of event logs to collect, 3 when left out.", false}}},
		{41202, "Clear print queue", "Stops the print spooler, deletes stuck jobs and starts it again.", []scriptParameter{}},
		{41203, "Restart service", "Restarts one Windows service and reports its state afterwards.",
			[]scriptParameter{{"service_name", "The service's short name, for example Spooler.", true}}},
		{41204, "Install pending updates", "Installs approved Windows updates now; may restart the machine.",
			[]scriptParameter{{"allow_reboot", "yes or no; no when left out.", false}}},
		{41205, "Free disk space", "Empties temporary folders, the update cache and the recycle bins.",
			[]scriptParameter{{"minimum_age_days", "Only files older than this, 7 when left out.", false}}},
		{41206, "Uninstall RMM agent", "Removes the RMM agent; the machine stops checking in for good.", []scriptParameter{}},
		{41207, "Set local administrator password", "Sets a new random password and stores it in the password vault.",
			[]scriptParameter{{"account", "The local account's name.", true}}},
	}
}
