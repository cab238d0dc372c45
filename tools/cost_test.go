package tools_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro/fake"
)

// TestRequests counts what each tool asks of Syncro, cold (a new process) and
// warm (names of customers and routes are known). A question that was answered
// with yes costs its second look.
func TestRequests(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		tool      string
		arguments map[string]any
		cold      [2]int // documented, production
		warm      [2]int
	}{
		{"search_assets", map[string]any{"query": "NWD-WKS-001"}, [2]int{2, 1}, [2]int{1, 1}},
		{"search_assets", map[string]any{"customer": "Northwind Dental"}, [2]int{2, 2}, [2]int{2, 2}},
		{"search_assets", map[string]any{"asset_type": "Server"}, [2]int{2, 3}, [2]int{1, 3}}, // production cannot filter by type
		{"get_asset", map[string]any{"asset_id": 70102}, [2]int{2, 1}, [2]int{1, 1}},
		{"get_asset", map[string]any{"name": "NWD-WKS-002"}, [2]int{3, 2}, [2]int{2, 2}},
		{"get_asset", map[string]any{"asset_id": 70102, "include": []string{"patches", "properties"}}, [2]int{3, 2}, [2]int{2, 2}},
		{"create_asset", map[string]any{"customer_id": 2101, "asset_type": "Desktop", "name": "N-1", "allow_duplicate": true}, [2]int{2, 2}, [2]int{1, 1}},
		{"create_asset", map[string]any{"customer_id": 2101, "asset_type": "Desktop", "name": "N-2", "model": "M", "allow_duplicate": true}, [2]int{2, 3}, [2]int{1, 2}},
		{"update_asset", map[string]any{"asset_id": 70102, "notes": "%"}, [2]int{3, 2}, [2]int{2, 2}},
		{"delete_asset", map[string]any{"asset_id": 70103}, [2]int{4, 4}, [2]int{3, 3}}, // production: a DELETE that is not there, and a look
		{"get_asset_patches", map[string]any{"asset_id": 70102}, [2]int{1, 1}, [2]int{1, 1}},
		{"list_scripts", map[string]any{}, [2]int{0, 0}, [2]int{0, 0}},
		{"run_script", map[string]any{"asset_ids": []int{70101, 70102, 70105}, "script_id": 41202}, [2]int{10, 9}, [2]int{9, 9}},
		{"search_customers", map[string]any{"query": "north"}, [2]int{1, 1}, [2]int{1, 1}},
		{"list_alerts", map[string]any{"customer_id": 2101}, [2]int{2, 2}, [2]int{1, 1}},
		{"create_ticket", map[string]any{"customer_id": 2101, "subject": "S", "body": "B"}, [2]int{2, 2}, [2]int{1, 1}},
		{"update_ticket", map[string]any{"ticket_id": 30101, "status": "Scheduled"}, [2]int{2, 2}, [2]int{2, 2}},
	} {
		for dialect, name := range []string{"documented", "production"} {
			t.Run(fmt.Sprintf("%s %s %v", name, test.tool, test.arguments), func(t *testing.T) {
				t.Parallel()
				b := newBench(t, fake.Options{Demo: true, Dialect: fake.Dialect(dialect)})
				b.raw(test.tool, vary(test.arguments, "cold"))
				assert.Len(t, b.server.Requests(), test.cold[dialect], "cold: %v", lines(b.server))
				if test.tool == "delete_asset" || test.tool == "update_ticket" {
					return // the second time there is nothing to do
				}
				b.server.Reset()
				b.raw(test.tool, vary(test.arguments, "warm"))
				assert.Len(t, b.server.Requests(), test.warm[dialect], "warm: %v", lines(b.server))
			})
		}
	}
}

// vary gives a change something new to store.
func vary(arguments map[string]any, word string) map[string]any {
	if arguments["notes"] == "%" {
		return with(arguments, "notes", word)
	}
	return arguments
}

func lines(server *fake.Server) []string {
	var found []string
	for _, r := range server.Requests() {
		found = append(found, r.Method+" "+r.Path)
	}
	return found
}

// TestBytes holds what a model reads, which its owner pays for at every turn,
// and the README's table of it.
func TestBytes(t *testing.T) {
	shown, list := 0, len(`{"tools":[]}`)
	for _, each := range catalog(t) {
		one := len(each.Name()) + len(each.Description()) + len(each.InputSchema())
		assert.Less(t, one, 1500, each.Name())
		shown += one
		const envelope = 330 // names of fields, title twice, four hints
		list += one + len(each.OutputSchema()) + envelope
	}
	assert.Less(t, shown, 16_000, "names, descriptions and input schemas")
	assert.Less(t, list, 46_000, "the whole of tools/list, as an estimate; the real one is measured over stdio")
	for _, dialect := range []fake.Dialect{fake.Documented, fake.Production} {
		b := newBench(t, fake.Options{Demo: true, Dialect: dialect})
		rows := len(b.raw("search_assets", map[string]any{}).Text)
		assert.Less(t, rows, 6000)
		detail := 0
		for id := 70101; id <= 70170; id++ {
			detail = max(detail, len(b.raw("get_asset", map[string]any{"asset_id": id}).Text))
		}
		assert.Less(t, detail, 1800)
		b.server.SetPatches(70101, sixtyPatches())
		patches := len(b.raw("get_asset_patches", map[string]any{"asset_id": 70101, "limit": 100, "status": "missing"}).Text)
		assert.Less(t, patches, 9500)
		if dialect == fake.Documented {
			readmeHasCosts(t, shown, rows, detail, patches)
		}
	}
}

func sixtyPatches() fake.PatchSet {
	var set fake.PatchSet
	for i := range 60 {
		set.Available = append(set.Available, map[string]any{
			"kb": fmt.Sprintf("KB50%05d", i), "status": "Missing Patches", "severity": "Critical", "category": "Security Updates", "release_date": "2026-11-10",
			"title": fmt.Sprintf("2026-11 Cumulative Update for Windows 11 Version 23H2 for x64-based Systems (KB50%05d)", i),
		})
	}
	return set
}

// readmeHasCosts compares the README's table, whose figures are rounded up to hundreds.
func readmeHasCosts(t *testing.T, shown, rows, detail, patches int) {
	t.Helper()
	rounded := func(n int) string { return fmt.Sprint((n + 99) / 100 * 100) }
	table := "| what a model reads | bytes |\n| --- | --- |\n" +
		"| all tools: names, descriptions, input schemas | " + rounded(shown) + " |\n" +
		"| `search_assets`, 25 machines | " + rounded(rows) + " |\n" +
		"| `get_asset`, the longest of the demo | " + rounded(detail) + " |\n" +
		"| `get_asset_patches`, 60 missing | " + rounded(patches) + " |\n"
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	before, inside, after := section(t, string(text), "costs")
	if *update {
		require.NoError(t, os.WriteFile("../README.md", []byte(before+table+after), 0o644))
		return
	}
	assert.Equal(t, inside, table, "go test ./tools -update writes the table")
}

func TestErrorsAreShort(t *testing.T) {
	t.Parallel()
	eachDialect(t, fake.Options{Demo: true}, func(t *testing.T, b *bench) {
		b.server.Inject(fake.Fault{Path: "/customer_assets/70199", Status: 422, Body: `{"error": "` + strings.Repeat("very long ", 500) + `"}`})
		for _, text := range []string{
			b.fail("get_asset", map[string]any{"asset_id": 5}), b.fail("get_asset", map[string]any{"asset_id": 70199}),
			b.fail("update_asset", map[string]any{"asset_id": 70101, "purchase_date": "x"}), b.fail("create_asset", map[string]any{}),
			b.fail("search_assets", map[string]any{"customer": "Northwind"}), b.fail("search_assets", map[string]any{"limt": 5}),
		} {
			assert.Less(t, len(text), 500, text)
		}
	})
}
