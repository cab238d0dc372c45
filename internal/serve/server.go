package serve

import (
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"syncro-mcp/internal/tool"
)

// listsStayFresh is for how long a client may keep the list of tools, in
// milliseconds: it changes only with a restart.
const listsStayFresh = 300_000

// Server is an MCP server, ready to be put on a transport.
type Server = server.MCPServer

// New makes the MCP server with every tool of the runner. Nothing may be added
// to it once it serves.
func New(r *tool.Runner, version, instructions string) *server.MCPServer {
	s := server.NewMCPServer("syncro-mcp", version,
		server.WithTitle("Syncro MSP assets"),
		server.WithInstructions(instructions),
		server.WithToolCapabilities(false),
		server.WithCacheHints(listsStayFresh, mcp.CacheScopePrivate),
		server.WithHooks(&server.Hooks{}), // tool.Register forgets sessions that end where there are hooks
	)
	tool.Register(s, r)
	return s
}
