package serve_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/serve"
)

const (
	annsToken = "anns-token-0123456789abcdef"
	bobsToken = "bobs-token-0123456789abcdef"
	newest    = mcp.ProtocolVersion20260728
	soon      = 10 * time.Second // for what must happen at once
)

func annAndBob() []serve.Caller {
	return []serve.Caller{{Name: "ann", Token: annsToken}, {Name: "bob", Token: bobsToken}}
}

// open serves on loopback until the test ends.
func open(t *testing.T, o serve.HTTPOptions) *httptest.Server {
	t.Helper()
	handler, closeAll, err := serve.NewHTTP(o)
	require.NoError(t, err)
	s := httptest.NewServer(handler)
	t.Cleanup(func() {
		closeAll()
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// connect opens a client of /mcp. Each request has a connection of its own: the
// client cancels the request that brought an answer once the call has its result,
// and net/http may by then have given that connection to the next call.
func connect(t *testing.T, address, token, version string, options ...client.ClientOption) *client.Client {
	t.Helper()
	own := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	over, err := transport.NewStreamableHTTP(address+"/mcp", transport.WithHTTPHeaders(bearer(token)), transport.WithHTTPBasicClient(own))
	require.NoError(t, err)
	return begin(t, over, version, options...)
}

// connectSSE opens a client of /sse.
func connectSSE(t *testing.T, address, token, version string, options ...client.ClientOption) *client.Client {
	t.Helper()
	over, err := transport.NewSSE(address+"/sse", transport.WithHeaders(bearer(token)))
	require.NoError(t, err)
	return begin(t, over, version, options...)
}

func begin(t *testing.T, over transport.Interface, version string, options ...client.ClientOption) *client.Client {
	t.Helper()
	c := client.NewClient(over, append(options, client.WithProtocolVersion(version))...)
	require.NoError(t, c.Start(context.WithoutCancel(t.Context())))
	t.Cleanup(func() { _ = c.Close() })
	request := mcp.InitializeRequest{}
	request.Params.ProtocolVersion = version
	request.Params.ClientInfo = mcp.Implementation{Name: "test", Version: "1"}
	_, err := c.Initialize(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, version, c.ProtocolVersion())
	return c
}

func bearer(token string) map[string]string {
	if token == "" {
		return nil
	}
	return map[string]string{"Authorization": "Bearer " + token}
}

// call calls a tool and gives its result, or its error's text.
func call(ctx context.Context, c *client.Client, name, text string, more ...string) (map[string]any, error) {
	request := mcp.CallToolRequest{}
	arguments := map[string]any{"text": text}
	if len(more) > 0 {
		arguments["confirm_token"] = more[0]
	}
	request.Params.Name, request.Params.Arguments = name, arguments
	request.Params.Meta = &mcp.Meta{ProgressToken: text}
	result, err := c.CallTool(ctx, request)
	if err != nil {
		return nil, err
	}
	words := result.Content[0].(mcp.TextContent).Text
	if result.IsError {
		return nil, fmt.Errorf("%s", words)
	}
	var fields map[string]any
	return fields, json.Unmarshal([]byte(words), &fields)
}

func mustCall(t *testing.T, c *client.Client, name, text string, more ...string) map[string]any {
	t.Helper()
	fields, err := call(t.Context(), c, name, text, more...)
	require.NoError(t, err)
	return fields
}

// user answers questions and counts them.
type user struct {
	answer mcp.ElicitationResponseAction
	asked  atomic.Int64
}

// Elicit answers.
func (u *user) Elicit(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	u.asked.Add(1)
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: u.answer, Content: map[string]any{"confirm": true}}}, nil
}

func says(answer mcp.ElicitationResponseAction) *user { return &user{answer: answer} }

// get waits for what must come soon.
func get[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(soon):
		require.FailNow(t, "nothing came")
		panic("unreachable")
	}
}

// request is one plain request; headers are name, value and so on.
func request(t *testing.T, method, address, body string, headers ...string) (int, http.Header, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*soon) // a stream that should have been refused would not end
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, answer.Header, string(text)
}

// handle has a handler serve one POST to /mcp without a network.
func handle(t *testing.T, handler http.Handler, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/mcp", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}
