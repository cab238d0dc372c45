package tool_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	d := newDesk()
	for want, o := range map[string]tool.Options{
		`mode "ful" is none of read, write, full`:                                {Mode: "ful"},
		`confirm "never" is none of auto, elicit, token`:                         {Confirm: "never"},
		`the secret that signs confirmations has 5 bytes, and needs at least 16`: {Secret: []byte("short")},
		`two tools are called delete_asset`:                                      {Tools: []tool.Tool{d.deleteTool(), d.deleteTool()}},
	} {
		_, err := tool.NewRunner(o)
		assert.EqualError(t, err, want)
	}
	r := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool(), d.moveTool()}, Mode: "write"})
	assert.Len(t, r.Tools(), 1)
}

func TestUnknownTool(t *testing.T) {
	t.Parallel()
	r := newRunner(t, tool.Options{Tools: []tool.Tool{newDesk().deleteTool(), newDesk().moveTool()}})
	assert.Equal(t, `invalid_argument: there is no tool "delete-asset" here: did you mean delete_asset?`, r.Call(t.Context(), tool.Call{Tool: "delete-asset"}).Text)
	assert.Equal(t, `invalid_argument: there is no tool "fly" here. There are delete_asset, update_asset.`, r.Call(t.Context(), tool.Call{Tool: "fly"}).Text)
}

func TestErrorTexts(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"not_found: reading asset 98765: Syncro has no such asset. Search for it with search_assets.": fmt.Errorf("wrapped: %w", &syncro.Error{
			Kind: syncro.NotFound, Doing: "reading asset 98765", Message: "Syncro has no such asset", Next: "Search for it with search_assets"}),
		"timeout: listing assets: the deadline passed.": &syncro.Error{Kind: syncro.Timeout, Doing: "listing assets", Message: "the deadline passed", Err: context.DeadlineExceeded},
		"unavailable: Gone!":                            &syncro.Error{Kind: syncro.Unavailable, Message: "Gone!"},
		"forbidden: no. Ask.":                           fmt.Errorf("wrapped: %w", tool.Errorf(tool.Forbidden, "no. Ask.")),
		"timeout: the call took longer than it was given. Nothing was changed. Call again; if it happens again, ask for less at once or tell the owner of this server.":                           context.DeadlineExceeded,
		"timeout: the call was cancelled before it ended. Nothing was changed. Call again; if it happens again, ask for less at once or tell the owner of this server.":                           context.Canceled,
		"internal: this server ran into a fault of its own, and its log says which. Nothing was changed. Call again; if it happens again, ask for less at once or tell the owner of this server.": errBoom,
	} {
		var log bytes.Buffer
		r := newRunner(t, tool.Options{
			Log:   slog.New(slog.NewTextHandler(&log, nil)),
			Tools: []tool.Tool{readTool(func(context.Context, struct{}) (struct{}, error) { return struct{}{}, err })},
		})
		result := r.Call(t.Context(), tool.Call{Tool: "look"})
		assert.Equal(t, want, result.Text)
		assert.True(t, result.IsError)
		assert.Equal(t, strings.HasPrefix(want, "internal"), strings.Contains(log.String(), "secret-detail"))
	}
	long := tool.Errorf(tool.NotFound, "%s", strings.Repeat("x", 5000))
	assert.Less(t, len(long.Error()), 1600)
}

func TestPanics(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	reading := newRunner(t, tool.Options{Log: logger, Tools: []tool.Tool{readTool(func(context.Context, struct{}) (struct{}, error) { panic("secret-detail") })}})
	result := reading.Call(t.Context(), tool.Call{Tool: "look"})
	assert.Equal(t, "internal", result.Code)
	assert.NotContains(t, result.Text, "secret-detail")
	assert.Contains(t, log.String(), "secret-detail")
	assert.Contains(t, log.String(), "runner_test.go")

	d := newDesk()
	d.act = func(context.Context) error { panic("secret-detail") }
	deleting := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}})
	call := deletion(someAsset)
	call.Asker = says(tool.Accepted)
	result = deleting.Call(t.Context(), call)
	assert.Equal(t, "outcome_unknown: this server ran into a fault of its own while it acted, so it is not known what was done. Read the record to see, and do not simply call again.", result.Text)
}

func TestResultsThatCannotBeSent(t *testing.T) {
	t.Parallel()
	type out struct {
		Ratio float64 `json:"ratio"`
		Text  string  `json:"text,omitempty"`
	}
	for want, made := range map[string]out{
		"internal: the result could not be written as JSON. Ask for less at once.":                         {Ratio: math.NaN()},
		"too_large: the result has 5,242,901 bytes, and at most 4,194,304 are sent. Ask for less at once.": {Text: strings.Repeat("x", 5<<20)},
	} {
		r := newRunner(t, tool.Options{Tools: []tool.Tool{readTool(func(context.Context, struct{}) (out, error) { return made, nil })}})
		assert.Equal(t, want, r.Call(t.Context(), tool.Call{Tool: "look"}).Text)
	}

	writing := tool.NewWrite(tool.Spec{Name: "write", Title: "Write", Toolset: "assets", Description: "Writes."},
		func(context.Context, struct{}) (out, error) { return out{Ratio: math.Inf(1)}, nil })
	r := newRunner(t, tool.Options{Tools: []tool.Tool{writing}})
	assert.Contains(t, r.Call(t.Context(), tool.Call{Tool: "write"}).Text, "The call itself ran to its end: read the record to see what it did, and do not repeat it.")
}

// TestApprovedCallsFinish: once approved and sent, a call outlives its caller,
// but not for ever.
func TestApprovedCallsFinish(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		d := newDesk()
		ctx, cancel := context.WithCancel(t.Context())
		d.act = func(inner context.Context) error {
			cancel()
			assert.NoError(t, inner.Err())
			deadline, ok := inner.Deadline()
			assert.True(t, ok)
			assert.Equal(t, 5*time.Minute, time.Until(deadline))
			return nil
		}
		r := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}, Audit: tool.NewAudit(&log)})
		call := deletion(someAsset)
		call.Asker = says(tool.Accepted)
		assert.Equal(t, "done", fields(t, r.Call(ctx, call))["outcome"])
		lines := auditLines(t, &log)
		assert.Equal(t, "approved, sending", lines[0]["outcome"])
		assert.Equal(t, "done", lines[1]["outcome"])

		d.act = func(inner context.Context) error {
			<-inner.Done()
			return inner.Err()
		}
		result := r.Call(t.Context(), call)
		assert.Equal(t, "timeout: the call took longer than it was given. Read the record to see whether the change was made before you try again.", result.Text)
	})
}

func TestProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		look := readTool(func(ctx context.Context, _ struct{}) (struct{}, error) {
			for i := range 4 {
				tool.Progress(ctx, float64(i+1), 4, "asset\u202e "+string(rune('a'+i)))
			}
			time.Sleep(time.Second)
			tool.Progress(ctx, 2, 0, "going back")
			tool.Progress(ctx, 5, 0, "more")
			return struct{}{}, nil
		})
		var got []string
		r := newRunner(t, tool.Options{Tools: []tool.Tool{look}})
		r.Call(t.Context(), tool.Call{Tool: "look", Progress: func(done, total float64, message string) {
			got = append(got, fmt.Sprintf("%g/%g %s", done, total, message))
		}})
		// The first, the last of a burst, and what goes forward after it.
		assert.Equal(t, []string{"1/4 asset a", "4/4 asset d", "5/0 more"}, got)
		assert.False(t, r.Call(t.Context(), tool.Call{Tool: "look"}).IsError)
	})
}

func TestAuditLines(t *testing.T) {
	t.Parallel()
	type in struct {
		Name       string         `json:"name" jsonschema_description:"Name."`
		Parameters map[string]any `json:"parameters,omitempty" jsonschema_description:"Parameters."`
	}
	var log bytes.Buffer
	d := newDesk()
	run := tool.NewWrite(tool.Spec{Name: "run", Title: "Run", Toolset: "assets", Description: "Runs."},
		func(context.Context, in) (struct{}, error) { return struct{}{}, nil })
	now := time.Date(2026, 9, 1, 12, 0, 0, 5e6, time.FixedZone("CEST", 7200))
	r := newRunner(t, tool.Options{Tools: []tool.Tool{run, d.deleteTool()}, Audit: tool.NewAudit(&log), Now: func() time.Time { return now }})

	r.Call(t.Context(), tool.Call{Tool: "run", Caller: "anna", Session: "s", Arguments: json.RawMessage(
		`{"name":"x\u202e","parameters":{"AdminPassword":"p1","deep":[{"name":"api_key","value":"p2"},{"name":"size","value":"3"}]}}`)})
	r.Call(t.Context(), tool.Call{Tool: "run", Arguments: json.RawMessage(`{"name":"` + strings.Repeat("é", 3000) + `"}`)})
	r.Call(t.Context(), tool.Call{Tool: "run", Arguments: json.RawMessage(`{"nam":"x","secret":"p3"}`)})
	given := token(t, r, deletion(someAsset))
	r.Call(t.Context(), withToken(deletion(someAsset), given))
	no := deletion(someAsset)
	no.Asker = says(tool.Declined)
	r.Call(t.Context(), no)

	lines := auditLines(t, &log)
	require.Len(t, lines, 7)
	assert.Equal(t, map[string]any{
		"time": "2026-09-01T10:00:00.005Z", "caller": "anna", "session": "s", "tool": "run", "kind": "write",
		"arguments": map[string]any{"name": "x", "parameters": map[string]any{"AdminPassword": "***", "deep": []any{
			map[string]any{"name": "api_key", "value": "***"}, map[string]any{"name": "size", "value": "3"},
		}}},
		"confirmation": "not_needed", "outcome": "done", "duration_ms": 0.0,
	}, lines[0])
	assert.NotContains(t, lines[1], "arguments")
	assert.LessOrEqual(t, len(lines[1]["arguments_cut"].(string)), 2048)
	assert.Equal(t, "invalid_argument", lines[2]["outcome"])
	assert.Equal(t, map[string]any{"nam": "x", "secret": "***"}, lines[2]["arguments"])
	targets := []any{map[string]any{"id": 98765.0, "name": "FRONT-PC"}}
	for i, want := range []map[string]any{
		{"confirmation": "token", "answer": nil, "outcome": "confirmation_required"},
		{"confirmation": "token", "answer": "accepted", "outcome": "approved, sending"},
		{"confirmation": "token", "answer": "accepted", "outcome": "done"},
		{"confirmation": "client", "answer": "declined", "outcome": "declined"},
	} {
		line := lines[3+i]
		for name, value := range want {
			assert.Equal(t, value, line[name], "%d %s", i, name)
		}
		assert.Equal(t, targets, line["targets"])
		assert.Equal(t, map[string]any{"asset_id": 98765.0}, line["arguments"])
	}
	assert.NotContains(t, log.String(), given)
}

type brokenDisk struct{}

func (brokenDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestNoAuditNoDestruction(t *testing.T) {
	t.Parallel()
	d := newDesk()
	r := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}, Audit: tool.NewAudit(brokenDisk{})})
	call := deletion(someAsset)
	call.Asker = says(tool.Accepted)
	assert.Equal(t, "internal: the audit log could not be written, so nothing was done. Tell the owner of this server.", r.Call(t.Context(), call).Text)
	assert.Zero(t, d.done.Load())
}
