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

// Beside is what is served beside the tools. What needs a tool that the runner
// does not serve is left out.
type Beside struct {
	Resources []tool.Resource
	Prompts   []tool.Prompt
}

// New makes the MCP server with every tool of the runner, and what goes beside
// them. Nothing may be added to it once it serves.
func New(r *tool.Runner, version, instructions string, beside ...Beside) *server.MCPServer {
	s := server.NewMCPServer("syncro-mcp", version,
		server.WithTitle("Syncro MSP assets"),
		server.WithInstructions(instructions),
		server.WithToolCapabilities(false),
		server.WithCacheHints(listsStayFresh, mcp.CacheScopePrivate),
		server.WithHooks(&server.Hooks{}), // tool.Register forgets sessions that end where there are hooks
	)
	tool.Register(s, r)
	var resources []tool.Resource
	var prompts []tool.Prompt
	for _, each := range beside {
		resources, prompts = append(resources, each.Resources...), append(prompts, each.Prompts...)
	}
	tool.RegisterResources(s, r, resources)
	tool.RegisterPrompts(s, r, prompts)
	return s
}
