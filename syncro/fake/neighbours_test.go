package fake_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro/fake"
)

func TestCustomers(t *testing.T) {
	t.Parallel()
	s := smallAccount(t, fake.Options{})
	list := call(t, s, "GET", "/customers?query=ZOË", "")
	require.Len(t, rows(t, list, "customers"), 1)
	assert.Equal(t, "Café Zoë", rows(t, list, "customers")[0]["business_name"])
	assert.Equal(t, 1.0, list.body["meta"].(object)["total_entries"])

	complete := call(t, s, "GET", "/customers/autocomplete?query=ann", "")
	assert.Len(t, rows(t, complete, "customers"), 1)
	assert.NotContains(t, complete.body, "meta")

	one := call(t, s, "GET", "/customers/1", "").body["customer"].(object)
	assert.Equal(t, "Ann Lee", one["fullname"])
	assert.Equal(t, "Acme - Ann Lee", one["business_and_full_name"])
	assert.Equal(t, http.StatusNotFound, call(t, s, "GET", "/customers/99", "").status)
}

func TestPatches(t *testing.T) {
	t.Parallel()
	set := fake.PatchSet{LastScan: "2024-02-15T06:00:00Z", Installed: []map[string]any{{"kb": "KB1"}}}
	for range 60 {
		set.Available = append(set.Available, object{"kb": nil})
	}

	documented := smallAccount(t, fake.Options{})
	documented.SetPatches(12, set)
	got := call(t, documented, "GET", "/customer_assets/12/patches", "").body["patches"].(object)
	assert.Len(t, got["available"], 60)
	assert.Equal(t, set.LastScan, got["last_scan"])
	none := call(t, documented, "GET", "/customer_assets/11/patches", "").body["patches"].(object)
	assert.Equal(t, object{"available": []any{}, "installed": []any{}, "last_scan": nil}, none)
	assert.Equal(t, http.StatusNotFound, call(t, documented, "GET", "/customer_assets/99/patches", "").status)

	production := smallAccount(t, fake.Options{Dialect: fake.Production})
	production.SetPatches(12, set)
	second := call(t, production, "GET", "/customer_assets/12/patches?page=2", "")
	assert.Len(t, rows(t, second, "available_patches"), 10)
	assert.Len(t, rows(t, second, "installed_patches"), 1)
	assert.Equal(t, object{"page": 2.0, "per_page": 50.0, "total_pages": 2.0, "total_entries": 60.0}, second.body["available_patches_meta"])
}

func TestScripts(t *testing.T) {
	t.Parallel()
	const documented, production = "/customer_assets/12/run_script", "/rmm/public_scripts/12/schedule"
	tests := []struct {
		name       string
		dialect    fake.Dialect
		path, body string
		status     int
	}{
		{"run", fake.Documented, documented, `{"script_id": 41203, "parameters": {"service_name": "Spooler"}}`, 200},
		{"unknown script", fake.Documented, documented, `{"script_id": 1}`, 422},
		{"no agent", fake.Documented, "/customer_assets/11/run_script", `{"script_id": 41203}`, 422},
		{"no asset", fake.Documented, "/customer_assets/99/run_script", `{"script_id": 41203}`, 404},
		{"no such route", fake.Documented, production, `{"script_id": 41203}`, 404},
		{"now", fake.Production, production,
			`{"script_id": 41203, "run_type": "now", "freq": "once", "script_options": {"runtime_variables": {"service_name": "Spooler"}}}`, 200},
		{"later", fake.Production, production, `{"script_id": 41202, "run_type": "later", "freq": "once", "next_time": "2030-01-01T00:00:00Z"}`, 200},
		{"later without time", fake.Production, production, `{"script_id": 41202, "run_type": "later", "freq": "once"}`, 422},
		{"recurring", fake.Production, production, `{"script_id": 41202, "run_type": "now", "freq": "daily"}`, 422},
		{"no run_type", fake.Production, production, `{"script_id": 41202, "freq": "once"}`, 422},
		{"unknown script", fake.Production, production, `{"script_id": 1, "run_type": "now", "freq": "once"}`, 422},
		{"no such route", fake.Production, documented, `{"script_id": 41203}`, 404},
	}
	for _, test := range tests {
		t.Run(test.dialect.String()+" "+test.name, func(t *testing.T) {
			t.Parallel()
			s := smallAccount(t, fake.Options{Dialect: test.dialect})
			got := call(t, s, "POST", test.path, test.body)
			assert.Equal(t, test.status, got.status, got.text)
			if test.status != http.StatusOK {
				assert.Empty(t, s.Runs())
				return
			}
			assert.Equal(t, object{"success": true}, got.body)
			require.Len(t, s.Runs(), 1)
			run := s.Runs()[0]
			assert.EqualValues(t, 12, run.AssetID)
			if run.ScriptID == 41203 {
				assert.Equal(t, object{"service_name": "Spooler"}, run.Parameters)
			} else {
				assert.Equal(t, "2030-01-01T00:00:00Z", run.RunAt)
			}
		})
	}
}

func TestDemoScripts(t *testing.T) {
	t.Parallel()
	var scripts []struct {
		ID                int64
		Name, Description string
		Parameters        []struct {
			Name, Description string
			Required          bool
		}
	}
	require.NoError(t, json.Unmarshal(fake.DemoScripts(), &scripts))
	assert.GreaterOrEqual(t, len(scripts), 6)
	for _, script := range scripts {
		assert.NotZero(t, script.ID)
		assert.NotEmpty(t, script.Name)
		assert.NotEmpty(t, script.Description)
		assert.NotNil(t, script.Parameters)
	}
}
