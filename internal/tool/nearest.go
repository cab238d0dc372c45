package tool

import "strings"

// nearest gives the one name that a misspelt one obviously means, or "".
func nearest(wrong string, names []string) string {
	found := ""
	for _, name := range names {
		if !alike(bare(wrong), bare(name)) {
			continue
		}
		if bare(wrong) == bare(name) {
			return name
		}
		if found != "" {
			return "" // two candidates are no obvious guess
		}
		found = name
	}
	return found
}

// bare drops what people spell in different ways: assetId, asset-id, ASSET_ID.
func bare(name string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))
}

// alike: nearly the same letters, or one name inside the other as id is in asset_id.
func alike(a, b string) bool {
	if len(a) > 64 || a == "" {
		return false
	}
	if strings.Contains(b, a) || len(b) > 2 && strings.Contains(a, b) {
		return true
	}
	return distance(a, b) <= max(1, len(b)/4)
}

// distance is the number of letters to insert, delete or replace between a and b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
