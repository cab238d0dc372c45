package syncro

import (
	"cmp"
	"context"
	"iter"
	"net/url"
	"strconv"
	"strings"
)

// AssetFilter narrows a list of assets. Each part that is set is sent to
// Syncro and checked again on every row, since an account ignores filters that
// it does not know. Status is known to no account; it is decided on the row.
type AssetFilter struct {
	Query      string // words, each somewhere in the record
	CustomerID int64
	Type       string // case does not matter
	PerPage    int    // rows a page, 1 to 100, which not every account honours; 0: 100
}

// AssetRows is one page of a list of assets.
type AssetRows struct {
	Assets []Asset // the rows that fit the filter, in Syncro's order
	Sent   []int64 // ids of all rows that Syncro sent
	Number int
	More   bool // there may be another page
	Total  int  // entries that Syncro counts for the filters it honours; -1: not told
	// Honoured: no filter of ours has been seen ignored, so Total counts what was asked for.
	Honoured bool
}

// AssetRows reads one page, counted from 1: GET /customer_assets.
func (c *Client) AssetRows(ctx context.Context, filter AssetFilter, number int) (AssetRows, error) {
	r := call{path: "/customer_assets", query: filter.values(), doing: "listing assets", permission: "Assets - List/Search"}
	p, err := c.page(ctx, r, "assets", number)
	if err != nil {
		return AssetRows{}, err
	}
	rows := AssetRows{Number: number, More: p.more(), Total: p.entries, Honoured: true}
	sent, err := decodeRows(r, p, decodeAsset)
	if err != nil {
		return AssetRows{}, err
	}
	for _, asset := range sent {
		rows.Sent = append(rows.Sent, asset.ID)
		// Production accounts ignore asset_type; that all rows of a page fit may be chance.
		if filter.Type != "" && asset.raw.production() {
			rows.Honoured = false
		}
		if !filter.fits(asset) {
			rows.Honoured = false
			continue
		}
		rows.Assets = append(rows.Assets, asset)
	}
	return rows, nil
}

func (f AssetFilter) values() url.Values {
	values := url.Values{"per_page": {strconv.Itoa(cmp.Or(f.PerPage, 100))}}
	if f.Query != "" {
		values.Set("query", f.Query)
	}
	if f.CustomerID != 0 {
		values.Set("customer_id", strconv.FormatInt(f.CustomerID, 10))
	}
	if f.Type != "" {
		values.Set("asset_type", f.Type)
	}
	return values
}

func (f AssetFilter) fits(a Asset) bool {
	return (f.CustomerID == 0 || a.CustomerID == f.CustomerID) &&
		(f.Type == "" || strings.EqualFold(a.Type, f.Type)) &&
		(f.Query == "" || a.raw.contains(f.Query))
}

// Assets walks all assets that fit the filter, page by page, so that memory
// does not grow with the list. A row that moved between pages comes once. The
// walk ends at the first error; coverage is filled in as it goes.
func (c *Client) Assets(ctx context.Context, filter AssetFilter, coverage *Coverage) iter.Seq2[Asset, error] {
	return walk(coverage, func(number int) (sheet[Asset], error) {
		rows, err := c.AssetRows(ctx, filter, number)
		return sheet[Asset]{fitting: rows.Assets, sent: rows.Sent, more: rows.More, total: rows.Total}, err
	})
}

func (a Asset) id() int64 { return a.ID }
