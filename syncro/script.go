package syncro

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// ScriptRun asks for one run of a script on one machine.
type ScriptRun struct {
	Asset      Asset // as read before, which tells what its account speaks
	ScriptID   int64
	Parameters map[string]string // by the names of the script's variables
	At         time.Time         // zero: now
}

// The two routes of which an account has one.
const (
	routeUnknown int32 = iota
	routeDocumented
	routeProduction
)

// RunScript queues a script: POST /customer_assets/{id}/run_script or POST
// /rmm/public_scripts/{asset_id}/schedule, whichever the account has; only the
// second can schedule. Syncro tells neither a job id nor the script's output.
//
// A run whose answer was lost is never sent again; it ends as OutcomeUnknown.
func (c *Client) RunScript(ctx context.Context, run ScriptRun) error {
	known := c.scriptRoute.Load()
	route := known
	switch {
	case !run.At.IsZero():
		route = routeProduction
	case known != routeUnknown:
	case run.Asset.raw.production():
		route = routeProduction
	default:
		route = routeDocumented
	}
	err := c.runBy(ctx, route, run)
	// A missing route did nothing, so the other one may be tried.
	if routeMissing(err) && route != known && run.At.IsZero() {
		route = routeDocumented + routeProduction - route
		err = c.runBy(ctx, route, run)
	}
	switch {
	case err == nil:
		c.scriptRoute.Store(route)
	case routeMissing(err) && !run.At.IsZero():
		return &Error{Kind: Unsupported, Doing: run.doing(), Err: err, Message: "this Syncro account's API cannot schedule scripts; nothing was sent to the machine",
			Next: "Run it now, without run_at, or schedule it in Syncro's web app"}
	case routeMissing(err):
		return &Error{Kind: Unsupported, Doing: run.doing(), Err: err, Message: "this Syncro account's API cannot run scripts; nothing was sent to the machine",
			Next: "Run it from the asset's page in Syncro's web app"}
	}
	return err
}

// Schedules tells whether the account's API can run scripts later: once its
// route is known for sure, until then as far as the record tells.
func (c *Client) Schedules(a Asset) bool {
	switch c.scriptRoute.Load() {
	case routeProduction:
		return true
	case routeDocumented:
		return false
	}
	return a.raw.production()
}

func (run ScriptRun) doing() string {
	return fmt.Sprintf("running script %d on asset %d", run.ScriptID, run.Asset.ID)
}

func (c *Client) runBy(ctx context.Context, route int32, run ScriptRun) error {
	parameters := run.Parameters
	if parameters == nil {
		parameters = map[string]string{}
	}
	r := call{
		method: http.MethodPost, path: fmt.Sprintf("/customer_assets/%d/run_script", run.Asset.ID), doing: run.doing(), permission: "Scripts - Execute",
		body: record{"script_id": run.ScriptID, "parameters": parameters},
	}
	if route == routeProduction {
		body := record{
			"script_id": run.ScriptID, "run_type": "now", "freq": "once",
			"script_options": record{"run_as": "system", "runtime_variables": parameters},
		}
		if !run.At.IsZero() {
			body["run_type"], body["next_time"] = "later", run.At.UTC().Format(time.RFC3339)
		}
		r.path, r.body = fmt.Sprintf("/rmm/public_scripts/%d/schedule", run.Asset.ID), body
	}
	got, err := c.do(ctx, r)
	if err != nil || len(got.body) == 0 { // an empty 2xx answer is a yes
		return err
	}
	if _, err = got.object(r); maybeDone(err) {
		return &Error{Kind: OutcomeUnknown, Doing: r.doing, Status: got.status, Err: err,
			Message: "the script was sent, but Syncro's answer does not say whether it was taken",
			Next:    "Look at the asset's script history in Syncro before you run it again"}
	}
	return err
}
