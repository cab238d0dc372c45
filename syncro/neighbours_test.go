package syncro_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

func response(body string) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader([]byte(body)))}
}

func TestPatches(t *testing.T) {
	t.Parallel()
	counts := map[fake.Dialect]map[string]map[syncro.PatchStatus]int{}
	for _, dialect := range dialects() {
		counts[dialect] = map[string]map[syncro.PatchStatus]int{}
		client, server := account(t, fake.Options{Dialect: dialect, Demo: true, PerMinute: -1})
		unlimited, err := syncro.New(syncro.Options{BaseURL: "http://localhost", Key: key, Rate: -1, Transport: server.Transport()})
		require.NoError(t, err)
		assets, _ := walk(t, client, syncro.AssetFilter{})
		for _, a := range assets {
			patches, err := unlimited.AssetPatches(t.Context(), a.ID)
			require.NoError(t, err)
			assert.Zero(t, patches.Missed)
			count := map[syncro.PatchStatus]int{}
			for _, p := range patches.Patches {
				count[p.Status]++
			}
			counts[dialect][fmt.Sprint(a.Name, a.CustomerID, a.Serial)] = count
		}
	}
	assert.Equal(t, counts[fake.Documented], counts[fake.Production])
}

func TestPatchesThatSyncroCountsButDoesNotSend(t *testing.T) {
	t.Parallel()
	client := pages(t, func(page int) string {
		return `{"available_patches": [{"kb": null, "title": "A", "status": "Missing Patches"}], "installed_patches": [], "available_patches_meta": {"page": 1, "total_pages": 2, "total_entries": 3}}`
	})
	patches, err := client.AssetPatches(t.Context(), 7)
	require.NoError(t, err)
	assert.Len(t, patches.Patches, 1)
	assert.Equal(t, 2, patches.Missed)
}

func TestScriptsFindTheirRouteOnce(t *testing.T) {
	t.Parallel()
	routes := map[fake.Dialect]string{fake.Documented: "POST /customer_assets/7/run_script", fake.Production: "POST /rmm/public_scripts/7/schedule"}
	agent := map[fake.Dialect]map[string]any{
		fake.Documented: {"online": true},
		fake.Production: {"kabuto_information": map[string]any{"last_synced_at": "2026-01-01"}},
	}
	for _, recordDialect := range dialects() { // an account in between keeps the records of one and the route of the other
		for _, routeDialect := range dialects() {
			t.Run(recordDialect.String()+" records, "+routeDialect.String()+" route", func(t *testing.T) {
				t.Parallel()
				client, server := account(t, fake.Options{Dialect: routeDialect})
				other, records := account(t, fake.Options{Dialect: recordDialect})
				for _, s := range []*fake.Server{server, records} {
					s.AddAsset(map[string]any{"id": 7, "name": "X", "properties": agent[recordDialect]})
				}
				server.EditAsset(7, func(record map[string]any) { record["properties"] = agent[routeDialect] })
				asset, err := other.Asset(t.Context(), 7)
				require.NoError(t, err)
				for range 2 {
					require.NoError(t, client.RunScript(t.Context(), syncro.ScriptRun{Asset: asset, ScriptID: scriptID, Parameters: map[string]string{"days": "3"}}))
				}
				require.Len(t, server.Runs(), 2)
				assert.Equal(t, map[string]any{"days": "3"}, server.Runs()[1].Parameters)
				posts := sent(server)
				assert.Equal(t, routes[routeDialect], posts[len(posts)-1])
				want := 2
				if recordDialect != routeDialect {
					want = 3
				}
				assert.Len(t, posts, want, "the route is found once: %v", posts)
			})
		}
	}
}

func TestScriptsThatCannotRun(t *testing.T) {
	t.Parallel()
	later := time.Now().Add(time.Hour)
	for _, test := range []struct {
		name    string
		options fake.Options
		run     syncro.ScriptRun
		kind    syncro.Kind
		says    string
	}{
		{"no such script", fake.Options{}, syncro.ScriptRun{ScriptID: 1}, syncro.ValidationFailed, "Script not found"},
		{"no permission", fake.Options{Deny: []string{"script.execute"}}, syncro.ScriptRun{ScriptID: scriptID}, syncro.Forbidden, `lacks the permission "Scripts - Execute"`},
		{"no route", fake.Options{Without: []string{"POST /customer_assets/{id}/run_script"}}, syncro.ScriptRun{ScriptID: scriptID}, syncro.Unsupported, "cannot run scripts; nothing was sent"},
		{"no schedule", fake.Options{}, syncro.ScriptRun{ScriptID: scriptID, At: later}, syncro.Unsupported, "cannot schedule scripts; nothing was sent"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client, server := account(t, test.options)
			server.AddAsset(map[string]any{"id": 7, "name": "X", "properties": map[string]any{"online": true}})
			var err error
			test.run.Asset, err = client.Asset(t.Context(), 7)
			require.NoError(t, err)
			err = client.RunScript(t.Context(), test.run)
			assert.True(t, syncro.IsKind(err, test.kind), "%v", err)
			assert.ErrorContains(t, err, test.says)
			assert.Empty(t, server.Runs())
		})
	}
}

func TestScriptForLater(t *testing.T) {
	t.Parallel()
	client, server := account(t, fake.Options{Dialect: fake.Production, Demo: true})
	var coverage syncro.Coverage
	for asset, err := range client.Assets(t.Context(), syncro.AssetFilter{Type: "Server"}, &coverage) {
		require.NoError(t, err)
		at := time.Now().Add(time.Hour)
		require.NoError(t, client.RunScript(t.Context(), syncro.ScriptRun{Asset: asset, ScriptID: scriptID, At: at}))
		require.Len(t, server.Runs(), 1)
		assert.Equal(t, at.UTC().Format(time.RFC3339), server.Runs()[0].RunAt)
		assert.Equal(t, "later", server.Runs()[0].RunType)
		return
	}
}

func TestCustomers(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true, PageSize: 2}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		all, more, err := client.Customers(t.Context(), "", 100)
		require.NoError(t, err)
		assert.False(t, more)
		assert.Len(t, all, 6)
		one, err := client.Customer(t.Context(), all[0].ID)
		require.NoError(t, err)
		assert.Equal(t, all[0], one)
		server.Reset()
		name, err := client.CustomerName(t.Context(), all[1].ID)
		require.NoError(t, err)
		assert.Equal(t, all[1].Name, name)
		assert.Empty(t, sent(server), "names are remembered")
		_, more, err = client.Customers(t.Context(), "", 3)
		require.NoError(t, err)
		assert.True(t, more)
		_, err = client.Customer(t.Context(), 5)
		assert.True(t, syncro.IsKind(err, syncro.NotFound), "%v", err)
	})
}

func TestCompressedAnswers(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		_, _ = zip.Write([]byte(`{"asset": {"id": 7, "name": "X"}}`))
		_ = zip.Close()
	}))
	t.Cleanup(server.Close)
	client, err := syncro.New(syncro.Options{BaseURL: server.URL, Key: key})
	require.NoError(t, err)
	asset, err := client.Asset(t.Context(), 7)
	require.NoError(t, err)
	assert.Equal(t, "X", asset.Name)
}
