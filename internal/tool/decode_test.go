package tool_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
)

type filter struct {
	Field string `json:"field" jsonschema:"maxLength=5" jsonschema_description:"Which."`
	Depth *int   `json:"depth,omitempty" jsonschema_description:"How deep."`
}

type manyIn struct {
	AssetID    int64             `json:"asset_id" jsonschema:"minimum=1" jsonschema_description:"Which."`
	Limit      int               `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100,default=25" jsonschema_description:"How many."`
	Ratio      float64           `json:"ratio,omitempty" jsonschema:"maximum=1" jsonschema_description:"How much."`
	Active     bool              `json:"active,omitempty" jsonschema_description:"Whether."`
	Status     string            `json:"status,omitempty" jsonschema:"enum=open,enum=closed" jsonschema_description:"State."`
	Include    []string          `json:"include,omitempty" jsonschema:"enum=patches,enum=Tickets" jsonschema_description:"Parts."`
	IDs        []int64           `json:"ids,omitempty" jsonschema:"maxItems=3" jsonschema_description:"Which ones."`
	Since      string            `json:"since,omitempty" jsonschema:"format=date" jsonschema_description:"Day."`
	RunAt      time.Time         `json:"run_at,omitzero" jsonschema_description:"Moment."`
	Filter     *filter           `json:"filter,omitempty" jsonschema_description:"Filter."`
	Filters    []filter          `json:"filters,omitempty" jsonschema_description:"Filters."`
	Labels     map[string]string `json:"labels,omitempty" jsonschema_description:"Labels."`
	Properties map[string]any    `json:"properties,omitempty" jsonschema_description:"Properties."`
}

func (in manyIn) Validate() error {
	if in.Limit == 13 {
		return errors.New("limit 13 brings bad luck")
	}
	if in.Limit == 14 {
		return tool.Errorf(tool.Unsupported, "limit 14 is not offered")
	}
	return nil
}

// lookTool gives back what it was called with.
func lookTool(got *manyIn) tool.Tool {
	return readTool(func(_ context.Context, in manyIn) (struct{}, error) {
		*got = in
		return struct{}{}, nil
	})
}

func TestDecodeAccepts(t *testing.T) {
	t.Parallel()
	depth := 2
	base := func(change func(*manyIn)) manyIn {
		in := manyIn{AssetID: 1, Limit: 25}
		if change != nil {
			change(&in)
		}
		return in
	}
	for args, want := range map[string]manyIn{
		`{"asset_id":1}`:                                    base(nil),
		`{"asset_id":"1"}`:                                  base(nil),
		`{"asset_id":1.0,"limit":null}`:                     base(nil),
		`{"asset_id":9007199254740993}`:                     base(func(in *manyIn) { in.AssetID = 9007199254740993 }),
		`{"asset_id":1,"limit":"1e2"}`:                      base(func(in *manyIn) { in.Limit = 100 }),
		`{"asset_id":1,"ratio":"0.5","active":"True"}`:      base(func(in *manyIn) { in.Ratio, in.Active = 0.5, true }),
		`{"asset_id":1,"status":"OPEN"}`:                    base(func(in *manyIn) { in.Status = "open" }),
		`{"asset_id":1,"include":"tickets"}`:                base(func(in *manyIn) { in.Include = []string{"Tickets"} }),
		`{"asset_id":1,"ids":7}`:                            base(func(in *manyIn) { in.IDs = []int64{7} }),
		`{"asset_id":1,"ids":["7",8.0]}`:                    base(func(in *manyIn) { in.IDs = []int64{7, 8} }),
		`{"asset_id":1,"since":"2024-02-29"}`:               base(func(in *manyIn) { in.Since = "2024-02-29" }),
		`{"asset_id":1,"run_at":"2026-01-31T18:00:00Z"}`:    base(func(in *manyIn) { in.RunAt = time.Date(2026, 1, 31, 18, 0, 0, 0, time.UTC) }),
		`{"asset_id":1,"filter":{"field":"a","depth":"2"}}`: base(func(in *manyIn) { in.Filter = &filter{"a", &depth} }),
		`{"asset_id":1,"labels":{"a":"b","c":null}}`:        base(func(in *manyIn) { in.Labels = map[string]string{"a": "b"} }),
		`{"asset_id":1,"properties":{"n":12345678901234567}}`: base(func(in *manyIn) {
			in.Properties = map[string]any{"n": json.Number("12345678901234567")}
		}),
	} {
		var got manyIn
		r := newRunner(t, tool.Options{Tools: []tool.Tool{lookTool(&got)}})
		result := r.Call(t.Context(), tool.Call{Tool: "look", Arguments: json.RawMessage(args)})
		require.False(t, result.IsError, "%s: %s", args, result.Text)
		assert.Equal(t, want, got, args)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	const all = "asset_id, limit, ratio, active, status, include, ids, since, run_at, filter, filters, labels, properties."
	for args, want := range map[string]string{
		``:                                                  "look needs asset_id (a whole number of at least 1). Add what is missing and call again.",
		`null`:                                              "look needs asset_id (a whole number of at least 1). Add what is missing and call again.",
		`{"asset_id":null}`:                                 "look needs asset_id (a whole number of at least 1). Add what is missing and call again.",
		`[1]`:                                               "the arguments are a list. Send one JSON object.",
		`"x"`:                                               `the arguments are "x". Send one JSON object.`,
		`{"asset_id":1,}`:                                   "the arguments are not valid JSON. Send one JSON object.",
		`{"asset_id":1,"asset_id":2}`:                       `the argument "asset_id" comes twice. Send it once.`,
		`{"assetid":1}`:                                     `look has no argument "assetid": did you mean asset_id? It takes ` + all,
		`{"asset_id":1,"colour":1}`:                         `look has no argument "colour". It takes ` + all,
		`{"asset_id":1,"activ":1}`:                          `look has no argument "activ": did you mean active? It takes ` + all,
		`{"asset_id":""}`:                                   "asset_id is blank. It takes a whole number of at least 1.",
		`{"asset_id":"x1"}`:                                 `asset_id takes a whole number of at least 1, not "x1".`,
		`{"asset_id":1.5}`:                                  "asset_id takes a whole number of at least 1, not 1.5.",
		`{"asset_id":true}`:                                 "asset_id takes a whole number of at least 1, not true.",
		`{"asset_id":0}`:                                    "asset_id takes a whole number of at least 1, not 0.",
		`{"asset_id":1e999}`:                                "asset_id takes a whole number of at least 1, not 1e999.",
		`{"asset_id":99999999999999999999}`:                 "asset_id takes a whole number of at least 1, not 99999999999999999999.",
		`{"asset_id":1,"limit":500}`:                        "limit takes a whole number from 1 to 100, not 500.",
		`{"asset_id":1,"limit":13}`:                         "limit 13 brings bad luck.",
		`{"asset_id":1,"ratio":1.1}`:                        "ratio takes a number of at most 1, not 1.1.",
		`{"asset_id":1,"active":"yes"}`:                     `active takes true or false, not "yes".`,
		`{"asset_id":1,"status":"gone"}`:                    `status takes one of open, closed, not "gone".`,
		`{"asset_id":1,"include":["x"]}`:                    `include[0] takes one of patches, Tickets, not "x".`,
		`{"asset_id":1,"include":"x"}`:                      `include takes a list, each one of patches, Tickets, not "x".`,
		`{"asset_id":1,"include":[null]}`:                   "include[0] takes one of patches, Tickets, not null.",
		`{"asset_id":1,"ids":[1,2,3,4]}`:                    "ids takes a list of at most 3 items, each a whole number, and got 4.",
		`{"asset_id":1,"ids":{"a":1}}`:                      "ids takes a list of at most 3 items, each a whole number, not an object.",
		`{"asset_id":1,"since":"2026-02-30"}`:               `since takes a calendar date as YYYY-MM-DD, not "2026-02-30".`,
		`{"asset_id":1,"since":"31.01.2026"}`:               `since takes a calendar date as YYYY-MM-DD, not "31.01.2026".`,
		`{"asset_id":1,"run_at":"2026-01-31T18:00:00"}`:     `run_at takes a time with its zone, as 2026-01-31T18:00:00Z, not "2026-01-31T18:00:00".`,
		`{"asset_id":1,"filter":"x"}`:                       `filter takes an object, not "x".`,
		`{"asset_id":1,"filter":{"feld":"x"}}`:              `filter of look has no field "feld": did you mean field? It takes field, depth.`,
		`{"asset_id":1,"filter":{}}`:                        "look needs filter.field (a text of at most 5 characters). Add what is missing and call again.",
		`{"asset_id":1,"filters":[{"field":"abcdef"}]}`:     "filters[0].field takes a text of at most 5 characters, not one of 6.",
		`{"asset_id":1,"filter":{"field":"a","field":"b"}}`: `the argument "filter.field" comes twice. Send it once.`,
		`{"asset_id":1,"labels":{"a":1}}`:                   "labels.a takes a text, not 1.",
	} {
		var got manyIn
		r := newRunner(t, tool.Options{Tools: []tool.Tool{lookTool(&got)}})
		result := r.Call(t.Context(), tool.Call{Tool: "look", Arguments: json.RawMessage(args)})
		assert.True(t, result.IsError, args)
		assert.Nil(t, result.JSON)
		assert.Equal(t, "invalid_argument", result.Code)
		assert.Equal(t, "invalid_argument: "+want, result.Text, args)
	}
}

func TestDecodeLimits(t *testing.T) {
	t.Parallel()
	var got manyIn
	r := newRunner(t, tool.Options{Tools: []tool.Tool{lookTool(&got)}})
	call := func(args string) tool.Result {
		return r.Call(t.Context(), tool.Call{Tool: "look", Arguments: json.RawMessage(args)})
	}

	deep := call(`{"asset_id":1,"properties":{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}}`)
	assert.Equal(t, "invalid_argument: the arguments are nested deeper than 32 levels. Send them flatter.", deep.Text)

	large := call(`{"asset_id":1,"properties":{"a":"` + strings.Repeat("x", 1<<20) + `"}}`)
	assert.Equal(t, "too_large", large.Code)
	assert.Contains(t, large.Text, "at most 1,048,576 are taken")

	assert.Equal(t, "unsupported: limit 14 is not offered", call(`{"asset_id":1,"limit":14}`).Text)

	narrow := newRunner(t, tool.Options{Tools: []tool.Tool{readTool(func(_ context.Context, in struct {
		Small int8 `json:"small" jsonschema_description:"Small."`
	}) (struct{}, error) {
		return struct{}{}, nil
	})}})
	result := narrow.Call(t.Context(), tool.Call{Tool: "look", Arguments: json.RawMessage(`{"small":300}`)})
	assert.Equal(t, "invalid_argument: small does not take this number 300: it is out of range or of the wrong form. Give another value.", result.Text)
}

// FuzzDecode: whatever comes, the answer is a result or a readable error, and a
// tool that ran has got arguments that fit its schema.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `{}`, `{"asset_id":1}`, `{"asset_id":"98765","limit":98.0}`, `{"asset_id":1,"ids":["1",2]}`,
		`{"asset_id":1e400}`, `{"asset_id":-0}`, `{"asset_id":1,"properties":{"a":[{"b":null}]}}`, `{"a":{"a":{"a":1}}}`,
		`{"asset_id":1,"since":"2026-02-29"}`, "{\"asset_id\":1,\"filter\":{\"field\":\"\xff\u202e\"}}", `[[[[`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, args []byte) {
		var got manyIn
		r, err := tool.NewRunner(tool.Options{Tools: []tool.Tool{lookTool(&got)}})
		require.NoError(t, err)
		result := r.Call(t.Context(), tool.Call{Tool: "look", Arguments: args})
		if result.IsError {
			require.Contains(t, []string{"invalid_argument", "too_large", "unsupported"}, result.Code, result.Text)
			require.Less(t, len(result.Text), 8000)
			return
		}
		require.Positive(t, got.AssetID)
		require.GreaterOrEqual(t, got.Limit, 1)
		require.LessOrEqual(t, got.Limit, 100)
		require.LessOrEqual(t, len(got.IDs), 3)
	})
}
