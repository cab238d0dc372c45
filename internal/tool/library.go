package tool

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// confirmKey names the one question, and the one field of its form.
const confirmKey = "confirm"

// Register adds every tool of the runner to the server. It must be called before
// the server serves. Where the server has hooks, a session that ends is forgotten.
func Register(s *server.MCPServer, r *Runner) {
	b := bridge{server: s, runner: r}
	for _, t := range r.Tools() {
		s.AddTool(describe(t), b.handle)
	}
	if hooks := s.GetHooks(); hooks != nil {
		hooks.AddOnUnregisterSession(func(_ context.Context, session server.ClientSession) {
			r.silent.forget(sessionKey(session.SessionID(), ""))
		})
	}
}

// describe gives a tool in the library's terms. The raw constructor is the only
// one that lets a schema through unchanged, and it sets no hints of its own.
// openWorldHint is true for all: they work on an outside service whose records
// other people change at the same time, and whose texts others have written.
func describe(t Tool) mcp.Tool {
	made := mcp.NewToolWithRawSchema(t.Name(), t.Description(), t.InputSchema())
	made.RawOutputSchema = t.OutputSchema()
	made.Title = t.Title()
	made.Annotations = mcp.ToolAnnotation{
		Title:           t.Title(),
		ReadOnlyHint:    new(t.Kind() == Read),
		DestructiveHint: new(t.Asks()),
		IdempotentHint:  new(t.Idempotent()),
		OpenWorldHint:   new(true),
	}
	return made
}

// bridge carries calls from the library to the runner and results back.
type bridge struct {
	server *server.MCPServer
	runner *Runner
}

// handle never returns a Go error: the library would send its text to the client
// as a protocol error, which the model mostly does not get to see.
func (b bridge) handle(ctx context.Context, request mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	arguments, err := rawArguments(request)
	if err != nil {
		return toolResult(errorResult(Errorf(InvalidArgument, "the arguments are not valid JSON. Send one JSON object."))), nil
	}
	call := Call{Tool: request.Params.Name, Arguments: arguments, Caller: CallerFrom(ctx)}
	if session := server.ClientSessionFromContext(ctx); session != nil {
		call.Session = session.SessionID()
	}
	switch {
	case !canAsk(ctx):
	case server.IsModernRequest(ctx):
		call.Defers, call.Reply = true, replyIn(request)
	default:
		call.Asker = formAsker{b.server}
	}
	if meta := request.Params.Meta; meta != nil && meta.ProgressToken != nil {
		var sent atomic.Bool
		call.Progress = b.progress(ctx, meta.ProgressToken, &sent)
		defer drain(ctx, &sent)
	}
	return toolResult(b.runner.Call(ctx, call)), nil
}

// rawArguments prefers the bytes as they came: the library's own values have lost
// long integers and repeated names.
func rawArguments(request mcp.CallToolRequest) (json.RawMessage, error) {
	if raw, ok := request.GetRawArguments().(json.RawMessage); ok {
		return raw, nil
	}
	return json.Marshal(request.Params.Arguments)
}

func toolResult(r Result) *mcp.CallToolResult {
	if r.Ask != nil {
		return server.NewInputRequestBuilder(r.Ask.State).Elicit(confirmKey, form(r.Ask.Question)).ToolResult()
	}
	made := &mcp.CallToolResult{Content: []mcp.Content{mcp.NewTextContent(r.Text)}, IsError: r.IsError}
	if r.JSON != nil {
		made.StructuredContent = r.JSON
	}
	return made
}

// canAsk tells whether the client declared that it can put a form to its user.
// The library asks clients that cannot, so this has to look for itself.
func canAsk(ctx context.Context) bool {
	session := server.ClientSessionFromContext(ctx)
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		return info.ClientCapabilities != nil && takesForms(info.ClientCapabilities.Elicitation)
	}
	known, ok := session.(server.SessionWithClientInfo)
	if !ok || !takesForms(known.GetClientCapabilities().Elicitation) {
		return false
	}
	// HTTP+SSE carries no questions, and an answer finds its way back only to a session with an id.
	_, ok = session.(server.SessionWithElicitation)
	return ok && session.SessionID() != ""
}

// takesForms: a declaration that names no mode means forms.
func takesForms(c *mcp.ElicitationCapability) bool {
	return c != nil && (c.Form != nil || c.URL == nil)
}

// form asks for one boolean. It names no mode, which older clients do not know.
func form(question string) mcp.ElicitationParams {
	return mcp.ElicitationParams{
		Message: question,
		RequestedSchema: map[string]any{
			"type": "object",
			"properties": map[string]any{confirmKey: map[string]any{
				"type": "boolean", "title": "Yes, do this", "description": "Tick to have it done. Anything else leaves everything as it is.",
			}},
			"required": []string{confirmKey},
		},
	}
}

// formAsker asks while the call waits, which protocol versions before 2026-07-28 do.
type formAsker struct {
	server *server.MCPServer
}

// Ask puts the question to the user of the session that ctx belongs to.
func (a formAsker) Ask(ctx context.Context, question string) (Answer, error) {
	result, err := a.server.RequestElicitation(ctx, mcp.ElicitationRequest{
		Request: mcp.Request{Method: string(mcp.MethodElicitationCreate)},
		Params:  form(question),
	})
	if err != nil {
		return Silent, err
	}
	return answerIn(result), nil
}

// replyIn finds the answer in a call that was made again; nil where there is
// none, so that the question is put once more.
func replyIn(request mcp.CallToolRequest) *Reply {
	result := server.ElicitationResponse(request.Params.InputResponses, confirmKey)
	if result == nil {
		return nil
	}
	return &Reply{State: request.Params.RequestState, Answer: answerIn(result)}
}

// answerIn takes for a yes only a form that was sent off with the box ticked.
func answerIn(result *mcp.ElicitationResult) Answer {
	switch result.Action {
	case mcp.ElicitationResponseActionAccept:
		if fields, ok := result.Content.(map[string]any); ok && fields[confirmKey] == true {
			return Accepted
		}
		return Declined
	case mcp.ElicitationResponseActionCancel:
		return Cancelled
	}
	return Declined
}

// progress sends notices under the caller's token. One that cannot be sent is
// lost, which harms nobody.
func (b bridge) progress(ctx context.Context, token mcp.ProgressToken, sent *atomic.Bool) func(done, total float64, message string) {
	return func(done, total float64, message string) {
		params := map[string]any{"progressToken": token, "progress": done, "message": message}
		if total > 0 {
			params["total"] = total
		}
		if b.server.SendNotificationToClient(ctx, string(mcp.MethodNotificationProgress), params) == nil {
			sent.Store(true)
		}
	}
}

const (
	drainSteps = 200
	drainStep  = 100 * time.Microsecond
	drainRest  = 5 * time.Millisecond // for the notice that already left the queue
)

// drain holds a result back until the notices sent before it are on their way:
// the library writes both from different goroutines, and a notice that comes
// after its result is lost.
func drain(ctx context.Context, sent *atomic.Bool) {
	session := server.ClientSessionFromContext(ctx)
	if !sent.Load() || session == nil {
		return
	}
	for range drainSteps {
		if len(session.NotificationChannel()) == 0 {
			break
		}
		time.Sleep(drainStep)
	}
	time.Sleep(drainRest)
}
