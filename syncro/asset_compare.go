package syncro

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// missing lists what of the change the record does not hold.
func (a Asset) missing(change AssetChange) []NotSaved {
	var missing []NotSaved
	if change.CustomerID != 0 && a.CustomerID != change.CustomerID {
		missing = append(missing, NotSaved{Field: "customer_id", Asked: change.CustomerID, Stored: a.CustomerID, Reason: storedOther})
	}
	for _, field := range AssetFields() {
		asked, ok := change.Fields[field]
		if stored := a.raw.entered(field); ok && !sameField(field, asked, stored) {
			missing = append(missing, notSaved(field, orNull(asked), orNull(stored)))
		}
	}
	properties := a.raw.object("properties")
	for _, key := range slices.Sorted(maps.Keys(change.Properties)) {
		asked, stored := change.Properties[key], properties[properties.keyOf(key)]
		if !sameProperty(asked, stored) {
			missing = append(missing, notSaved("properties."+key, asked, stored))
		}
	}
	return missing
}

// The reasons that are known when a change was taken without an error.
const (
	keptOld     = "Syncro took the change without an error and kept what it had"
	storedOther = "Syncro took the change without an error and stored something else"
)

// keptFrom tells values that were kept from those that were changed on the way.
func keptFrom(before Asset, change AssetChange, missing []NotSaved) []NotSaved {
	old := map[string]any{}
	for _, each := range before.missing(change) {
		old[each.Field] = each.Stored
	}
	for i, each := range missing {
		if was, known := old[each.Field]; known && each.Reason == storedOther && sameProperty(was, each.Stored) {
			missing[i].Reason = keptOld
		}
	}
	return missing
}

func notSaved(field string, asked, stored any) NotSaved {
	reason := storedOther
	if text, isScalar := asText(stored); isScalar && text == "" {
		reason = "Syncro took the change without an error and stored nothing; the account or the asset type may have no such field"
	}
	return NotSaved{Field: field, Asked: asked, Stored: stored, Reason: reason}
}

func sameField(field, asked, stored string) bool {
	switch field {
	case PurchaseDate, WarrantyExpires:
		return day(asked) == day(stored)
	case AssetType:
		return strings.EqualFold(asked, stored)
	}
	return sameText(asked, stored)
}

// sameText allows what a web form does to a text: line ends and outer space.
func sameText(asked, stored string) bool {
	plain := func(text string) string { return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) }
	return plain(asked) == plain(stored)
}

// sameNumber allows 1.5 for 1.50; integers too long for a float must be equal as they are.
func sameNumber(asked, stored string) bool {
	a, errA := strconv.ParseFloat(asked, 64)
	b, errB := strconv.ParseFloat(stored, 64)
	return errA == nil && errB == nil && a == b && math.Abs(a) < 1<<53
}

func sameProperty(asked, stored any) bool {
	left, leftOK := asText(asked)
	right, rightOK := asText(stored)
	if leftOK && rightOK {
		return sameText(left, right) || sameNumber(left, right)
	}
	return sameJSON(asked, stored)
}
