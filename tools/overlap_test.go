package tools_test

import (
	"encoding/json"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro/fake"
)

func TestTwoApprovedDecommissionsAtOnceRunTheScriptOnce(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		id := retiring(b)
		text, err := json.Marshal(map[string]any{"asset_id": id, "uninstall_script": "Uninstall RMM agent"})
		require.NoError(t, err)
		both := sync.WaitGroup{}
		asked := sync.WaitGroup{}
		asked.Add(2)
		for range 2 {
			both.Go(func() {
				b.runner.Call(t.Context(), tool.Call{Tool: "decommission_asset", Arguments: text, Caller: "test", Asker: meddler{func() {
					asked.Done()
					asked.Wait() // both are approved before either begins
				}}})
			})
		}
		both.Wait()
		assert.Len(t, b.server.Runs(), 1)
	})
}

func TestAnOldNoteIsNoReasonToSkip(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		id := retiring(b)
		old := "[Decommissioned 2024-01-01] Reason: lease end\nUninstall script 41206 sent 2024-01-01T00:00:00Z\nBack in service 2025"
		b.call("update_asset", map[string]any{"asset_id": id, "notes": old})
		result := b.call("decommission_asset", whole(id, "retire"))
		assert.Equal(t, []string{"record_final_state done", "uninstall_agent done", "close_ticket done", "resolve_alert done", "retire done"}, states(result))
		assert.Contains(t, b.call("get_asset", map[string]any{"asset_id": id})["asset"].(map[string]any)["notes"], "lease end")
	})
}

func TestAQuestionTellsWhatWillBeSkipped(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		id := retiring(b)
		b.server.AddTicket(map[string]any{"id": 88104, "number": 9004, "customer_id": 2101, "subject": "Both slow", "status": "New", "asset_ids": []any{id, 70101}})
		b.server.Inject(fake.Fault{Method: "PUT", Path: "/tickets/{id}", Status: 422, Body: `{"error": "no"}`})
		b.call("decommission_asset", whole(id, "retire"))
		assert.Contains(t, b.person.asked[0], `ticket 9004 "Both slow" (which is also about 1 other machines)`)
		b.call("decommission_asset", whole(id, "retire"))
		assert.Contains(t, b.person.asked[1], "its final state is in its notes already")
		assert.Contains(t, b.person.asked[1], "is NOT run again")

		printer := rows(b.call("search_assets", map[string]any{"asset_type": "Printer", "limit": 1}), "assets")[0]["id"]
		b.person.answer = tool.Declined
		b.call("decommission_asset", map[string]any{"asset_id": printer, "uninstall_script": "41206"})
		assert.Contains(t, b.person.asked[2], "is NOT run since no agent is there")
	})
}

func TestATicketMayHaveTheNumberOfItsMachine(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		id := retiring(b)
		b.server.AddTicket(map[string]any{"id": id, "number": 9005, "customer_id": 2101, "subject": "Same number", "status": "New", "asset_ids": []any{id}})
		result := b.call("decommission_asset", map[string]any{"asset_id": id, "close_tickets": true})
		assert.Equal(t, "done", result["outcome"], result)
	})
}

func TestNobodyIsSaidToBeWrittenToWhoTakesNoMail(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		for i, customer := range []map[string]any{{"business_name": "NoMail", "email": ""}, {"business_name": "OptedOut", "email": "o@o.example", "no_email": true}} {
			owner := b.server.AddCustomer(customer)
			ticket := int64(88301 + i)
			b.server.AddTicket(map[string]any{"id": ticket, "customer_id": owner, "subject": "S", "status": "New"})
			assert.Contains(t, b.fail("update_ticket", map[string]any{"ticket_id": ticket, "comment": "x", "public": true}), "takes no e-mail, as far as Syncro's record tells; nothing was sent")
		}
		b.server.AddTicket(map[string]any{"id": 88303, "customer_id": 2101, "subject": "S", "status": "New", "contact_fullname": "Pat Else", "contact": map[string]any{"email": "pat@else.example"}})
		b.call("update_ticket", map[string]any{"ticket_id": 88303, "comment": "x", "public": true})
		assert.Contains(t, b.person.asked[0], `to "Pat Else" of "Northwind Dental" ("pat@else.example")`)
	})
}
