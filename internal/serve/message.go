package serve

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

const (
	mostBody = 4 << 20
	bodyTime = 30 * time.Second // to send a body in, once the headers are here
)

// message is what the front has to know of a body before the library reads it.
type message struct {
	readable bool // it is one JSON object
	modern   bool // of 2026-07-28 or later, which knows no sessions
	ID       json.RawMessage
	Method   mcp.MCPMethod
}

// peek reads the parts with the very rules of the library: where the two read one
// body differently, a check here would not hold there.
func peek(header http.Header, body []byte) message {
	var m message
	m.readable = json.Unmarshal(body, &m) == nil
	var wrapper struct {
		Params struct {
			Meta *mcp.Meta `json:"_meta"`
		} `json:"params"`
	}
	if json.Unmarshal(body, &wrapper) == nil {
		m.modern = mcp.IsModernProtocol(wrapper.Params.Meta.ProtocolVersion())
	}
	m.modern = m.modern || mcp.IsModernProtocol(header.Get(mcp.HeaderProtocolVersion))
	return m
}

// runsOurCode tells whether the method may take long and speak of its progress.
func (m message) runsOurCode() bool {
	switch m.Method {
	case mcp.MethodToolsCall, mcp.MethodResourcesRead, mcp.MethodPromptsGet,
		mcp.MethodSubscriptionsListen: // its acknowledgement is a notice that must come first
		return true
	}
	return false
}

// limitBody limits the time that a body may take: also one that nobody reads
// holds the connection, for net/http looks for its end.
func limitBody(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		// A writer that knows no deadlines, as in tests, reads from memory.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
	}
}

// readBody reads the one JSON text of a POST, or refuses the request. Demanding
// JSON makes browsers ask first: a plain form can be sent from any page unasked.
func readBody(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "the body must be JSON and say so: Content-Type: application/json")
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody))
	if err == nil {
		// The connection is watched while the call runs, and must not seem lost.
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		return body, true
	}
	switch _, tooLong := errors.AsType[*http.MaxBytesError](err); {
	case tooLong:
		refuse(w, http.StatusRequestEntityTooLarge, "the body is longer than 4 MiB")
	case errors.Is(err, os.ErrDeadlineExceeded):
		refuse(w, http.StatusRequestTimeout, "the body did not arrive within 30 seconds")
	default:
		refuse(w, http.StatusBadRequest, "the body could not be read")
	}
	return nil, false
}

// refuse answers with a sentence instead of what was asked for.
func refuse(w http.ResponseWriter, status int, sentence string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	text, err := json.Marshal(map[string]string{"error": sentence})
	if err == nil {
		_, _ = w.Write(append(text, '\n')) // a client that has gone needs no reason
	}
}
