package fake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// record is one raw JSON object in the account's own spelling.
type record = map[string]any

// table keeps records by id, in the order in which they came. Ids are kept outside the records so that a test may spoil them.
type table struct {
	rows  map[int64]record
	order []int64
	last  int64
}

func newTable(base int64) table {
	return table{rows: map[int64]record{}, last: base}
}

// nextID gives an id that no record of the table ever had.
func (t *table) nextID() int64 { return t.last + 1 }

func (t *table) put(id int64, r record) {
	if _, known := t.rows[id]; !known {
		t.order = append(t.order, id)
	}
	t.rows[id] = r
	t.last = max(t.last, id)
}

func (t *table) remove(id int64) {
	delete(t.rows, id)
	t.order = slices.DeleteFunc(t.order, func(other int64) bool { return other == id })
}

// where gives the records that keep says yes to, uncopied.
func (t *table) where(keep func(record) bool) []record {
	found := make([]record, 0, len(t.order))
	for _, id := range t.order {
		if keep(t.rows[id]) {
			found = append(found, t.rows[id])
		}
	}
	return found
}

// plain deep-copies a value through JSON, so that whatever Go types a test used, records hold what encoding/json would give
// (numbers are float64). A value that JSON cannot carry is a mistake in the calling test.
func plain[T any](value T) T {
	text, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("fake: not a JSON value: %v", err))
	}
	var copied T
	if err := json.Unmarshal(text, &copied); err != nil {
		panic(fmt.Sprintf("fake: JSON does not read back: %v", err))
	}
	return copied
}

// integer reads a number or a numeric text, as the API does with ids.
func integer(value any) (int64, bool) {
	switch v := value.(type) {
	case float64:
		return int64(v), v == float64(int64(v))
	case int64:
		return v, true
	case string:
		n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		return n, err == nil
	default:
		return 0, false
	}
}

// text reads a string field; anything else counts as empty.
func text(r record, field string) string {
	s, _ := r[field].(string)
	return s
}

// object reads an object field; anything else counts as empty.
func object(r record, field string) record {
	o, _ := r[field].(record)
	return o
}

// contains tells whether part occurs in any of the fields, whatever the case.
func contains(r record, part string, fields ...string) bool {
	part = strings.ToLower(part)
	return slices.ContainsFunc(fields, func(field string) bool {
		return strings.Contains(strings.ToLower(text(r, field)), part)
	})
}

// setMissing fills the fields that a record lacks; a field that is there, null included, stays.
func setMissing(r, defaults record) {
	for field, value := range defaults {
		if _, there := r[field]; !there {
			r[field] = value
		}
	}
}
