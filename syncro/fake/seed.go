package fake

import (
	"fmt"
	"time"
)

const (
	firstDemoCustomer = 2101
	firstDemoAsset    = 70101
)

// seed fills the account with the demo customers, their machines and what belongs to these. Nothing in it is random; times count from now, so
// that machines that are online have checked in a moment ago.
func (s *Server) seed(now time.Time) {
	assetID := int64(firstDemoAsset)
	var fleet []seedAsset
	for c, customer := range demoCustomers() {
		customer.id = firstDemoCustomer + int64(c)
		s.addCustomer(customer.render())
		for m, machine := range customer.fleet {
			a := newSeedAsset(assetID, c, m, customer, machine, now)
			s.addAsset(plain(s.renderAsset(a)))
			if a.patched() {
				s.data.patches[a.id] = plain(s.renderPatches(a))
			}
			fleet = append(fleet, a)
			assetID++
		}
	}
	s.seedTickets(fleet, now)
	s.seedAlerts(fleet, now)
	s.seedSoftware(fleet)
}

// seedCustomer is a demo customer in neutral words.
type seedCustomer struct {
	id                                          int64
	business, first, last, email, phone, prefix string
	dates                                       string // how this customer's dates were typed in; production keeps them as text
	fleet                                       []machine
}

func (c seedCustomer) render() record {
	return record{"id": c.id, "business_name": c.business, "firstname": c.first, "lastname": c.last, "email": c.email, "phone": c.phone}
}

// machine is one row of the demo fleet.
type machine struct {
	name, hardware, serial string
	bought                 int // days ago; 0 is not recorded
	cover                  int // years of warranty; 0 is not recorded
	location, user         string
	seen                   int // minutes since the agent's last check-in, where the hardware runs one
	extra                  extra
}

// extra is what only some machines have.
type extra struct {
	missing, failed, rejected int  // patches
	driver                    bool // a driver update is missing, which has no KB number
	neverScanned              bool
	noAgent                   bool
	updating                  bool
	triggers                  []string
	notes                     string
}

const (
	hour        = 60
	day         = 24 * hour
	onlineUntil = 30 // minutes without a check-in
)

// seedAsset is a machine with everything worked out, still in neutral words.
type seedAsset struct {
	machine
	hardware           hardware
	id                 int64
	customer           seedCustomer
	now, seenAt        time.Time
	created, updated   time.Time
	purchase, warranty time.Time // zero: unknown
	tag, ip, mac       string
}

func newSeedAsset(id int64, customerIndex, index int, customer seedCustomer, m machine, now time.Time) seedAsset {
	a := seedAsset{machine: m, hardware: hardwareOf(m.hardware), id: id, customer: customer, now: now}
	a.tag = fmt.Sprintf("%s-%04d", customer.prefix, 1001+index)
	a.ip = fmt.Sprintf("10.%d.0.%d", 20+customerIndex, 21+index)
	a.mac = fmt.Sprintf("02:5A:%02X:%02X:10:%02X", 0x10+customerIndex, 0xA0+index, (37*index+11)%256)
	a.seenAt = now.Add(-time.Duration(m.seen)*time.Minute - 20*time.Second)
	a.created = now.AddDate(0, 0, -200-index)
	if m.bought > 0 {
		a.purchase = now.AddDate(0, 0, -m.bought)
		a.created = a.purchase.AddDate(0, 0, min(m.bought, 4))
	}
	if m.bought > 0 && m.cover > 0 {
		a.warranty = now.AddDate(0, 0, 365*m.cover-m.bought)
	}
	a.updated = a.created
	if a.agent() {
		a.updated = a.seenAt
	}
	return a
}

func (a seedAsset) agent() bool   { return a.hardware.os != "" && !a.extra.noAgent }
func (a seedAsset) online() bool  { return a.seen <= onlineUntil }
func (a seedAsset) patched() bool { return a.agent() && a.hardware.windows }

// dateText words a day, or nothing for an unknown one.
func dateText(t time.Time, layout string) any {
	if t.IsZero() {
		return nil
	}
	return t.Format(layout)
}

// textOrNil is null for what is not recorded.
func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (s *Server) renderAsset(a seedAsset) record {
	if s.options.Dialect == Production {
		return s.productionAsset(a)
	}
	return s.documentedAsset(a)
}

func (s *Server) renderPatches(a seedAsset) PatchSet {
	if s.options.Dialect == Production {
		return s.productionPatches(a)
	}
	return s.documentedPatches(a)
}
