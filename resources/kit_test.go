package resources_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/serve"
	"syncro-mcp/internal/tool"
	"syncro-mcp/resources"
	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
	"syncro-mcp/tools"
)

// bench is the resources over an embedded Syncro, as a client sees them.
type bench struct {
	t      testing.TB
	server *fake.Server
	runner *tool.Runner
	names  *resources.Names
	all    []tool.Resource
}

func newBench(t testing.TB, o fake.Options) *bench {
	t.Helper()
	o.Key, o.PerMinute = "demo-key", -1
	b := &bench{t: t, server: fake.New(o)}
	t.Cleanup(b.server.Close)
	reader, err := syncro.New(syncro.Options{BaseURL: "http://localhost", Key: o.Key, Rate: -1, Transport: b.server.Transport()})
	require.NoError(t, err)
	scripts, err := tools.ParseScripts(fake.DemoScripts())
	require.NoError(t, err)
	b.runner, err = tool.NewRunner(tool.Options{Tools: tools.Catalog(tools.Options{Client: reader, Scripts: scripts})})
	require.NoError(t, err)
	b.names = resources.NewNames(reader, b.runner.Answer)
	b.all = resources.Catalog(resources.Options{Client: reader, Answer: b.runner.Answer, Names: b.names})
	return b
}

// versions are one of each era.
func versions() []string { return []string{"2025-11-25", "2026-07-28"} }

// eachWay runs a test over the demo data of both dialects, in both eras.
func eachWay(t *testing.T, o fake.Options, test func(t *testing.T, b *bench, c *client.Client, version string)) {
	t.Helper()
	for _, dialect := range []fake.Dialect{fake.Documented, fake.Production} {
		for _, version := range versions() {
			t.Run(dialect.String()+" "+version, func(t *testing.T) {
				t.Parallel()
				o := o
				o.Dialect = dialect
				b := newBench(t, o)
				test(t, b, b.connect(version), version)
			})
		}
	}
}

func (b *bench) connect(version string) *client.Client {
	b.t.Helper()
	s := serve.New(b.runner, "test", "Test.", serve.Beside{Resources: b.all})
	c, err := client.NewInProcessClientWithOptions(s, client.WithProtocolVersion(version))
	require.NoError(b.t, err)
	require.NoError(b.t, c.Start(b.t.Context()))
	b.t.Cleanup(func() { _ = c.Close() })
	_, err = c.Initialize(b.t.Context(), mcp.InitializeRequest{Params: mcp.InitializeParams{
		ProtocolVersion: version, ClientInfo: mcp.Implementation{Name: "test", Version: "1"},
	}})
	require.NoError(b.t, err)
	return c
}

func read(ctx context.Context, c *client.Client, uri string) (text, mime string, err error) {
	got, err := c.ReadResource(ctx, mcp.ReadResourceRequest{Params: mcp.ReadResourceParams{URI: uri}})
	if err != nil {
		return "", "", err
	}
	content := got.Contents[0].(mcp.TextResourceContents)
	return content.Text, content.MIMEType, nil
}

// tool calls a tool.
func (b *bench) tool(name string, arguments map[string]any) string {
	b.t.Helper()
	text, err := json.Marshal(arguments)
	require.NoError(b.t, err)
	result := b.runner.Call(b.t.Context(), tool.Call{Tool: name, Arguments: text, Caller: "test"})
	require.False(b.t, result.IsError, result.Text)
	return result.Text
}

func complete(t *testing.T, c *client.Client, uri, variable, typed string) []string {
	t.Helper()
	got, err := c.Complete(t.Context(), mcp.CompleteRequest{Params: mcp.CompleteParams{
		Ref: mcp.ResourceReference{Type: "ref/resource", URI: uri}, Argument: mcp.CompleteArgument{Name: variable, Value: typed},
	}})
	require.NoError(t, err)
	return got.Completion.Values
}
