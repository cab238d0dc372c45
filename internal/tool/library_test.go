package tool_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
)

// versions that clients speak, the modern one last.
var versions = []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"}

func newServer(r *tool.Runner) *server.MCPServer {
	s := server.NewMCPServer("test", "1", server.WithToolCapabilities(false), server.WithOutputSchemaValidation(), server.WithHooks(&server.Hooks{}))
	tool.Register(s, r)
	return s
}

// person answers the forms of a client.
type person func(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error)

func (p person) Elicit(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return p(ctx, r)
}

func answers(action mcp.ElicitationResponseAction, content any) person {
	return func(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
		return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: action, Content: content}}, nil
	}
}

func silence(ctx context.Context, _ mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// connect starts a real client; a nil person declares that it cannot ask.
func connect(t *testing.T, s *server.MCPServer, over, version string, p person) *client.Client {
	t.Helper()
	options := []client.ClientOption{client.WithProtocolVersion(version)}
	if p != nil {
		options = append(options, client.WithElicitationHandler(p))
	}
	var c *client.Client
	if over == "http" {
		web := httptest.NewServer(server.NewStreamableHTTPServer(s, server.WithDisableStreaming(true)))
		t.Cleanup(web.Close)
		via, err := transport.NewStreamableHTTP(web.URL + "/mcp")
		require.NoError(t, err)
		c = client.NewClient(via, options...)
	} else {
		var err error
		c, err = client.NewInProcessClientWithOptions(s, options...)
		require.NoError(t, err)
	}
	require.NoError(t, c.Start(t.Context()))
	t.Cleanup(func() { _ = c.Close() })
	_, err := c.Initialize(t.Context(), mcp.InitializeRequest{Params: mcp.InitializeParams{
		ProtocolVersion: version, ClientInfo: mcp.Implementation{Name: "test", Version: "1"},
	}})
	require.NoError(t, err)
	return c
}

func request(name, args string) mcp.CallToolRequest {
	return mcp.CallToolRequest{Params: mcp.CallToolParams{Name: name, RawArguments: json.RawMessage(args)}}
}

// said gives the text of a result, having checked that structuredContent says the same.
func said(t *testing.T, r *mcp.CallToolResult) string {
	t.Helper()
	require.Len(t, r.Content, 1)
	text := r.Content[0].(mcp.TextContent).Text
	if r.IsError {
		assert.Nil(t, r.StructuredContent)
		return text
	}
	structured, err := json.Marshal(r.StructuredContent)
	require.NoError(t, err)
	assert.JSONEq(t, text, string(structured))
	return text
}

// TestConfirmationThroughClients: every way to answer, over every version that
// clients speak and the transports that carry questions.
func TestConfirmationThroughClients(t *testing.T) {
	t.Parallel()
	yes := map[string]any{"confirm": true}
	behaviours := map[string]struct {
		person person
		want   string
		done   int64
	}{
		"yes":           {answers("accept", yes), `"outcome":"done"`, 1},
		"box not set":   {answers("accept", map[string]any{"confirm": false}), `"outcome":"declined"`, 0},
		"empty form":    {answers("accept", nil), `"outcome":"declined"`, 0},
		"word for bool": {answers("accept", map[string]any{"confirm": "true"}), `"outcome":"declined"`, 0},
		"decline":       {answers("decline", yes), `"outcome":"declined"`, 0},
		"cancel":        {answers("cancel", nil), `"outcome":"declined"`, 0},
		"nonsense":      {answers("whatever", yes), `"outcome":"declined"`, 0},
		"cannot ask":    {nil, `"outcome":"confirmation_required"`, 0},
	}
	for _, over := range []string{"memory", "http"} {
		for _, version := range versions {
			for name, b := range behaviours {
				t.Run(over+" "+version+" "+name, func(t *testing.T) {
					t.Parallel()
					d := newDesk()
					c := connect(t, newServer(newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}})), over, version, b.person)
					result, err := c.CallTool(t.Context(), request("delete_asset", someAsset))
					require.NoError(t, err)
					require.False(t, result.IsError)
					assert.Contains(t, said(t, result), b.want)
					assert.Equal(t, b.done, d.done.Load())
				})
			}
		}
	}
}

// TestSilenceThroughClients: no answer, an error, or a client that goes away.
func TestSilenceThroughClients(t *testing.T) {
	t.Parallel()
	for _, version := range versions[:4] {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk()
			s := newServer(newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}}))
			c := connect(t, s, "memory", version, silence)
			result, err := c.CallTool(t.Context(), request("delete_asset", someAsset))
			require.NoError(t, err)
			assert.Contains(t, said(t, result), `"outcome":"unanswered"`, version)

			began := time.Now()
			result, err = c.CallTool(t.Context(), request("delete_asset", someAsset))
			require.NoError(t, err)
			assert.Contains(t, said(t, result), `"outcome":"confirmation_required"`, version)
			assert.Zero(t, time.Since(began))
			assert.Zero(t, d.done.Load())
			require.NoError(t, c.Close())
		})
	}
	d := newDesk()
	hurried := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}, Patience: time.Millisecond})
	late, err := connect(t, newServer(hurried), "http", "2025-11-25", silence).CallTool(t.Context(), request("delete_asset", someAsset))
	require.NoError(t, err)
	assert.Contains(t, said(t, late), `"outcome":"unanswered"`)

	failing := func(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
		return nil, errors.New("no window")
	}
	for _, over := range []string{"memory", "http"} {
		c := connect(t, newServer(newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}})), over, "2025-11-25", failing)
		result, err := c.CallTool(t.Context(), request("delete_asset", someAsset))
		require.NoError(t, err)
		assert.Contains(t, said(t, result), "unavailable: the question could not be put to the user; nothing was sent to Syncro.")
	}
	c := connect(t, newServer(newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}})), "http", "2026-07-28", failing)
	_, err = c.CallTool(t.Context(), request("delete_asset", someAsset))
	require.Error(t, err, "a modern client keeps its failure to itself")
	assert.Zero(t, d.done.Load())
}

// TestSessionEnds: a session that ended is forgotten, so one with the same id is
// asked again.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	r := newRunner(t, tool.Options{Tools: []tool.Tool{newDesk().deleteTool()}})
	s := newServer(r)
	session := server.NewInProcessSession("same", nil)
	require.NoError(t, s.RegisterSession(t.Context(), session))
	call := deletion(someAsset)
	call.Session, call.Asker = "same", says(tool.Silent)
	assert.Equal(t, "unanswered", fields(t, r.Call(t.Context(), call))["outcome"])
	assert.Equal(t, "confirmation_required", fields(t, r.Call(t.Context(), call))["outcome"])
	s.UnregisterSession(t.Context(), "same")
	assert.Equal(t, "unanswered", fields(t, r.Call(t.Context(), call))["outcome"])
}

func TestTheForm(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2025-06-18", "2026-07-28"} {
		var asked mcp.ElicitationParams
		c := connect(t, newServer(newRunner(t, tool.Options{Tools: []tool.Tool{newDesk().deleteTool()}})), "http", version,
			func(_ context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
				asked = r.Params
				return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: "decline"}}, nil
			})
		_, err := c.CallTool(t.Context(), request("delete_asset", someAsset))
		require.NoError(t, err)
		assert.Equal(t, `Delete the asset "FRONT-PC"?`, asked.Message)
		assert.Empty(t, asked.Mode)
		form, err := json.Marshal(asked.RequestedSchema)
		require.NoError(t, err)
		assert.JSONEq(t, `{"type":"object","required":["confirm"],"properties":{"confirm":{"type":"boolean","title":"Yes, do this",
			"description":"Tick to have it done. Anything else leaves everything as it is."}}}`, string(form))
	}
}

func TestListedTools(t *testing.T) {
	t.Parallel()
	d := newDesk()
	look := readTool(func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil })
	write := tool.NewWrite(tool.Spec{Name: "write", Title: "Write", Toolset: "assets", Description: "Writes."},
		func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil })
	r := newRunner(t, tool.Options{Tools: []tool.Tool{look, write, d.deleteTool(), d.moveTool()}})
	for _, version := range versions {
		list, err := connect(t, newServer(r), "http", version, nil).ListTools(t.Context(), mcp.ListToolsRequest{})
		require.NoError(t, err)
		require.Len(t, list.Tools, 4)
		for name, want := range map[string][4]bool{ // read-only, destructive, idempotent, open world
			"look": {true, false, true, true}, "write": {false, false, false, true},
			"delete_asset": {false, true, false, true}, "update_asset": {false, true, true, true},
		} {
			i := slices.IndexFunc(list.Tools, func(each mcp.Tool) bool { return each.Name == name })
			hints := list.Tools[i].Annotations
			assert.Equal(t, want, [4]bool{*hints.ReadOnlyHint, *hints.DestructiveHint, *hints.IdempotentHint, *hints.OpenWorldHint}, name)
			assert.NotEmpty(t, hints.Title)
			assert.NotEmpty(t, list.Tools[i].Description)
			assert.Equal(t, "object", list.Tools[i].InputSchema.Type)
			assert.Equal(t, "object", list.Tools[i].OutputSchema.Type)
		}
	}
}

// TestArgumentsArriveAsSent: exact long ids, repeated names seen, absent
// arguments fine, errors as results.
func TestArgumentsArriveAsSent(t *testing.T) {
	t.Parallel()
	var got manyIn
	s := newServer(newRunner(t, tool.Options{Tools: []tool.Tool{lookTool(&got)}}))
	for _, version := range versions {
		c := connect(t, s, "memory", version, nil)
		result, err := c.CallTool(t.Context(), request("look", `{"asset_id":9007199254740993}`))
		require.NoError(t, err)
		assert.JSONEq(t, `{}`, said(t, result))
		assert.EqualValues(t, 9007199254740993, got.AssetID)

		result, err = c.CallTool(t.Context(), request("look", `{"asset_id":1,"asset_id":2}`))
		require.NoError(t, err)
		assert.Contains(t, said(t, result), "comes twice")

		result, err = c.CallTool(t.Context(), request("look", ``))
		require.NoError(t, err)
		assert.True(t, result.IsError)
		assert.Contains(t, said(t, result), "invalid_argument: look needs asset_id")
	}
}

func TestProgressArrivesBeforeTheResult(t *testing.T) {
	t.Parallel()
	look := readTool(func(ctx context.Context, _ struct{}) (struct{}, error) {
		tool.Progress(ctx, 1, 2, "half")
		tool.Progress(ctx, 2, 2, "all")
		return struct{}{}, nil
	})
	for _, over := range []string{"memory", "http"} {
		for _, version := range []string{"2025-11-25", "2026-07-28"} {
			c := connect(t, newServer(newRunner(t, tool.Options{Tools: []tool.Tool{look}})), over, version, nil)
			var mu sync.Mutex
			var got []string
			c.OnNotification(func(n mcp.JSONRPCNotification) {
				mu.Lock()
				defer mu.Unlock()
				got = append(got, n.Params.AdditionalFields["message"].(string))
			})
			r := request("look", `{}`)
			r.Params.Meta = &mcp.Meta{ProgressToken: "p"}
			_, err := c.CallTool(t.Context(), r)
			require.NoError(t, err)
			require.Eventually(t, func() bool {
				mu.Lock()
				defer mu.Unlock()
				return slices.Equal([]string{"half", "all"}, got)
			}, time.Second, time.Millisecond, "%s %s", over, version)
		}
	}
}

func TestCaller(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "local", tool.CallerFrom(t.Context()))
	assert.Equal(t, "anna", tool.CallerFrom(tool.WithCaller(t.Context(), "anna")))
}
