// Package syncro is a client for the Syncro MSP REST API, as far as work with
// assets needs it.
//
// The API is spoken in two dialects, the documented one and the one production
// accounts speak, and some accounts sit in between. The client is never told
// which: a record tells its own, requests go out in a form that either accepts,
// and routes that only some accounts have are found out once and remembered.
//
// Every method sends its requests through one loop, which keeps the request
// budget, retries what is safe to repeat and turns every failure into an
// [Error] that says what happened and what to do next.
package syncro

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options configure a [Client]. BaseURL and Key are required.
type Options struct {
	BaseURL   string            // scheme and host of the account, for example https://acme.syncromsp.com; plain http only to loopback
	Key       string            // API token; a trailing newline is removed
	Rate      int               // requests in any 60 s; 0: 180; negative: no limit
	Transport http.RoundTripper // nil: a pooled HTTP/1.1 transport that obeys the proxy settings of the environment
	Log       *slog.Logger      // nil: no log; never receives the key or a body
	UserAgent string            // "": "syncro-mcp"
}

// Client speaks to one Syncro account. It is safe for concurrent use.
type Client struct {
	*account
	owner *owner
	bulk  bool // leave room in the budget for others
}

// owner is whose key goes with the requests: Syncro books every change to it.
type owner struct {
	key        string
	worksUntil atomic.Int64 // Unix nanoseconds: /me has accepted the key, and until then it need not be asked again
}

// account is what all views of one client share.
type account struct {
	base      *url.URL
	http      *http.Client
	log       *slog.Logger
	userAgent string
	budget    *budget
	sent      atomic.Uint64 // requests that left

	deleteRoute atomic.Int32  // whether assets can be deleted, once known
	scriptRoute atomic.Int32  // which of the two run routes exists, once known
	assetLocks  keyedLocks    // one change of an asset at a time
	workLocks   keyedLocks    // one longer piece of work on an asset at a time
	createLocks keyedLocks    // one creation for a customer at a time
	customers   customerCache // names of customers, remembered for a while
}

const defaultRate = 180

// New checks the options and returns a client. It sends nothing.
func New(o Options) (*Client, error) {
	base, err := parseBase(o.BaseURL)
	if err != nil {
		return nil, err
	}
	owner, err := newOwner(o.Key)
	if err != nil {
		return nil, err
	}
	limit := o.Rate
	switch {
	case limit == 0:
		limit = defaultRate
	case limit < 0:
		limit = 0
	}
	if o.Transport == nil {
		o.Transport = pooledTransport()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.UserAgent == "" {
		o.UserAgent = "syncro-mcp"
	}
	return &Client{owner: owner, account: &account{
		base: base, log: o.Log, userAgent: o.UserAgent, budget: newBudget(limit),
		http: &http.Client{
			Transport: o.Transport,
			// The API never redirects. Following one would send a request that
			// the budget did not count, perhaps with the key to another host.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}}, nil
}

// WithKey returns a view of the client that acts for the owner of another key:
// it shares the budget and all that is known of the account.
func (c *Client) WithKey(key string) (*Client, error) {
	owner, err := newOwner(key)
	if err != nil {
		return nil, err
	}
	return &Client{account: c.account, owner: owner, bulk: c.bulk}, nil
}

func newOwner(key string) (*owner, error) {
	key = strings.TrimSpace(key)
	if key == "" {
		return nil, fmt.Errorf("the API key is empty")
	}
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, fmt.Errorf("the API key holds a space or a character that no key has")
	}
	return &owner{key: key}, nil
}

// Bulk returns a view of the client for work over many records: it shares
// everything but leaves a sixth of the budget to calls that somebody waits for.
func (c *Client) Bulk() *Client {
	return &Client{account: c.account, owner: c.owner, bulk: true}
}

// AssetPage is the page of an asset in Syncro's web app, from where remote
// desktop, shell, file transfer and the remote tools start.
func (c *Client) AssetPage(id int64) string {
	return fmt.Sprintf("%s://%s/customer_assets/%d", c.base.Scheme, c.base.Host, id)
}

// BudgetUsed tells how many requests of the window's limit are taken now; a
// limit of 0 means that there is none.
func (c *Client) BudgetUsed() (used, limit int) { return c.budget.used() }

// Exclusive keeps other pieces of work that ask for the same asset waiting until
// unlock is called. It keeps no single change of the asset from happening.
func (c *Client) Exclusive(ctx context.Context, assetID int64) (unlock func(), err error) {
	return c.workLocks.lock(ctx, assetID)
}

// Sent counts the requests that were sent since the client was made.
func (c *Client) Sent() uint64 { return c.sent.Load() }

func parseBase(text string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("the base URL is not of the form https://host") // it may hold a password, so it is not shown
	}
	switch base.Scheme {
	case "https":
	case "http":
		if !loopback(base.Hostname()) {
			return nil, fmt.Errorf("the base URL %q would send the API key unencrypted: use https", text)
		}
	default:
		return nil, fmt.Errorf("the base URL %q is neither https nor http", text)
	}
	base.Path = strings.TrimSuffix(strings.TrimRight(base.Path, "/"), "/api/v1")
	return base, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func pooledTransport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 32
	t.ResponseHeaderTimeout = attemptTimeout
	// HTTP/2 repeats requests on its own in cases that HTTP/1.1 leaves to us.
	t.ForceAttemptHTTP2 = false
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	t.TLSHandshakeTimeout = 10 * time.Second
	return t
}

// keyedLocks serialises work on one record without a lock for all of them. A
// lock is held while requests are under way, so waiting for it ends with ctx.
type keyedLocks struct {
	mu    sync.Mutex
	locks map[int64]*keyedLock
}

type keyedLock struct {
	held  chan struct{} // holds one token while the lock is taken
	users int
}

// lock blocks others of the same id until the returned function is called.
func (k *keyedLocks) lock(ctx context.Context, id int64) (unlock func(), err error) {
	k.mu.Lock()
	if k.locks == nil {
		k.locks = map[int64]*keyedLock{}
	}
	l := k.locks[id]
	if l == nil {
		l = &keyedLock{held: make(chan struct{}, 1)}
		k.locks[id] = l
	}
	l.users++
	k.mu.Unlock()
	leave := func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(k.locks, id)
		}
	}
	select {
	case l.held <- struct{}{}:
		return func() { <-l.held; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
