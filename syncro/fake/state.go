package fake

import "slices"

// What a test may see and change. Records go in and out as deep copies that have passed through JSON: numbers are float64.

// Assets gives all assets as the API would, in the order in which they were added.
func (s *Server) Assets() []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []record{}
	for _, asset := range s.data.assets.where(func(record) bool { return true }) {
		all = append(all, s.withTickets(asset))
	}
	return plain(all)
}

// Asset gives one asset as a GET would.
func (s *Server) Asset(id int64) (map[string]any, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	asset, found := s.data.assets.rows[id]
	if !found {
		return nil, false
	}
	return plain(s.withTickets(asset)), true
}

// EditAsset changes a raw record in place, into whatever shape; nothing is filled in or checked. It reports whether there is such
// an asset. edit must not call the server.
func (s *Server) EditAsset(id int64, edit func(record map[string]any)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	asset, found := s.data.assets.rows[id]
	if !found {
		return false
	}
	edited := plain(asset)
	edit(edited)
	s.data.assets.put(id, plain(edited))
	return true
}

// AddAsset adds a raw record in the spelling of the account's dialect and gives its id. What every record of the dialect carries is
// filled in when missing, the id included.
func (s *Server) AddAsset(asset map[string]any) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addAsset(plain(asset))
}

// RemoveAsset removes an asset as if it had been deleted in the web app.
func (s *Server) RemoveAsset(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removeAsset(id)
}

// AddCustomer adds a raw customer and gives its id. What every customer carries is filled in when missing.
func (s *Server) AddCustomer(customer map[string]any) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addCustomer(plain(customer))
}

// SetPatches replaces what is known of the patches of one asset.
func (s *Server) SetPatches(assetID int64, p PatchSet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data.patches[assetID] = plain(p)
}

// Runs gives the scripts that were accepted so far.
func (s *Server) Runs() []Run {
	s.mu.Lock()
	defer s.mu.Unlock()
	runs := slices.Clone(s.data.runs)
	for i := range runs {
		runs[i].Parameters = plain(runs[i].Parameters)
	}
	return runs
}
