package fake

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// technician is the owner of the token, who signs what comes through the API.
const technician = "Dana Technician"

// Email is a message that the account sent to a customer because of a comment.
type Email struct {
	TicketID int64
	To       string
	Subject  string
	Body     string
}

// ticketFields are the writable fields of a ticket that are stored as they come.
func ticketFields() []string {
	return []string{"customer_id", "subject", "status", "priority", "problem_type", "due_date", "start_at", "end_at", "user_id",
		"contact_id", "properties", "tag_list", "asset_ids"}
}

// ticketUnderstood cuts a request body down to what this account stores of a ticket.
func (s *Server) ticketUnderstood(body record) record {
	taken := record{}
	for _, field := range ticketFields() {
		if value, there := body[field]; there && !slices.Contains(s.options.Unsaved, field) {
			taken[field] = value
		}
	}
	if ids, given := taken["asset_ids"]; given { // ids of no asset are dropped without a word
		kept := []any{}
		for _, id := range integers(ids) {
			if _, stands := s.data.assets.rows[id]; stands {
				kept = append(kept, id)
			}
		}
		taken["asset_ids"] = kept
	}
	numberIDs(taken)
	return taken
}

func (s *Server) createTicket(c call) answer {
	production := s.options.Dialect == Production
	if production && c.body["customer_id"] == nil {
		return failure(http.StatusUnprocessableEntity, "Customer required field")
	}
	var problems []string
	if c.body["customer_id"] == nil {
		problems = append(problems, "customer_id is required")
	} else if !s.customerExists(c.body["customer_id"]) {
		problems = append(problems, s.worded("customer_id is invalid", "Customer must exist"))
	}
	if blank(c.body, "subject") {
		problems = append(problems, s.worded("subject is required", "Subject can't be blank"))
	}
	if len(problems) > 0 {
		return s.invalid(nil, problems...)
	}
	ticket := s.ticketUnderstood(c.body)
	id := s.data.tickets.nextID()
	comments := []any{}
	given, _ := c.body["comments_attributes"].([]any)
	for _, each := range given {
		if fields, isObject := each.(record); isObject && !slices.Contains(s.options.Unsaved, "comments_attributes") {
			comments = append(comments, s.newComment(id, ticket, fields))
		}
	}
	ticket["id"], ticket["comments"], ticket["user_id"] = id, comments, 1
	s.addTicket(ticket)
	return ok(record{"ticket": s.ticketDetail(s.data.tickets.rows[id])})
}

// worded gives the words of the dialect.
func (s *Server) worded(documented, production string) string {
	if s.options.Dialect == Production {
		return production
	}
	return documented
}

func (s *Server) updateTicket(c call) answer {
	ticket, found := s.data.tickets.rows[c.id("id")]
	if !found {
		return s.notFound("Ticket")
	}
	var problems []string
	if _, given := c.body["subject"]; given && blank(c.body, "subject") {
		problems = append(problems, s.worded("subject is required", "Subject can't be blank"))
	}
	if customer, given := c.body["customer_id"]; given && !s.customerExists(customer) {
		problems = append(problems, s.worded("customer_id is invalid", "Customer must exist"))
	}
	if len(problems) > 0 {
		return s.invalid(nil, problems...)
	}
	now := s.stamp(time.Now())
	maps.Copy(ticket, plain(s.ticketUnderstood(c.body)))
	ticket["updated_at"] = now
	switch over := finished(text(ticket, "status")); {
	case over && ticket["resolved_at"] == nil:
		ticket["resolved_at"] = now
	case !over:
		ticket["resolved_at"] = nil
	}
	return ok(record{"ticket": s.ticketDetail(ticket)})
}

func (s *Server) commentTicket(c call) answer {
	id := c.id("id")
	ticket, found := s.data.tickets.rows[id]
	if !found {
		return s.notFound("Ticket")
	}
	var problems []string
	if blank(c.body, "body") {
		problems = append(problems, s.worded("body is required", "Body can't be blank"))
	}
	if blank(c.body, "subject") {
		problems = append(problems, s.worded("subject is required", "Subject can't be blank"))
	}
	if len(problems) > 0 {
		return s.invalid(nil, problems...)
	}
	comment := s.newComment(id, ticket, c.body)
	comments, _ := ticket["comments"].([]any)
	ticket["comments"] = plain(append(slices.Clone(comments), any(comment)))
	ticket["updated_at"] = comment["created_at"]
	return ok(record{"comment": comment})
}

// newComment makes a comment and sends it to the customer unless it is hidden or was not to be sent: both default to no.
func (s *Server) newComment(ticketID int64, ticket, fields record) record {
	s.data.lastComment++
	now := s.stamp(time.Now())
	comment := record{"id": s.data.lastComment, "created_at": now, "updated_at": now, "ticket_id": ticketID,
		"subject": text(fields, "subject"), "body": text(fields, "body"), "tech": technician, "hidden": fields["hidden"] == true, "user_id": 1}
	if tech := text(fields, "tech"); tech != "" {
		comment["tech"] = tech
	}
	customer, _ := s.nestedCustomer(ticket["customer_id"]).(record)
	if to := text(customer, "email"); to != "" && customer["no_email"] != true && comment["hidden"] == false && fields["do_not_email"] != true {
		s.data.emails = append(s.data.emails, Email{ticketID, to, text(fields, "subject"), text(fields, "body")})
	}
	return comment
}
