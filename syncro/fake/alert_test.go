package fake_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro/fake"
)

func TestAlertRoutes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, dialect fake.Dialect) {
		s := smallAccount(t, fake.Options{Dialect: dialect})
		s.AddAlert(object{"id": 91, "asset_id": 12, "description": "Full"})
		s.AddAlert(object{"id": 92, "asset_id": 13, "resolved": true})
		for query, want := range map[string]int{"": 1, "?status=active": 1, "?status=resolved": 1, "?status=all": 2, "?status=all&customer_id=1&asset_id=12": 2} {
			assert.Len(t, rows(t, call(t, s, "GET", "/rmm_alerts"+query, ""), "rmm_alerts"), want, query)
		}
		alert := call(t, s, "GET", "/rmm_alerts/91", "").body["rmm_alert"].(object)
		assert.Equal(t, "ACME-SRV-001", alert["computer_name"])
		assert.Equal(t, 1.0, alert["customer_id"])
		_, told := alert["muted_until"]
		assert.Equal(t, dialect == fake.Documented, told)

		assert.Equal(t, http.StatusOK, call(t, s, "POST", "/rmm_alerts/91/mute?mute_for=1-week", "").status)
		assert.Equal(t, http.StatusOK, call(t, s, "POST", "/rmm_alerts/91/mute", `{"mute_for": "forever"}`).status)
		for _, wrong := range []string{"", "?mute_for=3-days"} {
			assert.Equal(t, http.StatusUnprocessableEntity, call(t, s, "POST", "/rmm_alerts/91/mute"+wrong, `{}`).status)
		}
		assert.Equal(t, object{"success": "true"}, call(t, s, "DELETE", "/rmm_alerts/91", "").body)
		alert = call(t, s, "GET", "/rmm_alerts/91", "").body["rmm_alert"].(object)
		assert.Equal(t, true, alert["resolved"])
		for method, path := range map[string]string{"GET": "/rmm_alerts/99", "DELETE": "/rmm_alerts/99", "POST": "/rmm_alerts/99/mute"} {
			assert.Equal(t, http.StatusNotFound, call(t, s, method, path, "").status)
		}
	})
}

func TestSoftwareIsProductionOnly(t *testing.T) {
	t.Parallel()
	assertPage(t, call(t, smallAccount(t, fake.Options{}), "GET", "/customer_assets/12/installed_applications", ""))
	s := smallAccount(t, fake.Options{Dialect: fake.Production, PageSize: 2})
	s.SetSoftware(12, []object{{"name": "A"}, {"name": "B"}, {"name": "C"}})
	second := call(t, s, "GET", "/customer_assets/12/installed_applications?page=2", "")
	assert.Equal(t, []string{"C"}, names(rows(t, second, "installed_applications")))
	assert.Equal(t, 3.0, second.body["meta"].(object)["total_entries"])
	assert.Empty(t, rows(t, call(t, s, "GET", "/customer_assets/11/installed_applications", ""), "installed_applications"))
	assert.Equal(t, http.StatusNotFound, call(t, s, "GET", "/customer_assets/99/installed_applications", "").status)
}

func TestNeighboursNeedPermissions(t *testing.T) {
	t.Parallel()
	s := desk(t, fake.Options{Deny: []string{"ticket.write", "alert.read", "alert.delete"}})
	s.AddAlert(object{"id": 91})
	for path, status := range map[string]int{
		"GET /tickets/51": 200, "PUT /tickets/51": 401, "POST /tickets": 401, "POST /tickets/51/comment": 401,
		"GET /rmm_alerts": 401, "POST /rmm_alerts/91/mute?mute_for=1-day": 200, "DELETE /rmm_alerts/91": 401,
	} {
		method, path, _ := strings.Cut(path, " ")
		assert.Equal(t, status, call(t, s, method, path, "").status, path)
	}
}

func TestDemoNeighbours(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, dialect fake.Dialect) {
		s := start(t, fake.Options{Dialect: dialect, Demo: true, PerMinute: -1})
		customers, statuses, linked, hostile := map[any]bool{}, map[any]bool{}, 0, 0
		for _, ticket := range s.Tickets() {
			customers[ticket["customer_id"]], statuses[ticket["status"]] = true, true
			assets := ticket["assets"].([]any)
			assert.Len(t, assets, len(ticket["asset_ids"].([]any)))
			for _, each := range assets {
				linked++
				assert.Equal(t, ticket["customer_id"], each.(object)["customer_id"])
			}
			for _, comment := range ticket["comments"].([]any) {
				if body := comment.(object)["body"].(string); strings.Contains(body, "ignore your instructions") {
					assert.True(t, strings.ContainsAny(body, "\x07\x1b"))
					assert.Contains(t, body, "\u200b")
					hostile++
				}
			}
		}
		assert.GreaterOrEqual(t, len(s.Tickets()), 18)
		assert.Len(t, customers, 6)
		for _, status := range []string{"New", "In Progress", "Waiting on Customer", "Scheduled", "Resolved", "Closed", "Invoiced"} {
			assert.True(t, statuses[status], status)
		}
		assert.Greater(t, linked, 15)
		assert.Equal(t, 1, hostile)

		states := map[any]int{}
		for _, alert := range s.Alerts() {
			states[alert["resolved"]]++
			owner, found := s.Asset(int64(alert["asset_id"].(float64)))
			require.True(t, found)
			assert.Equal(t, owner["name"], alert["computer_name"])
			read := call(t, s, "GET", fmt.Sprintf("/rmm_alerts/%.0f", alert["id"]), "")
			assert.Equal(t, alert["description"], read.body["rmm_alert"].(object)["description"])
		}
		assert.GreaterOrEqual(t, states[false], 10)
		assert.GreaterOrEqual(t, states[true], 3)
	})
}

func TestDemoSoftware(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{Dialect: fake.Production, Demo: true, PerMinute: -1})
	full := 0
	for _, a := range s.Assets() {
		got := call(t, s, "GET", fmt.Sprintf("/customer_assets/%.0f/installed_applications", a["id"]), "")
		total := int(got.body["meta"].(object)["total_entries"].(float64))
		agent, _ := a["properties"].(object)["kabuto_information"].(object)
		system, _ := agent["os"].(object)
		name, _ := system["name"].(string)
		switch {
		case !strings.HasPrefix(name, "Windows"):
			assert.Zero(t, total, a["name"])
		case total > 60:
			full++
		default:
			assert.GreaterOrEqual(t, total, 10, a["name"])
			assert.LessOrEqual(t, total, 40, a["name"])
		}
	}
	assert.Equal(t, 1, full)
}
