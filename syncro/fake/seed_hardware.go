package fake

// hardware is one model of the demo fleet; without an os it runs no agent.
type hardware struct {
	kind, maker, model string
	os, version        string
	cpu, memory, disk  string
	windows            bool
	kbOffset           int // sets the patch numbers of one operating system apart from another's
}

// hardwareOf looks a model up by its short name in the fleet; a typo there is found by the first test that seeds.
func hardwareOf(name string) hardware {
	h, known := hardwareCatalog()[name]
	if !known {
		panic("fake: no demo hardware " + name)
	}
	return h
}

func hardwareCatalog() map[string]hardware {
	return map[string]hardware{
		"optiplex":    win11("Desktop", "Dell", "OptiPlex 7090", "Intel Core i7-11700", "16 GB", "512 GB SSD"),
		"optiplex10":  win10("Desktop", "Dell", "OptiPlex 3050", "Intel Core i5-7500", "8 GB", "256 GB SSD"),
		"prodesk":     win11("Desktop", "HP", "ProDesk 600 G6", "Intel Core i5-10500", "16 GB", "512 GB SSD"),
		"thinkcentre": win11("Desktop", "Lenovo", "ThinkCentre M75q Gen 2", "AMD Ryzen 5 PRO 5650GE", "16 GB", "512 GB SSD"),
		"imac":        mac("Desktop", "iMac 24-inch (M3)", "Apple M3", "16 GB", "512 GB SSD"),

		"latitude":  win11("Laptop", "Dell", "Latitude 5440", "Intel Core i5-1345U", "16 GB", "512 GB SSD"),
		"thinkpad":  win11("Laptop", "Lenovo", "ThinkPad X1 Carbon Gen 11", "Intel Core i7-1365U", "32 GB", "1 TB SSD"),
		"elitebook": win11("Laptop", "HP", "EliteBook 840 G10", "Intel Core i7-1355U", "16 GB", "512 GB SSD"),
		"surface":   win11("Laptop", "Microsoft", "Surface Laptop 5", "Intel Core i5-1245U", "16 GB", "256 GB SSD"),
		"macbook":   mac("Laptop", "MacBook Air 13-inch (M2)", "Apple M2", "16 GB", "512 GB SSD"),

		"poweredge":   server2022("Dell", "PowerEdge R350", "Intel Xeon E-2378", "64 GB", "2 TB RAID 1"),
		"proliant":    server2022("HPE", "ProLiant ML30 Gen10 Plus", "Intel Xeon E-2314", "32 GB", "4 TB RAID 5"),
		"thinksystem": server2019("Lenovo", "ThinkSystem ST50", "Intel Xeon E-2224G", "16 GB", "1 TB RAID 1"),

		"fortigate": plainThing("Network Device", "Fortinet", "FortiGate 60F"),
		"sonicwall": plainThing("Network Device", "SonicWall", "TZ370"),
		"unifi":     plainThing("Network Device", "Ubiquiti", "UniFi Switch Pro 24 PoE"),
		"meraki":    plainThing("Network Device", "Cisco Meraki", "MR36"),
		"laserjet":  plainThing("Printer", "HP", "LaserJet Pro M404dn"),
		"brother":   plainThing("Printer", "Brother", "MFC-L8900CDW"),
		"zebra":     plainThing("Printer", "Zebra", "ZD421"),
		"ipad":      plainThing("Mobile Device", "Apple", "iPad (10th generation)"),
		"iphone":    plainThing("Mobile Device", "Apple", "iPhone 14"),
		"galaxy":    plainThing("Mobile Device", "Samsung", "Galaxy Tab Active4 Pro"),
		"ups":       plainThing("Other", "APC", "Smart-UPS 1500"),
		"nas":       plainThing("Other", "Synology", "DiskStation DS923+"),
		"scanner":   plainThing("Other", "Zebra", "DS2208"),
	}
}

func win11(kind, maker, model, cpu, memory, disk string) hardware {
	return hardware{kind, maker, model, "Windows 11 Pro", "23H2", cpu, memory, disk, true, 0}
}

func win10(kind, maker, model, cpu, memory, disk string) hardware {
	return hardware{kind, maker, model, "Windows 10 Pro", "22H2", cpu, memory, disk, true, 61}
}

func server2022(maker, model, cpu, memory, disk string) hardware {
	return hardware{"Server", maker, model, "Windows Server 2022 Standard", "21H2", cpu, memory, disk, true, 113}
}

func server2019(maker, model, cpu, memory, disk string) hardware {
	return hardware{"Server", maker, model, "Windows Server 2019 Standard", "1809", cpu, memory, disk, true, 197}
}

func mac(kind, model, cpu, memory, disk string) hardware {
	return hardware{kind, "Apple", model, "macOS Sonoma", "14.5", cpu, memory, disk, false, 0}
}

func plainThing(kind, maker, model string) hardware {
	return hardware{kind: kind, maker: maker, model: model}
}
