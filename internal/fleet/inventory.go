package fleet

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Inventory is what somebody found on the floor, or keeps in the books.
type Inventory struct {
	Records  []Record
	Unusable []UnusableRow
	Ignored  []string // headings that no field answers to
}

// Record is one machine of an inventory. What is not recorded is "".
type Record struct {
	Line   int // in the text, or among the rows, from 1
	values map[string]string
}

// Field is the value of a field by its documented name.
func (r Record) Field(name string) string { return r.values[name] }

// UnusableRow is a row that is not taken into account, and why.
type UnusableRow struct {
	Line   int
	Reason string
}

func (inv *Inventory) refuse(line int, format string, a ...any) {
	inv.Unusable = append(inv.Unusable, UnusableRow{line, fmt.Sprintf(format, a...)})
}

// take adds a row. One without a serial number or a name could be any machine.
func (inv *Inventory) take(line int, values map[string]string) {
	if isPlaceholder(values[fieldSerial]) {
		delete(values, fieldSerial)
	}
	if values[fieldSerial] == "" && values[fieldName] == "" {
		inv.refuse(line, "it has neither a serial number nor a name")
		return
	}
	inv.Records = append(inv.Records, Record{Line: line, values: values})
}

// headingWithin is how far down the heading may stand: people put titles above it.
const headingWithin = 10

// ParseInventory reads an inventory as people have it: CSV with commas,
// semicolons, tabs or bars, in any order of columns, or a JSON list of objects.
// A row that cannot be used is named and the others are read.
func ParseInventory(text string) (Inventory, error) {
	text = unixLines(strings.TrimPrefix(text, "\ufeff"))
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		var rows []map[string]any
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&rows); err == nil {
			return InventoryOf(rows)
		}
	}
	head := heading{}
	for _, separator := range separators(text) {
		if found := findHeading(text, separator); len(found.fields) > len(head.fields) {
			head = found
		}
	}
	if !head.names(fieldSerial) && !head.names(fieldName) {
		first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
		return Inventory{}, invalid("Give the columns a heading with Serial Number or Name in it",
			"inventory has no column of serial numbers or names. Its first line is %.120q", first)
	}
	inv := Inventory{Ignored: head.ignored}
	for row := range rowsOf(text, head.separator, head.line+1) {
		inv.read(head, row)
	}
	if len(inv.Records) == 0 && len(inv.Unusable) == 0 {
		return Inventory{}, invalid("Give the rows too, or leave inventory out", "inventory has a heading and no rows")
	}
	return inv, nil
}

// separators of cells; a line such as sep=; names its own.
func separators(text string) []rune {
	if rest, named := strings.CutPrefix(text, "sep="); named && rest != "" {
		return []rune{[]rune(rest)[0]}
	}
	return []rune{',', ';', '\t', '|'}
}

// heading tells which cell holds which field.
type heading struct {
	separator rune
	line      int
	fields    map[string]int
	width     int
	ignored   []string
}

func (h heading) names(field string) bool {
	_, ok := h.fields[field]
	return ok
}

// findHeading takes the first of the upper rows that names a serial number or a name.
func findHeading(text string, separator rune) heading {
	for row := range rowsOf(text, separator, 1) {
		if row.line > headingWithin {
			break
		}
		h := heading{separator: separator, line: row.last, width: len(row.cells)}
		h.fields, h.ignored = fieldsOf(row.cells)
		if h.names(fieldSerial) || h.names(fieldName) {
			return h
		}
	}
	return heading{}
}

func (inv *Inventory) read(h heading, row row) {
	if row.broken {
		inv.refuse(row.line, "its quotes do not match")
		return
	}
	if extra := len(row.cells) - h.width; extra > 0 && strings.Join(row.cells[h.width:], "") != "" {
		inv.refuse(row.line, "it has %d cells and the heading %d, so they cannot be told apart", len(row.cells), h.width)
		return
	}
	values := map[string]string{}
	for field, i := range h.fields {
		if i < len(row.cells) && row.cells[i] != "" {
			values[field] = row.cells[i]
		}
	}
	if strings.Join(row.cells, "") != "" {
		inv.take(row.line, values)
	}
}

// row is one row of cells, trimmed.
type row struct {
	line, last int // where it begins and ends, from 1
	cells      []string
	broken     bool // its quotes do not match
}

// mostRereads bounds the lines that are read again after a quote that is never
// closed: past it, each line is taken for a row of its own.
const mostRereads = 50_000

// rowsOf reads rows from a line on. A stray quote spoils one line and not all
// that follow: a line that is no CSV is read once more by itself.
func rowsOf(text string, separator rune, from int) func(yield func(row) bool) {
	starts := lineStarts(text)
	return func(yield func(row) bool) {
		reread := 0
		for from < len(starts) {
			if reread < mostRereads {
				stray, through, ended := wellFormed(text[starts[from-1]:], separator, from, yield)
				if ended {
					return
				}
				from, reread = stray, reread+through-stray
			}
			if !yield(strayRow(text[starts[from-1]:starts[from]], separator, from)) {
				return
			}
			from++
		}
	}
}

// lineStarts is where each line of the text begins, and the text ends.
func lineStarts(text string) []int {
	starts := []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return append(starts, len(text))
}

// wellFormed reads rows until the text ends or a line is no CSV: then that is
// the stray one, and through is as far as its quotes reached.
func wellFormed(text string, separator rune, from int, yield func(row) bool) (stray, through int, ended bool) {
	reader := newReader(text, separator)
	for {
		cells, err := reader.Read()
		if parse, ok := errors.AsType[*csv.ParseError](err); ok {
			return from + parse.StartLine - 1, from + parse.Line - 1, false
		}
		if err != nil {
			return 0, 0, true
		}
		first, _ := reader.FieldPos(0)
		last, _ := reader.FieldPos(len(cells) - 1)
		last += strings.Count(cells[len(cells)-1], "\n")
		if !yield(row{line: from + first - 1, last: from + last - 1, cells: trimmed(cells)}) {
			return 0, 0, true
		}
	}
}

func newReader(text string, separator rune) *csv.Reader {
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma, reader.FieldsPerRecord = separator, -1
	reader.TrimLeadingSpace = separator != '\t'
	return reader
}

// strayRow reads one line whose quotes are part of the text, such as 24" monitor.
func strayRow(line string, separator rune, number int) row {
	reader := newReader(line, separator)
	reader.LazyQuotes = true
	cells, err := reader.Read()
	stray := err != nil || slices.ContainsFunc(cells, func(cell string) bool { return strings.ContainsAny(cell, string(separator)+"\n") })
	return row{line: number, last: number, cells: trimmed(cells), broken: stray}
}

func trimmed(cells []string) []string {
	texts := make([]string, 0, len(cells))
	for _, cell := range cells {
		cell = undefuse(strings.TrimSpace(cell))
		if inner, ok := strings.CutPrefix(cell, `="`); ok { // how people keep a spreadsheet from dropping zeros
			cell = strings.TrimSuffix(inner, `"`)
		}
		texts = append(texts, cell)
	}
	return texts
}

// InventoryOf reads rows whose names are headings.
func InventoryOf(rows []map[string]any) (Inventory, error) {
	var inv Inventory
	ignored := map[string]bool{}
	usable := false
	var before, unknown []string
	var fields map[string]int
	for i, cells := range rows {
		headings := slices.Sorted(maps.Keys(cells))
		if !slices.Equal(headings, before) {
			fields, unknown = fieldsOf(headings)
			before = headings
		}
		for _, each := range unknown {
			ignored[each] = true
		}
		_, serial := fields[fieldSerial]
		_, name := fields[fieldName]
		usable = usable || serial || name
		values := map[string]string{}
		wrong := ""
		for field, at := range fields {
			text, ok := scalar(cells[headings[at]])
			if !ok {
				wrong = headings[at]
			}
			if text != "" {
				values[field] = text
			}
		}
		if wrong != "" {
			inv.refuse(i+1, "its %.40q is neither a text nor a number", wrong)
			continue
		}
		inv.take(i+1, values)
	}
	if len(rows) > 0 && !usable {
		return Inventory{}, invalid("Name them serial_number or name in every row", "the rows of the inventory have no serial numbers or names")
	}
	inv.Ignored = slices.Sorted(maps.Keys(ignored))
	return inv, nil
}

func scalar(value any) (text string, ok bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return strings.TrimSpace(v), true
	case json.Number:
		return v.String(), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}

// fieldsOf finds the place of each field among headings, the plainest heading
// where several fit, and lists those that fit none.
func fieldsOf(headings []string) (places map[string]int, ignored []string) {
	places = map[string]int{}
	ranks := map[string]int{}
	for i, text := range headings {
		field, rank := fieldOf(text)
		if field == "" {
			if text != "" {
				ignored = append(ignored, text)
			}
			continue
		}
		if before, taken := ranks[field]; !taken || cmp.Less(rank, before) {
			places[field], ranks[field] = i, rank
		}
	}
	return places, ignored
}
