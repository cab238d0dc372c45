package tools

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"syncro-mcp/internal/fleet"
	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

type decommissionIn struct {
	AssetID         int64  `json:"asset_id" jsonschema:"minimum=1" jsonschema_description:"Machine to take out of service."`
	Method          string `json:"method,omitempty" jsonschema:"enum=retire,enum=delete,default=retire" jsonschema_description:"retire renames the record and keeps everything; delete removes it."`
	CloseTickets    bool   `json:"close_tickets,omitempty" jsonschema_description:"Also close its open tickets."`
	ResolveAlerts   bool   `json:"resolve_alerts,omitempty" jsonschema_description:"Also resolve its active alerts."`
	UninstallScript string `json:"uninstall_script,omitempty" jsonschema_description:"Script that removes the agent, by id or by name in list_scripts; runs before the record goes."`
	Reason          string `json:"reason,omitempty" jsonschema:"maxLength=200" jsonschema_description:"Why; goes into the asset's notes."`
}

type decommissionOut struct {
	Outcome    string             `json:"outcome"`
	Steps      []decommissionStep `json:"steps,omitempty"`
	FinalState map[string]any     `json:"final_state,omitempty"` // the whole record as it was before
	Next       string             `json:"next,omitempty"`        // how to go on where not all is done
}

type decommissionStep struct {
	Step   string `json:"step"`
	About  string `json:"about"`
	State  string `json:"state" jsonschema:"enum=done,enum=skipped,enum=failed,enum=unknown"`
	Detail string `json:"detail,omitempty"`
}

func (d *desk) decommission(ctx context.Context, in decommissionIn) (tool.Plan[decommissionOut], error) {
	none := tool.Plan[decommissionOut]{}
	work, err := d.planDecommission(ctx, in)
	if err != nil {
		return none, err
	}
	asset := work.Asset
	plan := tool.Plan[decommissionOut]{
		Question: d.askToDecommission(work, in),
		Preview:  d.previewDecommission(work, in),
		Targets:  []tool.Target{target(asset)},
		Do: func(ctx context.Context) (decommissionOut, error) {
			return sumSteps(work.Run(ctx), asset), nil
		},
	}
	for _, ticket := range work.Tickets {
		plan.Targets = append(plan.Targets, tool.Target{ID: ticket.ID, Name: ticket.Subject, CustomerID: ticket.CustomerID, Customer: ticket.Customer})
	}
	for _, alert := range work.Alerts {
		plan.Targets = append(plan.Targets, alertTarget(alert))
	}
	return plan, nil
}

// planDecommission reads all that would be touched. What cannot be known stops
// it: a preview that leaves something out would not be an informed yes.
func (d *desk) planDecommission(ctx context.Context, in decommissionIn) (*fleet.Decommission, error) {
	work := &fleet.Decommission{Client: d.syncro, Method: fleet.Method(in.Method), Reason: in.Reason, Now: d.now}
	script, err := d.uninstallScript(in.UninstallScript)
	if err != nil {
		return nil, err
	}
	work.Script = script
	asset, err := d.syncro.Asset(ctx, in.AssetID)
	if err != nil {
		return nil, err
	}
	if likely, _ := d.syncro.Deletes(asset); work.Method == fleet.Delete && !likely {
		return nil, tool.Errorf(tool.Unsupported, "this Syncro account's API cannot delete assets, as far as its records tell; nothing was done. Use method retire, or delete the asset on its page in Syncro.")
	}
	if err := mustFit(asset); err != nil {
		return nil, err
	}
	work.Asset = d.named(ctx, asset)
	if in.CloseTickets {
		found, unchecked, err := d.syncro.AssetTickets(ctx, asset, true, mostDetails)
		if err != nil {
			return nil, err
		}
		if unchecked > 0 {
			return nil, tool.Errorf(tool.Unavailable, "%d open tickets of the customer could not be checked for this machine; nothing was done. Leave close_tickets out and close them by number with update_ticket.", unchecked)
		}
		work.Tickets = found
	}
	if in.ResolveAlerts {
		found, note, err := d.alertsOf(ctx, syncro.AlertFilter{AssetID: asset.ID, Status: "active"})
		if err != nil {
			return nil, err
		}
		if note != "" {
			return nil, tool.Errorf(tool.Unavailable, "the alerts could not all be looked at, so nothing was done: %s Leave resolve_alerts out and resolve them by id.", note)
		}
		work.Alerts = found
	}
	if work.Method == fleet.Retire && fleet.Retired(asset) && len(work.Tickets)+len(work.Alerts) == 0 && work.Script == nil {
		return nil, tool.Errorf(tool.InvalidArgument, "%s is retired already and nothing else was asked for; nothing was done.", d.described(work.Asset))
	}
	return work, nil
}

func (d *desk) uninstallScript(given string) (*fleet.Uninstall, error) {
	if strings.TrimSpace(given) == "" {
		return nil, nil
	}
	id, _ := strconv.ParseInt(strings.TrimSpace(given), 10, 64)
	script, err := d.scripts.choose(max(id, 0), given)
	if err != nil {
		return nil, err
	}
	if _, err := script.check(nil, d.scripts != nil); err != nil {
		return nil, err
	}
	return &fleet.Uninstall{ID: script.ID, Name: script.Name}, nil
}

func (d *desk) askToDecommission(work *fleet.Decommission, in decommissionIn) string {
	var q strings.Builder
	fmt.Fprintf(&q, "Decommission %s: ", d.described(work.Asset))
	if work.Recorded() {
		q.WriteString("its final state is in its notes already")
	} else {
		q.WriteString("first write its final state into its notes")
	}
	if work.Script != nil {
		title := scriptTitle(Script{ID: work.Script.ID, Name: work.Script.Name})
		switch {
		case work.UninstallSent():
			q.WriteString(", the script " + title + " is NOT run again since the notes say it was sent before")
		case work.Asset.Agent == nil:
			q.WriteString(", the script " + title + " is NOT run since no agent is there")
		default:
			q.WriteString(", then run the script " + title + " on it")
		}
	}
	for i, ticket := range work.Tickets {
		q.WriteString([]string{", close ticket ", " and ticket "}[min(i, 1)])
		fmt.Fprintf(&q, "%d %s", ticket.Number, tool.Quote(ticket.Subject, 300))
		if others := len(ticket.AssetIDs) - 1; others > 0 {
			fmt.Fprintf(&q, " (which is also about %d other machines)", others)
		}
	}
	for i, alert := range work.Alerts {
		q.WriteString([]string{", resolve alert ", " and alert "}[min(i, 1)])
		fmt.Fprintf(&q, "%d %s", alert.ID, tool.Quote(alert.Description, 300))
	}
	if work.Method == fleet.Delete {
		q.WriteString(", and at last delete its record for good? The delete cannot be undone.")
	} else {
		q.WriteString(", and at last mark its name as retired? The record is kept.")
	}
	if in.Reason != "" {
		q.WriteString(" Reason given: " + tool.Quote(in.Reason, 200))
	}
	return q.String()
}

func (d *desk) previewDecommission(work *fleet.Decommission, in decommissionIn) any {
	preview := map[string]any{"action": "decommission by " + in.Method, "asset": d.row(work.Asset)}
	var steps []string
	for _, step := range work.Steps() {
		steps = append(steps, step.Name+": "+step.About)
	}
	preview["steps"] = steps
	var tickets []ticketRow
	for _, ticket := range work.Tickets {
		tickets = append(tickets, ticketRowOf(ticket))
	}
	var alerts []alertRow
	for _, alert := range work.Alerts {
		alerts = append(alerts, alertRowOf(alert))
	}
	for name, list := range map[string]any{"tickets": tickets, "alerts": alerts} {
		if len(tickets) > 0 && name == "tickets" || len(alerts) > 0 && name == "alerts" {
			preview[name] = list
		}
	}
	if in.Reason != "" {
		preview["reason"] = in.Reason
	}
	return preview
}

func sumSteps(steps []fleet.Step, before syncro.Asset) decommissionOut {
	out := decommissionOut{Outcome: tool.OutcomeDone, FinalState: finalState(before)}
	acted := false
	for _, step := range steps {
		out.Steps = append(out.Steps, decommissionStep{Step: step.Name, About: step.About, State: string(step.State), Detail: tool.Clip(step.Detail, propertyLength)})
		switch step.State {
		case fleet.StepDone:
			acted = true
		case fleet.StepFailed, fleet.StepUnknown:
			out.Outcome = tool.OutcomeFailed
			out.Next = "Mend what the failed step says, then call again with the same arguments: only what is left will be done."
			if step.State == fleet.StepUnknown {
				acted = true
				out.Next = "Look whether the unknown step was carried out. A script is not sent again: if it did not run, use run_script. Then call again with the same arguments: only what is left will be done."
			}
		}
	}
	if out.Outcome == tool.OutcomeFailed && acted {
		out.Outcome = tool.OutcomePartlyDone
	}
	return out
}
