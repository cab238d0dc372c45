package fake_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro/fake"
)

type object = map[string]any

// result is an answer as a client sees it; body is nil where it was not a JSON object.
type result struct {
	status int
	header http.Header
	text   string
	body   object
}

func start(t *testing.T, o fake.Options) *fake.Server {
	t.Helper()
	s := fake.New(o)
	t.Cleanup(s.Close)
	return s
}

// request builds a request as a well-behaved client does; body is a JSON text or nothing.
func request(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer demo-key")
	r.Header.Set("Content-Type", "application/json")
	return r
}

func read(t *testing.T, response *http.Response) result {
	t.Helper()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	got := result{status: response.StatusCode, header: response.Header, text: string(text)}
	if bytes.HasPrefix(text, []byte("{")) {
		require.NoError(t, json.Unmarshal(text, &got.body))
	}
	return got
}

// call sends one request through the in-memory transport.
func call(t *testing.T, s *fake.Server, method, path, body string) result {
	t.Helper()
	response, err := (&http.Client{Transport: s.Transport()}).Do(request(t, method, "http://demo.syncromsp.com/api/v1"+path, body))
	require.NoError(t, err)
	return read(t, response)
}

func rows(t *testing.T, r result, key string) []object {
	t.Helper()
	list, ok := r.body[key].([]any)
	require.True(t, ok, "%s is not a list in %s", key, r.text)
	found := make([]object, 0, len(list))
	for _, row := range list {
		found = append(found, row.(object))
	}
	return found
}

func names(rows []object) []string {
	found := []string{}
	for _, row := range rows {
		name, _ := row["name"].(string)
		found = append(found, name)
	}
	return found
}

func asset(t *testing.T, r result) object {
	t.Helper()
	record, ok := r.body["asset"].(object)
	require.True(t, ok, "no asset in %s", r.text)
	return record
}

func assertPage(t *testing.T, r result) {
	t.Helper()
	assert.Equal(t, http.StatusNotFound, r.status)
	assert.Contains(t, r.header.Get("Content-Type"), "text/html")
	assert.Contains(t, r.text, "<html>")
}
