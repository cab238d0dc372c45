package tools

import (
	"context"
	"fmt"

	"syncro-mcp/internal/fleet"
	"syncro-mcp/syncro"
)

type exportAssetsIn struct {
	customerRef
	AssetType string `json:"asset_type,omitempty" jsonschema_description:"Count and show only this type; the files hold all."`
}

type exportAssetsOut struct {
	covered
	CSV       string     `json:"csv"`   // resource to read
	JSONLines string     `json:"jsonl"` // likewise
	FirstRows []assetRow `json:"first_rows"`
}

const firstRows = 5

// exportAssets counts what the files will hold, as far as a few pages tell: the
// files themselves are read when somebody wants them.
func (d *desk) exportAssets(ctx context.Context, in exportAssetsIn) (exportAssetsOut, error) {
	customer, err := d.customerToFilter(ctx, in.customerRef)
	if err != nil {
		return exportAssetsOut{}, err
	}
	first, c, err := d.peek(ctx, syncro.AssetFilter{CustomerID: customer, Type: in.AssetType})
	if err == nil {
		err = d.notNobody(ctx, customer, c)
	}
	if err != nil {
		return exportAssetsOut{}, err
	}
	address := "syncro://assets"
	if customer != 0 {
		address = fmt.Sprintf("syncro://customers/%d/assets", customer)
	}
	out := exportAssetsOut{covered: coveredBy(c, &lists{limit: mostNamedFailures}), CSV: address + ".csv", JSONLines: address + ".jsonl"}
	if !c.Complete && len(c.Failed) == 0 {
		out.Note = fmt.Sprintf("Only the first %d assets were counted here; the files hold them all.", c.Checked)
	}
	if in.AssetType != "" {
		out.say("The files hold every type; the column asset_type tells them apart.")
	}
	d.nameCustomers(ctx, first)
	for _, asset := range first {
		out.FirstRows = append(out.FirstRows, d.row(asset))
	}
	return out, nil
}

// peek reads the first pages of a list: its first assets, and how many there are.
func (d *desk) peek(ctx context.Context, filter syncro.AssetFilter) (first []syncro.Asset, c fleet.Coverage, err error) {
	seen, sent := map[int64]bool{}, map[int64]bool{}
	honoured := true
	for number := 1; number <= mostPages; number++ {
		rows, err := d.syncro.AssetRows(ctx, filter, number)
		if err != nil && (number == 1 || ctx.Err() != nil) {
			return nil, c, err
		}
		if err != nil {
			c.Failed = append(c.Failed, fleet.Failure{What: "the rest of the list of assets", Reason: err.Error()})
			return first, c, nil
		}
		for _, asset := range rows.Assets {
			if !seen[asset.ID] && len(first) < firstRows {
				first = append(first, asset)
			}
			if !seen[asset.ID] {
				c.Checked++
			}
			seen[asset.ID] = true
		}
		for _, id := range rows.Sent {
			sent[id] = true
		}
		honoured = honoured && rows.Honoured
		if !rows.More {
			c.Total, c.Complete = c.Checked, len(sent) >= rows.Total
			return first, c, nil
		}
		if c.Total = -1; honoured {
			c.Total = rows.Total
		}
	}
	return first, c, nil
}
