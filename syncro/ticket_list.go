package syncro

import (
	"cmp"
	"context"
	"iter"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// NotClosed is a status that Syncro's ticket list knows besides the account's
// own words: as a filter it means every open ticket.
const NotClosed = "Not Closed"

// TicketFilter narrows a list of tickets. Each part that is set is sent to
// Syncro and checked again on every row.
type TicketFilter struct {
	CustomerID int64
	Status     string // in the account's words, or NotClosed; case does not matter on the answer
	Query      string // words, each somewhere in the row
	PerPage    int    // rows a page, 1 to 100, which not every account honours; 0: 100

	createdAfter time.Time
}

func (f TicketFilter) values() url.Values {
	values := url.Values{"per_page": {strconv.Itoa(cmp.Or(f.PerPage, 100))}}
	if f.CustomerID != 0 {
		values.Set("customer_id", strconv.FormatInt(f.CustomerID, 10))
	}
	if f.Status != "" {
		values.Set("status", f.Status)
	}
	if f.Query != "" {
		values.Set("query", f.Query)
	}
	if !f.createdAfter.IsZero() { // the parameter is a day, in the account's time zone
		values.Set("created_after", f.createdAfter.UTC().AddDate(0, 0, -1).Format(time.DateOnly))
	}
	return values
}

func (f TicketFilter) fits(t Ticket) bool {
	switch {
	case f.CustomerID != 0 && t.CustomerID != f.CustomerID,
		f.Status == NotClosed && !t.Open(),
		f.Status != "" && f.Status != NotClosed && !strings.EqualFold(t.Status, f.Status),
		f.Query != "" && !t.raw.contains(f.Query):
		return false
	}
	return t.CreatedAt.IsZero() || !t.CreatedAt.Before(f.createdAfter)
}

// Tickets walks all tickets that fit the filter, page by page: GET /tickets.
// The rows carry no asset ids. A row that moved between pages comes once. The
// walk ends at the first error; coverage is filled in as it goes.
func (c *Client) Tickets(ctx context.Context, filter TicketFilter, coverage *Coverage) iter.Seq2[Ticket, error] {
	rows := func(filter TicketFilter) iter.Seq2[Ticket, error] {
		return walk(coverage, func(number int) (sheet[Ticket], error) {
			r := call{path: "/tickets", query: filter.values(), doing: "listing tickets", permission: "Tickets - List/Search"}
			return readSheet(ctx, c, r, "tickets", number, decodeTicket, filter.fits)
		})
	}
	return func(yield func(Ticket, error) bool) {
		for ticket, err := range rows(filter) {
			if !yield(ticket, err) || err != nil {
				return
			}
		}
		if filter.Status != NotClosed || coverage.Read > 0 {
			return
		}
		// Nothing at all: there is no open ticket, or the account takes the
		// word for a status that no ticket has.
		filter.Status = ""
		for ticket, err := range rows(filter) {
			if err == nil && !ticket.Open() {
				continue
			}
			if !yield(ticket, err) {
				return
			}
		}
	}
}
