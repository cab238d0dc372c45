package serve_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type mcpServer = server.MCPServer

func withUser(u *user) client.ClientOption { return client.WithElicitationHandler(u) }

// sseStream is a raw client of /sse.
type sseStream struct {
	header   http.Header
	endpoint string
	address  string
	token    string
	events   chan string
	close    func()
}

func newSSEStream(t *testing.T, address, token string) *sseStream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/sse", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	s := &sseStream{header: answer.Header, address: address, token: token, events: make(chan string, 1000), close: cancel}
	t.Cleanup(cancel)
	go func() {
		defer close(s.events)
		defer func() { _ = answer.Body.Close() }()
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				s.events <- data
			}
		}
	}()
	s.endpoint = s.next(t)
	return s
}

func (s *sseStream) next(t *testing.T) string {
	t.Helper()
	return get(t, s.events)
}

func (s *sseStream) send(t *testing.T, body string) {
	t.Helper()
	status, _, _ := request(t, http.MethodPost, s.address+s.endpoint, body, "Authorization", "Bearer "+s.token, "Content-Type", "application/json")
	require.Equal(t, http.StatusAccepted, status)
}

func (s *sseStream) begin(t *testing.T) {
	t.Helper()
	s.send(t, initialize)
	s.next(t)
	s.send(t, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
}

// toolCall is a call that wants to hear of its progress under its text.
func toolCall(id int, tool, text, meta string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":%q,"arguments":{"text":%q},"_meta":{"progressToken":%q%s}}}`, id, tool, text, text, meta)
}

func TestNoticesComeBeforeTheResultAndOnTheStreamOfTheirCall(t *testing.T) {
	t.Parallel()
	o := newShop().options(annAndBob()...)
	o.Build = hasty
	s := open(t, o)
	session := openSession(t, s.URL, annsToken)
	const meta = `,"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}`
	var calls sync.WaitGroup
	for n := range 100 {
		calls.Go(func() {
			text := fmt.Sprintf("call-%d", n)
			var body string
			var headers http.Header
			if n%2 == 0 {
				_, headers, body = post(t, s.URL, annsToken, session, toolCall(n, "count", text, ""))
			} else {
				_, headers, body = post(t, s.URL, annsToken, "", toolCall(n, "count", text, meta),
					"Mcp-Protocol-Version", newest, "Mcp-Method", "tools/call", "Mcp-Name", "count")
			}
			assert.Equal(t, "text/event-stream", headers.Get("Content-Type"))
			assert.Equal(t, "no", headers.Get("X-Accel-Buffering"))
			assertCounted(t, strings.Split(strings.TrimSpace(body), "\n\n"), n, text)
		})
	}
	calls.Wait()
	_, headers, _ := post(t, s.URL, annsToken, session, listTools)
	assert.Equal(t, "application/json", headers.Get("Content-Type"), "one call's notices must not change other answers")
}

// assertCounted wants the five notices of a call in order, and then its result.
func assertCounted(t *testing.T, events []string, id int, text string) {
	t.Helper()
	if !assert.Len(t, events, 6, fmt.Sprint(events)) {
		return
	}
	for i, event := range events[:5] {
		assert.Contains(t, event, fmt.Sprintf(`"progress":%d,`, i+1))
		assert.Contains(t, event, fmt.Sprintf(`"progressToken":%q`, text))
	}
	assert.Contains(t, events[5], fmt.Sprintf(`"id":%d,"result"`, id))
}

func TestNoticesComeBeforeTheResultOverSSE(t *testing.T) {
	t.Parallel()
	o := newShop().options(annAndBob()...)
	o.Build = hasty
	s := open(t, o)
	stream := newSSEStream(t, s.URL, annsToken)
	stream.begin(t)
	const many = 50
	for n := range many {
		stream.send(t, toolCall(n+10, "count", fmt.Sprintf("call-%d", n), ""))
	}
	heard := map[string]int{}
	for range many * 6 {
		event := stream.next(t)
		for n := range many {
			text := fmt.Sprintf(`"call-%d"`, n)
			if strings.Contains(event, `"progressToken":`+text) {
				heard[text]++
			}
			if strings.Contains(event, fmt.Sprintf(`"id":%d,`, n+10)) {
				assert.Equal(t, 5, heard[text], "the result of %s came before its notices", text)
			}
		}
	}
}

func TestAClosedConnectionCancelsReads(t *testing.T) {
	t.Parallel()
	shop := newShop()
	s := open(t, shop.options(annAndBob()...))
	session := openSession(t, s.URL, annsToken)
	const meta = `,"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}`
	for _, headers := range []http.Header{
		{"Mcp-Session-Id": {session}},
		{"Mcp-Protocol-Version": {newest}, "Mcp-Method": {"tools/call"}, "Mcp-Name": {"slow"}},
	} {
		extra := ""
		if headers.Get("Mcp-Protocol-Version") != "" {
			extra = meta
		}
		ctx, hangUp := context.WithCancel(t.Context())
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/mcp", strings.NewReader(toolCall(5, "slow", "x", extra)))
		require.NoError(t, err)
		r.Header = headers
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+annsToken)
		go func() {
			if answer, err := http.DefaultClient.Do(r); err == nil {
				_ = answer.Body.Close()
			}
		}()
		get(t, shop.started)
		hangUp()
		require.ErrorIs(t, get(t, shop.ended), context.Canceled, "%v", headers)
	}
	stream := newSSEStream(t, s.URL, annsToken)
	stream.begin(t)
	stream.send(t, toolCall(5, "slow", "x", ""))
	get(t, shop.started)
	stream.close()
	require.ErrorIs(t, get(t, shop.ended), context.Canceled, "HTTP+SSE")
	require.Eventually(t, func() bool {
		status, _, _ := request(t, http.MethodPost, s.URL+stream.endpoint, listTools, "Authorization", "Bearer "+annsToken, "Content-Type", "application/json")
		return status == http.StatusNotFound
	}, soon, time.Millisecond, "the session of a closed stream must end")
}

func TestAnApprovedChangeFinishesWithoutItsClient(t *testing.T) {
	t.Parallel()
	for _, over := range []string{"/mcp", "/sse"} {
		shop := newShop()
		s := open(t, shop.options(annAndBob()...))
		dial := connect
		if over == "/sse" {
			dial = connectSSE
		}
		c := dial(t, s.URL, annsToken, mcp.ProtocolVersion20241105)
		token := mustCall(t, c, "slow_remove", "x")["confirm_token"].(string)
		ctx, hangUp := context.WithCancel(t.Context())
		gone := make(chan struct{})
		go func() {
			defer close(gone)
			_, _ = call(ctx, c, "slow_remove", "x", token)
		}()
		get(t, shop.deleting)
		hangUp()
		_ = c.Close()
		get(t, gone)
		assert.Contains(t, shop.audit.String(), `"outcome":"approved, sending"`)
		close(shop.release)
		require.Eventually(t, func() bool { return strings.Contains(shop.audit.String(), `"outcome":"done"`) }, soon, time.Millisecond, over)
		assert.EqualValues(t, 1, shop.deleted.Load())
	}
}
