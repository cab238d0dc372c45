package main

import (
	"encoding/json"
	"flag"
	"go/parser"
	"go/token"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
)

var update = flag.Bool("update", false, "write the README's tables of settings, resources and prompts anew")

func TestReadmeListsTheSettings(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	table.WriteString("| flag | variable | meaning (default) |\n| --- | --- | --- |\n")
	for _, s := range settings() {
		name, meaning := "", s.meaning
		if s.flag != "" {
			name = "`--" + s.flag + "`"
		}
		switch {
		case s.boolean:
			meaning += " (off)"
		case s.fallback != "":
			meaning += " (" + s.fallback + ")"
		}
		table.WriteString("| " + name + " | `" + s.variable + "` | " + meaning + " |\n")
	}
	generated(t, "settings", table.String())
}

func TestReadmeListsResourcesAndPrompts(t *testing.T) {
	t.Parallel()
	h, err := open(config{demo: true, mode: tool.ModeFull, rate: 180, log: slog.New(slog.DiscardHandler)}, streams{err: io.Discard})
	require.NoError(t, err)
	t.Cleanup(h.close)
	var table strings.Builder
	table.WriteString("| resource or prompt | what it is |\n| --- | --- |\n")
	for _, r := range h.beside.Resources {
		table.WriteString("| `" + r.URI + "` | " + r.Description + " |\n")
	}
	for _, p := range h.beside.Prompts {
		table.WriteString("| prompt `" + p.Name + "` | " + p.Description + " |\n")
	}
	generated(t, "offers", table.String())
}

// TestTextsNameOnlyWhatExists reads the prompts' recipes and the reference
// pages: what looks like a tool must be one, or an argument of one.
func TestTextsNameOnlyWhatExists(t *testing.T) {
	t.Parallel()
	h, err := open(config{demo: true, mode: tool.ModeFull, rate: 180, log: slog.New(slog.DiscardHandler)}, streams{err: io.Discard})
	require.NoError(t, err)
	t.Cleanup(h.close)
	known := map[string]bool{}
	for _, each := range h.runner.Tools() {
		known[each.Name()] = true
		var schema struct{ Properties map[string]any }
		require.NoError(t, json.Unmarshal(each.InputSchema(), &schema))
		for argument := range schema.Properties {
			known[argument] = true
		}
	}
	for _, each := range h.beside.Prompts {
		known[each.Name] = true
	}
	looksLikeATool := regexp.MustCompile("`((?:search|get|create|update|delete|run|list|report|audit|export|decommission|mute|resolve)_[a-z_]+)`")
	read := 0
	for _, pattern := range []string{"prompts/text/*.md", "resources/reference/*.md"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, path := range files {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, found := range looksLikeATool.FindAllStringSubmatch(string(text), -1) {
				assert.True(t, known[found[1]], "%s names %s, which does not exist", path, found[1])
				read++
			}
		}
	}
	assert.Greater(t, read, 20)
}

// generated compares a part of the README with what it must be, or writes it.
func generated(t *testing.T, name, want string) {
	t.Helper()
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(text), "<!-- "+name+" -->\n")
	inside, after, closed := strings.Cut(rest, "<!-- /"+name+" -->")
	require.True(t, found && closed, "the README has a place for %s", name)
	if *update {
		require.NoError(t, os.WriteFile("README.md", []byte(before+"<!-- "+name+" -->\n"+want+"<!-- /"+name+" -->"+after), 0o644))
		return
	}
	assert.Equal(t, inside, want, "go test . -p 1 -parallel 1 -update writes it")
}

// TestExampleConfigurationStarts checks mcp.json.example and the README's JSON:
// each is real JSON, and each environment and argument list is one that the
// program takes.
func TestExampleConfigurationStarts(t *testing.T) {
	t.Parallel()
	type entry struct {
		Command string
		URL     string
		Args    []string
		Env     map[string]string
	}
	example, err := os.ReadFile("mcp.json.example")
	require.NoError(t, err)
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	blocks := []string{string(example)}
	for _, block := range strings.Split(string(readme), "```json\n")[1:] {
		text, _, _ := strings.Cut(block, "```")
		blocks = append(blocks, text)
	}
	tokenFile := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(tokenFile, []byte("a-token\n"), 0o600))
	started := 0
	for _, block := range blocks {
		require.True(t, json.Valid([]byte(block)), block)
		var file struct {
			Claude map[string]entry `json:"mcpServers"`
			Code   map[string]entry `json:"servers"`
		}
		if json.Unmarshal([]byte(block), &file) != nil {
			continue // another kind of file, such as the scripts
		}
		for _, servers := range []map[string]entry{file.Claude, file.Code} {
			for name, server := range servers {
				if server.URL != "" { // for a client of a server that runs elsewhere
					assert.True(t, strings.HasSuffix(server.URL, "/mcp"), name)
					continue
				}
				if server.Env["SYNCRO_API_KEY_FILE"] != "" {
					server.Env["SYNCRO_API_KEY_FILE"] = tokenFile
				}
				got := program(t, server.Env, "", append([]string{"tools"}, server.Args...)...)
				assert.Equal(t, exitOK, got.code, "%s: %s", name, got.err)
				started++
			}
		}
	}
	assert.GreaterOrEqual(t, started, 4)
}

// TestArrows holds which folder may import which: the client knows no MCP, the
// fake knows nothing of ours, and tools never reach around the adapter.
func TestArrows(t *testing.T) {
	t.Parallel()
	const ours, library = "syncro-mcp/", "github.com/mark3labs/mcp-go"
	allowed := map[string][]string{
		"syncro":         {},
		"syncro/fake":    {},
		"internal/tool":  {ours + "syncro", library},
		"internal/serve": {ours + "internal/tool", library},
		"internal/fleet": {ours + "syncro"},
		"tools":          {ours + "internal/tool", ours + "internal/fleet", ours + "syncro"},
		"resources":      {ours + "internal/tool", ours + "internal/fleet", ours + "syncro"},
		"prompts":        {ours + "internal/tool", ours + "syncro"},
		".":              {ours + "syncro", ours + "syncro/fake", ours + "internal/tool", ours + "internal/serve", ours + "tools", ours + "resources", ours + "prompts"},
	}
	for folder, may := range allowed {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files, folder)
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
			require.NoError(t, err)
			for _, spec := range file.Imports {
				name := strings.Trim(spec.Path.Value, `"`)
				switch {
				case strings.HasPrefix(name, library):
					assert.Contains(t, may, library, "%s imports %s: only the adapter and the transports meet the MCP library", path, name)
				case strings.HasPrefix(name, ours):
					assert.Contains(t, may, name, "%s imports %s, against the direction of the arrows", path, name)
				case folder == "syncro/fake":
					assert.NotContains(t, strings.SplitN(name, "/", 2)[0], ".", "%s imports %s: the fake has the standard library only", path, name)
				}
			}
		}
	}
}
