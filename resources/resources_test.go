package resources_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
	"syncro-mcp/resources"
	"syncro-mcp/syncro/fake"
)

const (
	firstAsset    = 70101
	firstCustomer = 2101
)

// TestTheSameFactsAsTheTools: an asset, its patches and the scripts read as the
// tools answer them.
func TestTheSameFactsAsTheTools(t *testing.T) {
	t.Parallel()
	eachWay(t, fake.Options{Demo: true}, func(t *testing.T, b *bench, c *client.Client, _ string) {
		for _, asset := range b.server.Assets()[:8] {
			uri := fmt.Sprintf("syncro://assets/%v", asset["id"])
			text, mime, err := read(t.Context(), c, uri)
			require.NoError(t, err)
			assert.Equal(t, "application/json", mime)
			assert.JSONEq(t, b.tool("get_asset", map[string]any{"asset_id": asset["id"]}), text)
			text, _, err = read(t.Context(), c, uri+"/patches")
			require.NoError(t, err)
			assert.JSONEq(t, b.tool("get_asset_patches", map[string]any{"asset_id": asset["id"], "limit": 100}), text)
		}
		text, _, err := read(t.Context(), c, "syncro://scripts")
		require.NoError(t, err)
		assert.JSONEq(t, b.tool("list_scripts", nil), text)
	})
}

// TestLongListsOfPatchesAreWhole: the tool gives 100 at a time.
func TestLongListsOfPatchesAreWhole(t *testing.T) {
	t.Parallel()
	b := newBench(t, fake.Options{Demo: true})
	var installed []map[string]any
	for i := range 250 {
		installed = append(installed, map[string]any{"kb": fmt.Sprint("KB", 1000+i), "title": "Update", "installed_date": "2024-01-15"})
	}
	b.server.SetPatches(firstAsset, fake.PatchSet{Installed: installed})
	text, _, err := read(t.Context(), b.connect("2026-07-28"), fmt.Sprintf("syncro://assets/%d/patches", firstAsset))
	require.NoError(t, err)
	var got struct {
		Summary struct{ Installed int }
		Patches []struct{ KB string }
		Next    string `json:"next_cursor"`
	}
	require.NoError(t, json.Unmarshal([]byte(text), &got))
	assert.Equal(t, 250, got.Summary.Installed)
	assert.Empty(t, got.Next)
	seen := map[string]bool{}
	for _, patch := range got.Patches {
		seen[patch.KB] = true
	}
	assert.Len(t, seen, 250)
}

func TestExports(t *testing.T) {
	t.Parallel()
	eachWay(t, fake.Options{Demo: true}, func(t *testing.T, b *bench, c *client.Client, _ string) {
		want := map[string]int{"syncro://assets": len(b.server.Assets()), fmt.Sprintf("syncro://customers/%d/assets", firstCustomer): 0}
		for _, asset := range b.server.Assets() {
			if fmt.Sprint(asset["customer_id"]) == fmt.Sprint(firstCustomer) {
				want[fmt.Sprintf("syncro://customers/%d/assets", firstCustomer)]++
			}
		}
		for uri, count := range want {
			require.NotZero(t, count)
			text, mime, err := read(t.Context(), c, uri+".csv")
			require.NoError(t, err)
			assert.Equal(t, "text/csv", mime)
			rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			require.NoError(t, err)
			assert.Len(t, rows, count+1)
			assert.NotEmpty(t, rows[1][3], "the customer's name")
			text, mime, err = read(t.Context(), c, uri+".jsonl")
			require.NoError(t, err)
			assert.Equal(t, "application/jsonl", mime)
			assert.Equal(t, count, strings.Count(text, "\n"))
			var terminal strings.Builder
			require.NoError(t, tool.ReadResource(t.Context(), b.all, uri+".jsonl", &terminal))
			assert.Equal(t, text, terminal.String())
		}
	})
}

// TestWhatDoesNotExist has the code that the protocol version has for it, and a way on.
func TestWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	eachWay(t, fake.Options{Demo: true}, func(t *testing.T, b *bench, c *client.Client, version string) {
		notFound := map[string]error{"2025-11-25": mcp.ErrResourceNotFound, "2026-07-28": mcp.ErrInvalidParams}[version]
		for uri, says := range map[string]string{
			"syncro://assets/999999":                 "reading asset 999999",
			"syncro://assets/999999/patches":         "999999",
			"syncro://assets/abc":                    `asset_id "abc" is not a number of digits alone. Find the right one with search_assets.`,
			"syncro://assets/-1":                     "digits alone",
			"syncro://assets/+70101":                 "digits alone",
			"syncro://assets/070101":                 "digits alone",
			"syncro://assets/99999999999999999999":   "digits alone",
			"syncro://customers/999999/assets.csv":   "customer 999999",
			"syncro://customers/x/assets.jsonl":      "search_customers",
			"syncro://reference/none":                "There are asset-types, agent-status, errors, best-practices, workflows.",
			"syncro://reference/..%2Fcatalog":        "there is no page",
			"syncro://assets.xml":                    "there is no resource",
			"file:///etc/passwd":                     "there is no resource",
			"syncro://customers/2101/assets.csv?x=1": "there is no resource",
		} {
			_, _, err := read(t.Context(), c, uri)
			require.ErrorIs(t, err, notFound, uri)
			assert.ErrorContains(t, err, says, uri)
		}
		b.server.Inject(fake.Fault{Status: 500})
		_, _, err := read(t.Context(), c, "syncro://customers/999999/assets.csv")
		assert.NotErrorIs(t, err, notFound)
		assert.ErrorContains(t, err, "unavailable: ")
	})
}

// TestHostileTextsInExports: nothing that a terminal or a spreadsheet would act
// on, and no row torn apart.
func TestHostileTextsInExports(t *testing.T) {
	t.Parallel()
	eachWay(t, fake.Options{}, func(t *testing.T, b *bench, c *client.Client, _ string) {
		customer := b.server.AddCustomer(map[string]any{"business_name": "=cmd\u200b|x"})
		b.server.AddAsset(map[string]any{"customer_id": customer, "asset_type": "Desktop", "name": "a\u2028b\x1b[2J\u202eevil\U000E0041", "properties": map[string]any{}})
		text, _, err := read(t.Context(), c, "syncro://assets.csv")
		require.NoError(t, err)
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 2)
		assert.Equal(t, []string{"a\nb[2Jevil", "'=cmd|x"}, []string{rows[1][1], rows[1][3]})
	})
}

// TestTooLargeForMCP: no cut file, and the requests end at the limit; the
// terminal gets it all.
func TestTooLargeForMCP(t *testing.T) {
	t.Parallel()
	b := newBench(t, fake.Options{HonourPerPage: true})
	customer := b.server.AddCustomer(map[string]any{"business_name": "Acme"})
	notes := strings.Repeat("long notes ", 1000)
	for i := range 600 {
		b.server.AddAsset(map[string]any{"customer_id": customer, "asset_type": "Desktop", "name": fmt.Sprint("PC-", i), "notes": notes})
	}
	b.server.Reset()
	_, _, err := read(t.Context(), b.connect("2025-11-25"), "syncro://assets.csv")
	assert.ErrorContains(t, err, "too_large: syncro://assets.csv is longer than the 4,194,304 bytes that one read gives and broke off in line ")
	assert.ErrorContains(t, err, "have the user run syncro-mcp read syncro://assets.csv in a terminal")
	assert.Less(t, len(b.server.Requests()), 7)
	var whole strings.Builder
	require.NoError(t, tool.ReadResource(t.Context(), b.all, "syncro://assets.csv", &whole))
	assert.Greater(t, whole.Len(), 6<<20)
}

func TestPages(t *testing.T) {
	t.Parallel()
	b := newBench(t, fake.Options{})
	c := b.connect("2026-07-28")
	for _, page := range resources.Pages() {
		text, mime, err := read(t.Context(), c, "syncro://reference/"+page)
		require.NoError(t, err)
		assert.Equal(t, "text/markdown", mime)
		assert.True(t, strings.HasPrefix(text, "# "), page)
		assert.Less(t, len(text), 4000, page)
	}
	assert.Empty(t, b.server.Requests())
}

// TestAddressesAreDisjoint: the library picks at random where two templates fit.
func TestAddressesAreDisjoint(t *testing.T) {
	t.Parallel()
	c := newBench(t, fake.Options{}).connect("2025-11-25")
	templates, err := c.ListResourceTemplates(t.Context(), mcp.ListResourceTemplatesRequest{})
	require.NoError(t, err)
	list, err := c.ListResources(t.Context(), mcp.ListResourcesRequest{})
	require.NoError(t, err)
	require.Len(t, templates.ResourceTemplates, 5)
	require.Len(t, list.Resources, 3)
	names := map[string]bool{}
	for _, each := range list.Resources {
		names[each.Name] = true
		for _, template := range templates.ResourceTemplates {
			assert.False(t, template.URITemplate.Regexp().MatchString(each.URI), each.URI)
		}
	}
	for _, one := range templates.ResourceTemplates {
		names[one.Name] = true
		sample := strings.NewReplacer("{asset_id}", "70101", "{customer_id}", "2101", "{page}", "errors").Replace(one.URITemplate.Raw())
		for _, other := range templates.ResourceTemplates {
			assert.Equal(t, one.Name == other.Name, other.URITemplate.Regexp().MatchString(sample), "%s and %s", one.Name, other.Name)
		}
	}
	assert.Len(t, names, 8, "equal names are skipped in lists")
}

// TestToolsetsHoldForResources: what needs a tool that is not served is not there.
func TestToolsetsHoldForResources(t *testing.T) {
	t.Parallel()
	b := newBench(t, fake.Options{Demo: true})
	var err error
	b.runner, err = tool.NewRunner(tool.Options{Tools: tool.Select(b.runner.Tools(), tool.ModeRead, []string{"scripts"})})
	require.NoError(t, err)
	c := b.connect("2025-11-25")
	_, _, err = read(t.Context(), c, fmt.Sprintf("syncro://assets/%d", firstAsset))
	require.ErrorIs(t, err, mcp.ErrResourceNotFound)
	_, _, err = read(t.Context(), c, "syncro://scripts")
	require.NoError(t, err)
}
