package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

const (
	headerTime  = 10 * time.Second
	idleTime    = 2 * time.Minute
	mostHeaders = 64 << 10

	// After SIGTERM what runs may finish within finishTime; then reads are
	// cancelled, and their callers are told so within endTime.
	finishTime = 8 * time.Second
	endTime    = 1500 * time.Millisecond
)

// HTTPOptions make a server for HTTP.
type HTTPOptions struct {
	Listen string // host:port
	SSE    bool   // also the transport of 2024-11-05, at /sse and /message

	// Callers are those who may call. Without any no token is demanded, which is
	// allowed on loopback only; the caller is then called "local".
	Callers []Caller
	// Build makes the server of one caller; nothing may be added to it later.
	Build func(Caller) (*server.MCPServer, error)
	// Reload gives the callers anew each time Hangup has a signal; nil: never.
	Reload func() ([]Caller, error)
	Hangup <-chan os.Signal

	// AllowedOrigins and AllowedHosts are the web pages that may call, and the
	// names by which they may. Empty: loopback with any port, and the listen host.
	AllowedOrigins, AllowedHosts []string
	TLSCert, TLSKey              string // files; both or neither

	Ready   func(context.Context) error // asks Syncro; nil: always ready
	Metrics http.Handler                // at /metrics, behind the token where one is demanded; nil: none
	Log     *slog.Logger                // nil: none
}

// Check tells what is wrong with the options, before anything listens.
func (o HTTPOptions) Check() error {
	if _, _, err := net.SplitHostPort(o.Listen); err != nil {
		return fmt.Errorf("--listen (SYNCRO_MCP_LISTEN) is %q but takes host:port", o.Listen)
	}
	if len(o.Callers) == 0 && !loopback(o.Listen) {
		return fmt.Errorf("--listen (SYNCRO_MCP_LISTEN) %s is not loopback, so a token is needed: set SYNCRO_MCP_TOKEN or --callers, or listen on 127.0.0.1", o.Listen)
	}
	if (o.TLSCert == "") != (o.TLSKey == "") {
		return errors.New("--tls-cert (SYNCRO_MCP_TLS_CERT) and --tls-key (SYNCRO_MCP_TLS_KEY) go together")
	}
	return nil
}

// NewHTTP makes the handler alone, without a listener, for tests and for those
// who bring their own. What close returns from runs no more, apart from changes
// that were approved and sent.
func NewHTTP(o HTTPOptions) (handler http.Handler, closeAll func(), err error) {
	f, err := newFront(o)
	if err != nil {
		return nil, nil, err
	}
	stop := f.watch()
	return f, func() { stop(); f.close() }, nil
}

// HTTP serves until ctx is done. Then it answers what runs, and returns nil
// within 10 seconds.
func HTTP(ctx context.Context, o HTTPOptions) error {
	if err := o.Check(); err != nil {
		return err // before the port is taken
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	return serveOn(ctx, o, listener)
}

// serveOn serves on a listener, which it closes.
func serveOn(ctx context.Context, o HTTPOptions, listener net.Listener) error {
	defer func() { _ = listener.Close() }() // closed already where serving began
	f, err := newFront(o)
	if err != nil {
		return err
	}
	defer f.close()
	s := &http.Server{
		Handler: f, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: mostHeaders,
		// No limit for the whole answer: it would end streams. See sendInTime.
		ErrorLog: slog.NewLogLogger(f.log.Handler(), slog.LevelWarn),
	}
	serve := s.Serve
	if o.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(o.TLSCert, o.TLSKey)
		if err != nil {
			return fmt.Errorf("the TLS certificate: %w", err)
		}
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
		serve = func(on net.Listener) error { return s.ServeTLS(on, "", "") }
	}
	defer f.watch()()
	f.announce(listener.Addr())
	ended := make(chan error, 1)
	go func() { ended <- serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	f.drain(context.WithoutCancel(ctx), s)
	return nil
}

// announce says where and how this server can be called.
func (f *front) announce(at net.Addr) {
	o := f.options
	f.log.Info("serving MCP over HTTP", "address", at.String(), "tls", o.TLSCert != "", "sse", o.SSE, "token", len(o.Callers) > 0)
	if host, _, _ := net.SplitHostPort(o.Listen); len(o.AllowedHosts) == 0 && (host == "" || net.ParseIP(host).IsUnspecified()) {
		f.log.Warn("other machines are refused until --allowed-hosts (SYNCRO_MCP_ALLOWED_HOSTS) has the name by which they call", "listen", o.Listen)
	}
}

// watch reads the callers again at each hangup until stop is called.
func (f *front) watch() (stop func()) {
	if f.options.Reload == nil || f.options.Hangup == nil {
		return func() {}
	}
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case _, open := <-f.options.Hangup:
				if !open {
					return
				}
				f.reload()
			case <-done:
				return
			}
		}
	})
	return func() { close(done); watching.Wait() }
}

// drain takes no more requests, answers those that run, and ends.
func (f *front) drain(ctx context.Context, s *http.Server) {
	f.log.Info("stopping; what runs may finish", "within", finishTime.String())
	f.draining.Store(true)
	f.stop()
	finish, cancel := context.WithTimeout(ctx, finishTime)
	defer cancel()
	if f.wind(finish, s) {
		return
	}
	f.log.Warn("stopping; what still runs is cancelled")
	f.close()
	tell, cancel := context.WithTimeout(ctx, endTime)
	defer cancel()
	if !f.wind(tell, s) {
		f.log.Error("stopped while something still ran; the audit log has what was approved and sent")
	}
	_ = s.Close() // only connections that stayed open are left to fail
}

// wind waits until everything is answered, over either transport.
func (f *front) wind(ctx context.Context, s *http.Server) bool {
	answered := make(chan struct{})
	list := f.seats.Load().list
	for _, one := range list {
		one.sse.drain()
	}
	go func() {
		defer close(answered)
		for _, one := range list {
			one.sse.calls.Wait()
		}
	}()
	if s.Shutdown(ctx) != nil {
		return false
	}
	select {
	case <-answered:
		return true
	case <-ctx.Done():
		return false
	}
}
