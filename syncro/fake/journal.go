package fake

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// Request is one request that the server received.
type Request struct {
	Method string
	Path   string // without /api/v1
	Query  url.Values
	Header http.Header
	Body   []byte
	Status int // what was answered; 0 where the connection was dropped, is still held, or the client went away first
	At     time.Time
}

// journal is the log of what was received.
type journal struct {
	mu      sync.Mutex
	entries []*Request
	refused int
}

func (j *journal) add(r *Request) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, r)
}

// answered notes the status before the first byte goes out, so that a client that has its answer also finds it in the log.
func (j *journal) answered(r *Request, status int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r.Status = status
}

// Requests gives everything received since the start or the last Reset, in order of arrival.
func (s *Server) Requests() []Request {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	log := make([]Request, 0, len(s.journal.entries))
	for _, entry := range s.journal.entries {
		copied := *entry
		copied.Header, copied.Body = entry.Header.Clone(), bytes.Clone(entry.Body)
		copied.Query = url.Values(http.Header(entry.Query).Clone())
		log = append(log, copied)
	}
	return slices.Clip(log)
}

// Refused counts the requests that a Refuse fault kept from ever reaching the server.
func (s *Server) Refused() int {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	return s.journal.refused
}

// Reset forgets the request log and the count of refused requests. The data and the rate window stay.
func (s *Server) Reset() {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	s.journal.entries, s.journal.refused = nil, 0
}
