package syncro

import (
	"context"
	"fmt"
	"strings"
)

// mostCompared bounds the assets of a customer that a creation is compared with.
const mostCompared = 2000

// refuseDuplicate fails where the customer already has the serial number, or
// without one the name. Syncro's search is only known to look at names, so all
// of the customer's assets are compared; where that cannot be done whole,
// nothing is created.
func (c *Client) refuseDuplicate(ctx context.Context, change AssetChange) error {
	doing := fmt.Sprintf("creating asset %q", change.Fields[Name])
	field, wanted := SerialNumber, strings.TrimSpace(change.Fields[SerialNumber])
	filter := AssetFilter{CustomerID: change.CustomerID}
	if wanted == "" {
		field, wanted = Name, strings.TrimSpace(change.Fields[Name])
		filter.Query = wanted
	}
	var coverage Coverage
	compared := 0
	for asset, err := range c.Assets(ctx, filter, &coverage) {
		if err != nil {
			return fmt.Errorf("looking for a record of the same machine, before anything was created: %w", err)
		}
		if strings.EqualFold(asset.Field(field), wanted) {
			return &Error{Kind: ValidationFailed, Doing: doing,
				Message: fmt.Sprintf("the customer already has asset %d %q with the %s %q; nothing was created", asset.ID, asset.Name, strings.ReplaceAll(field, "_", " "), asset.Field(field)),
				Next:    fmt.Sprintf("Update asset %d, or pass allow_duplicate if this is another machine", asset.ID)}
		}
		if compared++; compared == mostCompared {
			break
		}
	}
	if compared == mostCompared || !coverage.Complete {
		return &Error{Kind: Unavailable, Doing: doing,
			Message: fmt.Sprintf("only %d of the customer's assets could be compared with the new one; nothing was created", coverage.Read),
			Next:    "Search for the serial number and name, then pass allow_duplicate if the machine is new"}
	}
	return nil
}
