package fake

import (
	"slices"
	"strings"
)

func userRoutes() []route {
	return []route{{method: "GET", path: "/me", act: (*Server).getMe}}
}

// getMe answers with the token's user. The key itself is not repeated: a fake has no reason to hand it out.
func (s *Server) getMe(call) answer {
	granted := []string{"asset.read", "asset.write", "asset.delete", "customer.read", "customer.write", "customer.delete",
		"ticket.read", "ticket.write", "ticket.delete", "invoice.read", "invoice.write", "invoice.delete", "payment.read",
		"payment.write", "payment.delete", "worksheet.add", "worksheet.manage", "worksheet.delete", "script.execute",
		"alert.read", "alert.write", "alert.delete"}
	permissions := map[string]map[string]bool{}
	for _, name := range slices.Concat(granted, s.options.Deny) {
		noun, verb, _ := strings.Cut(name, ".")
		if permissions[noun] == nil {
			permissions[noun] = map[string]bool{}
		}
		permissions[noun][verb] = !slices.Contains(s.options.Deny, name)
	}
	return ok(record{
		"user_id": 1, "user_name": "Dana Technician", "user_email": "dana@demo-msp.example", "subdomain": "demo",
		"admin": len(s.options.Deny) == 0, "can_use_app": true, "two_factor_required": false, "default_location": nil,
		"enable_multi_locations": false, "locations_allowed": []any{}, "permissions": permissions,
	})
}
