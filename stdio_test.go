package main

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro/fake"
)

// syncroAccount is an embedded Syncro on loopback and the settings that lead to it.
func syncroAccount(t *testing.T, o fake.Options) (*fake.Server, []string) {
	t.Helper()
	o.Key, o.Demo = "stdio-key", true
	server := fake.New(o)
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	return server, []string{"SYNCRO_API_KEY=stdio-key", "SYNCRO_BASE_URL=" + listening.URL}
}

func protocols() []string {
	return []string{mcp.ProtocolVersion20241105, mcp.ProtocolVersion20250326, mcp.ProtocolVersion20250618, mcp.ProtocolVersion20251125, mcp.ProtocolVersion20260728}
}

// TestTheMainJob is a technician's day, end to end: find, read, change, patch,
// run and delete, through a client over stdio.
func TestTheMainJob(t *testing.T) {
	t.Parallel()
	for _, dialect := range []fake.Dialect{fake.Documented, fake.Production} {
		for _, protocol := range protocols() {
			t.Run(dialect.String()+" "+protocol, func(t *testing.T) {
				t.Parallel()
				server, environment := syncroAccount(t, fake.Options{Dialect: dialect})
				person := &user{answer: yes()}
				c := connect(t, environment, protocol, person)

				listed, err := c.ListTools(t.Context(), mcp.ListToolsRequest{})
				require.NoError(t, err)
				assert.GreaterOrEqual(t, len(listed.Tools), 20)
				text, err := json.Marshal(listed)
				require.NoError(t, err)
				assert.Less(t, len(text), 45_000, "every session pays for the list")

				found, _ := call(t, c, "search_assets", map[string]any{"query": "NWD-WKS-001"})
				require.Len(t, found["assets"], 1)
				row := found["assets"].([]any)[0].(map[string]any)
				assert.Equal(t, "Northwind Dental", row["customer"])
				assert.Equal(t, "4KX92L3", row["serial_number"])

				read, _ := call(t, c, "get_asset", map[string]any{"asset_id": "70101", "include": []string{"patches", "properties"}})
				assert.Equal(t, "OptiPlex 7090", read["asset"].(map[string]any)["model"])
				assert.NotNil(t, read["patches"])

				before, _ := server.Asset(70101)
				updated, failure := call(t, c, "update_asset", map[string]any{"asset_id": 70101, "warranty_expires": "2031-01-31", "properties": map[string]any{"Location": "Back office"}})
				require.Empty(t, failure)
				assert.Len(t, updated["changed"], 2)
				assert.Nil(t, updated["not_saved"])
				after, _ := server.Asset(70101)
				for key, value := range before["properties"].(map[string]any) {
					if key != "Location" && key != "Warranty Expires" {
						assert.Equal(t, value, after["properties"].(map[string]any)[key], key)
					}
				}

				patches, _ := call(t, c, "get_asset_patches", map[string]any{"asset_id": 70101, "status": "installed", "limit": 3})
				assert.Len(t, patches["patches"], 3)
				assert.NotEmpty(t, patches["next_cursor"])

				ran, failure := call(t, c, "run_script", map[string]any{"asset_ids": []int{70101, 70102}, "script_id": 41203, "parameters": map[string]any{"service_name": "Spooler"}})
				require.Empty(t, failure)
				assert.Equal(t, "done", ran["outcome"])
				assert.Len(t, server.Runs(), 2)

				deleted, failure := call(t, c, "delete_asset", map[string]any{"asset_id": 70101})
				_, stands := server.Asset(70101)
				if dialect == fake.Documented {
					assert.Equal(t, "done", deleted["outcome"], failure)
					assert.NotEmpty(t, deleted["final_state"])
					assert.False(t, stands)
				} else {
					assert.Contains(t, failure, "unsupported: deleting asset 70101: this Syncro account's API cannot delete assets")
					assert.True(t, stands)
				}
				assert.Len(t, person.asked, 2)
				assert.Contains(t, person.asked[0], `Run the script with id 41203 (its name is not known here) with "service_name" = "Spooler" on 2 machines`)
			})
		}
	}
}

func TestNothingHappensWithoutAYes(t *testing.T) {
	t.Parallel()
	for _, protocol := range protocols() {
		for name, answer := range map[string]mcp.ElicitationResponse{
			"declined":  {Action: mcp.ElicitationResponseActionDecline},
			"cancelled": {Action: mcp.ElicitationResponseActionCancel},
			"unticked":  {Action: mcp.ElicitationResponseActionAccept, Content: map[string]any{"confirm": false}},
		} {
			t.Run(protocol+" "+name, func(t *testing.T) {
				t.Parallel()
				server, environment := syncroAccount(t, fake.Options{})
				c := connect(t, environment, protocol, &user{answer: answer})
				result, _ := call(t, c, "delete_asset", map[string]any{"asset_id": 70101})
				assert.Equal(t, "declined", result["outcome"])
				assert.Contains(t, result["message"], "Nothing was sent to Syncro.")
				for _, r := range server.Requests() {
					assert.Equal(t, "GET", r.Method)
				}
			})
		}
	}
}

func TestAClientThatCannotAskGoesByToken(t *testing.T) {
	t.Parallel()
	for _, protocol := range protocols() {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			server, environment := syncroAccount(t, fake.Options{})
			c := connect(t, environment, protocol, nil)
			first, _ := call(t, c, "delete_asset", map[string]any{"asset_id": 70101})
			require.Equal(t, "confirmation_required", first["outcome"])
			_, stands := server.Asset(70101)
			require.True(t, stands)

			_, failure := call(t, c, "delete_asset", map[string]any{"asset_id": 70102, "confirm_token": first["confirm_token"]})
			assert.Contains(t, failure, "was given for other arguments; nothing was done")
			second, failure := call(t, c, "delete_asset", map[string]any{"asset_id": 70101, "confirm_token": first["confirm_token"]})
			require.Empty(t, failure)
			assert.Equal(t, "done", second["outcome"])
			_, failure = call(t, c, "delete_asset", map[string]any{"asset_id": 70101, "confirm_token": first["confirm_token"]})
			assert.Contains(t, failure, "was used already")
			_, stands = server.Asset(70102)
			assert.True(t, stands)

			strict := connect(t, environment, protocol, nil, "--confirm", "elicit")
			_, failure = call(t, strict, "delete_asset", map[string]any{"asset_id": 70102})
			assert.Contains(t, failure, "unsupported: ")
		})
	}
}

func TestTheMachineMustBeTheOneThatWasApproved(t *testing.T) {
	t.Parallel()
	server, environment := syncroAccount(t, fake.Options{})
	c := connect(t, environment, mcp.ProtocolVersion20251125, nil)
	first, _ := call(t, c, "delete_asset", map[string]any{"asset_id": 70101})
	server.EditAsset(70101, func(record map[string]any) { record["name"] = "PAYROLL-SRV" })
	_, failure := call(t, c, "delete_asset", map[string]any{"asset_id": 70101, "confirm_token": first["confirm_token"]})
	assert.Contains(t, failure, "NWD-WKS-001")
	assert.Contains(t, failure, "PAYROLL-SRV")
	assert.Contains(t, failure, "nothing was done")
	_, stands := server.Asset(70101)
	assert.True(t, stands)
}

// TestTroubleIsToldInSentences has every way in which a call goes wrong for its
// user: what is read, and that nothing was lost or done twice.
func TestTroubleIsToldInSentences(t *testing.T) {
	t.Parallel()
	create := map[string]any{"customer_id": 2101, "asset_type": "Desktop", "name": "NEW-1"}
	for _, test := range []struct {
		name      string
		options   fake.Options
		fault     fake.Fault
		tool      string
		arguments map[string]any
		want      string
		writes    int // requests that change something
	}{
		{"a wrong key", fake.Options{}, fake.Fault{Status: 401, Body: `{"error": "Unauthorized"}`}, "get_asset", map[string]any{"asset_id": 70101},
			"unauthorized: reading asset 70101: Syncro does not accept the API key. Check the key and the subdomain in the settings of this server.", 0},
		{"a missing permission", fake.Options{Deny: []string{"asset.write"}}, fake.Fault{}, "update_asset", map[string]any{"asset_id": 70101, "notes": "x"},
			`forbidden: updating asset 70101: the API token lacks the permission "Assets - Edit". Ask a Syncro administrator to add it`, 1},
		{"an unknown asset", fake.Options{}, fake.Fault{}, "get_asset", map[string]any{"asset_id": 5}, "not_found: reading asset 5: ", 0},
		{"an unknown name", fake.Options{}, fake.Fault{}, "get_asset", map[string]any{"name": "NOPE"}, `not_found: no asset is called "NOPE". Try part of the name with search_assets.`, 0},
		{"an ambiguous customer", fake.Options{}, fake.Fault{}, "create_asset", map[string]any{"customer": "Northwind", "asset_type": "Desktop", "name": "X"},
			`invalid_argument: customer "Northwind" is not the whole name of one customer; it could be "Northwind Dental" (customer_id 2101), "Northwind Dental Labs" (customer_id 2102). Give the customer_id`, 0},
		{"a bad date", fake.Options{}, fake.Fault{}, "update_asset", map[string]any{"asset_id": 70101, "purchase_date": "2026-02-30"},
			`invalid_argument: purchase_date takes a calendar date as YYYY-MM-DD, not "2026-02-30".`, 0},
		{"an unknown argument", fake.Options{}, fake.Fault{}, "delete_asset", map[string]any{"assetid": 70101}, `invalid_argument: delete_asset has no argument "assetid": did you mean asset_id?`, 0},
		{"nothing to change", fake.Options{}, fake.Fault{}, "update_asset", map[string]any{"asset_id": 70101}, "invalid_argument: no field to change was given", 0},
		{"a type the account does not have", fake.Options{}, fake.Fault{}, "create_asset", map[string]any{"customer_id": 2101, "asset_type": "Teapot", "name": "X"},
			"validation_failed: creating asset \"X\": ", 1},
		{"a dropped connection before a create acted", fake.Options{}, fake.Fault{Method: "POST", Do: fake.ResetBefore}, "create_asset", create,
			`outcome_unknown: creating asset "NEW-1": the connection to Syncro was lost before an answer came; a look at the customer's assets does not show it now.`, 1},
		{"a dropped connection after a create acted", fake.Options{}, fake.Fault{Method: "POST", Do: fake.ResetAfter}, "create_asset", create,
			`outcome_unknown: creating asset "NEW-1": the connection to Syncro was lost before an answer came; the customer has an asset 70171 of that name`, 1},
		{"an answer that is not JSON", fake.Options{}, fake.Fault{Method: "GET", Do: fake.HTML}, "get_asset", map[string]any{"asset_id": 70101},
			"unavailable: reading asset 70101: Syncro's address answered with a web page instead of data. Check the subdomain", 0},
		{"a customer that is not there", fake.Options{}, fake.Fault{}, "create_asset", map[string]any{"customer_id": 9, "asset_type": "Desktop", "name": "X"}, "not_found: reading customer 9: ", 0},
	} {
		for _, dialect := range []fake.Dialect{fake.Documented, fake.Production} {
			t.Run(test.name+" "+dialect.String(), func(t *testing.T) {
				t.Parallel()
				o := test.options // each run has its own
				o.Dialect = dialect
				server, environment := syncroAccount(t, o)
				if test.fault.Status != 0 || test.fault.Do != fake.Respond {
					server.Inject(test.fault)
				}
				assets := len(server.Assets())
				c := connect(t, environment, mcp.ProtocolVersion20251125, nil)
				_, failure := call(t, c, test.tool, test.arguments)
				assert.True(t, strings.HasPrefix(failure, test.want), failure)
				assert.NotContains(t, failure, "stdio-key")
				writes := 0
				for _, r := range server.Requests() {
					if r.Method != "GET" {
						writes++
					}
				}
				assert.Equal(t, test.writes, writes)
				assert.LessOrEqual(t, len(server.Assets())-assets, 1)
			})
		}
	}
}
