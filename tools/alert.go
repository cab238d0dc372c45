package tools

import (
	"context"
	"fmt"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

func (d *desk) alertTools() []tool.Tool {
	return []tool.Tool{
		tool.NewRead(tool.Spec{
			Name: "list_alerts", Title: "List alerts", Toolset: toolsetAlerts,
			Description: "What the monitoring complains about, for all customers, one customer or one machine; active alerts unless a status is given.",
		}, d.listAlerts),
		tool.NewWrite(tool.Spec{
			Name: "mute_alert", Title: "Mute alert", Toolset: toolsetAlerts, Idempotent: true,
			Description: "Keep an alert quiet for a while without resolving it.",
		}, d.muteAlert),
		tool.NewDestroy(tool.Spec{
			Name: "resolve_alert", Title: "Resolve alert", Toolset: toolsetAlerts, Idempotent: true,
			Description: "Mark an alert as dealt with, after asking.",
		}, d.resolveAlert),
	}
}

type listAlertsIn struct {
	customerRef
	AssetID int64  `json:"asset_id,omitempty" jsonschema:"minimum=1" jsonschema_description:"Only alerts of this machine."`
	Status  string `json:"status,omitempty" jsonschema:"enum=active,enum=resolved,enum=all,default=active" jsonschema_description:"Which alerts."`
	window
}

type listAlertsOut struct {
	Alerts     []alertRow `json:"alerts"`
	NextCursor string     `json:"next_cursor,omitempty"`
	Note       string     `json:"note,omitempty"` // what the answer does not cover
}

type alertRow struct {
	ID          int64  `json:"id"`
	AssetID     int64  `json:"asset_id,omitempty"`
	Asset       string `json:"asset,omitempty"`
	Customer    string `json:"customer,omitempty"`
	CustomerID  int64  `json:"customer_id,omitempty"` // only where the name is not known
	Trigger     string `json:"trigger,omitempty"`
	Description string `json:"description,omitempty"`
	Status      string `json:"status,omitempty"`
	Created     string `json:"created_at,omitempty"`
	MutedUntil  string `json:"muted_until,omitempty"`
	Resolved    string `json:"resolved_at,omitempty"`
}

const (
	alertLength = 300
	mostAlerts  = 2000 // rows that one call walks
)

func alertRowOf(a syncro.Alert) alertRow {
	row := alertRow{
		ID: a.ID, AssetID: a.AssetID, Asset: tool.Clip(a.AssetName, nameLength), Customer: tool.Clip(a.Customer, nameLength), Trigger: tool.Clip(a.Trigger, nameLength),
		Description: tool.Clip(a.Description, alertLength), Status: tool.Clip(a.Status, nameLength), Created: moment(a.CreatedAt), MutedUntil: moment(a.MutedUntil), Resolved: moment(a.ResolvedAt),
	}
	if a.Customer == "" {
		row.CustomerID = a.CustomerID
	}
	return row
}

func (d *desk) listAlerts(ctx context.Context, in listAlertsIn) (listAlertsOut, error) {
	customer, err := d.customerToFilter(ctx, in.customerRef)
	if err != nil {
		return listAlertsOut{}, err
	}
	asked := in
	asked.Cursor = ""
	found, note, err := d.alertsOf(ctx, syncro.AlertFilter{CustomerID: customer, AssetID: in.AssetID, Status: in.Status})
	if err != nil {
		return listAlertsOut{}, err
	}
	part, next, err := slice(found, in.window, asked)
	if err != nil {
		return listAlertsOut{}, err
	}
	d.nameAlertCustomers(ctx, part)
	out := listAlertsOut{Alerts: make([]alertRow, 0, len(part)), NextCursor: next, Note: note}
	for _, a := range part {
		out.Alerts = append(out.Alerts, alertRowOf(a))
	}
	return out, nil
}

// alertsOf walks all pages: the API has no filter by customer or machine.
func (d *desk) alertsOf(ctx context.Context, filter syncro.AlertFilter) (found []syncro.Alert, note string, err error) {
	var coverage syncro.Coverage
	for alert, err := range d.syncro.Alerts(ctx, filter, &coverage) {
		if err != nil {
			return nil, "", err
		}
		found = append(found, alert)
		if coverage.Read >= mostAlerts {
			return found, fmt.Sprintf("Only the first %d alerts were looked at.", coverage.Read), nil
		}
	}
	if !coverage.Complete {
		note = fmt.Sprintf("Syncro counts %d alerts and sent %d, so some may be missing here.", coverage.Total, coverage.Read)
	}
	return found, note, nil
}

type muteAlertIn struct {
	AlertID int64  `json:"alert_id" jsonschema:"minimum=1" jsonschema_description:"Alert to mute."`
	MuteFor string `json:"mute_for" jsonschema:"enum=1-hour,enum=1-day,enum=2-days,enum=1-week,enum=2-weeks,enum=1-month,enum=forever" jsonschema_description:"For how long."`
}

type muteAlertOut struct {
	Alert alertRow `json:"alert"`
	Note  string   `json:"note,omitempty"`
}

func (d *desk) muteAlert(ctx context.Context, in muteAlertIn) (muteAlertOut, error) {
	alert, err := d.syncro.MuteAlert(ctx, in.AlertID, in.MuteFor)
	if err != nil {
		return muteAlertOut{}, err
	}
	out := muteAlertOut{Alert: alertRowOf(alert)}
	if alert.MutedUntil.IsZero() {
		out.Note = "Syncro took the request; its record does not say until when the alert is muted."
	}
	return out, nil
}

type resolveAlertIn struct {
	AlertID int64 `json:"alert_id" jsonschema:"minimum=1" jsonschema_description:"Alert to resolve."`
}

type resolveAlertOut struct {
	Outcome string    `json:"outcome"`
	Alert   *alertRow `json:"alert,omitempty"`
}

func (d *desk) resolveAlert(ctx context.Context, in resolveAlertIn) (tool.Plan[resolveAlertOut], error) {
	none := tool.Plan[resolveAlertOut]{}
	alert, err := d.syncro.Alert(ctx, in.AlertID)
	if err != nil {
		return none, err
	}
	named := []syncro.Alert{alert}
	d.nameAlertCustomers(ctx, named)
	alert = named[0]
	if alert.Resolved {
		return none, tool.Errorf(tool.InvalidArgument, "alert %d is resolved already; nothing was done.", alert.ID)
	}
	return tool.Plan[resolveAlertOut]{
		Question: fmt.Sprintf("Resolve %s?", alertNamed(alert)),
		Preview:  map[string]any{"action": "resolve the alert", "alert": alertRowOf(alert)},
		Targets:  []tool.Target{alertTarget(alert)},
		Do: func(ctx context.Context) (resolveAlertOut, error) {
			resolved, err := d.syncro.ResolveAlert(ctx, alert.ID)
			if err != nil {
				return resolveAlertOut{}, err
			}
			row := alertRowOf(resolved)
			return resolveAlertOut{Outcome: tool.OutcomeDone, Alert: &row}, nil
		},
	}, nil
}

// alertTarget is what an approval is bound to: an alert has no name of its own.
func alertTarget(a syncro.Alert) tool.Target {
	return tool.Target{ID: a.ID, Name: a.Description, CustomerID: a.CustomerID, Customer: a.Customer, Serial: a.AssetName}
}

func alertNamed(a syncro.Alert) string {
	return fmt.Sprintf("alert %d %s on %s of %s", a.ID, tool.Quote(a.Description, 300), tool.Quote(a.AssetName, nameLength), tool.Quote(a.Customer, nameLength))
}
