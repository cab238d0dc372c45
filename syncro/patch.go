package syncro

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// PatchStatus says where a patch stands on a machine.
type PatchStatus string

// The states of a patch.
const (
	PatchMissing   PatchStatus = "missing"  // not installed: waiting, or waiting for approval
	PatchFailed    PatchStatus = "failed"   // an installation was tried
	PatchRejected  PatchStatus = "rejected" // somebody decided against it
	PatchInstalled PatchStatus = "installed"
)

// Patch is one Windows update of a machine. Absent values are "" or zero.
type Patch struct {
	KB            string // KB5034441; drivers have none
	Title         string
	Status        PatchStatus
	Severity      string    // the documented dialect's severity, or production's category
	Released      string    // 2024-02-13; production does not tell
	InstalledAt   time.Time // of installed patches
	AttemptedAt   time.Time // of failed patches
	FailureReason string
}

// Patches are all updates that Syncro knows of for one machine.
type Patches struct {
	Patches  []Patch
	LastScan time.Time // zero: not told
	Missed   int       // available patches that Syncro counts but did not send
}

// AssetPatches reads a machine's patches, all pages of them:
// GET /customer_assets/{id}/patches.
func (c *Client) AssetPatches(ctx context.Context, id int64) (Patches, error) {
	r := call{
		method: http.MethodGet, path: fmt.Sprintf("/customer_assets/%d/patches", id),
		doing: fmt.Sprintf("reading the patches of asset %d", id), permission: "Assets - List/Search",
	}
	var found Patches
	seen := map[string]bool{}
	available := 0
	for number := 1; ; number++ {
		if number > 1 {
			r.query = url.Values{"page": {strconv.Itoa(number)}}
		}
		got, err := c.do(ctx, r)
		if routeMissing(err) {
			return Patches{}, c.withoutRoute(ctx, r, id, err, "does not tell patches")
		}
		if err != nil {
			return Patches{}, err
		}
		top, err := got.object(r)
		if err != nil {
			return Patches{}, err
		}
		lists, err := patchLists(top)
		if err != nil {
			return Patches{}, undecodable(r, err)
		}
		if at, ok := parseMoment(lists.lastScan); ok {
			found.LastScan = at
		}
		found.add(seen, lists.installed, PatchInstalled)
		fresh := found.add(seen, lists.available, PatchMissing)
		available += fresh
		p := page{number: number, rows: lists.available}
		p.readMeta(lists.meta)
		if lists.meta == nil || !p.more() || fresh == 0 {
			found.Missed = max(0, p.entries-available)
			return found, nil
		}
	}
}

// lists is what both dialects come to.
type lists struct {
	available, installed []record
	meta                 record
	lastScan             string
}

func patchLists(top record) (lists, error) {
	if documented, ok := top["patches"].(map[string]any); ok {
		nested := record(documented)
		return lists{nested.list("available"), nested.list("installed"), nested.object("meta"), nested.first("last_scan")}, nil
	}
	for _, key := range []string{"available_patches", "installed_patches"} {
		if _, ok := top[key].([]any); !ok {
			return lists{}, fmt.Errorf("field %s is %s, not a list", key, shape(top[key]))
		}
	}
	return lists{top.list("available_patches"), top.list("installed_patches"), top.object("available_patches_meta"), top.first("last_scan")}, nil
}

// add appends what was not seen on an earlier page and counts it.
func (p *Patches) add(seen map[string]bool, rows []record, otherwise PatchStatus) (fresh int) {
	for _, fields := range rows {
		patch := decodePatch(fields, otherwise)
		key := patch.KB + "\n" + patch.Title + "\n" + string(patch.Status)
		if seen[key] {
			continue
		}
		seen[key] = true
		p.Patches = append(p.Patches, patch)
		fresh++
	}
	return fresh
}

func decodePatch(fields record, otherwise PatchStatus) Patch {
	patch := Patch{
		KB: fields.first("kb"), Title: fields.first("title"), Status: otherwise,
		Severity: fields.first("severity", "category"), Released: day(fields.first("release_date")), FailureReason: fields.first("failure_reason"),
	}
	patch.InstalledAt, _ = parseMoment(fields.first("installed_at", "installed_date"))
	patch.AttemptedAt, _ = parseMoment(fields.first("attempted_installation"))
	word := strings.ToLower(fields.first("status"))
	for _, status := range []PatchStatus{PatchMissing, PatchFailed, PatchRejected, PatchInstalled} {
		if strings.Contains(word, string(status)) {
			patch.Status = status
		}
	}
	return patch
}
