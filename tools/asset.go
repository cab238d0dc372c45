package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

func (d *desk) assetTools() []tool.Tool {
	return []tool.Tool{
		tool.NewRead(tool.Spec{
			Name: "search_assets", Title: "Search assets", Toolset: toolsetAssets,
			Description: "Find computers and devices by words, customer, type or state. Start here when no asset_id is known.",
		}, d.searchAssets),
		tool.NewRead(tool.Spec{
			Name: "get_asset", Title: "Get asset", Toolset: toolsetAssets,
			Description: "Read one asset: hardware, warranty, state, health issues and what its agent reports. Its syncro_page is where remote access starts.",
		}, d.getAsset),
		tool.NewWrite(tool.Spec{
			Name: "create_asset", Title: "Create asset", Toolset: toolsetAssets,
			Description: "Add a device to a customer's records. Refuses one whose serial number (without one: name) the customer already has.",
		}, d.createAsset),
		tool.NewAsking(tool.Spec{
			Name: "update_asset", Title: "Update asset", Toolset: toolsetAssets, Idempotent: true,
			Description: "Change fields of an asset; what is not named stays. Asks first when it moves the asset to another customer.",
		}, d.updateAsset),
		tool.NewDestroy(tool.Spec{
			Name: "delete_asset", Title: "Delete asset", Toolset: toolsetAssets, Idempotent: true,
			Description: "Delete an asset's record for good, after asking. Gives its last record back, to be kept.",
		}, d.deleteAsset),
		tool.NewDestroy(tool.Spec{
			Name: "decommission_asset", Title: "Decommission asset", Toolset: toolsetAssets,
			Description: "Take a machine out of service in one go, after asking: record its final state, uninstall the agent, close tickets, resolve alerts, retire or delete the record. After a failure call again: it does only what is left.",
		}, d.decommission),
		tool.NewRead(tool.Spec{
			Name: "get_installed_software", Title: "Get installed software", Toolset: toolsetAssets,
			Description: "The applications on one machine, with vendor and version.",
		}, d.getSoftware),
	}
}

type deleteAssetIn struct {
	AssetID int64 `json:"asset_id" jsonschema:"minimum=1" jsonschema_description:"Asset to delete."`
}

type deleteAssetOut struct {
	Outcome    string         `json:"outcome"`
	FinalState map[string]any `json:"final_state,omitempty"` // the whole last record, as Syncro had it
}

func (d *desk) deleteAsset(ctx context.Context, in deleteAssetIn) (tool.Plan[deleteAssetOut], error) {
	asset, err := d.syncro.Asset(ctx, in.AssetID)
	if err != nil {
		return tool.Plan[deleteAssetOut]{}, err
	}
	if likely, known := d.syncro.Deletes(asset); known && !likely {
		return tool.Plan[deleteAssetOut]{}, tool.Errorf(tool.Unsupported, "this Syncro account's API cannot delete assets; nothing was done. Use decommission_asset with method retire, or delete it on its page in Syncro.")
	}
	if err := mustFit(asset); err != nil {
		return tool.Plan[deleteAssetOut]{}, err
	}
	asset = d.named(ctx, asset)
	return tool.Plan[deleteAssetOut]{
		Question: fmt.Sprintf("Delete %s from Syncro for good? It cannot be undone.", d.described(asset)),
		Preview:  map[string]any{"action": "delete the record for good", "asset": d.row(asset)},
		Targets:  []tool.Target{target(asset)},
		Do: func(ctx context.Context) (deleteAssetOut, error) {
			if err := d.syncro.DeleteAsset(ctx, asset.ID); err != nil {
				return deleteAssetOut{}, err
			}
			return deleteAssetOut{Outcome: "done", FinalState: finalState(asset)}, nil
		},
	}, nil
}

// longestRecord is what an answer can hold of a record that is about to go.
const longestRecord = 1 << 20

// mustFit refuses to take away a record whose last state could not be handed back.
func mustFit(a syncro.Asset) error {
	text, err := json.Marshal(a.Raw())
	if err != nil || len(text) > longestRecord {
		return tool.Errorf(tool.TooLarge, "the record of asset %d has %d bytes, too many to hand back its final state; nothing was done. Shorten its notes or properties first.", a.ID, len(text))
	}
	return nil
}

// target is what an approval is bound to.
func target(a syncro.Asset) tool.Target {
	return tool.Target{ID: a.ID, Name: a.Name, CustomerID: a.CustomerID, Customer: a.Customer, Serial: a.Serial}
}

// described names an asset in a question so that nobody takes it for another.
func (d *desk) described(a syncro.Asset) string {
	serial := "no serial number"
	if a.Serial != "" {
		serial = "serial number " + tool.Quote(a.Serial, nameLength)
	}
	owner := fmt.Sprintf("customer %d", a.CustomerID)
	switch {
	case a.CustomerID == 0 && a.Customer == "":
		owner = "no customer"
	case a.Customer != "":
		owner = "customer " + tool.Quote(a.Customer, nameLength)
	}
	return fmt.Sprintf("the %s %s (id %d, %s, %s, now %s)", kindOf(a.Type), tool.Quote(a.Name, nameLength), a.ID, owner, serial, stateWord(a.Status(d.now())))
}

// kindOf is a type in the words of a sentence. Only the usual ones are taken
// for plain words: the others are somebody's text.
func kindOf(assetType string) string {
	switch lower := strings.ToLower(assetType); lower {
	case "desktop", "laptop", "server", "network device", "printer", "mobile device":
		return lower
	}
	return "asset"
}

func stateWord(status syncro.Status) string {
	switch status {
	case syncro.NeedsAttention:
		return "in need of attention"
	case syncro.Unmanaged:
		return "without an agent"
	}
	return string(status)
}
