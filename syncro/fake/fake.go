// Package fake is an embedded Syncro account: an http.Handler that speaks Syncro's REST API over raw JSON records, in either of the
// two dialects that are met in the wild, with demo data and with faults on demand.
//
// It shares no type with any client on purpose: records are maps in the API's own spelling, so a wrong field name in a client cannot
// agree with itself here.
package fake

import (
	"net/http"
	"sync"
	"time"
)

// Dialect chooses which of the two forms of the API an account speaks.
type Dialect int

const (
	// Documented is the API as its guides describe it: flat asset fields, a delete route, one run_script route.
	Documented Dialect = iota
	// Production is the API as live accounts answer: asset_serial, kabuto_information, rmm_store, paged patches, no delete route.
	// Its asset types have the ids 1 to 7, in the order Desktop, Laptop, Server, Network Device, Printer, Mobile Device, Other.
	Production
)

// String gives "documented" or "production".
func (d Dialect) String() string {
	if d == Production {
		return "production"
	}
	return "documented"
}

// Options describes an account. The zero value is an empty account in the documented dialect with the key "demo-key".
type Options struct {
	Dialect       Dialect
	Key           string        // the bearer key; "demo-key" when empty
	PerMinute     int           // requests in any 60 seconds; 180 when 0, unlimited when negative
	PageSize      int           // rows a page of every list but that of patches; 25 when 0
	HonourPerPage bool          // per_page up to 100 is honoured, else it is ignored
	Replace       bool          // PUT replaces properties instead of merging them
	Without       []string      // routes this account lacks, such as "DELETE /customer_assets/{id}": 404 with an HTML page
	Unsaved       []string      // fields or property names that are accepted and silently not stored
	BareMeta      bool          // list meta carries only page and total_pages
	Deny          []string      // permissions the token lacks, such as "asset.delete"
	Latency       time.Duration // how long each answer waits, after the server has acted
	Demo          bool          // with the demo customers, assets and their patches, tickets, alerts and software
}

// Server is one account. It implements http.Handler under /api/v1/ and is safe for concurrent use.
type Server struct {
	options Options
	routes  []route
	journal journal
	faults  faults
	window  window
	pipes   *pipeServer
	closed  chan struct{}
	closing sync.Once

	mu   sync.Mutex // guards data
	data data
}

// data is what the account holds. A new noun adds its table here.
type data struct {
	customers table
	assets    table
	patches   map[int64]PatchSet
	scripts   map[int64]bool
	runs      []Run

	tickets     table
	lastComment int64
	emails      []Email
	alerts      table
	software    map[int64][]record
}

// New makes an account. Call Close when done with its Transport; under testing/synctest call New inside the bubble.
func New(o Options) *Server {
	if o.Key == "" {
		o.Key = "demo-key"
	}
	if o.PerMinute == 0 {
		o.PerMinute = 180
	}
	if o.PageSize <= 0 {
		o.PageSize = 25
	}
	s := &Server{
		options: o,
		routes:  routesOf(o),
		window:  window{limit: o.PerMinute},
		closed:  make(chan struct{}),
		data: data{
			customers: newTable(500),
			assets:    newTable(7000),
			patches:   map[int64]PatchSet{},
			scripts:   demoScriptIDs(),

			tickets:     newTable(30_000),
			lastComment: 80_000,
			alerts:      newTable(90_000),
			software:    map[int64][]record{},
		},
	}
	s.pipes = newPipeServer(s)
	if o.Demo {
		s.seed(time.Now().UTC().Truncate(time.Second))
	}
	return s
}

// Close ends the in-memory server and every request that still waits. It may be called more than once.
func (s *Server) Close() {
	s.closing.Do(func() {
		close(s.closed)
		s.pipes.close()
	})
}

var _ http.Handler = (*Server)(nil)
