// Package serve puts an MCP server on a transport and hardens it.
package serve

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const (
	// drainTime is how long calls may go on after the input ended.
	drainTime = 5 * time.Second
	// tellTime is how long calls that were cancelled then have to say so.
	tellTime = 500 * time.Millisecond
)

// Stdio serves one client on a pair of streams until the input ends or ctx is
// done; calls that run then may finish within drainTime. One process can serve
// only one such client: the library keeps its session in a global.
func Stdio(ctx context.Context, s *server.MCPServer, in io.Reader, out io.Writer) error {
	lines, feed := io.Pipe()
	life, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	c := &stdioCalls{server: s, life: life, joined: make(chan server.ClientSession, 1), open: map[string]bool{}, out: &answers{to: out, calls: &pending{}}}
	c.awaitSession()
	go func() {
		c.forward(ctx, in, feed)
		c.out.calls.wait(drainTime)
		_ = feed.Close()
		stop()
	}()
	err := server.NewStdioServer(s).Listen(life, lines, c.out)
	stop()
	_ = lines.CloseWithError(io.ErrClosedPipe) // the library may stop before the input does
	c.wait(tellTime)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// stdioCalls run the calls of tools, each at once: the library's workers are few,
// and calls that wait for a person would keep quick ones from running.
type stdioCalls struct {
	server  *server.MCPServer
	life    context.Context
	joined  chan server.ClientSession // has the library's session once it listens
	session server.ClientSession
	out     *answers
	running sync.WaitGroup

	mu   sync.Mutex
	open map[string]bool // ids of calls that run: whether their client cancelled them
}

const cancelledNotice = "notifications/cancelled"

// cancelled notes that nobody waits for a call any more: it is not answered.
func (c *stdioCalls) cancelled(id json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, runs := c.open[string(id)]; runs {
		c.open[string(id)] = true
	}
}

// ended takes a call off the list and tells whether it was cancelled.
func (c *stdioCalls) ended(id json.RawMessage) (cancelled bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer delete(c.open, string(id))
	return c.open[string(id)]
}

// awaitSession gets at the session that the library makes. It is the one that
// knows what the client can do, and to which answers to questions come.
func (c *stdioCalls) awaitSession() {
	hooks := c.server.GetHooks()
	if hooks == nil {
		hooks = &server.Hooks{}
		server.WithHooks(hooks)(c.server)
	}
	hooks.AddOnRegisterSession(func(_ context.Context, session server.ClientSession) {
		select {
		case c.joined <- session:
		default:
		}
	})
}

// call runs one call in the place of the library.
func (c *stdioCalls) call(line []byte, id json.RawMessage) {
	if c.session == nil {
		select {
		case c.session = <-c.joined:
		case <-c.life.Done():
			return
		}
	}
	ctx := c.server.WithContext(c.life, c.session)
	c.mu.Lock()
	c.open[string(id)] = false
	c.mu.Unlock()
	c.running.Go(func() {
		own := newNotices(func(n mcp.JSONRPCNotification) {
			if text, err := json.Marshal(n); err == nil {
				_, _ = c.out.Write(append(text, '\n')) // a client that reads no more is found out by its answers
			}
		}, 0, nil)
		defer own.close()
		answer := handled(own.adopt(ctx, c.server), c.server, line, slog.Default())
		own.settled()
		switch {
		case c.ended(id):
			c.out.calls.answered(answer)
		case answer != nil:
			_, _ = c.out.Write(append(answer, '\n')) // likewise: the input ends then
		}
	})
}

// wait gives calls that were cancelled the time to end. An approved act that
// takes longer has its line in the audit log.
func (c *stdioCalls) wait(most time.Duration) {
	done := make(chan struct{})
	go func() {
		c.running.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(most):
	}
}

// forward hands on the input line by line until it ends or ctx is done, noting
// each request, so that the end of the input can wait for the answers.
func (c *stdioCalls) forward(ctx context.Context, in io.Reader, to io.Writer) {
	lines := make(chan []byte)
	ended := make(chan struct{})
	defer close(ended)
	go readLines(in, lines, ended)
	for {
		select {
		case line, more := <-lines:
			if !more {
				return
			}
			request := c.out.calls.asked(line)
			ours := request.Method == string(mcp.MethodToolsCall) || request.Method == string(mcp.MethodSubscriptionsListen)
			if request.Method == cancelledNotice {
				c.cancelled(request.Params.RequestID)
			}
			if ours && len(request.ID) > 0 {
				c.call(line, request.ID)
			} else if _, err := to.Write(line); err != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// readLines reads until the input ends or nobody wants more.
func readLines(in io.Reader, lines chan<- []byte, ended <-chan struct{}) {
	defer close(lines)
	reader := bufio.NewReader(in)
	for {
		line, err := reader.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err != nil {
				line = append(line, '\n') // the last line of a stream may lack its end
			}
			select {
			case lines <- line:
			case <-ended:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// answers passes output on, one line at a time, and notes which requests it answers.
type answers struct {
	calls *pending

	mu sync.Mutex
	to io.Writer
}

// Write writes one line.
func (a *answers) Write(line []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	n, err := a.to.Write(line)
	a.calls.answered(line)
	return n, err
}

// pending counts requests that were read and not answered yet.
type pending struct {
	mu    sync.Mutex
	count int
	idle  chan struct{} // closed when count comes to 0; nil while nobody waits
}

// envelope is what tells requests, answers and notices apart.
type envelope struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		RequestID json.RawMessage `json:"requestId"` // of a cancellation
	} `json:"params"`
}

func read(line []byte) envelope {
	var e envelope
	_ = json.Unmarshal(line, &e) // what is no message is neither asked nor answered
	return e
}

func (p *pending) asked(line []byte) envelope {
	e := read(line)
	if e.Method != "" && len(e.ID) > 0 {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.count++
	}
	return e
}

func (p *pending) answered(line []byte) {
	if e := read(line); e.Method == "" && len(e.ID) > 0 && !bytes.Equal(e.ID, []byte("null")) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.count--; p.count <= 0 && p.idle != nil {
			close(p.idle)
			p.idle = nil
		}
	}
}

func (p *pending) wait(most time.Duration) {
	p.mu.Lock()
	if p.count <= 0 {
		p.mu.Unlock()
		return
	}
	idle := make(chan struct{})
	p.idle = idle
	p.mu.Unlock()
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
}
