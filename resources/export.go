package resources

import (
	"context"
	"io"
	"iter"
	"math"

	"syncro-mcp/internal/fleet"
	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

// format writes a stream of assets.
type format func(ctx context.Context, w io.Writer, s fleet.Stream, o fleet.Export) error

func formatCSV(ctx context.Context, w io.Writer, s fleet.Stream, o fleet.Export) error {
	return fleet.WriteCSV(ctx, w, s, o)
}

func formatJSONLines(ctx context.Context, w io.Writer, s fleet.Stream, o fleet.Export) error {
	return fleet.WriteJSONLines(ctx, w, s, o)
}

// export writes the assets of the customer in the address, or of all customers
// where it has none, as they come.
func (l *library) export(write format) func(context.Context, map[string]string, io.Writer) error {
	return func(ctx context.Context, vars map[string]string, w io.Writer) error {
		var filter syncro.AssetFilter
		if _, ofOne := vars[varCustomer]; ofOne {
			customer, err := l.customer(ctx, vars)
			if err != nil {
				return err
			}
			filter.CustomerID = customer
		}
		stream := fleet.List(ctx, l.syncro, filter)
		stream.Assets = cleaned(stream.Assets)
		stream.Progress = func(done, total int, message string) {
			tool.Progress(ctx, float64(done), float64(total), message)
		}
		nameOf := fleet.CustomerNames(l.syncro)
		return write(ctx, w, stream, fleet.Export{CustomerName: func(ctx context.Context, id int64) string {
			return clean(nameOf(ctx, id))
		}})
	}
}

// customer is the customer in the address. A file without rows says that a
// customer has no assets, so one that does not exist must not get it. Whoever may not
// look up customers gets the file all the same.
func (l *library) customer(ctx context.Context, vars map[string]string) (int64, error) {
	customer, err := id(vars, varCustomer)
	if err != nil {
		return 0, err
	}
	if _, err := l.syncro.CustomerName(ctx, customer); syncro.IsKind(err, syncro.NotFound) {
		return 0, err
	}
	return customer, nil
}

// cleaned takes what nobody sees out of the texts of a stream. That has to come
// before they are put into rows, which it could otherwise tear apart.
func cleaned(assets iter.Seq2[syncro.Asset, error]) iter.Seq2[syncro.Asset, error] {
	return func(yield func(syncro.Asset, error) bool) {
		for a, err := range assets {
			texts := []*string{&a.Customer, &a.Type, &a.Name, &a.Serial, &a.Model, &a.Manufacturer, &a.PurchaseDate, &a.WarrantyExpires, &a.Notes}
			if a.Agent != nil {
				agent := *a.Agent
				a.Agent = &agent
				texts = append(texts, &agent.OSName, &agent.OSVersion, &agent.CPU, &agent.Memory, &agent.DiskSpace,
					&agent.IPAddress, &agent.MACAddress, &agent.User)
			}
			for _, text := range texts {
				*text = clean(*text)
			}
			if !yield(a, err) {
				return
			}
		}
	}
}

func clean(text string) string { return tool.Clip(text, math.MaxInt) }
