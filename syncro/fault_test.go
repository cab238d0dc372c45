package syncro_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

// troubles are the ways in which a request can go wrong, each for good.
func troubles() map[string]fake.Fault {
	return map[string]fake.Fault{
		"429":          {Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": "3"}},
		"500":          {Status: http.StatusInternalServerError},
		"502":          {Status: http.StatusBadGateway},
		"503":          {Status: http.StatusServiceUnavailable},
		"504":          {Status: http.StatusGatewayTimeout},
		"refused":      {Do: fake.Refuse},
		"reset before": {Do: fake.ResetBefore},
		"reset after":  {Do: fake.ResetAfter},
		"timeout":      {Do: fake.HangAfter},
		"truncated":    {Do: fake.Truncate},
		"HTML":         {Do: fake.HTML},
		"empty":        {Do: fake.Empty},
	}
}

// cell is what is expected of one operation under one trouble.
type cell struct {
	sent int    // requests of the operation's own method that left, refused dials included
	done bool   // the fake did what was asked
	kind string // kind of the error; "" for success
	says string // in the error
}

const (
	scriptID       = 41201 // one of the demo's
	connectionLost = "connection to Syncro was lost before an answer came"
	lookFirst      = "look before you repeat it"
)

func TestFaultTable(t *testing.T) {
	t.Parallel()
	operations := map[string]struct {
		method string
		do     func(t *testing.T, c *syncro.Client) error
		done   func(s *fake.Server) bool
		cells  map[string]cell
	}{
		"GET": {
			method: http.MethodGet,
			do: func(t *testing.T, c *syncro.Client) error {
				_, err := c.Asset(t.Context(), 7)
				return err
			},
			done: func(*fake.Server) bool { return false },
			cells: map[string]cell{
				"429":          {4, false, "rate_limited", "too many came from this address"},
				"500":          {1, false, "unavailable", "status 500"},
				"502":          {4, false, "unavailable", "status 502"},
				"503":          {4, false, "unavailable", "status 503"},
				"504":          {4, false, "unavailable", "status 504"},
				"refused":      {4, false, "unavailable", "no connection to localhost"},
				"reset before": {4, false, "unavailable", connectionLost},
				"reset after":  {4, false, "unavailable", connectionLost},
				"timeout":      {3, false, "timeout", "did not answer in time"},
				"truncated":    {4, false, "unavailable", "broke off before its end"},
				"HTML":         {1, false, "unavailable", "a web page instead of data"},
				"empty":        {1, false, "unavailable", "answer is empty"},
			},
		},
		"PUT": {
			method: http.MethodPut,
			do: func(t *testing.T, c *syncro.Client) error {
				_, after, missing, err := c.UpdateAsset(t.Context(), 7, syncro.AssetChange{Fields: map[string]string{syncro.Notes: "new"}})
				if err == nil {
					assert.Equal(t, "new", after.Notes)
					assert.Empty(t, missing)
				}
				return err
			},
			done: func(s *fake.Server) bool {
				record, _ := s.Asset(7)
				return record["notes"] == "new"
			},
			cells: map[string]cell{
				"429":          {4, false, "rate_limited", "nothing was done"},
				"500":          {1, false, "unavailable", "nothing of the update is stored"},
				"502":          {4, false, "unavailable", "nothing of the update is stored"},
				"503":          {4, false, "unavailable", "nothing of the update is stored"},
				"504":          {4, false, "unavailable", "nothing of the update is stored"},
				"refused":      {4, false, "unavailable", "no connection to localhost"},
				"reset before": {4, false, "unavailable", "nothing of the update is stored"},
				"reset after":  {4, true, "", ""},
				"timeout":      {3, true, "", ""},
				"truncated":    {4, true, "", ""},
				"HTML":         {1, false, "unavailable", "nothing of the update is stored"},
				"empty":        {1, true, "", ""},
			},
		},
		"DELETE": {
			method: http.MethodDelete,
			do:     func(t *testing.T, c *syncro.Client) error { return c.DeleteAsset(t.Context(), 7) },
			done: func(s *fake.Server) bool {
				_, stands := s.Asset(7)
				return !stands
			},
			cells: map[string]cell{
				"429":          {4, false, "rate_limited", "nothing was done"},
				"500":          {1, false, "unavailable", "the asset is still there"},
				"502":          {4, false, "unavailable", "the asset is still there"},
				"503":          {4, false, "unavailable", "the asset is still there"},
				"504":          {4, false, "unavailable", "the asset is still there"},
				"refused":      {4, false, "unavailable", "no connection to localhost"},
				"reset before": {4, false, "unavailable", "the asset is still there"},
				"reset after":  {4, true, "", ""},
				"timeout":      {3, true, "", ""},
				"truncated":    {2, true, "", ""},
				"HTML":         {1, false, "unavailable", "the asset is still there"},
				"empty":        {1, true, "", ""},
			},
		},
		"POST create": {
			method: http.MethodPost,
			do: func(t *testing.T, c *syncro.Client) error {
				_, _, err := c.CreateAsset(t.Context(), syncro.AssetChange{CustomerID: 3, Fields: map[string]string{syncro.Name: "NEW-1", syncro.AssetType: "Desktop"}}, false)
				return err
			},
			done: func(s *fake.Server) bool { return len(s.Assets()) == 2 },
			cells: map[string]cell{
				"429":          {4, false, "rate_limited", "nothing was done"},
				"500":          {1, false, "outcome_unknown", "a look at the customer's assets does not show it"},
				"502":          {1, false, "outcome_unknown", "a look at the customer's assets does not show it"},
				"503":          {1, false, "outcome_unknown", "a look at the customer's assets does not show it"},
				"504":          {1, false, "outcome_unknown", "a look at the customer's assets does not show it"},
				"refused":      {4, false, "unavailable", "no connection to localhost"},
				"reset before": {1, false, "outcome_unknown", "a look at the customer's assets does not show it"},
				"reset after":  {1, true, "outcome_unknown", "which may be the one asked for"},
				"timeout":      {1, true, "outcome_unknown", "which may be the one asked for"},
				"truncated":    {1, true, "outcome_unknown", "which may be the one asked for"},
				"HTML":         {1, false, "outcome_unknown", "a look at the customer's assets does not show it"},
				"empty":        {1, true, "outcome_unknown", "which may be the one asked for"},
			},
		},
		"POST script": {
			method: http.MethodPost,
			do: func(t *testing.T, c *syncro.Client) error {
				asset, err := c.Asset(t.Context(), 7)
				require.NoError(t, err)
				return c.RunScript(t.Context(), syncro.ScriptRun{Asset: asset, ScriptID: scriptID})
			},
			done: func(s *fake.Server) bool { return len(s.Runs()) == 1 },
			cells: map[string]cell{
				"429":          {4, false, "rate_limited", "nothing was done"},
				"500":          {1, false, "outcome_unknown", lookFirst},
				"502":          {1, false, "outcome_unknown", lookFirst},
				"503":          {1, false, "outcome_unknown", lookFirst},
				"504":          {1, false, "outcome_unknown", lookFirst},
				"refused":      {4, false, "unavailable", "no connection to localhost"},
				"reset before": {1, false, "outcome_unknown", lookFirst},
				"reset after":  {1, true, "outcome_unknown", lookFirst},
				"timeout":      {1, true, "outcome_unknown", lookFirst},
				"truncated":    {1, true, "outcome_unknown", lookFirst},
				"HTML":         {1, false, "outcome_unknown", "does not say whether it was taken"},
				"empty":        {1, true, "", ""},
			},
		},
	}
	for name, operation := range operations {
		for trouble, fault := range troubles() {
			t.Run(name+"/"+trouble, func(t *testing.T) {
				t.Parallel()
				want, planned := operation.cells[trouble]
				require.True(t, planned)
				synctest.Test(t, func(t *testing.T) {
					client, server := account(t, fake.Options{})
					server.AddCustomer(map[string]any{"id": 3, "business_name": "Acme"})
					server.AddAsset(map[string]any{"id": 7, "customer_id": 3, "name": "OLD-1", "asset_type": "Desktop", "properties": map[string]any{"online": true, "last_seen": "2026-01-01T00:00:00Z"}})
					fault.Method = operation.method
					if operation.method == http.MethodGet {
						fault.Path = "/customer_assets/{id}"
					} else { // the look before the change
						_, err := client.Asset(t.Context(), 7)
						require.NoError(t, err)
					}
					server.Inject(fault)
					err := operation.do(t, client)

					assert.Equal(t, want.sent, count(server, operation.method)+server.Refused(), "requests: %v", sent(server))
					assert.Equal(t, want.done, operation.done(server), "what the account then holds")
					if want.kind == "" {
						require.NoError(t, err)
						return
					}
					var failure *syncro.Error
					require.True(t, errors.As(err, &failure), "%v", err)
					assert.Equal(t, want.kind, string(failure.Kind), "%v", err)
					assert.Contains(t, err.Error(), want.says)
					assert.NotContains(t, err.Error(), key)
				})
			})
		}
	}
}

// count counts the requests of a method, without the looks that a test makes first.
func count(server *fake.Server, method string) int {
	n := 0
	for _, line := range sent(server) {
		if strings.HasPrefix(line, method+" ") {
			n++
		}
	}
	return n
}
