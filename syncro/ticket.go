package syncro

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Ticket is a job of a customer. Absent values are "" or zero.
type Ticket struct {
	ID          int64
	Number      int64 // what people call it by; 0: none, or not a number
	CustomerID  int64
	Customer    string
	Subject     string
	Status      string // in the account's own words
	Priority    string // likewise
	ProblemType string // likewise
	CreatedAt   time.Time
	UpdatedAt   time.Time
	DueAt       time.Time
	AssetIDs    []int64   // assets that it is about
	AssetsKnown bool      // the record tells its assets, as the detail view does and lists do not
	Comments    []Comment // all of them in the detail view; lists send the first or none

	raw record
}

// Comment is one entry of a ticket. Absent values are "" or zero.
type Comment struct {
	ID        int64
	Subject   string
	Body      string
	Author    string
	Hidden    bool // an internal note, which the customer does not see
	CreatedAt time.Time
}

// Contact is the person whom the ticket itself names; both are "" where it names none.
func (t Ticket) Contact() (name, email string) {
	contact := t.raw.object("contact")
	name = t.raw.first("contact_fullname")
	if name == "" {
		name = contact.first("name", "fullname")
	}
	return name, contact.first("email")
}

// Raw is the record as Syncro sent it. It must not be changed.
func (t Ticket) Raw() map[string]any { return t.raw }

func (t Ticket) id() int64 { return t.ID }

// Open tells whether the ticket still waits for work: its status is not
// resolved, closed or invoiced, in whatever case.
func (t Ticket) Open() bool {
	switch strings.ToLower(t.Status) {
	case "resolved", "closed", "invoiced":
		return false
	}
	return true
}

// Ticket reads one ticket with its comments and assets: GET /tickets/{id}.
func (c *Client) Ticket(ctx context.Context, id int64) (Ticket, error) {
	r := call{
		method: http.MethodGet, path: fmt.Sprintf("/tickets/%d", id),
		doing: fmt.Sprintf("reading ticket %d", id), permission: "Tickets - View Details",
	}
	got, err := c.do(ctx, r)
	if err != nil {
		return Ticket{}, err
	}
	return got.ticket(r, id)
}

// TicketStatuses lists the account's words for the status of a ticket: GET
// /tickets/settings.
func (c *Client) TicketStatuses(ctx context.Context) ([]string, error) {
	r := call{method: http.MethodGet, path: "/tickets/settings", doing: "reading the settings of tickets"}
	got, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	top, err := got.object(r)
	if err != nil {
		return nil, err
	}
	values, ok := top["ticket_status_list"].([]any)
	if !ok {
		return nil, undecodable(r, fmt.Errorf("field ticket_status_list is %s, not a list", shape(top["ticket_status_list"])))
	}
	statuses := []string{}
	for _, value := range values {
		if status, _ := asText(value); status != "" {
			statuses = append(statuses, status)
		}
	}
	return statuses, nil
}

// ticket decodes an answer that holds one ticket. Where id is not 0 it must be
// the ticket with that id.
func (a answer) ticket(r call, id int64) (Ticket, error) {
	fields, err := a.under(r, "ticket")
	if err != nil {
		return Ticket{}, err
	}
	ticket, err := decodeTicket(fields)
	if err != nil {
		return Ticket{}, undecodable(r, err)
	}
	if id != 0 && ticket.ID != id {
		return Ticket{}, undecodable(r, fmt.Errorf("field id is %d, which is another ticket", ticket.ID))
	}
	return ticket, nil
}

func decodeTicket(fields record) (Ticket, error) {
	r := reader{of: fields}
	ticket := Ticket{
		ID: r.id("id"), CustomerID: r.id("customer_id"), Subject: r.text("subject"), Status: r.text("status"),
		Priority: r.text("priority"), ProblemType: r.text("problem_type"),
		CreatedAt: r.moment("created_at"), UpdatedAt: r.moment("updated_at"),
		Customer: fields.first("customer_business_then_name"), raw: fields,
	}
	if ticket.ID == 0 && r.err == nil {
		r.unreadable("id", "an id")
	}
	if ticket.Customer == "" {
		ticket.Customer = customerName(fields.object("customer"))
	}
	ticket.Number, _ = strconv.ParseInt(fields.first("number"), 10, 64)
	ticket.DueAt, _ = parseMoment(fields.first("due_date"))
	ticket.AssetIDs, ticket.AssetsKnown = fields.assetIDs()
	for _, comment := range fields.list("comments") {
		ticket.Comments = append(ticket.Comments, decodeComment(comment))
	}
	return ticket, r.err
}

// assetIDs reads asset_ids, and where the record has none the ids of its
// assets; known is false where it has neither.
func (r record) assetIDs() (ids []int64, known bool) {
	add := func(value any) {
		text, _ := asText(value)
		if id, err := strconv.ParseInt(text, 10, 64); err == nil && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	values, known := r["asset_ids"].([]any)
	for _, value := range values {
		add(value)
	}
	if _, listed := r["assets"].([]any); !known && listed {
		known = true
		for _, asset := range r.list("assets") {
			add(asset["id"])
		}
	}
	return ids, known
}

func decodeComment(fields record) Comment {
	comment := Comment{Subject: fields.first("subject"), Body: fields.first("body"), Author: fields.first("tech")}
	comment.ID, _ = strconv.ParseInt(fields.first("id"), 10, 64)
	comment.Hidden, _ = asBool(fields["hidden"])
	comment.CreatedAt, _ = parseMoment(fields.first("created_at"))
	return comment
}
