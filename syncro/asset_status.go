package syncro

import (
	"slices"
	"strings"
	"time"
)

// Status is the state of a machine as far as its record tells.
type Status string

// The states, in the order in which they are decided.
const (
	Offline        Status = "offline"         // Syncro says so, or there was no check-in for 30 minutes, or none is known
	Updating       Status = "updating"        // the agent is being updated
	NeedsAttention Status = "needs_attention" // a health trigger has fired
	Online         Status = "online"
	Unmanaged      Status = "unmanaged" // no agent reports on it
)

// Statuses lists every status.
func Statuses() []Status { return []Status{Online, Offline, NeedsAttention, Updating, Unmanaged} }

const (
	silence       = 30 * time.Minute // a machine that did not check in for so long counts as offline
	triggerSuffix = "_triggered"
	offlineIssue  = "agent_offline"
)

// Status tells the asset's state at a moment. What is not known is never called online.
func (a Asset) Status(now time.Time) Status {
	switch {
	case a.Agent == nil:
		return Unmanaged
	case !a.reachable(now):
		return Offline
	case a.Agent.Updating:
		return Updating
	case len(a.HealthIssues) > 0:
		return NeedsAttention
	}
	return Online
}

// reachable follows Syncro's own word where it gives one. A trigger that has
// not fired is no such word: it fires only where an offline alert is set up.
func (a Asset) reachable(now time.Time) bool {
	switch {
	case slices.Contains(a.HealthIssues, offlineIssue):
		return false
	case a.Agent.Online != nil:
		return *a.Agent.Online
	}
	return !a.Agent.LastSeen.IsZero() && now.Sub(a.Agent.LastSeen) <= silence
}

// healthIssues lists the triggers that have fired. Production keeps them in
// rmm_store; a flat account mixes them with the properties.
func healthIssues(asset record) []string {
	issues := []string{}
	for _, triggers := range []record{asset.object("rmm_store").object("triggers"), asset.object("properties")} {
		for key, value := range triggers {
			name, isTrigger := strings.CutSuffix(key, triggerSuffix)
			if !isTrigger {
				continue
			}
			if fired, _ := asBool(value); fired && !slices.Contains(issues, name) {
				issues = append(issues, name)
			}
		}
	}
	slices.Sort(issues)
	return issues
}
