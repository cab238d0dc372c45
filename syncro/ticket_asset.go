package syncro

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
)

const (
	mostTicketsWalked = 2000 // of one customer
	detailsAtOnce     = 5
)

// AssetTickets finds the tickets of one asset among those of its customer. A
// row of the list does not tell its assets, so the details of at most `most`
// tickets are read, open and recent ones first: GET /tickets and
// /tickets/{id}. Unchecked counts the tickets that may be the asset's too, but
// whose details were not looked at or could not be read.
func (c *Client) AssetTickets(ctx context.Context, asset Asset, onlyOpen bool, most int) (found []Ticket, unchecked int, err error) {
	if asset.CustomerID == 0 { // every ticket has a customer
		return nil, 0, nil
	}
	filter := TicketFilter{CustomerID: asset.CustomerID}
	if onlyOpen {
		filter.Status = NotClosed
	}
	var coverage Coverage
	var candidates []Ticket
	walked := 0
	for ticket, err := range c.Tickets(ctx, filter, &coverage) {
		switch {
		case err != nil:
			return nil, 0, err
		case !ticket.AssetsKnown:
			candidates = append(candidates, ticket)
		case slices.Contains(ticket.AssetIDs, asset.ID):
			found = append(found, ticket)
		}
		if walked++; walked == mostTicketsWalked {
			break
		}
	}
	if !coverage.Complete {
		missed := coverage.Total - coverage.Read
		if walked == mostTicketsWalked { // in the middle of a page that counts as read
			missed = coverage.Total - walked
		}
		unchecked += max(1, missed)
	}
	asset.likelyFirst(candidates)
	most = min(max(most, 0), len(candidates))
	unchecked += len(candidates) - most
	details, failed, err := c.ticketDetails(ctx, candidates[:most])
	if err != nil {
		return nil, 0, err
	}
	for _, ticket := range details {
		if slices.Contains(ticket.AssetIDs, asset.ID) && (ticket.Open() || !onlyOpen) {
			found = append(found, ticket)
		}
	}
	slices.SortStableFunc(found, newestFirst)
	return found, unchecked + failed, nil
}

func newestFirst(a, b Ticket) int {
	return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
}

// likelyFirst sorts tickets: those that the asset's own record names, then open
// ones, then the newest.
func (a Asset) likelyFirst(tickets []Ticket) {
	named := map[string]bool{}
	for _, ticket := range a.raw.list("tickets") {
		named[ticket.first("id")] = true
	}
	rank := func(t Ticket) int {
		switch {
		case named[strconv.FormatInt(t.ID, 10)]:
			return 0
		case t.Open():
			return 1
		}
		return 2
	}
	slices.SortStableFunc(tickets, func(x, y Ticket) int {
		return cmp.Or(cmp.Compare(rank(x), rank(y)), newestFirst(x, y))
	})
}

// ticketDetails reads the details of tickets side by side. One that is gone
// meanwhile is left out; failed counts those that could not be read. What would
// fail for all alike is an error.
func (c *Client) ticketDetails(ctx context.Context, tickets []Ticket) (details []Ticket, failed int, err error) {
	read, errs := make([]Ticket, len(tickets)), make([]error, len(tickets))
	places := make(chan struct{}, detailsAtOnce)
	var all sync.WaitGroup
	for i, ticket := range tickets {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			read[i], errs[i] = c.Ticket(ctx, ticket.ID)
		})
	}
	all.Wait()
	for i, err := range errs {
		switch {
		case err == nil && read[i].AssetsKnown:
			details = append(details, read[i])
		case err == nil:
			failed++
		case ctx.Err() != nil || IsKind(err, Forbidden) || IsKind(err, Unauthorized):
			return nil, 0, err
		case !IsKind(err, NotFound):
			failed++
		}
	}
	return details, failed, nil
}
