package tool_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
)

type deleteIn struct {
	AssetID int64  `json:"asset_id" jsonschema:"minimum=1" jsonschema_description:"Asset to delete."`
	Reason  string `json:"reason,omitempty" jsonschema_description:"Why."`
}

type deleteOut struct {
	Outcome    string         `json:"outcome"`
	FinalState map[string]any `json:"final_state,omitempty"`
}

type moveIn struct {
	AssetID    int64 `json:"asset_id" jsonschema_description:"Asset to change."`
	CustomerID int64 `json:"customer_id,omitempty" jsonschema_description:"New owner."`
}

type moveOut struct {
	Changed []string `json:"changed"`
}

// desk is one record, two tools that change it and a count of what was done.
type desk struct {
	mu      sync.Mutex
	target  tool.Target
	planErr error                       // what planning answers
	act     func(context.Context) error // what deleting does
	plans   atomic.Int64
	done    atomic.Int64
}

func newDesk() *desk {
	return &desk{target: tool.Target{ID: 98765, Name: "FRONT-PC", Customer: "Acme", Serial: "S1"}}
}

// set changes the record as somebody else would.
func (d *desk) set(change func(*desk)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(d)
}

func (d *desk) look() (tool.Target, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.plans.Add(1)
	return d.target, d.planErr
}

func (d *desk) deleteTool() tool.Tool {
	return tool.NewDestroy(tool.Spec{Name: "delete_asset", Title: "Delete asset", Toolset: "assets", Description: "Deletes an asset."},
		func(_ context.Context, in deleteIn) (tool.Plan[deleteOut], error) {
			target, err := d.look()
			if err != nil {
				return tool.Plan[deleteOut]{}, err
			}
			return tool.Plan[deleteOut]{
				Question: "Delete the asset " + tool.Quote(target.Name, 60) + "?",
				Preview:  map[string]any{"name": target.Name},
				Targets:  []tool.Target{target},
				Do: func(ctx context.Context) (deleteOut, error) {
					d.done.Add(1)
					if d.act != nil {
						if err := d.act(ctx); err != nil {
							return deleteOut{}, err
						}
					}
					return deleteOut{Outcome: tool.OutcomeDone, FinalState: map[string]any{"id": in.AssetID}}, nil
				},
			}, nil
		})
}

func (d *desk) moveTool() tool.Tool {
	return tool.NewAsking(tool.Spec{Name: "update_asset", Title: "Update asset", Toolset: "assets", Description: "Changes an asset.", Idempotent: true},
		func(_ context.Context, in moveIn) (tool.Plan[moveOut], error) {
			target, err := d.look()
			if err != nil {
				return tool.Plan[moveOut]{}, err
			}
			p := tool.Plan[moveOut]{Do: func(context.Context) (moveOut, error) {
				d.done.Add(1)
				return moveOut{}, nil
			}}
			if in.CustomerID != 0 {
				p.Question, p.Targets = "Move it to another customer?", []tool.Target{target}
			}
			return p, nil
		})
}

// readTool makes a read tool around a function.
func readTool[In, Out any](run func(context.Context, In) (Out, error)) tool.Tool {
	return tool.NewRead(tool.Spec{Name: "look", Title: "Look", Toolset: "assets", Description: "Looks."}, run)
}

func newRunner(t *testing.T, o tool.Options) *tool.Runner {
	t.Helper()
	r, err := tool.NewRunner(o)
	require.NoError(t, err)
	return r
}

// asker answers questions with a function and remembers the last one.
type asker struct {
	answer   func(context.Context) (tool.Answer, error)
	question string
}

func (a *asker) Ask(ctx context.Context, question string) (tool.Answer, error) {
	a.question = question
	return a.answer(ctx)
}

func says(answer tool.Answer) *asker {
	return &asker{answer: func(context.Context) (tool.Answer, error) { return answer, nil }}
}

// neverAnswers is a client that declares it can ask and shows nothing.
func neverAnswers() *asker {
	return &asker{answer: func(ctx context.Context) (tool.Answer, error) {
		<-ctx.Done()
		return tool.Silent, ctx.Err()
	}}
}

func deletion(args string) tool.Call {
	return tool.Call{Tool: "delete_asset", Arguments: json.RawMessage(args), Caller: "local", Session: "s1"}
}

// fields decodes a result that is not an error.
func fields(t *testing.T, r tool.Result) map[string]any {
	t.Helper()
	require.False(t, r.IsError, r.Text)
	require.Equal(t, r.Text, string(r.JSON))
	var m map[string]any
	require.NoError(t, json.Unmarshal(r.JSON, &m))
	return m
}

// token asks for a confirm_token.
func token(t *testing.T, r *tool.Runner, c tool.Call) string {
	t.Helper()
	m := fields(t, r.Call(t.Context(), c))
	require.Equal(t, tool.OutcomeConfirmationRequired, m["outcome"])
	return m["confirm_token"].(string)
}

// withToken adds a confirm_token to the arguments of a call.
func withToken(c tool.Call, token string) tool.Call {
	body := strings.TrimSuffix(strings.TrimSpace(string(c.Arguments)), "}")
	c.Arguments = json.RawMessage(body + `,"confirm_token":"` + token + `"}`)
	return c
}

// auditLines reads the audit log.
func auditLines(t *testing.T, log *bytes.Buffer) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for line := range strings.Lines(log.String()) {
		var m map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &m), line)
		lines = append(lines, m)
	}
	return lines
}

var errBoom = errors.New("boom: secret-detail")
