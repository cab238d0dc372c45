package prompts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

const (
	lookupTime   = 10 * time.Second // a prompt comes without its facts rather than late
	longestQuote = 200              // of what Syncro says
	longestGiven = 1000             // of what the user filled in: as long as an argument may be
	mostNamed    = 5                // candidates that a text names
)

// Customer is what a text says of a customer.
type Customer struct {
	ID     int64
	Name   string
	Assets int // -1: not known
}

// Asset is what a text says of a machine. Absent values are "".
type Asset struct {
	ID                           int64
	Name, Type, Serial, Customer string
	Status                       string // in our own words
	LastSeen                     time.Time
	HealthIssues                 int
}

// customer says who the customer is, and how tools are told.
func (d desk) customer(ctx context.Context, given string) (facts, owner string) {
	if given == "" {
		return "No customer was named, so this is about the whole account.", "no `customer_id`, for all customers"
	}
	quoted := tool.Quote(given, longestQuote)
	look := "ask the user for its `customer_id`"
	if d.has("search_customers") {
		look = "find it with `search_customers`"
	}
	owner = "the `customer_id` that you found"
	if d.Options.Customer == nil {
		return fmt.Sprintf("The customer is %s: %s first.", quoted, look), owner
	}
	found, err := d.Options.Customer(ctx, given)
	switch {
	case err != nil:
		return fmt.Sprintf("The customer %s could not be looked up just now (%s): %s before anything else.", quoted, cause(err), look), owner
	case len(found) == 0:
		return fmt.Sprintf("Syncro finds no customer %s. Stop: ask the user who is meant, and %s.", quoted, look), owner
	case len(found) > 1 || !means(given, found[0].ID, found[0].Name):
		var names []string
		for _, c := range found[:min(len(found), mostNamed)] {
			names = append(names, fmt.Sprintf("%s (`customer_id` %d)", tool.Quote(c.Name, longestQuote), c.ID))
		}
		return fmt.Sprintf("The customer %s could be %s. Stop: ask the user whom they mean.", quoted, either(names, len(found))), owner
	}
	c := found[0]
	facts = fmt.Sprintf("The customer is %s (`customer_id` %d).", tool.Quote(c.Name, longestQuote), c.ID)
	switch {
	case c.Assets == 1:
		facts += " Syncro lists 1 asset there."
	case c.Assets >= 0:
		facts += fmt.Sprintf(" Syncro lists %d assets there.", c.Assets)
	}
	return facts, fmt.Sprintf("`customer_id` %d", c.ID)
}

// machine says which machine is meant, and how tools are told.
func (d desk) machine(ctx context.Context, given string) (facts, machine string) {
	quoted := tool.Quote(given, longestQuote)
	look := "find it with `get_asset` by `name`"
	machine = "the `asset_id` that you found"
	if d.Options.Asset == nil {
		return fmt.Sprintf("The machine is %s: %s first.", quoted, look), machine
	}
	found, err := d.Options.Asset(ctx, given)
	switch {
	case err != nil:
		return fmt.Sprintf("The machine %s could not be looked up just now (%s): %s before anything else.", quoted, cause(err), look), machine
	case len(found) == 0:
		return fmt.Sprintf("Syncro finds no machine %s. Stop: ask the user which one is meant, and %s.", quoted, look), machine
	case len(found) > 1 || !means(given, found[0].ID, found[0].Name):
		return fmt.Sprintf("The machine %s could be %s. Stop: ask the user which one they mean.", quoted, several(found)), machine
	}
	return "The machine is " + found[0].told() + ".", fmt.Sprintf("`asset_id` %d", found[0].ID)
}

// namesake says whether a name is taken. That it is free is only as good as
// Syncro's search, so it is not said.
func (d desk) namesake(ctx context.Context, name string) string {
	if d.Options.Asset == nil {
		return ""
	}
	found, err := d.Options.Asset(ctx, name)
	found = slices.DeleteFunc(found, func(a Asset) bool { return !means(name, 0, a.Name) })
	if err != nil || len(found) == 0 {
		return ""
	}
	return fmt.Sprintf("That name is in use already: %s. Ask the user whether this is the same machine before you create another record.", several(found))
}

func (a Asset) told() string {
	about := []string{fmt.Sprintf("`asset_id` %d", a.ID)}
	for _, each := range []struct{ word, value string }{{"type", a.Type}, {"customer", a.Customer}, {"serial number", a.Serial}} {
		if each.value != "" {
			about = append(about, each.word+" "+tool.Quote(each.value, longestQuote))
		}
	}
	if a.Status != "" {
		about = append(about, "status "+a.Status)
	}
	if !a.LastSeen.IsZero() {
		about = append(about, "last seen "+a.LastSeen.UTC().Format(time.RFC3339))
	}
	if a.HealthIssues > 0 {
		about = append(about, fmt.Sprintf("health issues: %d", a.HealthIssues))
	}
	return fmt.Sprintf("%s (%s)", tool.Quote(a.Name, longestQuote), strings.Join(about, ", "))
}

// means tells whether somebody gave the id or the whole name, and not a part of it:
// a part may fit a stranger's machine.
func means(given string, id int64, name string) bool {
	return given == strconv.FormatInt(id, 10) || strings.EqualFold(strings.TrimSpace(given), strings.TrimSpace(name))
}

func several(found []Asset) string {
	var names []string
	for _, a := range found[:min(len(found), mostNamed)] {
		names = append(names, a.told())
	}
	return either(names, len(found))
}

func either(names []string, all int) string {
	if all > len(names) {
		names = append(names, "others")
	}
	return strings.Join(names, ", or ")
}

// cause is why a look-up failed, without anybody's text.
func cause(err error) string {
	if failure, ok := errors.AsType[*syncro.Error](err); ok {
		return string(failure.Kind)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return string(syncro.Timeout)
	}
	return string(syncro.Internal)
}
