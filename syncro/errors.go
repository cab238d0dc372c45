package syncro

import (
	"errors"
	"strings"
	"time"
)

// Kind says what sort of trouble an [Error] is; its values are the words a user reads.
type Kind string

// The kinds of trouble a call can end in.
const (
	InvalidArgument  Kind = "invalid_argument"  // the caller asked for something that makes no sense; nothing was sent
	Unauthorized     Kind = "unauthorized"      // Syncro does not know the key
	Forbidden        Kind = "forbidden"         // the key is good but lacks a permission
	NotFound         Kind = "not_found"         // Syncro has no such record
	ValidationFailed Kind = "validation_failed" // Syncro refused the values
	RateLimited      Kind = "rate_limited"      // no request could be sent, or Syncro took none, before the deadline
	Unavailable      Kind = "unavailable"       // Syncro could not be reached or did not answer sensibly
	Timeout          Kind = "timeout"           // the caller's deadline passed
	OutcomeUnknown   Kind = "outcome_unknown"   // a change may or may not have been made
	Unsupported      Kind = "unsupported"       // this account's API has no such operation
	TooLarge         Kind = "too_large"         // the answer is over the limit
	Internal         Kind = "internal"          // a fault of this program
)

// Error is every error this package returns, besides a context's own
// cancellation. Its texts are written for the person who asked; none of them
// ever holds the API key.
type Error struct {
	Kind    Kind
	Doing   string // what was being done, to which record: `reading asset 98765`
	Message string // what happened, one sentence without a full stop
	Next    string // what to do next, one sentence; may be empty
	Status  int    // HTTP status, 0 when there was no answer

	RetryAfter time.Duration // for RateLimited: how long to wait; 0 when not known
	Err        error         // the cause, if there is one

	// maybeDone: a change was sent and its answer was lost or unusable, so it may have been made.
	maybeDone bool
	// noRoute: a 404 that was not the API's own JSON, so the route itself is missing.
	noRoute bool
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Doing != "" {
		b.WriteString(e.Doing)
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	if e.Next != "" {
		b.WriteString(". ")
		b.WriteString(e.Next)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// IsKind tells whether err is, or wraps, an [Error] of this kind.
func IsKind(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}

// maybeDone tells whether the change that err ended may have been made all the same.
func maybeDone(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.maybeDone
}

// routeMissing tells whether err means that the account's API lacks the route.
func routeMissing(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.noRoute
}
