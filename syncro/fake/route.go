package fake

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// route is one endpoint. What adds a noun adds a function of routes to routesOf.
type route struct {
	method string
	path   string // "{id}" matches one segment
	only   []Dialect
	needs  string // the permission, or nothing
	act    func(*Server, call) answer
}

// call is a request that has passed the key, the permissions and the JSON parser.
type call struct {
	ids   map[string]string // what the path's {names} matched
	query url.Values
	body  record
	now   time.Time
}

// id reads a path id; one that is not a number is an id that no record has.
func (c call) id(name string) int64 {
	n, ok := integer(c.ids[name])
	if !ok {
		return -1
	}
	return n
}

// routesOf lists the endpoints of this account. Literal segments come before {id} within a noun: the first match wins.
func routesOf(o Options) []route {
	all := slices.Concat(assetRoutes(), patchRoutes(), scriptRoutes(), customerRoutes(), userRoutes(),
		ticketRoutes(), alertRoutes(), softwareRoutes())
	return slices.DeleteFunc(all, func(r route) bool {
		foreign := len(r.only) > 0 && !slices.Contains(r.only, o.Dialect)
		return foreign || slices.Contains(o.Without, r.method+" "+r.path)
	})
}

// find gives the route of a request and what its path names matched.
func (s *Server) find(method, path string) (route, map[string]string, bool) {
	for _, r := range s.routes {
		if r.method != method {
			continue
		}
		if ids, ok := matchPath(r.path, path); ok {
			return r, ids, true
		}
	}
	return route{}, nil, false
}

// matchPath compares segment by segment and gives what the {names} of the pattern stand for.
func matchPath(pattern, path string) (map[string]string, bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	ids := map[string]string{}
	for i, segment := range want {
		if strings.HasPrefix(segment, "{") && got[i] != "" {
			ids[strings.Trim(segment, "{}")] = got[i]
		} else if segment != got[i] {
			return nil, false
		}
	}
	return ids, true
}
