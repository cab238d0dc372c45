package tools

import (
	"context"
	"fmt"
	"strings"

	"syncro-mcp/syncro"

	"syncro-mcp/internal/tool"
)

type getSoftwareIn struct {
	AssetID int64  `json:"asset_id" jsonschema:"minimum=1" jsonschema_description:"Machine to look at."`
	Query   string `json:"query,omitempty" jsonschema_description:"Words of the name or vendor."`
	window
}

type getSoftwareOut struct {
	Software   []softwareRow `json:"software"`
	Total      int           `json:"total"` // that fit the query
	NextCursor string        `json:"next_cursor,omitempty"`
	Note       string        `json:"note,omitempty"` // what the answer does not cover
}

type softwareRow struct {
	Name      string `json:"name"`
	Vendor    string `json:"vendor,omitempty"`
	Version   string `json:"version,omitempty"`
	Installed string `json:"installed_date,omitempty"`
}

func (d *desk) getSoftware(ctx context.Context, in getSoftwareIn) (getSoftwareOut, error) {
	all, missed, err := d.syncro.Software(ctx, in.AssetID)
	if err != nil {
		return getSoftwareOut{}, err
	}
	var fitting []syncro.Software
	for _, each := range all {
		if containsWords(strings.ToLower(each.Name+" "+each.Vendor), in.Query) {
			fitting = append(fitting, each)
		}
	}
	asked := in
	asked.Cursor = ""
	part, next, err := slice(fitting, in.window, asked)
	if err != nil {
		return getSoftwareOut{}, err
	}
	out := getSoftwareOut{Software: softwareRows(part), Total: len(fitting), NextCursor: next}
	if missed > 0 {
		out.Note = fmt.Sprintf("Syncro counts %d more applications than it sent.", missed)
	}
	return out, nil
}

func softwareRows(list []syncro.Software) []softwareRow {
	rows := make([]softwareRow, 0, len(list))
	for _, each := range list {
		row := softwareRow{Name: tool.Clip(each.Name, nameLength), Vendor: tool.Clip(each.Vendor, nameLength), Version: tool.Clip(each.Version, 60)}
		if !each.InstalledAt.IsZero() {
			row.Installed = each.InstalledAt.Format("2006-01-02")
		}
		rows = append(rows, row)
	}
	return rows
}
