package fleet_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/fleet"
	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

type object = map[string]any

func dialects() []fake.Dialect { return []fake.Dialect{fake.Documented, fake.Production} }

// account makes an embedded Syncro and a client for it without a budget.
func account(t testing.TB, o fake.Options, rate int) (*syncro.Client, *fake.Server) {
	t.Helper()
	if rate < 0 {
		o.PerMinute = -1
	}
	server := fake.New(o)
	t.Cleanup(server.Close)
	client, err := syncro.New(syncro.Options{BaseURL: "http://localhost", Key: "demo-key", Rate: rate, Transport: server.Transport()})
	require.NoError(t, err)
	return client, server
}

// each runs a test on both dialects, in virtual time, without a budget.
func each(t *testing.T, o fake.Options, test func(t *testing.T, client *syncro.Client, server *fake.Server)) {
	t.Helper()
	for _, dialect := range dialects() {
		t.Run(dialect.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				own := o
				own.Dialect = dialect
				client, server := account(t, own, -1)
				test(t, client, server)
			})
		})
	}
}

// scene is a fleet in an embedded Syncro, and its raw records.
type scene struct {
	client  *syncro.Client
	server  *fake.Server
	records []object
	demo    bool
}

// TestReportsAgreeWithARecount checks every report on fleets of all sizes that
// matter, and on the demo's. One fleet serves all reports: none changes it.
func TestReportsAgreeWithARecount(t *testing.T) {
	t.Parallel()
	for _, size := range []int{-1, 0, 1, 300, 10_000} {
		for _, dialect := range dialects() {
			t.Run(fmt.Sprintf("%d %s", size, dialect), func(t *testing.T) {
				t.Parallel()
				client, server := account(t, fake.Options{Dialect: dialect, Demo: size < 0, HonourPerPage: size > 300}, -1)
				for i := range size {
					addMachine(server, dialect, i)
				}
				s := scene{client, server, server.Assets(), size < 0}
				for name, agrees := range map[string]func(*testing.T){
					"warranties": s.warrantiesAgree, "patches": s.patchesAgree, "audit": s.auditAgrees, "exports": s.exportsAgree,
				} {
					t.Run(name, agrees)
				}
			})
		}
	}
}

const firstMachine = 7001

// addMachine adds machine i, whose facts follow from i.
func addMachine(server *fake.Server, dialect fake.Dialect, i int) {
	kinds := []string{"Desktop", "Laptop", "Server", "Printer", "Other"}
	kind := kinds[i%len(kinds)]
	seen := time.Now().Add(-time.Duration(i%80) * 24 * time.Hour).UTC().Format(time.RFC3339)
	ends := time.Now().AddDate(0, 0, i%500-250).Format(time.DateOnly)
	serial := fmt.Sprintf("SN%06d", i)
	switch i % 23 {
	case 3:
		ends = ""
	case 4:
		ends = "in spring"
	case 5:
		serial = ""
	}
	record := object{"id": firstMachine + i, "customer_id": 1 + i%40, "name": fmt.Sprintf("PC-%05d", i), "asset_type": kind}
	managed := i%5 < 3 && (i < 600 || i%6 == 0) // few enough that a large fleet is asked in a second
	properties := object{}
	if dialect == fake.Documented {
		record["serial_number"], record["warranty_expires"], record["model"] = serial, ends, "M1"
		if managed {
			properties = object{"online": true, "last_seen": seen, "os_name": "Windows 11 Pro"}
		}
	} else {
		record["asset_serial"] = serial
		properties = object{"Warranty Expires": ends, "Model": "M1"}
		if managed {
			properties["kabuto_information"] = object{"last_synced_at": seen, "os": object{"name": "Windows 11 Pro"}}
		}
	}
	record["properties"] = properties
	server.AddAsset(record)
	if managed && i%11 != 7 {
		server.SetPatches(int64(firstMachine+i), patchesOf(i))
	}
}

// patchesOf gives machine i up to three missing patches, one of them failed now and then.
func patchesOf(i int) fake.PatchSet {
	set := fake.PatchSet{
		Installed: []map[string]any{{"kb": "KB5030000", "title": "Old (KB5030000)", "status": "Recently Installed"}},
		LastScan:  "2026-01-02T03:04:05Z",
	}
	for n := range i % 4 {
		status := "Missing Patches"
		if n == 1 && i%3 == 0 {
			status = "Failed Patches"
		}
		kb := fmt.Sprintf("KB50400%02d", n)
		set.Available = append(set.Available, object{"kb": kb, "title": "New (" + kb + ")", "status": status, "failure_reason": "disk full"})
	}
	return set
}

// read asks the embedded Syncro without any client of ours.
func read(t *testing.T, server *fake.Server, path string) object {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, "/api/v1"+path, nil)
	request.Header.Set("Authorization", "Bearer demo-key")
	recorder := httptest.NewRecorder()
	server.ServeHTTP(recorder, request)
	require.Equal(t, http.StatusOK, recorder.Code, path)
	var body object
	require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &body))
	return body
}

// text is a documented field of a raw record of either dialect.
func text(record object, field string) string {
	properties, _ := record["properties"].(object)
	custom := map[string]string{"warranty_expires": "Warranty Expires", "model": "Model"}
	for _, value := range []any{record[field], record["asset_serial"], properties[custom[field]]} {
		if field != "serial_number" && value == record["asset_serial"] {
			continue
		}
		if word, ok := value.(string); ok && word != "" {
			return word
		}
	}
	if report, ok := properties["kabuto_information"].(object); ok && field == "model" {
		general, _ := report["general"].(object)
		word, _ := general["model"].(string)
		return word
	}
	return ""
}

// lastSeen is the last check-in of a raw record; ok tells whether an agent reports at all.
func lastSeen(t *testing.T, record object) (at time.Time, ok bool) {
	t.Helper()
	properties, _ := record["properties"].(object)
	seen, ok := properties["last_seen"].(string)
	if report, is := properties["kabuto_information"].(object); is {
		seen, ok = report["last_synced_at"].(string)
	}
	if ok {
		var err error
		at, err = time.Parse(time.RFC3339, seen)
		require.NoError(t, err)
	}
	return at, ok
}

func list(t *testing.T, client *syncro.Client) fleet.Stream {
	t.Helper()
	return fleet.List(t.Context(), client, syncro.AssetFilter{})
}

func (s scene) isWhole(t *testing.T, c fleet.Coverage) {
	t.Helper()
	n := len(s.records)
	assert.Equal(t, fleet.Coverage{Total: n, Checked: n, Complete: true}, c)
}

func (s scene) warrantiesAgree(t *testing.T) {
	now := time.Now()
	report, err := fleet.Warranties(t.Context(), list(t, s.client), now, 90)
	require.NoError(t, err)
	s.isWhole(t, report.Coverage)
	counts := map[string]int{}
	for _, record := range s.records {
		ends := text(record, "warranty_expires")
		for _, layout := range []string{time.DateOnly, "01/02/2006"} {
			if at, err := time.Parse(layout, ends); err == nil {
				ends = at.Format(time.DateOnly)
			}
		}
		_, err := time.Parse(time.DateOnly, ends)
		switch {
		case err != nil:
			counts["unknown"]++
		case ends < now.Format(time.DateOnly):
			counts["expired"]++
		case ends <= now.AddDate(0, 0, 90).Format(time.DateOnly):
			counts["expiring"]++
		default:
			counts["later"]++
		}
	}
	assert.Len(t, report.Expired, counts["expired"])
	assert.Len(t, report.Expiring, counts["expiring"])
	assert.Len(t, report.Unknown, counts["unknown"])
	assert.Equal(t, counts["later"], report.Later)
	for i := range len(report.Expiring) - 1 {
		assert.LessOrEqual(t, report.Expiring[i].Expires, report.Expiring[i+1].Expires)
	}
	for i := range len(report.Expired) - 1 {
		assert.GreaterOrEqual(t, report.Expired[i].Expires, report.Expired[i+1].Expires)
		assert.Negative(t, report.Expired[i].Days)
	}
	if len(report.Unknown) > 20 {
		assert.Equal(t, "in spring", report.Unknown[0].Expires, "what can be mended at once comes first")
		assert.Empty(t, report.Unknown[len(report.Unknown)-1].Expires)
	}
}

func TestTheLastDayOfWarrantyIsCovered(t *testing.T) {
	t.Parallel()
	client, server := account(t, fake.Options{}, -1)
	zone := time.FixedZone("far east", 12*3600)
	now := time.Date(2026, 3, 10, 1, 0, 0, 0, zone) // still the 9th in UTC
	for _, ends := range []string{"2026-03-09", "2026-03-10", "2026-06-08", "2026-06-09"} {
		server.AddAsset(object{"name": ends, "warranty_expires": ends})
	}
	report, err := fleet.Warranties(t.Context(), list(t, client), now, 90)
	require.NoError(t, err)
	require.Len(t, report.Expired, 1)
	assert.Equal(t, -1, report.Expired[0].Days)
	require.Len(t, report.Expiring, 2)
	assert.Equal(t, []int{0, 90}, []int{report.Expiring[0].Days, report.Expiring[1].Days})
	assert.Equal(t, 1, report.Later)
}

func TestAListThatBreaksOffIsTold(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		server.Inject(fake.Fault{Path: "/customer_assets", Skip: 1, Status: http.StatusInternalServerError, Body: `{"error": "it fell over"}`})
		report, err := fleet.Warranties(t.Context(), list(t, client), time.Now(), 90)
		require.NoError(t, err)
		assert.False(t, report.Complete)
		assert.Equal(t, 25, report.Checked)
		assert.Equal(t, len(server.Assets()), report.Total)
		require.Len(t, report.Failed, 1)
		assert.Contains(t, report.Failed[0].Reason, "it fell over")
		assert.NotEmpty(t, report.Failed[0].What)

		server.ClearFaults()
		server.Inject(fake.Fault{Path: "/customer_assets", Status: http.StatusInternalServerError, Body: `{"error": "it fell over"}`})
		_, err = fleet.Warranties(t.Context(), list(t, client), time.Now(), 90)
		assert.ErrorContains(t, err, "it fell over", "nothing at all was read")
	})
}

func TestProgressComesWithAnEstimate(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Latency: 2 * time.Second}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		for i := range 200 {
			addMachine(server, cmp.Or(dialectOf(server), fake.Documented), i)
		}
		var said []string
		last := 0
		stream := list(t, client)
		stream.Progress = func(done, total int, message string) {
			assert.Equal(t, 200, total)
			assert.GreaterOrEqual(t, done, last)
			last = done
			said = append(said, message)
		}
		_, err := fleet.Warranties(t.Context(), stream, time.Now(), 90)
		require.NoError(t, err)
		assert.Equal(t, 200, last)
		assert.Contains(t, strings.Join(said, "\n"), "listed 100 of 200 assets, about 8s left")
	})
}

// dialectOf tells the dialect of an account by a record that it makes up.
func dialectOf(server *fake.Server) fake.Dialect {
	id := server.AddAsset(object{"name": "probe"})
	defer server.RemoveAsset(id)
	record, _ := server.Asset(id)
	if _, production := record["asset_serial"]; production {
		return fake.Production
	}
	return fake.Documented
}
