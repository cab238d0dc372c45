package fake

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	prefix  = "/api/v1"
	maxBody = 32 << 20
)

// ServeHTTP answers one request of the API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Read first: only then does net/http watch the connection and end the context when the client goes away.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	entry := &Request{
		Method: r.Method,
		Path:   strings.TrimPrefix(r.URL.Path, prefix),
		Query:  r.URL.Query(),
		Header: r.Header.Clone(),
		Body:   body,
		At:     time.Now(),
	}
	s.journal.add(entry)
	if err != nil {
		drop()
	}
	if wait := s.window.admit(entry.At); wait > 0 {
		s.deliver(w, r, entry, s.overLimit(wait))
		return
	}
	if !strings.HasPrefix(r.URL.Path, prefix+"/") {
		s.deliver(w, r, entry, page(http.StatusNotFound, notFoundPage))
		return
	}
	if fault, hit := s.faults.take(entry.Method, entry.Path, onServer); hit {
		s.misbehave(w, r, entry, fault)
		return
	}
	s.deliver(w, r, entry, s.handle(entry))
}

// handle acts on a request and gives the answer it deserves.
func (s *Server) handle(r *Request) answer {
	route, ids, found := s.find(r.Method, r.Path)
	if !found {
		return page(http.StatusNotFound, notFoundPage)
	}
	if !s.authorized(r.Header) {
		return failure(http.StatusUnauthorized, "Unauthorized")
	}
	// A permission that is missing is a 401 too, not a 403.
	if slices.Contains(s.options.Deny, route.needs) {
		return failure(http.StatusUnauthorized, notAuthorized)
	}
	body, problem := parse(r)
	if problem != "" {
		return failure(http.StatusBadRequest, problem)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return route.act(s, call{ids: ids, query: r.Query, body: body, now: r.At.UTC()})
}

func (s *Server) authorized(header http.Header) bool {
	want := "Bearer " + s.options.Key
	return subtle.ConstantTimeCompare([]byte(header.Get("Authorization")), []byte(want)) == 1
}

// parse reads the body as one JSON object. An empty body is an empty object: some routes take all from the query.
func parse(r *Request) (record, string) {
	if len(r.Body) == 0 || r.Method == http.MethodGet {
		return record{}, ""
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return nil, "Invalid parameters: Content-Type must be application/json"
	}
	var body record
	if err := json.Unmarshal(r.Body, &body); err != nil || body == nil {
		return nil, "Invalid parameters: the request body is not a JSON object"
	}
	return body, ""
}

func (s *Server) overLimit(wait time.Duration) answer {
	limited := failure(http.StatusTooManyRequests,
		fmt.Sprintf("Rate limit exceeded. %d requests per minute are allowed.", s.options.PerMinute))
	limited.header["Retry-After"] = strconv.Itoa(int(math.Ceil(wait.Seconds())))
	return limited
}

// deliver waits out the latency and sends the whole answer.
func (s *Server) deliver(w http.ResponseWriter, r *http.Request, entry *Request, a answer) {
	s.delay(r)
	s.journal.answered(entry, a.status)
	a.send(w, len(a.body))
}

// delay waits for the latency of this account; a client that leaves meanwhile gets nothing.
func (s *Server) delay(r *http.Request) {
	if s.options.Latency <= 0 {
		return
	}
	timer := time.NewTimer(s.options.Latency)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
		drop()
	case <-s.closed:
		drop()
	}
}

// hang holds the connection until the client goes away or the server closes.
func (s *Server) hang(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-s.closed:
	}
	drop()
}

// drop ends the connection without another byte; net/http keeps this panic out of its log.
func drop() { panic(http.ErrAbortHandler) }
