package resources

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"syncro-mcp/internal/tool"
)

// The tools whose answers are shown, and those that help to find an id.
const (
	toolAsset     = "get_asset"
	toolPatches   = "get_asset_patches"
	toolScripts   = "list_scripts"
	toolSearch    = "search_assets"
	toolCustomers = "search_customers"
)

func (l *library) readAsset(ctx context.Context, vars map[string]string, w io.Writer) error {
	asset, err := id(vars, varAsset)
	if err != nil {
		return err
	}
	return l.copy(ctx, w, toolAsset, map[string]any{"asset_id": asset})
}

// copy writes the answer of a tool, which has cleaned it.
func (l *library) copy(ctx context.Context, w io.Writer, name string, arguments map[string]any) error {
	doc, err := l.answer(ctx, name, arguments)
	if err != nil {
		return err
	}
	_, err = w.Write(append(doc, '\n'))
	return err
}

// patchAnswer is the tool's answer as far as it has to be put together.
type patchAnswer struct {
	Summary    json.RawMessage   `json:"summary"`
	LastScan   string            `json:"last_scan,omitempty"`
	Patches    []json.RawMessage `json:"patches"`
	NextCursor string            `json:"next_cursor,omitempty"`
	Note       string            `json:"note,omitempty"`
}

const (
	patchesAtOnce  = 100 // that the tool gives in one answer
	mostPatchParts = 50  // so that a cursor that goes round in circles ends
)

// readPatches puts the parts of a long list together.
func (l *library) readPatches(ctx context.Context, vars map[string]string, w io.Writer) error {
	asset, err := id(vars, varAsset)
	if err != nil {
		return err
	}
	arguments := map[string]any{"asset_id": asset, "limit": patchesAtOnce}
	whole := patchAnswer{Patches: []json.RawMessage{}}
	for part := 0; part == 0 || whole.NextCursor != ""; part++ {
		if part == mostPatchParts {
			return tool.Errorf(tool.TooLarge, "asset %d has more than %d patches. Ask %s with a status or a query.", asset, patchesAtOnce*mostPatchParts, toolPatches)
		}
		doc, err := l.answer(ctx, toolPatches, arguments)
		if err != nil {
			return err
		}
		read := patchAnswer{}
		if err := json.Unmarshal(doc, &read); err != nil {
			return fmt.Errorf("the answer of %s: %w", toolPatches, err)
		}
		read.Patches = append(whole.Patches, read.Patches...)
		whole = read
		arguments["cursor"] = whole.NextCursor
	}
	return tool.WriteJSON(w, whole)
}
