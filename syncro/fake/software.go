package fake

// softwareRoutes exist in production only.
func softwareRoutes() []route {
	return []route{
		{method: "GET", path: "/customer_assets/{id}/installed_applications", needs: "asset.read", only: []Dialect{Production},
			act: (*Server).listSoftware},
	}
}

func (s *Server) listSoftware(c call) answer {
	id := c.id("id")
	if _, found := s.data.assets.rows[id]; !found {
		return assetNotFound()
	}
	rows, meta := s.paginate(s.data.software[id], c.query, s.options.PageSize)
	return ok(record{"installed_applications": append([]record{}, rows...), "meta": meta})
}
