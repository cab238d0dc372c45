package tools_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
	"syncro-mcp/tools"
)

var update = flag.Bool("update", false, "write the snapshots and the README's tables anew")

// catalog is every tool, over an embedded Syncro.
func catalog(t testing.TB) []tool.Tool {
	t.Helper()
	server := fake.New(fake.Options{Demo: true})
	t.Cleanup(server.Close)
	client, err := syncro.New(syncro.Options{BaseURL: "http://localhost", Key: "demo-key", Transport: server.Transport()})
	require.NoError(t, err)
	scripts, err := tools.ParseScripts(fake.DemoScripts())
	require.NoError(t, err)
	return tools.Catalog(tools.Options{Client: client, Scripts: scripts})
}

func TestLawsOfTheCatalog(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, each := range catalog(t) {
		assert.Regexp(t, `^[a-z]+(_[a-z]+)+$`, each.Name())
		assert.False(t, seen[each.Name()], each.Name())
		seen[each.Name()] = true
		assert.Contains(t, tools.Toolsets(), each.Toolset(), each.Name())
		assert.Regexp(t, `^[A-Z].*[^ ]$`, each.Description(), each.Name())
		assert.Less(t, len(each.Name())+len(each.Description())+len(each.InputSchema()), 2000, each.Name())
		assert.Equal(t, each.Kind() == tool.Destroy, each.Asks() && each.Kind() != tool.Write, each.Name())
		var schema struct {
			Properties map[string]struct {
				Description string `json:"description"`
			} `json:"properties"`
		}
		require.NoError(t, json.Unmarshal(each.InputSchema(), &schema))
		_, token := schema.Properties["confirm_token"]
		assert.Equal(t, each.Asks(), token, each.Name())
		for name, property := range schema.Properties {
			assert.NotEmpty(t, property.Description, "%s of %s", name, each.Name())
		}
		assert.NotContains(t, string(each.InputSchema()), "$ref", each.Name())
	}
}

// TestSnapshots shows in a review what models and clients will see of a tool.
func TestSnapshots(t *testing.T) {
	t.Parallel()
	for _, each := range catalog(t) {
		path := filepath.Join("testdata", each.Name()+".json")
		shown, err := json.MarshalIndent(map[string]any{
			"name": each.Name(), "title": each.Title(), "description": each.Description(), "kind": each.Kind().String(), "asks": each.Asks(),
			"idempotent": each.Idempotent(), "inputSchema": each.InputSchema(), "outputSchema": each.OutputSchema(),
		}, "", "  ")
		require.NoError(t, err)
		shown = append(shown, '\n')
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(path, shown, 0o644))
			continue
		}
		stored, err := os.ReadFile(path)
		require.NoError(t, err, "go test ./tools -update writes the snapshot of a new tool")
		assert.Equal(t, string(stored), string(shown), "go test ./tools -update writes what changed")
	}
}

// section is what stands between two markers of the README.
func section(t *testing.T, readme, name string) (before, inside, after string) {
	t.Helper()
	from, to := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	before, rest, ok := strings.Cut(readme, from)
	require.True(t, ok, from)
	inside, after, ok = strings.Cut(rest, to)
	require.True(t, ok, to)
	return before + from, inside, to + after
}

func TestReadmeListsTheTools(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	table.WriteString("| tool | kind | toolset | what it does |\n| --- | --- | --- | --- |\n")
	for _, each := range catalog(t) {
		kind := each.Kind().String()
		if each.Asks() && each.Kind() == tool.Write {
			kind = "write, may ask"
		}
		table.WriteString("| `" + each.Name() + "` | " + kind + " | " + each.Toolset() + " | " + each.Description() + " |\n")
	}
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	before, inside, after := section(t, string(text), "tools")
	if *update {
		require.NoError(t, os.WriteFile("../README.md", []byte(before+table.String()+after), 0o644))
		return
	}
	assert.Equal(t, inside, table.String(), "go test ./tools -update writes the table")
}

func TestInstructionsNameOnlyWhatExists(t *testing.T) {
	t.Parallel()
	text := tools.Instructions
	var names []string
	for _, each := range catalog(t) {
		names = append(names, each.Name())
		text += each.Description() + string(each.InputSchema())
		var schema struct{ Properties map[string]any }
		require.NoError(t, json.Unmarshal(each.InputSchema(), &schema))
		for argument := range schema.Properties { // run_at looks like a tool
			names = append(names, argument)
		}
	}
	for _, word := range regexp.MustCompile(`\b(search|get|create|update|delete|run|list|report|audit|export|decommission|mute|resolve)_[a-z_]+\b`).FindAllString(text, -1) {
		assert.Contains(t, names, word)
	}
}
