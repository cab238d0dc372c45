package main

import (
	"bytes"
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro/fake"
)

// asProgram makes the test binary run as the program itself, so that clients
// can start it: a stdio server needs a process of its own.
const asProgram = "SYNCRO_MCP_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// outcome is what became of one run of the program.
type outcome struct {
	code     int
	out, err string
}

// program runs the program in this process with an environment of its own.
func program(t *testing.T, environment map[string]string, input string, arguments ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	code := run(ctx, arguments, func(name string) string { return environment[name] }, streams{strings.NewReader(input), &out, &errs})
	return outcome{code, out.String(), errs.String()}
}

func TestBadSettingsEndAtOnceWithOneLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	account := map[string]string{"SYNCRO_API_KEY": "k123", "SYNCRO_SUBDOMAIN": "acme"}
	with := func(pairs ...string) map[string]string {
		environment := map[string]string{}
		for name, value := range account {
			environment[name] = value
		}
		for i := 0; i < len(pairs); i += 2 {
			environment[pairs[i]] = pairs[i+1]
		}
		return environment
	}
	for _, test := range []struct {
		name        string
		environment map[string]string
		arguments   []string
		want        string
	}{
		{"nothing set", nil, nil, "set SYNCRO_API_KEY or SYNCRO_API_KEY_FILE, or try --demo (SYNCRO_MCP_DEMO=true)"},
		{"a placeholder for a key", with("SYNCRO_API_KEY", "${user_config.api_key}"), nil, "no API key"},
		{"no subdomain", with("SYNCRO_SUBDOMAIN", ""), nil, "set SYNCRO_SUBDOMAIN"},
		{"a subdomain of another kind", with("SYNCRO_SUBDOMAIN", "acme.example.com"), nil, `SYNCRO_SUBDOMAIN: "acme.example.com" is none of`},
		{"a subdomain that smuggles a host", with("SYNCRO_SUBDOMAIN", "evil.com#"), nil, "SYNCRO_SUBDOMAIN"},
		{"a key file that is not there", with("SYNCRO_API_KEY", "", "SYNCRO_API_KEY_FILE", dir+"/none"), nil, "SYNCRO_API_KEY_FILE: the file cannot be read"},
		{"plain http", with("SYNCRO_BASE_URL", "http://acme.example"), nil, "unencrypted"},
		{"an unknown flag", account, []string{"--rates", "3"}, "flag provided but not defined: -rates"},
		{"a bad mode", account, []string{"--mode", "all"}, `--mode (SYNCRO_MCP_MODE) is "all" but takes read, write, full`},
		{"a bad mode by variable", with("SYNCRO_MCP_MODE", "all"), nil, `--mode (SYNCRO_MCP_MODE) is "all"`},
		{"a bad toolset", account, []string{"--toolsets", "assets,gold"}, `--toolsets (SYNCRO_MCP_TOOLSETS) is "assets,gold"`},
		{"a bad confirm", account, []string{"--confirm", "off"}, `--confirm (SYNCRO_MCP_CONFIRM) is "off"`},
		{"a bad rate", account, []string{"--rate", "0"}, `--rate (SYNCRO_MCP_RATE) is "0" but takes a whole number from 1`},
		{"a bad level", account, []string{"--log-level", "loud"}, "--log-level (SYNCRO_MCP_LOG_LEVEL)"},
		{"a bad demo", with("SYNCRO_MCP_DEMO", "maybe"), nil, "--demo (SYNCRO_MCP_DEMO)"},
		{"a short secret", with("SYNCRO_MCP_SECRET", "short"), nil, "SYNCRO_MCP_SECRET"},
		{"scripts that are not there", account, []string{"--scripts", dir + "/none"}, "--scripts (SYNCRO_MCP_SCRIPTS)"},
		{"scripts that are no list", account, []string{"--scripts", file("s1", `{"id": 1}`)}, "not a JSON array of scripts"},
		{"scripts with an odd field", account, []string{"--scripts", file("s2", `[{"id": 1, "nam": "x"}]`)}, `unknown field "nam"`},
		{"scripts listed twice", account, []string{"--scripts", file("s3", `[{"id": 1, "name": "x"}, {"id": 1, "name": "y"}]`)}, "listed twice"},
		{"an audit log that cannot be", account, []string{"--audit-log", dir}, "--audit-log (SYNCRO_MCP_AUDIT_LOG)"},
		{"listening to all without a token", with("SYNCRO_MCP_DEMO", "true"), []string{"--listen", "0.0.0.0:0"}, "--listen (SYNCRO_MCP_LISTEN) 0.0.0.0:0 is not loopback, so a token is needed"},
		{"a certificate without its key", with("SYNCRO_MCP_DEMO", "true"), []string{"--listen", "127.0.0.1:0", "--tls-cert", "x"}, "--tls-cert (SYNCRO_MCP_TLS_CERT) and --tls-key"},
		{"a short token", with("SYNCRO_MCP_DEMO", "true", "SYNCRO_MCP_TOKEN", "short"), []string{"--listen", "127.0.0.1:0"}, "SYNCRO_MCP_TOKEN has 5 characters"},
		{"a caller with a toolset that is none", with("SYNCRO_MCP_DEMO", "true"), []string{"--listen", "127.0.0.1:0", "--callers", file("c1", `[{"name": "erin", "token": "0123456789012345678901234", "toolsets": ["asset"]}]`)}, `the caller "erin" has the toolset "asset", which is none of`},
		{"an unknown command", account, []string{"serv"}, `unknown command "serv"`},
		{"too many words", account, []string{"check", "now"}, `check takes no argument "now"`},
		{"a tool that is not there", with("SYNCRO_MCP_DEMO", "true"), []string{"call", "get_assets"}, `no tool "get_assets" is served`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := program(t, test.environment, "", test.arguments...)
			assert.Equal(t, exitUsage, got.code)
			assert.Contains(t, got.err, test.want)
			assert.Equal(t, 1, strings.Count(got.err, "\n"), "one line: %s", got.err)
			assert.NotContains(t, got.err, "k123")
			assert.Empty(t, got.out)
		})
	}
}

func TestSubdomainForms(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"acme", "ACME", "acme.syncromsp.com", "https://acme.syncromsp.com", "https://acme.syncromsp.com/customers?page=1", " acme "} {
		name, ok := accountName(text)
		assert.True(t, ok, text)
		assert.Equal(t, "acme", name, text)
	}
	for _, text := range []string{"", "a b", "acme.example.com", "acme@evil.com", "-acme", "https://", "acme:8080", "ac_me"} {
		_, ok := accountName(text)
		assert.False(t, ok, text)
	}
}

func TestKeyFileMayComeFromWindows(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(fake.New(fake.Options{Demo: true, Key: "file-key"}))
	t.Cleanup(server.Close)
	path := filepath.Join(t.TempDir(), "token.txt")
	require.NoError(t, os.WriteFile(path, []byte("\xef\xbb\xbffile-key\r\n"), 0o600))
	got := program(t, map[string]string{"SYNCRO_API_KEY_FILE": path, "SYNCRO_BASE_URL": server.URL}, "", "check")
	assert.Equal(t, exitOK, got.code, got.out+got.err)
	assert.Contains(t, got.out, "The key works")
}

func TestCheck(t *testing.T) {
	t.Parallel()
	demo := fake.New(fake.Options{Demo: true, Key: "good-key", Deny: []string{"script.execute"}})
	server := httptest.NewServer(demo)
	t.Cleanup(server.Close)
	environment := map[string]string{"SYNCRO_API_KEY": "good-key", "SYNCRO_BASE_URL": server.URL}
	got := program(t, environment, "", "check")
	assert.Equal(t, exitOK, got.code)
	assert.Regexp(t, `script.execute +running scripts +NO: add it to the token`, got.out)
	assert.Regexp(t, `asset.read +reading assets and patches +yes`, got.out)
	assert.Contains(t, got.out, "Assets can be listed: 70.")

	environment["SYNCRO_API_KEY"] = "bad-key-0123"
	got = program(t, environment, "", "check")
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.out, "Syncro does not accept the API key. Check the key and the subdomain")
	assert.NotContains(t, got.out+got.err, "bad-key-0123")
}

func TestCallAsksOnTheTerminal(t *testing.T) {
	t.Parallel()
	demo := map[string]string{"SYNCRO_MCP_DEMO": "true"}
	for input, want := range map[string]string{"y\n": `"outcome": "done"`, "yes\n": `"outcome": "done"`, "n\n": "The answer was not a yes. Nothing was sent to Syncro.", "": "Nothing was sent to Syncro.", "yep\n": "Nothing was sent"} {
		got := program(t, demo, input, "call", "delete_asset", `{"asset_id": 70101}`)
		assert.Contains(t, got.out, want, "%q", input)
		assert.Contains(t, got.err, `Delete the desktop "NWD-WKS-001" (id 70101, customer "Northwind Dental", serial number "4KX92L3", now online) from Syncro for good? It cannot be undone. [y/N]`)
	}
	got := program(t, demo, "", "call", "get_asset", `{"asset_id": 1}`)
	assert.Equal(t, exitFailed, got.code)
	assert.Contains(t, got.err, "not_found: reading asset 1: Syncro has no such record.")
}

func TestToolsFollowModeAndToolsets(t *testing.T) {
	t.Parallel()
	demo := map[string]string{"SYNCRO_MCP_DEMO": "true"}
	all := program(t, demo, "", "tools").out
	assert.Contains(t, all, "delete_asset")
	assert.Contains(t, program(t, demo, "", "tools", "--mode", "write").out, "update_asset")
	assert.NotContains(t, program(t, demo, "", "tools", "--mode", "write").out, "delete_asset")
	read := program(t, demo, "", "tools", "--mode", "read").out
	assert.NotContains(t, read, "update_asset")
	assert.Contains(t, read, "list_scripts")
	assert.NotContains(t, program(t, demo, "", "tools", "--toolsets", "patches,customers").out, "search_assets")
}
