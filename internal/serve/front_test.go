package serve_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/serve"
)

const (
	initialize = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}`
	listTools  = `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`
)

func paths() []string { return []string{"/mcp", "/sse", "/message", "/healthz", "/readyz", "/metrics"} }

func TestForeignPagesAndNamesAreRefusedOnEveryRoute(t *testing.T) {
	t.Parallel()
	o := newShop().options(annAndBob()...)
	o.Metrics = http.NotFoundHandler()
	s := open(t, o)
	for _, path := range paths() {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
			for _, header := range [][2]string{
				{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Origin", "http://localhost.evil.example"},
				{"Host", "evil.example"}, {"Host", "evil.example:8080"}, {"Host", "127.0.0.1.evil.example"},
			} {
				status, headers, body := request(t, method, s.URL+path, initialize,
					header[0], header[1], "Authorization", "Bearer "+annsToken, "Content-Type", "application/json")
				assert.Equal(t, http.StatusForbidden, status, "%s %s with %s", method, path, header)
				assert.Contains(t, body, header[0])
				assert.Empty(t, headers.Get("Access-Control-Allow-Origin"))
			}
		}
	}
	status, headers, _ := request(t, http.MethodGet, s.URL+"/healthz", "", "Origin", "http://localhost:3000")
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "http://localhost:3000", headers.Get("Access-Control-Allow-Origin"), "one page, never all")
}

func TestOwnNamesReplaceLoopback(t *testing.T) {
	t.Parallel()
	o := newShop().options(annAndBob()...)
	o.AllowedHosts, o.AllowedOrigins = []string{"mcp.example.com", "other.example:8443"}, []string{"https://app.example.com"}
	s := open(t, o)
	ask := func(host, origin string) int {
		status, _, _ := request(t, http.MethodGet, s.URL+"/healthz", "", "Host", host, "Origin", origin)
		return status
	}
	assert.Equal(t, http.StatusOK, ask("MCP.example.com:9000", "https://app.example.com"))
	assert.Equal(t, http.StatusOK, ask("other.example:8443", "https://app.example.com"))
	assert.Equal(t, http.StatusForbidden, ask("other.example:8444", "https://app.example.com"))
	assert.Equal(t, http.StatusForbidden, ask("127.0.0.1", "https://app.example.com"))
	assert.Equal(t, http.StatusForbidden, ask("mcp.example.com", "http://app.example.com"))
	for _, bad := range []serve.HTTPOptions{{AllowedHosts: []string{"*"}}, {AllowedHosts: []string{"https://x"}}, {AllowedOrigins: []string{"*"}}, {AllowedOrigins: []string{"app.example.com"}}} {
		bad.Listen, bad.Build = "127.0.0.1:0", o.Build
		_, _, err := serve.NewHTTP(bad)
		assert.ErrorContains(t, err, "is not of the form")
	}
}

func TestAPreflightNamesThePageAndNoWildcard(t *testing.T) {
	t.Parallel()
	s := open(t, newShop().options(annAndBob()...))
	for _, path := range []string{"/mcp", "/sse", "/message"} {
		status, headers, _ := request(t, http.MethodOptions, s.URL+path, "", "Origin", "http://localhost:3000", "Access-Control-Request-Method", "POST")
		assert.Equal(t, http.StatusNoContent, status)
		assert.Equal(t, "http://localhost:3000", headers.Get("Access-Control-Allow-Origin"))
		assert.Contains(t, headers.Get("Access-Control-Allow-Headers"), "Authorization")
		for name, values := range headers {
			assert.NotContains(t, values, "*", name)
		}
	}
}

func TestATokenIsDemanded(t *testing.T) {
	t.Parallel()
	log := newJournal()
	o := newShop().options(annAndBob()...)
	o.Metrics, o.Log = http.NotFoundHandler(), slog.New(log)
	s := open(t, o)
	wrong := "wrong-token-0123456789abcdef"
	for _, path := range []string{"/mcp", "/sse", "/message", "/metrics"} {
		for _, header := range []string{"", "Bearer", "Bearer " + wrong, "Bearer " + annsToken + "x", "Basic " + annsToken, annsToken} {
			status, headers, body := request(t, http.MethodPost, s.URL+path, initialize, "Authorization", header, "Content-Type", "application/json")
			assert.Equal(t, http.StatusUnauthorized, status, "%s with %q", path, header)
			assert.Equal(t, "Bearer", headers.Get("WWW-Authenticate"))
			assert.JSONEq(t, `{"error":"a valid token is needed: Authorization: Bearer <token>"}`, body)
		}
	}
	status, _, _ := request(t, http.MethodPost, s.URL+"/mcp", initialize, "Authorization", "bearer "+bobsToken, "Content-Type", "application/json")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, log.text.String(), "without a valid token")
	assert.NotContains(t, log.text.String(), wrong)
	assert.LessOrEqual(t, strings.Count(log.text.String(), "without a valid token"), 4, "24 refusals must not be 24 lines")
}

func TestWithoutCallersOnlyLoopbackIsServed(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:80", "mcp.example.com:80"} {
		o := newShop().options()
		o.Listen = address
		_, _, err := serve.NewHTTP(o)
		assert.ErrorContains(t, err, "a token is needed", address)
	}
	for _, address := range []string{"127.0.0.1:0", "localhost:0", "[::1]:0"} {
		o := newShop().options()
		o.Listen = address
		_, closeAll, err := serve.NewHTTP(o)
		require.NoError(t, err, address)
		closeAll()
	}
	s := open(t, newShop().options())
	assert.Equal(t, "local", mustCall(t, connect(t, s.URL, "", newest), "say", "hi")["caller"])
}

func TestOnlyJSONOfAModestSizeIsTaken(t *testing.T) {
	t.Parallel()
	s := open(t, newShop().options(annAndBob()...))
	for _, path := range []string{"/mcp", "/message"} {
		for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"} {
			status, _, body := request(t, http.MethodPost, s.URL+path, initialize, "Authorization", "Bearer "+annsToken, "Content-Type", kind)
			assert.Equal(t, http.StatusUnsupportedMediaType, status, "%s with %q", path, kind)
			assert.Contains(t, body, "application/json")
		}
		status, _, _ := request(t, http.MethodPost, s.URL+path, strings.Repeat(" ", 4<<20+1), "Authorization", "Bearer "+annsToken, "Content-Type", "application/json")
		assert.Equal(t, http.StatusRequestEntityTooLarge, status, path)
	}
	status, _, _ := request(t, http.MethodPost, s.URL+"/mcp", initialize+strings.Repeat(" ", 4<<20-len(initialize)),
		"Authorization", "Bearer "+annsToken, "Content-Type", "application/json; charset=utf-8")
	assert.Equal(t, http.StatusOK, status)
}

func TestOtherPathsAndMethodsAreRefusedInJSON(t *testing.T) {
	t.Parallel()
	o := newShop().options(annAndBob()...)
	o.SSE = false
	s := open(t, o)
	for _, path := range []string{"/", "/sse", "/message", "/metrics", "/mcp/", "/.well-known/oauth-protected-resource"} {
		status, _, body := request(t, http.MethodGet, s.URL+path, "")
		assert.Equal(t, http.StatusNotFound, status, path)
		assert.Contains(t, body, `{"error":`)
	}
	status, headers, body := request(t, http.MethodGet, s.URL+"/mcp", "", "Authorization", "Bearer "+annsToken)
	assert.Equal(t, http.StatusMethodNotAllowed, status)
	assert.Equal(t, "POST, DELETE", headers.Get("Allow"))
	assert.Contains(t, body, `{"error":`)
}

func TestReadinessIsRememberedSoThatProbesCostNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		var says error
		log := newJournal()
		o := newShop().options(annAndBob()...)
		o.Log = slog.New(log)
		o.Ready = func(ctx context.Context) error {
			asked.Add(1)
			_, limited := ctx.Deadline()
			assert.True(t, limited, "a question without a limit")
			return says
		}
		handler, closeAll, err := serve.NewHTTP(o)
		require.NoError(t, err)
		defer closeAll()
		probe := func() (int, string) {
			r := httptest.NewRequest(http.MethodGet, "http://localhost/readyz", nil)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			return w.Code, w.Body.String()
		}
		for range 20 {
			status, _ := probe()
			assert.Equal(t, http.StatusOK, status)
			time.Sleep(time.Second)
		}
		assert.EqualValues(t, 1, asked.Load())
		says = errors.New("unauthorized: the key k-secret")
		time.Sleep(11 * time.Second)
		for range 20 {
			status, body := probe()
			assert.Equal(t, http.StatusServiceUnavailable, status)
			assert.NotContains(t, body, "k-secret", "a probe carries no token, so it is told no details")
			time.Sleep(time.Second)
		}
		assert.EqualValues(t, 2, asked.Load())
		assert.Contains(t, log.text.String(), "unauthorized")
	})
}

func TestASilentCallIsKeptAliveAndALongOneBecomesAStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shop := newShop()
		handler, closeAll, err := serve.NewHTTP(shop.options())
		require.NoError(t, err)
		defer closeAll()
		id := handle(t, handler, initialize).Header().Get("Mcp-Session-Id")
		require.NotEmpty(t, id)
		go func() {
			time.Sleep(40 * time.Second)
			close(shop.release)
		}()
		w := handle(t, handler, `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"slow","arguments":{"text":"x"}}}`, "Mcp-Session-Id", id)
		assert.Equal(t, "text/event-stream", w.Header().Get("Content-Type"))
		assert.Equal(t, "no", w.Header().Get("X-Accel-Buffering"))
		lines := bufio.NewScanner(strings.NewReader(w.Body.String()))
		var got []string
		for lines.Scan() {
			got = append(got, lines.Text())
		}
		require.Len(t, got, 7, fmt.Sprint(got))
		assert.Equal(t, []string{": still here", "", ": still here", "", "event: message"}, got[:5])
		assert.Contains(t, got[5], `data: {"jsonrpc":"2.0","id":7,"result":`)
	})
}
