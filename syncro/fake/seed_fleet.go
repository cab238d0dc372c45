package fake

import "time"

const usDate = "01/02/2006"

// demoCustomers are fictitious; two have similar names, so that a name alone can be ambiguous.
func demoCustomers() []seedCustomer {
	return []seedCustomer{
		{business: "Northwind Dental", first: "Mara", last: "Ellison", email: "office@northwind-dental.example",
			phone: "+1 555-0101", prefix: "NWD", dates: time.DateOnly, fleet: dentalFleet()},
		{business: "Northwind Dental Labs", first: "Theo", last: "Brandt", email: "lab@northwind-labs.example",
			phone: "+1 555-0112", prefix: "NWL", dates: time.DateOnly, fleet: labsFleet()},
		{business: "Bäckerei Süßkind GmbH", first: "Jörg", last: "Süßkind", email: "buero@baeckerei-suesskind.example",
			phone: "+49 30 5550123", prefix: "BS", dates: time.DateOnly, fleet: bakeryFleet()},
		{business: "Cedar & Pine Accounting", first: "Priya", last: "Nair", email: "it@cedarpine.example",
			phone: "+1 555-0134", prefix: "CPA", dates: time.DateOnly, fleet: accountingFleet()},
		{business: "Harborlight Logistics", first: "Owen", last: "Castellano", email: "dispatch@harborlight.example",
			phone: "+1 555-0145", prefix: "HLL", dates: time.DateOnly, fleet: logisticsFleet()},
		{business: "Fennimore Veterinary Clinic", first: "Ruth", last: "Abara", email: "frontdesk@fennimorevet.example",
			phone: "+1 555-0156", prefix: "FVC", dates: usDate, fleet: clinicFleet()},
	}
}

// The rows below read: name, hardware, serial, bought days ago, years of warranty, location, user, minutes since the last check-in.

func dentalFleet() []machine {
	return []machine{
		{"NWD-WKS-001", "optiplex", "4KX92L3", 410, 3, "Front desk", `NWD\m.ellison`, 3, extra{}},
		{"NWD-WKS-002", "optiplex", "4KX92M7", 410, 3, "Treatment room 1", `NWD\chair1`, 5, extra{missing: 3}},
		{"NWD-WKS-003", "optiplex", "4KX92P1", 410, 3, "Treatment room 2", `NWD\chair2`, 2,
			extra{missing: 1, triggers: []string{"low_hd_space"}}},
		{"NWD-WKS-004", "optiplex10", "7HQ04T2", 2190, 3, "Sterilisation", "", 6 * day,
			extra{missing: 12, notes: "To be replaced: does not meet the Windows 11 requirements."}},
		{"RECEPTION-01", "prodesk", "8CC1270XK4", 1075, 3, "Reception", `NWD\reception`, 1, extra{missing: 2, failed: 1}},
		{"NWD-LAP-001", "latitude", "9TLR5Y3", 260, 3, "Mobile", `NWD\m.ellison`, 4, extra{}},
		{"NWD-LAP-002", "macbook", "C02H71QPQ6L4", 590, 1, "Mobile", "mellison", 11, extra{}},
		{"NWD-SRV-001", "poweredge", "1QZ8CN3", 1020, 3, "Server cabinet", `NWD\svc-imaging`, 1,
			extra{missing: 2, notes: "Imaging database. Restart only after 18:00."}},
		{"NWD-FW-001", "fortigate", "FGT60FTK2109A7X1", 1110, 3, "Server cabinet", "", 0, extra{}},
		{"NWD-SW-001", "unifi", "", 760, 0, "Server cabinet", "", 0, extra{}},
		{"NWD-PRN-001", "laserjet", "PHBLQ41097", 1320, 1, "Front desk", "", 0, extra{}},
		{"NWD-TAB-001", "ipad", "DMPC20KLQ1GC", 340, 1, "Waiting room", "", 0, extra{notes: "Patient check-in form."}},
		{"NWD-UPS-001", "ups", "AS2214163882", 0, 0, "Server cabinet", "", 0, extra{}},
	}
}

func labsFleet() []machine {
	return []machine{
		{"NWL-WKS-01", "thinkcentre", "MJ0HT4QZ", 530, 3, "Milling", `LABS\milling`, 2, extra{}},
		{"NWL-WKS-02", "thinkcentre", "MJ0HT4R8", 530, 3, "Scanning", `LABS\scan`, 7, extra{missing: 4}},
		{"NWL-WKS-03", "optiplex10", "7HQ1BX2", 1990, 3, "Shipping", `LABS\shipping`, 9, extra{missing: 7, triggers: []string{"no_av"}}},
		{"NWL-LAP-01", "thinkpad", "PF4C81WD", 1079, 3, "Office", `LABS\t.brandt`, 3, extra{driver: true, missing: 1}},
		{"NWL-SRV-01", "thinksystem", "J30B7M4K", 1830, 3, "Back office", `LABS\administrator`, 2,
			extra{missing: 61, failed: 3, triggers: []string{"smart_failure"},
				notes: "Updates were never approved here. Talk to Theo before any restart."}},
		{"NWL-SW-01", "unifi", "F492BF1A77C0", 530, 2, "Back office", "", 0, extra{}},
		{"NWL-PRN-01", "brother", "E78114C1N336742", 530, 3, "Shipping", "", 0, extra{}},
		{"NWL-MOB-01", "galaxy", "R52T90XH7AB", 200, 2, "Courier van", "", 0, extra{}},
		{"NWL-NAS-01", "nas", "2290SQRK4TD1F", 900, 3, "Back office", "", 0, extra{}},
	}
}

func bakeryFleet() []machine {
	return []machine{
		{"BS-PC-BUERO1", "prodesk", "8CC1384LMR", 700, 3, "Büro", `BS\j.suesskind`, 4, extra{}},
		{"BS-PC-BUERO2", "prodesk", "8CC1384LN2", 700, 3, "Büro", `BS\buchhaltung`, 14, extra{missing: 2, rejected: 1}},
		{"BS-PC-BACKSTUBE", "optiplex", "5MW77K3", 1150, 3, "Backstube", `BS\backstube`, 21 * day, extra{missing: 9}},
		{"BS-KASSE-01", "thinkcentre", "MJ0K2PAL", 300, 3, "Filiale Markt", `BS\kasse`, 1, extra{}},
		{"BS-KASSE-02", "thinkcentre", "MJ0K2PAQ", 300, 3, "Filiale Bahnhof", `BS\kasse`, 1, extra{updating: true, missing: 1}},
		{"BS-NB-CHEF", "surface", "0F3K21922472", 480, 2, "Mobil", `BS\j.suesskind`, 5 * hour, extra{missing: 1}},
		{"BS-SRV-01", "proliant", "CZJ2080M1P", 1010, 3, "Büro", `BS\administrator`, 2, extra{}},
		{"BS-FW-01", "fortigate", "FGT60FTK2209C3Q8", 820, 3, "Büro", "", 0, extra{}},
		{"BS-DRUCKER-01", "laserjet", "PHBLQ55210", 700, 1, "Büro", "", 0, extra{}},
		{"BS-ETIKETTEN-01", "zebra", "", 0, 0, "Backstube", "", 0, extra{notes: "Allergen-Etiketten."}},
		{"BS-HANDY-01", "iphone", "G6TZK20N0D", 350, 1, "Mobil", "", 0, extra{}},
	}
}
