package fake

import (
	"math"
	"net/url"
	"strconv"
)

const maxPerPage = 100

// paginate cuts out the page that was asked for. A page past the end is empty, a senseless page is the first.
func (s *Server) paginate(rows []record, query url.Values, size int) ([]record, record) {
	number := positive(query.Get("page"), 1)
	if s.options.HonourPerPage {
		size = min(positive(query.Get("per_page"), size), maxPerPage)
	}
	total := len(rows)
	// An empty list still counts one page, as the pager behind the API does.
	pages := max(1, int(math.Ceil(float64(total)/float64(size))))
	meta := record{"page": number, "total_pages": pages}
	if !s.options.BareMeta {
		meta["per_page"], meta["total_entries"] = size, total
	}
	if number > pages {
		return []record{}, meta
	}
	start := (number - 1) * size
	return rows[start:min(start+size, total)], meta
}

func positive(number string, otherwise int) int {
	if n, err := strconv.Atoi(number); err == nil && n > 0 {
		return n
	}
	return otherwise
}
