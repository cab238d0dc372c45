package fleet

import (
	"context"
	"slices"
	"strings"
)

// Comparison tells where an inventory and the records disagree.
type Comparison struct {
	Rows            int // rows of the inventory that could be used
	Matched         int
	OnlyInInventory []Record
	OnlyInSyncro    []OnlyInSyncro
	Differences     []Difference
	Unusable        []UnusableRow
	Ignored         []string // headings that no field answers to
}

// OnlyInSyncro is a record that no row of the inventory stands for.
type OnlyInSyncro struct {
	Machine
	Serial, Type string
}

// Difference is a field on which a row and its record disagree.
type Difference struct {
	Machine
	Line                     int
	Field, Inventory, Syncro string
}

// matcher finds the record of each row: by serial number first, since names
// move from machine to machine, then by name.
type matcher struct {
	ctx      context.Context
	result   *Comparison
	customer func(ctx context.Context, id int64) string
	bySerial map[string][]*entry
	byName   map[string][]*entry
}

func compare(ctx context.Context, inv Inventory, entries []*entry, customer func(context.Context, int64) string) *Comparison {
	m := &matcher{
		ctx: ctx, customer: customer, bySerial: map[string][]*entry{}, byName: map[string][]*entry{},
		result: &Comparison{Unusable: slices.Clone(inv.Unusable), Ignored: inv.Ignored},
	}
	for _, e := range entries {
		if serial := loose(e.values[fieldSerial]); serial != "" {
			m.bySerial[serial] = append(m.bySerial[serial], e)
		}
		m.byName[plainName(e.Name)] = append(m.byName[plainName(e.Name)], e)
	}
	rows := m.withoutRepeats(inv.Records)
	m.result.Rows = len(rows)
	rest := m.match(rows, m.serialMate)
	m.result.OnlyInInventory = m.match(rest, m.nameMate)
	for _, e := range entries {
		if !e.taken {
			m.result.OnlyInSyncro = append(m.result.OnlyInSyncro, OnlyInSyncro{e.Machine, e.values[fieldSerial], e.values[fieldType]})
		}
	}
	slices.SortStableFunc(m.result.Differences, func(a, b Difference) int { return a.Line - b.Line })
	slices.SortStableFunc(m.result.Unusable, func(a, b UnusableRow) int { return a.Line - b.Line })
	return m.result
}

// withoutRepeats leaves out rows that name a machine a second time.
func (m *matcher) withoutRepeats(records []Record) []Record {
	serials, names := map[string]int{}, map[string]int{}
	var rows []Record
	for _, row := range records {
		seen, key, what := serials, loose(row.Field(fieldSerial)), "serial number"
		if key == "" {
			seen, key, what = names, plainName(row.Field(fieldName))+"\n"+plainName(row.Field(fieldCustomer)), "name"
		}
		if line, twice := seen[key]; twice {
			m.refuse(row, "it repeats the "+what+" of line "+number(line))
			continue
		}
		seen[key] = row.Line
		rows = append(rows, row)
	}
	return rows
}

func (m *matcher) refuse(row Record, reason string) {
	m.result.Unusable = append(m.result.Unusable, UnusableRow{row.Line, reason})
}

// match takes the record that mate finds for each row, and returns the rows for
// which there is none.
func (m *matcher) match(rows []Record, mate func(Record) (found *entry, unclear string)) (rest []Record) {
	for _, row := range rows {
		found, unclear := mate(row)
		switch {
		case unclear != "":
			m.refuse(row, unclear)
			m.result.Rows--
		case found == nil:
			rest = append(rest, row)
		default:
			found.taken = true
			m.result.Matched++
			m.result.Differences = append(m.result.Differences, differences(row, found)...)
		}
	}
	return rest
}

// serialMate is the record with the row's serial number; of several the one
// with its name too, then the one of its customer.
func (m *matcher) serialMate(row Record) (*entry, string) {
	free := untaken(m.bySerial[loose(row.Field(fieldSerial))])
	if row.Field(fieldSerial) == "" || len(free) == 0 {
		return nil, ""
	}
	for _, e := range free {
		if plainName(e.Name) == plainName(row.Field(fieldName)) {
			return e, ""
		}
	}
	return m.ofCustomer(row, free)[0], ""
}

// nameMate is the record with the row's name, or the first part of a name with
// a domain. Of two it would be a guess which is meant.
func (m *matcher) nameMate(row Record) (*entry, string) {
	name := plainName(row.Field(fieldName))
	if name == "" {
		return nil, ""
	}
	free := untaken(m.byName[name])
	if host, _, domain := strings.Cut(name, "."); len(free) == 0 && domain {
		free = untaken(m.byName[host])
	}
	if len(free) > 1 {
		free = m.ofCustomer(row, free)
	}
	switch len(free) {
	case 0:
		return nil, ""
	case 1:
		return free[0], ""
	}
	return nil, number(len(free)) + " assets have its name; a serial number would tell them apart, or an audit of one customer"
}

// ofCustomer narrows records to those of the row's customer, where that leaves any.
func (m *matcher) ofCustomer(row Record, entries []*entry) []*entry {
	wanted := plainName(row.Field(fieldCustomer))
	if wanted == "" || len(entries) < 2 {
		return entries
	}
	var own []*entry
	for _, e := range entries {
		owner := e.Customer
		if owner == "" && m.customer != nil {
			owner = m.customer(m.ctx, e.CustomerID)
		}
		if plainName(owner) == wanted {
			own = append(own, e)
		}
	}
	if len(own) == 0 {
		return entries
	}
	return own
}

func untaken(entries []*entry) []*entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e *entry) bool { return e.taken })
}
