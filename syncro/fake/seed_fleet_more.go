package fake

func accountingFleet() []machine {
	return []machine{
		{"CPA-D-101", "optiplex", "6BT41Y3", 1060, 3, "2nd floor", `CPA\pnair`, 2, extra{}},
		{"CPA-D-102", "optiplex", "6BT41Z9", 1060, 3, "2nd floor", `CPA\lgrant`, 6, extra{missing: 5}},
		// The same serial twice under one customer: the machine was imaged from the one before it and entered again.
		{"CPA-D-103", "optiplex", "6BT42C4", 1060, 3, "2nd floor", `CPA\temp1`, 12, extra{missing: 2}},
		{"CPA-D-103-OLD", "optiplex", "6BT42C4", 1060, 3, "Storage", "", 74 * day, extra{missing: 6}},
		{"CPA-D-104", "imac", "C02J44ZRQ6NV", 420, 1, "Design corner", "amoreau", 8, extra{}},
		{"CPA-L-201", "elitebook", "5CG3151TQD", 610, 3, "Mobile", `CPA\pnair`, 3, extra{}},
		{"CPA-L-202", "elitebook", "5CG3151TQK", 610, 3, "Mobile", `CPA\dfrost`, 2 * day, extra{missing: 3}},
		{"CPA-L-203", "elitebook", "", 610, 3, "Mobile", `CPA\intern`, 10, extra{neverScanned: true}},
		{"CPA-SRV-FILES", "poweredge", "3WD6FP3", 1088, 3, "Comms room", `CPA\administrator`, 1, extra{}},
		{"CPA-SRV-TAX", "poweredge", "3WD6FQ1", 1088, 3, "Comms room", `CPA\svc-tax`, 2,
			extra{missing: 1, failed: 2, triggers: []string{"low_hd_space", "app_crash"},
				notes: "No restarts between 15 March and 15 April."}},
		{"CPA-FW-01", "sonicwall", "2CB8ED6A19F0", 1042, 3, "Comms room", "", 0, extra{}},
		{"CPA-AP-01", "meraki", "Q3AJ-7XKD-9PLM", 1042, 3, "2nd floor ceiling", "", 0, extra{}},
		{"CPA-PRN-01", "brother", "E78114F2N118093", 820, 3, "2nd floor", "", 0, extra{}},
		{"CPA-UPS-01", "ups", "AS2301250017", 900, 2, "Comms room", "", 0, extra{}},
	}
}

func logisticsFleet() []machine {
	return []machine{
		{"HLL-DISPATCH-1", "thinkcentre", "MJ0M81TX", 150, 3, "Dispatch", `HLL\dispatch1`, 1, extra{}},
		{"HLL-DISPATCH-2", "thinkcentre", "MJ0M81TZ", 150, 3, "Dispatch", `HLL\dispatch2`, 1, extra{missing: 2}},
		{"HLL-DOCK-1", "optiplex10", "7JR6C52", 2010, 3, "Dock 1", `HLL\dock`, 25, extra{missing: 10, failed: 1, triggers: []string{"defrag"}}},
		{"HLL-DOCK-2", "optiplex10", "7JR6C60", 2010, 3, "Dock 2", `HLL\dock`, 3 * day, extra{missing: 11}},
		{"HLL-LT-OCASTELLANO", "thinkpad", "PF4N02LK", 95, 3, "Mobile", `HLL\ocastellano`, 6, extra{}},
		{"HLL-LT-SALES1", "latitude", "2GHY7Z3", 1003, 3, "Mobile", `HLL\sales1`, 9 * hour, extra{missing: 1}},
		{"HLL-LT-SPARE", "latitude", "2GHY801", 1003, 3, "Cupboard", "", 0, extra{noAgent: true, notes: "Spare. Agent not installed yet."}},
		{"HLL-SRV-01", "proliant", "CZJ3110QW7", 640, 3, "Rack A", `HLL\administrator`, 1, extra{}},
		{"HLL-FW-01", "sonicwall", "2CB8ED70B3A4", 640, 3, "Rack A", "", 0, extra{}},
		{"HLL-SW-DOCKS", "unifi", "F492BF33D210", 640, 2, "Dock 1", "", 0, extra{}},
		{"HLL-LBL-01", "zebra", "D8J213904417", 640, 2, "Dock 1", "", 0, extra{}},
		{"HLL-TAB-01", "galaxy", "R52W31BC9QE", 400, 2, "Forklift 1", "", 0, extra{}},
		{"HLL-TAB-02", "galaxy", "R52W31BC9RT", 400, 2, "Forklift 2", "", 0, extra{}},
		{"HLL-SCAN-01", "scanner", "", 0, 0, "Dock 2", "", 0, extra{}},
	}
}

func clinicFleet() []machine {
	return []machine{
		// The same name as a machine of Northwind Dental.
		{"RECEPTION-01", "optiplex", "8YT30M3", 880, 3, "Reception", `FVC\frontdesk`, 2, extra{missing: 1}},
		{"FVC-EXAM-1", "prodesk", "8CC2410RZT", 500, 3, "Exam room 1", `FVC\exam`, 4, extra{}},
		{"FVC-EXAM-2", "prodesk", "8CC2410RZV", 500, 3, "Exam room 2", `FVC\exam`, 4,
			extra{missing: 4, triggers: []string{"bsod", "device_manager"}}},
		{"FVC-LAP-1", "surface", "0F3M70144510", 1050, 3, "Mobile", `FVC\rabara`, 40, extra{missing: 2}},
		{"FVC-SRV-1", "thinksystem", "J30D0Q2X", 1120, 3, "Closet", `FVC\administrator`, 3,
			extra{missing: 3, triggers: []string{"firewall"}}},
		{"FVC-FW-1", "fortigate", "FGT60FTK2309E1B6", 1071, 3, "Closet", "", 0, extra{}},
		{"FVC-PRN-1", "laserjet", "", 1400, 1, "Reception", "", 0, extra{}},
		{"FVC-IPAD-1", "ipad", "DMPC91RTQ1GC", 120, 1, "Exam room 1", "", 0, extra{}},
		{"FVC-UPS-1", "ups", "AS2402118854", 300, 2, "Closet", "", 0, extra{}},
	}
}
