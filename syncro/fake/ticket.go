package fake

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Tickets are spelled alike in both dialects: the documented one leaves them to a guide of their own.
func ticketRoutes() []route {
	return []route{
		{method: "GET", path: "/tickets", needs: "ticket.read", act: (*Server).listTickets},
		{method: "POST", path: "/tickets", needs: "ticket.write", act: (*Server).createTicket},
		{method: "GET", path: "/tickets/settings", act: (*Server).ticketSettings},
		{method: "GET", path: "/tickets/{id}", needs: "ticket.read", act: (*Server).getTicket},
		{method: "PUT", path: "/tickets/{id}", needs: "ticket.write", act: (*Server).updateTicket},
		{method: "POST", path: "/tickets/{id}/comment", needs: "ticket.write", act: (*Server).commentTicket},
	}
}

// ticketStatuses are the account's own words.
func ticketStatuses() []string {
	return []string{"New", "In Progress", "Resolved", "Invoiced", "Waiting for Parts", "Waiting on Customer", "Scheduled",
		"Customer Reply", "Closed"}
}

// finished tells the statuses in which nobody works on a ticket any more.
func finished(status string) bool {
	return slices.Contains([]string{"Resolved", "Invoiced", "Closed"}, status)
}

func (s *Server) notFound(noun string) answer {
	if s.options.Dialect == Production {
		return reply(http.StatusNotFound, record{"message": "Not found"})
	}
	return failure(http.StatusNotFound, noun+" not found")
}

func (s *Server) ticketSettings(call) answer {
	return ok(record{
		"ticket_status_list": ticketStatuses(), "default_labor_product_id": nil, "ticket_timer_charge_by_default": nil,
		"saved_searches": []any{}, "ticket_types": []any{}, "ticket_type_fields": []any{}, "ticket_type_field_answers": []any{},
		"appointment_types": []any{}, "users": []any{record{"id": 1, "name": technician}}, "dashboard_settings": nil,
		"worksheet_templates": []any{}, "require_ticket_type": nil, "require_intake_form_with_ticket": nil,
		"require_outtake_form_with_ticket": nil, "ticket_workflow_default_id": nil,
	})
}

// listTickets gives rows without asset ids and with the first comment only.
func (s *Server) listTickets(c call) answer {
	rows, meta := s.paginate(s.data.tickets.where(ticketFilter(c)), c.query, s.options.PageSize)
	shown := make([]record, 0, len(rows))
	for _, row := range rows {
		listed := maps.Clone(row)
		delete(listed, "asset_ids")
		delete(listed, "assets")
		if comments, isList := row["comments"].([]any); isList {
			listed["comments"] = comments[:min(len(comments), 1)]
		}
		shown = append(shown, listed)
	}
	return ok(record{"tickets": shown, "meta": meta})
}

func ticketFilter(c call) func(record) bool {
	customer, byCustomer := integer(c.query.Get("customer_id"))
	status, part := c.query.Get("status"), c.query.Get("query")
	after, _ := time.Parse(time.DateOnly, c.query.Get("created_after"))
	return func(r record) bool {
		owner, _ := integer(r["customer_id"])
		created, _ := time.Parse(time.RFC3339, text(r, "created_at"))
		switch {
		case byCustomer && owner != customer,
			status == "Not Closed" && finished(text(r, "status")),
			status != "" && status != "Not Closed" && status != text(r, "status"),
			part != "" && !contains(r, part, "subject", "problem_type", "customer_business_then_name"):
			return false
		}
		return created.IsZero() || !created.Before(after)
	}
}

func (s *Server) getTicket(c call) answer {
	ticket, found := s.data.tickets.rows[c.id("id")]
	if !found {
		return s.notFound("Ticket")
	}
	return ok(record{"ticket": s.ticketDetail(ticket)})
}

// ticketDetail adds what only the detail view carries. A field that a test put into the record stays as it is.
func (s *Server) ticketDetail(ticket record) record {
	detail := maps.Clone(ticket)
	assets := []record{}
	for _, id := range integers(ticket["asset_ids"]) {
		if asset, stands := s.data.assets.rows[id]; stands {
			nested := maps.Clone(asset)
			delete(nested, "recent_activity")
			delete(nested, "tickets")
			assets = append(assets, nested)
		}
	}
	setMissing(detail, record{"assets": assets, "customer": s.nestedCustomer(ticket["customer_id"]), "attachments": []any{},
		"ticket_timers": []any{}, "line_items": []any{}, "worksheet_results": []any{}, "appointments": []any{},
		"ticket_fields": []any{}, "ticket_answers": []any{}, "contact": nil, "ticket_type": nil, "address": nil,
		"intake_form_html": nil, "signature_name": nil, "signature_date": nil})
	return detail
}

// withTickets is an asset as its GET shows it: the documented one lists its tickets, as the ticket table has them. A list that a
// test put into the record stays.
func (s *Server) withTickets(asset record) record {
	own, carries := asset["tickets"].([]any)
	id, _ := integer(asset["id"])
	if !carries || len(own) > 0 {
		return asset
	}
	listed := []any{}
	for _, ticket := range s.data.tickets.where(func(r record) bool { return slices.Contains(integers(r["asset_ids"]), id) }) {
		row := record{}
		for _, field := range []string{"id", "number", "subject", "status", "priority", "created_at", "updated_at"} {
			row[field] = ticket[field]
		}
		listed = append(listed, row)
	}
	shown := maps.Clone(asset)
	shown["tickets"] = listed
	return shown
}

// integers reads a list of ids; what is none is left out.
func integers(value any) []int64 {
	list, _ := value.([]any)
	var ids []int64
	for _, each := range list {
		if id, ok := integer(each); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// addTicket stores a record after filling in what every ticket carries.
func (s *Server) addTicket(ticket record) int64 {
	id, given := integer(ticket["id"])
	if !given {
		id = s.data.tickets.nextID()
	}
	now := s.stamp(time.Now())
	customer, _ := s.nestedCustomer(ticket["customer_id"]).(record)
	setMissing(ticket, record{"created_at": now})
	setMissing(ticket, record{
		"id": id, "number": s.nextTicketNumber(), "subject": "", "customer_id": nil, "customer_business_then_name": customer["business_then_name"],
		"updated_at": ticket["created_at"], "due_date": ticket["created_at"], "resolved_at": nil, "start_at": nil, "end_at": nil,
		"location_id": nil, "problem_type": nil, "status": "New", "priority": nil, "properties": record{}, "user_id": nil, "pdf_url": nil,
		"billing_status": nil, "tag_list": []any{}, "contact_id": nil, "asset_ids": []any{}, "comments": []any{},
	})
	s.data.tickets.put(id, plain(ticket))
	return id
}

func (s *Server) nextTicketNumber() int64 {
	highest := int64(1000)
	for _, ticket := range s.data.tickets.rows {
		number, _ := integer(ticket["number"])
		highest = max(highest, number)
	}
	return highest + 1
}

// blank tells whether a text field holds nothing to read.
func blank(r record, field string) bool { return strings.TrimSpace(text(r, field)) == "" }
