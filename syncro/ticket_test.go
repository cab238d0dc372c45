package syncro_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

// tickets reads all tickets that fit.
func tickets(t *testing.T, client *syncro.Client, filter syncro.TicketFilter) ([]syncro.Ticket, syncro.Coverage) {
	t.Helper()
	var coverage syncro.Coverage
	var found []syncro.Ticket
	for ticket, err := range client.Tickets(t.Context(), filter, &coverage) {
		require.NoError(t, err)
		found = append(found, ticket)
	}
	return found, coverage
}

func ticketIDs(tickets []syncro.Ticket) []int64 {
	ids := []int64{}
	for _, ticket := range tickets {
		ids = append(ids, ticket.ID)
	}
	return ids
}

// shop has customer 3 with assets 7 and 8 and tickets 21 to 25, and customer 4 with ticket 26.
func shop(server *fake.Server) {
	server.AddCustomer(map[string]any{"id": 3, "business_name": "Acme", "email": "acme@example.com"})
	server.AddCustomer(map[string]any{"id": 4, "business_name": "Beta"})
	server.AddAsset(map[string]any{"id": 7, "customer_id": 3, "name": "WKS-7"})
	server.AddAsset(map[string]any{"id": 8, "customer_id": 3, "name": "WKS-8"})
	for _, ticket := range []map[string]any{
		{"id": 21, "customer_id": 3, "subject": "Slow", "status": "New", "asset_ids": []int{7}, "created_at": "1999-12-01T08:00:00Z"},
		{"id": 22, "customer_id": 3, "subject": "Broken", "status": "RESOLVED", "asset_ids": []int{7, 8}, "created_at": "1999-12-02T08:00:00Z"},
		{"id": 23, "customer_id": 3, "subject": "Other", "status": "New", "asset_ids": []int{8}, "created_at": "1999-12-03T08:00:00Z"},
		{"id": 24, "customer_id": 3, "subject": "Loud", "status": "Waiting on Customer", "asset_ids": []string{"7"}, "created_at": "1999-12-04T08:00:00Z"},
		{"id": 25, "customer_id": 3, "subject": "Paid", "status": "Invoiced", "asset_ids": []int{7}, "created_at": "1999-12-05T08:00:00Z"},
		{"id": 26, "customer_id": 4, "subject": "Slow", "status": "New", "created_at": "1999-12-06T08:00:00Z"},
	} {
		server.AddTicket(ticket)
	}
}

func TestTicketsCoverEveryPageAndFilter(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true, PageSize: 4}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		all, coverage := tickets(t, client, syncro.TicketFilter{})
		require.Len(t, all, len(server.Tickets()))
		assert.Equal(t, syncro.Coverage{Read: len(all), Total: len(all), Complete: true}, coverage)
		open := 0
		for _, ticket := range all {
			assert.False(t, ticket.AssetsKnown, "a row does not tell its assets")
			assert.NotEmpty(t, ticket.Customer)
			if ticket.Open() {
				open++
			}
		}
		found, coverage := tickets(t, client, syncro.TicketFilter{Status: syncro.NotClosed})
		assert.Len(t, found, open)
		assert.True(t, coverage.Complete)
		found, _ = tickets(t, client, syncro.TicketFilter{Status: "Scheduled", CustomerID: all[5].CustomerID, Query: "disk"})
		assert.Len(t, found, 1)
	})
}

func TestTicketFiltersAreCheckedOnTheAnswer(t *testing.T) {
	t.Parallel()
	const rows = `{"tickets": [
		{"id": "1", "customer_id": "3", "subject": "Slow", "status": "Closed", "number": "T-1", "due_date": "soon"},
		{"id": 2, "customer_id": 3, "subject": "Slow disk", "status": "new", "number": "17"},
		{"id": 3, "customer_id": 4, "subject": "Slow", "status": "New"}], "meta": {"page": 1, "total_pages": 1}}`
	for _, test := range []struct {
		filter syncro.TicketFilter
		want   []int64
	}{
		{syncro.TicketFilter{}, []int64{1, 2, 3}},
		{syncro.TicketFilter{CustomerID: 3}, []int64{1, 2}},
		{syncro.TicketFilter{Status: "New"}, []int64{2, 3}},
		{syncro.TicketFilter{Status: syncro.NotClosed, CustomerID: 3}, []int64{2}},
		{syncro.TicketFilter{Query: "disk slow"}, []int64{2}},
	} {
		found, _ := tickets(t, pages(t, func(int) string { return rows }), test.filter)
		assert.Equal(t, test.want, ticketIDs(found))
	}
}

func TestAccountsThatDoNotKnowNotClosed(t *testing.T) {
	t.Parallel()
	g := &gate{}
	g.answer = func(n int) *http.Response {
		if n == 1 { // no ticket has such a status
			return response(`{"tickets": [], "meta": {"page": 1, "total_pages": 1, "total_entries": 0}}`)
		}
		return response(`{"tickets": [{"id": 1, "status": "New"}, {"id": 2, "status": "closed"}], "meta": {"total_pages": 1, "total_entries": 2}}`)
	}
	found, coverage := tickets(t, g.client(t, -1), syncro.TicketFilter{Status: syncro.NotClosed})
	assert.Equal(t, []int64{1}, ticketIDs(found))
	assert.True(t, coverage.Complete)
}

func TestTicketDetail(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		shop(server)
		server.EditTicket(22, func(record map[string]any) {
			record["number"], record["priority"], record["problem_type"], record["due_date"] = "88", "High", "Hardware", "1999-12-09"
			record["comments"] = []map[string]any{{"id": "5", "subject": "S", "body": "B", "tech": "Dana", "hidden": "true", "created_at": "1999-12-02T09:00:00Z"}}
		})
		ticket, err := client.Ticket(t.Context(), 22)
		require.NoError(t, err)
		assert.EqualValues(t, 88, ticket.Number)
		assert.Equal(t, "Acme", ticket.Customer)
		assert.Equal(t, []int64{7, 8}, ticket.AssetIDs)
		assert.True(t, ticket.AssetsKnown)
		assert.False(t, ticket.Open())
		assert.Equal(t, "1999-12-09", ticket.DueAt.Format(time.DateOnly))
		require.Len(t, ticket.Comments, 1)
		assert.Equal(t, syncro.Comment{ID: 5, Subject: "S", Body: "B", Author: "Dana", Hidden: true,
			CreatedAt: time.Date(1999, 12, 2, 9, 0, 0, 0, time.UTC)}, ticket.Comments[0])

		server.EditTicket(22, func(record map[string]any) {
			record["asset_ids"] = nil
			record["assets"] = []any{map[string]any{"id": 8}}
		})
		ticket, err = client.Ticket(t.Context(), 22)
		require.NoError(t, err)
		assert.Equal(t, []int64{8}, ticket.AssetIDs)

		_, err = client.Ticket(t.Context(), 5)
		assert.True(t, syncro.IsKind(err, syncro.NotFound), "%v", err)
		statuses, err := client.TicketStatuses(t.Context())
		require.NoError(t, err)
		assert.Contains(t, statuses, "Waiting on Customer")
	})
}

func TestTicketsOfAnAsset(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		shop(server)
		asset, err := client.Asset(t.Context(), 7)
		require.NoError(t, err)
		for _, test := range []struct {
			onlyOpen  bool
			most      int
			want      []int64
			unchecked int
		}{
			{false, 20, []int64{25, 24, 22, 21}, 0},
			{true, 20, []int64{24, 21}, 0},
			{true, 0, []int64{}, 3},
		} {
			found, unchecked, err := client.AssetTickets(t.Context(), asset, test.onlyOpen, test.most)
			require.NoError(t, err)
			assert.Equal(t, test.want, ticketIDs(found))
			assert.Equal(t, test.unchecked, unchecked)
		}
		// What the asset's own record names is looked at first; else the newest open ones are.
		found, unchecked, err := client.AssetTickets(t.Context(), asset, false, 3)
		require.NoError(t, err)
		assert.Equal(t, 2, unchecked)
		if _, named := asset.Raw()["tickets"]; named {
			assert.Equal(t, []int64{25, 24, 22}, ticketIDs(found))
		} else {
			assert.Equal(t, []int64{24, 21}, ticketIDs(found))
		}
		asset.CustomerID = 0
		server.Reset()
		found, _, err = client.AssetTickets(t.Context(), asset, false, 9)
		require.NoError(t, err)
		assert.Empty(t, found)
		assert.Empty(t, sent(server))
	})
}

func TestDetailsThatFailAreCounted(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		shop(server)
		asset, err := client.Asset(t.Context(), 7)
		require.NoError(t, err)
		server.Inject(fake.Fault{Path: "/tickets/21", Status: http.StatusInternalServerError})
		server.Inject(fake.Fault{Path: "/tickets/24", Status: http.StatusNotFound, Body: `{"message": "Not found"}`})
		found, unchecked, err := client.AssetTickets(t.Context(), asset, false, 20)
		require.NoError(t, err)
		assert.Equal(t, []int64{25, 22}, ticketIDs(found))
		assert.Equal(t, 1, unchecked, "one that is gone is not waiting to be checked")

		server.ClearFaults()
		server.Inject(fake.Fault{Path: "/tickets/{id}", Status: http.StatusUnauthorized, Body: `{"error": "Not authorized."}`})
		_, _, err = client.AssetTickets(t.Context(), asset, false, 20)
		assert.True(t, syncro.IsKind(err, syncro.Forbidden), "%v", err)
		assert.ErrorContains(t, err, `"Tickets - View Details"`)
	})
}

func TestAListThatMissesTicketsLeavesThemUnchecked(t *testing.T) {
	t.Parallel()
	client := pages(t, func(int) string {
		return `{"tickets": [{"id": 1, "customer_id": 3, "asset_ids": [7]}], "meta": {"page": 1, "total_pages": 1, "total_entries": 4}}`
	})
	found, unchecked, err := client.AssetTickets(t.Context(), syncro.Asset{ID: 7, CustomerID: 3}, true, 9)
	require.NoError(t, err)
	assert.Equal(t, []int64{1}, ticketIDs(found), "a row that tells its assets needs no detail")
	assert.Equal(t, 3, unchecked)
}

func TestDetailsAreReadSideBySide(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Latency: 2 * time.Second}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		for range 11 {
			server.AddTicket(map[string]any{"customer_id": 3, "asset_ids": []int{7}})
		}
		began := time.Now()
		found, _, err := client.AssetTickets(t.Context(), syncro.Asset{ID: 7, CustomerID: 3}, true, 20)
		require.NoError(t, err)
		assert.Len(t, found, 11)
		assert.InDelta(t, 4*2, time.Since(began).Seconds(), 1, "one list, then five, five and one")
	})
}

func TestTheDemoTicketsOfEachAsset(t *testing.T) {
	t.Parallel()
	client, server := account(t, fake.Options{Demo: true, PerMinute: -1})
	linked := 0
	for _, record := range server.Assets() {
		own, _ := record["tickets"].([]any)
		if len(own) == 0 {
			continue
		}
		asset, err := client.Asset(t.Context(), int64(record["id"].(float64)))
		require.NoError(t, err)
		found, _, err := client.AssetTickets(t.Context(), asset, false, len(own))
		require.NoError(t, err)
		assert.Len(t, found, len(own), "the asset's own tickets come first")
		if linked++; linked == 6 {
			return
		}
	}
}

func TestAnEndlessListOfTicketsIsLeftInTheMiddle(t *testing.T) {
	t.Parallel()
	client := pages(t, func(page int) string {
		rows := []string{}
		for i := range 100 {
			rows = append(rows, fmt.Sprintf(`{"id": %d, "customer_id": 3, "asset_ids": []}`, page*100+i))
		}
		return fmt.Sprintf(`{"tickets": [%s], "meta": {"page": %d, "total_pages": 99, "total_entries": 9900}}`, strings.Join(rows, ","), page)
	})
	found, unchecked, err := client.AssetTickets(t.Context(), syncro.Asset{ID: 7, CustomerID: 3}, false, 9)
	require.NoError(t, err)
	assert.Empty(t, found)
	assert.Equal(t, 7900, unchecked)
}
