package syncro_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

// alerts reads all alerts that fit.
func alerts(t *testing.T, client *syncro.Client, filter syncro.AlertFilter) []syncro.Alert {
	t.Helper()
	var coverage syncro.Coverage
	var found []syncro.Alert
	for alert, err := range client.Alerts(t.Context(), filter, &coverage) {
		require.NoError(t, err)
		found = append(found, alert)
	}
	assert.True(t, coverage.Complete)
	return found
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true, PageSize: 4}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		all := alerts(t, client, syncro.AlertFilter{Status: syncro.AlertsAll})
		require.Len(t, all, len(server.Alerts()))
		active := alerts(t, client, syncro.AlertFilter{})
		resolved := alerts(t, client, syncro.AlertFilter{Status: syncro.AlertsResolved})
		assert.Len(t, all, len(active)+len(resolved))
		assert.NotEmpty(t, resolved)
		one := active[5]
		for _, alert := range alerts(t, client, syncro.AlertFilter{AssetID: one.AssetID}) {
			assert.Equal(t, one.AssetID, alert.AssetID)
			assert.Equal(t, syncro.AlertsActive, alert.Status)
		}
		assert.Len(t, alerts(t, client, syncro.AlertFilter{AssetID: one.AssetID}), 2)
		assert.Len(t, alerts(t, client, syncro.AlertFilter{CustomerID: one.CustomerID, Status: syncro.AlertsAll}), 4)
		read, err := client.Alert(t.Context(), one.ID)
		require.NoError(t, err)
		assert.Equal(t, one, read)
		assert.NotEmpty(t, read.AssetName)
		assert.NotEmpty(t, read.Trigger)
		assert.NotEmpty(t, read.Output)
		_, err = client.Alert(t.Context(), 5)
		assert.True(t, syncro.IsKind(err, syncro.NotFound), "%v", err)
	})
}

func TestAStatusThatIsIgnoredIsCheckedOnTheRows(t *testing.T) {
	t.Parallel()
	client := pages(t, func(int) string {
		return `{"rmm_alerts": [{"id": 1, "resolved": "true"}, {"id": 2, "resolved": false, "status": "Muted"}], "meta": {"page": 1, "total_pages": 1}}`
	})
	found := alerts(t, client, syncro.AlertFilter{})
	require.Len(t, found, 1)
	assert.Equal(t, "muted", found[0].Status)
}

func TestMuteAlert(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		server.AddAlert(map[string]any{"id": 9, "asset_id": 7})
		for _, length := range syncro.MuteDurations() {
			server.Reset()
			_, err := client.MuteAlert(t.Context(), 9, length)
			require.NoError(t, err)
			request := server.Requests()[0]
			assert.Equal(t, length, request.Query.Get("mute_for"))
			assert.JSONEq(t, `{"mute_for": "`+length+`"}`, string(request.Body))
			alert, _ := server.Alert(9)
			assert.NotNil(t, alert["muted_until"])
		}
		server.Reset()
		_, err := client.MuteAlert(t.Context(), 9, "3-days")
		assert.True(t, syncro.IsKind(err, syncro.InvalidArgument), "%v", err)
		assert.ErrorContains(t, err, "Use one of 1-hour, 1-day")
		assert.Empty(t, sent(server))
		_, err = client.MuteAlert(t.Context(), 5, "1-day")
		assert.True(t, syncro.IsKind(err, syncro.NotFound), "%v", err)
	})
}

func TestMutesWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		server.AddAlert(map[string]any{"id": 9})
		record, err := client.Alert(t.Context(), 9)
		require.NoError(t, err)
		_, told := record.Raw()["muted_until"]
		for _, test := range []struct {
			fault fake.Fault
			says  string // where the account tells its mutes; "" for success
		}{
			{fake.Fault{Do: fake.ResetBefore}, "a look at the alert does not show the mute now"},
			{fake.Fault{Status: http.StatusInternalServerError}, "a look at the alert does not show the mute now"},
			{fake.Fault{Do: fake.ResetAfter}, ""},
		} {
			server.ClearFaults()
			server.Reset()
			test.fault.Method = http.MethodPost
			server.Inject(test.fault)
			_, err := client.MuteAlert(t.Context(), 9, "1-day")
			assert.Equal(t, 1, count(server, http.MethodPost))
			switch {
			case told && test.says == "":
				require.NoError(t, err)
			case told:
				assert.ErrorContains(t, err, test.says)
			default:
				assert.True(t, syncro.IsKind(err, syncro.OutcomeUnknown), "%v", err)
				assert.ErrorContains(t, err, "the alert does not tell whether it is muted")
			}
		}
	})
	client, server := account(t, fake.Options{Unsaved: []string{"muted_until"}})
	server.AddAlert(map[string]any{"id": 9})
	_, err := client.MuteAlert(t.Context(), 9, "1-day")
	assert.ErrorContains(t, err, "took the mute without an error, but the alert is not muted")
}

func TestResolveAlert(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		for name, test := range map[string]struct {
			fault fake.Fault
			sent  int
			says  string // "" for success
		}{
			"well":         {fake.Fault{Method: http.MethodPatch}, 1, ""},
			"empty":        {fake.Fault{Method: http.MethodDelete, Do: fake.Empty}, 1, ""},
			"reset after":  {fake.Fault{Method: http.MethodDelete, Do: fake.ResetAfter}, 4, ""},
			"reset before": {fake.Fault{Method: http.MethodDelete, Do: fake.ResetBefore}, 4, "the alert is still active"},
			"HTML":         {fake.Fault{Method: http.MethodDelete, Do: fake.HTML}, 1, "the alert is still active"},
			"no route":     {fake.Fault{Method: http.MethodDelete, Status: http.StatusNotFound}, 1, "cannot resolve alerts, and the alert is still active"},
			"a yes that is none": {fake.Fault{Method: http.MethodDelete, Body: `{"success": "true"}`}, 1,
				"took the order without an error, but the alert is still active"},
			"a no":       {fake.Fault{Method: http.MethodDelete, Body: `{"success": "false", "message": ["Locked"]}`}, 1, "Locked"},
			"unreadable": {fake.Fault{Path: "/rmm_alerts/{id}", Do: fake.HTML}, 1, "could not be read after it"},
		} {
			server.ClearFaults()
			server.Reset()
			id := server.AddAlert(map[string]any{"description": name})
			server.Inject(test.fault)
			alert, err := client.ResolveAlert(t.Context(), id)
			assert.Equal(t, test.sent, count(server, http.MethodDelete), name)
			if test.says != "" {
				assert.ErrorContains(t, err, test.says, name)
				continue
			}
			require.NoError(t, err, name)
			assert.True(t, alert.Resolved, name)
			assert.Equal(t, name, alert.Description)
		}
		server.ClearFaults()
		_, err := client.ResolveAlert(t.Context(), 5)
		assert.True(t, syncro.IsKind(err, syncro.NotFound), "%v", err)
	})
}

func TestAnAlertThatIsGoneAfterItsDeleteIsResolved(t *testing.T) {
	t.Parallel()
	client, server := account(t, fake.Options{})
	server.AddAlert(map[string]any{"id": 9})
	server.Inject(fake.Fault{Method: http.MethodGet, Status: http.StatusNotFound, Body: `{"message": "Not found"}`})
	alert, err := client.ResolveAlert(t.Context(), 9)
	require.NoError(t, err)
	assert.True(t, alert.Resolved)
}

func TestAlertsNeedTheirPermission(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true, Deny: []string{"alert.read", "alert.write", "alert.delete"}}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		me, err := client.Me(t.Context())
		require.NoError(t, err)
		assert.Len(t, me.Lacks("alert.read", "alert.write", "alert.delete"), 3)
		_, err = client.Alert(t.Context(), 90101)
		assert.ErrorContains(t, err, `"RMM Alerts - List"`)
		_, err = client.MuteAlert(t.Context(), 90101, "1-day")
		assert.ErrorContains(t, err, `"RMM Alerts - Clear/Manage"`)
		_, err = client.ResolveAlert(t.Context(), 90101)
		assert.ErrorContains(t, err, `"RMM Alerts - Delete"`)
	})
}
