package syncro

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	maxAttempts    = 4
	attemptTimeout = 20 * time.Second
	callTimeout    = 50 * time.Second // one call with its waits and retries, where the caller set no deadline; clients wait a minute
	bulkTimeout    = 15 * time.Minute // the same for bulk work, which waits for others
	maxBody        = 32 << 20         // bytes of an answer, uncompressed
	backoffStart   = 500 * time.Millisecond
	backoffMost    = 8 * time.Second
)

// call is one request as a method of the client wants it.
type call struct {
	method     string
	path       string // below /api/v1, each variable part escaped
	query      url.Values
	body       any    // marshalled as JSON; nil: none
	doing      string // `reading asset 98765`, for errors
	permission string // the permission that it needs, as Syncro's admin pages call it
}

// answer is a 2xx answer.
type answer struct {
	status int
	html   bool // a web page instead of the API's JSON
	body   []byte
}

// do sends a call, within the budget, as often as it is safe and useful.
//
// A request that changes nothing or can be repeated (GET, PUT, DELETE) is
// repeated on 429, 502, 503, 504, lost connections and timeouts. A POST is
// repeated only when it surely did not act: on 429 and when no connection came
// about; otherwise it ends as OutcomeUnknown.
func (c *Client) do(ctx context.Context, r call) (answer, error) {
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		most := callTimeout
		if c.bulk {
			most = bulkTimeout
		}
		ctx, cancel = context.WithTimeout(ctx, most)
		defer cancel()
	}
	body, err := encodeBody(r)
	if err != nil {
		return answer{}, err
	}
	mayHaveActed := false
	for attempt := 1; ; attempt++ {
		if err := c.budget.acquire(ctx, c.bulk, r.doing); err != nil {
			return answer{}, c.gaveUp(ctx, r, err, mayHaveActed)
		}
		got, failure := c.attempt(ctx, r, body)
		c.budget.release()
		if failure == nil {
			return got, nil
		}
		failure.Message = strings.ReplaceAll(failure.Message, c.owner.key, "[key]") // some servers echo what they got
		if failure.Kind == RateLimited {
			c.budget.pause(failure.RetryAfter)
		}
		mayHaveActed = mayHaveActed || failure.maybeDone
		if failure.Kind == Unauthorized && c.keyWorks(ctx, r) {
			lacksPermission(failure, r)
		}
		c.log.Debug("request failed", "method", r.method, "path", r.path, "attempt", attempt, "status", failure.Status, "kind", failure.Kind)
		if ctx.Err() != nil || attempt == maxAttempts || !repeatable(r.method, failure) {
			return answer{}, c.gaveUp(ctx, r, failure, mayHaveActed)
		}
		if failure.Kind != RateLimited { // the budget itself waits after a 429
			if err := sleep(ctx, backoff(attempt)); err != nil {
				return answer{}, c.gaveUp(ctx, r, failure, mayHaveActed)
			}
		}
	}
}

// repeatable tells whether another attempt is safe and may help.
func repeatable(method string, failure *Error) bool {
	if failure.Kind == RateLimited {
		return true
	}
	transient := failure.Status == 0 && failure.Kind != TooLarge ||
		failure.Status == http.StatusBadGateway || failure.Status == http.StatusServiceUnavailable || failure.Status == http.StatusGatewayTimeout
	return transient && (method != http.MethodPost || !failure.maybeDone)
}

// gaveUp makes the final error of a call: it knows whether a change may have
// been made by one of the attempts.
func (c *Client) gaveUp(ctx context.Context, r call, err error, mayHaveActed bool) error {
	var failure *Error
	if !errors.As(err, &failure) {
		failure = &Error{Kind: Timeout, Doing: r.doing, Err: err, Message: "the call was ended before Syncro answered", Next: "Try again"}
	}
	if errors.Is(ctx.Err(), context.Canceled) && !mayHaveActed {
		return fmt.Errorf("%s: %w", r.doing, context.Canceled)
	}
	if mayHaveActed {
		final := *failure
		final.maybeDone = true
		if r.method == http.MethodPost {
			final.Kind = OutcomeUnknown
			final.Next = "It may or may not have been carried out: look before you repeat it"
		}
		return &final
	}
	return failure
}

// attempt sends one request and judges the answer.
func (c *Client) attempt(ctx context.Context, r call, body []byte) (answer, *Error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	request, err := c.newRequest(ctx, r, body)
	if err != nil {
		return answer{}, &Error{Kind: Internal, Doing: r.doing, Message: "the request could not be built", Err: err}
	}
	c.sent.Add(1)
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, c.connectionFailed(ctx, r, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	ok := response.StatusCode >= 200 && response.StatusCode < 300
	switch {
	case len(text) > maxBody:
		return answer{}, &Error{Kind: TooLarge, Doing: r.doing, Status: response.StatusCode, maybeDone: r.changes(),
			Message: fmt.Sprintf("Syncro's answer is larger than %d MiB", maxBody>>20), Next: "Ask for less at once"}
	case err != nil && ok:
		failure := c.connectionFailed(ctx, r, err)
		failure.Message = "Syncro's answer broke off before its end"
		return answer{}, failure
	case !ok:
		return answer{}, refusal(r, response, text)
	}
	return answer{status: response.StatusCode, html: isHTML(response.Header, text), body: text}, nil
}

func (c *Client) newRequest(ctx context.Context, r call, body []byte) (*http.Request, error) {
	target := *c.base
	target.Path += "/api/v1" + r.path
	target.RawPath = ""
	target.RawQuery = r.query.Encode()
	var reader io.Reader = emptyBody{}
	if body != nil {
		reader = bytes.NewReader(body)
	}
	request, err := http.NewRequestWithContext(ctx, r.method, target.String(), reader)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.owner.key)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.userAgent)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	return request, nil
}

// emptyBody is no body at all, in a form that keeps net/http from repeating a
// GET on its own after a lost connection: such a repeat would leave uncounted.
type emptyBody struct{}

func (emptyBody) Read([]byte) (int, error) { return 0, io.EOF }

func (r call) changes() bool { return r.method != http.MethodGet }

// connectionFailed tells a request that never left from one whose fate is unknown.
func (c *Client) connectionFailed(ctx context.Context, r call, err error) *Error {
	failure := &Error{Kind: Unavailable, Doing: r.doing, Err: plainCause(err), maybeDone: r.changes(),
		Message: "the connection to Syncro was lost before an answer came", Next: "Try again in a minute"}
	var dial *net.OpError
	switch {
	case errors.As(err, &dial) && dial.Op == "dial":
		failure.maybeDone = false
		failure.Message = fmt.Sprintf("no connection to %s: %v", c.base.Host, dial.Err)
		failure.Next = "Check the network, the subdomain and Syncro's status page"
	case ctx.Err() != nil || isTimeout(err):
		failure.Kind = Timeout
		failure.Message = "Syncro did not answer in time"
	}
	return failure
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// plainCause drops the URL that net/http puts around an error: it is long and says nothing new.
func plainCause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func encodeBody(r call) ([]byte, error) {
	if r.body == nil {
		return nil, nil
	}
	body, err := json.Marshal(r.body)
	if err != nil {
		return nil, &Error{Kind: InvalidArgument, Doing: r.doing, Message: "a value cannot be sent as JSON", Err: err}
	}
	return body, nil
}

// backoff grows with each attempt and is drawn at random, so that callers who
// failed together do not return together.
func backoff(attempt int) time.Duration {
	most := min(backoffStart<<(attempt-1), backoffMost)
	return most/2 + rand.N(most/2)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retryAfter reads the header's two forms, seconds and an HTTP date.
func retryAfter(header http.Header) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, longestPause.Seconds()) * float64(time.Second))
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
