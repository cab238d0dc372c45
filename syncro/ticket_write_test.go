package syncro_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

func newTicket() syncro.NewTicket {
	return syncro.NewTicket{CustomerID: 3, Subject: "Fan is loud", Body: "Since Monday.\nRattles.", Status: "Scheduled", Priority: "High",
		ProblemType: "Hardware", AssetIDs: []int64{7, 8}}
}

func TestCreateTicket(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		shop(server)
		ticket, missing, err := client.CreateTicket(t.Context(), newTicket())
		require.NoError(t, err)
		assert.Empty(t, missing)
		assert.Equal(t, []string{"POST /tickets"}, sent(server))
		stored, err := client.Ticket(t.Context(), ticket.ID)
		require.NoError(t, err)
		assert.Equal(t, "Fan is loud/Scheduled/High/Hardware", stored.Subject+"/"+stored.Status+"/"+stored.Priority+"/"+stored.ProblemType)
		assert.Equal(t, []int64{7, 8}, stored.AssetIDs)
		require.Len(t, stored.Comments, 1)
		assert.True(t, stored.Comments[0].Hidden)
		assert.Empty(t, server.Emails())
	})
}

func TestWhatOfATicketIsNotStoredIsSaid(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Unsaved: []string{"priority", "comments_attributes"}}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		shop(server)
		asked := newTicket()
		asked.AssetIDs = []int64{7, 99}
		ticket, missing, err := client.CreateTicket(t.Context(), asked)
		require.NoError(t, err)
		fields := []string{}
		for _, each := range missing {
			fields = append(fields, each.Field)
		}
		assert.Equal(t, []string{"priority", "asset_ids", "body"}, fields)
		assert.Equal(t, []int64{7}, missing[1].Stored)

		_, after, missing, err := client.UpdateTicket(t.Context(), ticket.ID, syncro.TicketChange{Status: "Resolved", Priority: "Low"})
		require.NoError(t, err)
		assert.Equal(t, "Resolved", after.Status)
		require.Len(t, missing, 1)
		assert.Equal(t, "priority", missing[0].Field)
	})
}

func TestAShortAnswerToACreateIsReadAgain(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		shop(server)
		server.AddTicket(map[string]any{"id": 50, "customer_id": 3, "subject": "Fan is loud", "status": "New", "asset_ids": []int{7}})
		server.Inject(fake.Fault{Method: http.MethodPost, Times: 2, Body: `{"ticket": {"id": 50, "customer_id": 3, "subject": "Fan is loud"}}`})
		asked := syncro.NewTicket{CustomerID: 3, Subject: "Fan is loud", AssetIDs: []int64{7}}
		ticket, missing, err := client.CreateTicket(t.Context(), asked)
		require.NoError(t, err)
		assert.Empty(t, missing)
		assert.Equal(t, []int64{7}, ticket.AssetIDs)

		server.Inject(fake.Fault{Path: "/tickets/50", Status: http.StatusInternalServerError})
		ticket, missing, err = client.CreateTicket(t.Context(), asked)
		require.NoError(t, err)
		assert.EqualValues(t, 50, ticket.ID)
		require.Len(t, missing, 1)
		assert.Contains(t, missing[0].Reason, "the ticket was created, but what it holds could not be read")
	})
}

func TestTicketsThatAreRefused(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		shop(server)
		_, _, err := client.CreateTicket(t.Context(), syncro.NewTicket{CustomerID: 3, Subject: " "})
		assert.True(t, syncro.IsKind(err, syncro.InvalidArgument), "%v", err)
		require.Error(t, client.CommentTicket(t.Context(), 21, syncro.NewComment{Subject: "x"}))
		assert.Empty(t, sent(server))
		_, _, err = client.CreateTicket(t.Context(), syncro.NewTicket{CustomerID: 99, Subject: "X"})
		assert.True(t, syncro.IsKind(err, syncro.ValidationFailed), "%v", err)
		assert.Len(t, server.Tickets(), 6)
	})
	each(t, fake.Options{Deny: []string{"ticket.write"}}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		shop(server)
		_, _, err := client.CreateTicket(t.Context(), newTicket())
		assert.ErrorContains(t, err, `lacks the permission "Tickets - Create"`)
		err = client.CommentTicket(t.Context(), 21, syncro.NewComment{Subject: "x", Body: "y"})
		assert.ErrorContains(t, err, `lacks the permission "Tickets - Edit"`)
	})
}

func TestUpdateTicket(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		shop(server)
		before, after, missing, err := client.UpdateTicket(t.Context(), 21, syncro.TicketChange{Status: "Resolved"})
		require.NoError(t, err)
		assert.Empty(t, missing)
		assert.Equal(t, "New", before.Status)
		assert.False(t, after.Open())
		assert.JSONEq(t, `{"status": "Resolved"}`, string(server.Requests()[1].Body))

		server.Reset()
		_, _, _, err = client.UpdateTicket(t.Context(), 21, syncro.TicketChange{Status: "resolved"})
		require.NoError(t, err)
		assert.Equal(t, []string{"GET /tickets/21"}, sent(server), "it is so already")

		server.Inject(fake.Fault{Method: http.MethodPut, Do: fake.ResetAfter})
		_, after, _, err = client.UpdateTicket(t.Context(), 21, syncro.TicketChange{Status: "New"})
		require.NoError(t, err)
		assert.True(t, after.Open())

		server.ClearFaults()
		server.Inject(fake.Fault{Method: http.MethodPut, Do: fake.ResetBefore})
		_, _, _, err = client.UpdateTicket(t.Context(), 21, syncro.TicketChange{Status: "Closed"})
		assert.ErrorContains(t, err, "nothing of the update is stored")
	})
}

func TestCommentTicket(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		shop(server)
		require.NoError(t, client.CommentTicket(t.Context(), 21, syncro.NewComment{Subject: "Note", Body: "Inside"}))
		assert.Empty(t, server.Emails())
		require.NoError(t, client.CommentTicket(t.Context(), 21, syncro.NewComment{Subject: "Update", Body: "Outside", Public: true}))
		assert.Equal(t, []fake.Email{{TicketID: 21, To: "acme@example.com", Subject: "Update", Body: "Outside"}}, server.Emails())
		ticket, err := client.Ticket(t.Context(), 21)
		require.NoError(t, err)
		require.Len(t, ticket.Comments, 2)
		assert.True(t, ticket.Comments[0].Hidden)
		assert.False(t, ticket.Comments[1].Hidden)
		var body map[string]any
		require.NoError(t, json.Unmarshal(server.Requests()[1].Body, &body))
		assert.Equal(t, map[string]any{"subject": "Note", "body": "Inside", "hidden": true, "do_not_email": true}, body)

		server.Inject(fake.Fault{Method: http.MethodPost, Body: `{"comment": {"id": 9, "hidden": "false"}}`})
		err = client.CommentTicket(t.Context(), 21, syncro.NewComment{Subject: "Note", Body: "Inside"})
		assert.ErrorContains(t, err, "shows it to the customer, although it was meant as an internal note")
	})
}

// TestTicketPostsUnderFaults: neither a ticket nor a comment is ever sent twice, and what the reader is told is true.
func TestTicketPostsUnderFaults(t *testing.T) {
	t.Parallel()
	const noTicket, noComment = "a look at the customer's tickets does not show it now", "a look at the ticket does not show the comment now"
	operations := map[string]struct {
		do    func(t *testing.T, c *syncro.Client) error
		done  func(s *fake.Server) bool
		cells map[string]cell
	}{
		"ticket": {
			do: func(t *testing.T, c *syncro.Client) error {
				_, _, err := c.CreateTicket(t.Context(), newTicket())
				return err
			},
			done: func(s *fake.Server) bool { return len(s.Tickets()) == 8 },
			cells: map[string]cell{
				"429":          {4, false, "rate_limited", "nothing was done"},
				"500":          {1, false, "outcome_unknown", noTicket},
				"502":          {1, false, "outcome_unknown", noTicket},
				"503":          {1, false, "outcome_unknown", noTicket},
				"504":          {1, false, "outcome_unknown", noTicket},
				"refused":      {4, false, "unavailable", "no connection to localhost"},
				"reset before": {1, false, "outcome_unknown", noTicket},
				"reset after":  {1, true, "outcome_unknown", "which may be the one asked for"},
				"timeout":      {1, true, "outcome_unknown", "which may be the one asked for"},
				"truncated":    {1, true, "outcome_unknown", "which may be the one asked for"},
				"HTML":         {1, false, "outcome_unknown", noTicket},
				"empty":        {1, true, "outcome_unknown", "do not create it again"},
			},
		},
		"comment": {
			do: func(t *testing.T, c *syncro.Client) error {
				return c.CommentTicket(t.Context(), 21, syncro.NewComment{Subject: "Update", Body: "It hums.", Public: true})
			},
			done: func(s *fake.Server) bool { return len(s.Emails()) == 1 },
			cells: map[string]cell{
				"429":          {4, false, "rate_limited", "nothing was done"},
				"500":          {1, false, "outcome_unknown", noComment},
				"502":          {1, false, "outcome_unknown", noComment},
				"503":          {1, false, "outcome_unknown", noComment},
				"504":          {1, false, "outcome_unknown", noComment},
				"refused":      {4, false, "unavailable", "no connection to localhost"},
				"reset before": {1, false, "outcome_unknown", noComment},
				"reset after":  {1, true, "", ""},
				"timeout":      {1, true, "", ""},
				"truncated":    {1, true, "", ""},
				"HTML":         {1, false, "outcome_unknown", noComment},
				"empty":        {1, true, "", ""},
			},
		},
	}
	for name, operation := range operations {
		for trouble, fault := range troubles() {
			t.Run(name+"/"+trouble, func(t *testing.T) {
				t.Parallel()
				want, planned := operation.cells[trouble]
				require.True(t, planned)
				for _, dialect := range dialects() {
					synctest.Test(t, func(t *testing.T) {
						client, server := account(t, fake.Options{Dialect: dialect})
						shop(server)
						server.AddTicket(map[string]any{"id": 20, "customer_id": 3, "subject": "Fan is loud", "created_at": "1999-12-31T23:00:00Z"})
						server.EditTicket(21, func(record map[string]any) { // the same words, said before
							record["comments"] = []map[string]any{{"id": 1, "subject": "Update", "body": "It hums.", "hidden": false}}
						})
						fault.Method = http.MethodPost
						server.Inject(fault)
						err := operation.do(t, client)
						assert.Equal(t, want.sent, count(server, http.MethodPost)+server.Refused(), "requests: %v", sent(server))
						assert.Equal(t, want.done, operation.done(server), "what the account then holds")
						if want.kind == "" {
							require.NoError(t, err)
							return
						}
						var failure *syncro.Error
						require.ErrorAs(t, err, &failure)
						assert.Equal(t, want.kind, string(failure.Kind), "%v", err)
						assert.Contains(t, err.Error(), want.says)
						assert.NotContains(t, err.Error(), key)
					})
				}
			})
		}
	}
}

// TestWhatCannotBeLookedUpStaysUnknown: the answer to a change is lost and so are all looks after it.
func TestWhatCannotBeLookedUpStaysUnknown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method string
		looks  int // that work before the change
		do     func(t *testing.T, c *syncro.Client) error
		says   string
	}{
		"create": {http.MethodPost, 0, func(t *testing.T, c *syncro.Client) error {
			_, _, err := c.CreateTicket(t.Context(), newTicket())
			return err
		}, "whether the ticket was created could not be looked up"},
		"comment": {http.MethodPost, 1, func(t *testing.T, c *syncro.Client) error {
			return c.CommentTicket(t.Context(), 21, syncro.NewComment{Subject: "S", Body: "B"})
		}, "whether the ticket has the comment could not be looked up"},
		"update": {http.MethodPut, 1, func(t *testing.T, c *syncro.Client) error {
			_, _, _, err := c.UpdateTicket(t.Context(), 21, syncro.TicketChange{Priority: "Low"})
			return err
		}, "neither its answer nor the ticket could be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
				shop(server)
				server.Inject(fake.Fault{Method: test.method, Do: fake.Empty})
				server.Inject(fake.Fault{Method: http.MethodGet, Skip: test.looks, Status: http.StatusInternalServerError})
				err := test.do(t, client)
				assert.True(t, syncro.IsKind(err, syncro.OutcomeUnknown), "%v", err)
				assert.ErrorContains(t, err, test.says)
				assert.Equal(t, 1, count(server, test.method))
			})
		})
	}
}
