package tool_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
)

func TestInputSchema(t *testing.T) {
	t.Parallel()
	read := readTool(func(_ context.Context, in struct {
		ID    int64     `json:"id" jsonschema:"minimum=1" jsonschema_description:"First, with a comma."`
		Since time.Time `json:"since,omitzero" jsonschema_description:"Since."`
		Sizes []int     `json:"sizes,omitempty" jsonschema:"default=1,default=2" jsonschema_description:"Sizes."`
	}) (struct{}, error) {
		return struct{}{}, nil
	})
	assert.JSONEq(t, `{"type":"object","additionalProperties":false,"required":["id"],"properties":{
		"id":{"type":"integer","minimum":1,"description":"First, with a comma."},
		"since":{"type":"string","format":"date-time","description":"Since."},
		"sizes":{"type":"array","items":{"type":"integer"},"default":[1,2],"description":"Sizes."}}}`, string(read.InputSchema()))
	assert.JSONEq(t, `{"type":"object","additionalProperties":false,"properties":{}}`, string(read.OutputSchema()))
}

func TestSchemasOfToolsThatAsk(t *testing.T) {
	t.Parallel()
	d := newDesk()
	for _, each := range []struct {
		tool     tool.Tool
		required any
		own      string
	}{
		{d.deleteTool(), []any{"outcome"}, "final_state"},
		{d.moveTool(), nil, "changed"},
	} {
		var in, out map[string]any
		require.NoError(t, json.Unmarshal(each.tool.InputSchema(), &in))
		require.NoError(t, json.Unmarshal(each.tool.OutputSchema(), &out))
		assert.Contains(t, in["properties"], "confirm_token")
		assert.NotContains(t, in["required"], "confirm_token")
		assert.Equal(t, each.required, out["required"])
		for _, name := range []string{each.own, "outcome", "message", "question", "preview", "confirm_token"} {
			assert.Contains(t, out["properties"], name)
		}
		assert.Equal(t, []any{"done", "partly_done", "failed", "confirmation_required", "declined", "unanswered"},
			out["properties"].(map[string]any)["outcome"].(map[string]any)["enum"])
	}
}

type loop struct {
	Next []loop `json:"next,omitempty" jsonschema_description:"More."`
}

// TestUnsoundArgumentsPanic: each of these would have become a schema that lies, or
// one over which a client drops the whole server.
func TestUnsoundArgumentsPanic(t *testing.T) {
	t.Parallel()
	none := struct{}{}
	for why, build := range map[string]func(){
		`tool look: argument id has no jsonschema_description`: func() {
			readTool(func(context.Context, struct {
				ID int `json:"id"`
			}) (struct{}, error) {
				return none, nil
			})
		},
		`tool look: argument rows[].id has no jsonschema_description`: func() {
			readTool(func(context.Context, struct {
				Rows []struct {
					ID int `json:"id"`
				} `json:"rows" jsonschema_description:"Rows."`
			}) (struct{}, error) {
				return none, nil
			})
		},
		`tool look: argument id: unknown keyword "min=1"; there are minimum, maximum, maxLength, minItems, maxItems, enum, default, format`: func() {
			readTool(func(context.Context, struct {
				ID int `json:"id" jsonschema:"min=1" jsonschema_description:"ID."`
			}) (struct{}, error) {
				return none, nil
			})
		},
		`tool look: argument any: interface {} has no schema; use a struct or map[string]any`: func() {
			readTool(func(context.Context, struct {
				Any any `json:"any" jsonschema_description:"Any."`
			}) (struct{}, error) {
				return none, nil
			})
		},
		`tool look: argument next: tool_test.loop contains itself`: func() {
			readTool(func(context.Context, loop) (struct{}, error) { return none, nil })
		},
		`tool look: argument ID: no json tag names it`: func() {
			readTool(func(context.Context, struct{ ID int }) (struct{}, error) { return none, nil })
		},
		`tool look: limit has a default, so it needs omitempty`: func() {
			readTool(func(context.Context, struct {
				Limit int `json:"limit" jsonschema:"default=3" jsonschema_description:"Limit."`
			}) (struct{}, error) {
				return none, nil
			})
		},
		`tool look: default of limit: invalid_argument: limit takes a whole number of at most 2, not 3.`: func() {
			readTool(func(context.Context, struct {
				Limit int `json:"limit,omitempty" jsonschema:"maximum=2,default=3" jsonschema_description:"Limit."`
			}) (struct{}, error) {
				return none, nil
			})
		},
	} {
		assert.PanicsWithValue(t, why, build)
	}
}

func TestUnsoundResultsPanic(t *testing.T) {
	t.Parallel()
	none := struct{}{}
	for why, build := range map[string]func(){
		`tool look: result rows.size: could be null: add omitempty`: func() {
			readTool(func(context.Context, struct{}) (out struct {
				Rows []struct {
					Size *int `json:"size"`
				} `json:"rows"`
			}, err error) {
				return out, nil
			})
		},
		`tool look: result raw: json.RawMessage writes its own JSON and has no method JSONSchema`: func() {
			readTool(func(context.Context, struct{}) (out struct {
				Raw json.RawMessage `json:"raw,omitempty"`
			}, err error) {
				return out, nil
			})
		},
		`tool look: result type: []string is not a struct`: func() {
			readTool(func(context.Context, struct{}) ([]string, error) { return nil, nil })
		},
		`tool "Look": a name is lower-case words joined by _`: func() {
			tool.NewRead(tool.Spec{Name: "Look"}, func(context.Context, struct{}) (struct{}, error) { return none, nil })
		},
	} {
		assert.PanicsWithValue(t, why, build)
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	d := newDesk()
	look := readTool(func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil })
	all := []tool.Tool{d.deleteTool(), look, d.moveTool()}
	names := func(tools []tool.Tool) (names []string) {
		for _, each := range tools {
			names = append(names, each.Name())
		}
		return names
	}
	assert.Equal(t, []string{"delete_asset", "look", "update_asset"}, names(tool.Select(all, "full", nil)))
	assert.Equal(t, []string{"look", "update_asset"}, names(tool.Select(all, "write", []string{"patches", "assets"})))
	assert.Equal(t, []string{"look"}, names(tool.Select(all, "read", nil)))
	assert.Empty(t, tool.Select(all, "full", []string{"patches"}))
	assert.Empty(t, tool.Select(all, "ful", nil))
}
