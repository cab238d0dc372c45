package tools

import (
	"context"
	"fmt"
	"strings"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

// customerRef names a customer one way or the other.
type customerRef struct {
	CustomerID int64  `json:"customer_id,omitempty" jsonschema:"minimum=1" jsonschema_description:"Customer by id."`
	Customer   string `json:"customer,omitempty" jsonschema_description:"Customer by name."`
}

func (r customerRef) given() bool { return r.CustomerID != 0 || r.Customer != "" }

const mostCandidates = 10

// customer finds the customer that a reference means, the zero customer for
// none. A change needs the whole name: part of one may hit a stranger's books.
func (d *desk) customer(ctx context.Context, ref customerRef, wholeName bool) (syncro.Customer, error) {
	if ref.Customer != "" && strings.TrimSpace(ref.Customer) == "" {
		return syncro.Customer{}, tool.Errorf(tool.InvalidArgument, "customer is blank. Give a name, or leave it out.")
	}
	ref.Customer = strings.TrimSpace(ref.Customer)
	switch {
	case ref.CustomerID != 0 && ref.Customer != "":
		return syncro.Customer{}, tool.Errorf(tool.InvalidArgument, "customer_id and customer were both given. Give one of them.")
	case ref.CustomerID != 0:
		name, err := d.syncro.CustomerName(ctx, ref.CustomerID)
		return syncro.Customer{ID: ref.CustomerID, Name: name}, err
	case ref.Customer == "":
		return syncro.Customer{}, nil
	}
	found, more, err := d.syncro.Customers(ctx, ref.Customer, 100)
	if err != nil {
		return syncro.Customer{}, err
	}
	var same []syncro.Customer
	for _, candidate := range found {
		if strings.EqualFold(ref.Customer, candidate.Name) {
			same = append(same, candidate)
		}
	}
	switch {
	case len(same) == 1 && !more:
		return same[0], nil
	case len(same) == 0 && len(found) == 1 && !wholeName:
		return found[0], nil
	case len(found) == 0:
		return syncro.Customer{}, tool.Errorf(tool.NotFound, "no customer is called %s. Try a shorter part of the name with search_customers.", tool.Quote(ref.Customer, 80))
	case len(same) > 1:
		found = same
	}
	return syncro.Customer{}, tool.Errorf(tool.InvalidArgument, "customer %s is not the whole name of one customer; it could be %s. Give the customer_id of the one that is meant.",
		tool.Quote(ref.Customer, 80), candidates(found, more))
}

func candidates(found []syncro.Customer, more bool) string {
	var names []string
	for _, each := range found[:min(len(found), mostCandidates)] {
		names = append(names, fmt.Sprintf("%s (customer_id %d)", tool.Quote(each.Name, 60), each.ID))
	}
	if more || len(found) > mostCandidates {
		names = append(names, "and others")
	}
	return strings.Join(names, ", ")
}

func (d *desk) customerTools() []tool.Tool {
	return []tool.Tool{
		tool.NewRead(tool.Spec{
			Name: "search_customers", Title: "Search customers", Toolset: toolsetCustomers,
			Description: "Find customers by part of their name, contact or e-mail, to learn a customer_id.",
		}, d.searchCustomers),
	}
}

type searchCustomersIn struct {
	Query string `json:"query,omitempty" jsonschema_description:"Words from the name, contact or e-mail. Leave it out to list all."`
	window
}

type searchCustomersOut struct {
	Customers  []customerRow `json:"customers"`
	NextCursor string        `json:"next_cursor,omitempty"`
}

type customerRow struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Contact string `json:"contact,omitempty"`
	Email   string `json:"email,omitempty"`
	Phone   string `json:"phone,omitempty"`
}

// mostCustomers bounds how deep a search of customers can be paged.
const mostCustomers = 2000

func (d *desk) searchCustomers(ctx context.Context, in searchCustomersIn) (searchCustomersOut, error) {
	at, err := in.read(in.Query)
	if err != nil {
		return searchCustomersOut{}, err
	}
	wanted := min(at.Offset+in.Limit, mostCustomers)
	found, more, err := d.syncro.Customers(ctx, in.Query, wanted)
	if err != nil {
		return searchCustomersOut{}, err
	}
	out := searchCustomersOut{Customers: make([]customerRow, 0, in.Limit)}
	for _, each := range found[min(at.Offset, len(found)):] {
		row := customerRow{ID: each.ID, Name: tool.Clip(each.Name, 100), Email: tool.Clip(each.Email, nameLength), Phone: tool.Clip(each.Phone, nameLength)}
		if person := strings.TrimSpace(each.FirstName + " " + each.LastName); person != each.Name {
			row.Contact = tool.Clip(person, 100)
		}
		out.Customers = append(out.Customers, row)
	}
	if more && wanted < mostCustomers {
		at.Offset = wanted
		out.NextCursor = at.cursor()
	}
	return out, nil
}
