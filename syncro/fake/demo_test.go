package fake_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro/fake"
)

// fleet reads all assets page by page.
func fleet(t *testing.T, s *fake.Server) []object {
	t.Helper()
	var all []object
	for page := 1; ; page++ {
		got := call(t, s, "GET", fmt.Sprintf("/customer_assets?page=%d", page), "")
		all = append(all, rows(t, got, "assets")...)
		meta := got.body["meta"].(object)
		if page >= int(meta["total_pages"].(float64)) {
			require.Len(t, all, int(meta["total_entries"].(float64)), "the pages add up")
			return all
		}
	}
}

func TestDemoIsWorthShowing(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{Demo: true})
	all := fleet(t, s)
	assert.GreaterOrEqual(t, len(all), 64)
	types, serials, customers, warranty := map[any]int{}, map[string]int{}, map[string]map[any]bool{}, map[string]int{}
	counts := map[string]int{}
	for _, a := range all {
		types[a["asset_type"]]++
		serials[fmt.Sprint(a["customer_id"], a["serial_number"])]++
		name := a["name"].(string)
		if customers[name] == nil {
			customers[name] = map[any]bool{}
		}
		customers[name][a["customer_id"]] = true
		warranty[term(t, a["warranty_expires"])]++
		tally(counts, a)
	}
	assert.Len(t, types, 7)
	assert.Equal(t, 2, serials["2104"+"6BT42C4"], "one serial twice")
	assert.Len(t, customers["RECEPTION-01"], 2, "one name at two customers")
	for _, group := range []string{"expired", "30 days", "90 days", "later", "unknown"} {
		assert.GreaterOrEqual(t, warranty[group], 2, group)
	}
	for _, sign := range []string{"no serial", "online", "offline", "triggered", "updating", "no agent"} {
		assert.Positive(t, counts[sign], sign)
	}
	assert.Len(t, rows(t, call(t, s, "GET", "/customers", ""), "customers"), 6)
	assert.Len(t, rows(t, call(t, s, "GET", "/customers?query=northwind+dental", ""), "customers"), 2)
}

func term(t *testing.T, date any) string {
	t.Helper()
	text, known := date.(string)
	if !known {
		return "unknown"
	}
	day, err := time.Parse(time.DateOnly, text)
	require.NoError(t, err)
	switch left := time.Until(day); {
	case left < 0:
		return "expired"
	case left < 30*24*time.Hour:
		return "30 days"
	case left < 90*24*time.Hour:
		return "90 days"
	default:
		return "later"
	}
}

func tally(counts map[string]int, a object) {
	properties := a["properties"].(object)
	switch properties["online"] {
	case true:
		counts["online"]++
	case false:
		counts["offline"]++
	default:
		counts["no agent"]++
	}
	if a["serial_number"] == nil {
		counts["no serial"]++
	}
	if properties["agent_status"] == "updating" {
		counts["updating"]++
	}
	for name, value := range properties {
		if strings.HasSuffix(name, "_triggered") && value == "true" {
			counts["triggered"]++
		}
	}
}

func TestDemoPatches(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{Demo: true, PerMinute: -1})
	p := start(t, fake.Options{Demo: true, PerMinute: -1, Dialect: fake.Production})
	counts := map[string]int{}
	for _, a := range s.Assets() {
		path := fmt.Sprintf("/customer_assets/%.0f/patches", a["id"])
		patches := call(t, s, "GET", path, "").body["patches"].(object)
		available, installed := patches["available"].([]any), patches["installed"].([]any)
		production := call(t, p, "GET", path, "")
		meta := production.body["available_patches_meta"].(object)
		assert.Equal(t, float64(len(available)), meta["total_entries"], "both dialects lack the same patches")
		if meta["total_pages"] == 2.0 {
			counts["paged"]++
		}
		system, _ := a["properties"].(object)["os_name"].(string)
		if !strings.HasPrefix(system, "Windows") {
			assert.Empty(t, available)
			continue
		}
		switch {
		case patches["last_scan"] == nil:
			counts["never scanned"]++
			assert.Empty(t, installed)
		case len(available) == 0:
			counts["compliant"]++
		case len(available) <= 12:
			counts["some missing"]++
		case len(available) > 60:
			counts["many"]++
		}
		for _, one := range available {
			patch := one.(object)
			if patch["kb"] == nil {
				counts["null kb"]++
			}
			if patch["failure_reason"] != nil {
				counts["failed"]++
			}
			if since, scanned := patches["last_scan"].(string); scanned {
				assert.LessOrEqual(t, patch["release_date"], since, "%s cannot know the future", a["name"])
			}
		}
	}
	for _, sign := range []string{"never scanned", "compliant", "some missing", "many", "null kb", "failed", "paged"} {
		assert.Positive(t, counts[sign], sign)
	}
}

// TestDialectsDescribeTheSameFleet compares what both spellings say.
func TestDialectsDescribeTheSameFleet(t *testing.T) {
	t.Parallel()
	documented := start(t, fake.Options{Demo: true}).Assets()
	production := start(t, fake.Options{Demo: true, Dialect: fake.Production}).Assets()
	require.Len(t, production, len(documented))
	for i, d := range documented {
		p := production[i]
		for _, field := range []string{"id", "name", "customer_id", "asset_type"} {
			require.Equal(t, d[field], p[field])
		}
		assert.Equal(t, d["serial_number"], p["asset_serial"])
		flat, nested := d["properties"].(object), p["properties"].(object)
		assert.Equal(t, d["notes"], nested["Notes"])
		assert.Equal(t, flat["Location"], nested["Location"])
		assert.Equal(t, p["customer_id"], p["customer"].(object)["id"])

		general := nested
		maker, model := "Manufacturer", "Model"
		triggers := p["rmm_store"].(object)["triggers"].(object)
		if agent, managed := nested["kabuto_information"].(object); managed {
			general, maker, model = agent["general"].(object), "manufacturer", "model"
			assert.Equal(t, flat["os_name"], agent["os"].(object)["name"])
			assert.Equal(t, flat["memory"], agent["ram"])
			assert.Equal(t, flat["logged_in_user"], agent["last_user"])
			assert.Equal(t, flat["agent_status"], agent["agent_status"])
			assert.Equal(t, flat["online"] == false, triggers["agent_offline_triggered"] == "true")
		} else {
			assert.NotContains(t, flat, "online")
		}
		assert.Equal(t, d["manufacturer"], general[maker])
		assert.Equal(t, d["model"], general[model])
		for name, value := range triggers {
			if name != "agent_offline_triggered" {
				assert.Equal(t, flat[name] == "true", value == "true", "%s %s", d["name"], name)
			}
		}
	}
}
