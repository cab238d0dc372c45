package syncro

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Software is one application that the agent found on a machine. Absent values are "" or zero.
type Software struct {
	Name        string
	Vendor      string
	Version     string
	InstalledAt time.Time
}

// Software reads what is installed on a machine, all pages of it: GET
// /customer_assets/{id}/installed_applications. Missed counts applications
// that Syncro counts but did not send. Where the account's API has no such
// list the error is Unsupported.
func (c *Client) Software(ctx context.Context, assetID int64) (found []Software, missed int, err error) {
	r := call{
		path:  fmt.Sprintf("/customer_assets/%d/installed_applications", assetID),
		doing: fmt.Sprintf("reading the software of asset %d", assetID), permission: "Assets - View Details",
	}
	seen := map[string]bool{}
	for number := 1; ; number++ {
		p, err := c.page(ctx, r, "installed_applications", number)
		if routeMissing(err) {
			return nil, 0, c.withoutRoute(ctx, r, assetID, err, "does not list installed software")
		}
		if err != nil {
			return nil, 0, err
		}
		before := len(found)
		onPage := map[string]bool{} // two equal rows of one page are two; one that came on an earlier page moved
		for _, fields := range p.rows {
			software := decodeSoftware(fields)
			key := strings.Join([]string{fields.first("id"), software.Name, software.Vendor, software.Version, fields.first("installed_at")}, "\n")
			if seen[key] {
				continue
			}
			onPage[key] = true
			found = append(found, software)
		}
		for key := range onPage {
			seen[key] = true
		}
		if !p.more() || len(found) == before {
			return found, max(0, p.entries-len(found)), nil
		}
	}
}

// withoutRoute tells an account whose API lacks a route below an asset from an
// asset that is not there.
func (c *Client) withoutRoute(ctx context.Context, r call, assetID int64, cause error, lacks string) error {
	if _, err := c.Asset(ctx, assetID); err != nil {
		return err
	}
	return &Error{Kind: Unsupported, Doing: r.doing, Err: cause, Status: http.StatusNotFound,
		Message: "this Syncro account's API " + lacks, Next: "Look at the asset's page in Syncro's web app"}
}

func decodeSoftware(fields record) Software {
	software := Software{Name: fields.first("name"), Vendor: fields.first("vendor"), Version: fields.first("version")}
	software.InstalledAt, _ = parseMoment(fields.first("installed_at"))
	return software
}
