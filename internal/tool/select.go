package tool

import "slices"

// Modes that limit which tools are served.
const (
	ModeRead  = "read"
	ModeWrite = "write" // no destructive tools
	ModeFull  = "full"
)

// Select keeps what mode and toolsets allow, in catalogue order. No toolsets
// means all of them; a mode that does not exist allows nothing.
func Select(all []Tool, mode string, toolsets []string) []Tool {
	kept := make([]Tool, 0, len(all))
	for _, t := range all {
		if t.allowed(mode) && (len(toolsets) == 0 || slices.Contains(toolsets, t.Toolset())) {
			kept = append(kept, t)
		}
	}
	return kept
}

func (t Tool) allowed(mode string) bool {
	switch mode {
	case ModeFull:
		return true
	case ModeWrite:
		return t.kind != Destroy
	case ModeRead:
		return t.kind == Read
	}
	return false
}

// Narrower is the one of two modes that allows less.
func Narrower(a, b string) string {
	for _, mode := range []string{ModeRead, ModeWrite} {
		if a == mode || b == mode {
			return mode
		}
	}
	return ModeFull
}
