package serve

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

const (
	// keepAlive is how often a silent stream says that it is still there: many
	// proxies cut what is silent for a minute, some for 30 seconds.
	keepAlive = 15 * time.Second
	// writeTime is how long a client may take to read what it is sent. There is
	// no limit for the whole answer, for a stream has no end.
	writeTime = time.Minute

	eventStream = "text/event-stream"
)

// answer is the response to one POST to /mcp. It starts as whatever the library
// makes of it, and becomes an event stream when there is something to say before
// the result: a notice of the call, or that a long call still runs.
type answer struct {
	notices *notices
	header  http.Header // the library's: it fills it in while notices are written
	cancel  func()      // ends the call whose client does not read
	streams bool        // the client takes event streams

	mu      sync.Mutex // below: one event is written at a time
	to      http.ResponseWriter
	control *http.ResponseController
	state   answerState
}

type answerState int

const (
	unsent    answerState = iota
	plain                 // the library's answer goes through as it is
	streaming             // the library writes events
	wrapping              // this answer began the stream, so what the library writes becomes an event
)

func newAnswer(w http.ResponseWriter, streams bool, cancel func()) *answer {
	a := &answer{to: w, control: http.NewResponseController(w), header: http.Header{}, streams: streams, cancel: cancel}
	a.notices = newNotices(a.notice, keepAlive, a.stillHere)
	return a
}

// Header is what the library says of its answer.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader starts the answer, unless a notice already has.
func (a *answer) WriteHeader(status int) {
	a.notices.settled()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.start(status)
}

func (a *answer) start(status int) {
	isStream := a.header.Get("Content-Type") == eventStream
	switch {
	case a.state == wrapping && isStream:
		a.state = streaming
	case a.state == unsent && isStream:
		a.stream(a.header)
		a.state = streaming
	case a.state == unsent:
		maps.Copy(a.to.Header(), a.header)
		a.to.WriteHeader(status)
		a.state = plain
	}
}

// stream starts the event stream.
func (a *answer) stream(header http.Header) {
	maps.Copy(a.to.Header(), header)
	startStream(a.to)
}

// Write writes what the library says after the notices that came before it.
func (a *answer) Write(p []byte) (int, error) {
	a.notices.settled()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.start(http.StatusOK)
	if a.state == wrapping {
		if err := a.event(bytes.TrimRight(p, "\n")); err != nil {
			return 0, err
		}
		return len(p), nil
	}
	return len(p), a.send(p, false)
}

// Flush sends off what was written. It also makes the library stream.
func (a *answer) Flush() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.state == streaming {
		_ = a.send(nil, true)
	}
}

// notice writes a notice of the call.
func (a *answer) notice(n mcp.JSONRPCNotification) {
	text, err := json.Marshal(n)
	if err != nil || !a.streams {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.begun() {
		_ = a.event(text)
	}
}

// stillHere keeps proxies from cutting a call that takes long, or a stream on
// which nothing happens.
func (a *answer) stillHere() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.streams && a.begun() {
		_ = a.send([]byte(": still here\n\n"), true)
	}
}

// begun starts the stream where nothing was sent yet, and tells whether events
// can be written.
func (a *answer) begun() bool {
	if a.state == unsent {
		a.stream(nil)
		a.state = wrapping
	}
	return a.state != plain
}

func (a *answer) event(text []byte) error { return a.send(messageEvent(text), true) }

func (a *answer) send(p []byte, flush bool) error {
	err := sendInTime(a.to, a.control, p, flush)
	if err != nil {
		a.cancel()
	}
	return err
}

// close ends the notices. The answer is not used after it.
func (a *answer) close() { a.notices.close() }

func startStream(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Content-Type", eventStream)
	header.Set("Cache-Control", "no-cache")
	header.Set("X-Accel-Buffering", "no") // else nginx keeps events back until it has a block full
	w.WriteHeader(http.StatusOK)
}

// messageEvent frames one JSON text, which has no line breaks of its own.
func messageEvent(text []byte) []byte {
	framed := append([]byte("event: message\ndata: "), text...)
	return append(framed, "\n\n"...)
}

// sendInTime writes with a limit for this write alone: one for the connection
// would end streams, which live on while nothing is written.
func sendInTime(w http.ResponseWriter, control *http.ResponseController, p []byte, flush bool) error {
	// A writer that knows no deadlines, as in tests, cannot stall either.
	_ = control.SetWriteDeadline(time.Now().Add(writeTime))
	defer func() { _ = control.SetWriteDeadline(time.Time{}) }()
	if _, err := w.Write(p); err != nil {
		return err
	}
	if flush {
		return control.Flush()
	}
	return nil
}
