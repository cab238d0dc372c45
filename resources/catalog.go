// Package resources holds what can be read by its address: assets, their
// patches, exports, the scripts and some pages of reference. Assets, patches
// and scripts are what the tools answer, so that the two never disagree.
package resources

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strconv"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

// The forms of what is read.
const (
	typeJSON      = "application/json"
	typeJSONLines = "application/jsonl"
	typeCSV       = "text/csv"
	typeMarkdown  = "text/markdown"
)

// The variables of addresses.
const (
	varAsset    = "asset_id"
	varCustomer = "customer_id"
	varPage     = "page"
)

// Options are what the resources need.
type Options struct {
	Client *syncro.Client
	Answer Answer
	Names  *Names // for completions; nil: there are none
}

// Answer asks a tool that changes nothing: the method of a tool.Runner.
type Answer func(ctx context.Context, tool string, arguments map[string]any) (json.RawMessage, error)

// library is what the resources work with.
type library struct {
	syncro *syncro.Client
	answer Answer
	names  *Names
}

// Catalog is the one list of the resources. No address is covered by two of
// them: which one answered would be left to chance.
func Catalog(o Options) []tool.Resource {
	l := &library{syncro: o.Client, answer: o.Answer, names: o.Names}
	return slices.Concat(l.assets(), l.exports(), l.scripts(), l.reference())
}

func (l *library) assets() []tool.Resource {
	return []tool.Resource{
		{
			URI: "syncro://assets/{asset_id}", Name: "asset", Title: "Asset", MIME: typeJSON, Needs: []string{toolAsset},
			Description: "One asset with the facts of get_asset: hardware, warranty, state and health issues.",
			Read:        l.readAsset, Complete: l.complete,
		},
		{
			URI: "syncro://assets/{asset_id}/patches", Name: "asset_patches", Title: "Patches of an asset", MIME: typeJSON, Needs: []string{toolPatches},
			Description: "All Windows updates of one machine, failed and missing ones first.",
			Read:        l.readPatches, Complete: l.complete,
		},
	}
}

func (l *library) exports() []tool.Resource {
	const whole, csv, lines = "syncro://assets", ".csv", ".jsonl"
	const ofOne = "syncro://customers/{customer_id}/assets"
	needs := []string{toolSearch}
	return []tool.Resource{
		{
			URI: whole + csv, Name: "assets_csv", Title: "All assets (CSV)", MIME: typeCSV, Needs: needs,
			Description: "Every asset of the account, one row each. Large: prefer one customer's.",
			Read:        l.export(formatCSV),
		},
		{
			URI: whole + lines, Name: "assets_jsonl", Title: "All assets (JSON Lines)", MIME: typeJSONLines, Needs: needs,
			Description: "Every asset of the account, one JSON object a line. Large: prefer one customer's.",
			Read:        l.export(formatJSONLines),
		},
		{
			URI: ofOne + csv, Name: "customer_assets_csv", Title: "Assets of a customer (CSV)", MIME: typeCSV, Needs: needs,
			Description: "Every asset of one customer, one row each.",
			Read:        l.export(formatCSV), Complete: l.complete,
		},
		{
			URI: ofOne + lines, Name: "customer_assets_jsonl", Title: "Assets of a customer (JSON Lines)", MIME: typeJSONLines, Needs: needs,
			Description: "Every asset of one customer, one JSON object a line.",
			Read:        l.export(formatJSONLines), Complete: l.complete,
		},
	}
}

func (l *library) scripts() []tool.Resource {
	return []tool.Resource{{
		URI: "syncro://scripts", Name: "scripts", Title: "Scripts", MIME: typeJSON, Needs: []string{toolScripts},
		Description: "The scripts that may run, with their parameters.",
		Read: func(ctx context.Context, _ map[string]string, w io.Writer) error {
			return l.copy(ctx, w, toolScripts, map[string]any{})
		},
	}}
}

// complete completes the ids in addresses.
func (l *library) complete(ctx context.Context, variable, prefix string) ([]string, error) {
	switch {
	case l.names == nil:
		return nil, nil
	case variable == varAsset:
		return l.names.AssetIDs(ctx, prefix)
	case variable == varCustomer:
		return l.names.CustomerIDs(ctx, prefix)
	}
	return nil, nil
}

// id reads an id in an address. What is no number is the address of nothing.
func id(vars map[string]string, name string) (int64, error) {
	text := vars[name]
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || strconv.FormatInt(n, 10) != text {
		return 0, tool.Errorf(tool.NotFound, "%s %s is not a number of digits alone. Find the right one with %s.",
			name, tool.Quote(text, 60), map[string]string{varAsset: toolSearch, varCustomer: toolCustomers}[name])
	}
	return n, nil
}
