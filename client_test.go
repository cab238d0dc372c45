package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// user answers the questions that the server puts through its client.
type user struct {
	mu     sync.Mutex
	answer mcp.ElicitationResponse
	asked  []string
}

func (u *user) Elicit(_ context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked = append(u.asked, r.Params.Message)
	return &mcp.ElicitationResult{ElicitationResponse: u.answer}, nil
}

func yes() mcp.ElicitationResponse {
	return mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionAccept, Content: map[string]any{"confirm": true}}
}

// connect starts the program for an account and speaks to it over stdio.
func connect(t *testing.T, environment []string, protocol string, asks *user, arguments ...string) *client.Client {
	t.Helper()
	audit := filepath.Join(t.TempDir(), "audit.jsonl")
	environment = append(environment, asProgram+"=1", "SYNCRO_MCP_AUDIT_LOG="+audit, "SYNCRO_MCP_LOG_LEVEL=error")
	pipes := transport.NewStdio(os.Args[0], environment, arguments...)
	options := []client.ClientOption{client.WithProtocolVersion(protocol)}
	if asks != nil {
		options = append(options, client.WithElicitationHandler(asks))
	}
	c := client.NewClient(pipes, options...)
	require.NoError(t, c.Start(t.Context()))
	t.Cleanup(func() { _ = c.Close() })
	go func() { _, _ = io.Copy(io.Discard, pipes.Stderr()) }()
	_, err := c.Initialize(t.Context(), mcp.InitializeRequest{Params: mcp.InitializeParams{
		ProtocolVersion: protocol, ClientInfo: mcp.Implementation{Name: "test", Version: "1"},
	}})
	require.NoError(t, err)
	return c
}

// call calls a tool and reads its one object, or its error's text.
func call(t *testing.T, c *client.Client, tool string, arguments map[string]any) (result map[string]any, failure string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	got, err := c.CallTool(ctx, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: tool, Arguments: arguments}})
	require.NoError(t, err)
	require.Len(t, got.Content, 1)
	text := got.Content[0].(mcp.TextContent).Text
	if got.IsError {
		return nil, text
	}
	require.NoError(t, json.Unmarshal([]byte(text), &result), text)
	structured, err := json.Marshal(got.StructuredContent)
	require.NoError(t, err)
	assert.JSONEq(t, text, string(structured))
	return result, ""
}
