package tool

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Target is the identity of a record that a tool touches. An approval is bound
// to it: if it is no longer the same, nothing happens.
type Target struct {
	ID         int64  `json:"id"`
	Name       string `json:"name,omitempty"`
	CustomerID int64  `json:"customer_id,omitempty"` // a name may be unknown, or be that of two
	Customer   string `json:"customer,omitempty"`
	Serial     string `json:"serial_number,omitempty"`
}

// sorted gives the targets in an order that does not depend on how they were found.
func sorted(targets []Target) []Target {
	targets = slices.Clone(targets)
	slices.SortFunc(targets, func(a, b Target) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), strings.Compare(a.Name, b.Name),
			cmp.Compare(a.CustomerID, b.CustomerID), strings.Compare(a.Customer, b.Customer), strings.Compare(a.Serial, b.Serial))
	})
	return targets
}

func digestTargets(targets []Target) [digestSize]byte {
	doc, err := json.Marshal(sorted(targets))
	if err != nil {
		panic(err) // strings and integers always marshal
	}
	return digest(string(doc))
}

// differences says how the records found now differ from those approved; "" means
// that they do not.
func differences(approved, found []Target) string {
	var said []string
	for _, was := range sorted(approved) {
		if slices.Contains(found, was) { // two kinds of records may share a number
			continue
		}
		i := slices.IndexFunc(found, func(t Target) bool { return t.ID == was.ID && !slices.Contains(approved, t) })
		if i < 0 {
			said = append(said, fmt.Sprintf("%d %s is no longer among them", was.ID, Quote(was.Name, 60)))
			continue
		}
		is := found[i]
		for _, field := range []struct{ name, was, is string }{
			{"name", was.Name, is.Name}, {"customer_id", strconv.FormatInt(was.CustomerID, 10), strconv.FormatInt(is.CustomerID, 10)}, {"customer", was.Customer, is.Customer}, {"serial number", was.Serial, is.Serial},
		} {
			if field.was != field.is {
				said = append(said, fmt.Sprintf("%d: %s was %s, is now %s", was.ID, field.name, Quote(field.was, 60), Quote(field.is, 60)))
			}
		}
	}
	for _, is := range sorted(found) {
		if !slices.Contains(approved, is) && !slices.ContainsFunc(approved, func(t Target) bool { return t.ID == is.ID && !slices.Contains(found, t) }) {
			said = append(said, fmt.Sprintf("%d %s was not among them", is.ID, Quote(is.Name, 60)))
		}
	}
	if len(said) == 0 && !slices.Equal(sorted(approved), sorted(found)) {
		return "their number changed"
	}
	return strings.Join(said, "; ")
}
