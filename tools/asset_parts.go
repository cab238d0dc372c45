package tools

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

// assetParts is what get_asset adds on request. A part that could not be read
// is named in not_included without losing the others.
type assetParts struct {
	Patches     *patchesPart   `json:"patches,omitempty"`
	Tickets     []ticketRow    `json:"tickets,omitempty"`
	Alerts      []alertRow     `json:"alerts,omitempty"`
	Software    []softwareRow  `json:"software,omitempty"`
	Activity    []activityRow  `json:"activity,omitempty"`
	Properties  map[string]any `json:"properties,omitempty"`
	Empty       []string       `json:"empty,omitempty"` // parts that were read and hold nothing
	NotIncluded []missingPart  `json:"not_included,omitempty"`
	PartNotes   []string       `json:"notes,omitempty"` // what a part does not cover
}

// missingPart is an included part that could not be read.
type missingPart struct {
	Part   string `json:"part"`
	Reason string `json:"reason"`
}

type activityRow struct {
	At   string `json:"at,omitempty"`
	Who  string `json:"who,omitempty"`
	What string `json:"what"`
}

const (
	mostPartRows   = 15
	propertyLength = 500
)

// part reads one part. It gives how many rows there are, what they do not
// cover, and the function that puts them into the result.
type part func(ctx context.Context, asset syncro.Asset) (read partRead, err error)

type partRead struct {
	rows  int
	note  string
	place func(*assetParts)
}

// parts reads the parts side by side; only those that cost requests take time.
func (d *desk) parts(ctx context.Context, asset syncro.Asset, wanted []string) assetParts {
	readers := map[string]part{
		"patches": d.patchesIn, "tickets": d.ticketsIn, "alerts": d.alertsIn, "software": d.softwareIn, "activity": d.activityIn, "properties": d.propertiesIn,
	}
	wanted = slices.Compact(slices.Sorted(slices.Values(wanted)))
	reads, failures := make([]partRead, len(wanted)), make([]error, len(wanted))
	var running sync.WaitGroup
	for i, name := range wanted {
		running.Go(func() { reads[i], failures[i] = readers[name](ctx, asset) })
	}
	running.Wait()
	var out assetParts
	for i, name := range wanted {
		switch {
		case failures[i] != nil:
			out.NotIncluded = append(out.NotIncluded, missingPart{Part: name, Reason: reasonOf(failures[i])})
			continue
		case reads[i].rows == 0:
			out.Empty = append(out.Empty, name)
		default:
			reads[i].place(&out)
		}
		if reads[i].note != "" {
			out.PartNotes = append(out.PartNotes, name+": "+reads[i].note)
		}
	}
	return out
}

func (d *desk) patchesIn(ctx context.Context, asset syncro.Asset) (partRead, error) {
	patches, err := d.syncro.AssetPatches(ctx, asset.ID)
	part := partOf(patches)
	return partRead{rows: 1, place: func(out *assetParts) { out.Patches = part }}, err
}

func (d *desk) ticketsIn(ctx context.Context, asset syncro.Asset) (partRead, error) {
	found, unchecked, err := d.syncro.AssetTickets(ctx, asset, true, mostDetails)
	shown := make([]ticketRow, 0, mostPartRows)
	for _, ticket := range found[:min(len(found), mostPartRows)] {
		shown = append(shown, ticketRowOf(ticket))
	}
	note := cutNote(len(found), "search_tickets")
	if unchecked > 0 {
		note = uncheckedNote(unchecked)
	}
	return partRead{len(found), note, func(out *assetParts) { out.Tickets = shown }}, err
}

func (d *desk) alertsIn(ctx context.Context, asset syncro.Asset) (partRead, error) {
	found, note, err := d.alertsOf(ctx, syncro.AlertFilter{AssetID: asset.ID, Status: "active"})
	shown := make([]alertRow, 0, mostPartRows)
	for _, alert := range found[:min(len(found), mostPartRows)] {
		shown = append(shown, alertRowOf(alert))
	}
	if note == "" {
		note = cutNote(len(found), "list_alerts")
	}
	return partRead{len(found), note, func(out *assetParts) { out.Alerts = shown }}, err
}

func (d *desk) softwareIn(ctx context.Context, asset syncro.Asset) (partRead, error) {
	found, _, err := d.syncro.Software(ctx, asset.ID)
	shown := softwareRows(found[:min(len(found), mostPartRows)])
	return partRead{len(found), cutNote(len(found), "get_installed_software"), func(out *assetParts) { out.Software = shown }}, err
}

// activityIn takes what the record itself tells; there is no other source.
func (d *desk) activityIn(_ context.Context, asset syncro.Asset) (partRead, error) {
	happened, told := asset.Activity()
	if !told {
		return partRead{}, &syncro.Error{Kind: syncro.Unsupported, Message: "this Syncro account's API does not tell what happened to an asset", Next: "Look at its page in Syncro"}
	}
	shown := make([]activityRow, 0, mostPartRows)
	for _, each := range happened[:min(len(happened), mostPartRows)] {
		shown = append(shown, activityRow{At: moment(each.At), Who: tool.Clip(each.Who, nameLength), What: tool.Clip(each.What, alertLength)})
	}
	return partRead{len(happened), cutNote(len(happened), "the page in Syncro"), func(out *assetParts) { out.Activity = shown }}, nil
}

func (d *desk) propertiesIn(_ context.Context, asset syncro.Asset) (partRead, error) {
	shown := shownProperties(asset.Custom)
	note := ""
	if len(asset.Custom) > len(shown) {
		note = fmt.Sprintf("the first %d of %d; the page in Syncro has them all.", len(shown), len(asset.Custom))
	}
	return partRead{rows: len(shown), note: note, place: func(out *assetParts) { out.Properties = shown }}, nil
}

func cutNote(n int, rest string) string {
	if n <= mostPartRows {
		return ""
	}
	return fmt.Sprintf("the first %d of %d; %s has them all.", mostPartRows, n, rest)
}

// mostProperties bounds how many properties are shown.
const mostProperties = 100

// shownProperties bounds the texts that people or programs left in properties:
// what is nested or long is cut, and says so.
func shownProperties(properties map[string]any) map[string]any {
	shown := make(map[string]any, len(properties))
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		if len(shown) == mostProperties {
			break
		}
		value := properties[key]
		switch value.(type) {
		case string, map[string]any, []any:
			value = valueText(value)
		}
		shown[tool.Clip(key, nameLength)] = value
	}
	return shown
}
