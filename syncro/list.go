package syncro

import (
	"context"
	"fmt"
	"iter"
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

// decodeRows decodes all rows of a page; an error names the entry.
func decodeRows[T any](r call, p page, decode func(record) (T, error)) ([]T, error) {
	var rows []T
	for i, fields := range p.rows {
		row, err := decode(fields)
		if err != nil {
			return nil, undecodable(r, fmt.Errorf("entry %d (id %v): %w", i+1, fields["id"], err))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// identified is a row that is told apart by its id.
type identified interface{ id() int64 }

// sheet is one page of a walk.
type sheet[T identified] struct {
	fitting []T     // the rows that fit the filter
	sent    []int64 // ids of all rows
	more    bool
	total   int // entries that Syncro counts; -1: not told
}

// readSheet reads page number n of a list and keeps the rows that fit.
func readSheet[T identified](ctx context.Context, c *Client, r call, key string, n int, decode func(record) (T, error), fits func(T) bool) (sheet[T], error) {
	p, err := c.page(ctx, r, key, n)
	if err != nil {
		return sheet[T]{}, err
	}
	rows, err := decodeRows(r, p, decode)
	if err != nil {
		return sheet[T]{}, err
	}
	read := sheet[T]{more: p.more(), total: p.entries}
	for _, row := range rows {
		read.sent = append(read.sent, row.id())
		if fits(row) {
			read.fitting = append(read.fitting, row)
		}
	}
	return read, nil
}

// Coverage tells how much of a list a walk has seen.
type Coverage struct {
	Read     int  // different rows read, whether they fit the filter or not
	Total    int  // rows that Syncro counts; -1: not told
	Complete bool // the walk came to the end and missed none that Syncro counted
}

// walk yields the fitting rows of all pages, each once. It ends at the first
// error, or at a page that brings nothing new.
func walk[T identified](coverage *Coverage, read func(number int) (sheet[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		*coverage = Coverage{Total: -1}
		seen := map[int64]bool{}
		for number := 1; ; number++ {
			page, err := read(number)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			coverage.Total = page.total
			before := len(seen)
			repeated := map[int64]bool{}
			for _, id := range page.sent {
				repeated[id] = seen[id]
				seen[id] = true
			}
			coverage.Read = len(seen)
			for _, row := range page.fitting {
				if repeated[row.id()] {
					continue
				}
				repeated[row.id()] = true
				if !yield(row, nil) {
					return
				}
			}
			if ended := !page.more; ended || len(seen) == before {
				coverage.Complete = ended && coverage.Read >= coverage.Total
				return
			}
		}
	}
}
