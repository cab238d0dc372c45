package serve_test

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/serve"
)

// The library keeps the session of stdio in a global, so this is the only test in
// this process that may open one.
func TestStdio(t *testing.T) {
	t.Parallel()
	shop := newShop()
	s, err := shop.build(serve.Caller{})
	require.NoError(t, err)
	addHasty(s, "hasty")
	lines, send, end, ended := stdio(t, s)
	send(strings.Replace(initialize, `"capabilities":{}`, `"capabilities":{"elicitation":{}}`, 1))
	require.Contains(t, get(t, lines), `"id":1,"result"`)
	send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)

	const waiting = 150
	for n := range waiting {
		send(toolCall(1000+n, "slow", fmt.Sprint(n), ""))
		get(t, shop.started)
	}
	send(toolCall(10, "remove", "x", ""))
	send(accepted(t, get(t, lines)))
	assert.Contains(t, get(t, lines), `"id":10,"result"`)
	assert.EqualValues(t, 1, shop.deleted.Load())

	send(toolCall(11, "say", "quick", ""))
	assert.Contains(t, get(t, lines), `\"text\":\"quick\"`, "calls that wait must not starve a quick one")
	for n := range 20 {
		send(toolCall(20+n, "hasty", "counting", ""))
		var counted []string
		for range 6 {
			counted = append(counted, get(t, lines))
		}
		assertCounted(t, counted, 20+n, "counting")
	}
	send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1000}}`)
	require.Error(t, get(t, shop.ended), "it is not answered: the lines below are those of the others")

	end()
	select {
	case <-shop.ended:
		assert.Fail(t, "the end of the input ended a call")
	case <-time.After(100 * time.Millisecond): // that nothing happens has no event of its own
	}
	close(shop.release)
	for range waiting - 1 {
		assert.Contains(t, get(t, lines), `\"caller\":\"local\"`, "calls that ran at the end of input are answered")
	}
	require.NoError(t, get(t, ended))
}

// stdio serves on pipes: the lines that come, and ways to send one and to end the input.
func stdio(t *testing.T, s *mcpServer) (lines chan string, send func(string), end func(), ended chan error) {
	t.Helper()
	in, feed := io.Pipe()
	read, out := io.Pipe()
	lines, ended = make(chan string, 1000), make(chan error, 1)
	go func() { ended <- serve.Stdio(t.Context(), s, in, out) }()
	go func() {
		for answers := bufio.NewScanner(read); answers.Scan(); {
			lines <- answers.Text()
		}
	}()
	send = func(line string) {
		_, err := io.WriteString(feed, line+"\n")
		require.NoError(t, err)
	}
	return lines, send, func() { require.NoError(t, feed.Close()) }, ended
}

// accepted is the user's yes to a question.
func accepted(t *testing.T, question string) string {
	t.Helper()
	require.Contains(t, question, `"method":"elicitation/create"`)
	_, id, _ := strings.Cut(question, `"id":`)
	id, _, _ = strings.Cut(id, ",")
	return `{"jsonrpc":"2.0","id":` + id + `,"result":{"action":"accept","content":{"confirm":true}}}`
}
