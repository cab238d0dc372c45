package tools

import (
	"context"
	"fmt"
	"strings"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

type getAssetIn struct {
	AssetID int64    `json:"asset_id,omitempty" jsonschema:"minimum=1" jsonschema_description:"Asset by id."`
	Name    string   `json:"name,omitempty" jsonschema_description:"Asset by its whole name, when the id is not known."`
	Include []string `json:"include,omitempty" jsonschema:"enum=patches,enum=tickets,enum=alerts,enum=software,enum=activity,enum=properties" jsonschema_description:"Parts to add."`
}

// Validate wants exactly one way to name the asset.
func (in getAssetIn) Validate() error {
	if (in.AssetID == 0) == (strings.TrimSpace(in.Name) == "") {
		return fmt.Errorf("give either asset_id or name, and only one of them")
	}
	return nil
}

type getAssetOut struct {
	Asset        assetDetail `json:"asset"`
	Status       string      `json:"status"`
	HealthIssues []string    `json:"health_issues,omitempty"`
	Links        links       `json:"links"`
	assetParts
}

func (d *desk) getAsset(ctx context.Context, in getAssetIn) (getAssetOut, error) {
	asset, err := d.findAsset(ctx, in.AssetID, in.Name)
	if err != nil {
		return getAssetOut{}, err
	}
	asset = d.named(ctx, asset)
	out := getAssetOut{
		Asset: detail(asset), Status: string(asset.Status(d.now())), HealthIssues: asset.HealthIssues, Links: d.links(asset),
		assetParts: d.parts(ctx, asset, in.Include),
	}
	if out.Status == string(syncro.Online) && len(out.Alerts) > 0 {
		out.Status = string(syncro.NeedsAttention)
	}
	return out, nil
}

// findAsset reads an asset by id, or by a name that only one asset has.
func (d *desk) findAsset(ctx context.Context, id int64, name string) (syncro.Asset, error) {
	if id != 0 {
		return d.syncro.Asset(ctx, id)
	}
	name = strings.TrimSpace(name)
	var coverage syncro.Coverage
	var same, near []syncro.Asset
	for asset, err := range d.syncro.Assets(ctx, syncro.AssetFilter{Query: name}, &coverage) {
		if err != nil {
			return syncro.Asset{}, err
		}
		if strings.EqualFold(name, asset.Name) {
			same = append(same, asset)
		} else if len(near) < mostCandidates {
			near = append(near, asset)
		}
	}
	switch {
	case len(same) == 1:
		return d.syncro.Asset(ctx, same[0].ID)
	case len(same) > 1:
		return syncro.Asset{}, tool.Errorf(tool.InvalidArgument, "%d assets are called %s: %s. Give the asset_id of the one that is meant.",
			len(same), tool.Quote(name, 80), d.listed(ctx, same))
	case !coverage.Complete:
		return syncro.Asset{}, tool.Errorf(tool.Unavailable, "Syncro counts %d records and sent %d, none of them called %s, so it is not known whether there is one. Give the asset_id.", coverage.Total, coverage.Read, tool.Quote(name, 80))
	case len(near) > 0:
		return syncro.Asset{}, tool.Errorf(tool.NotFound, "no asset is called %s. Records that hold these words: %s. Give the asset_id of the one that is meant.",
			tool.Quote(name, 80), d.listed(ctx, near))
	}
	return syncro.Asset{}, tool.Errorf(tool.NotFound, "no asset is called %s. Try part of the name with search_assets.", tool.Quote(name, 80))
}

// listed names assets so that one of them can be chosen.
func (d *desk) listed(ctx context.Context, assets []syncro.Asset) string {
	shown := assets[:min(len(assets), mostCandidates)]
	d.nameCustomers(ctx, shown)
	var names []string
	for _, a := range shown {
		names = append(names, fmt.Sprintf("%s of %s (asset_id %d)", tool.Quote(a.Name, 60), tool.Quote(a.Customer, 60), a.ID))
	}
	if len(assets) > len(shown) {
		names = append(names, "and others")
	}
	return strings.Join(names, ", ")
}
