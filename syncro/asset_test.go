package syncro_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

// walk reads all assets that fit.
func walk(t *testing.T, client *syncro.Client, filter syncro.AssetFilter) ([]syncro.Asset, syncro.Coverage) {
	t.Helper()
	var coverage syncro.Coverage
	var found []syncro.Asset
	for asset, err := range client.Assets(t.Context(), filter, &coverage) {
		require.NoError(t, err)
		found = append(found, asset)
	}
	return found, coverage
}

func TestBothDialectsTellTheSame(t *testing.T) {
	t.Parallel()
	read := map[fake.Dialect]map[string]syncro.Asset{}
	for _, dialect := range dialects() {
		client, _ := account(t, fake.Options{Dialect: dialect, Demo: true})
		assets, coverage := walk(t, client, syncro.AssetFilter{})
		assert.True(t, coverage.Complete)
		read[dialect] = map[string]syncro.Asset{}
		for _, a := range assets {
			read[dialect][a.Name+"/"+a.Serial+time.Unix(a.CustomerID, 0).String()] = a
		}
	}
	require.Len(t, read[fake.Production], len(read[fake.Documented]))
	require.GreaterOrEqual(t, len(read[fake.Documented]), 60)
	now := time.Now()
	for name, documented := range read[fake.Documented] {
		production, ok := read[fake.Production][name]
		require.True(t, ok, name)
		for _, field := range syncro.AssetFields() {
			assert.Equal(t, documented.Field(field), production.Field(field), "%s of %s", field, name)
		}
		assert.Equal(t, documented.CustomerID, production.CustomerID, name)
		assert.Equal(t, documented.Status(now), production.Status(now), name)
		assert.Equal(t, documented.Custom, production.Custom, name)
		assert.Equal(t, documented.Agent == nil, production.Agent == nil, name)
		if documented.Agent != nil && production.Agent != nil {
			left, right := *documented.Agent, *production.Agent
			left.Online, right.Online = nil, nil // only one dialect has the flag
			assert.Equal(t, left, right, name)
		}
	}
}

func TestOddShapes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name   string
		record map[string]any
		check  func(t *testing.T, a syncro.Asset)
		fails  string
	}{
		{"numbers as text", map[string]any{"id": "71", "customer_id": "9", "name": 12}, func(t *testing.T, a syncro.Asset) {
			assert.EqualValues(t, 71, a.ID)
			assert.EqualValues(t, 9, a.CustomerID)
			assert.Equal(t, "12", a.Name)
		}, ""},
		{"absent as null, blank and missing", map[string]any{"id": 71, "name": nil, "serial_number": "", "customer_id": nil}, func(t *testing.T, a syncro.Asset) {
			assert.Empty(t, a.Name+a.Serial+a.Model)
			assert.Zero(t, a.CustomerID)
			assert.Equal(t, syncro.Unmanaged, a.Status(now))
		}, ""},
		{"an array for properties", map[string]any{"id": 71, "serial_number": nil, "properties": []any{}}, func(t *testing.T, a syncro.Asset) {
			assert.Empty(t, a.Custom)
			assert.Nil(t, a.Agent)
		}, ""},
		{"American dates", map[string]any{"id": 71, "serial_number": nil, "purchase_date": "01/15/2024", "warranty_expires": "2027-01-15T00:00:00.000+02:00"}, func(t *testing.T, a syncro.Asset) {
			assert.Equal(t, "2024-01-15", a.PurchaseDate)
			assert.Equal(t, "2027-01-15", a.WarrantyExpires)
		}, ""},
		{"no date at all", map[string]any{"id": 71, "serial_number": nil, "purchase_date": "spring of 24"}, func(t *testing.T, a syncro.Asset) {
			assert.Equal(t, "spring of 24", a.PurchaseDate)
		}, ""},
		{"the flag as text", map[string]any{"id": 71, "serial_number": nil, "properties": map[string]any{"online": "true", "last_seen": "2020-01-01 00:00:00"}}, func(t *testing.T, a syncro.Asset) {
			assert.Equal(t, syncro.Online, a.Status(now))
		}, ""},
		{"agent data nobody can date", map[string]any{"id": 71, "asset_serial": nil, "properties": map[string]any{"kabuto_information": map[string]any{"os": map[string]any{"name": "Windows"}}}}, func(t *testing.T, a syncro.Asset) {
			assert.Equal(t, syncro.Offline, a.Status(now), "unknown is not online")
		}, ""},
		{"no id", map[string]any{"id": 71, "name": map[string]any{"first": "x"}}, nil, "field name is an object, not a text"},
		{"a time nobody can read", map[string]any{"id": 71, "created_at": "soon"}, func(t *testing.T, a syncro.Asset) {
			assert.Zero(t, a.CreatedAt, "not known, and no reason to lose the rest")
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client, server := account(t, fake.Options{})
			id := server.AddAsset(map[string]any{"id": 71, "name": "X"})
			require.True(t, server.EditAsset(id, func(record map[string]any) {
				clear(record)
				for name, value := range test.record {
					record[name] = value
				}
			}))
			asset, err := client.Asset(t.Context(), 71)
			if test.fails != "" {
				require.ErrorContains(t, err, test.fails)
				return
			}
			require.NoError(t, err)
			test.check(t, asset)
		})
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	recent, old := "2026-01-02T11:45:00Z", "2026-01-02T11:15:00Z"
	trigger := func(name, value string) map[string]any {
		return map[string]any{"triggers": map[string]any{name + "_triggered": value}}
	}
	reported := func(at string, more ...any) map[string]any {
		inner := map[string]any{"last_synced_at": at}
		for i := 0; i < len(more); i += 2 {
			inner[more[i].(string)] = more[i+1]
		}
		return map[string]any{"kabuto_information": inner}
	}
	for _, test := range []struct {
		name   string
		record map[string]any
		want   syncro.Status
	}{
		{"the flag says no", map[string]any{"serial_number": nil, "properties": map[string]any{"online": false, "last_seen": recent}}, syncro.Offline},
		{"the flag says yes", map[string]any{"serial_number": nil, "properties": map[string]any{"online": true, "last_seen": old}}, syncro.Online},
		{"no flag, seen lately", map[string]any{"serial_number": nil, "properties": map[string]any{"last_seen": recent}}, syncro.Online},
		{"no flag, silent", map[string]any{"serial_number": nil, "properties": map[string]any{"last_seen": old}}, syncro.Offline},
		{"the trigger says offline", map[string]any{"asset_serial": nil, "rmm_store": trigger("agent_offline", "true"), "properties": reported(recent)}, syncro.Offline},
		{"a trigger that did not fire proves nothing", map[string]any{"asset_serial": nil, "rmm_store": trigger("agent_offline", "false"), "properties": reported(old)}, syncro.Offline},
		{"a health trigger", map[string]any{"asset_serial": nil, "rmm_store": trigger("low_hd_space", "true"), "properties": reported(recent)}, syncro.NeedsAttention},
		{"updating", map[string]any{"asset_serial": nil, "properties": reported(recent, "agent_status", "Updating")}, syncro.Updating},
		{"no agent", map[string]any{"asset_serial": nil, "rmm_store": trigger("low_hd_space", "false"), "properties": map[string]any{"Location": "rack"}}, syncro.Unmanaged},
		{"an address alone is no agent", map[string]any{"serial_number": nil, "properties": map[string]any{"ip_address": "10.0.0.9"}}, syncro.Unmanaged},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client, server := account(t, fake.Options{})
			test.record["id"], test.record["name"] = 71, "X"
			server.AddAsset(test.record)
			asset, err := client.Asset(t.Context(), 71)
			require.NoError(t, err)
			assert.Equal(t, test.want, asset.Status(now))
		})
	}
}
