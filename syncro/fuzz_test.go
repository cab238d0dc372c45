package syncro_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro"
)

// documentedAsset and productionAsset are records as the two dialects show them.
const (
	documentedAsset = `{"id": 98765, "customer_id": 12345, "asset_type": "Desktop", "name": "ACME-WKS-001", "serial_number": "ABC123456",
		"model": "OptiPlex 7090", "manufacturer": "Dell", "purchase_date": "2024-01-15", "warranty_expires": "2027-01-15", "notes": "Finance",
		"created_at": "2024-01-20T10:00:00Z", "updated_at": "2024-02-15T14:30:00Z", "properties": {"os_name": "Windows 11 Pro", "os_version": "22H2",
		"cpu": "Intel Core i7-11700", "memory": "16 GB", "disk_space": "512 GB SSD", "ip_address": "192.168.1.100", "last_seen": "2024-02-15T14:25:00Z", "online": true}}`
	productionAsset = `{"id": 7, "name": "X", "customer_id": 1, "contact_id": null, "created_at": "2019-10-21T04:40:27.117Z", "properties": {"OS": 4, "Warranty Expires": "01/15/2024",
		"kabuto_information": {"general": {"model": "ThinkPad"}, "os": {"name": "Windows"}, "cpu": [{"name": "i7"}], "hdd": [], "ram_gb": "15.8",
		"network_adapters": [{"ipv4": "10.0.0.2", "physical_address": "00"}], "last_user": "me", "last_synced_at": "2026-01-01 10:00:00"}}, "asset_type": "Server",
		"asset_serial": null, "customer": {"id": 1, "firstname": "Walkin", "lastname": "Customer", "business_name": null}, "rmm_links": [],
		"rmm_store": {"triggers": {"bsod_triggered": "false", "low_hd_space_triggered": "true"}}}`
)

// mustBeSound checks what holds for every error, whatever the API sent.
func mustBeSound(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var failure *syncro.Error
	require.True(t, errors.As(err, &failure), "%v", err)
	assert.NotEmpty(t, failure.Message)
	assert.NotContains(t, err.Error(), key)
	assert.Less(t, len(err.Error()), 4000)
}

// answering is a client whose every request gets this answer.
func answering(t *testing.T, status int, body string) *syncro.Client {
	g := &gate{answer: func(int) *http.Response {
		r := response(body)
		r.StatusCode = status
		return r
	}}
	return g.client(t, -1)
}

func FuzzAsset(f *testing.F) {
	for _, body := range []string{`{"asset": ` + documentedAsset + `}`, `{"asset": ` + productionAsset + `}`, productionAsset, `{"asset": []}`, `{"asset": {"id": "7", "properties": []}}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		asset, err := answering(t, http.StatusOK, body).Asset(t.Context(), 7)
		mustBeSound(t, err)
		if err != nil {
			return
		}
		assert.EqualValues(t, 7, asset.ID)
		if asset.Agent == nil || asset.Agent.LastSeen.IsZero() && asset.Agent.Online == nil {
			assert.NotEqual(t, syncro.Online, asset.Status(time.Now()), "unknown is not online")
		}
		for _, field := range syncro.AssetFields() {
			assert.Equal(t, strings.TrimSpace(asset.Field(field)), asset.Field(field))
		}
	})
}

func FuzzAssetList(f *testing.F) {
	for _, body := range []string{
		`{"assets": [` + documentedAsset + `,` + productionAsset + `], "meta": {"page": 1, "per_page": 25, "total_pages": 1, "total_entries": 2}}`,
		`{"assets": [], "meta": []}`, `{"assets": null}`, `{"assets": [` + productionAsset + `], "meta": {"total_pages": "9", "total_entries": null}}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		client := answering(t, http.StatusOK, body)
		var coverage syncro.Coverage
		seen := map[int64]bool{}
		for asset, err := range client.Assets(t.Context(), syncro.AssetFilter{}, &coverage) {
			mustBeSound(t, err)
			if err == nil {
				assert.False(t, seen[asset.ID], "a row comes once")
				seen[asset.ID] = true
			}
		}
		assert.LessOrEqual(t, len(seen), coverage.Read)
	})
}

func FuzzPatches(f *testing.F) {
	for _, body := range []string{
		`{"patches": {"available": [{"kb": "KB5034441", "title": "T", "severity": "Critical", "release_date": "2024-02-13"}], "installed": [], "last_scan": "2024-02-15T06:00:00Z"}}`,
		`{"installed_patches": [{"kb": null, "title": "T", "status": "Recently Installed", "installed_at": "2025-01-12T14:30:00.000Z"}], "available_patches": [], "available_patches_meta": {"page": 1, "total_pages": 2, "total_entries": 100}}`,
		`{"available_patches": {}, "installed_patches": []}`,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		patches, err := answering(t, http.StatusOK, body).AssetPatches(t.Context(), 7)
		mustBeSound(t, err)
		assert.GreaterOrEqual(t, patches.Missed, 0)
		for _, p := range patches.Patches {
			assert.Contains(t, []syncro.PatchStatus{syncro.PatchMissing, syncro.PatchFailed, syncro.PatchRejected, syncro.PatchInstalled}, p.Status)
		}
	})
}

func FuzzErrorBody(f *testing.F) {
	for _, body := range []string{
		`{"error": "text"}`, `{"errors": ["text"]}`, `{"errors": "text"}`, `{"errors": {"field": ["text"]}}`, `{"errors": [{"field": "f", "message": "is required"}]}`,
		`{"success": false, "message": ["Asset type can't be blank"], "params": {"name": "No type"}}`, `{"message": "text"}`, `<html></html>`, ``,
	} {
		f.Add(422, body)
		f.Add(401, body)
		f.Add(404, body)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 300 || status > 599 || status >= 500 || status == 429 {
			t.Skip() // those are tried again, with pauses
		}
		_, err := answering(t, status, body).Asset(t.Context(), 7)
		require.Error(t, err)
		mustBeSound(t, err)
	})
}
