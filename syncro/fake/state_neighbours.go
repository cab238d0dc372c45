package fake

import "slices"

// What a test may see and change of the neighbours of assets: tickets, the e-mails they send, alerts and software.

// Tickets gives all tickets in the detail view, in the order in which they were added.
func (s *Server) Tickets() []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []record{}
	for _, ticket := range s.data.tickets.where(func(record) bool { return true }) {
		all = append(all, s.ticketDetail(ticket))
	}
	return plain(all)
}

// Ticket gives one ticket as a GET would.
func (s *Server) Ticket(id int64) (map[string]any, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ticket, found := s.data.tickets.rows[id]
	if !found {
		return nil, false
	}
	return plain(s.ticketDetail(ticket)), true
}

// AddTicket adds a raw ticket and gives its id. What every ticket carries is filled in when missing; nothing is checked.
func (s *Server) AddTicket(ticket map[string]any) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addTicket(plain(ticket))
}

// EditTicket changes a raw ticket in place, into whatever shape. It reports whether there is such a ticket. edit must not call the
// server.
func (s *Server) EditTicket(id int64, edit func(record map[string]any)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data.tickets.edit(id, edit)
}

// Emails gives what was e-mailed to customers so far.
func (s *Server) Emails() []Email {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.data.emails)
}

// Alert gives one alert with all that the account knows of it. Production tells neither resolved_at nor muted_until.
func (s *Server) Alert(id int64) (map[string]any, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	alert, found := s.data.alerts.rows[id]
	if !found {
		return nil, false
	}
	return plain(alert), true
}

// Alerts gives all alerts like Alert, in the order in which they were added.
func (s *Server) Alerts() []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return plain(s.data.alerts.where(func(record) bool { return true }))
}

// AddAlert adds a raw alert and gives its id. What every alert carries is filled in when missing, from its asset where there is one.
func (s *Server) AddAlert(alert map[string]any) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addAlert(plain(alert))
}

// EditAlert changes a raw alert in place, into whatever shape. It reports whether there is such an alert. edit must not call the
// server.
func (s *Server) EditAlert(id int64, edit func(record map[string]any)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data.alerts.edit(id, edit)
}

// SetSoftware replaces the list of what is installed on one asset: raw records with name, vendor, version and installed_at.
func (s *Server) SetSoftware(assetID int64, applications []map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data.software[assetID] = plain(applications)
}

// edit changes a copy of a record and stores it.
func (t *table) edit(id int64, change func(record)) bool {
	r, found := t.rows[id]
	if !found {
		return false
	}
	edited := plain(r)
	change(edited)
	t.put(id, plain(edited))
	return true
}
