package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"

	"syncro-mcp/internal/tool"
	"syncro-mcp/tools"
)

// config is what flags and environment say, checked.
type config struct {
	key      string
	baseURL  string
	demo     bool
	mode     string
	toolsets []string
	confirm  string
	scripts  *tools.Scripts
	auditLog string
	rate     int
	secret   []byte
	log      *slog.Logger
	http     httpConfig
}

// setting is one setting: its flag, its variable and what it means.
type setting struct {
	flag, variable, fallback, meaning string
	boolean                           bool
}

// settings lists every setting in the order of the help text. Those without a
// flag are secrets: a command line can be read by others.
func settings() []setting {
	return []setting{
		{variable: "SYNCRO_API_KEY", meaning: "the Syncro API token"},
		{variable: "SYNCRO_API_KEY_FILE", meaning: "a file that holds the token"},
		{variable: "SYNCRO_SUBDOMAIN", meaning: "acme, acme.syncromsp.com or its URL"},
		{flag: "base-url", variable: "SYNCRO_BASE_URL", meaning: "replaces https://{subdomain}.syncromsp.com; plain http only to loopback"},
		{flag: "demo", variable: "SYNCRO_MCP_DEMO", fallback: "false", boolean: true, meaning: "no account needed: an embedded Syncro with sample customers"},
		{flag: "mode", variable: "SYNCRO_MCP_MODE", fallback: "full", meaning: "read, write (no destructive tools) or full"},
		{flag: "toolsets", variable: "SYNCRO_MCP_TOOLSETS", meaning: "comma list of " + strings.Join(tools.Toolsets(), ", ") + " (default all)"},
		{flag: "confirm", variable: "SYNCRO_MCP_CONFIRM", fallback: "auto", meaning: "auto (ask through the client, else token), elicit (only through the client) or token"},
		{flag: "scripts", variable: "SYNCRO_MCP_SCRIPTS", meaning: "JSON file of the scripts that may run (default: any id may be given)"},
		{flag: "audit-log", variable: "SYNCRO_MCP_AUDIT_LOG", meaning: "file of JSON lines, appended (default: standard error)"},
		{flag: "rate", variable: "SYNCRO_MCP_RATE", fallback: "180", meaning: "request budget per 60 s"},
		{flag: "listen", variable: "SYNCRO_MCP_LISTEN", meaning: "host:port to serve HTTP on instead of standard input and output; other than loopback only with a token"},
		{flag: "sse", variable: "SYNCRO_MCP_SSE", fallback: "false", boolean: true, meaning: "with --listen: also the older HTTP+SSE transport at /sse"},
		{variable: "SYNCRO_MCP_TOKEN", meaning: "with --listen: the bearer token that clients must send, 24 characters or more"},
		{flag: "callers", variable: "SYNCRO_MCP_CALLERS", meaning: "with --listen: JSON file of callers, instead of one token"},
		{flag: "allowed-origins", variable: "SYNCRO_MCP_ALLOWED_ORIGINS", meaning: "with --listen: comma list of web pages that may call (default loopback)"},
		{flag: "allowed-hosts", variable: "SYNCRO_MCP_ALLOWED_HOSTS", meaning: "with --listen: comma list of names under which it may be called (default loopback)"},
		{flag: "tls-cert", variable: "SYNCRO_MCP_TLS_CERT", meaning: "with --listen: certificate file for TLS"},
		{flag: "tls-key", variable: "SYNCRO_MCP_TLS_KEY", meaning: "with --listen: key file for TLS"},
		{variable: "SYNCRO_MCP_SECRET", meaning: "key that signs confirmations, shared by replicas (default: random at start)"},
		{flag: "log-level", variable: "SYNCRO_MCP_LOG_LEVEL", fallback: "info", meaning: "debug, info, warn or error"},
		{flag: "log-format", variable: "SYNCRO_MCP_LOG_FORMAT", fallback: "text", meaning: "text or json, always on standard error"},
	}
}

// values are the settings by flag or, without one, by variable.
type values map[string]string

// readSettings parses flags; a flag wins over its variable. It returns the
// settings and what follows the flags.
func readSettings(arguments []string, environment func(string) string, help io.Writer) (values, []string, error) {
	read := values{}
	flags := flag.NewFlagSet("syncro-mcp", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	flagged := map[string]*string{}
	for _, s := range settings() {
		read[s.key()] = given(environment(s.variable), s.fallback)
		switch {
		case s.boolean:
			flags.BoolFunc(s.flag, s.meaning, func(text string) error { read[s.flag] = given(text, read[s.flag]); return nil })
		case s.flag != "":
			flagged[s.flag] = flags.String(s.flag, "", s.meaning)
		}
	}
	if err := flags.Parse(arguments); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			printHelp(help)
			return nil, nil, err
		}
		return nil, nil, fmt.Errorf("%w; syncro-mcp -h lists the flags", err)
	}
	flags.Visit(func(f *flag.Flag) {
		if value, ok := flagged[f.Name]; ok {
			read[f.Name] = given(*value, read[f.Name])
		}
	})
	return read, flags.Args(), nil
}

func (s setting) key() string {
	if s.flag != "" {
		return s.flag
	}
	return s.variable
}

// given is a value without the blanks that shells and editors leave around it;
// one that says nothing counts as unset.
func given(value, otherwise string) string {
	value = strings.TrimSpace(value)
	if value == "" || placeholder(value) {
		return otherwise
	}
	return value
}

// placeholder recognises what a client leaves when its user filled nothing in, such as ${user_config.api_key}.
func placeholder(value string) bool {
	return strings.HasPrefix(value, "${") && strings.HasSuffix(value, "}")
}

// parse checks the settings. An error names the flag and the variable.
func (v values) parse(stderr io.Writer) (config, error) {
	c := config{secret: []byte(v["SYNCRO_MCP_SECRET"]), auditLog: v["audit-log"]}
	var err error
	if c.demo, err = strconv.ParseBool(v["demo"]); err != nil {
		return c, v.bad("demo", "takes true or false")
	}
	for _, choice := range []struct {
		flag string
		into *string
		from []string
	}{
		{"mode", &c.mode, []string{"read", "write", "full"}},
		{"confirm", &c.confirm, []string{"auto", "elicit", "token"}},
	} {
		if *choice.into = v[choice.flag]; !slices.Contains(choice.from, v[choice.flag]) {
			return c, v.bad(choice.flag, "takes "+strings.Join(choice.from, ", "))
		}
	}
	for _, name := range commaList(v["toolsets"]) {
		if name == "all" {
			continue
		}
		if !slices.Contains(tools.Toolsets(), name) {
			return c, v.bad("toolsets", "takes a comma list of "+strings.Join(tools.Toolsets(), ", "))
		}
		c.toolsets = append(c.toolsets, name)
	}
	if c.rate, err = strconv.Atoi(v["rate"]); err != nil || c.rate < 1 {
		return c, v.bad("rate", "takes a whole number from 1")
	}
	if n := len(c.secret); n > 0 && n < tool.ShortestSecret {
		return c, fmt.Errorf("SYNCRO_MCP_SECRET has %d characters, and needs at least %d", n, tool.ShortestSecret)
	}
	if c.log, err = v.logger(stderr); err != nil {
		return c, err
	}
	if path := v["scripts"]; path != "" {
		text, err := os.ReadFile(path)
		if err == nil {
			c.scripts, err = tools.ParseScripts(text)
		}
		if err != nil {
			return c, v.bad("scripts", "must name a readable file of scripts: "+err.Error())
		}
	}
	if c.http, err = v.http(); err != nil {
		return c, err
	}
	if c.demo {
		return c, nil
	}
	return c, v.account(&c)
}

// account finds the key and the address.
func (v values) account(c *config) error {
	c.key = strings.TrimSpace(v["SYNCRO_API_KEY"])
	if path := v["SYNCRO_API_KEY_FILE"]; c.key == "" && path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("SYNCRO_API_KEY_FILE: the file cannot be read: %w", err)
		}
		c.key = strings.TrimSpace(strings.TrimPrefix(string(text), "\ufeff"))
	}
	if c.key == "" {
		return errors.New("no API key: set SYNCRO_API_KEY or SYNCRO_API_KEY_FILE, or try --demo (SYNCRO_MCP_DEMO=true)")
	}
	if c.baseURL = v["base-url"]; c.baseURL != "" {
		return nil
	}
	subdomain := v["SYNCRO_SUBDOMAIN"]
	if subdomain == "" {
		return errors.New("no account: set SYNCRO_SUBDOMAIN (acme for acme.syncromsp.com), or --base-url (SYNCRO_BASE_URL)")
	}
	name, ok := accountName(subdomain)
	if !ok {
		return fmt.Errorf("SYNCRO_SUBDOMAIN: %q is none of acme, acme.syncromsp.com or https://acme.syncromsp.com", subdomain)
	}
	c.baseURL = "https://" + name + ".syncromsp.com"
	return nil
}

// accountName reads acme out of acme, acme.syncromsp.com or its URL.
func accountName(text string) (string, bool) {
	name := strings.ToLower(strings.TrimSpace(text))
	name = strings.TrimPrefix(strings.TrimPrefix(name, "https://"), "http://")
	name, _, _ = strings.Cut(name, "/")
	name = strings.TrimSuffix(name, ".syncromsp.com")
	plain := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' }
	return name, name != "" && !strings.HasPrefix(name, "-") && strings.Trim(name, "-") == name && !strings.ContainsFunc(name, func(r rune) bool { return !plain(r) })
}

func (v values) logger(stderr io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(v["log-level"])); err != nil || !slices.Contains([]string{"debug", "info", "warn", "error"}, v["log-level"]) {
		return nil, v.bad("log-level", "takes debug, info, warn or error")
	}
	options := &slog.HandlerOptions{Level: level}
	switch v["log-format"] {
	case "text":
		return slog.New(slog.NewTextHandler(stderr, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(stderr, options)), nil
	}
	return nil, v.bad("log-format", "takes text or json")
}

// bad names a setting both ways, with what it got and what it takes.
func (v values) bad(flag, takes string) error {
	all := settings()
	i := slices.IndexFunc(all, func(s setting) bool { return s.flag == flag })
	return fmt.Errorf("--%s (%s) is %q but %s", flag, all[i].variable, v[flag], takes)
}

func printHelp(w io.Writer) {
	fmt.Fprint(w, `syncro-mcp lets AI assistants work with the assets of a Syncro MSP account.

  syncro-mcp [flags]                     serve MCP on standard input and output
  syncro-mcp check   [flags]             verify key, subdomain and permissions
  syncro-mcp tools   [flags]             list the tools that would be served
  syncro-mcp call    [flags] TOOL [JSON] call one tool; asks y/N where confirmation is needed
  syncro-mcp read    [flags] URI         write one resource to standard output, for example syncro://assets.csv
  syncro-mcp version

Flags, each with the variable that does the same:
`)
	for _, s := range settings() {
		name := "--" + s.flag
		if s.flag == "" {
			name = ""
		}
		meaning := s.meaning
		if s.fallback != "" && !s.boolean {
			meaning += " (default " + s.fallback + ")"
		}
		fmt.Fprintf(w, "  %-13s %-22s %s\n", name, s.variable, meaning)
	}
}
