package syncro_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

func TestACreateAnsweredWithAnotherRecordTouchesNothing(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		server.Inject(fake.Fault{Method: http.MethodPost, Body: `{"asset": {"id": 70104, "customer_id": 2101, "name": "NWD-WKS-004", "serial_number": null, "properties": {}}}`})
		before, _ := server.Asset(70104)
		_, _, err := client.CreateAsset(t.Context(), whole(2101), true)
		assert.True(t, syncro.IsKind(err, syncro.OutcomeUnknown), "%v", err)
		assert.ErrorContains(t, err, "asset 70104, which is not the one that was asked for")
		after, _ := server.Asset(70104)
		assert.Equal(t, before, after)
		assert.Zero(t, count(server, http.MethodPut))
	})
}

func TestTheKeyIsStruckOutOfWhatAServerEchoes(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		server.Inject(fake.Fault{Status: http.StatusUnprocessableEntity, Body: `{"error": "bad Authorization: Bearer ` + key + `"}`})
		_, err := client.Asset(t.Context(), 7)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), key)
	})
}

func TestADeleteWithoutAWordIsLookedInto(t *testing.T) {
	t.Parallel()
	client, server := account(t, fake.Options{Demo: true})
	server.Inject(fake.Fault{Method: http.MethodDelete, Status: http.StatusOK, Body: " "})
	err := client.DeleteAsset(t.Context(), 70101)
	require.ErrorContains(t, err, "the asset is still there")
}

func TestARevokedKeyIsNotTakenForAMissingPermission(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := account(t, fake.Options{Demo: true})
		server.Inject(fake.Fault{Path: "/customer_assets/{id}", Times: 1, Status: http.StatusUnauthorized, Body: `{"error": "Unauthorized"}`})
		_, err := client.Asset(t.Context(), 70101)
		assert.True(t, syncro.IsKind(err, syncro.Forbidden), "%v", err)
		time.Sleep(time.Minute)
		server.Inject(fake.Fault{Status: http.StatusUnauthorized, Body: `{"error": "Unauthorized"}`})
		_, err = client.Asset(t.Context(), 70101)
		assert.True(t, syncro.IsKind(err, syncro.Unauthorized), "%v", err)
	})
}

func TestReasonsOfWhatWasNotSaved(t *testing.T) {
	t.Parallel()
	const stored = `{"asset": {"id": 7, "name": "X", "customer_id": 1, "serial_number": null, "model": "NEWTRUNC", "notes": "old", "properties": {"price": 1.5, "long": 12345678901234567000}}}`
	for _, test := range []struct {
		name   string
		change syncro.AssetChange
		want   map[string]string
	}{
		{"changed on the way", syncro.AssetChange{Fields: map[string]string{syncro.Model: "NEW"}}, map[string]string{"model": "stored something else"}},
		{"kept", syncro.AssetChange{Fields: map[string]string{syncro.Notes: "new"}}, map[string]string{"notes": "kept what it had"}},
		{"the same number written otherwise", syncro.AssetChange{Properties: map[string]any{"price": "1.50", "new": nil}}, map[string]string{}},
		{"an integer that lost its end", syncro.AssetChange{Properties: map[string]any{"long": "12345678901234567890"}}, map[string]string{"properties.long": "stored something else"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			client, server := account(t, fake.Options{})
			server.AddAsset(map[string]any{"id": 7, "customer_id": 1, "name": "X", "model": "OLD", "notes": "old", "properties": map[string]any{"price": "2", "long": "1"}})
			server.Inject(fake.Fault{Method: http.MethodPut, Body: stored})
			_, _, missing, err := client.UpdateAsset(t.Context(), 7, test.change)
			require.NoError(t, err)
			got := map[string]string{}
			for _, each := range missing {
				got[each.Field] = each.Reason
			}
			require.Len(t, got, len(test.want), "%v", got)
			for field, reason := range test.want {
				assert.Contains(t, got[field], reason)
			}
		})
	}
}

func TestAPartialAnswerIsReadAgain(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		server.Inject(fake.Fault{Method: http.MethodPut, Body: `{"asset": {"id": 70101}}`})
		_, after, missing, err := client.UpdateAsset(t.Context(), 70101, syncro.AssetChange{Fields: map[string]string{syncro.Notes: "new"}})
		require.NoError(t, err)
		assert.Equal(t, "NWD-WKS-001", after.Name)
		assert.Len(t, missing, 1, "the server said yes and stored nothing")
	})
}

func TestPropertiesThatAreOneOrTheAgents(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		for want, properties := range map[string]map[string]any{
			"which are one property":                   {"location": "A", "LOCATION": "B"},
			"os_name, which this machine's agent repo": {"os_name": "DOS"},
		} {
			_, _, _, err := client.UpdateAsset(t.Context(), 70101, syncro.AssetChange{Properties: properties})
			require.ErrorContains(t, err, want)
			assert.Zero(t, count(server, http.MethodPut))
		}
	})
	client, server := account(t, fake.Options{})
	server.AddAsset(map[string]any{"id": 7, "customer_id": 1, "name": "Printer"})
	_, after, _, err := client.UpdateAsset(t.Context(), 7, syncro.AssetChange{Properties: map[string]any{"ip_address": "10.0.0.9"}})
	require.NoError(t, err)
	assert.Equal(t, "10.0.0.9", after.Custom["ip_address"], "what somebody typed in for a printer is shown")
}

func TestAMissingRouteIsNoMissingAsset(t *testing.T) {
	t.Parallel()
	client, _ := account(t, fake.Options{Demo: true, Without: []string{"GET /customer_assets/{id}/patches"}})
	_, err := client.AssetPatches(t.Context(), 70101)
	assert.True(t, syncro.IsKind(err, syncro.Unsupported), "%v", err)
	_, err = client.AssetPatches(t.Context(), 5)
	assert.True(t, syncro.IsKind(err, syncro.NotFound), "%v", err)
}
