package fake

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"time"
)

func alertRoutes() []route {
	return []route{
		{method: "GET", path: "/rmm_alerts", needs: "alert.read", act: (*Server).listAlerts},
		{method: "GET", path: "/rmm_alerts/{id}", needs: "alert.read", act: (*Server).getAlert},
		{method: "POST", path: "/rmm_alerts/{id}/mute", needs: "alert.write", act: (*Server).muteAlert},
		{method: "DELETE", path: "/rmm_alerts/{id}", needs: "alert.delete", act: (*Server).resolveAlert},
	}
}

// muteUntil is when a mute of one of the API's lengths ends; there are no other lengths.
func muteUntil(length string, now time.Time) (time.Time, bool) {
	switch length {
	case "1-hour":
		return now.Add(time.Hour), true
	case "1-day":
		return now.AddDate(0, 0, 1), true
	case "2-days":
		return now.AddDate(0, 0, 2), true
	case "1-week":
		return now.AddDate(0, 0, 7), true
	case "2-weeks":
		return now.AddDate(0, 0, 14), true
	case "1-month":
		return now.AddDate(0, 1, 0), true
	case "forever":
		return now.AddDate(100, 0, 0), true
	}
	return time.Time{}, false
}

// listAlerts knows the status filter only; active ones come where none is named. Customer and asset are ignored without a word.
func (s *Server) listAlerts(c call) answer {
	status := c.query.Get("status")
	rows, meta := s.paginate(s.data.alerts.where(func(r record) bool {
		return status == "all" || (r["resolved"] == true) == (status == "resolved")
	}), c.query, s.options.PageSize)
	shown := make([]record, 0, len(rows))
	for _, row := range rows {
		shown = append(shown, s.shownAlert(row))
	}
	return ok(record{"rmm_alerts": shown, "meta": meta})
}

// shownAlert hides what production does not tell: when an alert was resolved and until when it is muted.
func (s *Server) shownAlert(alert record) record {
	shown := maps.Clone(alert)
	if s.options.Dialect == Production {
		delete(shown, "muted_until")
		delete(shown, "resolved_at")
	}
	return shown
}

func (s *Server) getAlert(c call) answer {
	alert, found := s.data.alerts.rows[c.id("id")]
	if !found {
		return s.notFound("Alert")
	}
	return ok(record{"rmm_alert": s.shownAlert(alert)})
}

func (s *Server) muteAlert(c call) answer {
	alert, found := s.data.alerts.rows[c.id("id")]
	if !found {
		return s.notFound("Alert")
	}
	until, known := muteUntil(cmp.Or(c.query.Get("mute_for"), text(c.body, "mute_for")), c.now)
	if !known {
		return s.invalid(nil, "mute_for is invalid")
	}
	if !slices.Contains(s.options.Unsaved, "muted_until") {
		alert["muted_until"] = s.stamp(until)
	}
	alert["updated_at"] = s.stamp(c.now)
	return ok(record{"success": "true"})
}

// resolveAlert keeps the alert readable, whatever the method's name says.
func (s *Server) resolveAlert(c call) answer {
	alert, found := s.data.alerts.rows[c.id("id")]
	if !found {
		return s.notFound("Alert")
	}
	if !slices.Contains(s.options.Unsaved, "resolved") && alert["resolved"] != true {
		now := s.stamp(c.now)
		alert["resolved"], alert["resolved_at"], alert["updated_at"] = true, now, now
	}
	return reply(http.StatusOK, record{"success": "true"})
}

// addAlert stores a record after filling in what every alert carries. The computer's name is the asset's.
func (s *Server) addAlert(alert record) int64 {
	id, given := integer(alert["id"])
	if !given {
		id = s.data.alerts.nextID()
	}
	assetID, _ := integer(alert["asset_id"])
	asset := s.data.assets.rows[assetID]
	setMissing(alert, record{"created_at": s.stamp(time.Now())})
	setMissing(alert, record{"id": id, "customer_id": asset["customer_id"], "asset_id": nil, "computer_name": asset["name"],
		"ticket_number": nil, "ticket_status": nil, "properties": record{}, "resolved": false, "check_id": nil, "status": nil,
		"formatted_output": nil, "description": nil, "updated_at": alert["created_at"], "resolved_at": nil, "muted_until": nil})
	s.data.alerts.put(id, plain(alert))
	return id
}
