package tool_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

func offers(t *testing.T, r *tool.Runner, resources []tool.Resource, prompts []tool.Prompt) *server.MCPServer {
	t.Helper()
	s := newServer(r)
	tool.RegisterResources(s, r, resources)
	tool.RegisterPrompts(s, r, prompts)
	return s
}

func read(t *testing.T, c *client.Client, uri string) (mcp.TextResourceContents, error) {
	t.Helper()
	got, err := c.ReadResource(t.Context(), mcp.ReadResourceRequest{Params: mcp.ReadResourceParams{URI: uri}})
	if err != nil {
		return mcp.TextResourceContents{}, err
	}
	require.Len(t, got.Contents, 1)
	return got.Contents[0].(mcp.TextResourceContents), nil
}

// shelfOf has a resource for each way in which reading can end.
func shelfOf() []tool.Resource {
	return []tool.Resource{
		{URI: "syncro://plain", Name: "plain", Title: "Plain", Description: "Plain.", MIME: "text/plain",
			Read: func(_ context.Context, _ map[string]string, w io.Writer) error {
				_, err := io.WriteString(w, "hello")
				return err
			}},
		{URI: "syncro://things/{id}", Name: "thing", Title: "Thing", Description: "Thing.", MIME: "application/json",
			Read: func(_ context.Context, vars map[string]string, w io.Writer) error {
				switch vars["id"] {
				case "gone":
					return &syncro.Error{Kind: syncro.NotFound, Doing: "reading a thing", Message: "there is none", Next: "Look for it"}
				case "own":
					return tool.Errorf(tool.NotFound, "there is no such thing. Look for it.")
				case "broken":
					return errors.New("password of the database is hunter2")
				case "panic":
					panic("password of the database is hunter2")
				case "down":
					return &syncro.Error{Kind: syncro.Unavailable, Message: "Syncro is down", Next: "Try later"}
				case "long":
					for range 5 << 10 {
						if _, err := fmt.Fprintln(w, strings.Repeat("x", 1023)); err != nil {
							return fmt.Errorf("broke off: %w", err)
						}
					}
				}
				return tool.WriteJSON(w, vars)
			},
			Complete: func(_ context.Context, variable, prefix string) ([]string, error) {
				switch prefix {
				case "error":
					return []string{"x"}, errors.New("no")
				case "panic":
					panic("no")
				}
				var many []string
				for i := range 250 {
					many = append(many, fmt.Sprint(variable, prefix, i))
				}
				return many, nil
			}},
		{URI: "syncro://hidden", Name: "hidden", Title: "Hidden", Description: "Needs a tool.", Needs: []string{"get_asset"}},
	}
}

// TestResourcesThroughClients: what reading may end in, over every version that
// clients speak, with the code that each has for "not found".
func TestResourcesThroughClients(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	r := newRunner(t, tool.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	s := offers(t, r, shelfOf(), nil)
	for _, over := range []string{"memory", "http"} {
		for _, version := range versions {
			c := connect(t, s, over, version, nil)
			got, err := read(t, c, "syncro://plain")
			require.NoError(t, err)
			assert.Equal(t, mcp.TextResourceContents{URI: "syncro://plain", MIMEType: "text/plain", Text: "hello"}, got)
			got, err = read(t, c, "syncro://things/a%20b")
			require.NoError(t, err)
			assert.Equal(t, "{\"id\":\"a b\"}\n", got.Text)

			notFound := mcp.ErrResourceNotFound
			if version == "2026-07-28" {
				notFound = mcp.ErrInvalidParams
			}
			for uri, says := range map[string]string{
				"syncro://things/gone": "not_found: reading a thing: there is none. Look for it.",
				"syncro://things/own":  "not_found: there is no such thing. Look for it.",
				"syncro://nowhere":     "There are syncro://plain, syncro://things/{id}.",
				"syncro://hidden":      "not_found: there is no resource",
				"syncro://things/":     "not_found",
				"syncro://things/a/b":  "not_found",
			} {
				_, err := read(t, c, uri)
				require.ErrorIs(t, err, notFound, "%s %q", version, uri)
				assert.ErrorContains(t, err, says)
			}
			for uri, says := range map[string]string{
				"syncro://things/down":   "unavailable: Syncro is down. Try later.",
				"syncro://things/broken": "internal: this server ran into a fault of its own",
				"syncro://things/panic":  "internal: this server ran into a fault of its own",
				"syncro://things/long":   "too_large: syncro://things/long is longer than the 4,194,304 bytes that one read gives and broke off in line 4,097, so none of it is given.",
			} {
				_, err := read(t, c, uri)
				assert.ErrorContains(t, err, says)
				require.NotErrorIs(t, err, notFound)
				assert.NotContains(t, err.Error(), "hunter2")
			}
		}
	}
	assert.Contains(t, log.String(), "hunter2")
	assert.Contains(t, log.String(), "resource panicked")
}

func TestListedResources(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2025-11-25", "2026-07-28"} {
		c := connect(t, offers(t, newRunner(t, tool.Options{}), shelfOf(), nil), "memory", version, nil)
		list, err := c.ListResources(t.Context(), mcp.ListResourcesRequest{})
		require.NoError(t, err)
		require.Len(t, list.Resources, 1)
		assert.Equal(t, "Plain", list.Resources[0].Title)
		templates, err := c.ListResourceTemplates(t.Context(), mcp.ListResourceTemplatesRequest{})
		require.NoError(t, err)
		require.Len(t, templates.ResourceTemplates, 1)
		assert.Equal(t, "syncro://things/{id}", templates.ResourceTemplates[0].URITemplate.Raw())
	}
}

func TestResourceReadsAreNotCached(t *testing.T) {
	t.Parallel()
	s := offers(t, newRunner(t, tool.Options{}), shelfOf(), nil)
	server.WithCacheHints(300_000, mcp.CacheScopePublic)(s)
	c := connect(t, s, "http", "2026-07-28", nil)
	got, err := c.ReadResource(t.Context(), mcp.ReadResourceRequest{Params: mcp.ReadResourceParams{URI: "syncro://plain"}})
	require.NoError(t, err)
	text, err := json.Marshal(got)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"ttlMs":0`)
	assert.Contains(t, string(text), `"cacheScope":"private"`)
}

// TestCompletions: a hundred at most, and never an error.
func TestCompletions(t *testing.T) {
	t.Parallel()
	prompt := tool.Prompt{Name: "p", Title: "P", Description: "P.", Arguments: []tool.PromptArgument{
		{Name: "id", Complete: func(ctx context.Context, prefix string) ([]string, error) {
			return shelfOf()[1].Complete(ctx, "id", prefix)
		}},
		{Name: "odd", Complete: func(context.Context, string) ([]string, error) {
			return []string{"fine", "fine", "", "two\nlines", "hid\u200bden"}, nil
		}},
	}}
	c := connect(t, offers(t, newRunner(t, tool.Options{}), shelfOf(), []tool.Prompt{prompt}), "memory", "2025-11-25", nil)
	complete := func(ref any, argument, value string) mcp.Completion {
		got, err := c.Complete(t.Context(), mcp.CompleteRequest{Params: mcp.CompleteParams{Ref: ref, Argument: mcp.CompleteArgument{Name: argument, Value: value}}})
		require.NoError(t, err)
		require.NotNil(t, got.Completion.Values)
		return got.Completion
	}
	ofPrompt, ofResource := mcp.PromptReference{Type: "ref/prompt", Name: "p"}, mcp.ResourceReference{Type: "ref/resource", URI: "syncro://things/{id}"}
	for _, ref := range []any{ofPrompt, ofResource} {
		got := complete(ref, "id", "7")
		assert.Len(t, got.Values, 100)
		assert.True(t, got.HasMore)
		assert.Equal(t, "id70", got.Values[0])
		assert.Empty(t, complete(ref, "id", "error").Values)
		assert.Empty(t, complete(ref, "id", "panic").Values)
	}
	assert.Equal(t, []string{"fine"}, complete(ofPrompt, "odd", "").Values)
	assert.Empty(t, complete(ofPrompt, "other", "").Values)
	assert.Empty(t, complete(mcp.PromptReference{Type: "ref/prompt", Name: "q"}, "id", "").Values)
	assert.Empty(t, complete(mcp.ResourceReference{Type: "ref/resource", URI: "syncro://plain"}, "id", "").Values)
}

func TestPromptsThroughClients(t *testing.T) {
	t.Parallel()
	prompt := tool.Prompt{
		Name: "greet", Title: "Greet", Description: "Greets.",
		Arguments: []tool.PromptArgument{{Name: "who", Description: "Whom to greet.", Required: true}, {Name: "how", Description: "In which way."}},
		Write: func(_ context.Context, given map[string]string) (string, error) {
			switch given["how"] {
			case "panic":
				panic("hunter2")
			case "broken":
				return "", errors.New("hunter2")
			}
			return fmt.Sprintf("Hello %s\x1b %d", tool.Quote(given["who"], 20), len(given)), nil
		},
	}
	hidden := prompt
	hidden.Name, hidden.Needs = "hidden", []string{"get_asset"}
	s := offers(t, newRunner(t, tool.Options{}), nil, []tool.Prompt{prompt, hidden})
	for _, over := range []string{"memory", "http"} {
		for _, version := range versions {
			c := connect(t, s, over, version, nil)
			list, err := c.ListPrompts(t.Context(), mcp.ListPromptsRequest{})
			require.NoError(t, err)
			require.Len(t, list.Prompts, 1)
			assert.Equal(t, []mcp.PromptArgument{{Name: "who", Description: "Whom to greet.", Required: true}, {Name: "how", Description: "In which way."}},
				list.Prompts[0].Arguments)
			get := func(name string, given map[string]string) (string, error) {
				got, err := c.GetPrompt(t.Context(), mcp.GetPromptRequest{Params: mcp.GetPromptParams{Name: name, Arguments: given}})
				if err != nil {
					return err.Error(), err
				}
				require.Len(t, got.Messages, 1)
				assert.Equal(t, mcp.RoleUser, got.Messages[0].Role)
				return got.Messages[0].Content.(mcp.TextContent).Text, nil
			}
			text, err := get("greet", map[string]string{"who": " Ann\n", "how": " "})
			require.NoError(t, err)
			assert.Equal(t, `Hello "Ann" 1`, text)
			for says, given := range map[string]map[string]string{
				"invalid_argument: greet needs who (Whom to greet). Fill it in": {"who": "  "},
				`greet has no argument "whom": did you mean who?`:               {"who": "x", "whom": "y"},
				`greet has no argument "colour". It takes who, how.`:            {"who": "x", "colour": "y"},
				"how of greet has 1,001 characters, and at most 1,000":          {"who": "x", "how": strings.Repeat("ü", 1001)},
				"internal: this server ran into a fault of its own":             {"who": "x", "how": "panic"},
				"internal: this server ran into a fault of its":                 {"who": "x", "how": "broken"},
			} {
				text, err := get("greet", given)
				require.Error(t, err)
				assert.Contains(t, text, says)
				assert.NotContains(t, text, "hunter2")
			}
			_, err = get("hidden", nil)
			assert.ErrorIs(t, err, mcp.ErrInvalidParams)
		}
	}
}

// TestAnswer: a resource may use tools that change nothing, and no others.
func TestAnswer(t *testing.T) {
	t.Parallel()
	var got manyIn
	r := newRunner(t, tool.Options{Tools: []tool.Tool{lookTool(&got), newDesk().deleteTool()}})
	doc, err := r.Answer(t.Context(), "look", map[string]any{"asset_id": 7})
	require.NoError(t, err)
	assert.JSONEq(t, `{}`, string(doc))
	assert.EqualValues(t, 7, got.AssetID)
	for name, says := range map[string]string{
		"look":         "invalid_argument: look needs asset_id",
		"delete_asset": "internal: delete_asset changes something",
		"fly":          "invalid_argument: there is no tool",
	} {
		_, err := r.Answer(t.Context(), name, map[string]any{})
		assert.ErrorContains(t, err, says)
		assert.NotContains(t, err.Error(), "argument: invalid_argument")
	}
}

// TestReadingTellsItsProgress: to clients that want it, and before the text.
func TestReadingTellsItsProgress(t *testing.T) {
	t.Parallel()
	slow := tool.Resource{URI: "syncro://slow", Name: "slow", Title: "Slow", Description: "Slow.", MIME: "text/plain",
		Read: func(ctx context.Context, _ map[string]string, _ io.Writer) error {
			tool.Progress(ctx, 1, 2, "half")
			return nil
		}}
	s := offers(t, newRunner(t, tool.Options{}), []tool.Resource{slow}, nil)
	for _, version := range []string{"2025-11-25", "2026-07-28"} {
		c := connect(t, s, "http", version, nil)
		told := make(chan any, 1)
		c.OnNotification(func(n mcp.JSONRPCNotification) { told <- n.Params.AdditionalFields["message"] })
		_, err := c.ReadResource(t.Context(), mcp.ReadResourceRequest{Params: mcp.ReadResourceParams{URI: "syncro://slow", Meta: &mcp.Meta{ProgressToken: "p"}}})
		require.NoError(t, err)
		assert.Equal(t, "half", <-told)
	}
}

// TestTheTerminalHasNoLimit: what MCP refuses streams there.
func TestTheTerminalHasNoLimit(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	require.NoError(t, tool.ReadResource(t.Context(), shelfOf(), "syncro://things/long", &text))
	assert.Greater(t, text.Len(), 5<<20)
	assert.ErrorContains(t, tool.ReadResource(t.Context(), shelfOf(), "syncro://x", &text), "not_found: there is no resource \"syncro://x\".")
	var told []string
	ctx := newRunner(t, tool.Options{}).WithProgress(t.Context(), func(_, _ float64, message string) { told = append(told, message) })
	tool.Progress(ctx, 1, 1, "all")
	assert.Equal(t, []string{"all"}, told)
}
