package fake

import "strings"

// patchesPerPage is what production gives of available patches at a time; installed ones are not paged.
const patchesPerPage = 50

// PatchSet is what is known of the patches of one asset, as raw records of the account's dialect. LastScan is empty where the agent
// never scanned; production does not tell it.
type PatchSet struct {
	Available []map[string]any
	Installed []map[string]any
	LastScan  string
}

func patchRoutes() []route {
	return []route{
		{method: "GET", path: "/customer_assets/{id}/patches", needs: "asset.read", act: (*Server).getPatches},
	}
}

func (s *Server) getPatches(c call) answer {
	id := c.id("id")
	if _, found := s.data.assets.rows[id]; !found {
		return assetNotFound()
	}
	set := s.data.patches[id]
	// Never null: an asset without patches has empty lists.
	available := append([]record{}, set.Available...)
	installed := append([]record{}, set.Installed...)
	if s.options.Dialect == Production {
		shown, meta := s.paginate(available, c.query, patchesPerPage)
		return ok(record{"available_patches": shown, "installed_patches": installed, "available_patches_meta": meta})
	}
	patches := record{"available": available, "installed": installed, "last_scan": nil}
	if strings.TrimSpace(set.LastScan) != "" {
		patches["last_scan"] = set.LastScan
	}
	return ok(record{"patches": patches})
}
