package fleet

import (
	"slices"
	"strings"
	"unicode"

	"syncro-mcp/syncro"
)

// The fields of an inventory's record: those of an asset that people write
// down, and two that they write down beside them.
const (
	fieldName         = syncro.Name
	fieldSerial       = syncro.SerialNumber
	fieldModel        = syncro.Model
	fieldManufacturer = syncro.Manufacturer
	fieldType         = syncro.AssetType
	fieldPurchase     = syncro.PurchaseDate
	fieldWarranty     = syncro.WarrantyExpires
	fieldUser         = "logged_in_user"
	fieldCustomer     = "customer"
)

// fieldOf finds the field that a heading means, and how plainly it says so: 0
// is plainest. Case, spaces and punctuation do not matter.
func fieldOf(text string) (field string, rank int) {
	word := letters(text)
	for field, words := range headingWords() {
		if rank := slices.Index(strings.Fields(words), word); rank >= 0 {
			return field, rank
		}
	}
	return "", 0
}

// headingWords are the headings seen in inventories, plainest first.
func headingWords() map[string]string {
	return map[string]string{
		fieldSerial: "serialnumber assetserial serial serialno serialnum sn servicetag serialid seriennummer seriennr serviceetikett",
		fieldName: "hostname computername machinename devicename assetname pcname systemname dnsname nodename rechnername computer host " +
			"machine device workstation asset name gerätename gerät bezeichnung",
		fieldModel:        "model modelname modelnumber modelno product productname modell",
		fieldManufacturer: "manufacturer make maker vendor brand mfr mfg oem hersteller",
		fieldType:         "assettype devicetype type kind category formfactor class typ geräteart",
		fieldUser: "loggedinuser user username assigneduser assignedto primaryuser lastuser currentuser enduser employee owner benutzer " +
			"nutzer mitarbeiter",
		fieldPurchase: "purchasedate dateofpurchase datepurchased purchased purchasedon boughton bought kaufdatum",
		fieldWarranty: "warrantyexpires warrantyexpiration warrantyexpirationdate warrantyexpirydate warrantyexpiry warrantyenddate warrantyend " +
			"warrantyends warrantyuntil warrantydate warranty garantiebis garantieende garantie",
		fieldCustomer: "customer customername client clientname company companyname organization organisation kunde",
	}
}

// letters is a text in lower case without anything but letters and digits.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// isPlaceholder tells what stands for no serial number at all: makers ship such
// texts, people type them, and taken at their word they would match strangers.
func isPlaceholder(serial string) bool {
	switch word := letters(serial); word {
	case "", "na", "none", "null", "nil", "unknown", "unbekannt", "tbd", "keine", "notavailable", "notapplicable", "notspecified",
		"defaultstring", "systemserialnumber", "serialnumber", "tobefilledbyoem", "invalid", "chassisserialnumber", "123456789":
		return true
	default:
		return strings.Trim(word, "0") == "" || strings.Trim(word, "x") == ""
	}
}

// kindOf brings the words that people use for a type to those of Syncro, in lower case.
func kindOf(assetType string) string {
	switch word := letters(assetType); word {
	case "pc", "workstation", "tower", "computer", "desktoppc", "desktopcomputer", "allinone":
		return "desktop"
	case "notebook", "laptoppc", "portable", "ultrabook":
		return "laptop"
	case "network", "networking", "router", "switch", "firewall", "accesspoint", "networkdevice":
		return "network device"
	case "mfp", "printer", "drucker", "multifunctionprinter":
		return "printer"
	case "phone", "smartphone", "tablet", "mobile", "handy", "mobiledevice":
		return "mobile device"
	default:
		return word
	}
}
