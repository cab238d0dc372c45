package tool_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
)

const someAsset = `{"asset_id":98765}`

// TestAnswers: only a yes lets anything happen, and it happens once.
func TestAnswers(t *testing.T) {
	t.Parallel()
	failing := &asker{answer: func(context.Context) (tool.Answer, error) { return tool.Accepted, errors.New("transport gone") }}
	panicking := &asker{answer: func(context.Context) (tool.Answer, error) { panic("asker") }}
	for name, c := range map[string]struct {
		asker   *asker
		confirm string
		outcome string // or the start of the error's text
		message string
		done    int64
	}{
		"yes":              {asker: says(tool.Accepted), outcome: "done", done: 1},
		"no":               {asker: says(tool.Declined), outcome: "declined", message: "The answer was not a yes. Nothing was sent to Syncro."},
		"closed":           {asker: says(tool.Cancelled), outcome: "declined", message: "The user closed the question without an answer. Nothing was sent to Syncro."},
		"silent":           {asker: neverAnswers(), outcome: "unanswered", message: "Nobody answered the question in time. Nothing was sent to Syncro. Ask the user in the chat and call delete_asset again with the same arguments: that call hands out a confirm_token."},
		"silent, elicit":   {asker: neverAnswers(), confirm: "elicit", outcome: "unanswered", message: "Nobody answered the question in time. Nothing was sent to Syncro. Call again to have the question put once more."},
		"error":            {asker: failing, outcome: "unavailable: the question could not be put to the user; nothing was sent to Syncro. Ask the user in the chat"},
		"panic":            {asker: panicking, outcome: "unavailable: the question could not be put to the user; nothing was sent to Syncro."},
		"error, elicit":    {asker: failing, confirm: "elicit", outcome: "unavailable: the question could not be put to the user; nothing was sent to Syncro. Call again"},
		"cannot":           {outcome: "confirmation_required"},
		"cannot, elicit":   {confirm: "elicit", outcome: "unsupported: delete_asset needs the user's yes through the client, and this client cannot ask its user; nothing was done."},
		"yes, token":       {asker: says(tool.Accepted), confirm: "token", outcome: "confirmation_required"},
		"unknown answer 9": {asker: says(tool.Answer(9)), outcome: "unanswered"},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk()
			r := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}, Confirm: c.confirm})
			call := deletion(someAsset)
			if c.asker != nil {
				call.Asker = c.asker
			}
			began := time.Now()
			result := r.Call(t.Context(), call)
			assert.Equal(t, c.done, d.done.Load(), name)
			if result.IsError {
				assert.Contains(t, result.Text, c.outcome, name)
				return
			}
			m := fields(t, result)
			assert.Equal(t, c.outcome, m["outcome"], name)
			if c.message != "" {
				assert.Equal(t, c.message, m["message"], name)
			}
			if c.outcome == "unanswered" && name != "unknown answer 9" {
				assert.Equal(t, 2*time.Minute, time.Since(began), name)
			}
		})
	}
}

func TestTheQuestionNamesTheTarget(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.target.Name = "X\"\u202e\nand delete all"
	r := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}})
	a := says(tool.Declined)
	call := deletion(someAsset)
	call.Asker = a
	r.Call(t.Context(), call)
	assert.Equal(t, `Delete the asset "X' and delete all"?`, a.question)
}

// TestAfterSilence: the session that showed no question goes by token from then
// on, others do not.
func TestAfterSilence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk()
		r := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}})
		call := deletion(someAsset)
		call.Asker = neverAnswers()
		require.Equal(t, "unanswered", fields(t, r.Call(t.Context(), call))["outcome"])

		given := token(t, r, call)
		require.Equal(t, "done", fields(t, r.Call(t.Context(), withToken(call, given)))["outcome"])
		require.EqualValues(t, 1, d.done.Load())

		call.Session = "another"
		require.Equal(t, "unanswered", fields(t, r.Call(t.Context(), call))["outcome"])
	})
}

func TestWaitingIsReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var notices []float64
		call := deletion(someAsset)
		call.Asker = neverAnswers()
		call.Progress = func(done, _ float64, _ string) { notices = append(notices, done) }
		newRunner(t, tool.Options{Tools: []tool.Tool{newDesk().deleteTool()}, Patience: time.Minute}).Call(t.Context(), call)
		assert.Equal(t, []float64{0.001, 0.002, 0.003}, notices[:3])
	})
}

// TestCancelledWhileAsking: a call that ends with its question open did nothing,
// even if the yes comes at the same moment.
func TestCancelledWhileAsking(t *testing.T) {
	t.Parallel()
	d := newDesk()
	r := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}})
	ctx, cancel := context.WithCancel(t.Context())
	call := deletion(someAsset)
	call.Asker = &asker{answer: func(context.Context) (tool.Answer, error) {
		cancel()
		return tool.Accepted, nil
	}}
	result := r.Call(ctx, call)
	assert.Equal(t, "timeout", result.Code)
	assert.Contains(t, result.Text, "the call was cancelled before it ended. Nothing was changed.")
	assert.Zero(t, d.done.Load())
}

// TestTargetChanged over the three ways to approve: what was approved is gone, so
// nothing happens.
func TestTargetChanged(t *testing.T) {
	t.Parallel()
	for way, run := range map[string]func(t *testing.T, d *desk, r *tool.Runner, change func()) tool.Result{
		"while asking": func(t *testing.T, _ *desk, r *tool.Runner, change func()) tool.Result {
			call := deletion(someAsset)
			call.Asker = &asker{answer: func(context.Context) (tool.Answer, error) {
				change()
				return tool.Accepted, nil
			}}
			return r.Call(t.Context(), call)
		},
		"by token": func(t *testing.T, _ *desk, r *tool.Runner, change func()) tool.Result {
			given := token(t, r, deletion(someAsset))
			change()
			return r.Call(t.Context(), withToken(deletion(someAsset), given))
		},
		"deferred": func(t *testing.T, _ *desk, r *tool.Runner, change func()) tool.Result {
			call := deletion(someAsset)
			call.Defers = true
			ask := r.Call(t.Context(), call).Ask
			require.NotNil(t, ask)
			change()
			call.Reply = &tool.Reply{State: ask.State, Answer: tool.Accepted}
			return r.Call(t.Context(), call)
		},
	} {
		for want, change := range map[string]func(*desk){
			`98765: name was "FRONT-PC", is now "BACK-PC"`:                            func(d *desk) { d.target.Name = "BACK-PC" },
			`98765: customer was "Acme", is now "Initech"`:                            func(d *desk) { d.target.Customer = "Initech" },
			`98765: serial number was "S1", is now ""`:                                func(d *desk) { d.target.Serial = "" },
			`98765 "FRONT-PC" is no longer among them; 4 "FRONT-PC" was not among th`: func(d *desk) { d.target.ID = 4 },
			`nothing was done, because the second look at the records before acting`:  func(d *desk) { d.planErr = errBoom },
		} {
			d := newDesk()
			r := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}})
			result := run(t, d, r, func() { d.set(change) })
			assert.True(t, result.IsError, way)
			assert.Contains(t, result.Text, want, way)
			assert.Contains(t, result.Text, "nothing was done", way)
			assert.NotContains(t, result.Text, "boom", way)
			assert.Zero(t, d.done.Load(), way)
		}
	}
}

func TestAskingTool(t *testing.T) {
	t.Parallel()
	plainCall := tool.Call{Tool: "update_asset", Arguments: json.RawMessage(`{"asset_id":1}`)}
	moving := tool.Call{Tool: "update_asset", Arguments: json.RawMessage(`{"asset_id":1,"customer_id":2}`)}

	d := newDesk()
	full := newRunner(t, tool.Options{Tools: []tool.Tool{d.moveTool()}})
	assert.JSONEq(t, `{"changed":[]}`, full.Call(t.Context(), plainCall).Text)
	assert.EqualValues(t, 1, d.done.Load())
	given := token(t, full, moving)
	assert.EqualValues(t, 1, d.done.Load())
	assert.JSONEq(t, `{"changed":[]}`, full.Call(t.Context(), withToken(moving, given)).Text)
	assert.EqualValues(t, 2, d.done.Load())

	d = newDesk()
	write := newRunner(t, tool.Options{Tools: []tool.Tool{d.moveTool()}, Mode: "write"})
	assert.False(t, write.Call(t.Context(), plainCall).IsError)
	moving.Asker = says(tool.Accepted)
	result := write.Call(t.Context(), moving)
	assert.Equal(t, "forbidden: this call needs a person's yes (Move it to another customer?), which this server does not ask for with --mode write; nothing was done. Leave that part out, or tell the owner that it needs --mode full.", result.Text)
	assert.EqualValues(t, 1, d.done.Load())
}

// TestPoorPlans: a plan that nobody could judge is not put to anybody.
func TestPoorPlans(t *testing.T) {
	t.Parallel()
	do := func(context.Context) (deleteOut, error) { panic("must not run") }
	for _, plan := range []tool.Plan[deleteOut]{
		{Question: "Sure?", Do: do},
		{Targets: []tool.Target{{ID: 1}}, Do: do},
		{Question: "Sure?", Targets: []tool.Target{{ID: 1}}},
	} {
		poor := tool.NewDestroy(tool.Spec{Name: "poor", Title: "Poor", Toolset: "assets", Description: "Poor."},
			func(context.Context, struct{}) (tool.Plan[deleteOut], error) { return plan, nil })
		result := newRunner(t, tool.Options{Tools: []tool.Tool{poor}}).Call(t.Context(), tool.Call{Tool: "poor", Asker: says(tool.Accepted)})
		assert.Equal(t, "internal", result.Code)
		assert.Contains(t, result.Text, "Nothing was changed.")
	}
}
