// Package tool is the one adapter between a plain Go function and the Model
// Context Protocol. A tool is a function from a struct to a struct or an error;
// this package derives its schemas, decodes and checks its arguments, asks a
// person before anything is destroyed, keeps the audit log and writes the
// results. Only library.go knows the MCP library, so that the terminal runs the
// very same pipeline.
package tool

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"

	"github.com/invopop/jsonschema"
)

// Kind is what a tool may do to the records it touches.
type Kind int

// The kinds of tool, from harmless to destructive.
const (
	Read    Kind = iota // changes nothing
	Write               // creates or changes, and can be put right again
	Destroy             // cannot be put right again; a person is asked first
)

// String gives the word that users, logs and the tool table show.
func (k Kind) String() string {
	switch k {
	case Read:
		return "read"
	case Write:
		return "write"
	case Destroy:
		return "destroy"
	}
	return fmt.Sprintf("kind %d", int(k))
}

// Spec is what a tool says about itself.
type Spec struct {
	Name, Title, Toolset, Description string

	// Idempotent: calling again with the same arguments changes nothing more.
	// Read tools always are.
	Idempotent bool
}

// Tool is one tool of the catalogue: built by NewRead, NewWrite, NewDestroy or
// NewAsking, and immutable after that.
type Tool struct {
	spec   Spec
	kind   Kind
	asks   bool
	says   bool               // results have an outcome
	schema *jsonschema.Schema // what arguments are checked against
	input  json.RawMessage
	output json.RawMessage
	plan   planner
}

// planner decodes checked arguments into the tool's own struct and plans the
// call. Nothing is changed before the proposal's do runs.
type planner func(ctx context.Context, arguments []byte) (proposal, error)

// proposal is a Plan without its result type.
type proposal struct {
	question string
	preview  any
	targets  []Target
	do       func(context.Context) (any, error)
}

// Plan is what a tool found out before it acts, and the act itself.
type Plan[Out any] struct {
	Question string   // one clear sentence for the user; names inside it are quoted with Quote
	Preview  any      // what the user is shown as data: a struct or a map
	Targets  []Target // what is touched: the approval is bound to it
	Do       func(context.Context) (Out, error)
}

// NewRead builds a tool that changes nothing.
//
// In and Out are structs; their json, jsonschema and jsonschema_description tags
// make the schemas. A type that makes no sound schema panics here, with the
// tool's name. Where In has a method Validate() error, it is called once the
// arguments are decoded.
func NewRead[In, Out any](s Spec, run func(context.Context, In) (Out, error)) Tool {
	return build(s, Read, false, atOnce(run))
}

// NewWrite builds a tool that creates or changes without asking.
func NewWrite[In, Out any](s Spec, run func(context.Context, In) (Out, error)) Tool {
	return build(s, Write, false, atOnce(run))
}

// NewDestroy builds a tool that always asks. plan reads the targets and says
// what would happen; Plan.Do runs only once a person approved, and plan has run
// again and found the same targets.
func NewDestroy[In, Out any](s Spec, plan func(context.Context, In) (Plan[Out], error)) Tool {
	return build(s, Destroy, true, plan)
}

// NewAsking builds a write tool that asks only when its plan has a question;
// without one, Plan.Do runs at once. It is a Write tool, so that mode write
// serves it, and there a plan that has a question is refused.
func NewAsking[In, Out any](s Spec, plan func(context.Context, In) (Plan[Out], error)) Tool {
	return build(s, Write, true, plan)
}

func atOnce[In, Out any](run func(context.Context, In) (Out, error)) func(context.Context, In) (Plan[Out], error) {
	return func(_ context.Context, in In) (Plan[Out], error) {
		return Plan[Out]{Do: func(ctx context.Context) (Out, error) { return run(ctx, in) }}, nil
	}
}

func build[In, Out any](s Spec, kind Kind, asks bool, plan func(context.Context, In) (Plan[Out], error)) Tool {
	s.check()
	schema, results := inputSchema(s.Name, reflect.TypeFor[In](), asks), outputSchema(s.Name, reflect.TypeFor[Out](), asks)
	return Tool{
		spec: s, kind: kind, asks: asks, says: property(results, "outcome") != nil, schema: schema,
		input:  mustMarshal(s.Name, schema),
		output: mustMarshal(s.Name, results),
		plan: func(ctx context.Context, arguments []byte) (proposal, error) {
			in, err := decodeInto[In](arguments)
			if err != nil {
				return proposal{}, err
			}
			p, err := plan(ctx, in)
			if err != nil {
				return proposal{}, err
			}
			return p.erase(), nil
		},
	}
}

func (p Plan[Out]) erase() proposal {
	made := proposal{question: cleanLine(p.Question), preview: p.Preview, targets: p.Targets}
	if p.Do != nil {
		made.do = func(ctx context.Context) (any, error) {
			out, err := p.Do(ctx)
			if err != nil {
				return nil, err
			}
			fillNil(reflect.ValueOf(&out).Elem(), false)
			return out, nil
		}
	}
	return made
}

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

func (s Spec) check() {
	if !nameForm.MatchString(s.Name) {
		panic(fmt.Sprintf("tool %q: a name is lower-case words joined by _", s.Name))
	}
	if s.Title == "" || s.Toolset == "" || s.Description == "" {
		panic(fmt.Sprintf("tool %s: title, toolset and description are all needed", s.Name))
	}
}

// Name is the name that clients call.
func (t Tool) Name() string { return t.spec.Name }

// Title is the name that people see.
func (t Tool) Title() string { return t.spec.Title }

// Description tells a model what the tool does and when to use it.
func (t Tool) Description() string { return t.spec.Description }

// Toolset is the group by which an owner switches tools on.
func (t Tool) Toolset() string { return t.spec.Toolset }

// Kind is what the tool may do.
func (t Tool) Kind() Kind { return t.kind }

// Asks tells whether the tool may ask a person before it acts.
func (t Tool) Asks() bool { return t.asks }

// Idempotent tells whether calling again with the same arguments changes nothing more.
func (t Tool) Idempotent() bool { return t.kind == Read || t.spec.Idempotent }

// InputSchema is the JSON Schema of the arguments. It must not be changed.
func (t Tool) InputSchema() json.RawMessage { return t.input }

// OutputSchema is the JSON Schema of every result that is not an error. It must not be changed.
func (t Tool) OutputSchema() json.RawMessage { return t.output }
