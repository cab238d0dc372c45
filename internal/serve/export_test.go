package serve

import (
	"context"
	"net"
	"net/http"
)

// NewSessions lets tests try the bound with few.
func NewSessions(most int) *sessions { return newSessions(most) }

// Surplus is surplus.
func (s *sessions) Surplus() []string { return s.surplus() }

// Hold is hold.
func (s *sessions) Hold(id string) func() { return s.hold(id) }

// NewHTTPWithSessions bounds the sessions of each caller.
func NewHTTPWithSessions(o HTTPOptions, most int) (http.Handler, func(), error) {
	f, err := newFront(o)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range f.seats.Load().list {
		s.sessions.most = most
	}
	return f, f.close, nil
}

// Serve serves on a listener of the test's.
func Serve(ctx context.Context, o HTTPOptions, on net.Listener) error { return serveOn(ctx, o, on) }
