package tools

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

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
	if !tool.Shows(strings.Join(strings.Fields(in.Comment), " "), longestPublic) {
		return plan, tool.Errorf(tool.InvalidArgument, "the comment is longer than %d characters or holds invisible ones, so the question to the user could not show it whole; nothing was sent. Shorten it.", longestPublic)
	}
	ticket, err := d.syncro.Ticket(ctx, in.TicketID)
	if err != nil {
		return plan, err
	}
	if ticket.CustomerID == 0 {
		return plan, tool.Errorf(tool.InvalidArgument, "ticket %d has no customer to write to; nothing was sent. Leave public out for an internal note.", ticket.ID)
	}
	customer, err := d.syncro.Customer(ctx, ticket.CustomerID)
	if err != nil {
		return plan, err
	}
	recipient, email := ticket.Contact()
	if recipient == "" && email == "" {
		recipient, email = strings.TrimSpace(customer.FirstName+" "+customer.LastName), customer.Email
	}
	recipient = cmp.Or(recipient, customer.Name)
	if customer.NoEmail || email == "" {
		return plan, tool.Errorf(tool.InvalidArgument, "%s takes no e-mail, as far as Syncro's record tells; nothing was sent. Leave public out for an internal note, and reach them another way.", tool.Quote(customer.Name, 80))
	}
	plan.Targets = []tool.Target{{ID: ticket.ID, Name: ticket.Subject, CustomerID: customer.ID, Customer: customer.Name, Serial: email}}
	plan.Preview = map[string]any{"action": "e-mail a comment to the customer", "ticket": ticketRowOf(ticket), "recipient": recipient, "email": email, "comment": in.Comment}
	plan.Question = fmt.Sprintf("E-mail this comment on ticket %d %s to %s of %s (%s)? It reads: %s",
		ticket.Number, tool.Quote(ticket.Subject, nameLength), tool.Quote(recipient, 80), tool.Quote(customer.Name, 80), tool.Quote(email, 120), tool.Quote(in.Comment, longestPublic))
	if others := changesOf(in); others != "" {
		plan.Question += " It also sets " + others + "."
	}
	return plan, nil
}

// longestPublic is what a question can show of a comment.
const longestPublic = 3000

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
		out.Commented = "public; Syncro e-mails it to the customer, which cannot be checked from here"
	default:
		out.Commented = "internal note"
	}
	return out, nil
}
