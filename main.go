// Command syncro-mcp is an MCP server that lets AI assistants work with the
// assets of a Syncro MSP account.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"syncro-mcp/internal/serve"
	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
	"syncro-mcp/tools"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2 // a setting or the command line is wrong
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, streams{os.Stdin, os.Stdout, os.Stderr}))
}

// streams are the standard streams.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// run is the whole program, apart from the process around it.
func run(ctx context.Context, arguments []string, environment func(string) string, std streams) int {
	command := "serve"
	if len(arguments) > 0 && !strings.HasPrefix(arguments[0], "-") {
		command, arguments = arguments[0], arguments[1:]
	}
	commands := []string{"serve", "check", "tools", "call", "version"}
	if !slices.Contains(commands, command) {
		return usage(std, fmt.Errorf("unknown command %q; syncro-mcp -h lists the commands", command))
	}
	if command == "version" {
		fmt.Fprintln(std.out, "syncro-mcp", version())
		return exitOK
	}
	settings, rest, err := readSettings(arguments, environment, std.out)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		return usage(std, err)
	}
	if len(rest) > 0 && command != "call" {
		return usage(std, fmt.Errorf("%s takes no argument %q", command, rest[0]))
	}
	c, err := settings.parse(std.err)
	if err != nil {
		return usage(std, err)
	}
	h, err := open(c, std)
	if err != nil {
		return usage(std, err)
	}
	defer h.close()
	switch command {
	case "check":
		return h.check(ctx, std)
	case "tools":
		return h.listTools(std)
	case "call":
		return h.call(ctx, rest, std)
	}
	return h.serve(ctx, std)
}

func usage(std streams, err error) int {
	fmt.Fprintln(std.err, "syncro-mcp:", strings.ReplaceAll(err.Error(), "\n", " "))
	return exitUsage
}

// house is the program wired up.
type house struct {
	config config
	client *syncro.Client
	runner *tool.Runner
	close  func()
}

func open(c config, std streams) (*house, error) {
	h := &house{config: c, close: func() {}}
	options := syncro.Options{BaseURL: c.baseURL, Key: c.key, Rate: c.rate, Log: c.log, UserAgent: "syncro-mcp/" + version()}
	if c.demo {
		const key = "demo-key"
		demo := fake.New(fake.Options{Demo: true, Key: key})
		h.close = demo.Close
		options.BaseURL, options.Key, options.Transport = "http://localhost", key, demo.Transport()
		if c.scripts == nil {
			scripts, err := tools.ParseScripts(fake.DemoScripts())
			if err != nil {
				return nil, fmt.Errorf("the demo's scripts: %w", err)
			}
			h.config.scripts = scripts
		}
	}
	var err error
	if h.client, err = syncro.New(options); err != nil {
		return nil, err
	}
	audit, err := tool.OpenAudit(c.auditLog, std.err)
	if err != nil {
		return nil, fmt.Errorf("--audit-log (SYNCRO_MCP_AUDIT_LOG): %w", err)
	}
	closeSyncro := h.close
	h.close = func() { closeSyncro(); _ = audit.Close() }
	catalog := tools.Options{Client: h.client, Scripts: h.config.scripts}
	if !c.demo { // the demo has no web app to point at
		catalog.Page = h.client.AssetPage
	}
	h.runner, err = tool.NewRunner(tool.Options{
		Tools: tool.Select(tools.Catalog(catalog), c.mode, c.toolsets), Mode: c.mode, Confirm: c.confirm,
		Secret: c.secret, Audit: audit, Log: c.log,
	})
	return h, err
}

func (h *house) serve(ctx context.Context, std streams) int {
	h.config.log.Info("serving MCP on standard input and output", "tools", len(h.runner.Tools()), "mode", h.config.mode, "demo", h.config.demo)
	err := serve.Stdio(ctx, serve.New(h.runner, version(), tools.Instructions), std.in, std.out)
	if err != nil {
		h.config.log.Error("serving ended", "error", err)
		return exitFailed
	}
	return exitOK
}

// version is the module's version as the build knows it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev"
	}
	return info.Main.Version
}
