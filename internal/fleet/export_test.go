package fleet_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/fleet"
	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

// exportsAgree writes both formats and reads them back.
func (s scene) exportsAgree(t *testing.T) {
	var sheet, lines bytes.Buffer
	export := fleet.Export{Now: time.Now(), CustomerName: fleet.CustomerNames(s.client)}
	if !s.demo {
		export.CustomerName = nil // the others' customers do not exist
	}
	var assets []syncro.Asset // read once for both: the large fleets take a while
	walked := list(t, s.client)
	for asset, err := range walked.Assets {
		require.NoError(t, err)
		assets = append(assets, asset)
	}
	walked.Assets = func(yield func(syncro.Asset, error) bool) {
		for _, asset := range assets {
			if !yield(asset, nil) {
				return
			}
		}
	}
	require.NoError(t, fleet.WriteCSV(t.Context(), &sheet, walked, export))
	require.NoError(t, fleet.WriteJSONLines(t.Context(), &lines, walked, export))
	rows, err := csv.NewReader(&sheet).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, len(s.records)+1)
	assert.Equal(t, fleet.Columns(), rows[0])
	decoder := json.NewDecoder(&lines)
	decoder.UseNumber()
	for i, record := range s.records {
		var line map[string]any
		require.NoError(t, decoder.Decode(&line))
		require.Len(t, line, len(rows[0]))
		for c, name := range rows[0] {
			want := line[name]
			if number, ok := want.(json.Number); ok {
				want = number.String()
			}
			assert.Equal(t, want, rows[i+1][c], "%s of row %d", name, i)
		}
		assert.Equal(t, record["name"], line["name"])
		assert.Equal(t, text(record, "serial_number"), line["serial_number"])
		assert.Equal(t, text(record, "model"), line["model"])
		assert.Equal(t, s.demo, line["customer"] != "", "every customer has a name, on both dialects")
	}
	assert.ErrorIs(t, decoder.Decode(new(any)), io.EOF)
}

// exported writes one asset with this name as CSV and returns the cell.
func exported(t *testing.T, name string) string {
	t.Helper()
	var sheet bytes.Buffer
	stream := fleet.Stream{Assets: func(yield func(syncro.Asset, error) bool) { yield(syncro.Asset{ID: 7, Name: name}, nil) }}
	require.NoError(t, fleet.WriteCSV(t.Context(), &sheet, stream, fleet.Export{}))
	rows, err := csv.NewReader(&sheet).ReadAll()
	require.NoError(t, err)
	return rows[1][1]
}

func TestFormulasAreDefused(t *testing.T) {
	t.Parallel()
	for _, formula := range []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\ttext", "\rtext", "\ntext", "  =1", "\u00a0=1", `"=1`, "'=1", "' =1", "“=1", "＝1+1", "＋1", "－1", "＠a",
		"=cmd|' /C calc'!A0", `=HYPERLINK("http://evil.example","x")`, "\u200b=1", "\x00=1", "\ufeff=1",
	} {
		cell := exported(t, formula)
		assert.True(t, strings.HasPrefix(cell, "'"), "%q became %q", formula, cell)
	}
	for _, plain := range []string{"ACME-1", "a=b", "m@example.com", "1-2", "O'Brien", `24" monitor`, "", "a\nb", "é", "(=1)", "…"} {
		assert.Equal(t, plain, exported(t, plain))
	}
	assert.Equal(t, "ACME", exported(t, "AC\x1b\u202eME\x00"), "what a terminal would act on is dropped")
	assert.Equal(t, "a\nb", exported(t, "a\r\nb"))
}

func TestAnExportThatBreaksOffSaysSo(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		server.Inject(fake.Fault{Path: "/customer_assets", Skip: 1, Status: http.StatusInternalServerError, Body: `{"error": "it fell over"}`})
		var sheet, lines bytes.Buffer
		err := fleet.WriteCSV(t.Context(), &sheet, list(t, client), fleet.Export{})
		require.ErrorContains(t, err, "the export broke off after 25 assets")
		require.ErrorContains(t, err, "it fell over")
		rows, err := csv.NewReader(&sheet).ReadAll()
		require.NoError(t, err)
		assert.Len(t, rows, 26, "what there was is written")

		err = fleet.WriteJSONLines(t.Context(), &lines, list(t, client), fleet.Export{})
		require.ErrorContains(t, err, "broke off after 0 assets")
	})
}

func TestAnExportThatLacksRowsSaysSo(t *testing.T) {
	t.Parallel()
	stream := fleet.Stream{
		Assets:   func(yield func(syncro.Asset, error) bool) { yield(syncro.Asset{ID: 7}, nil) },
		Coverage: &syncro.Coverage{Read: 1, Total: 2},
	}
	err := fleet.WriteCSV(t.Context(), io.Discard, stream, fleet.Export{})
	assert.ErrorContains(t, err, "ends after 1 assets and may lack some: Syncro counts 2 and sent 1")
}

func TestAnExportEndsWithItsReader(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		reader, writer := io.Pipe()
		require.NoError(t, reader.CloseWithError(errors.New("the disk is full")))
		err := fleet.WriteCSV(t.Context(), writer, list(t, client), fleet.Export{})
		require.ErrorContains(t, err, "the disk is full")
		assert.Len(t, server.Requests(), 1, "nothing more is read")

		ctx, cancel := context.WithCancel(t.Context())
		stream := fleet.List(ctx, client, syncro.AssetFilter{})
		stream.Progress = func(int, int, string) { cancel() }
		err = fleet.WriteJSONLines(ctx, io.Discard, stream, fleet.Export{})
		require.ErrorIs(t, err, context.Canceled)
		assert.Len(t, server.Requests(), 2)
	})
}
