package resources

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"syncro-mcp/syncro"
)

// Names knows what people may mean while they type: customers, assets, types
// and scripts. It remembers what it read for a minute, so that a word typed
// letter by letter does not cost a request a letter.
type Names struct {
	customers *memory
	assets    *memory
	answer    Answer
}

// pagesOfAssets is how many pages of a list one look-up reads at most.
const pagesOfAssets = 4

// NewNames makes the names of one account.
func NewNames(client *syncro.Client, answer Answer) *Names {
	return &Names{
		answer: answer,
		customers: newMemory(time.Now, func(ctx context.Context, query string) ([]entry, bool, error) {
			found, more, err := client.Customers(ctx, query, 100)
			var entries []entry
			for _, each := range found {
				entries = append(entries, entry{id: each.ID, name: each.Name})
			}
			return entries, !more, err
		}),
		assets: newMemory(time.Now, func(ctx context.Context, query string) ([]entry, bool, error) {
			var entries []entry
			for number := 1; number <= pagesOfAssets; number++ {
				rows, err := client.AssetRows(ctx, syncro.AssetFilter{Query: query}, number)
				if err != nil {
					return nil, false, err
				}
				for _, each := range rows.Assets {
					entries = append(entries, entry{id: each.ID, name: each.Name, kind: each.Type})
				}
				if !rows.More {
					return entries, true, nil
				}
			}
			return entries, false, nil
		}),
	}
}

// CustomerIDs are the ids of customers whose id or name begins with the prefix.
func (n *Names) CustomerIDs(ctx context.Context, prefix string) ([]string, error) {
	return ids(n.customers.find(ctx, prefix))
}

// AssetIDs are the ids of assets whose id or name begins with the prefix.
func (n *Names) AssetIDs(ctx context.Context, prefix string) ([]string, error) {
	return ids(n.assets.find(ctx, prefix))
}

// CustomerNames are the names of such customers.
func (n *Names) CustomerNames(ctx context.Context, prefix string) ([]string, error) {
	return names(n.customers.find(ctx, prefix))
}

// AssetNames are the names of such assets.
func (n *Names) AssetNames(ctx context.Context, prefix string) ([]string, error) {
	return names(n.assets.find(ctx, prefix))
}

// AssetTypes are the usual types and those met in the account.
func (n *Names) AssetTypes(ctx context.Context, prefix string) ([]string, error) {
	types := []string{"Desktop", "Laptop", "Server", "Network Device", "Printer", "Mobile Device", "Other"}
	met, err := n.assets.find(ctx, "")
	for _, each := range met {
		if !slices.ContainsFunc(types, func(known string) bool { return strings.EqualFold(known, each.kind) }) {
			types = append(types, each.kind)
		}
	}
	types = slices.DeleteFunc(types, func(name string) bool { return !begins(name, prefix) })
	if len(types) > 0 {
		return types, nil // the usual ones need nobody's answer
	}
	return nil, err
}

// ScriptNames are the names of the scripts that may run.
func (n *Names) ScriptNames(ctx context.Context, prefix string) ([]string, error) {
	doc, err := n.answer(ctx, toolScripts, map[string]any{})
	if err != nil {
		return nil, err
	}
	var listed struct {
		Scripts []struct {
			Name string `json:"name"`
		} `json:"scripts"`
	}
	if err := json.Unmarshal(doc, &listed); err != nil {
		return nil, err
	}
	var found []string
	for _, script := range listed.Scripts {
		if begins(script.Name, prefix) {
			found = append(found, script.Name)
		}
	}
	return found, nil
}

// entry is a customer or an asset.
type entry struct {
	id   int64
	name string
	kind string // of an asset
}

func (e entry) fits(prefix string) bool {
	return begins(e.name, prefix) || begins(strconv.FormatInt(e.id, 10), prefix)
}

func begins(text, prefix string) bool {
	return strings.HasPrefix(strings.ToLower(text), strings.ToLower(strings.TrimSpace(prefix)))
}

func byName(a, b entry) int {
	return cmp.Or(strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name)), cmp.Compare(a.id, b.id))
}

func ids(found []entry, err error) ([]string, error) {
	var list []string
	for _, each := range found {
		list = append(list, strconv.FormatInt(each.id, 10))
	}
	return list, err
}

func names(found []entry, err error) ([]string, error) {
	var list []string
	for _, each := range found {
		list = append(list, each.name)
	}
	return list, err
}
