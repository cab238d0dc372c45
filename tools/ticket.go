package tools

import (
	"context"
	"fmt"
	"strings"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

func (d *desk) ticketTools() []tool.Tool {
	return []tool.Tool{
		tool.NewRead(tool.Spec{
			Name: "search_tickets", Title: "Search tickets", Toolset: toolsetTickets,
			Description: "Find the tickets of a machine or customer; open ones unless a status is given.",
		}, d.searchTickets),
		tool.NewWrite(tool.Spec{
			Name: "create_ticket", Title: "Create ticket", Toolset: toolsetTickets,
			Description: "Open a ticket for a machine or customer. Its text is an internal note; nothing is e-mailed.",
		}, d.createTicket),
		tool.NewAsking(tool.Spec{
			Name: "update_ticket", Title: "Update ticket", Toolset: toolsetTickets,
			Description: "Change a ticket's status or priority, or comment on it. A comment is internal; a public one e-mails the customer, so it asks first.",
		}, d.updateTicket),
	}
}

type searchTicketsIn struct {
	Query string `json:"query,omitempty" jsonschema_description:"Words of the subject."`
	customerRef
	AssetID int64  `json:"asset_id,omitempty" jsonschema:"minimum=1" jsonschema_description:"Only tickets of this machine."`
	Status  string `json:"status,omitempty" jsonschema:"default=open" jsonschema_description:"open, closed, all, or a status in the account's words."`
	window
}

type searchTicketsOut struct {
	Tickets    []ticketRow `json:"tickets"`
	NextCursor string      `json:"next_cursor,omitempty"`
	Note       string      `json:"note,omitempty"` // what the answer does not cover
}

type ticketRow struct {
	ID       int64  `json:"id"`
	Number   int64  `json:"number,omitempty"`
	Customer string `json:"customer,omitempty"`
	Subject  string `json:"subject"`
	Status   string `json:"status,omitempty"`
	Priority string `json:"priority,omitempty"`
	Created  string `json:"created_at,omitempty"`
	Updated  string `json:"updated_at,omitempty"`
	Due      string `json:"due_at,omitempty"`
}

const (
	mostDetails = 40  // tickets whose details one call reads to find those of a machine
	mostTickets = 500 // rows that one call walks
)

func ticketRowOf(t syncro.Ticket) ticketRow {
	short := func(text string) string { return tool.Clip(text, nameLength) }
	return ticketRow{
		ID: t.ID, Number: t.Number, Customer: short(t.Customer), Subject: tool.Clip(t.Subject, 200), Status: short(t.Status), Priority: short(t.Priority),
		Created: moment(t.CreatedAt), Updated: moment(t.UpdatedAt), Due: moment(t.DueAt),
	}
}

func (in searchTicketsIn) fits(t syncro.Ticket) bool {
	switch strings.ToLower(in.Status) {
	case "all":
	case "open":
		if !t.Open() {
			return false
		}
	case "closed":
		if t.Open() {
			return false
		}
	default:
		if !strings.EqualFold(t.Status, in.Status) {
			return false
		}
	}
	return containsWords(strings.ToLower(fmt.Sprint(t.Number, " ", t.Subject)), in.Query)
}

func (d *desk) searchTickets(ctx context.Context, in searchTicketsIn) (searchTicketsOut, error) {
	customer, err := d.customerToFilter(ctx, in.customerRef)
	if err != nil {
		return searchTicketsOut{}, err
	}
	var found []syncro.Ticket
	var note string
	if in.AssetID != 0 {
		found, note, err = d.ticketsOf(ctx, in, customer)
	} else {
		found, note, err = d.walkTickets(ctx, in, customer)
	}
	if err != nil {
		return searchTicketsOut{}, err
	}
	asked := in
	asked.Cursor = ""
	part, next, err := slice(found, in.window, asked)
	if err != nil {
		return searchTicketsOut{}, err
	}
	out := searchTicketsOut{Tickets: make([]ticketRow, 0, len(part)), NextCursor: next, Note: note}
	for _, t := range part {
		out.Tickets = append(out.Tickets, ticketRowOf(t))
	}
	return out, nil
}

func (d *desk) ticketsOf(ctx context.Context, in searchTicketsIn, customer int64) (fitting []syncro.Ticket, note string, err error) {
	asset, err := d.syncro.Asset(ctx, in.AssetID)
	if err != nil {
		return nil, "", err
	}
	if customer != 0 && customer != asset.CustomerID {
		return nil, "", tool.Errorf(tool.InvalidArgument, "asset %d belongs to the customer %d, not to %d. Leave the customer out.", asset.ID, asset.CustomerID, customer)
	}
	found, unchecked, err := d.syncro.AssetTickets(ctx, asset, strings.EqualFold(in.Status, "open"), mostDetails)
	if err != nil {
		return nil, "", err
	}
	for _, t := range found {
		if in.fits(t) {
			fitting = append(fitting, t)
		}
	}
	return fitting, uncheckedNote(unchecked), nil
}

// uncheckedNote says what is not known: a list of tickets does not tell their machines.
func uncheckedNote(unchecked int) string {
	if unchecked == 0 {
		return ""
	}
	return fmt.Sprintf("Whether %d more tickets of the customer belong to this machine could not be checked; narrow the search by status or query.", unchecked)
}

// walkTickets reads the list of all or of one customer. A status in the
// account's words goes to Syncro as it was given; where that finds nothing the
// case may differ, so the list is read again and compared here.
func (d *desk) walkTickets(ctx context.Context, in searchTicketsIn, customer int64) (fitting []syncro.Ticket, note string, err error) {
	filter := syncro.TicketFilter{CustomerID: customer}
	switch strings.ToLower(in.Status) {
	case "closed", "all":
	case "open":
		filter.Status = syncro.NotClosed
	default:
		filter.Status = in.Status
	}
	fitting, note, err = d.readTickets(ctx, in, filter)
	if err == nil && len(fitting) == 0 && filter.Status == in.Status {
		filter.Status = ""
		return d.readTickets(ctx, in, filter)
	}
	return fitting, note, err
}

func (d *desk) readTickets(ctx context.Context, in searchTicketsIn, filter syncro.TicketFilter) (fitting []syncro.Ticket, note string, err error) {
	var coverage syncro.Coverage
	read := 0
	for ticket, err := range d.syncro.Tickets(ctx, filter, &coverage) {
		if err != nil {
			return nil, "", err
		}
		if in.fits(ticket) {
			fitting = append(fitting, ticket)
		}
		if read++; read == mostTickets {
			return fitting, fmt.Sprintf("Only the first %d tickets were looked at; narrow the search by customer or status.", mostTickets), nil
		}
	}
	if !coverage.Complete {
		note = fmt.Sprintf("Syncro counts %d tickets and sent %d, so some may be missing here.", coverage.Total, coverage.Read)
	}
	return fitting, note, nil
}
