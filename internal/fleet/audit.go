package fleet

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"syncro-mcp/syncro"
)

// AuditRules say what an audit looks at besides the records themselves.
type AuditRules struct {
	Inventory *Inventory     // what they are compared with; nil: nothing
	Naming    *regexp.Regexp // names that it does not match break the rule; nil: there is none
	Stale     time.Duration  // a machine whose agent was silent for longer is stale
	Now       time.Time
	// CustomerName tells whose a machine is where its record does not; it is
	// asked only where an inventory names customers. nil: nobody knows.
	CustomerName func(ctx context.Context, id int64) string
}

// AuditReport tells where records, floor and rules disagree.
type AuditReport struct {
	Coverage
	Comparison *Comparison // nil where there was no inventory
	Incomplete []Incomplete
	Duplicates []Duplicate
	Naming     []Machine
	Stale      []StaleMachine // longest silent first, never seen last
}

// Incomplete is a record that lacks fields that every record should have.
type Incomplete struct {
	Machine
	Lacks []string
}

// Duplicate is a serial number that several records share, or a name that
// several records of one customer share.
type Duplicate struct {
	Field, Value string
	Machines     []Machine
}

// StaleMachine has an agent that has been silent for long.
type StaleMachine struct {
	Machine
	LastSeen time.Time // zero: no check-in is known
	Days     int
}

// entry is what the audit keeps of an asset.
type entry struct {
	Machine
	values map[string]string // by documented name
	taken  bool              // a row of the inventory was matched with it
}

func entryOf(a syncro.Asset) *entry {
	e := &entry{Machine: machineOf(a), values: map[string]string{}}
	for _, field := range []string{fieldName, fieldSerial, fieldModel, fieldManufacturer, fieldType, fieldPurchase, fieldWarranty} {
		e.values[field] = a.Field(field)
	}
	if isPlaceholder(a.Serial) {
		e.values[fieldSerial] = ""
	}
	if a.Agent != nil {
		e.values[fieldUser] = a.Agent.User
	}
	return e
}

// Audit checks the records of a stream.
func Audit(ctx context.Context, s Stream, rules AuditRules) (AuditReport, error) {
	var r AuditReport
	var entries []*entry
	var err error
	r.Coverage, err = s.each(ctx, func(a syncro.Asset) {
		e := entryOf(a)
		entries = append(entries, e)
		if lacks := e.lacks(); len(lacks) > 0 {
			r.Incomplete = append(r.Incomplete, Incomplete{e.Machine, lacks})
		}
		if rules.Naming != nil && !rules.Naming.MatchString(a.Name) {
			r.Naming = append(r.Naming, e.Machine)
		}
		if stale, is := rules.stale(a); is {
			r.Stale = append(r.Stale, stale)
		}
	})
	if err != nil {
		return r, err
	}
	slices.SortFunc(entries, func(a, b *entry) int { return byName(a.Machine, b.Machine) })
	r.Duplicates = duplicates(entries)
	r.sort()
	if rules.Inventory != nil {
		r.Comparison = compare(ctx, *rules.Inventory, entries, rules.CustomerName)
	}
	return r, ctx.Err()
}

// lacks names the fields without which nobody can order parts or claim warranty.
func (e *entry) lacks() []string {
	var lacks []string
	for _, field := range []string{fieldSerial, fieldModel, fieldWarranty} {
		if e.values[field] == "" {
			lacks = append(lacks, field)
		}
	}
	return lacks
}

// stale goes by the last check-in. Where none is known, Syncro's own word that
// the machine is online is taken.
func (rules AuditRules) stale(a syncro.Asset) (StaleMachine, bool) {
	if a.Agent == nil || rules.Stale <= 0 {
		return StaleMachine{}, false
	}
	if a.Agent.LastSeen.IsZero() {
		return StaleMachine{Machine: machineOf(a)}, a.Agent.Online == nil || !*a.Agent.Online
	}
	silent := rules.Now.Sub(a.Agent.LastSeen)
	return StaleMachine{machineOf(a), a.Agent.LastSeen, int(silent / (24 * time.Hour))}, silent > rules.Stale
}

func (r *AuditReport) sort() {
	slices.SortFunc(r.Incomplete, func(a, b Incomplete) int {
		return cmp.Or(cmp.Compare(len(b.Lacks), len(a.Lacks)), byName(a.Machine, b.Machine))
	})
	slices.SortFunc(r.Naming, byName)
	slices.SortFunc(r.Stale, func(a, b StaleMachine) int {
		if a.LastSeen.IsZero() != b.LastSeen.IsZero() {
			if a.LastSeen.IsZero() {
				return 1
			}
			return -1
		}
		return cmp.Or(a.LastSeen.Compare(b.LastSeen), byName(a.Machine, b.Machine))
	})
}

// duplicates finds serial numbers that come twice anywhere, and names that come
// twice within a customer: two customers may well both have a RECEPTION-01.
func duplicates(entries []*entry) []Duplicate {
	var found []Duplicate
	for _, field := range []string{fieldSerial, fieldName} {
		same := map[duplicateKey][]*entry{}
		var order []duplicateKey
		for _, e := range entries {
			key := duplicateKey{value: loose(e.values[field])}
			if field == fieldName {
				key = duplicateKey{plainName(e.Name), e.CustomerID}
			}
			if key.value == "" {
				continue
			}
			if len(same[key]) == 1 {
				order = append(order, key)
			}
			same[key] = append(same[key], e)
		}
		for _, key := range order {
			d := Duplicate{Field: field, Value: same[key][0].values[field]}
			for _, e := range same[key] {
				d.Machines = append(d.Machines, e.Machine)
			}
			found = append(found, d)
		}
	}
	return found
}

type duplicateKey struct {
	value    string
	customer int64 // 0: of any
}

// loose is a serial number without what people write differently.
func loose(serial string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == ' ' || r == '\u00a0' {
			return -1
		}
		return r
	}, strings.ToLower(serial))
}

// plainName is a name without what people write differently.
func plainName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }
