package serve

import (
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// clientInfo is what a client said of itself.
type clientInfo struct {
	mu           sync.Mutex
	who          mcp.Implementation
	capabilities mcp.ClientCapabilities
	version      string
}

// GetClientInfo is the client's name and version.
func (c *clientInfo) GetClientInfo() mcp.Implementation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.who
}

// SetClientInfo notes them; the library calls it.
func (c *clientInfo) SetClientInfo(who mcp.Implementation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.who = who
}

// GetClientCapabilities is what the client said it can do.
func (c *clientInfo) GetClientCapabilities() mcp.ClientCapabilities {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.capabilities
}

// SetClientCapabilities notes it.
func (c *clientInfo) SetClientCapabilities(capabilities mcp.ClientCapabilities) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.capabilities = capabilities
}

// ProtocolVersion is the version that was agreed on; empty before that.
func (c *clientInfo) ProtocolVersion() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.version
}

// SetProtocolVersion notes it.
func (c *clientInfo) SetProtocolVersion(version string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version = version
}
