// Package serve puts an MCP server on a transport and hardens it.
package serve

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

const (
	// Calls that wait for a person must not keep quick ones from running: the
	// library's five workers would. A full queue would run a call on the loop
	// that reads the answers it waits for.
	stdioWorkers = 100
	stdioQueue   = 10_000
	// drainTime is how long calls may go on after the input ended.
	drainTime = 5 * time.Second
)

// Stdio serves one client on a pair of streams until the input ends or ctx is
// done; calls that run then may finish within drainTime. One process can serve
// only one such client: the library keeps its session in a global.
func Stdio(ctx context.Context, s *server.MCPServer, in io.Reader, out io.Writer) error {
	listener := server.NewStdioServer(s)
	server.WithWorkerPoolSize(stdioWorkers)(listener)
	server.WithQueueSize(stdioQueue)(listener)
	calls := &pending{}
	lines, feed := io.Pipe()
	stopped, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	go func() {
		forward(ctx, in, feed, calls)
		calls.wait(drainTime)
		_ = feed.Close()
		stop()
	}()
	err := listener.Listen(stopped, lines, &answers{to: out, calls: calls})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// forward hands on the input line by line until it ends or ctx is done, noting
// each request, so that the end of the input can wait for the answers.
func forward(ctx context.Context, in io.Reader, to io.Writer, calls *pending) {
	lines := make(chan []byte)
	ended := make(chan struct{})
	defer close(ended)
	go func() {
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
	}()
	for {
		select {
		case line, more := <-lines:
			if !more {
				return
			}
			calls.asked(line)
			if _, err := to.Write(line); err != nil {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// answers passes output on and notes which requests it answers.
type answers struct {
	to    io.Writer
	calls *pending
}

func (a *answers) Write(line []byte) (int, error) {
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
}

func read(line []byte) envelope {
	var e envelope
	_ = json.Unmarshal(line, &e) // what is no message is neither asked nor answered
	return e
}

func (p *pending) asked(line []byte) {
	if e := read(line); e.Method != "" && len(e.ID) > 0 {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.count++
	}
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
