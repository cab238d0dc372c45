package tools

import (
	"context"
	"fmt"
	"strings"

	"syncro-mcp/syncro"
)

type searchAssetsIn struct {
	Query string `json:"query,omitempty" jsonschema_description:"Words in the name, serial number, user, model or address."`
	customerRef
	AssetType string `json:"asset_type,omitempty" jsonschema_description:"Such as Desktop, Laptop, Server, Network Device, Printer, Mobile Device."`
	Status    string `json:"status,omitempty" jsonschema:"enum=online,enum=offline,enum=needs_attention,enum=updating,enum=unmanaged" jsonschema_description:"Only machines in this state."`
	window
}

type searchAssetsOut struct {
	Assets     []assetRow `json:"assets"`
	Total      *int       `json:"total,omitempty"` // only where it is known
	NextCursor string     `json:"next_cursor,omitempty"`
	Note       string     `json:"note,omitempty"` // what the answer does not cover
}

const (
	mostPages  = 10 // pages that one call reads to fill its rows
	firstPages = 25 // rows a page where the caller wants no more and nothing is filtered here
	fullPages  = 100
)

func (d *desk) searchAssets(ctx context.Context, in searchAssetsIn) (searchAssetsOut, error) {
	in.Query, in.AssetType = strings.TrimSpace(in.Query), strings.TrimSpace(in.AssetType)
	customer, err := d.customerToFilter(ctx, in.customerRef)
	if err != nil {
		return searchAssetsOut{}, err
	}
	s := assetSearch{
		desk: d, status: syncro.Status(in.Status), limit: in.Limit,
		filter: syncro.AssetFilter{Query: in.Query, CustomerID: customer, Type: in.AssetType, PerPage: firstPages},
	}
	if in.Status != "" || in.AssetType != "" || in.Limit > firstPages {
		s.filter.PerPage = fullPages
	}
	asked := in
	asked.Cursor = ""
	at, err := in.window.read(asked)
	if err != nil {
		return searchAssetsOut{}, err
	}
	return s.run(ctx, at)
}

// customerToFilter needs only the id, so a customer_id costs no request.
func (d *desk) customerToFilter(ctx context.Context, ref customerRef) (int64, error) {
	if ref.CustomerID != 0 && ref.Customer == "" {
		return ref.CustomerID, nil
	}
	customer, err := d.customer(ctx, ref, false)
	return customer.ID, err
}

// assetSearch fills one answer from as many of Syncro's pages as it takes.
type assetSearch struct {
	*desk
	filter syncro.AssetFilter
	status syncro.Status
	limit  int

	found    []syncro.Asset
	seen     map[int64]bool
	honoured bool
	counted  int // Syncro's own total for the filters it honours; -1: not told
	left     int // rows that Syncro sent and that do not fit
	sent     map[int64]bool
}

func (s *assetSearch) run(ctx context.Context, at position) (searchAssetsOut, error) {
	whole := at.Page == 1 && at.Offset == 0
	s.seen, s.sent, s.honoured = map[int64]bool{}, map[int64]bool{}, true
	var next *position
	ended := false
	for read := 0; next == nil && !ended && read < mostPages; read++ {
		rows, err := s.desk.syncro.AssetRows(ctx, s.filter, at.Page)
		if err != nil {
			return searchAssetsOut{}, err
		}
		s.honoured = s.honoured && rows.Honoured
		s.counted, s.left = rows.Total, s.left+len(rows.Sent)-len(rows.Assets)
		for _, id := range rows.Sent {
			s.sent[id] = true
		}
		next = s.take(rows, at)
		ended = next == nil && !rows.More
		if next == nil {
			at.Page, at.Offset = at.Page+1, 0
			if len(s.found) == s.limit && rows.More && s.trusted() {
				next = &at // the next page begins with a row that fits
			}
		}
	}
	return s.answer(ctx, at, next, ended, whole), nil
}

// trusted: every row that Syncro sends fits.
func (s *assetSearch) trusted() bool { return s.honoured && s.status == "" }

// take adds the rows of a page that fit and returns where the first one stands
// that has no room any more.
func (s *assetSearch) take(rows syncro.AssetRows, at position) *position {
	for i, asset := range rows.Assets {
		if i < at.Offset || s.seen[asset.ID] || s.status != "" && asset.Status(s.now()) != s.status {
			continue
		}
		if len(s.found) == s.limit {
			at.Offset = i
			return &at
		}
		s.seen[asset.ID] = true
		s.found = append(s.found, asset)
	}
	return nil
}

func (s *assetSearch) answer(ctx context.Context, at position, next *position, ended, whole bool) searchAssetsOut {
	s.nameCustomers(ctx, s.found)
	out := searchAssetsOut{Assets: make([]assetRow, 0, len(s.found))}
	for _, asset := range s.found {
		out.Assets = append(out.Assets, s.row(asset))
	}
	missed := ended && whole && s.counted > len(s.sent)
	switch {
	case missed:
		out.Note = fmt.Sprintf("Syncro counts %d rows and sent %d, so some may be missing here.", s.counted, len(s.sent))
	case ended && whole:
		total := len(s.found)
		out.Total = &total
	case s.trusted() && s.counted >= 0:
		out.Total = &s.counted
	}
	switch {
	case next != nil:
		out.NextCursor = next.cursor()
	case !ended:
		out.NextCursor = at.cursor()
		out.Note = fmt.Sprintf("Looked at %d pages of Syncro's list; there may be more that fit. Go on with next_cursor.", mostPages)
	}
	if s.left > 0 && s.filter.Query != "" && s.filter.Type == "" && out.Note == "" {
		out.Note = fmt.Sprintf("Left out %d rows that Syncro sent but that do not fit the search.", s.left)
	}
	if len(out.Assets) == 0 && ended && s.filter.Query != "" && s.filter.CustomerID == 0 && out.Note == "" {
		out.Note = "No record holds these words. For all machines of a customer use customer instead of query."
	}
	return out
}
