package tools_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro/fake"
)

// retiring is a machine with everything that a decommissioning touches.
func retiring(b *bench) int64 {
	record := map[string]any{"id": 88001, "customer_id": 2101, "name": "OLD-PC", "asset_type": "Desktop", "properties": map[string]any{"online": true, "last_seen": "2026-01-01T00:00:00Z"}}
	if b.dialect == fake.Production {
		record["properties"] = map[string]any{"kabuto_information": map[string]any{"last_synced_at": "2026-01-01T00:00:00Z"}}
	}
	b.server.AddAsset(record)
	b.server.AddTicket(map[string]any{"id": 88101, "number": 9001, "customer_id": 2101, "subject": "Slow", "status": "New", "asset_ids": []any{88001}})
	b.server.AddTicket(map[string]any{"id": 88102, "number": 9002, "customer_id": 2101, "subject": "Not this one", "status": "New", "asset_ids": []any{70101}})
	b.server.AddAlert(map[string]any{"id": 88201, "customer_id": 2101, "asset_id": 88001, "description": "Agent offline", "status": "active"})
	return 88001
}

func whole(id int64, method string) map[string]any {
	return map[string]any{"asset_id": id, "method": method, "close_tickets": true, "resolve_alerts": true, "uninstall_script": "Uninstall RMM agent", "reason": "replaced"}
}

// states are the steps of a result in order.
func states(result map[string]any) []string {
	var found []string
	for _, step := range rows(result, "steps") {
		found = append(found, fmt.Sprint(step["step"], " ", step["state"]))
	}
	return found
}

func TestDecommission(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		id := retiring(b)
		result := b.call("decommission_asset", whole(id, "retire"))
		assert.Equal(t, "done", result["outcome"], result)
		assert.Equal(t, []string{"record_final_state done", "uninstall_agent done", "close_ticket done", "resolve_alert done", "retire done"}, states(result))
		assert.Equal(t, "OLD-PC", result["final_state"].(map[string]any)["name"])
		require.Len(t, b.person.asked, 1)
		for _, part := range []string{`Decommission the desktop "OLD-PC" (id 88001, customer "Northwind Dental"`, `run the script "Uninstall RMM agent" (id 41206)`, `close ticket 9001 "Slow"`, `resolve alert 88201 "Agent offline"`, "mark its name as retired", `Reason given: "replaced"`} {
			assert.Contains(t, b.person.asked[0], part)
		}
		assert.NotContains(t, b.person.asked[0], "9002")
		after := b.call("get_asset", map[string]any{"asset_id": id})["asset"].(map[string]any)
		assert.Regexp(t, `^OLD-PC \(retired \d{4}-\d\d-\d\d\)$`, after["name"])
		assert.Contains(t, after["notes"], "Reason: replaced")
		assert.Len(t, b.server.Runs(), 1)

		again := b.call("decommission_asset", whole(id, "retire"))
		assert.Equal(t, []string{"record_final_state skipped", "uninstall_agent skipped", "retire skipped"}, states(again))
		assert.Len(t, b.server.Runs(), 1, "the script is not run twice")
	})
}

func TestDecommissionByDelete(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		id := retiring(b)
		if b.dialect == fake.Production {
			assert.Contains(t, b.fail("decommission_asset", whole(id, "delete")), "unsupported: this Syncro account's API cannot delete assets")
			assert.Zero(t, b.writes())
			assert.Empty(t, b.person.asked)
			return
		}
		result := b.call("decommission_asset", whole(id, "delete"))
		assert.Equal(t, "done", result["outcome"], result)
		_, stands := b.server.Asset(id)
		assert.False(t, stands)
		assert.NotEmpty(t, result["final_state"])
	})
}

// TestDecommissionStopsAtTheFirstFailure breaks each step in turn: what was
// done stays done and is told, the rest is not tried, and a second run does
// only what is left.
func TestDecommissionStopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	refused := func(method, path string) fake.Fault {
		return fake.Fault{Method: method, Path: path, Status: 422, Body: `{"error": "Not today"}`}
	}
	scripts := map[fake.Dialect]string{fake.Documented: "/customer_assets/{id}/run_script", fake.Production: "/rmm/public_scripts/{id}/schedule"}
	for step, test := range map[string]struct {
		fault func(fake.Dialect) fake.Fault
		want  []string
		again []string
	}{
		"record": {
			func(fake.Dialect) fake.Fault { return refused("PUT", "/customer_assets/{id}") },
			[]string{"record_final_state failed", "uninstall_agent skipped", "close_ticket skipped", "resolve_alert skipped", "retire skipped"},
			[]string{"record_final_state done", "uninstall_agent done", "close_ticket done", "resolve_alert done", "retire done"},
		},
		"script": {
			func(d fake.Dialect) fake.Fault { return refused("POST", scripts[d]) },
			[]string{"record_final_state done", "uninstall_agent failed", "close_ticket skipped", "resolve_alert skipped", "retire skipped"},
			[]string{"record_final_state skipped", "uninstall_agent done", "close_ticket done", "resolve_alert done", "retire done"},
		},
		"script unknown": {
			func(d fake.Dialect) fake.Fault {
				return fake.Fault{Method: "POST", Path: scripts[d], Do: fake.ResetAfter}
			},
			[]string{"record_final_state done", "uninstall_agent unknown", "close_ticket skipped", "resolve_alert skipped", "retire skipped"},
			[]string{"record_final_state skipped", "uninstall_agent skipped", "close_ticket done", "resolve_alert done", "retire done"},
		},
		"ticket": {
			func(fake.Dialect) fake.Fault { return refused("PUT", "/tickets/{id}") },
			[]string{"record_final_state done", "uninstall_agent done", "close_ticket failed", "resolve_alert skipped", "retire skipped"},
			[]string{"record_final_state skipped", "uninstall_agent skipped", "close_ticket done", "resolve_alert done", "retire done"},
		},
		"alert": {
			func(fake.Dialect) fake.Fault { return refused("DELETE", "/rmm_alerts/{id}") },
			[]string{"record_final_state done", "uninstall_agent done", "close_ticket done", "resolve_alert failed", "retire skipped"},
			[]string{"record_final_state skipped", "uninstall_agent skipped", "resolve_alert done", "retire done"},
		},
		"retire": {
			func(fake.Dialect) fake.Fault { f := refused("PUT", "/customer_assets/{id}"); f.Skip = 2; return f },
			[]string{"record_final_state done", "uninstall_agent done", "close_ticket done", "resolve_alert done", "retire failed"},
			[]string{"record_final_state skipped", "uninstall_agent skipped", "retire done"},
		},
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
				id := retiring(b)
				b.server.Inject(test.fault(b.dialect))
				result := b.call("decommission_asset", whole(id, "retire"))
				assert.Equal(t, test.want, states(result))
				want := "partly_done"
				if step == "record" {
					want = "failed"
				}
				assert.Equal(t, want, result["outcome"])
				assert.Contains(t, result["next"], "only what is left will be done")
				assert.NotEmpty(t, result["final_state"])

				b.server.ClearFaults()
				again := b.call("decommission_asset", whole(id, "retire"))
				assert.Equal(t, "done", again["outcome"], again)
				assert.Equal(t, test.again, states(again))
				assert.Len(t, b.server.Runs(), 1, "whatever failed, the script ran once")
			})
		})
	}
}

func TestDecommissionRefused(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		id := retiring(b)
		b.person.answer = tool.Declined
		assert.Equal(t, "declined", b.call("decommission_asset", whole(id, "retire"))["outcome"])
		b.server.Inject(fake.Fault{Path: "/tickets/{id}", Status: 500})
		assert.Contains(t, b.fail("decommission_asset", whole(id, "retire")), "nothing was done")
		assert.Contains(t, b.fail("decommission_asset", map[string]any{"asset_id": id, "uninstall_script": "no such"}), "is not one of those that may run")
		assert.Zero(t, b.writes())
	})
}
