package tool

import "runtime/debug"

// recovered, deferred, turns a panic of the tool into an error that gives
// nothing away; the log gets what was said and where.
func (s *run) recovered(during string, err *error) {
	if said := recover(); said != nil {
		s.log.Error("tool panicked", "tool", s.tool.Name(), "while", during, "panic", said, "stack", string(debug.Stack()))
		*err = &panicked{}
	}
}

// panicked marks that a tool panicked. Its text is for the log only.
type panicked struct{}

func (*panicked) Error() string { return "the tool panicked" }
