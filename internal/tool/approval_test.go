package tool_test

import (
	"encoding/json"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
)

func TestTokenWorksOnce(t *testing.T) {
	t.Parallel()
	d := newDesk()
	r := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}})
	first := fields(t, r.Call(t.Context(), deletion(someAsset)))
	given := first["confirm_token"].(string)
	delete(first, "confirm_token")
	assert.Equal(t, map[string]any{
		"outcome":  "confirmation_required",
		"question": `Delete the asset "FRONT-PC"?`,
		"preview":  map[string]any{"name": "FRONT-PC"},
		"message":  "Nothing has happened yet. Put the question to the user, with what the preview shows. Only after the user said yes, call delete_asset again with the same arguments and this confirm_token: that call carries it out. The token is good for 10 minutes and works once.",
	}, first)

	// The same arguments in another spelling are the same call.
	again := withToken(deletion(`{"reason":null,"asset_id":"98765.0"}`), given)
	assert.Equal(t, "done", fields(t, r.Call(t.Context(), again))["outcome"])
	assert.EqualValues(t, 1, d.done.Load())

	replay := r.Call(t.Context(), again)
	assert.Equal(t, "invalid_argument: this confirm_token was used already: it works once; nothing was done. Call again without confirm_token to get a new one, and ask the user again.", replay.Text)
	assert.EqualValues(t, 1, d.done.Load())
}

// TestApprovalsAreBound: every other call, caller or purpose is refused with the
// true reason, and nothing is done.
func TestApprovalsAreBound(t *testing.T) {
	t.Parallel()
	d := newDesk()
	r := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool(), d.moveTool()}})
	given := token(t, r, deletion(someAsset))
	deferred := deletion(someAsset)
	deferred.Defers = true
	state := r.Call(t.Context(), deferred).Ask.State
	foreign := token(t, newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}}), deletion(someAsset))
	altered := []byte(given)
	altered[3] ^= 1

	otherCaller := withToken(deletion(someAsset), given)
	otherCaller.Caller = "mallory"
	otherTool := withToken(tool.Call{Tool: "update_asset", Caller: "local", Arguments: json.RawMessage(`{"asset_id":98765,"customer_id":2}`)}, given)
	reply := func(state string) tool.Call {
		c := deferred
		c.Reply = &tool.Reply{State: state, Answer: tool.Accepted}
		return c
	}
	otherArgs := reply(state)
	otherArgs.Arguments = json.RawMessage(`{"asset_id":98766}`)

	for want, call := range map[string]tool.Call{
		"invalid_argument: this confirm_token is not one that this server gave":              withToken(deletion(someAsset), "abc"),
		"invalid_argument: this confirm_token is not one that this server gave, or":          withToken(deletion(someAsset), foreign),
		"invalid_argument: this confirm_token is not one that this server gave, or it was":   withToken(deletion(someAsset), string(altered)),
		"invalid_argument: this confirm_token was given for other arguments; nothing was":    withToken(deletion(`{"asset_id":98766}`), given),
		"invalid_argument: this confirm_token was given for another tool; nothing was done.": otherTool,
		"forbidden: this confirm_token was given to another caller; nothing was done.":       otherCaller,
		"invalid_argument: this confirm_token was given for the question that the client":    withToken(deletion(someAsset), state),
		"invalid_argument: this answer was given for a yes that the user gives in the chat,": reply(given),
		"invalid_argument: this answer is not one that this server gave":                     reply(""),
		"invalid_argument: this answer was given for other arguments; nothing was done. Ca":  otherArgs,
	} {
		result := r.Call(t.Context(), call)
		assert.True(t, result.IsError, want)
		assert.Contains(t, result.Text, want)
		assert.Contains(t, result.Text, "nothing was done")
	}
	assert.Zero(t, d.done.Load())

	assert.False(t, r.Call(t.Context(), reply(state)).IsError)
	assert.EqualValues(t, 1, d.done.Load())
	assert.Contains(t, r.Call(t.Context(), reply(state)).Text, "this answer was used already")
	assert.EqualValues(t, 1, d.done.Load())
}

// TestTokenRaces: the same token in many calls at once still works once.
func TestTokenRaces(t *testing.T) {
	t.Parallel()
	d := newDesk()
	r := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}})
	call := withToken(deletion(someAsset), token(t, r, deletion(someAsset)))
	var calls sync.WaitGroup
	for range 20 {
		calls.Go(func() { r.Call(t.Context(), call) })
	}
	calls.Wait()
	assert.EqualValues(t, 1, d.done.Load())
}

func TestApprovalsExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk()
		r := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}})
		given := token(t, r, deletion(someAsset))
		time.Sleep(10*time.Minute - time.Millisecond)
		late := token(t, r, deletion(someAsset))
		assert.Equal(t, "done", fields(t, r.Call(t.Context(), withToken(deletion(someAsset), given)))["outcome"])
		time.Sleep(10 * time.Minute)
		result := r.Call(t.Context(), withToken(deletion(someAsset), late))
		assert.Contains(t, result.Text, "has expired: it is good for 10 minutes; nothing was done.")
		assert.EqualValues(t, 1, d.done.Load())
	})
}

// TestReplicas: with a shared secret one replica takes what another one gave.
func TestReplicas(t *testing.T) {
	t.Parallel()
	d := newDesk()
	o := tool.Options{Tools: []tool.Tool{d.deleteTool()}, Secret: []byte("0123456789abcdef")}
	given := token(t, newRunner(t, o), deletion(someAsset))
	other := newRunner(t, o)

	d.set(func(d *desk) { d.target.Name = "BACK-PC" })
	changed := other.Call(t.Context(), withToken(deletion(someAsset), given))
	assert.Contains(t, changed.Text, "no longer the ones that were approved (they differ in name, customer or serial number); nothing was done.")

	d.set(func(d *desk) { d.target.Name = "FRONT-PC" })
	assert.False(t, other.Call(t.Context(), withToken(deletion(someAsset), given)).IsError)
	assert.EqualValues(t, 1, d.done.Load())
}

// TestFullMemoryRefuses: used approvals are never forgotten before they expire.
func TestFullMemoryRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk()
		r := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}})
		var first string
		for i := range 4_096 {
			given := token(t, r, deletion(someAsset))
			if i == 0 {
				first = given
			}
			require.False(t, r.Call(t.Context(), withToken(deletion(someAsset), given)).IsError)
		}
		given := token(t, r, deletion(someAsset))
		full := r.Call(t.Context(), withToken(deletion(someAsset), given))
		assert.Equal(t, "unavailable", full.Code)
		assert.Contains(t, full.Text, "nothing was done")
		assert.Contains(t, r.Call(t.Context(), withToken(deletion(someAsset), first)).Text, "was used already")
		assert.EqualValues(t, 4_096, d.done.Load())

		time.Sleep(10 * time.Minute)
		given = token(t, r, deletion(someAsset))
		assert.False(t, r.Call(t.Context(), withToken(deletion(someAsset), given)).IsError)
	})
}

func TestElicitTakesNoToken(t *testing.T) {
	t.Parallel()
	d := newDesk()
	secret := []byte("0123456789abcdef")
	given := token(t, newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}, Secret: secret}), deletion(someAsset))
	strict := newRunner(t, tool.Options{Tools: []tool.Tool{d.deleteTool()}, Secret: secret, Confirm: "elicit"})
	assert.Equal(t, "unsupported", strict.Call(t.Context(), withToken(deletion(someAsset), given)).Code)
	assert.Zero(t, d.done.Load())
}
