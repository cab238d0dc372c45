package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/serve"
	"syncro-mcp/syncro/fake"
)

// What calls cost in time and memory. Nothing here asserts a time: machines
// differ. Where it can, a benchmark reports the ratio to the same requests sent
// by a bare http.Client in the same run, which carries over.

const usualLatency, roundCalls = 5 * time.Millisecond, 25 // calls of each caller, before the other side has its turn

// measured are the calls that are timed: one asset, and a page of 25.
var measured = []struct{ tool, arguments string }{
	{"get_asset", `{"asset_id": 70101}`},
	{"search_assets", `{}`},
}

// account is a fake Syncro without a limit of its own and the settings for it.
func account(b *testing.B, o fake.Options) (*fake.Server, map[string]string) {
	o.Key, o.Demo, o.PerMinute = "bench-key", true, -1
	server := fake.New(o)
	listening := httptest.NewServer(server)
	b.Cleanup(func() { listening.Close(); server.Close() })
	return server, accountAt(b, listening.URL)
}

// accountAt has a rate so large that the budget never makes a call wait.
func accountAt(b *testing.B, url string) map[string]string {
	return map[string]string{
		"SYNCRO_API_KEY": "bench-key", "SYNCRO_BASE_URL": url, "SYNCRO_MCP_RATE": "1000000000",
		"SYNCRO_MCP_AUDIT_LOG": filepath.Join(b.TempDir(), "audit.jsonl"), "SYNCRO_MCP_LOG_LEVEL": "error",
	}
}

// pooled is a client that keeps as many connections as there are callers:
// the default keeps two, and a comparison with that one would flatter us.
func pooled(b *testing.B) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	b.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// server is the program as a client sees it: the request goes in, the answer
// comes out. It is plain on purpose: a client library would be measured too.
type server interface {
	ask(method, params string) ([]byte, error)
}

// callOf makes a call of a tool that must succeed.
func callOf(s server, tool, arguments string) func() error {
	params := fmt.Sprintf(`{"name": %q, "arguments": %s}`, tool, arguments)
	return func() error {
		answer, err := s.ask("tools/call", params)
		if err == nil && (bytes.Contains(answer, []byte(`"isError":true`)) || !bytes.Contains(answer, []byte(`"structuredContent"`))) {
			err = fmt.Errorf("%s: %s", tool, answer)
		}
		return err
	}
}

const hello = `{"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}`

func request(id int64, method, params string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`+"\n", id, method, strings.ReplaceAll(params, "\n", " "))
}

// child is the program in a process of its own, over stdio.
type child struct {
	*transport.Stdio
	command *exec.Cmd
	last    atomic.Int64
}

// itself is the program, to be started in a process of its own.
func itself(environment map[string]string, arguments ...string) *exec.Cmd {
	command := exec.Command(os.Args[0], arguments...)
	command.Env = append(os.Environ(), asProgram+"=1")
	for name, value := range environment {
		command.Env = append(command.Env, name+"="+value)
	}
	return command
}

// start starts the program and greets it.
func start(b *testing.B, environment map[string]string) *child {
	c := &child{command: itself(environment)}
	c.Stdio = transport.NewStdioWithOptions(os.Args[0], nil, nil, transport.WithCommandFunc(
		func(context.Context, string, []string, []string) (*exec.Cmd, error) { return c.command, nil }))
	require.NoError(b, c.Start(b.Context()))
	b.Cleanup(func() { _ = c.Close() })
	_, err := c.ask("initialize", hello)
	require.NoError(b, err)
	return c
}

func (c *child) ask(method, params string) ([]byte, error) {
	answer, err := c.SendRequest(context.Background(), transport.JSONRPCRequest{JSONRPC: "2.0", ID: mcp.NewRequestId(c.last.Add(1)), Method: method, Params: json.RawMessage(params)})
	if err == nil && answer.Error != nil {
		err = errors.New(answer.Error.Message)
	}
	if err != nil {
		return nil, err
	}
	return answer.Result, nil
}

// site is the program over HTTP, in this process so that -cpuprofile and
// -memprofile see it.
type site struct {
	client       *http.Client
	url, session string
	last         atomic.Int64
}

func listen(b *testing.B, environment map[string]string) *site {
	environment["SYNCRO_MCP_LISTEN"] = "127.0.0.1:0"
	read, _, err := readSettings(nil, func(name string) string { return environment[name] }, io.Discard)
	require.NoError(b, err)
	c, err := read.parse(io.Discard)
	require.NoError(b, err)
	h, err := open(c, streams{strings.NewReader(""), io.Discard, io.Discard})
	require.NoError(b, err)
	handler, closeAll, err := serve.NewHTTP(h.httpOptions())
	require.NoError(b, err)
	listening := httptest.NewServer(handler)
	b.Cleanup(func() { listening.Close(); closeAll(); h.close() })
	greeting, err := http.Post(listening.URL+"/mcp", "application/json", strings.NewReader(request(0, "initialize", hello)))
	require.NoError(b, err)
	require.NoError(b, greeting.Body.Close())
	return &site{client: pooled(b), url: listening.URL + "/mcp", session: greeting.Header.Get("Mcp-Session-Id")}
}

func (s *site) ask(method, params string) ([]byte, error) {
	return send(s.client, http.MethodPost, s.url, request(s.last.Add(1), method, params), "Content-Type", "application/json",
		"Accept", "application/json, text/event-stream", "Mcp-Session-Id", s.session, "Mcp-Protocol-Version", "2025-11-25")
}

// send sends one request and reads the whole answer, which must be a good one.
func send(client *http.Client, method, url, body string, header ...string) ([]byte, error) {
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s %s", method, url, response.Status, text)
	}
	return text, err
}

// bareOf is what a call asks of Syncro, sent again by a plain http.Client: the
// least that it can take. The call is made before, so that both are warm.
func bareOf(b *testing.B, account *fake.Server, environment map[string]string, call func() error) func() error {
	require.NoError(b, call())
	account.Reset()
	require.NoError(b, call())
	asked, client := account.Requests(), pooled(b)
	b.Cleanup(account.Reset)
	return func() error {
		for _, each := range asked {
			if _, err := send(client, each.Method, environment["SYNCRO_BASE_URL"]+"/api/v1"+each.Path+"?"+each.Query.Encode(), "",
				"Authorization", "Bearer bench-key"); err != nil {
				return err
			}
		}
		return nil
	}
}

// round has callers do the same at once, and gives how long each time took.
func round(b *testing.B, callers, each int, do func() error) []time.Duration {
	took := make([]time.Duration, callers*each)
	var running sync.WaitGroup
	for caller := range callers {
		running.Go(func() {
			for i := range each {
				started := time.Now()
				if err := do(); err != nil {
					b.Error(err)
					return
				}
				took[caller*each+i] = time.Since(started)
			}
		})
	}
	running.Wait()
	return took
}

// compare times both sides by turns, so that they meet the same machine.
func compare(b *testing.B, callers int, bare, call func() error) {
	var bares, calls []time.Duration
	round(b, callers, 2, bare) // connections
	round(b, callers, 2, call)
	for b.Loop() {
		for range 8 {
			bares = append(bares, round(b, callers, roundCalls, bare)...)
			calls = append(calls, round(b, callers, roundCalls, call)...)
		}
	}
	slices.Sort(bares)
	slices.Sort(calls)
	half, most := len(calls)/2, len(calls)*99/100
	b.ReportMetric(0, "ns/op") // of a whole round: says nothing
	b.ReportMetric(milliseconds(calls[half]), "ms")
	b.ReportMetric(milliseconds(calls[most]), "p99-ms")
	b.ReportMetric(float64(calls[half])/float64(bares[half]), "x-bare")
	b.ReportMetric(float64(calls[most])/float64(bares[most]), "p99-x-bare")
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// eachCall compares the measured calls, alone and 16 at once.
func eachCall(b *testing.B, account *fake.Server, environment map[string]string, s server) {
	for _, each := range measured {
		call := callOf(s, each.tool, each.arguments)
		for _, callers := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/%d", each.tool, callers), func(b *testing.B) {
				compare(b, callers, bareOf(b, account, environment, call), call)
			})
		}
	}
}

func BenchmarkStdioCall(b *testing.B) {
	account, environment := account(b, fake.Options{Latency: usualLatency})
	eachCall(b, account, environment, start(b, environment))
}

func BenchmarkHTTPCall(b *testing.B) {
	account, environment := account(b, fake.Options{Latency: usualLatency})
	eachCall(b, account, environment, listen(b, environment))
}

// BenchmarkHTTPThroughput is what 64 callers get done, and what bare requests would.
func BenchmarkHTTPThroughput(b *testing.B) {
	account, environment := account(b, fake.Options{Latency: usualLatency})
	call := callOf(listen(b, environment), measured[0].tool, measured[0].arguments)
	bare := bareOf(b, account, environment, call)
	speed := func(do func() error) float64 {
		started := time.Now()
		return float64(len(round(b, 64, roundCalls, do))) / time.Since(started).Seconds()
	}
	var calls, bares float64
	for b.Loop() {
		bares, calls = max(bares, speed(bare)), max(calls, speed(call)) // the best of each: others use the machine too
	}
	b.ReportMetric(calls, "calls/s")
	b.ReportMetric(bares, "bare/s")
}

// BenchmarkStart is a process from its start to its list of tools.
func BenchmarkStart(b *testing.B) {
	_, environment := account(b, fake.Options{})
	for b.Loop() {
		c := start(b, environment)
		_, err := c.ask("tools/list", "{}")
		require.NoError(b, err)
		b.StopTimer()
		_ = c.Close()
		b.StartTimer()
	}
}

// BenchmarkReportPatches reads the patches of 300 machines far away.
func BenchmarkReportPatches(b *testing.B) {
	const machines = 300
	account, environment := account(b, fake.Options{Latency: 50 * time.Millisecond})
	model, _ := account.Asset(70101)
	delete(model, "id")
	for _, asset := range account.Assets() {
		account.RemoveAsset(int64(asset["id"].(float64)))
	}
	for i := range machines {
		model["name"] = fmt.Sprintf("NWD-WKS-%03d", i)
		account.SetPatches(account.AddAsset(model), fake.PatchSet{Available: []map[string]any{
			{"kb": "KB5034441", "title": "2026-11 Cumulative Update", "status": "Missing Patches", "severity": "Critical"},
		}})
	}
	call := callOf(start(b, environment), "report_patches", "{}")
	for b.Loop() {
		account.Reset()
		require.NoError(b, call())
	}
	b.ReportMetric(float64(len(account.Requests())), "requests")
}

// resident is what a process holds in memory now (VmRSS) or held at most (VmHWM), in MB.
func resident(b *testing.B, process int, which string) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process))
	if err != nil {
		b.Skip("memory is read from /proc, which is not here")
	}
	_, rest, _ := strings.Cut(string(status), which+":")
	var kB float64
	_, err = fmt.Sscan(rest, &kB)
	require.NoError(b, err)
	return kB * 1024 / 1e6
}

// BenchmarkMemory is what the process holds after its start and after calls, 16
// at once, and what each took of the processor: that bounds how many it can serve.
func BenchmarkMemory(b *testing.B) {
	for _, each := range measured {
		b.Run(each.tool, func(b *testing.B) {
			account, environment := account(b, fake.Options{})
			for b.Loop() {
				c := start(b, environment)
				_, err := c.ask("tools/list", "{}")
				require.NoError(b, err)
				b.ReportMetric(resident(b, c.command.Process.Pid, "VmRSS"), "MB-start")
				for _, thousands := range []int{1, 10, 20} {
					round(b, 16, (thousands*1000-int(c.last.Load()))/16, callOf(c, each.tool, each.arguments))
					account.Reset()
					b.ReportMetric(resident(b, c.command.Process.Pid, "VmRSS"), fmt.Sprintf("MB-%dk", thousands))
				}
				_ = c.Close()
				used := c.command.ProcessState.UserTime() + c.command.ProcessState.SystemTime()
				b.ReportMetric(milliseconds(used)/float64(c.last.Load()), "cpu-ms/call")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkExportMemory is what the export of 50,000 assets to a file holds at
// most above what the process held when it sent its first request.
func BenchmarkExportMemory(b *testing.B) {
	const pages = 500
	begun, looked := make(chan struct{}), make(chan struct{})
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/customer_assets") {
			_, _ = io.WriteString(w, `{"customer": {"id": 7, "business_name": "Northwind Dental"}}`)
			return
		}
		number, _ := strconv.Atoi(r.URL.Query().Get("page"))
		if number = max(number, 1); number == 1 || number == pages {
			begun <- struct{}{}
			<-looked
		}
		rows := make([]string, 100)
		for i := range rows {
			rows[i] = fmt.Sprintf(`{"id": %d, "customer_id": 7, "name": "PC-%d", "serial_number": "S%d", "model": "OptiPlex 7090", "properties": {"online": true}}`, number*100+i, i, i)
		}
		_, _ = fmt.Fprintf(w, `{"assets": [%s], "meta": {"page": %d, "total_pages": %d, "total_entries": %d}}`, strings.Join(rows, ","), number, pages, pages*100)
	}))
	b.Cleanup(upstream.Close)
	environment := accountAt(b, upstream.URL)
	for b.Loop() {
		c := itself(environment, "read", "syncro://assets.csv")
		out := &bytes.Buffer{}
		c.Stdout = out
		require.NoError(b, c.Start())
		<-begun
		before := resident(b, c.Process.Pid, "VmRSS")
		looked <- struct{}{}
		<-begun
		most := resident(b, c.Process.Pid, "VmHWM")
		looked <- struct{}{}
		require.NoError(b, c.Wait())
		require.Equal(b, pages*100+1, bytes.Count(out.Bytes(), []byte("\n")))
		b.ReportMetric(before, "MB-before")
		b.ReportMetric(most-before, "MB-more")
	}
}
