package tool

import "context"

type callerKey struct{}

// localCaller is who calls where nobody had to say who he is.
const localCaller = "local"

// WithCaller notes who makes the calls of this context. Approvals are bound to
// the name, so it must come from authentication and not from the client's word.
func WithCaller(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, callerKey{}, name)
}

// CallerFrom tells who makes the calls of this context: "local" where nobody was named.
func CallerFrom(ctx context.Context) string {
	if name, ok := ctx.Value(callerKey{}).(string); ok && name != "" {
		return name
	}
	return localCaller
}
