package prompts

import (
	"context"
	"strconv"
	"strings"
	"time"

	"syncro-mcp/syncro"
)

// Live looks things up in Syncro. A few requests are all that a prompt costs.
type Live struct {
	Client *syncro.Client
	Now    func() time.Time // nil: time.Now
}

// Customer finds the customers that a name or an id means: the one with the whole
// name, else those that hold its words.
func (l Live) Customer(ctx context.Context, nameOrID string) ([]Customer, error) {
	if id := idOf(nameOrID); id != 0 {
		name, err := l.Client.CustomerName(ctx, id)
		if err == nil {
			return []Customer{{ID: id, Name: name, Assets: l.count(ctx, id)}}, nil
		}
		if !syncro.IsKind(err, syncro.NotFound) {
			return nil, err
		}
	}
	found, _, err := l.Client.Customers(ctx, nameOrID, 100)
	if err != nil {
		return nil, err
	}
	var same, near []Customer
	for _, each := range found {
		near = append(near, Customer{ID: each.ID, Name: each.Name, Assets: -1})
		if strings.EqualFold(strings.TrimSpace(each.Name), nameOrID) {
			same = append(same, near[len(near)-1])
		}
	}
	if len(same) > 0 {
		near = same
	}
	if len(near) == 1 {
		near[0].Assets = l.count(ctx, near[0].ID)
	}
	return near, nil
}

// count is how many assets a customer has; -1 where Syncro does not say.
func (l Live) count(ctx context.Context, customer int64) int {
	rows, err := l.Client.AssetRows(ctx, syncro.AssetFilter{CustomerID: customer}, 1)
	switch {
	case err != nil || !rows.Honoured:
		return -1
	case !rows.More:
		return len(rows.Assets)
	}
	return rows.Total
}

const pagesOfNames = 2 // of a search for a name, whose best hits come first

// Asset finds the machines that a name or an id means: those with the whole
// name, else those that hold its words.
func (l Live) Asset(ctx context.Context, nameOrID string) ([]Asset, error) {
	if id := idOf(nameOrID); id != 0 {
		asset, err := l.Client.Asset(ctx, id)
		if err == nil {
			return []Asset{l.facts(ctx, asset)}, nil
		}
		if !syncro.IsKind(err, syncro.NotFound) {
			return nil, err
		}
	}
	var same, near []Asset
	for number := 1; number <= pagesOfNames; number++ {
		rows, err := l.Client.AssetRows(ctx, syncro.AssetFilter{Query: nameOrID}, number)
		if err != nil {
			return nil, err
		}
		for _, each := range rows.Assets {
			if len(near) <= mostNamed || strings.EqualFold(strings.TrimSpace(each.Name), nameOrID) {
				near = append(near, l.facts(ctx, each))
			}
			if strings.EqualFold(strings.TrimSpace(each.Name), nameOrID) {
				same = append(same, near[len(near)-1])
			}
		}
		if !rows.More {
			break
		}
	}
	if len(same) > 0 {
		return same, nil
	}
	return near, nil
}

func (l Live) facts(ctx context.Context, a syncro.Asset) Asset {
	now := time.Now
	if l.Now != nil {
		now = l.Now
	}
	told := Asset{
		ID: a.ID, Name: a.Name, Type: a.Type, Serial: a.Serial, Customer: a.Customer,
		Status: string(a.Status(now())), HealthIssues: len(a.HealthIssues),
	}
	if a.Agent != nil {
		told.LastSeen = a.Agent.LastSeen
	}
	if told.Customer == "" && a.CustomerID != 0 {
		told.Customer, _ = l.Client.CustomerName(ctx, a.CustomerID) // a name that cannot be learnt is left out
	}
	return told
}

func idOf(text string) int64 {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0
	}
	return id
}
