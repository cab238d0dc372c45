package tools

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

func (d *desk) scriptTools() []tool.Tool {
	return []tool.Tool{
		tool.NewRead(tool.Spec{
			Name: "list_scripts", Title: "List scripts", Toolset: toolsetScripts,
			Description: "The scripts that may run, with their parameters. Look here before run_script.",
		}, d.listScripts),
		tool.NewDestroy(tool.Spec{
			Name: "run_script", Title: "Run script", Toolset: toolsetScripts,
			Description: "Run a script on 1 to 25 machines, after asking. It is only queued: Syncro tells neither when it ran nor what it printed.",
		}, d.runScript),
	}
}

type listScriptsIn struct{}

type listScriptsOut struct {
	Scripts []Script `json:"scripts"`
	Note    string   `json:"note,omitempty"`
}

func (d *desk) listScripts(context.Context, listScriptsIn) (listScriptsOut, error) {
	if d.scripts == nil {
		return listScriptsOut{Scripts: []Script{}, Note: "No list of scripts is set up, and Syncro's API has none. run_script takes any script_id: the number in the address of the script's page in Syncro. Ask the user for it; never guess one."}, nil
	}
	return listScriptsOut{Scripts: d.scripts.list}, nil
}

type runScriptIn struct {
	AssetIDs   []int64        `json:"asset_ids" jsonschema:"minItems=1,maxItems=25" jsonschema_description:"Machines to run it on."`
	ScriptID   int64          `json:"script_id,omitempty" jsonschema:"minimum=1" jsonschema_description:"Script by id."`
	Script     string         `json:"script,omitempty" jsonschema_description:"Script by its whole name in list_scripts."`
	Parameters map[string]any `json:"parameters,omitempty" jsonschema_description:"Values of the script's parameters by name."`
	RunAt      string         `json:"run_at,omitempty" jsonschema:"format=date-time" jsonschema_description:"When to run it, with offset: 2026-01-31T22:00:00+01:00. Left out: now."`
	Reason     string         `json:"reason,omitempty" jsonschema:"maxLength=200" jsonschema_description:"Why, for the question and the audit log."`
}

// Validate wants exactly one way to name the script.
func (in runScriptIn) Validate() error {
	if (in.ScriptID == 0) == (in.Script == "") {
		return fmt.Errorf("give either script_id or script, and only one of them")
	}
	return nil
}

type runScriptOut struct {
	Outcome string      `json:"outcome"`
	Runs    []scriptRun `json:"runs,omitempty"`
}

// scriptRun is what became of one machine's run.
type scriptRun struct {
	AssetID int64  `json:"asset_id"`
	Name    string `json:"name"`
	Outcome string `json:"outcome" jsonschema:"enum=queued,enum=failed,enum=unknown"`
	Reason  string `json:"reason,omitempty"`
}

func (d *desk) runScript(ctx context.Context, in runScriptIn) (tool.Plan[runScriptOut], error) {
	none := tool.Plan[runScriptOut]{}
	script, err := d.scripts.choose(in.ScriptID, in.Script)
	if err != nil {
		return none, err
	}
	parameters, err := script.check(in.Parameters, d.scripts != nil)
	if err != nil {
		return none, err
	}
	at, err := d.runTime(in.RunAt)
	if err != nil {
		return none, err
	}
	assets, err := d.machines(ctx, in.AssetIDs)
	if err != nil {
		return none, err
	}
	if !at.IsZero() && !d.syncro.Schedules(assets[0]) {
		return none, tool.Errorf(tool.Unsupported, "this Syncro account's API cannot schedule scripts, as far as its records tell; nothing was sent. Leave run_at out to run it now, or schedule it in Syncro.")
	}
	plan := tool.Plan[runScriptOut]{
		Question: d.askToRun(script, parameters, at, in.Reason, assets),
		Preview:  d.previewRun(script, parameters, in, assets),
		Do: func(ctx context.Context) (runScriptOut, error) {
			return d.runOn(ctx, assets, script.ID, parameters, at)
		},
	}
	for _, asset := range assets {
		plan.Targets = append(plan.Targets, target(asset))
	}
	return plan, nil
}

func (d *desk) runTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || !at.After(d.now()) {
		return time.Time{}, tool.Errorf(tool.InvalidArgument, "run_at %s is not in the future; it is %s now. Leave it out to run the script now.",
			tool.Quote(text, 40), d.now().UTC().Format(time.RFC3339))
	}
	return at, nil
}

const readsAtOnce = 5

// machines reads the assets side by side. One that cannot be read, or that has
// no agent to run anything, stops the whole: nothing was done yet.
func (d *desk) machines(ctx context.Context, ids []int64) ([]syncro.Asset, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	assets, failures := make([]syncro.Asset, len(ids)), make([]error, len(ids))
	inTurn(len(ids), readsAtOnce, func(i int) {
		assets[i], failures[i] = d.syncro.Asset(ctx, ids[i])
	})
	for _, err := range failures {
		if err != nil {
			return nil, err
		}
	}
	d.nameCustomers(ctx, assets)
	for _, asset := range assets {
		if asset.Agent == nil {
			return nil, tool.Errorf(tool.InvalidArgument, "no agent reports on %s, so no script can run there. Leave asset_id %d out; nothing was run.", d.described(asset), asset.ID)
		}
	}
	return assets, nil
}

// inTurn does n things, at most atOnce side by side.
func inTurn(n, atOnce int, do func(i int)) {
	var running sync.WaitGroup
	places := make(chan struct{}, atOnce)
	for i := range n {
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			do(i)
		})
	}
	running.Wait()
}

func (d *desk) askToRun(script Script, parameters map[string]string, at time.Time, reason string, assets []syncro.Asset) string {
	var q strings.Builder
	q.WriteString("Run the script " + scriptTitle(script))
	if len(parameters) > 0 {
		var given []string
		for _, name := range slices.Sorted(maps.Keys(parameters)) {
			given = append(given, tool.Quote(name, longestValue)+" = "+tool.Quote(parameters[name], longestValue))
		}
		q.WriteString(" with " + strings.Join(given, ", "))
	}
	if !at.IsZero() {
		q.WriteString(" at " + at.Format("2006-01-02 15:04 -07:00"))
	}
	if len(assets) == 1 {
		q.WriteString(" on " + d.described(assets[0]))
	} else {
		var names []string
		for _, asset := range assets {
			names = append(names, d.described(asset))
		}
		fmt.Fprintf(&q, " on %d machines: %s", len(assets), strings.Join(names, "; "))
	}
	q.WriteString("?")
	if reason != "" {
		q.WriteString(" Reason given: " + tool.Quote(reason, 200))
	}
	return q.String()
}

func scriptTitle(script Script) string {
	if script.Name == "" {
		return fmt.Sprintf("with id %d (its name is not known here)", script.ID)
	}
	return fmt.Sprintf("%s (id %d)", tool.Quote(script.Name, nameLength), script.ID)
}

func (d *desk) previewRun(script Script, parameters map[string]string, in runScriptIn, assets []syncro.Asset) any {
	rows := make([]assetRow, 0, len(assets))
	for _, asset := range assets {
		rows = append(rows, d.row(asset))
	}
	preview := map[string]any{"action": "run a script", "script_id": script.ID, "machines": rows}
	for name, value := range map[string]string{"script": script.Name, "does": script.Description, "run_at": in.RunAt, "reason": in.Reason} {
		if value != "" {
			preview[name] = value
		}
	}
	if len(parameters) > 0 {
		preview["parameters"] = parameters
	}
	return preview
}

// runOn queues the script on each machine. A run that failed or whose fate is
// unknown does not keep the others from theirs, and is never sent again.
func (d *desk) runOn(ctx context.Context, assets []syncro.Asset, script int64, parameters map[string]string, at time.Time) (runScriptOut, error) {
	out := runScriptOut{Runs: make([]scriptRun, len(assets))}
	inTurn(len(assets), readsAtOnce, func(i int) {
		asset := assets[i]
		run := scriptRun{AssetID: asset.ID, Name: tool.Clip(asset.Name, nameLength), Outcome: "queued"}
		if err := d.syncro.RunScript(ctx, syncro.ScriptRun{Asset: asset, ScriptID: script, Parameters: parameters, At: at}); err != nil {
			run.Outcome, run.Reason = "failed", reasonOf(err)
			if syncro.IsKind(err, syncro.OutcomeUnknown) {
				run.Outcome = "unknown"
			}
		}
		out.Runs[i] = run
	})
	return summed(out)
}

// summed tells the outcome of all runs together. Where none is known to be
// queued and some may be, no outcome would be true.
func summed(out runScriptOut) (runScriptOut, error) {
	count := map[string]int{}
	var unknown []string
	for _, run := range out.Runs {
		count[run.Outcome]++
		if run.Outcome == "unknown" {
			unknown = append(unknown, fmt.Sprintf("%s (asset_id %d): %s", tool.Quote(run.Name, 60), run.AssetID, run.Reason))
		}
	}
	switch {
	case count["queued"] == len(out.Runs):
		out.Outcome = "done"
	case count["queued"] > 0:
		out.Outcome = "partly_done"
	case len(unknown) == 0:
		out.Outcome = "failed"
	default:
		return runScriptOut{}, tool.Errorf(tool.OutcomeUnknown, "it is not known whether the script was taken for %s; for no other machine it was queued. Look at the script history of the machine in Syncro before you run it again.",
			strings.Join(unknown, "; "))
	}
	return out, nil
}

// reasonOf is an error for a place where the thing it is about is named already.
func reasonOf(err error) string {
	var failure *syncro.Error
	if !errors.As(err, &failure) {
		return "it was ended before Syncro answered"
	}
	reason := string(failure.Kind) + ": " + failure.Message
	if failure.Next != "" {
		reason += ". " + failure.Next
	}
	return tool.Clip(reason, propertyLength)
}
