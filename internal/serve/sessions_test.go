package serve_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/serve"
)

func TestTheOldestIdleSessionMakesRoom(t *testing.T) {
	t.Parallel()
	s := serve.NewSessions(3)
	first, second, third := s.Generate(), s.Generate(), s.Generate()
	assert.Empty(t, s.Surplus())
	release := s.Hold(first)
	_, err := s.Validate(second)
	assert.NoError(t, err)
	fourth := s.Generate()
	assert.Equal(t, []string{third}, s.Surplus(), "first has a call running, and second was used since")
	fifth := s.Generate()
	assert.Equal(t, []string{second}, s.Surplus())
	release()
	sixth := s.Generate()
	assert.Equal(t, []string{first}, s.Surplus())
	for _, id := range []string{first, second, third, ""} {
		_, err = s.Validate(id)
		assert.Error(t, err)
	}
	for _, id := range []string{fourth, fifth, sixth} {
		_, err = s.Validate(id)
		assert.NoError(t, err)
	}
}

func TestSurplusSessionsAreForgottenByTheLibraryToo(t *testing.T) {
	t.Parallel()
	shop, made := newShop(), (*mcpServer)(nil)
	o := shop.options(annAndBob()[0])
	o.Build = func(c serve.Caller) (_ *mcpServer, err error) { made, err = shop.build(c); return made, err }
	handler, closeAll, err := serve.NewHTTPWithSessions(o, 5)
	assert.NoError(t, err)
	defer closeAll()
	var ids []string
	for range 20 {
		w := handle(t, handler, initialize, "Authorization", "Bearer "+annsToken)
		ids = append(ids, w.Header().Get("Mcp-Session-Id"))
	}
	for i, id := range ids {
		want := http.StatusNotFound
		if i >= 15 {
			want = http.StatusOK
		}
		assert.Equal(t, want, handle(t, handler, listTools, "Authorization", "Bearer "+annsToken, "Mcp-Session-Id", id).Code, "session %d", i)
		sent := made.SendNotificationToSpecificClient(id, "notifications/message", nil)
		assert.Equal(t, i < 15, sent != nil, "session %d: the library must know the open ones alone", i)
	}
}

func TestASessionWithARunningCallIsNotSurplus(t *testing.T) {
	t.Parallel()
	shop := newShop()
	handler, closeAll, err := serve.NewHTTPWithSessions(shop.options(), 1)
	require.NoError(t, err)
	defer closeAll()
	first := handle(t, handler, initialize).Header().Get("Mcp-Session-Id")
	answered := make(chan int, 1)
	go func() { answered <- handle(t, handler, toolCall(5, "slow", "x", ""), "Mcp-Session-Id", first).Code }()
	get(t, shop.started)
	for range 3 {
		handle(t, handler, initialize)
	}
	assert.Equal(t, http.StatusOK, handle(t, handler, listTools, "Mcp-Session-Id", first).Code)
	close(shop.release)
	assert.Equal(t, http.StatusOK, get(t, answered))
}
