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
	"syncro-mcp/prompts"
	"syncro-mcp/resources"
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
	commands := []string{"serve", "check", "tools", "call", "read", "version", "help"}
	if !slices.Contains(commands, command) {
		return usage(std, fmt.Errorf("unknown command %q; syncro-mcp -h lists the commands", command))
	}
	switch command {
	case "version":
		fmt.Fprintln(std.out, "syncro-mcp", version())
		return exitOK
	case "help":
		printHelp(std.out)
		return exitOK
	}
	settings, rest, err := readSettings(arguments, environment, std.out)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		return usage(std, err)
	}
	if len(rest) > 0 && command != "call" && command != "read" {
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
	case "read":
		return h.read(ctx, rest, std)
	}
	return h.serve(ctx, std)
}

func usage(std streams, err error) int {
	fmt.Fprintln(std.err, "syncro-mcp:", strings.ReplaceAll(err.Error(), "\n", " "))
	return exitUsage
}

// house is the program wired up.
type house struct {
	config  config
	client  *syncro.Client
	runner  *tool.Runner // of whoever is at this machine
	beside  serve.Beside // the resources and prompts that go with it
	audit   *tool.Audit
	metrics *serve.Metrics
	close   func()
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
		return nil, fmt.Errorf("--base-url (SYNCRO_BASE_URL) or SYNCRO_API_KEY: %w", err)
	}
	if h.audit, err = tool.OpenAudit(c.auditLog, std.err); err != nil {
		return nil, fmt.Errorf("--audit-log (SYNCRO_MCP_AUDIT_LOG): %w", err)
	}
	closeSyncro := h.close
	h.close = func() { closeSyncro(); _ = h.audit.Close() }
	if h.runner, h.beside, err = h.serverFor(serve.Caller{}); err != nil {
		return nil, err
	}
	var names []string
	for _, each := range h.runner.Tools() { // no caller is served more than these
		names = append(names, each.Name())
	}
	h.metrics = serve.NewMetrics(serve.MetricsOptions{Tools: names, Budget: h.client.BudgetUsed, Upstream: h.client.Sent})
	return h, nil
}

func (h *house) catalog(client *syncro.Client) []tool.Tool {
	options := tools.Options{Client: client, Scripts: h.config.scripts}
	if !h.config.demo { // the demo has no web app to point at
		options.Page = client.AssetPage
	}
	return tools.Catalog(options)
}

// serverFor makes what one caller is served, who may have a key, a narrower mode
// and fewer toolsets of their own.
func (h *house) serverFor(caller serve.Caller) (*tool.Runner, serve.Beside, error) {
	client := h.client
	if caller.SyncroKey != "" && !h.config.demo {
		var err error
		if client, err = h.client.WithKey(caller.SyncroKey); err != nil {
			return nil, serve.Beside{}, err
		}
	}
	served := tool.Select(h.catalog(client), h.config.mode, h.config.toolsets)
	mode := h.config.mode
	if caller.Mode != "" {
		mode = tool.Narrower(mode, caller.Mode)
	}
	runner, err := tool.NewRunner(tool.Options{
		Tools: tool.Select(served, mode, caller.Toolsets), Mode: mode, Confirm: h.config.confirm,
		Secret: h.config.secret, Audit: h.audit, Observe: func(o tool.Observation) { h.metrics.Observe(o) }, Log: h.config.log,
	})
	if err != nil {
		return nil, serve.Beside{}, err
	}
	names, live := resources.NewNames(client, runner.Answer), prompts.Live{Client: client}
	return runner, serve.Beside{
		Resources: resources.Catalog(resources.Options{Client: client, Answer: runner.Answer, Names: names}),
		Prompts: prompts.Catalog(prompts.Options{
			Served: runner.Tools(), Customer: live.Customer, Asset: live.Asset, Customers: names.CustomerNames,
			Assets: names.AssetNames, AssetTypes: names.AssetTypes, Scripts: names.ScriptNames,
		}),
	}, nil
}

func (h *house) serve(ctx context.Context, std streams) int {
	c := h.config
	var err error
	if c.http.listen == "" {
		c.log.Info("serving MCP on standard input and output", "tools", len(h.runner.Tools()), "mode", c.mode, "demo", c.demo)
		err = serve.Stdio(ctx, serve.New(h.runner, version(), tools.Instructions, h.beside), std.in, std.out)
	} else {
		options := h.httpOptions()
		if err := options.Check(); err != nil {
			return usage(std, err)
		}
		err = serve.HTTP(ctx, options)
	}
	if err != nil {
		c.log.Error("serving ended", "error", err)
		return exitFailed
	}
	return exitOK
}

func (h *house) httpOptions() serve.HTTPOptions {
	c := h.config.http
	options := serve.HTTPOptions{
		Listen: c.listen, SSE: c.sse, Callers: c.callers, AllowedOrigins: c.origins, AllowedHosts: c.hosts,
		TLSCert: c.tlsCert, TLSKey: c.tlsKey, Metrics: h.metrics.Handler(), Log: h.config.log,
		Build: func(caller serve.Caller) (*serve.Server, error) {
			runner, beside, err := h.serverFor(caller)
			if err != nil {
				return nil, err
			}
			return serve.New(runner, version(), tools.Instructions, beside), nil
		},
		Ready: func(ctx context.Context) error {
			_, err := h.client.Me(ctx)
			return err
		},
	}
	if c.callersFile != "" {
		options.Reload = func() ([]serve.Caller, error) { return readCallers(c.callersFile) }
		options.Hangup = hangups()
	}
	return options
}

// version is the module's version as the build knows it.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "dev"
	}
	return info.Main.Version
}
