package syncro

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Customer is a business or person whose assets are managed. Absent values are "".
type Customer struct {
	ID        int64
	Name      string // the business, else the person
	FirstName string
	LastName  string
	Email     string
	NoEmail   bool // wants none, or opted out
	Phone     string
}

// Customers searches customers by words of their names, at most limit of them,
// counted over the pages: GET /customers. More tells whether there may be others.
func (c *Client) Customers(ctx context.Context, query string, limit int) (found []Customer, more bool, err error) {
	r := call{path: "/customers", query: url.Values{}, doing: "searching customers", permission: "Customers - List/Search"}
	if query != "" {
		r.query.Set("query", query)
	}
	seen := map[int64]bool{}
	for number := 1; ; number++ {
		p, err := c.page(ctx, r, "customers", number)
		if err != nil {
			return nil, false, err
		}
		fresh := false
		for _, fields := range p.rows {
			customer, err := decodeCustomer(fields)
			if err != nil {
				return nil, false, undecodable(r, err)
			}
			c.customers.keep(customer)
			if seen[customer.ID] {
				continue
			}
			seen[customer.ID], fresh = true, true
			if !fields.contains(query) {
				continue
			}
			if len(found) == limit {
				return found, true, nil
			}
			found = append(found, customer)
		}
		if !p.more() || !fresh {
			return found, false, nil
		}
	}
}

// Customer reads one customer: GET /customers/{id}.
func (c *Client) Customer(ctx context.Context, id int64) (Customer, error) {
	r := call{
		method: http.MethodGet, path: fmt.Sprintf("/customers/%d", id),
		doing: fmt.Sprintf("reading customer %d", id), permission: "Customers - View Detail",
	}
	got, err := c.do(ctx, r)
	if err != nil {
		return Customer{}, err
	}
	top, err := got.object(r)
	if err != nil {
		return Customer{}, err
	}
	customer, err := decodeCustomer(top.object("customer"))
	if err == nil && customer.ID != id {
		err = fmt.Errorf("field id is %d, which is another customer", customer.ID)
	}
	if err != nil {
		return Customer{}, undecodable(r, err)
	}
	c.customers.keep(customer)
	return customer, nil
}

// RememberedCustomerName is a customer's name without a request, if it was read lately.
func (c *Client) RememberedCustomerName(id int64) (name string, known bool) {
	return c.customers.name(id)
}

// CustomerName is a customer's name, remembered for some minutes.
func (c *Client) CustomerName(ctx context.Context, id int64) (string, error) {
	if name, ok := c.customers.name(id); ok {
		return name, nil
	}
	customer, err := c.Customer(ctx, id)
	return customer.Name, err
}

func decodeCustomer(fields record) (Customer, error) {
	r := reader{of: fields}
	customer := Customer{
		ID: r.id("id"), Name: customerName(fields),
		FirstName: r.text("firstname"), LastName: r.text("lastname"), Email: r.text("email"), Phone: r.text("phone"),
	}
	noEmail, _ := asBool(fields["no_email"])
	optedOut, _ := asBool(fields["opt_out"])
	customer.NoEmail = noEmail || optedOut
	if customer.ID == 0 && r.err == nil {
		r.unreadable("id", "an id")
	}
	return customer, r.err
}

// customerName is what Syncro shows: the business, else the person.
func customerName(fields record) string {
	person := strings.TrimSpace(fields.first("firstname") + " " + fields.first("lastname"))
	return cmp.Or(fields.first("business_name"), fields.first("business_then_name", "fullname"), person)
}

const (
	customerMemory = 10 * time.Minute
	mostRemembered = 10_000
)

// customerCache remembers names of customers: the documented dialect leaves
// them out of its asset records.
type customerCache struct {
	mu    sync.Mutex
	known map[int64]rememberedName
}

type rememberedName struct {
	name  string
	until time.Time
}

func (c *customerCache) keep(customer Customer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= mostRemembered {
		c.known = map[int64]rememberedName{}
	}
	c.known[customer.ID] = rememberedName{customer.Name, time.Now().Add(customerMemory)}
}

func (c *customerCache) name(id int64) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.known[id]
	if !ok || time.Now().After(known.until) {
		return "", false
	}
	return known.name, true
}
