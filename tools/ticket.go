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

func (d *desk) walkTickets(ctx context.Context, in searchTicketsIn, customer int64) (fitting []syncro.Ticket, note string, err error) {
	filter := syncro.TicketFilter{CustomerID: customer}
	switch strings.ToLower(in.Status) {
	case "open", "closed", "all":
	default:
		filter.Status = in.Status
	}
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

type createTicketIn struct {
	AssetID int64 `json:"asset_id,omitempty" jsonschema:"minimum=1" jsonschema_description:"Machine that it is about; its customer is taken."`
	customerRef
	Subject     string `json:"subject" jsonschema_description:"One line that says what is wrong."`
	Body        string `json:"body" jsonschema_description:"What is known, for the technician."`
	Priority    string `json:"priority,omitempty" jsonschema_description:"In the account's words, such as 2 Normal."`
	ProblemType string `json:"problem_type,omitempty" jsonschema_description:"In the account's words, such as Hardware."`
}

// Validate wants somebody whom the ticket is for.
func (in createTicketIn) Validate() error {
	if in.AssetID == 0 && !in.given() {
		return fmt.Errorf("a ticket needs asset_id, customer_id or customer")
	}
	return nil
}

type createTicketOut struct {
	Ticket   ticketRow  `json:"ticket"`
	NotSaved []notSaved `json:"not_saved,omitempty"`
}

func (d *desk) createTicket(ctx context.Context, in createTicketIn) (createTicketOut, error) {
	customer, err := d.customer(ctx, in.customerRef, true)
	if err != nil {
		return createTicketOut{}, err
	}
	wanted := syncro.NewTicket{CustomerID: customer.ID, Subject: in.Subject, Body: in.Body, Priority: in.Priority, ProblemType: in.ProblemType}
	if in.AssetID != 0 {
		asset, err := d.syncro.Asset(ctx, in.AssetID)
		if err != nil {
			return createTicketOut{}, err
		}
		if customer.ID != 0 && customer.ID != asset.CustomerID {
			return createTicketOut{}, tool.Errorf(tool.InvalidArgument, "asset %d belongs to the customer %d, not to %d; nothing was created. Leave the customer out.", asset.ID, asset.CustomerID, customer.ID)
		}
		wanted.CustomerID, wanted.AssetIDs = asset.CustomerID, []int64{asset.ID}
	}
	ticket, missing, err := d.syncro.CreateTicket(ctx, wanted)
	if err != nil {
		return createTicketOut{}, err
	}
	return createTicketOut{Ticket: ticketRowOf(ticket), NotSaved: shownNotSaved(missing)}, nil
}

type updateTicketIn struct {
	TicketID int64  `json:"ticket_id" jsonschema:"minimum=1" jsonschema_description:"Ticket by its id, which is not its number."`
	Status   string `json:"status,omitempty" jsonschema_description:"New status in the account's words, such as In Progress or Resolved."`
	Priority string `json:"priority,omitempty" jsonschema_description:"New priority in the account's words."`
	Comment  string `json:"comment,omitempty" jsonschema_description:"Text to add."`
	Public   bool   `json:"public,omitempty" jsonschema_description:"E-mail the comment to the customer; asks first."`
}

// Validate wants something to do.
func (in updateTicketIn) Validate() error {
	comment := strings.TrimSpace(in.Comment) != ""
	switch {
	case in.Public && !comment:
		return fmt.Errorf("public goes with a comment")
	case in.Status == "" && in.Priority == "" && !comment:
		return fmt.Errorf("give a status, a priority or a comment")
	}
	return nil
}

type updateTicketOut struct {
	Ticket    *ticketRow `json:"ticket,omitempty"`
	Changed   []changed  `json:"changed,omitempty"`
	Commented string     `json:"commented,omitempty"` // as an internal note, or e-mailed
	NotSaved  []notSaved `json:"not_saved,omitempty"`
}

// updateTicket asks only when the comment would leave the house.
func (d *desk) updateTicket(ctx context.Context, in updateTicketIn) (tool.Plan[updateTicketOut], error) {
	plan := tool.Plan[updateTicketOut]{Do: func(ctx context.Context) (updateTicketOut, error) { return d.storeTicket(ctx, in) }}
	if !in.Public {
		return plan, nil
	}
	ticket, err := d.syncro.Ticket(ctx, in.TicketID)
	if err != nil {
		return plan, err
	}
	customer, err := d.syncro.Customer(ctx, ticket.CustomerID)
	if err != nil {
		return plan, err
	}
	recipient := strings.TrimSpace(customer.FirstName + " " + customer.LastName)
	if recipient == "" {
		recipient = customer.Name
	}
	plan.Targets = []tool.Target{{ID: ticket.ID, Name: ticket.Subject, Customer: customer.Name}}
	plan.Preview = map[string]any{"action": "e-mail a comment to the customer", "ticket": ticketRowOf(ticket), "recipient": recipient, "email": customer.Email, "comment": in.Comment}
	plan.Question = fmt.Sprintf("E-mail this comment on ticket %d %s to %s of %s (%s)? It reads: %s",
		ticket.Number, tool.Quote(ticket.Subject, nameLength), tool.Quote(recipient, 80), tool.Quote(customer.Name, 80), emailWord(customer.Email), tool.Quote(in.Comment, 1000))
	if others := changesOf(in); others != "" {
		plan.Question += " It also sets " + others + "."
	}
	return plan, nil
}

func emailWord(address string) string {
	if address == "" {
		return "no e-mail address is known"
	}
	return tool.Quote(address, 120)
}

func changesOf(in updateTicketIn) string {
	var parts []string
	if in.Status != "" {
		parts = append(parts, "the status to "+tool.Quote(in.Status, 60))
	}
	if in.Priority != "" {
		parts = append(parts, "the priority to "+tool.Quote(in.Priority, 60))
	}
	return strings.Join(parts, " and ")
}

// storeTicket changes the ticket first and comments last: a comment cannot be
// taken back. Where the comment fails, the answer says what is stored already.
func (d *desk) storeTicket(ctx context.Context, in updateTicketIn) (updateTicketOut, error) {
	var out updateTicketOut
	if in.Status != "" || in.Priority != "" {
		before, after, missing, err := d.syncro.UpdateTicket(ctx, in.TicketID, syncro.TicketChange{Status: in.Status, Priority: in.Priority})
		if err != nil {
			return out, err
		}
		row := ticketRowOf(after)
		out.Ticket, out.NotSaved = &row, shownNotSaved(missing)
		for _, each := range []changed{{"status", before.Status, after.Status}, {"priority", before.Priority, after.Priority}} {
			if each.From != each.To {
				out.Changed = append(out.Changed, each)
			}
		}
	}
	if strings.TrimSpace(in.Comment) == "" {
		return out, nil
	}
	err := d.syncro.CommentTicket(ctx, in.TicketID, syncro.NewComment{Subject: "Update", Body: in.Comment, Public: in.Public})
	switch {
	case err != nil && out.Ticket == nil:
		return out, err
	case err != nil:
		out.NotSaved = append(out.NotSaved, notSaved{Field: "comment", Asked: tool.Clip(in.Comment, 200), Reason: reasonOf(err)})
	case in.Public:
		out.Commented = "public, e-mailed to the customer by Syncro"
	default:
		out.Commented = "internal note"
	}
	return out, nil
}
