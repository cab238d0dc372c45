package fleet

import (
	"context"

	"syncro-mcp/syncro"
)

const (
	singleLookups = 3    // customers that are looked up one by one before the whole list is read
	mostListed    = 2000 // customers of that list
)

// CustomerNames gives a function that knows customers by id, for [Export]: ""
// where a name cannot be learnt. It asks for each customer once at most, none after
// a refusal, and
// reads the list of customers where there turn out to be many. It is for one
// goroutine.
func CustomerNames(client *syncro.Client) func(ctx context.Context, id int64) string {
	client = client.Bulk()
	known := map[int64]string{}
	refused := false
	return func(ctx context.Context, id int64) string {
		name, asked := known[id]
		if asked || refused {
			return name
		}
		if len(known) == singleLookups {
			_, _, _ = client.Customers(ctx, "", mostListed) // the client remembers their names
		}
		name, err := client.CustomerName(ctx, id)
		if ctx.Err() != nil {
			return ""
		}
		if err != nil {
			name = ""
			refused = syncro.IsKind(err, syncro.Forbidden) || syncro.IsKind(err, syncro.Unauthorized)
		}
		known[id] = name
		return name
	}
}
