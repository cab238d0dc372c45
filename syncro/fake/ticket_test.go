package fake_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro/fake"
)

// desk is the small account with tickets 51 to 53.
func desk(t *testing.T, o fake.Options) *fake.Server {
	t.Helper()
	s := smallAccount(t, o)
	s.AddTicket(object{"id": 51, "customer_id": 1, "subject": "Slow", "asset_ids": []int{11, 12}, "created_at": "2024-02-01T10:00:00Z",
		"comments": []object{{"id": 1, "body": "a"}, {"id": 2, "body": "b"}}})
	s.AddTicket(object{"id": 52, "customer_id": 1, "subject": "Broken", "status": "Resolved", "asset_ids": []int{12}})
	s.AddTicket(object{"id": 53, "customer_id": 2, "subject": "Paper jam", "status": "Scheduled"})
	return s
}

func both(t *testing.T, test func(t *testing.T, dialect fake.Dialect)) {
	t.Helper()
	for _, dialect := range []fake.Dialect{fake.Documented, fake.Production} {
		t.Run(dialect.String(), func(t *testing.T) {
			t.Parallel()
			test(t, dialect)
		})
	}
}

func TestTicketList(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, dialect fake.Dialect) {
		s := desk(t, fake.Options{Dialect: dialect})
		for query, want := range map[string][]any{
			"":                                    {51.0, 52.0, 53.0},
			"?customer_id=1":                      {51.0, 52.0},
			"?status=Scheduled":                   {53.0},
			"?status=Not+Closed&customer_id=1":    {51.0},
			"?query=JAM":                          {53.0},
			"?created_after=2024-03-01&status=":   {52.0, 53.0},
			"?customer_id=1&asset_id=11&status=x": {},
		} {
			got := []any{}
			for _, row := range rows(t, call(t, s, "GET", "/tickets"+query, ""), "tickets") {
				got = append(got, row["id"])
				assert.NotContains(t, row, "asset_ids")
				assert.NotContains(t, row, "assets")
				assert.LessOrEqual(t, len(row["comments"].([]any)), 1)
			}
			assert.Equal(t, want, got, query)
		}
		statuses := call(t, s, "GET", "/tickets/settings", "").body["ticket_status_list"]
		assert.Contains(t, statuses, "Waiting on Customer")
	})
}

func TestTicketDetail(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, dialect fake.Dialect) {
		s := desk(t, fake.Options{Dialect: dialect})
		ticket := call(t, s, "GET", "/tickets/51", "").body["ticket"].(object)
		assert.Equal(t, []any{11.0, 12.0}, ticket["asset_ids"])
		assert.Equal(t, "ACME-WKS-001", ticket["assets"].([]any)[0].(object)["name"])
		assert.Len(t, ticket["comments"], 2)
		assert.Equal(t, "Acme", ticket["customer"].(object)["business_name"])
		assert.Equal(t, "Acme", ticket["customer_business_then_name"])
		stored, _ := s.Ticket(51)
		assert.Equal(t, stored, ticket)
		assert.Equal(t, http.StatusNotFound, call(t, s, "GET", "/tickets/99", "").status)

		shown := asset(t, call(t, s, "GET", "/customer_assets/12", ""))
		if dialect == fake.Production {
			assert.NotContains(t, shown, "tickets")
			return
		}
		require.Len(t, shown["tickets"], 2)
		call(t, s, "PUT", "/tickets/52", `{"status": "Closed"}`)
		shown = asset(t, call(t, s, "GET", "/customer_assets/12", ""))
		assert.Equal(t, "Closed", shown["tickets"].([]any)[1].(object)["status"], "the ticket table is the truth")
		assert.NotContains(t, rows(t, call(t, s, "GET", "/customer_assets", ""), "assets")[1], "tickets")
	})
}

func TestTicketCreate(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, dialect fake.Dialect) {
		s := desk(t, fake.Options{Dialect: dialect, Unsaved: []string{"priority"}})
		got := call(t, s, "POST", "/tickets", `{"customer_id": "1", "subject": "New one", "status": "Scheduled", "priority": "High",
			"asset_ids": [11, 99], "nonsense": 1, "comments_attributes": [{"subject": "S", "body": "B", "hidden": true, "do_not_email": true}]}`)
		require.Equal(t, http.StatusOK, got.status, got.text)
		ticket := got.body["ticket"].(object)
		assert.Equal(t, 1.0, ticket["customer_id"])
		assert.Equal(t, []any{11.0}, ticket["asset_ids"], "an asset that is not there is dropped")
		assert.Nil(t, ticket["priority"])
		assert.NotContains(t, ticket, "nonsense")
		assert.Equal(t, true, ticket["comments"].([]any)[0].(object)["hidden"])
		stored, found := s.Ticket(int64(ticket["id"].(float64)))
		require.True(t, found)
		assert.Equal(t, ticket, stored)
		assert.Empty(t, s.Emails())

		for _, body := range []string{`{"subject": "x"}`, `{"customer_id": 1}`, `{"customer_id": 1, "subject": " "}`, `{"customer_id": 9, "subject": "x"}`} {
			refused := call(t, s, "POST", "/tickets", body)
			assert.Equal(t, http.StatusUnprocessableEntity, refused.status, body)
		}
		assert.Len(t, s.Tickets(), 4)
		refused := call(t, s, "POST", "/tickets", `{"customer_id": 1}`)
		if dialect == fake.Production {
			assert.Equal(t, object{"success": false, "message": []any{"Subject can't be blank"}}, refused.body)
		} else {
			assert.Equal(t, object{"errors": []any{"subject is required"}}, refused.body)
		}
	})
}

func TestTicketUpdate(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, dialect fake.Dialect) {
		s := desk(t, fake.Options{Dialect: dialect})
		ticket := call(t, s, "PUT", "/tickets/51", `{"status": "Resolved", "asset_ids": ["12"]}`).body["ticket"].(object)
		assert.Equal(t, "Resolved", ticket["status"])
		assert.Equal(t, []any{12.0}, ticket["asset_ids"])
		assert.NotNil(t, ticket["resolved_at"])
		ticket = call(t, s, "PUT", "/tickets/51", `{"status": "New"}`).body["ticket"].(object)
		assert.Nil(t, ticket["resolved_at"])
		assert.Equal(t, http.StatusUnprocessableEntity, call(t, s, "PUT", "/tickets/51", `{"subject": ""}`).status)
		assert.Equal(t, http.StatusNotFound, call(t, s, "PUT", "/tickets/99", `{}`).status)
	})
}

func TestTicketComments(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, dialect fake.Dialect) {
		s := smallAccount(t, fake.Options{Dialect: dialect})
		s.AddCustomer(object{"id": 3, "business_name": "Mail", "email": "mail@example.com"})
		s.AddTicket(object{"id": 60, "customer_id": 3, "subject": "X"})
		for _, test := range []struct {
			body   string
			mailed int
		}{
			{`{"subject": "S", "body": "B", "hidden": true, "do_not_email": true}`, 0},
			{`{"subject": "S", "body": "B", "hidden": true, "do_not_email": false}`, 0},
			{`{"subject": "S", "body": "B", "do_not_email": true}`, 0},
			{`{"subject": "S", "body": "B", "hidden": false, "do_not_email": false}`, 1},
			{`{"subject": "S", "body": "B"}`, 2},
		} {
			got := call(t, s, "POST", "/tickets/60/comment", test.body)
			require.Equal(t, http.StatusOK, got.status, got.text)
			assert.Equal(t, "B", got.body["comment"].(object)["body"])
			assert.Len(t, s.Emails(), test.mailed, test.body)
		}
		assert.Equal(t, fake.Email{TicketID: 60, To: "mail@example.com", Subject: "S", Body: "B"}, s.Emails()[0])
		assert.Equal(t, http.StatusUnprocessableEntity, call(t, s, "POST", "/tickets/60/comment", `{"body": "B"}`).status)
		assert.Equal(t, http.StatusNotFound, call(t, s, "POST", "/tickets/99/comment", `{}`).status)
		ticket, _ := s.Ticket(60)
		assert.Len(t, ticket["comments"], 5)
	})
}
