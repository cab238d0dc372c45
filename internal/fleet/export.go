package fleet

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"syncro-mcp/syncro"
)

// Export says what an export needs besides the assets. Its zero value writes
// what the records tell.
type Export struct {
	CustomerName func(ctx context.Context, id int64) string // for records that do not tell it; nil or "": stays empty
	Now          time.Time                                  // for the status; zero: when the export begins
}

// flushEvery is how many rows stay in memory at most: about a page.
const flushEvery = 25

// exported is one row of an export.
type exported struct {
	asset    syncro.Asset
	customer string
	now      time.Time
}

// column is one column of an export; its value is a text, an id or nil.
type column struct {
	name  string
	value func(exported) any
}

// columns are the same in every format.
func columns() []column {
	asset := func(name string, value func(syncro.Asset) any) column {
		return column{name, func(e exported) any { return value(e.asset) }}
	}
	agent := func(name string, value func(*syncro.Agent) string) column {
		return column{name, func(e exported) any {
			if e.asset.Agent == nil {
				return ""
			}
			return value(e.asset.Agent)
		}}
	}
	return []column{
		asset("id", func(a syncro.Asset) any { return a.ID }),
		asset("name", func(a syncro.Asset) any { return a.Name }),
		asset("customer_id", func(a syncro.Asset) any {
			if a.CustomerID == 0 {
				return nil
			}
			return a.CustomerID
		}),
		{"customer", func(e exported) any { return e.customer }},
		asset("asset_type", func(a syncro.Asset) any { return a.Type }),
		asset("serial_number", func(a syncro.Asset) any { return a.Serial }),
		asset("model", func(a syncro.Asset) any { return a.Model }),
		asset("manufacturer", func(a syncro.Asset) any { return a.Manufacturer }),
		asset("purchase_date", func(a syncro.Asset) any { return a.PurchaseDate }),
		asset("warranty_expires", func(a syncro.Asset) any { return a.WarrantyExpires }),
		{"status", func(e exported) any { return string(e.asset.Status(e.now)) }},
		agent("last_seen", func(a *syncro.Agent) string { return moment(a.LastSeen) }),
		agent("os_name", func(a *syncro.Agent) string { return a.OSName }),
		agent("os_version", func(a *syncro.Agent) string { return a.OSVersion }),
		agent("cpu", func(a *syncro.Agent) string { return a.CPU }),
		agent("memory", func(a *syncro.Agent) string { return a.Memory }),
		agent("disk_space", func(a *syncro.Agent) string { return a.DiskSpace }),
		agent("ip_address", func(a *syncro.Agent) string { return a.IPAddress }),
		agent("mac_address", func(a *syncro.Agent) string { return a.MACAddress }),
		agent("logged_in_user", func(a *syncro.Agent) string { return a.User }),
		asset("notes", func(a syncro.Asset) any { return a.Notes }),
		asset("created_at", func(a syncro.Asset) any { return moment(a.CreatedAt) }),
		asset("updated_at", func(a syncro.Asset) any { return moment(a.UpdatedAt) }),
	}
}

// Columns are the names of an export's columns, in order.
func Columns() []string {
	var names []string
	for _, c := range columns() {
		names = append(names, c.name)
	}
	return names
}

// WriteCSV writes the assets of a stream as CSV with a heading, as they come. A
// cell that a spreadsheet would run as a formula is made a text. Whatever keeps
// the file from being whole is an error, after the rows that there were.
func WriteCSV(ctx context.Context, w io.Writer, s Stream, o Export) error {
	out := csv.NewWriter(w)
	all := columns()
	cells := make([]string, len(all))
	for i, c := range all {
		cells[i] = c.name
	}
	if err := out.Write(cells); err != nil {
		return err
	}
	return o.write(ctx, s, func(e exported) error {
		for i, c := range all {
			switch value := c.value(e).(type) {
			case nil:
				cells[i] = ""
			case int64:
				cells[i] = strconv.FormatInt(value, 10)
			case string:
				cells[i] = defuse(visible(value))
			}
		}
		return out.Write(cells)
	}, func() error { out.Flush(); return out.Error() })
}

// WriteJSONLines writes the assets of a stream as one JSON object a line, with
// the columns of [WriteCSV] and the texts as they are.
func WriteJSONLines(ctx context.Context, w io.Writer, s Stream, o Export) error {
	out := bufio.NewWriter(w)
	all := columns()
	line := []byte{}
	return o.write(ctx, s, func(e exported) error {
		line = line[:0]
		for i, c := range all {
			value := c.value(e)
			if text, ok := value.(string); ok {
				value = visible(text)
			}
			encoded, err := json.Marshal(value)
			if err != nil {
				return err
			}
			line = append(line, "{,"[min(i, 1)])
			line = strconv.AppendQuote(line, c.name)
			line = append(line, ':')
			line = append(line, encoded...)
		}
		_, err := out.Write(append(line, "}\n"...))
		return err
	}, out.Flush)
}

// write hands each asset to row and flushes often, in the end too, however it ends.
func (o Export) write(ctx context.Context, s Stream, row func(exported) error, flush func() error) error {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	clock := startClock(nil)
	written := 0
	for asset, err := range s.Assets {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = row(exported{asset: asset, customer: o.customer(ctx, asset), now: o.Now})
		}
		if err != nil {
			_ = flush() // why the export broke off says more than that its last rows could not be written either
			return fmt.Errorf("the export broke off after %d assets: %w", written, err)
		}
		if written++; written%flushEvery == 0 {
			if err := flush(); err != nil {
				return err
			}
		}
		s.told(clock, written)
	}
	if err := flush(); err != nil {
		return err
	}
	return s.whole(written)
}

// whole is an error where Syncro counts assets that it did not send.
func (s Stream) whole(written int) error {
	if s.Coverage == nil || s.Coverage.Complete {
		return nil
	}
	counts := ""
	if s.Coverage.Total > s.Coverage.Read {
		counts = fmt.Sprintf(": Syncro counts %d and sent %d", s.Coverage.Total, s.Coverage.Read)
	}
	return &syncro.Error{Kind: syncro.Unavailable, Doing: "exporting assets",
		Message: fmt.Sprintf("the export ends after %d assets and may lack some%s", written, counts), Next: "Export again"}
}

func (o Export) customer(ctx context.Context, a syncro.Asset) string {
	if a.Customer != "" || a.CustomerID == 0 || o.CustomerName == nil {
		return a.Customer
	}
	return o.CustomerName(ctx, a.CustomerID)
}

// defuse makes a text of a cell that a spreadsheet would run. Some programs
// look past spaces and quotes, and some take the wide forms of the signs too.
func defuse(cell string) string {
	if cell == "" {
		return cell
	}
	inner := strings.TrimLeftFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("'\"`“”„‘’", r) })
	if strings.ContainsAny(cell[:1], "\t\r\n") || startsFormula(inner) {
		return "'" + cell
	}
	return cell
}

func startsFormula(text string) bool {
	for _, sign := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(text, sign) {
			return true
		}
	}
	return false
}

// undefuse is the reverse of defuse, for an export that comes back.
func undefuse(cell string) string {
	if inner, ok := strings.CutPrefix(cell, "'"); ok && defuse(inner) == cell {
		return inner
	}
	return cell
}

// visible drops what a terminal would act on and nobody would see: exports are
// printed there too. Lines and tabs stay.
func visible(text string) string {
	text = unixLines(text)
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			return -1
		}
		return r
	}, text)
}

// unixLines ends lines as this program does.
func unixLines(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
