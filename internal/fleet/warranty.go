package fleet

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"syncro-mcp/syncro"
)

// Warranty is what is known of a machine's warranty.
type Warranty struct {
	Machine
	Serial, Model string
	Expires       string // last day of warranty; as Syncro has it where it cannot be read
	Days          int    // from today to that day; negative: since then
}

// WarrantyReport sorts a fleet by warranty, in the order in which a technician
// would act.
type WarrantyReport struct {
	Coverage
	Expiring []Warranty // soonest first
	Expired  []Warranty // latest first: these can often still be renewed
	Unknown  []Warranty // dates that cannot be read before those that are missing
	Later    int        // machines that are covered for longer
}

// Warranties sorts the assets of a stream: a warranty that ends today or within
// so many days is expiring. The day is that of now in its own zone.
func Warranties(ctx context.Context, s Stream, now time.Time, within int) (WarrantyReport, error) {
	var r WarrantyReport
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	var err error
	r.Coverage, err = s.each(ctx, func(a syncro.Asset) {
		w := Warranty{Machine: machineOf(a), Serial: a.Serial, Model: a.Model, Expires: a.WarrantyExpires}
		ends, unreadable := time.Parse(time.DateOnly, a.WarrantyExpires)
		if unreadable != nil {
			r.Unknown = append(r.Unknown, w)
			return
		}
		w.Days = int(ends.Sub(today) / (24 * time.Hour))
		switch {
		case w.Days < 0:
			r.Expired = append(r.Expired, w)
		case w.Days <= within:
			r.Expiring = append(r.Expiring, w)
		default:
			r.Later++
		}
	})
	slices.SortFunc(r.Expiring, func(a, b Warranty) int { return cmp.Or(cmp.Compare(a.Days, b.Days), byName(a.Machine, b.Machine)) })
	slices.SortFunc(r.Expired, func(a, b Warranty) int { return cmp.Or(cmp.Compare(b.Days, a.Days), byName(a.Machine, b.Machine)) })
	slices.SortFunc(r.Unknown, func(a, b Warranty) int {
		return cmp.Or(-strings.Compare(a.Expires, b.Expires), byName(a.Machine, b.Machine))
	})
	return r, err
}
