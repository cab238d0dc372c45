package serve_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/serve"
)

// post sends one message to /mcp as a caller.
func post(t *testing.T, address, token, session, body string, headers ...string) (int, http.Header, string) {
	t.Helper()
	return request(t, http.MethodPost, address+"/mcp", body, append([]string{
		"Authorization", "Bearer " + token, "Mcp-Session-Id", session, "Content-Type", "application/json", "Accept", "application/json, text/event-stream",
	}, headers...)...)
}

func openSession(t *testing.T, address, token string) string {
	t.Helper()
	status, headers, _ := post(t, address, token, "", initialize)
	require.Equal(t, http.StatusOK, status)
	require.NotEmpty(t, headers.Get("Mcp-Session-Id"))
	return headers.Get("Mcp-Session-Id")
}

func TestASessionBelongsToItsToken(t *testing.T) {
	t.Parallel()
	s := open(t, newShop().options(annAndBob()...))
	anns := openSession(t, s.URL, annsToken)
	status, _, body := post(t, s.URL, bobsToken, anns, listTools)
	assert.Equal(t, http.StatusNotFound, status, body)
	status, _, _ = request(t, http.MethodDelete, s.URL+"/mcp", "", "Authorization", "Bearer "+bobsToken, "Mcp-Session-Id", anns)
	assert.Equal(t, http.StatusNotFound, status)
	status, _, body = post(t, s.URL, annsToken, anns, listTools)
	assert.Equal(t, http.StatusOK, status, "bob's DELETE ended it: %s", body)
}

func TestUnknownAndEndedSessionsAnswer404(t *testing.T) {
	t.Parallel()
	s := open(t, newShop().options(annAndBob()...))
	id := openSession(t, s.URL, annsToken)
	status, _, _ := request(t, http.MethodDelete, s.URL+"/mcp", "", "Authorization", "Bearer "+annsToken, "Mcp-Session-Id", id)
	require.Equal(t, http.StatusOK, status)
	for _, gone := range []string{id, "mcp-session-00000000-0000-4000-8000-000000000000", "x"} {
		status, _, _ = post(t, s.URL, annsToken, gone, listTools)
		assert.Equal(t, http.StatusNotFound, status, gone)
	}
	status, _, body := post(t, s.URL, annsToken, "", listTools)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Contains(t, body, "Mcp-Session-Id")
}

func TestACallIsCancelledByItsOwnClientOnly(t *testing.T) {
	t.Parallel()
	shop := newShop()
	s := open(t, shop.options(annAndBob()...))
	const cancel = `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7%s}}`
	const modern = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	headers := []string{"Mcp-Protocol-Version", newest, "Mcp-Method", "tools/call", "Mcp-Name", "slow"}
	call := func(token, session, meta string, headers ...string) chan string {
		answered := make(chan string, 1)
		go func() {
			_, _, body := post(t, s.URL, token, session, `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"slow","arguments":{"text":"x"}`+meta+`}}`, headers...)
			answered <- body
		}()
		get(t, shop.started)
		return answered
	}
	anns, other, bobs := openSession(t, s.URL, annsToken), openSession(t, s.URL, annsToken), openSession(t, s.URL, bobsToken)
	legacy, stateless := call(annsToken, anns, ""), call(annsToken, "", ","+modern, headers...)
	for _, attempt := range []struct{ token, session, meta, method string }{
		{bobsToken, bobs, "", ""}, {bobsToken, anns, "", ""}, {annsToken, other, "", ""},
		{annsToken, "", "", ""}, {bobsToken, "", "", ""},
		{annsToken, "", "," + modern, newest}, {bobsToken, "", "," + modern, newest}, {annsToken, anns, "," + modern, newest},
	} {
		more := []string{}
		if attempt.method != "" {
			more = []string{"Mcp-Protocol-Version", newest, "Mcp-Method", "notifications/cancelled"}
		}
		_, _, _ = post(t, s.URL, attempt.token, attempt.session, fmt.Sprintf(cancel, attempt.meta), more...)
	}
	status, _, _ := post(t, s.URL, annsToken, anns, fmt.Sprintf(cancel, ""))
	assert.Equal(t, http.StatusAccepted, status)
	require.ErrorIs(t, get(t, shop.ended), context.Canceled, "its own client may")
	get(t, legacy)
	close(shop.release)
	require.NoError(t, get(t, shop.ended), "the other call was cancelled from outside")
	assert.Contains(t, get(t, stateless), `\"caller\":\"ann\"`)
}

func TestAnApprovalIsWorthlessToAnotherCaller(t *testing.T) {
	t.Parallel()
	shop := newShop()
	s := open(t, shop.options(annAndBob()...))
	for _, version := range []string{mcp.ProtocolVersion20250618, newest} {
		before := shop.deleted.Load()
		ann, bob := connect(t, s.URL, annsToken, version), connect(t, s.URL, bobsToken, version)
		token := mustCall(t, ann, "remove", "x")["confirm_token"].(string)
		_, err := call(t.Context(), bob, "remove", "x", token)
		require.ErrorContains(t, err, "forbidden", version)
		assert.Equal(t, before, shop.deleted.Load())
		assert.Equal(t, "done", mustCall(t, ann, "remove", "x", token)["outcome"])
		assert.Equal(t, before+1, shop.deleted.Load())
	}
	assert.Contains(t, shop.audit.String(), `"caller":"ann"`)
	assert.Contains(t, shop.audit.String(), `"caller":"bob"`)
}

func TestTheUserIsAskedOverEveryVersion(t *testing.T) {
	t.Parallel()
	shop := newShop()
	s := open(t, shop.options(annAndBob()...))
	for _, version := range []string{mcp.ProtocolVersion20250326, mcp.ProtocolVersion20250618, mcp.ProtocolVersion20251125, newest} {
		for answer, outcome := range map[mcp.ElicitationResponseAction]string{
			mcp.ElicitationResponseActionAccept: "done", mcp.ElicitationResponseActionDecline: "declined", mcp.ElicitationResponseActionCancel: "declined",
		} {
			before, who := shop.deleted.Load(), says(answer)
			got := mustCall(t, connect(t, s.URL, annsToken, version, withUser(who)), "remove", "x")
			assert.Equal(t, outcome, got["outcome"], "%s %s", version, answer)
			assert.EqualValues(t, 1, who.asked.Load())
			assert.Equal(t, outcome == "done", shop.deleted.Load() > before)
		}
		assert.Equal(t, "confirmation_required", mustCall(t, connect(t, s.URL, annsToken, version), "remove", "x")["outcome"])
	}
}

func TestOverSSETheTokenWayIsTaken(t *testing.T) {
	t.Parallel()
	shop := newShop()
	s := open(t, shop.options(annAndBob()...))
	who := says(mcp.ElicitationResponseActionAccept)
	ann := connectSSE(t, s.URL, annsToken, mcp.ProtocolVersion20241105, withUser(who))
	got := mustCall(t, ann, "remove", "x")
	require.Equal(t, "confirmation_required", got["outcome"])
	assert.Zero(t, shop.deleted.Load())
	_, err := call(t.Context(), connectSSE(t, s.URL, bobsToken, mcp.ProtocolVersion20241105), "remove", "x", got["confirm_token"].(string))
	require.ErrorContains(t, err, "forbidden")
	assert.Equal(t, "done", mustCall(t, ann, "remove", "x", got["confirm_token"].(string))["outcome"])
	assert.EqualValues(t, 1, shop.deleted.Load())
	assert.Zero(t, who.asked.Load())
}

func TestAStreamBelongsToItsTokenAndToNoOtherPage(t *testing.T) {
	t.Parallel()
	s := open(t, newShop().options(annAndBob()...))
	stream := newSSEStream(t, s.URL, annsToken)
	assert.Empty(t, stream.header.Get("Access-Control-Allow-Origin"))
	assert.Equal(t, "no", stream.header.Get("X-Accel-Buffering"))
	send := func(token, path string) int {
		status, _, _ := request(t, http.MethodPost, s.URL+path, initialize, "Authorization", "Bearer "+token, "Content-Type", "application/json")
		return status
	}
	assert.Equal(t, http.StatusNotFound, send(bobsToken, stream.endpoint))
	assert.Equal(t, http.StatusNotFound, send(annsToken, "/message?sessionId=made-up"))
	assert.Equal(t, http.StatusNotFound, send(annsToken, "/message"))
	assert.Equal(t, http.StatusAccepted, send(annsToken, stream.endpoint))
	assert.Contains(t, stream.next(t), `"protocolVersion":"2025-06-18"`)
}

func TestSSEOffersOnlyWhatItCanServe(t *testing.T) {
	t.Parallel()
	s := open(t, newShop().options(annAndBob()...))
	stream := newSSEStream(t, s.URL, annsToken)
	stream.send(t, `{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`)
	answer := stream.next(t)
	_, offered, found := strings.Cut(answer, `"supportedVersions":`)
	require.True(t, found, answer)
	offered, _, _ = strings.Cut(offered, "]")
	assert.NotContains(t, offered, newest)
	assert.Contains(t, offered, mcp.ProtocolVersion20241105)
}

func TestACallersServerIsItsOwn(t *testing.T) {
	t.Parallel()
	shop := newShop()
	o := shop.options(annAndBob()...)
	var built []string
	o.Build = func(c serve.Caller) (*mcpServer, error) {
		built = append(built, c.Name+" "+c.Token)
		return shop.build(c)
	}
	s := open(t, o)
	assert.Equal(t, []string{"ann " + annsToken, "bob " + bobsToken}, built)
	assert.Equal(t, "bob", mustCall(t, connect(t, s.URL, bobsToken, newest), "say", "x")["caller"])
	o.Build = func(serve.Caller) (*mcpServer, error) {
		return nil, fmt.Errorf("mode write is wider than the server's")
	}
	_, _, err := serve.NewHTTP(o)
	assert.ErrorContains(t, err, `caller "ann": mode write is wider`)
}
