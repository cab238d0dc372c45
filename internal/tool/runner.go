package tool

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Ways to get a person's yes, in Options.Confirm.
const (
	ConfirmAuto   = "auto"   // ask through the client; by token where it cannot
	ConfirmElicit = "elicit" // only through the client
	ConfirmToken  = "token"  // never through the client
)

const (
	defaultPatience = 2 * time.Minute
	longestAct      = 5 * time.Minute // an approved act that its caller no longer waits for
	// ShortestSecret is what it takes to sign confirmations, in bytes.
	ShortestSecret = 16
)

// Options make a Runner.
type Options struct {
	Tools    []Tool
	Mode     string            // full when empty
	Confirm  string            // auto when empty
	Secret   []byte            // signs confirmations; random when empty, else at least 16 bytes
	Audit    *Audit            // nil: none
	Observe  func(Observation) // told of every call that ended; nil: nobody
	Log      *slog.Logger      // nil: none
	Patience time.Duration     // how long a question may stay open; 0: 2 minutes
	Now      func() time.Time  // nil: time.Now
}

// Observation is one call that ended, as the audit log has it.
type Observation struct {
	Tool, Caller string
	Outcome      string        // done, declined and so on; asked where a question went out
	Code         string        // of an error
	Confirmation string        // the way: client or token; not_needed or empty where nobody was asked
	Answer       string        // to the question; empty where there is none yet
	Duration     time.Duration // including the wait for an answer
}

// Runner runs tools: decoding, confirmation, audit, panics, results. It is safe
// for concurrent use.
type Runner struct {
	tools     []Tool
	byName    map[string]Tool
	mode      string
	confirm   string
	patience  time.Duration
	now       func() time.Time
	log       *slog.Logger
	audit     *Audit
	observe   func(Observation)
	approvals *approvals
	silent    *silentSessions
}

// NewRunner checks the options. Tools that the mode does not allow are left out.
func NewRunner(o Options) (*Runner, error) {
	o.Mode = cmp.Or(o.Mode, ModeFull)
	o.Confirm = cmp.Or(o.Confirm, ConfirmAuto)
	if !slices.Contains([]string{ModeRead, ModeWrite, ModeFull}, o.Mode) {
		return nil, fmt.Errorf("mode %q is none of read, write, full", o.Mode)
	}
	if !slices.Contains([]string{ConfirmAuto, ConfirmElicit, ConfirmToken}, o.Confirm) {
		return nil, fmt.Errorf("confirm %q is none of auto, elicit, token", o.Confirm)
	}
	if n := len(o.Secret); n > 0 && n < ShortestSecret {
		return nil, fmt.Errorf("the secret that signs confirmations has %d bytes, and needs at least %d", n, ShortestSecret)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &Runner{
		tools: Select(o.Tools, o.Mode, nil), byName: map[string]Tool{},
		mode: o.Mode, confirm: o.Confirm, patience: cmp.Or(o.Patience, defaultPatience),
		now: o.Now, log: o.Log, audit: o.Audit, observe: o.Observe,
		approvals: newApprovals(o.Secret, o.Now), silent: newSilentSessions(),
	}
	for _, t := range r.tools {
		if _, twice := r.byName[t.Name()]; twice {
			return nil, fmt.Errorf("two tools are called %s", t.Name())
		}
		r.byName[t.Name()] = t
	}
	return r, nil
}

// Tools are the tools that this runner serves, in catalogue order.
func (r *Runner) Tools() []Tool { return slices.Clone(r.tools) }

// Call is one call of a tool.
type Call struct {
	Tool      string
	Arguments json.RawMessage
	Caller    string // who calls; approvals are bound to it
	Session   string // "" where there is none

	Asker  Asker  // nil: the client cannot ask while a call waits
	Defers bool   // the client takes Result.Ask and calls again with a Reply
	Reply  *Reply // the answer to Result.Ask

	Progress func(done, total float64, message string) // nil: not wanted
}

// run is one call on its way through the runner.
type run struct {
	*Runner
	call      Call
	tool      Tool
	arguments []byte // checked and canonical
	acting    bool   // from here on something may have been changed
	entry     entry
	started   time.Time
}

// Call runs one tool. It never returns a Go error: every outcome is a Result.
func (r *Runner) Call(ctx context.Context, c Call) (result Result) {
	s := &run{Runner: r, call: c, started: r.now()}
	s.entry = entry{Caller: c.Caller, Session: c.Session, Tool: cut(cleanLine(c.Tool), 64)}
	ctx = withProgress(ctx, c.Progress, r.now)
	defer func() {
		if err := r.audit.write(s.entry, r.now(), s.started); err != nil {
			r.log.Error("audit", "tool", c.Tool, "error", err)
		}
		if r.observe != nil {
			r.observe(Observation{
				Tool: s.entry.Tool, Caller: c.Caller, Outcome: s.entry.Outcome, Code: result.Code,
				Confirmation: s.entry.Confirmation, Answer: s.entry.Answer, Duration: r.now().Sub(s.started),
			})
		}
	}()
	known, ok := r.byName[c.Tool]
	if !ok {
		return s.fail(r.unknownTool(c.Tool))
	}
	s.tool, s.entry.Kind = known, known.kind.String()
	return s.run(ctx)
}

func (r *Runner) unknownTool(name string) error {
	names := make([]string, 0, len(r.tools))
	for _, t := range r.tools {
		names = append(names, t.Name())
	}
	if near := nearest(name, names); near != "" {
		return Errorf(InvalidArgument, "there is no tool %s here: did you mean %s?", Quote(name, 64), near)
	}
	return Errorf(InvalidArgument, "there is no tool %s here. There are %s.", Quote(name, 64), strings.Join(names, ", "))
}

// run takes the call from its arguments to its result.
func (s *run) run(ctx context.Context) Result {
	arguments, token, err := s.tool.decode(s.call.Arguments)
	if err != nil {
		s.entry.setArguments(s.call.Arguments)
		return s.fail(err)
	}
	s.arguments = arguments
	if !s.entry.setArguments(arguments) { // the canonical form may be longer or deeper than what may come in
		s.entry.setArguments(s.call.Arguments)
	}
	if reply := s.reply(); reply != nil && reply.Answer != Accepted {
		s.entry.Confirmation, s.entry.Answer = confirmationByClient, reply.Answer.String()
		return s.notApproved(reply.Answer, "")
	}
	given, err := s.presented(token)
	if err != nil {
		return s.fail(err)
	}
	p, err := s.plan(ctx)
	if err != nil && given != nil {
		return s.failReread(err)
	}
	if err != nil {
		return s.fail(err)
	}
	s.entry.setTargets(p.targets)
	if p.question == "" && s.tool.kind != Destroy {
		s.entry.Confirmation = confirmationNotNeeded
		return s.act(ctx, p)
	}
	if err := s.mayAsk(p); err != nil {
		return s.fail(err)
	}
	if given != nil {
		return s.actOn(ctx, given, p)
	}
	return s.seekApproval(ctx, p)
}

// plan asks the tool what it would do, and survives its panic.
func (s *run) plan(ctx context.Context) (p proposal, err error) {
	defer s.recovered("planning", &err)
	p, err = s.tool.plan(ctx, s.arguments)
	if err == nil && p.do == nil {
		err = fmt.Errorf("the plan of %s has nothing to do", s.tool.Name())
	}
	return p, err
}

// act lets the tool do what needs nobody's yes.
func (s *run) act(ctx context.Context, p proposal) Result {
	s.acting = true
	out, err := s.do(ctx, p)
	if err != nil {
		return s.fail(err)
	}
	return s.finish(out)
}

// do survives the tool's panic.
func (s *run) do(ctx context.Context, p proposal) (out any, err error) {
	defer s.recovered("acting", &err)
	return p.do(ctx)
}

// fail ends the call with an error.
func (s *run) fail(err error) Result {
	shown, known := explain(err, s.acting && s.tool.kind != Read)
	if !known {
		s.log.Error("tool failed", "tool", s.call.Tool, "error", err)
	}
	s.entry.Outcome = string(shown.Code)
	if shown.Code == Timeout && errors.Is(err, context.Canceled) {
		s.entry.Outcome = outcomeCancelled
	}
	return errorResult(shown)
}

// finish ends the call with a result.
func (s *run) finish(out any) Result {
	doc, err := s.encode(out)
	if err != nil {
		s.log.Error("result does not marshal", "tool", s.tool.Name(), "error", err)
		return s.fail(Errorf(Internal, "the result could not be written as JSON. %s", s.afterwards()))
	}
	if len(doc) > mostResultBytes {
		return s.fail(Errorf(TooLarge, "the result has %s bytes, and at most %s are sent. %s",
			thousands(len(doc)), thousands(mostResultBytes), s.afterwards()))
	}
	var said struct {
		Outcome string `json:"outcome"`
	}
	if s.tool.says { // else there is no need to read all of what was just written
		_ = json.Unmarshal(doc, &said) // a result without an outcome, or with another kind of one, is simply done
	}
	s.entry.Outcome = cmp.Or(said.Outcome, OutcomeDone)
	return Result{JSON: doc, Text: string(doc)}
}

// encode survives a panic of the result's own MarshalJSON.
func (s *run) encode(out any) (doc []byte, err error) {
	defer s.recovered("writing the result", &err)
	return encode(out)
}

// afterwards is the way on when only the answer is lost.
func (s *run) afterwards() string {
	switch {
	case s.tool.kind == Read:
		return "Ask for less at once."
	case !s.acting:
		return "Nothing was done. Tell the owner of this server."
	}
	return "The call itself ran to its end: read the record to see what it did, and do not repeat it."
}
