package tools_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro/fake"
)

// meddler does something between the question and the yes.
type meddler struct{ meddle func() }

func (m meddler) Ask(context.Context, string) (tool.Answer, error) {
	m.meddle()
	return tool.Accepted, nil
}

func TestAnApprovalIsForTheCustomerNotItsName(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]fake.Options{"a namesake": {Demo: true}, "names that may not be read": {Demo: true, Deny: []string{"customer.read"}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, o)
			b.server.AddCustomer(map[string]any{"id": 5001, "business_name": "Northwind Dental"})
			result := b.runner.Call(t.Context(), tool.Call{Tool: "delete_asset", Arguments: []byte(`{"asset_id": 70101}`), Caller: "test", Asker: meddler{func() {
				b.server.EditAsset(70101, func(record map[string]any) { record["customer_id"] = 5001 })
			}}})
			assert.True(t, result.IsError, result.Text)
			assert.Contains(t, result.Text, "customer_id was")
			assert.Zero(t, b.writes())
		})
	}
}

func TestAQuestionShowsAllThatIsApproved(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		for _, value := range []string{strings.Repeat("a ", 150) + "; Remove-Item C:\\", "Spooler\n\nrm -rf /", "Spooler\u200b"} {
			failure := b.fail("run_script", map[string]any{"asset_ids": []int{70101}, "script_id": 41203, "parameters": map[string]any{"service_name": value}})
			assert.Contains(t, failure, "could not show it whole; nothing was run")
		}
		failure := b.fail("update_asset", map[string]any{"asset_id": 70101, "customer_id": 2104, "properties": map[string]any{"Location": "nowhere"}})
		assert.Contains(t, failure, "goes in a call of its own")
		retiring(b)
		failure = b.fail("update_ticket", map[string]any{"ticket_id": 88101, "public": true, "comment": "Hello\u2066"})
		assert.Contains(t, failure, "could not show it whole; nothing was sent")
		assert.Empty(t, b.person.asked)
		assert.Zero(t, b.writes())
	})
}

func TestNamingTheSameCustomerUndoesNoMove(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		b.call("update_asset", map[string]any{"asset_id": 70101, "customer_id": 2101, "notes": "x"})
		for _, r := range b.server.Requests() {
			if r.Method == "PUT" {
				assert.NotContains(t, string(r.Body), "customer_id")
			}
		}
	})
}

func TestARecordTooLargeToHandBackStays(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		b.server.EditAsset(70101, func(record map[string]any) { record["notes"] = strings.Repeat("x", 2<<20) })
		assert.Contains(t, b.fail("delete_asset", map[string]any{"asset_id": 70101}), "nothing was done")
		assert.Zero(t, b.writes())
	})
}

func TestBlanks(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		assert.Equal(t, "NWD-WKS-001", b.call("get_asset", map[string]any{"name": " NWD-WKS-001 "})["asset"].(map[string]any)["name"])
		assert.Contains(t, b.fail("get_asset", map[string]any{"name": "   "}), "give either asset_id or name")
		assert.EqualValues(t, 70, b.call("search_assets", map[string]any{"query": "   "})["total"])
		assert.Contains(t, b.fail("search_assets", map[string]any{"customer": "  "}), "customer is blank")
		assert.Contains(t, b.fail("update_asset", map[string]any{"asset_id": 70101, "notes": "", "model": "Z"}), "notes is blank. Leave it out; to empty a field use clear")
		b.call("update_asset", map[string]any{"asset_id": 70101, "notes": "x"})
		b.call("update_asset", map[string]any{"asset_id": 70101, "clear": []string{"notes", "notes"}})
		assert.Zero(t, len(b.person.asked))
	})
}

func TestAnEmptyInventoryIsNoAudit(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		for _, arguments := range []map[string]any{{"inventory": " "}, {"inventory_rows": []any{}}} {
			assert.Contains(t, b.fail("audit_assets", arguments), "the inventory is empty")
		}
	})
}

func TestWhatSyncroDidNotSendIsNotDenied(t *testing.T) {
	t.Parallel()
	b := newBench(t, fake.Options{})
	b.server.Inject(fake.Fault{Path: "/customer_assets", Body: `{"assets": [{"id": 1, "name": "A", "serial_number": null}], "meta": {"page": 1, "total_pages": 1, "total_entries": 70}}`})
	assert.Contains(t, b.fail("get_asset", map[string]any{"name": "Z-1"}), "Syncro counts 70 records and sent 1")
	listed := b.call("search_assets", map[string]any{})
	assert.Nil(t, listed["total"])
	assert.Contains(t, listed["note"], "Syncro counts 70 rows and sent 1")
}

func TestSchedulingIsRefusedBeforeAnybodyIsAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t, fake.Options{Demo: true})
	assert.Contains(t, b.fail("run_script", map[string]any{"asset_ids": []int{70101}, "script_id": 41202, "run_at": "2099-01-01T00:00:00Z"}), "cannot schedule scripts")
	assert.Empty(t, b.person.asked)
	b = newBench(t, fake.Options{Demo: true, Dialect: fake.Production})
	assert.Equal(t, "done", b.call("run_script", map[string]any{"asset_ids": []int{70101}, "script_id": 41202, "run_at": "2099-01-01T00:00:00Z"})["outcome"])
	require.Len(t, b.server.Runs(), 1)
}

func TestPropertiesAreBounded(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		b.server.EditAsset(70101, func(record map[string]any) {
			properties := record["properties"].(map[string]any)
			properties[strings.Repeat("k", 5000)] = map[string]any{"deep": strings.Repeat("v", 100_000)}
		})
		assert.Less(t, len(b.raw("get_asset", map[string]any{"asset_id": 70101, "include": []string{"properties"}}).Text), 4000)
	})
}
