package serve_test

import (
	"bytes"
	"context"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"syncro-mcp/internal/serve"
	"syncro-mcp/internal/tool"
)

// shop is what the fake tools of a test share.
type shop struct {
	started  chan string   // who began a slow call
	ended    chan error    // how a slow call's context ended; nil: released
	release  chan struct{} // closed: slow calls return
	deleting chan struct{} // a deletion was sent
	deleted  atomic.Int64
	audit    lockedBuffer
	secret   []byte
}

func newShop() *shop {
	return &shop{
		started: make(chan string, 1000), ended: make(chan error, 1000), release: make(chan struct{}),
		deleting: make(chan struct{}, 1000), secret: bytes.Repeat([]byte("s"), 32),
	}
}

type sayIn struct {
	Text string `json:"text,omitempty" jsonschema_description:"What to say."`
}

type sayOut struct {
	Text   string `json:"text"`
	Caller string `json:"caller"`
}

type deleteOut struct {
	Outcome string `json:"outcome"`
}

func spec(name string) tool.Spec {
	return tool.Spec{Name: name, Title: name, Toolset: "assets", Description: "A tool of the tests."}
}

func (s *shop) tools() []tool.Tool {
	say := func(ctx context.Context, in sayIn) (sayOut, error) {
		return sayOut{Text: in.Text, Caller: tool.CallerFrom(ctx)}, nil
	}
	slow := func(ctx context.Context, in sayIn) (sayOut, error) {
		s.started <- in.Text
		select {
		case <-s.release:
			s.ended <- nil
			return say(ctx, in)
		case <-ctx.Done():
			s.ended <- ctx.Err()
			return sayOut{}, ctx.Err()
		}
	}
	count := func(ctx context.Context, in sayIn) (sayOut, error) {
		for n := range 5 {
			tool.Progress(ctx, float64(n+1), 5, in.Text)
		}
		return say(ctx, in)
	}
	remove := func(context.Context, sayIn) (tool.Plan[deleteOut], error) {
		return tool.Plan[deleteOut]{
			Question: "Delete it?", Targets: []tool.Target{{ID: 1, Name: "FRONT-PC"}},
			Do: func(context.Context) (deleteOut, error) {
				s.deleting <- struct{}{}
				s.deleted.Add(1)
				return deleteOut{tool.OutcomeDone}, nil
			},
		}, nil
	}
	slowRemove := func(context.Context, sayIn) (tool.Plan[deleteOut], error) {
		return tool.Plan[deleteOut]{
			Question: "Delete it?", Targets: []tool.Target{{ID: 1, Name: "FRONT-PC"}},
			Do: func(ctx context.Context) (deleteOut, error) {
				s.deleting <- struct{}{}
				select {
				case <-s.release:
				case <-ctx.Done():
					return deleteOut{}, ctx.Err()
				}
				s.deleted.Add(1)
				return deleteOut{tool.OutcomeDone}, nil
			},
		}, nil
	}
	return []tool.Tool{
		tool.NewRead(spec("say"), say), tool.NewRead(spec("slow"), slow), tool.NewRead(spec("count"), count),
		tool.NewDestroy(spec("remove"), remove), tool.NewDestroy(spec("slow_remove"), slowRemove),
	}
}

// build makes the server of one caller. Its clock runs fast, so that no notice is
// left out for coming too soon.
func (s *shop) build(serve.Caller) (*server.MCPServer, error) {
	var ticks atomic.Int64
	r, err := tool.NewRunner(tool.Options{
		Tools: s.tools(), Secret: s.secret, Audit: tool.NewAudit(&s.audit),
		Now: func() time.Time { return time.Now().Add(time.Duration(ticks.Add(1)) * 300 * time.Millisecond) },
	})
	if err != nil {
		return nil, err
	}
	return serve.New(r, "test", "Test."), nil
}

// hasty is a server whose tool returns right after its last notice, as ours never
// do: the transport alone has to keep the order. It also tells when its list changes.
func hasty(serve.Caller) (*server.MCPServer, error) {
	s := server.NewMCPServer("hasty", "1", server.WithToolCapabilities(true))
	addHasty(s, "count")
	return s, nil
}

func addHasty(s *server.MCPServer, name string) {
	s.AddTool(mcp.NewTool(name), func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for n := range 5 {
			_ = s.SendNotificationToClient(ctx, "notifications/progress", map[string]any{"progressToken": r.Params.Meta.ProgressToken, "progress": n + 1, "total": 5})
		}
		return mcp.NewToolResultText("counted"), nil
	})
}

func (s *shop) options(callers ...serve.Caller) serve.HTTPOptions {
	return serve.HTTPOptions{Listen: "127.0.0.1:0", SSE: true, Callers: callers, Build: s.build}
}
