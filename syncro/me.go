package syncro

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"
)

// Me is the owner of the API token and what the token may do.
type Me struct {
	UserName  string
	UserEmail string
	Subdomain string
	// Permissions by Syncro's names, such as asset.read, asset.write,
	// asset.delete, ticket.write, script.execute.
	Permissions map[string]bool
}

// Lacks lists those of the named permissions that Syncro says the token does
// not have. One that Syncro does not mention is not listed: it is not known.
func (m Me) Lacks(permissions ...string) []string {
	return slices.DeleteFunc(slices.Sorted(slices.Values(permissions)), func(name string) bool {
		granted, told := m.Permissions[name]
		return granted || !told
	})
}

// Me reads the token's owner: GET /me. It is the cheapest proof that the key works.
func (c *Client) Me(ctx context.Context) (Me, error) {
	r := call{method: http.MethodGet, path: mePath, doing: "checking the API key"}
	got, err := c.do(ctx, r)
	if err != nil {
		return Me{}, err
	}
	top, err := got.object(r)
	if err != nil {
		return Me{}, err
	}
	if top.first("user_id", "user_name", "user_email", "subdomain") == "" {
		return Me{}, &Error{Kind: Unavailable, Doing: r.doing, Status: got.status,
			Message: "the address answers, but not as Syncro's API does", Next: "Check the subdomain or base URL setting"}
	}
	me := Me{UserName: top.first("user_name"), UserEmail: top.first("user_email"), Subdomain: top.first("subdomain"), Permissions: map[string]bool{}}
	groups := top.object("permissions")
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		for name, value := range groups.object(group) {
			if granted, known := asBool(value); known {
				me.Permissions[group+"."+name] = granted
			}
		}
	}
	return me, nil
}

const (
	mePath    = "/me"
	keyMemory = 30 * time.Second
)

// keyWorks asks /me whether a 401 without a reason is about the key or only
// about what it may do. A yes is remembered for a moment: keys are revoked too.
func (c *Client) keyWorks(ctx context.Context, r call) bool {
	if r.path == mePath {
		return false
	}
	if time.Now().UnixNano() < c.owner.worksUntil.Load() {
		return true
	}
	_, err := c.Me(ctx)
	if err == nil {
		c.owner.worksUntil.Store(time.Now().Add(keyMemory).UnixNano())
	}
	return err == nil
}
