package serve_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
)

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is all that was written.
func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// journal is a log whose lines can be waited for.
type journal struct {
	slog.Handler
	lines chan slog.Record
	text  *lockedBuffer
}

func newJournal() *journal {
	text := &lockedBuffer{}
	return &journal{Handler: slog.NewTextHandler(text, nil), lines: make(chan slog.Record, 1000), text: text}
}

// Handle keeps a line.
func (j *journal) Handle(ctx context.Context, r slog.Record) error {
	err := j.Handler.Handle(ctx, r)
	j.lines <- r.Clone() // whoever waits for the line finds it in the text
	return err
}

// await gives the attributes of the next line that starts with message.
func (j *journal) await(t *testing.T, message string) map[string]string {
	t.Helper()
	for {
		line := get(t, j.lines)
		if strings.HasPrefix(line.Message, message) {
			attributes := map[string]string{}
			line.Attrs(func(a slog.Attr) bool { attributes[a.Key] = a.Value.String(); return true })
			return attributes
		}
	}
}

func newBody(text string) io.Reader { return strings.NewReader(text) }

// pipeListener is a network inside the process, which synctest can wait for.
type pipeListener struct {
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{connections: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept waits for a connection.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.connections:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close refuses connections from now on.
func (l *pipeListener) Close() error { l.once.Do(func() { close(l.closed) }); return nil }

// Addr is made up.
func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (l *pipeListener) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.connections <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
