package serve

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// guard knows under which names this server may be called and which web pages
// may call it. Without it, any page in the owner's browser could drive a server
// on loopback, straight or by rebinding its own name to 127.0.0.1.
type guard struct {
	hosts   []string // host for any port, or host:port; lower case
	origins []string // scheme://host[:port]; nil: the pages of hosts
}

func newGuard(o HTTPOptions) (guard, error) {
	g := guard{}
	for _, host := range o.AllowedHosts {
		if host = strings.TrimSpace(host); host == "" || strings.ContainsAny(host, "/@* ") {
			return guard{}, fmt.Errorf("the allowed host %q is not of the form host or host:port", host)
		}
		if strings.HasSuffix(host, "]") {
			host = strings.Trim(host, "[]") // an IPv6 address for any port
		}
		g.hosts = append(g.hosts, strings.ToLower(host))
	}
	for _, origin := range o.AllowedOrigins {
		parsed, err := url.Parse(strings.TrimSpace(origin))
		if err != nil || parsed.Host == "" || strings.Trim(parsed.Path, "/") != "" || strings.Contains(origin, "*") ||
			(parsed.Scheme != "https" && parsed.Scheme != "http") {
			return guard{}, fmt.Errorf("the allowed origin %q is not of the form https://host or https://host:port", origin)
		}
		g.origins = append(g.origins, strings.ToLower(parsed.Scheme+"://"+parsed.Host))
	}
	if len(g.hosts) == 0 {
		g.hosts = []string{"localhost", "127.0.0.1", "::1"}
		if host, _, err := net.SplitHostPort(o.Listen); err == nil && host != "" {
			g.hosts = append(g.hosts, strings.ToLower(host))
		}
	}
	return g, nil
}

// allowsHost checks a Host header, or the host of an origin.
func (g guard) allowsHost(host string) bool {
	host = strings.ToLower(host)
	name := host
	if bare, _, err := net.SplitHostPort(host); err == nil {
		name = bare
	}
	name = strings.TrimSuffix(strings.Trim(name, "[]"), ".")
	return name != "" && (slices.Contains(g.hosts, name) || slices.Contains(g.hosts, host))
}

// allowsOrigin takes every origin that a request names; none is fine, for then no
// web page sent it.
func (g guard) allowsOrigin(r *http.Request) bool {
	for _, origin := range r.Header.Values("Origin") {
		if !g.allowsPage(strings.ToLower(origin)) {
			return false
		}
	}
	return true
}

func (g guard) allowsPage(origin string) bool {
	if g.origins != nil {
		return slices.Contains(g.origins, origin)
	}
	parsed, err := url.Parse(origin)
	return err == nil && (parsed.Scheme == "http" || parsed.Scheme == "https") && g.allowsHost(parsed.Host)
}

// admit lets the page that sent an allowed request read the answer. It names that
// page and never all of them.
func (g guard) admit(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); origin != "" {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate")
	}
}

// preflight answers the question that a browser asks before a call.
func (g guard) preflight(w http.ResponseWriter, methods []string) {
	allowed := strings.Join(append(slices.Clone(methods), http.MethodOptions), ", ")
	w.Header().Set("Allow", allowed)
	if w.Header().Get("Access-Control-Allow-Origin") != "" {
		w.Header().Set("Access-Control-Allow-Methods", allowed)
		w.Header().Set("Access-Control-Allow-Headers",
			"Accept, Authorization, Content-Type, Last-Event-ID, Mcp-Method, Mcp-Name, Mcp-Protocol-Version, Mcp-Session-Id")
		w.Header().Set("Access-Control-Max-Age", "600")
	}
	w.WriteHeader(http.StatusNoContent)
}

// loopback tells whether only this machine can reach an address.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
