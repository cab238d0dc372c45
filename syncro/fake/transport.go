package fake

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
)

// Transport gives a transport whose every connection is an in-memory pipe to a real http.Server that serves s, for any host name
// over plain http. No port is opened.
//
// Each request has a connection of its own: a dropped connection is then never hidden by net/http's own retry of reused ones, and
// nothing stays behind between requests. The Proxy hook is taken: it is where net/http shows a request before it dials, and so where
// a Refuse fault acts. Replacing it turns Refuse off.
func (s *Server) Transport() *http.Transport {
	s.pipes.start()
	return &http.Transport{
		DisableKeepAlives: true,
		Proxy:             s.refuse,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return s.pipes.listener.dial(ctx)
		},
	}
}

// refuse never names a proxy; it fails the requests that a Refuse fault is meant for.
func (s *Server) refuse(r *http.Request) (*url.URL, error) {
	if _, hit := s.faults.take(r.Method, strings.TrimPrefix(r.URL.Path, prefix), onDial); !hit {
		return nil, nil
	}
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	s.journal.refused++
	return nil, errRefused()
}

// errRefused is what dialling a closed TCP port gives.
func errRefused() error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: pipeAddr{}, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

// pipeServer runs an http.Server over in-memory pipes, from the first Transport on.
type pipeServer struct {
	listener *pipeListener
	server   *http.Server
	starting sync.Once
}

func newPipeServer(h http.Handler) *pipeServer {
	return &pipeServer{
		listener: &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})},
		server:   &http.Server{Handler: h},
	}
}

func (p *pipeServer) start() {
	p.starting.Do(func() {
		go func() { _ = p.server.Serve(p.listener) }() // it always ends with "server closed"
	})
}

func (p *pipeServer) close() {
	_ = p.listener.Close()
	_ = p.server.Close()
}

// pipeListener hands the far ends of pipes to the server.
type pipeListener struct {
	conns   chan net.Conn
	closed  chan struct{}
	closing sync.Once
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, errRefused()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *pipeListener) Close() error {
	l.closing.Do(func() { close(l.closed) })
	return nil
}

// Addr implements net.Listener.
func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

// Network implements net.Addr.
func (pipeAddr) Network() string { return "pipe" }

// String implements net.Addr.
func (pipeAddr) String() string { return "fake-syncro" }
