package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// front is all that stands between the network and the callers' servers.
type front struct {
	options HTTPOptions
	log     *slog.Logger
	guard   guard
	routes  map[string]route
	ready   readiness

	seats    atomic.Pointer[seats]
	changing sync.Mutex // one change of seats at a time
	closed   bool

	draining  atomic.Bool
	listening context.Context // done once streams without end have to stop
	stop      context.CancelFunc

	refused  rate.Sometimes // how often refused logins are logged
	refusals atomic.Int64   // since the last line
}

// route is one path: what may be done there, and whether it takes a token.
type route struct {
	methods []string
	open    bool
	serve   func(http.ResponseWriter, *http.Request, *seat)
}

func newFront(o HTTPOptions) (*front, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	f := &front{
		options: o, log: o.Log, ready: readiness{ask: o.Ready},
		refused: rate.Sometimes{First: 3, Interval: time.Minute},
	}
	var err error
	if f.guard, err = newGuard(o); err != nil {
		return nil, err
	}
	f.routes = f.table()
	f.seats.Store(&seats{})
	f.listening, f.stop = context.WithCancel(context.Background())
	if len(o.Callers) > 0 {
		if err := f.seat(o.Callers); err != nil {
			return nil, err
		}
		return f, nil
	}
	local, err := newSeat(Caller{Name: localCaller}, o.Build, f.log)
	if err != nil {
		return nil, err
	}
	f.seats.Store(&seats{open: true, list: []*seat{local}})
	return f, nil
}

func (f *front) table() map[string]route {
	get := []string{http.MethodGet, http.MethodHead}
	routes := map[string]route{
		"/healthz": {methods: get, open: true, serve: func(w http.ResponseWriter, _ *http.Request, _ *seat) { say(w, "alive") }},
		"/readyz":  {methods: get, open: true, serve: f.readyz},
		"/mcp":     {methods: []string{http.MethodPost, http.MethodDelete}, serve: f.mcp},
	}
	if f.options.Metrics != nil {
		routes["/metrics"] = route{methods: get, serve: func(w http.ResponseWriter, r *http.Request, _ *seat) { f.options.Metrics.ServeHTTP(w, r) }}
	}
	if f.options.SSE {
		routes["/sse"] = route{methods: get[:1], serve: func(w http.ResponseWriter, r *http.Request, s *seat) { s.sse.stream(w, r) }}
		routes["/message"] = route{methods: []string{http.MethodPost}, serve: f.message}
	}
	return routes
}

// ServeHTTP checks a request from the outside in: from where, what, who.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	limitBody(w, r)
	if !f.guard.allowsHost(r.Host) {
		refuse(w, http.StatusForbidden, "this server is not called by that Host; --allowed-hosts lists the names it answers to")
		return
	}
	if !f.guard.allowsOrigin(r) {
		refuse(w, http.StatusForbidden, "pages of that Origin may not call this server; --allowed-origins lists those that may")
		return
	}
	f.guard.admit(w, r)
	to, ok := f.routes[r.URL.Path]
	if !ok {
		refuse(w, http.StatusNotFound, "there is nothing at this path; MCP is at /mcp")
		return
	}
	if r.Method == http.MethodOptions {
		f.guard.preflight(w, to.methods)
		return
	}
	var caller *seat
	if !to.open {
		if caller = f.login(w, r); caller == nil {
			return
		}
	}
	if !slices.Contains(to.methods, r.Method) {
		w.Header().Set("Allow", strings.Join(to.methods, ", "))
		refuse(w, http.StatusMethodNotAllowed, "this path takes "+strings.Join(to.methods, " and "))
		return
	}
	if caller != nil {
		var leave context.CancelFunc
		r, leave = caller.enter(r)
		defer leave()
	}
	to.serve(w, r, caller)
}

// login finds who calls, or refuses the request.
func (f *front) login(w http.ResponseWriter, r *http.Request) *seat {
	all := f.seats.Load()
	if all.open {
		return all.list[0]
	}
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(kind, "Bearer") {
		if found := all.find(strings.TrimSpace(token)); found != nil {
			return found
		}
	}
	f.refusals.Add(1)
	f.refused.Do(func() {
		f.log.Warn("a request without a valid token was refused", "from", r.RemoteAddr, "path", r.URL.Path, "refused", f.refusals.Swap(0))
	})
	w.Header().Set("WWW-Authenticate", "Bearer")
	refuse(w, http.StatusUnauthorized, "a valid token is needed: Authorization: Bearer <token>")
	return nil
}

func (f *front) mcp(w http.ResponseWriter, r *http.Request, s *seat) {
	if r.Method == http.MethodDelete {
		s.end(w, r)
		return
	}
	if body, ok := readBody(w, r); ok {
		s.post(w, r, body, f.listening)
	}
}

func (f *front) message(w http.ResponseWriter, r *http.Request, s *seat) {
	if body, ok := readBody(w, r); ok {
		s.sse.message(w, r, body)
	}
}

func (f *front) readyz(w http.ResponseWriter, r *http.Request, _ *seat) {
	if f.draining.Load() {
		refuse(w, http.StatusServiceUnavailable, "this server is about to stop")
		return
	}
	fresh, err := f.ready.check(r.Context())
	if err == nil {
		say(w, "ready")
		return
	}
	if fresh {
		f.log.Warn("Syncro is not ready", "error", err)
	}
	refuse(w, http.StatusServiceUnavailable, "Syncro does not answer or refuses the key; the log of this server says which")
}

func say(w http.ResponseWriter, status string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"status":"`+status+`"}`+"\n") // a probe that has gone needs no answer
}

// seat puts these callers in the place of those before. Who did not change keeps
// server and sessions; who changed or is gone is cut off. On an error everything
// stays as it was.
func (f *front) seat(callers []Caller) error {
	if len(callers) == 0 {
		return errors.New("there are no callers; without any, everybody could call")
	}
	if err := checkCallers(callers); err != nil {
		return err
	}
	f.changing.Lock()
	defer f.changing.Unlock()
	if f.closed {
		return errors.New("the server has stopped")
	}
	before := f.seats.Load().list
	next, kept := make([]*seat, 0, len(callers)), map[*seat]bool{}
	for _, c := range callers {
		if i := slices.IndexFunc(before, func(s *seat) bool { return s.caller.same(c) }); i >= 0 {
			next, kept[before[i]] = append(next, before[i]), true
			continue
		}
		made, err := newSeat(c, f.options.Build, f.log)
		if err != nil {
			closeAll(next, kept)
			return err
		}
		next = append(next, made)
	}
	f.seats.Store(&seats{list: next})
	closeAll(before, kept)
	return nil
}

func closeAll(list []*seat, but map[*seat]bool) {
	for _, s := range list {
		if !but[s] {
			s.close()
		}
	}
}

// reload reads the callers again.
func (f *front) reload() {
	callers, err := f.options.Reload()
	if err == nil {
		err = f.seat(callers)
	}
	if err != nil {
		f.log.Error("the callers were not read again; those before stay in force", "error", err)
		return
	}
	f.log.Info("the callers were read again", "callers", fmt.Sprint(callers))
}

// close cuts everybody off.
func (f *front) close() {
	f.changing.Lock()
	defer f.changing.Unlock()
	f.closed = true
	f.stop()
	closeAll(f.seats.Load().list, nil)
}
