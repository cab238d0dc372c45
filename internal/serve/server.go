package serve

import (
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"syncro-mcp/internal/tool"
)

// listsStayFresh is for how long a client may keep the list of tools, in
// milliseconds: it changes only with a restart.
const listsStayFresh = 300_000

// New makes the MCP server with every tool of the runner. Nothing may be added
// to it once it serves.
func New(r *tool.Runner, version, instructions string) *server.MCPServer {
	s := server.NewMCPServer("syncro-mcp", version,
		server.WithTitle("Syncro MSP assets"),
		server.WithInstructions(instructions),
		server.WithToolCapabilities(false),
		server.WithCacheHints(listsStayFresh, mcp.CacheScopePrivate),
	)
	tool.Register(s, r)
	return s
}
