package syncro

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// NewTicket says what a new ticket shall hold. CustomerID and Subject are required.
type NewTicket struct {
	CustomerID  int64
	Subject     string
	Body        string // its first comment, an internal note; "": none
	Status      string // in the account's words, like the next two; "": Syncro's choice
	Priority    string
	ProblemType string
	AssetIDs    []int64
}

// TicketChange says what of a ticket shall change; "" leaves it.
type TicketChange struct {
	Status   string
	Priority string
}

// clockSkew is how far Syncro's clock may be from ours.
const clockSkew = 10 * time.Minute

// CreateTicket creates a ticket: POST /tickets. No e-mail goes out for its
// first comment. It returns the record that Syncro then has and what of the
// asked is not in it.
//
// A creation whose answer was lost is never sent again: the ticket is looked
// for, and the error (OutcomeUnknown) says what was found.
func (c *Client) CreateTicket(ctx context.Context, ticket NewTicket) (Ticket, []NotSaved, error) {
	r := call{
		method: http.MethodPost, path: "/tickets", body: ticket.create(),
		doing: fmt.Sprintf("creating ticket %q", clip(ticket.Subject)), permission: "Tickets - Create",
	}
	if ticket.CustomerID == 0 || strings.TrimSpace(ticket.Subject) == "" {
		return Ticket{}, nil, &Error{Kind: InvalidArgument, Doing: r.doing, Message: "a ticket needs a customer and a subject", Next: "Name both"}
	}
	before := time.Now()
	created, err := c.sendTicket(ctx, r, 0)
	if maybeDone(err) {
		return Ticket{}, nil, c.lookForTicket(ctx, ticket, before, err)
	}
	if err != nil {
		return Ticket{}, nil, err
	}
	missing := created.lacks(ticket)
	if len(missing) == 0 || created.AssetsKnown && len(created.Comments) > 0 {
		return created, missing, nil
	}
	// An answer in the short form tells neither assets nor comments.
	whole, err := c.Ticket(ctx, created.ID)
	if err != nil {
		for i := range missing {
			missing[i].Reason = "the ticket was created, but what it holds could not be read: " + err.Error()
		}
		return created, missing, nil
	}
	return whole, whole.lacks(ticket), nil
}

func (t NewTicket) create() record {
	body := record{"customer_id": t.CustomerID, "subject": t.Subject}
	for field, value := range map[string]string{"status": t.Status, "priority": t.Priority, "problem_type": t.ProblemType} {
		if value != "" {
			body[field] = value
		}
	}
	if len(t.AssetIDs) > 0 {
		body["asset_ids"] = t.AssetIDs
	}
	if t.Body != "" {
		body["comments_attributes"] = []record{{"subject": "Initial Issue", "body": t.Body, "hidden": true, "do_not_email": true}}
	}
	return body
}

// sendTicket sends a create or update and reads the ticket that comes back.
func (c *Client) sendTicket(ctx context.Context, r call, id int64) (Ticket, error) {
	got, err := c.do(ctx, r)
	if err != nil {
		return Ticket{}, err
	}
	return got.ticket(r, id)
}

// lacks lists what of the asked the ticket does not hold.
func (t Ticket) lacks(asked NewTicket) []NotSaved {
	var missing []NotSaved
	if t.CustomerID != asked.CustomerID {
		missing = append(missing, NotSaved{Field: "customer_id", Asked: asked.CustomerID, Stored: t.CustomerID, Reason: keptOld})
	}
	if !sameWords(asked.Subject, t.Subject) {
		missing = append(missing, notSaved("subject", asked.Subject, orNull(t.Subject)))
	}
	missing = append(missing, lacksWords("status", asked.Status, t.Status)...)
	missing = append(missing, lacksWords("priority", asked.Priority, t.Priority)...)
	missing = append(missing, lacksWords("problem_type", asked.ProblemType, t.ProblemType)...)
	if slices.ContainsFunc(asked.AssetIDs, func(id int64) bool { return !slices.Contains(t.AssetIDs, id) }) {
		missing = append(missing, NotSaved{Field: "asset_ids", Asked: asked.AssetIDs, Stored: t.AssetIDs,
			Reason: "Syncro took the ticket without an error and did not link all of the assets"})
	}
	if asked.Body != "" && !slices.ContainsFunc(t.Comments, func(c Comment) bool { return sameWords(c.Body, asked.Body) }) {
		missing = append(missing, NotSaved{Field: "body", Asked: asked.Body,
			Reason: "Syncro took the ticket without an error and shows no comment of this text"})
	}
	return missing
}

func lacksWords(field, asked, stored string) []NotSaved {
	if asked == "" || strings.EqualFold(strings.TrimSpace(asked), stored) {
		return nil
	}
	return []NotSaved{notSaved(field, asked, orNull(stored))}
}

func sameWords(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }

// lookForTicket says what is known of a creation whose answer was lost.
func (c *Client) lookForTicket(ctx context.Context, asked NewTicket, before time.Time, cause error) error {
	var failure *Error
	errors.As(cause, &failure)
	unknown := &Error{Kind: OutcomeUnknown, Doing: failure.Doing, Status: failure.Status, Err: cause}
	filter := TicketFilter{CustomerID: asked.CustomerID, createdAfter: before.Add(-clockSkew)}
	var coverage Coverage
	for ticket, err := range c.Tickets(ctx, filter, &coverage) {
		if err != nil {
			break
		}
		if sameWords(ticket.Subject, asked.Subject) {
			unknown.Message = fmt.Sprintf("%s; the customer has a ticket %d of that subject, created %s, which may be the one asked for",
				failure.Message, ticket.ID, ticket.CreatedAt.Format("2006-01-02 15:04 MST"))
			unknown.Next = fmt.Sprintf("Read ticket %d and correct what is missing; do not create it again", ticket.ID)
			return unknown
		}
	}
	if coverage.Complete {
		unknown.Message = failure.Message + "; a look at the customer's tickets does not show it now"
		unknown.Next = "Search for it once more in a minute; create it again only if it is not there"
		return unknown
	}
	unknown.Message = failure.Message + "; whether the ticket was created could not be looked up"
	unknown.Next = "Search the customer's tickets for the subject before you create it again"
	return unknown
}

// UpdateTicket stores a change in a ticket: GET and PUT /tickets/{id}. It
// returns the ticket before and after, and what of the change Syncro does not
// have. Where all of it is so already nothing is sent.
func (c *Client) UpdateTicket(ctx context.Context, id int64, change TicketChange) (before, after Ticket, missing []NotSaved, err error) {
	before, err = c.Ticket(ctx, id)
	if err != nil {
		return Ticket{}, Ticket{}, nil, err
	}
	asked := before.lacksChange(change)
	if len(asked) == 0 {
		return before, before, nil, nil
	}
	body := record{}
	for _, each := range asked {
		body[each.Field] = each.Asked
	}
	r := call{
		method: http.MethodPut, path: fmt.Sprintf("/tickets/%d", id), body: body,
		doing: fmt.Sprintf("updating ticket %d", id), permission: "Tickets - Edit",
	}
	after, err = c.sendTicket(ctx, r, id)
	if maybeDone(err) { // what the ticket holds now is the truth
		var lookErr error
		after, lookErr = c.Ticket(ctx, id)
		switch {
		case lookErr != nil:
			return before, Ticket{}, nil, &Error{Kind: OutcomeUnknown, Doing: r.doing, Err: errors.Join(err, lookErr),
				Message: "the update was sent, but neither its answer nor the ticket could be read", Next: "Look at the ticket before you repeat it"}
		case len(after.lacksChange(change)) == len(asked):
			return before, Ticket{}, nil, stillUnchanged(r, err, "nothing of the update is stored")
		}
		err = nil
	}
	if err != nil {
		return before, Ticket{}, nil, err
	}
	return before, after, after.lacksChange(change), nil
}

// lacksChange lists what of the change the ticket does not hold.
func (t Ticket) lacksChange(change TicketChange) []NotSaved {
	return append(lacksWords("status", change.Status, t.Status), lacksWords("priority", change.Priority, t.Priority)...)
}
