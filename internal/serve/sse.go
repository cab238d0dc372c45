package serve

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// sseHub is the transport of 2024-11-05 for one caller: answers come on the
// stream of GET /sse, messages go to POST /message. It is not the library's,
// which lets any web page read the stream, runs calls on after their client has
// gone, forgets them when the server stops, and writes notices after results.
type sseHub struct {
	server *server.MCPServer
	log    *slog.Logger

	mu       sync.Mutex
	sessions map[string]*sseSession
	closing  bool
	calls    sync.WaitGroup // also those whose client has gone
}

func newSSEHub(s *server.MCPServer, log *slog.Logger) *sseHub {
	return &sseHub{server: s, log: log, sessions: map[string]*sseSession{}}
}

// stream serves GET /sse until the client goes or the hub has drained.
func (h *sseHub) stream(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	s := &sseSession{
		id: rand.Text(), life: ctx,
		broadcasts: make(chan mcp.JSONRPCNotification, mostNotices), messages: make(chan []byte), idle: make(chan struct{}),
	}
	if !h.open(ctx, s) {
		refuse(w, http.StatusServiceUnavailable, "this server is about to stop or has too many streams open")
		return
	}
	defer h.close(context.WithoutCancel(ctx), s)
	control := http.NewResponseController(w)
	startStream(w)
	send := func(p []byte) bool { return sendInTime(w, control, p, true) == nil }
	if send([]byte("event: endpoint\ndata: /message?sessionId=" + s.id + "\n\n")) {
		s.write(send)
	}
}

func (h *sseHub) open(ctx context.Context, s *sseSession) bool {
	h.mu.Lock()
	full := h.closing || len(h.sessions) >= mostSessions
	if !full {
		h.sessions[s.id] = s
	}
	h.mu.Unlock()
	return !full && h.server.RegisterSession(ctx, s) == nil
}

func (h *sseHub) close(ctx context.Context, s *sseSession) {
	h.mu.Lock()
	delete(h.sessions, s.id)
	h.mu.Unlock()
	h.server.UnregisterSession(ctx, s.id)
}

// message takes POST /message; body is one message for the session named in the query.
func (h *sseHub) message(w http.ResponseWriter, r *http.Request, body []byte) {
	id := r.URL.Query().Get("sessionId")
	h.mu.Lock()
	s := h.sessions[id]
	if s == nil || h.closing {
		h.mu.Unlock()
		refuse(w, http.StatusNotFound, "there is no such session, or it has ended; open /sse anew")
		return
	}
	h.calls.Add(1)
	s.calls.Add(1)
	h.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
	go func() {
		defer h.calls.Done()
		defer s.calls.Done()
		h.handle(s, body)
	}()
}

// handle runs one message to its end. Its life is that of the stream, not that of
// the POST that brought it.
func (h *sseHub) handle(s *sseSession, body []byte) {
	m := peek(nil, body)
	if m.readable && m.Method == "" {
		return // an answer, and nothing was asked
	}
	ctx := h.server.WithContext(s.life, s)
	// Auto-negotiating clients would try the newest version, which has no place here.
	ctx = server.WithSupportedProtocolVersions(ctx, mcp.LegacyProtocolVersions())
	settled := func() {}
	if m.runsOurCode() {
		own := newNotices(s.notice, 0, nil)
		defer own.close()
		ctx, settled = own.adopt(ctx, h.server), own.settled
	}
	answer := handled(ctx, h.server, body, h.log)
	settled()
	if answer != nil {
		s.say(answer)
	}
}

// handled is the answer to one message as JSON; nil where there is none to give.
// A panic would end the process here, outside of net/http's care.
func handled(ctx context.Context, s *server.MCPServer, body []byte, log *slog.Logger) (answer []byte) {
	failed := func() []byte {
		var request struct {
			ID json.RawMessage `json:"id"`
		}
		if json.Unmarshal(body, &request) != nil || len(request.ID) == 0 {
			return nil
		}
		return []byte(`{"jsonrpc":"2.0","id":` + string(request.ID) + `,"error":{"code":-32603,"message":"internal error"}}`)
	}
	defer func() {
		if fault := recover(); fault != nil {
			log.Error("a message was not handled", "panic", fault, "stack", string(debug.Stack()))
			answer = failed()
		}
	}()
	response := s.HandleMessage(ctx, body)
	if response == nil {
		return nil
	}
	text, err := json.Marshal(response)
	if err != nil {
		log.Error("an answer does not marshal", "error", err)
		return failed()
	}
	return text
}

// drain takes no more and ends each stream once its calls are answered.
func (h *sseHub) drain() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return
	}
	h.closing = true
	for _, s := range h.sessions {
		go func() {
			s.calls.Wait()
			close(s.idle)
		}()
	}
}

// sseSession is one stream and what is sent on it.
type sseSession struct {
	id          string
	life        context.Context              // of the stream
	broadcasts  chan mcp.JSONRPCNotification // of no call
	messages    chan []byte                  // JSON
	idle        chan struct{}                // closed once the hub drains and every call is answered
	calls       sync.WaitGroup
	initialized atomic.Bool
	clientInfo
}

// say sends one message, and returns once it is on its way or the client has gone:
// so a call counts as done only after its answer, and that comes after its notices.
func (s *sseSession) say(text []byte) {
	select {
	case s.messages <- text:
	case <-s.life.Done():
	}
}

func (s *sseSession) notice(n mcp.JSONRPCNotification) {
	if text, err := json.Marshal(n); err == nil {
		s.say(text)
	}
}

// write sends until the client goes or there is nothing more to come.
func (s *sseSession) write(send func([]byte) bool) {
	tick := time.NewTicker(keepAlive)
	defer tick.Stop()
	for ok := true; ok; {
		select {
		case text := <-s.messages:
			ok = send(messageEvent(text))
		case n := <-s.broadcasts:
			if text, err := json.Marshal(n); err == nil {
				ok = send(messageEvent(text))
			}
		case <-tick.C:
			ok = send([]byte(": still here\n\n"))
		case <-s.idle:
			return
		case <-s.life.Done():
			return
		}
	}
}

// SessionID is the name under which the client sends its messages.
func (s *sseSession) SessionID() string { return s.id }

// NotificationChannel takes what goes to the client without being asked for.
func (s *sseSession) NotificationChannel() chan<- mcp.JSONRPCNotification { return s.broadcasts }

// Initialize notes that the client has introduced itself.
func (s *sseSession) Initialize() { s.initialized.Store(true) }

// Initialized tells whether the client has introduced itself.
func (s *sseSession) Initialized() bool { return s.initialized.Load() }
