package syncro

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Alert is what Syncro's RMM found wrong with a machine. Absent values are "" or zero.
type Alert struct {
	ID           int64
	CustomerID   int64
	AssetID      int64
	Customer     string // few accounts tell it
	AssetName    string
	Description  string
	Trigger      string // the check that fired, where the record tells
	Output       string // what the check saw
	Status       string // the record's own word, else active or resolved
	Resolved     bool
	TicketNumber string    // of the ticket that was made of it
	MutedUntil   time.Time // zero: not muted, or the account does not tell
	CreatedAt    time.Time
	UpdatedAt    time.Time
	ResolvedAt   time.Time // zero: not resolved, or the account does not tell

	raw record
}

// The states by which alerts are listed.
const (
	AlertsActive   = "active"
	AlertsResolved = "resolved"
	AlertsAll      = "all"
)

// Raw is the record as Syncro sent it. It must not be changed.
func (a Alert) Raw() map[string]any { return a.raw }

func (a Alert) id() int64 { return a.ID }

// AlertFilter narrows a list of alerts. Syncro filters by status only; the
// rest is decided on the rows, so that all pages are read for it.
type AlertFilter struct {
	CustomerID int64
	AssetID    int64
	Status     string // AlertsActive, AlertsResolved or AlertsAll; "": active
}

func (f AlertFilter) status() string { return cmp.Or(f.Status, AlertsActive) }

func (f AlertFilter) fits(a Alert) bool {
	return (f.CustomerID == 0 || a.CustomerID == f.CustomerID) &&
		(f.AssetID == 0 || a.AssetID == f.AssetID) &&
		(f.status() == AlertsAll || a.Resolved == (f.status() == AlertsResolved))
}

// Alerts walks all alerts that fit the filter, page by page: GET /rmm_alerts.
// A row that moved between pages comes once. The walk ends at the first error;
// coverage is filled in as it goes.
func (c *Client) Alerts(ctx context.Context, filter AlertFilter, coverage *Coverage) iter.Seq2[Alert, error] {
	r := call{path: "/rmm_alerts", query: url.Values{"status": {filter.status()}}, doing: "listing alerts", permission: "RMM Alerts - List"}
	return walk(coverage, func(number int) (sheet[Alert], error) {
		return readSheet(ctx, c, r, "rmm_alerts", number, decodeAlert, filter.fits)
	})
}

// Alert reads one alert: GET /rmm_alerts/{id}.
func (c *Client) Alert(ctx context.Context, id int64) (Alert, error) {
	r := call{
		method: http.MethodGet, path: fmt.Sprintf("/rmm_alerts/%d", id),
		doing: fmt.Sprintf("reading alert %d", id), permission: "RMM Alerts - List",
	}
	got, err := c.do(ctx, r)
	if err != nil {
		return Alert{}, err
	}
	fields, err := got.under(r, "rmm_alert")
	if err != nil {
		return Alert{}, err
	}
	alert, err := decodeAlert(fields)
	if err == nil && alert.ID != id {
		err = fmt.Errorf("field id is %d, which is another alert", alert.ID)
	}
	if err != nil {
		return Alert{}, undecodable(r, err)
	}
	return alert, nil
}

func decodeAlert(fields record) (Alert, error) {
	r := reader{of: fields}
	properties := fields.object("properties")
	alert := Alert{
		ID: r.id("id"), CustomerID: r.id("customer_id"), AssetID: r.id("asset_id"), AssetName: r.text("computer_name"),
		Description: r.text("description"), Output: r.text("formatted_output"), Status: strings.ToLower(r.text("status")),
		CreatedAt: r.moment("created_at"), UpdatedAt: r.moment("updated_at"),
		Customer: customerName(fields.object("customer")), TicketNumber: fields.first("ticket_number"), raw: fields,
	}
	if alert.ID == 0 && r.err == nil {
		r.unreadable("id", "an id")
	}
	alert.Trigger = cmp.Or(fields.first("trigger"), properties.first("trigger"))
	alert.Resolved, _ = asBool(fields["resolved"])
	alert.MutedUntil, _ = parseMoment(fields.first("muted_until"))
	alert.ResolvedAt, _ = parseMoment(fields.first("resolved_at"))
	switch {
	case alert.Status != "":
	case alert.Resolved:
		alert.Status = AlertsResolved
	default:
		alert.Status = AlertsActive
	}
	return alert, r.err
}
