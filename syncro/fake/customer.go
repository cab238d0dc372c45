package fake

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

func customerRoutes() []route {
	return []route{
		{method: "GET", path: "/customers", needs: "customer.read", act: (*Server).listCustomers},
		{method: "GET", path: "/customers/autocomplete", needs: "customer.read", act: (*Server).completeCustomers},
		{method: "GET", path: "/customers/{id}", needs: "customer.read", act: (*Server).getCustomer},
	}
}

func (s *Server) listCustomers(c call) answer {
	rows, meta := s.paginate(s.data.customers.where(customerFilter(c)), c.query, s.options.PageSize)
	return ok(record{"customers": rows, "meta": meta})
}

// completeCustomers is the search box of the web app: one page, no meta.
func (s *Server) completeCustomers(c call) answer {
	rows := s.data.customers.where(customerFilter(c))
	return ok(record{"customers": rows[:min(len(rows), s.options.PageSize)]})
}

func customerFilter(c call) func(record) bool {
	part := strings.TrimSpace(c.query.Get("query"))
	exact := []string{"business_name", "firstname", "lastname", "email"}
	withDisabled := c.query.Get("include_disabled") == "true"
	return func(r record) bool {
		if r["disabled"] == true && !withDisabled {
			return false
		}
		if part != "" && !contains(r, part, "business_name", "fullname", "email", "phone") {
			return false
		}
		return !slices.ContainsFunc(exact, func(field string) bool {
			want := c.query.Get(field)
			return want != "" && !contains(r, want, field)
		})
	}
}

func (s *Server) getCustomer(c call) answer {
	customer, found := s.data.customers.rows[c.id("id")]
	if !found {
		return failure(http.StatusNotFound, "Customer not found")
	}
	return ok(record{"customer": customer})
}

func (s *Server) customerExists(id any) bool {
	n, ok := integer(id)
	_, found := s.data.customers.rows[n]
	return ok && found
}

// addCustomer stores a customer; both dialects spell it alike.
func (s *Server) addCustomer(customer record) int64 {
	id, given := integer(customer["id"])
	if !given {
		id = s.data.customers.nextID()
	}
	now := s.stamp(time.Now())
	setMissing(customer, record{"id": id, "firstname": "", "lastname": "", "business_name": nil, "email": nil, "phone": nil,
		"mobile": nil, "created_at": now, "updated_at": now, "address": nil, "address_2": nil, "city": nil, "state": nil,
		"zip": nil, "notes": nil, "get_sms": false, "opt_out": false, "disabled": false, "no_email": false,
		"location_id": nil, "location_name": nil, "properties": record{}, "contacts": []any{}})
	person := strings.TrimSpace(text(customer, "firstname") + " " + text(customer, "lastname"))
	setMissing(customer, record{"fullname": person})
	business := text(customer, "business_name")
	if business == "" {
		business = person
	}
	both := business
	if person != "" && person != business {
		both = business + " - " + person
	}
	setMissing(customer, record{"business_then_name": business, "business_and_full_name": both})
	s.data.customers.put(id, plain(customer))
	return id
}
