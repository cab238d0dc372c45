package serve

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"syncro-mcp/internal/tool"
)

// sessionIdle is how long a session may lie idle. It must be longer than a call
// that waits for a person and then acts, for only the start of a call counts.
const sessionIdle = 30 * time.Minute

// seat is the server of one caller. Nothing in it is shared with other callers:
// a session, a stream or a request of one does not exist for another.
type seat struct {
	caller   Caller
	sum      [sha256.Size]byte // of the token
	server   *server.MCPServer
	sessions *sessions
	mcp      *server.StreamableHTTPServer
	sse      *sseHub
	life     context.Context // done once the caller is cut off
	cut      context.CancelFunc
}

type noticesKey struct{}

func newSeat(c Caller, build func(Caller) (*server.MCPServer, error), log *slog.Logger) (*seat, error) {
	made, err := build(c)
	if err != nil {
		return nil, fmt.Errorf("caller %s: %w", c.shown(), err)
	}
	s := &seat{caller: c, sum: sha256.Sum256([]byte(c.Token)), server: made, sessions: newSessions(mostSessions), sse: newSSEHub(made, log)}
	s.life, s.cut = context.WithCancel(context.Background())
	s.mcp = server.NewStreamableHTTPServer(made,
		server.WithSessionIdManager(s.sessions),
		server.WithSessionIdleTTL(sessionIdle),
		server.WithDisableStreaming(true),
		server.WithDisableLocalhostProtection(true), // the guard has looked
		server.WithStreamableHTTPLogger(slog.New(failuresOnly{log.Handler()})),
		server.WithHTTPContextFunc(func(ctx context.Context, _ *http.Request) context.Context {
			if own, ok := ctx.Value(noticesKey{}).(*notices); ok {
				return own.adopt(ctx, made)
			}
			return ctx
		}),
	)
	return s, nil
}

// failuresOnly leaves out the library's remarks on every session.
type failuresOnly struct{ slog.Handler }

// Enabled lets errors through.
func (failuresOnly) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelError
}

// enter makes a request one of this caller, which ends when the caller is cut off.
func (s *seat) enter(r *http.Request) (*http.Request, context.CancelFunc) {
	ctx, cancel := context.WithCancel(tool.WithCaller(r.Context(), s.caller.Name))
	stop := context.AfterFunc(s.life, cancel)
	return r.WithContext(ctx), func() { stop(); cancel() }
}

// post serves POST /mcp. What listens for changes without end stops with listening.
func (s *seat) post(w http.ResponseWriter, r *http.Request, body []byte, listening context.Context) {
	m, id := peek(r.Header, body), r.Header.Get(server.HeaderKeySessionID)
	switch {
	case m.Method == mcp.MethodNotificationCancelled && (m.modern || id == ""):
		// Requests without a session share one key in the library: this would
		// cancel whichever of them has that id. Closing the stream is the way.
		w.WriteHeader(http.StatusAccepted)
		return
	case m.readable && !m.modern && id == "" && m.Method != mcp.MethodInitialize:
		refuse(w, http.StatusBadRequest, "the Mcp-Session-Id header is missing; send what the answer to initialize gave")
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	if m.Method == mcp.MethodSubscriptionsListen {
		defer context.AfterFunc(listening, cancel)()
	}
	if !m.modern {
		defer s.sessions.hold(id)()
	}
	a := newAnswer(w, takesStreams(r.Header), cancel)
	defer a.close()
	if m.runsOurCode() {
		ctx = context.WithValue(ctx, noticesKey{}, a.notices)
	}
	r = r.WithContext(ctx)
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.mcp.ServeHTTP(a, r)
	if m.Method == mcp.MethodInitialize {
		for _, id := range s.sessions.surplus() {
			s.forget(id)
		}
	}
}

func takesStreams(header http.Header) bool {
	accepted := strings.Join(header.Values("Accept"), ",")
	return strings.Contains(accepted, eventStream) || strings.Contains(accepted, "*/*") || strings.Contains(accepted, "text/*")
}

// end serves DELETE /mcp.
func (s *seat) end(w http.ResponseWriter, r *http.Request) {
	id := r.Header.Get(server.HeaderKeySessionID)
	modern := mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion))
	if _, err := s.sessions.Validate(id); err != nil && !modern {
		refuse(w, http.StatusNotFound, "there is no such session, or it has ended")
		return
	}
	s.mcp.ServeHTTP(w, r)
}

// forget has the library drop what it keeps of a session. Only a DELETE does that.
func (s *seat) forget(id string) {
	r := &http.Request{Method: http.MethodDelete, URL: &url.URL{Path: "/mcp"}, Header: http.Header{server.HeaderKeySessionID: {id}}}
	s.mcp.ServeHTTP(nowhere{}, r)
}

// nowhere takes an answer that nobody reads.
type nowhere struct{}

// Header is a header that nobody reads.
func (nowhere) Header() http.Header { return http.Header{} }

// Write takes everything.
func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

// WriteHeader takes every status.
func (nowhere) WriteHeader(int) {}

// close cuts the caller off: what runs is cancelled, apart from what was approved
// and sent.
func (s *seat) close() {
	s.cut()
	s.sse.drain()
	_ = s.mcp.Shutdown(context.Background()) // it has no server of its own to fail to stop
}

// seats are all callers. Where open, there is one, and no token is demanded.
type seats struct {
	open bool
	list []*seat
}

// find compares the token with every caller's and takes as long for each, so that
// time tells nothing of a token.
func (t seats) find(token string) *seat {
	sum := sha256.Sum256([]byte(token))
	at := -1
	for i, s := range t.list {
		at = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(sum[:], s.sum[:]), i, at)
	}
	if at < 0 {
		return nil
	}
	return t.list[at]
}
