package tool

import (
	"runtime/debug"
	"slices"
)

// offer is what is offered beside the tools and is worth something only with
// some of them.
type offer interface {
	needs() []string
}

// Available leaves out what needs a tool that is not served, so that mode and
// toolsets hold for resources and prompts too.
func Available[T offer](all []T, served []Tool) []T {
	var kept []T
	for _, each := range all {
		lacks := func(name string) bool {
			return !slices.ContainsFunc(served, func(t Tool) bool { return t.Name() == name })
		}
		if !slices.ContainsFunc(each.needs(), lacks) {
			kept = append(kept, each)
		}
	}
	return kept
}

// survive, deferred, turns a panic into an error that gives nothing away; the
// log gets what was said and where.
func (r *Runner) survive(what, name string, err *error) {
	if said := recover(); said != nil {
		r.log.Error(what+" panicked", "name", name, "panic", said, "stack", string(debug.Stack()))
		*err = &panicked{}
	}
}

// shown is an error whose text may go to the client. What is not written for
// it goes to the log only.
func (r *Runner) shown(what, name string, err error) *Error {
	text, known := explain(err, false)
	if !known {
		r.log.Error(what+" failed", "name", name, "error", err)
	}
	return text
}
