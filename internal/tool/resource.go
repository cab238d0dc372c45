package tool

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/url"
	"strings"
)

// mostResourceBytes bounds a resource that is read over MCP, since the whole of
// it is held in memory and then in a model's. The terminal streams without it.
const mostResourceBytes = 4 << 20

// Resource is something that can be read by its address.
type Resource struct {
	URI                            string // an RFC 6570 template where segments are {variables}
	Name, Title, Description, MIME string
	Needs                          []string // tools without which it is not offered

	// Read writes the whole of it. vars are the variables of the address. What the
	// API sent goes through WriteJSON, Clip or Quote first.
	Read func(ctx context.Context, vars map[string]string, w io.Writer) error
	// Complete gives the values of a variable that begin with prefix; nil: none are known.
	Complete func(ctx context.Context, variable, prefix string) ([]string, error)
}

func (r Resource) needs() []string { return r.Needs }

// template tells whether the address has variables.
func (r Resource) template() bool { return strings.Contains(r.URI, "{") }

// match gives the variables of an address that is this resource's.
func (r Resource) match(uri string) (vars map[string]string, ok bool) {
	pattern, segments := strings.Split(r.URI, "/"), strings.Split(uri, "/")
	if len(pattern) != len(segments) {
		return nil, false
	}
	vars = map[string]string{}
	for i, want := range pattern {
		if !strings.HasPrefix(want, "{") {
			if want != segments[i] {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(segments[i])
		if err != nil || value == "" {
			return nil, false
		}
		vars[strings.Trim(want, "{}")] = value
	}
	return vars, true
}

// ReadResource writes the resource with that address as it comes, however long
// it is. Text that was written before an error is not the whole.
func ReadResource(ctx context.Context, all []Resource, uri string, w io.Writer) error {
	addresses := make([]string, 0, len(all))
	for _, r := range all {
		if vars, ok := r.match(uri); ok {
			return r.Read(ctx, vars, w)
		}
		addresses = append(addresses, r.URI)
	}
	return Errorf(NotFound, "there is no resource %s. There are %s.", Quote(uri, 200), strings.Join(addresses, ", "))
}

// WriteJSON writes a value as one cleaned JSON document.
func WriteJSON(w io.Writer, v any) error {
	doc, err := encode(v)
	if err != nil {
		return err
	}
	_, err = w.Write(append(doc, '\n'))
	return err
}

// bounded holds a resource in memory up to a limit. What is longer becomes an
// error: a file that was cut could pass for a whole one.
type bounded struct {
	bytes.Buffer
	uri   string
	limit int
}

// Write refuses what goes over the limit.
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.limit {
		return 0, Errorf(TooLarge, "%s is longer than the %s bytes that one read gives and broke off in line %s, so none of it is given. "+
			"Read less, such as one customer's, or have the user run syncro-mcp read %s in a terminal, which has no limit.",
			b.uri, thousands(b.limit), thousands(bytes.Count(b.Bytes(), []byte("\n"))+1), b.uri)
	}
	return b.Buffer.Write(p)
}

// Answer is the result of a tool that changes nothing, for a resource that
// shows the same facts.
func (r *Runner) Answer(ctx context.Context, name string, arguments map[string]any) (json.RawMessage, error) {
	if known, ok := r.byName[name]; ok && known.kind != Read {
		return nil, Errorf(Internal, "%s changes something, so nothing may call it but a client.", name)
	}
	text, err := json.Marshal(arguments)
	if err != nil {
		return nil, err
	}
	result := r.Call(ctx, Call{Tool: name, Arguments: text, Caller: CallerFrom(ctx)})
	if result.IsError {
		return nil, &Error{Code: Code(result.Code), Text: strings.TrimPrefix(result.Text, result.Code+": ")}
	}
	return result.JSON, nil
}

// WithProgress has those told who wait without a client, such as the terminal.
func (r *Runner) WithProgress(ctx context.Context, to func(done, total float64, message string)) context.Context {
	return withProgress(ctx, to, r.now)
}
