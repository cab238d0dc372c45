package syncro

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// mostPages ends a list that never ends.
const mostPages = 5000

// page is one page of a list as the API sent it.
type page struct {
	rows    []record
	number  int
	pages   int // total pages; 0: not told
	entries int // total entries; -1: not told
	perPage int // 0: not told
	answer  record
}

// more tells whether there may be another page. Without a page count a page
// that is not empty may have a successor.
func (p page) more() bool {
	switch {
	case len(p.rows) == 0 || p.number >= mostPages:
		return false
	case p.pages > 0:
		return p.number < p.pages
	case p.entries >= 0 && p.perPage > 0:
		return p.number*p.perPage < p.entries
	}
	return true
}

// page reads page number n of a list whose rows stand under key.
func (c *Client) page(ctx context.Context, r call, key string, n int) (page, error) {
	r.method = http.MethodGet
	query := url.Values{}
	for name, values := range r.query {
		query[name] = values
	}
	query.Set("page", strconv.Itoa(n))
	r.query = query
	if n > 1 {
		r.doing = fmt.Sprintf("%s (page %d)", r.doing, n)
	}
	got, err := c.do(ctx, r)
	if err != nil {
		return page{}, err
	}
	top, err := got.object(r)
	if err != nil {
		return page{}, err
	}
	values, ok := top[key].([]any)
	if !ok {
		return page{}, undecodable(r, fmt.Errorf("field %s is %s, not a list", key, shape(top[key])))
	}
	p := page{number: n, answer: top}
	for i, value := range values {
		row, ok := value.(map[string]any)
		if !ok {
			return page{}, undecodable(r, fmt.Errorf("entry %d of %s is %s, not an object", i+1, key, shape(value)))
		}
		p.rows = append(p.rows, row)
	}
	p.readMeta(top.object("meta"))
	return p, nil
}

// readMeta takes what it finds: any of the four fields may be missing.
func (p *page) readMeta(meta record) {
	p.pages, _ = number(meta, "total_pages")
	p.perPage, _ = number(meta, "per_page")
	entries, told := number(meta, "total_entries")
	if !told {
		entries = -1
	}
	p.entries = entries
}

func number(meta record, key string) (n int, told bool) {
	n, err := strconv.Atoi(meta.first(key))
	if err != nil || n < 0 {
		return 0, false
	}
	return n, true
}
