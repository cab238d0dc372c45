package tool

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"syncro-mcp/syncro"
)

// Code is the first word of an error's text.
type Code string

// The codes, the same words as the kinds of the REST client's errors.
const (
	InvalidArgument  Code = "invalid_argument"
	Unauthorized     Code = "unauthorized"
	Forbidden        Code = "forbidden"
	NotFound         Code = "not_found"
	ValidationFailed Code = "validation_failed"
	RateLimited      Code = "rate_limited"
	Unavailable      Code = "unavailable"
	Timeout          Code = "timeout"
	OutcomeUnknown   Code = "outcome_unknown"
	Unsupported      Code = "unsupported"
	TooLarge         Code = "too_large"
	Internal         Code = "internal"
)

const (
	longestMessage = 400  // runes of a REST error's message: the rest is the API's prose
	longestError   = 1500 // runes of any error text; lists of names need more than a sentence
)

// Error is an error whose text is written for the caller.
type Error struct {
	Code Code
	Text string // what happened, and in a second sentence what to do next
}

// Errorf makes an Error. The text says what happened and what to do next;
// whatever comes from the API or the caller stands in it through Quote.
func Errorf(code Code, format string, a ...any) *Error {
	return &Error{Code: code, Text: fmt.Sprintf(format, a...)}
}

// Error gives the text as the caller sees it: code, what happened, what to do next.
func (e *Error) Error() string {
	return string(e.Code) + ": " + cut(cleanLine(e.Text), longestError)
}

// explain turns any error into one whose text may be shown, or tells that it
// knows no such text: then only the log may hold what err says. maybeChanged
// tells that the call had begun to change something.
func explain(err error, maybeChanged bool) (shown *Error, known bool) {
	if own, ok := errors.AsType[*Error](err); ok {
		return own, true
	}
	if rest, ok := errors.AsType[*syncro.Error](err); ok {
		return restError(rest), true
	}
	switch {
	case errors.Is(err, context.Canceled):
		return Errorf(Timeout, "the call was cancelled before it ended. %s", again(maybeChanged)), true
	case errors.Is(err, context.DeadlineExceeded):
		return Errorf(Timeout, "the call took longer than it was given. %s", again(maybeChanged)), true
	}
	return Errorf(Internal, "this server ran into a fault of its own, and its log says which. %s", again(maybeChanged)), false
}

// again is the way on after a call that broke off at an unknown point.
func again(maybeChanged bool) string {
	if maybeChanged {
		return "Read the record to see whether the change was made before you try again."
	}
	return "Nothing was changed. Call again; if it happens again, ask for less at once or tell the owner of this server."
}

func restError(e *syncro.Error) *Error {
	var b strings.Builder
	if e.Doing != "" {
		b.WriteString(e.Doing + ": ")
	}
	b.WriteString(Clip(e.Message, longestMessage))
	if e.Next != "" {
		return Errorf(Code(e.Kind), "%s %s", sentence(b.String()), sentence(e.Next))
	}
	return Errorf(Code(e.Kind), "%s", sentence(b.String()))
}

// sentence ends text with a full stop unless it ends already.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}
