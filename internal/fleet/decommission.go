package fleet

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"syncro-mcp/syncro"
)

// Method says what becomes of the record at the end of a decommissioning.
type Method string

// The methods.
const (
	Retire Method = "retire" // rename it and keep everything
	Delete Method = "delete"
)

// Decommission takes one machine out of service. Its fields are what was read
// and agreed to before; Run does it.
type Decommission struct {
	Client  *syncro.Client
	Asset   syncro.Asset // as read last
	Method  Method
	Reason  string
	Script  *Uninstall // nil: the agent is left alone
	Tickets []syncro.Ticket
	Alerts  []syncro.Alert
	Now     func() time.Time
}

// Uninstall is the script that removes the agent.
type Uninstall struct {
	ID   int64
	Name string // "" where it is not known
}

// StepState is what became of one step.
type StepState string

// The states of a step.
const (
	StepDone    StepState = "done"
	StepSkipped StepState = "skipped" // it was so already, or an earlier step failed
	StepFailed  StepState = "failed"
	StepUnknown StepState = "unknown" // sent, and its answer was lost
)

// Step is one step of a decommissioning, in the order in which they are done.
type Step struct {
	Name   string // record_final_state, uninstall_agent, close_ticket, resolve_alert, retire or delete
	About  string // what it touches, in words
	State  StepState
	Detail string
	run    func(context.Context) (StepState, string, error)
}

// Steps lists what there is to do, before any of it is done.
func (d *Decommission) Steps() []Step {
	steps := []Step{{Name: "record_final_state", About: "a dated note on the asset", run: d.recordFinalState}}
	if d.Script != nil {
		steps = append(steps, Step{Name: "uninstall_agent", About: d.Script.title(), run: d.uninstallAgent})
	}
	for _, ticket := range d.Tickets {
		steps = append(steps, Step{Name: "close_ticket", About: fmt.Sprintf("ticket %d", ticket.Number), run: d.closeTicket(ticket)})
	}
	for _, alert := range d.Alerts {
		steps = append(steps, Step{Name: "resolve_alert", About: fmt.Sprintf("alert %d", alert.ID), run: d.resolveAlert(alert)})
	}
	if d.Method == Delete {
		return append(steps, Step{Name: "delete", About: fmt.Sprintf("asset %d", d.Asset.ID), run: d.delete})
	}
	return append(steps, Step{Name: "retire", About: fmt.Sprintf("asset %d", d.Asset.ID), run: d.retire})
}

// Run does the steps in an order that loses nothing: the final state is
// recorded before anything changes, the agent goes before the record does. It
// stops at the first step that fails or whose fate is unknown. A later run does
// only what is left.
func (d *Decommission) Run(ctx context.Context) []Step {
	steps := d.Steps()
	unlock, err := d.begin(ctx)
	if err != nil {
		return notBegun(steps, err)
	}
	defer unlock()
	stopped := false
	for i := range steps {
		step := &steps[i]
		if stopped {
			step.State, step.Detail = StepSkipped, "not tried, because an earlier step was not done"
			continue
		}
		var err error
		step.State, step.Detail, err = step.run(ctx)
		if err != nil {
			stopped = true
			step.State, step.Detail = StepFailed, err.Error()
			if syncro.IsKind(err, syncro.OutcomeUnknown) {
				step.State = StepUnknown
			}
		}
	}
	return steps
}

// begin waits for another decommissioning of the same asset to end and reads the
// asset again: what that one noted must not be done a second time.
func (d *Decommission) begin(ctx context.Context) (unlock func(), err error) {
	unlock, err = d.Client.Exclusive(ctx, d.Asset.ID)
	if err != nil {
		return nil, err
	}
	now, err := d.Client.Asset(ctx, d.Asset.ID)
	if err == nil && (now.Name != d.Asset.Name || now.Serial != d.Asset.Serial || now.CustomerID != d.Asset.CustomerID) {
		err = fmt.Errorf("the asset is no longer the one that was agreed to: it is called %q now", now.Name)
	}
	if err != nil {
		unlock()
		return nil, err
	}
	now.Customer = d.Asset.Customer
	d.Asset = now
	return unlock, nil
}

func notBegun(steps []Step, err error) []Step {
	for i := range steps {
		steps[i].State, steps[i].Detail = StepSkipped, "not tried"
	}
	steps[0].State, steps[0].Detail = StepFailed, err.Error()
	return steps
}

// markLife is for how long a note counts as one of this attempt: a machine may
// come back into service, and go again years later.
const markLife = 7 * 24 * time.Hour

// Recorded tells that an attempt of the last days has noted the final state.
func (d *Decommission) Recorded() bool { return d.noted(mark, time.DateOnly) }

// UninstallSent tells that an attempt of the last days has noted that it sent the script.
func (d *Decommission) UninstallSent() bool {
	return d.Script != nil && d.noted(fmt.Sprintf("Uninstall script %d sent ", d.Script.ID), time.RFC3339)
}

// noted looks for a line that begins so and goes on with a time not long ago.
func (d *Decommission) noted(beginning, layout string) bool {
	for line := range strings.Lines(d.Asset.Notes) {
		rest, found := strings.CutPrefix(strings.TrimSpace(line), beginning)
		stamp, _, _ := strings.Cut(rest, "]")
		at, err := time.Parse(layout, strings.TrimSpace(stamp))
		if age := d.Now().Sub(at); found && err == nil && age < markLife && age > -24*time.Hour {
			return true
		}
	}
	return false
}

// mark begins the note of a decommissioned asset; a later run finds it there.
const mark = "[Decommissioned "

func (d *Decommission) recordFinalState(ctx context.Context) (StepState, string, error) {
	if d.Recorded() {
		return StepSkipped, "it was recorded in the notes before", nil
	}
	note := mark + d.Now().UTC().Format(time.DateOnly) + "]"
	if d.Reason != "" {
		note += " Reason: " + oneLine(d.Reason)
	}
	return StepDone, "added to the asset's notes", d.addNote(ctx, note+"\n"+d.finalState())
}

// finalState says in a few lines what the machine was.
func (d *Decommission) finalState() string {
	a := d.Asset
	facts := []string{"Final state: " + string(a.Status(d.Now()))}
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, name+" "+oneLine(value))
		}
	}
	add("name", a.Name)
	add("serial number", a.Serial)
	add("manufacturer", a.Manufacturer)
	add("model", a.Model)
	add("warranty expires", a.WarrantyExpires)
	if agent := a.Agent; agent != nil {
		if !agent.LastSeen.IsZero() {
			add("last seen", agent.LastSeen.Format(time.RFC3339))
		}
		add("OS", strings.TrimSpace(agent.OSName+" "+agent.OSVersion))
		add("user", agent.User)
		add("address", agent.IPAddress)
	}
	return strings.Join(facts, ", ")
}

// addNote appends to the notes and makes sure that they were stored.
func (d *Decommission) addNote(ctx context.Context, text string) error {
	notes := text
	if d.Asset.Notes != "" {
		notes = strings.TrimRight(d.Asset.Notes, "\n") + "\n\n" + text
	}
	return d.store(ctx, syncro.AssetChange{Fields: map[string]string{syncro.Notes: notes}})
}

func (d *Decommission) store(ctx context.Context, change syncro.AssetChange) error {
	_, after, missing, err := d.Client.UpdateAsset(ctx, d.Asset.ID, change)
	if err != nil {
		return err
	}
	d.Asset = after
	if len(missing) > 0 {
		return fmt.Errorf("%s was not stored: %s", missing[0].Field, missing[0].Reason)
	}
	return nil
}

// uninstallAgent notes that the script is sent before it sends it: Syncro
// cannot be asked afterwards, and a run whose fate is unknown must not be
// repeated by a later decommissioning.
func (d *Decommission) uninstallAgent(ctx context.Context) (StepState, string, error) {
	sent := fmt.Sprintf("Uninstall script %d sent ", d.Script.ID)
	if d.UninstallSent() {
		return StepSkipped, "the notes say that it was sent before, so it is not sent again; look at the asset's script history, and use run_script if it did not run", nil
	}
	if d.Asset.Agent == nil {
		return StepSkipped, "no agent reports on this asset", nil
	}
	line := sent + d.Now().UTC().Format(time.RFC3339)
	if err := d.addNote(ctx, line); err != nil {
		return "", "", fmt.Errorf("the script was not sent, since that could not be noted first: %w", err)
	}
	err := d.Client.RunScript(ctx, syncro.ScriptRun{Asset: d.Asset, ScriptID: d.Script.ID})
	if err == nil || syncro.IsKind(err, syncro.OutcomeUnknown) {
		return StepDone, "queued; Syncro does not tell when it ran", err
	}
	notes := strings.Replace(d.Asset.Notes, line, strings.Replace(line, " sent ", " could not be sent ", 1), 1)
	if noteErr := d.store(ctx, syncro.AssetChange{Fields: map[string]string{syncro.Notes: notes}}); noteErr != nil {
		err = errors.Join(err, fmt.Errorf("and the note that says it was sent could not be corrected: %w", noteErr))
	}
	return "", "", err
}

func (d *Decommission) closeTicket(ticket syncro.Ticket) func(context.Context) (StepState, string, error) {
	return func(ctx context.Context) (StepState, string, error) {
		_, after, missing, err := d.Client.UpdateTicket(ctx, ticket.ID, syncro.TicketChange{Status: resolved})
		if err != nil {
			return "", "", err
		}
		if len(missing) > 0 || after.Open() {
			return "", "", fmt.Errorf("ticket %d still has the status %q; the account may not have a status %q", ticket.Number, after.Status, resolved)
		}
		return StepDone, "status " + after.Status, nil
	}
}

// resolved is the status that every account has.
const resolved = "Resolved"

func (d *Decommission) resolveAlert(alert syncro.Alert) func(context.Context) (StepState, string, error) {
	return func(ctx context.Context) (StepState, string, error) {
		_, err := d.Client.ResolveAlert(ctx, alert.ID)
		return StepDone, "resolved", err
	}
}

func (d *Decommission) retire(ctx context.Context) (StepState, string, error) {
	if Retired(d.Asset) {
		return StepSkipped, "it is called so already", nil
	}
	name := fmt.Sprintf("%s (retired %s)", d.Asset.Name, d.Now().UTC().Format(time.DateOnly))
	if err := d.store(ctx, syncro.AssetChange{Fields: map[string]string{syncro.Name: name}}); err != nil {
		return "", "", err
	}
	return StepDone, "renamed to " + d.Asset.Name, nil
}

func (d *Decommission) delete(ctx context.Context) (StepState, string, error) {
	return StepDone, "deleted", d.Client.DeleteAsset(ctx, d.Asset.ID)
}

// Retired tells whether the asset's name says that it was retired.
func Retired(a syncro.Asset) bool {
	return regexp.MustCompile(`\(retired \d{4}-\d{2}-\d{2}\)$`).MatchString(a.Name)
}

func (u Uninstall) title() string {
	if u.Name == "" {
		return fmt.Sprintf("script %d", u.ID)
	}
	return fmt.Sprintf("script %d %q", u.ID, u.Name)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
