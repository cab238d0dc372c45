package fleet_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/fleet"
	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

func review(client *syncro.Client, kb string) fleet.PatchReview {
	bulk := client.Bulk()
	return fleet.PatchReview{Read: bulk.AssetPatches, Budget: bulk.BudgetUsed, KB: kb}
}

// rawPatches reads a machine's patches page by page: kb, title and status of each.
func rawPatches(t *testing.T, server *fake.Server, id int64) (patches [][3]string, scanned bool) {
	t.Helper()
	add := func(list any, otherwise string) {
		for _, each := range list.([]any) {
			p := each.(object)
			kb, _ := p["kb"].(string)
			status, _ := p["status"].(string)
			if status == "" {
				status = otherwise
			}
			patches = append(patches, [3]string{kb, p["title"].(string), strings.Fields(status)[0]})
		}
	}
	for number := 1; ; number++ {
		body := read(t, server, fmt.Sprintf("/customer_assets/%d/patches?page=%d", id, number))
		if nested, ok := body["patches"].(object); ok {
			add(nested["available"], "Missing")
			add(nested["installed"], "Recently")
			return patches, nested["last_scan"] != nil
		}
		add(body["available_patches"], "Missing")
		if number >= int(body["available_patches_meta"].(object)["total_pages"].(float64)) {
			add(body["installed_patches"], "Recently")
			return patches, false
		}
	}
}

// recount is the report as a person would make it by hand.
type recount struct {
	compliant, nonCompliant, unknown, notApplicable int
	lacking                                         map[string]int // patch to machines
	kb                                              map[string]int // state of one patch to machines
}

func (s scene) recount(t *testing.T, kb string) recount {
	t.Helper()
	r := recount{lacking: map[string]int{}, kb: map[string]int{}}
	for _, record := range s.records {
		if _, managed := lastSeen(t, record); !managed {
			r.notApplicable++
			continue
		}
		patches, scanned := rawPatches(t, s.server, int64(record["id"].(float64)))
		lacks, state := false, "not listed"
		for _, p := range patches {
			if p[2] == "Missing" || p[2] == "Failed" {
				lacks = true
				r.lacking[p[0]+p[1]]++
			}
			if p[0] == kb {
				state = p[2]
			}
		}
		switch {
		case lacks:
			r.nonCompliant++
		case len(patches) == 0 && !scanned:
			r.unknown++
			state = "unknown"
		default:
			r.compliant++
		}
		r.kb[state]++
	}
	s.server.Reset()
	return r
}

func (s scene) patchesAgree(t *testing.T) {
	kb := "KB5040001"
	if s.demo {
		patches, _ := rawPatches(t, s.server, 70105) // RECEPTION-01, where one failed
		kb = patches[0][0]
	}
	want := s.recount(t, kb)
	report, err := fleet.Patches(t.Context(), list(t, s.client), review(s.client, kb))
	require.NoError(t, err)
	s.isWhole(t, report.Coverage)
	assert.Equal(t, want.compliant, report.Compliant)
	assert.Equal(t, want.nonCompliant, report.NonCompliant)
	assert.Equal(t, want.unknown, report.Unknown)
	assert.Equal(t, want.notApplicable, report.NotApplicable)
	assert.Len(t, report.Worst, want.nonCompliant)
	assert.Len(t, report.NoAnswer, want.unknown)
	assert.Len(t, report.Patches, len(want.lacking))
	for _, spread := range report.Patches {
		assert.Equal(t, want.lacking[spread.KB+spread.Title], spread.Missing+spread.Failed, spread.Title)
	}
	assert.True(t, slices.IsSortedFunc(report.Worst, func(a, b fleet.MachinePatches) int { return b.Missing + b.Failed - a.Missing - a.Failed }))
	assert.Equal(t, want.kb, without0(map[string]int{
		"Failed": report.KB.Failed, "Missing": report.KB.Missing, "Rejected": report.KB.Rejected, "Recently": report.KB.Installed,
		"not listed": report.KB.NotListed, "unknown": report.KB.Unknown,
	}))
	assert.Len(t, report.KB.Lacking, report.KB.Failed+report.KB.Missing+report.KB.Rejected)
	for i, lacking := range report.KB.Lacking {
		assert.Equal(t, i < report.KB.Failed, lacking.Status == syncro.PatchFailed, "failed ones come first")
		assert.Equal(t, i < report.KB.Failed, lacking.Reason != "" && lacking.Status == syncro.PatchFailed)
	}
	asked := askedForPatches(s.server)
	for id, times := range asked {
		most := 1
		if id == 70118 { // NWL-SRV-01 lacks more than production sends at once
			most = 2
		}
		assert.LessOrEqual(t, times, most, id)
	}
	assert.Len(t, asked, want.compliant+want.nonCompliant+want.unknown, "machines without an agent are not asked")
}

func without0(counts map[string]int) map[string]int {
	for key, n := range counts {
		if n == 0 {
			delete(counts, key)
		}
	}
	return counts
}

// askedForPatches counts the patch requests by machine.
func askedForPatches(server *fake.Server) map[int64]int {
	asked := map[int64]int{}
	for _, r := range server.Requests() {
		var id int64
		if n, _ := fmt.Sscanf(r.Path, "/customer_assets/%d/patches", &id); n == 1 && strings.HasSuffix(r.Path, "/patches") {
			asked[id]++
		}
	}
	return asked
}

// managedFleet adds n machines that all have an agent.
func managedFleet(t *testing.T, server *fake.Server, n int) {
	t.Helper()
	dialect := dialectOf(server)
	for i, added := 0, 0; added < n; i++ {
		if i%5 < 3 {
			addMachine(server, dialect, i)
			added++
		}
	}
	server.Reset()
}

func Test300MachinesAreAskedSideBySide(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Latency: 50 * time.Millisecond}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		managedFleet(t, server, 300)
		began := time.Now()
		report, err := fleet.Patches(t.Context(), list(t, client), review(client, ""))
		require.NoError(t, err)
		assert.Less(t, time.Since(began), 2500*time.Millisecond)
		assert.Equal(t, 300, report.Checked)
		assert.Len(t, askedForPatches(server), 300)
		assert.Len(t, server.Requests(), 300+12, "each machine once, and the pages of the list")
	})
}

func TestMachinesThatFailAreUnknownAndNamed(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		whole, err := fleet.Patches(t.Context(), list(t, client), review(client, ""))
		require.NoError(t, err)
		for id, body := range map[int]string{70101: `{"error": "it fell over"}`, 70105: "<html>oops</html>"} {
			server.Inject(fake.Fault{Path: fmt.Sprintf("/customer_assets/%d/patches", id), Status: http.StatusInternalServerError, Body: body})
		}
		server.Inject(fake.Fault{Path: "/customer_assets/70118/patches", Do: fake.Truncate})
		report, err := fleet.Patches(t.Context(), list(t, client), review(client, "KB5000001"))
		require.NoError(t, err)
		assert.False(t, report.Complete)
		assert.Equal(t, report.Total-3, report.Checked)
		assert.Equal(t, whole.Unknown+3, report.Unknown)
		assert.Equal(t, whole.Compliant-1, report.Compliant)
		assert.Equal(t, whole.NonCompliant-2, report.NonCompliant)
		assert.Equal(t, report.Total, report.Compliant+report.NonCompliant+report.Unknown+report.NotApplicable)
		assert.Equal(t, report.Unknown, report.KB.Unknown)
		require.Len(t, report.Failed, 3)
		for i, name := range []string{"NWD-WKS-001", "RECEPTION-01", "NWL-SRV-01"} {
			assert.Equal(t, name, report.Failed[i].Name)
			assert.NotEmpty(t, report.Failed[i].Reason)
		}
		assert.Contains(t, report.Failed[0].Reason, "it fell over")
	})
}

func TestAReportGivesUpWhereEverythingFails(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		managedFleet(t, server, 300)
		server.Inject(fake.Fault{Path: "/customer_assets/{id}/patches", Status: http.StatusInternalServerError, Body: `{"error": "it fell over"}`})
		_, err := fleet.Patches(t.Context(), list(t, client), review(client, ""))
		require.ErrorContains(t, err, "it fell over")
		assert.Less(t, len(server.Requests()), 100, "300 vain requests help nobody")

		server.ClearFaults()
		server.Inject(fake.Fault{Path: "/customer_assets/{id}/patches", Skip: 50, Status: http.StatusInternalServerError, Body: `{"error": "it fell over"}`})
		report, err := fleet.Patches(t.Context(), list(t, client), review(client, ""))
		require.NoError(t, err)
		assert.Equal(t, 50, report.Checked)
		assert.Len(t, report.Failed, 250)
		notAsked := slices.ContainsFunc(report.Failed, func(f fleet.Failure) bool { return strings.HasPrefix(f.Reason, "not asked, since") })
		assert.True(t, notAsked)
	})
}

func TestCancellingStopsTheRequests(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Latency: time.Second}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		managedFleet(t, server, 300)
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		stream := fleet.List(ctx, client, syncro.AssetFilter{})
		stream.Progress = func(done, _ int, _ string) {
			if done >= 330 {
				cancel()
			}
		}
		_, err := fleet.Patches(ctx, stream, review(client, ""))
		require.ErrorIs(t, err, context.Canceled)
		took := time.Since(began)
		sent := len(server.Requests())
		time.Sleep(time.Minute)
		assert.Len(t, server.Requests(), sent)
		assert.LessOrEqual(t, sent, 12+30+2*16)
		assert.Less(t, took, 16*time.Second)
	})
}

func TestTheBudgetIsKeptAndALookupDoesNotWait(t *testing.T) {
	t.Parallel()
	for _, dialect := range dialects() {
		t.Run(dialect.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, server := account(t, fake.Options{Dialect: dialect, Latency: 50 * time.Millisecond}, 180)
				managedFleet(t, server, 300)
				began := time.Now()
				done := make(chan struct{})
				var mu sync.Mutex
				var said []string
				stream := list(t, client)
				stream.Progress = func(_, _ int, message string) {
					mu.Lock()
					defer mu.Unlock()
					said = append(said, message)
				}
				go func() {
					defer close(done)
					report, err := fleet.Patches(t.Context(), stream, review(client, ""))
					assert.NoError(t, err)
					assert.True(t, report.Complete)
				}()
				for range 10 {
					time.Sleep(6 * time.Second)
					asked := time.Now()
					_, err := client.Asset(t.Context(), firstMachine)
					require.NoError(t, err)
					assert.Less(t, time.Since(asked), 300*time.Millisecond)
				}
				<-done
				assert.Less(t, time.Since(began), 130*time.Second, "312 requests of which bulk work may have 150 a minute")
				for _, r := range server.Requests() {
					assert.Equal(t, http.StatusOK, r.Status)
				}
				assert.Contains(t, strings.Join(said, "\n"), "of 300 machines, about 1m")
			})
		})
	}
}

func TestWhatCountsAsCompliant(t *testing.T) {
	t.Parallel()
	machines := []syncro.Asset{{ID: 1, Name: "A", Agent: &syncro.Agent{}}}
	for _, test := range []struct {
		name    string
		patches syncro.Patches
		want    string
		kb      string
	}{
		{"scanned, nothing to do", syncro.Patches{LastScan: time.Now()}, "compliant", "not listed"},
		{"never scanned", syncro.Patches{}, "unknown", "unknown"},
		{"only installed", syncro.Patches{Patches: []syncro.Patch{{KB: "KB5034441", Status: syncro.PatchInstalled}}}, "compliant", "installed"},
		{"rejected by somebody", syncro.Patches{Patches: []syncro.Patch{{KB: "kb 5034441", Status: syncro.PatchRejected}}}, "compliant", "lacks"},
		{"failed", syncro.Patches{Patches: []syncro.Patch{{KB: "5034441", Status: syncro.PatchFailed}}}, "not compliant", "lacks"},
		{"the number in the title only", syncro.Patches{Patches: []syncro.Patch{{Title: "Update (KB5034441) x64", Status: syncro.PatchMissing}}}, "not compliant", "lacks"},
		{"a longer number", syncro.Patches{Patches: []syncro.Patch{{Title: "KB50344412", Status: syncro.PatchMissing}}}, "not compliant", "not listed"},
		{"installed and missing at once", syncro.Patches{Patches: []syncro.Patch{
			{KB: "KB5034441", Status: syncro.PatchInstalled}, {KB: "KB5034441", Status: syncro.PatchMissing}}}, "not compliant", "lacks"},
		{"some were not sent", syncro.Patches{Missed: 2, Patches: []syncro.Patch{{KB: "KB1234567", Status: syncro.PatchInstalled}}}, "unknown", "unknown"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stream := fleet.Stream{Assets: func(yield func(syncro.Asset, error) bool) { yield(machines[0], nil) }}
			report, err := fleet.Patches(t.Context(), stream, fleet.PatchReview{
				KB: "KB5034441", Read: func(context.Context, int64) (syncro.Patches, error) { return test.patches, nil },
			})
			require.NoError(t, err)
			got := map[string]int{"compliant": report.Compliant, "not compliant": report.NonCompliant, "unknown": report.Unknown}
			assert.Equal(t, map[string]int{test.want: 1}, without0(got))
			kb := map[string]int{"installed": report.KB.Installed, "lacks": len(report.KB.Lacking), "not listed": report.KB.NotListed, "unknown": report.KB.Unknown}
			assert.Equal(t, map[string]int{test.kb: 1}, without0(kb))
		})
	}
}

func TestParseKB(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"KB5034441": "KB5034441", " kb 5034441 ": "KB5034441", "5034441": "KB5034441", "KB-5034441": "KB5034441"} {
		kb, err := fleet.ParseKB(given)
		require.NoError(t, err)
		assert.Equal(t, want, kb)
	}
	for _, given := range []string{"", "KB", "5034", "KB5034441x", "all", "KB50344410000"} {
		_, err := fleet.ParseKB(given)
		assert.True(t, syncro.IsKind(err, syncro.InvalidArgument), given)
	}
}
