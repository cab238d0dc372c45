package fake

import (
	"maps"
	"net/http"
	"slices"
	"sync"
)

// Effect is the way in which a fault spoils a request.
type Effect int

const (
	// Respond answers with the fault's Status, Header and Body, before anything is done. Status 0 is 200.
	Respond Effect = iota
	// Refuse makes the dial fail with ECONNREFUSED. It works through Transport only, which asks before each request, kept-alive
	// connection or not; a refused request is counted by Refused and not logged.
	Refuse
	// ResetBefore drops the connection; nothing is done.
	ResetBefore
	// ResetAfter acts, then drops the connection.
	ResetAfter
	// HangBefore does nothing and never answers; it ends when the client goes away.
	HangBefore
	// HangAfter acts and never answers.
	HangAfter
	// Truncate acts and cuts the body in the middle, under the Content-Length of the whole.
	Truncate
	// HTML does nothing and answers 200 with an HTML page, as a proxy would.
	HTML
	// Empty acts and answers 200 with an empty body.
	Empty
)

// Fault spoils matching requests. Of several faults the one injected first acts until it is used up, and those behind it do not
// count the requests it takes. A request over the rate limit meets no fault.
//
// Over a keep-alive connection that is not Transport's, net/http itself may send a GET a second time after a reset.
type Fault struct {
	Method string // "" is any
	Path   string // without /api/v1; "" is any; "{id}" matches one segment
	Skip   int    // so many matching requests pass first
	Times  int    // so many are hit; 0 is every one from then on
	Status int
	Header map[string]string
	Body   string
	Do     Effect
}

// Inject adds a fault.
func (s *Server) Inject(f Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = append(s.faults.list, &f)
}

// ClearFaults removes all faults.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = nil
}

// faults are the faults that still have something to do. Skip and Times are counted down in place.
type faults struct {
	mu   sync.Mutex
	list []*Fault
}

// onDial and onServer tell the two places where a fault can act.
func onDial(e Effect) bool   { return e == Refuse }
func onServer(e Effect) bool { return e != Refuse }

// take gives the fault that hits this request, if one does.
func (f *faults) take(method, path string, here func(Effect) bool) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.list {
		if !here(fault.Do) || !fault.matches(method, path) {
			continue
		}
		if fault.Skip > 0 {
			fault.Skip--
			continue
		}
		hit := *fault
		if fault.Times == 1 {
			f.list = slices.Delete(f.list, i, i+1)
		} else if fault.Times > 1 {
			fault.Times--
		}
		return hit, true
	}
	return Fault{}, false
}

func (f *Fault) matches(method, path string) bool {
	if f.Method != "" && f.Method != method {
		return false
	}
	if f.Path == "" {
		return true
	}
	_, ok := matchPath(f.Path, path)
	return ok
}

// misbehave carries a fault out. hang and drop do not come back.
func (s *Server) misbehave(w http.ResponseWriter, r *http.Request, entry *Request, f Fault) {
	switch f.Do {
	case Respond:
		s.deliver(w, r, entry, f.respond())
		return
	case HTML:
		s.deliver(w, r, entry, page(http.StatusOK, strayPage))
		return
	case HangBefore:
		s.hang(r)
	case ResetBefore:
		drop()
	}
	acted := s.handle(entry)
	switch f.Do {
	case HangAfter:
		s.hang(r)
	case ResetAfter:
		drop()
	case Empty:
		s.deliver(w, r, entry, answer{status: http.StatusOK})
	case Truncate:
		s.delay(r)
		s.journal.answered(entry, acted.status)
		acted.send(w, len(acted.body)/2)
		_ = http.NewResponseController(w).Flush() // best effort: what is not flushed is cut even shorter
		drop()
	}
}

// respond is the answer that a fault asks for.
func (f Fault) respond() answer {
	a := answer{status: f.Status, header: map[string]string{"Content-Type": typeJSON}, body: []byte(f.Body)}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	maps.Copy(a.header, f.Header)
	return a
}
