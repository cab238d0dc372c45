package fleet_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/fleet"
	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

func (s scene) auditAgrees(t *testing.T) {
	naming := regexp.MustCompile(`^[A-Z]{2,3}-[A-Z]+-[0-9]+$`)
	now := time.Now()
	incomplete, misnamed, stale := 0, 0, 0
	serials, names := map[string]int{}, map[string]int{}
	books := &strings.Builder{}
	books.WriteString("Hostname,S/N\n")
	inBooks := 0
	for i, record := range s.records {
		name, serial := record["name"].(string), text(record, "serial_number")
		if serial == "" || text(record, "model") == "" || text(record, "warranty_expires") == "" {
			incomplete++
		}
		if !naming.MatchString(name) {
			misnamed++
		}
		if at, managed := lastSeen(t, record); managed && now.Sub(at) > 30*24*time.Hour {
			stale++
		}
		serials[serial]++
		names[fmt.Sprint(record["customer_id"], strings.ToLower(name))]++
		if i%3 == 0 && serials[serial] == 1 {
			fmt.Fprintf(books, "%s,%s\n", name, strings.ToLower(serial))
			inBooks++
		}
	}
	delete(serials, "")
	duplicates := 0
	for _, counts := range []map[string]int{serials, names} {
		for _, n := range counts {
			if n > 1 {
				duplicates++
			}
		}
	}
	books.WriteString("STRANGER-1,NEVER-SEEN-1\n")
	inventory, err := fleet.ParseInventory(books.String())
	require.NoError(t, err)
	report, err := fleet.Audit(t.Context(), list(t, s.client), fleet.AuditRules{
		Inventory: &inventory, Naming: naming, Stale: 30 * 24 * time.Hour, Now: now,
	})
	require.NoError(t, err)
	s.isWhole(t, report.Coverage)
	assert.Len(t, report.Incomplete, incomplete)
	assert.Len(t, report.Naming, misnamed)
	assert.Len(t, report.Stale, stale)
	assert.Len(t, report.Duplicates, duplicates)
	assert.Equal(t, inBooks, report.Comparison.Matched)
	assert.Len(t, report.Comparison.OnlyInSyncro, len(s.records)-inBooks)
	assert.Empty(t, report.Comparison.Differences)
	assert.Empty(t, report.Comparison.Unusable)
	require.Len(t, report.Comparison.OnlyInInventory, 1)
	assert.Equal(t, "STRANGER-1", report.Comparison.OnlyInInventory[0].Field(syncro.Name))
	for i := range len(report.Stale) - 1 {
		assert.False(t, report.Stale[i+1].LastSeen.Before(report.Stale[i].LastSeen), "longest silent first")
	}
}

// audit runs an audit over assets in memory.
func audit(t *testing.T, assets []syncro.Asset, rules fleet.AuditRules) fleet.AuditReport {
	t.Helper()
	rules.Now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	rules.Stale = 30 * 24 * time.Hour
	report, err := fleet.Audit(t.Context(), fleet.Stream{Assets: func(yield func(syncro.Asset, error) bool) {
		for _, a := range assets {
			if !yield(a, nil) {
				return
			}
		}
	}}, rules)
	require.NoError(t, err)
	return report
}

func parsed(t *testing.T, text string) *fleet.Inventory {
	t.Helper()
	inventory, err := fleet.ParseInventory(text)
	require.NoError(t, err)
	return &inventory
}

func TestMatching(t *testing.T) {
	t.Parallel()
	assets := []syncro.Asset{
		{ID: 1, Name: "OLD-NAME", Serial: "AB-12 34"},
		{ID: 2, Name: "RECEPTION-01", Serial: "R1", CustomerID: 1},
		{ID: 3, Name: "RECEPTION-01", Serial: "R2", CustomerID: 2},
		{ID: 4, Name: "TWIN", Serial: "T1"},
		{ID: 5, Name: "TWIN-OLD", Serial: "T1"},
		{ID: 6, Name: "NOSERIAL", Serial: "To Be Filled By O.E.M."},
		{ID: 7, Name: "ALSO-NONE", Serial: "to be filled by o.e.m."},
	}
	owners := func(_ context.Context, id int64) string { return fmt.Sprintf("Customer %d", id) }
	for _, test := range []struct {
		name, rows string
		matched    []int64
		missing    int
		unusable   string
	}{
		{"by serial, however written", "x,ab1234,", []int64{1}, 0, ""},
		{"by serial before name", "RECEPTION-01,R2,", []int64{3}, 0, ""},
		{"by name", "old-name,,", []int64{1}, 0, ""},
		{"by the host's part of a name", "old-name.corp.example,,", []int64{1}, 0, ""},
		{"by name although the serial is another", "OLD-NAME,ZZZ,", []int64{1}, 0, ""},
		{"a name that two have is no answer", "reception-01,,", nil, 0, "line 2: 2 assets have its name"},
		{"unless the customer is told", "reception-01,,customer 2", []int64{3}, 0, ""},
		{"a name whose other bearer is taken", "a,R1,\nreception-01,,", []int64{2, 3}, 0, ""},
		{"of one serial twice, the one with the name", "twin-old,T1,", []int64{5}, 0, ""},
		{"a placeholder is no serial", "noserial,TO BE FILLED BY OEM,", []int64{6}, 0, ""},
		{"a row that comes twice", "x,R1,\ny,r-1,", []int64{2}, 0, "line 3: it repeats the serial number of line 2"},
		{"a stranger", "stranger,Q9,", nil, 1, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			report := audit(t, assets, fleet.AuditRules{Inventory: parsed(t, "Name,Serial,Customer\n"+test.rows), CustomerName: owners})
			only := map[int64]bool{}
			for _, each := range report.Comparison.OnlyInSyncro {
				only[each.ID] = true
			}
			var matched []int64
			for _, a := range assets {
				if !only[a.ID] {
					matched = append(matched, a.ID)
				}
			}
			assert.Equal(t, test.matched, matched)
			assert.Equal(t, len(test.matched), report.Comparison.Matched)
			assert.Len(t, report.Comparison.OnlyInInventory, test.missing)
			var unusable []string
			for _, row := range report.Comparison.Unusable {
				unusable = append(unusable, fmt.Sprintf("line %d: %s", row.Line, row.Reason))
			}
			assert.Contains(t, strings.Join(unusable, "\n"), test.unusable)
			assert.Equal(t, test.unusable != "", len(unusable) == 1)
		})
	}
}

func TestOnlyRealDifferencesAreTold(t *testing.T) {
	t.Parallel()
	asset := syncro.Asset{ID: 1, Name: "ACME-1", Serial: "S1", Model: "OptiPlex 7090", Manufacturer: "Dell Inc.", Type: "Laptop",
		PurchaseDate: "2024-02-03", WarrantyExpires: "2027-02-03", Agent: &syncro.Agent{User: `ACME\m.ellison`}}
	for _, test := range []struct{ column, value, want string }{
		{"Hostname", "acme-1", ""}, {"Hostname", "acme-1.corp.example", ""}, {"Hostname", "ACME-2", "name ACME-1"},
		{"Model", "optiplex  7090", ""}, {"Model", "Dell Inc. OptiPlex 7090", ""}, {"Model", "OptiPlex 7080", "model OptiPlex 7090"},
		{"Make", "DELL", ""}, {"Make", "HP", "manufacturer Dell Inc."}, {"Make", "", ""},
		{"Type", "notebook", ""}, {"Type", "Server", "asset_type Laptop"},
		{"Warranty", "2027-02-03", ""}, {"Warranty", "2/3/2027", ""}, {"Warranty", "03.02.2027", ""}, {"Warranty", "3/2/2027", ""},
		{"Warranty", "Feb 3, 2027", ""}, {"Warranty", "2027-02-03T00:00:00Z", ""}, {"Warranty", "2027-02-04", "warranty_expires 2027-02-03"},
		{"Warranty", "next year", "warranty_expires 2027-02-03"}, {"Purchase Date", "2024-02-04", "purchase_date 2024-02-03"},
		{"User", "m.ellison", ""}, {"User", "Mara Ellison", ""}, {"User", "mellison@acme.example", ""}, {"User", "J. Doe", `logged_in_user ACME\m.ellison`},
		{"Location", "cellar", ""},
	} {
		t.Run(test.column+" "+test.value, func(t *testing.T) {
			t.Parallel()
			report := audit(t, []syncro.Asset{asset}, fleet.AuditRules{Inventory: parsed(t, "Serial,"+test.column+"\nS1,\""+test.value+"\"\n")})
			var got []string
			for _, d := range report.Comparison.Differences {
				got = append(got, d.Field+" "+d.Syncro)
				assert.Equal(t, test.value, d.Inventory)
				assert.Equal(t, 2, d.Line)
			}
			assert.Equal(t, test.want, strings.Join(got, "; "))
		})
	}
}

func TestStaleAndDuplicates(t *testing.T) {
	t.Parallel()
	on, off := true, false
	at := func(day string) time.Time {
		parsed, err := time.Parse(time.DateOnly, day)
		require.NoError(t, err)
		return parsed
	}
	report := audit(t, []syncro.Asset{
		{ID: 1, Name: "fresh", Agent: &syncro.Agent{LastSeen: at("2026-05-30")}},
		{ID: 2, Name: "silent", Agent: &syncro.Agent{LastSeen: at("2026-04-01"), Online: &off}},
		{ID: 3, Name: "longer", Agent: &syncro.Agent{LastSeen: at("2025-04-01")}},
		{ID: 4, Name: "never", Agent: &syncro.Agent{}},
		{ID: 5, Name: "online, says Syncro", Agent: &syncro.Agent{Online: &on}},
		{ID: 6, Name: "printer"},
		{ID: 7, Name: "PRINTER ", Serial: "0000"},
		{ID: 8, Name: "printer", CustomerID: 9, Serial: "0000"},
		{ID: 9, Name: "a", Serial: "S-1"},
		{ID: 10, Name: "b", Serial: "s1", CustomerID: 9},
	}, fleet.AuditRules{})
	assert.Nil(t, report.Comparison)
	assert.Empty(t, report.Naming)
	var stale []int64
	for _, s := range report.Stale {
		stale = append(stale, s.ID)
	}
	assert.Equal(t, []int64{3, 2, 4}, stale)
	assert.Equal(t, 61, report.Stale[1].Days)
	require.Len(t, report.Duplicates, 2)
	assert.Equal(t, "serial_number", report.Duplicates[0].Field)
	assert.Len(t, report.Duplicates[0].Machines, 2)
	assert.Equal(t, "name", report.Duplicates[1].Field)
	assert.Len(t, report.Duplicates[1].Machines, 2, "another customer may have a printer too")
}

func TestABadPatternIsRefusedWithItsPlace(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		`^ACME-(WKS`:        "at character 7: missing closing )",
		`^A)(B`:             "at character 3: unexpected )",
		`a[)](b`:            "at character 5: missing closing )",
		`a\((b`:             "at character 4: missing closing )",
		`ab[c-`:             "at character 3: missing closing ]",
		`ab**`:              "at character 3: invalid nested repetition operator",
		`x(?=y)`:            "at character 2: invalid or unsupported Perl syntax (it knows no look-ahead and look-behind)",
		`ü[z-a]`:            "at character 3: invalid character class range",
		`abc\`:              "at character 4: trailing backslash",
		`a{2000}`:           "at character 2: invalid repeat count",
		`((a{99}){99}){99}`: "at character 4: invalid repeat count",
	} {
		_, err := fleet.ParseNaming(pattern)
		assert.True(t, syncro.IsKind(err, syncro.InvalidArgument), pattern)
		assert.ErrorContains(t, err, want, pattern)
	}
	rule, err := fleet.ParseNaming(`^(a+)+$`)
	require.NoError(t, err)
	began := time.Now()
	report := audit(t, []syncro.Asset{{ID: 1, Name: strings.Repeat("a", 100_000) + "!"}}, fleet.AuditRules{Naming: rule})
	assert.Len(t, report.Naming, 1)
	assert.Less(t, time.Since(began), 5*time.Second)
}

func TestCustomerNamesAreAskedForOnce(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		names := fleet.CustomerNames(client)
		for range 3 {
			assert.Equal(t, "Northwind Dental", names(t.Context(), 2101))
			assert.Equal(t, "Fennimore Veterinary Clinic", names(t.Context(), 2106))
			assert.Equal(t, "", names(t.Context(), 999))
			assert.Equal(t, "Northwind Dental Labs", names(t.Context(), 2102))
			assert.Equal(t, "Bäckerei Süßkind GmbH", names(t.Context(), 2103))
		}
		assert.Len(t, server.Requests(), 4, "three by id, then the list")
	})
	each(t, fake.Options{Demo: true, Deny: []string{"customer.read"}}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		names := fleet.CustomerNames(client)
		for id := range int64(20) {
			assert.Equal(t, "", names(t.Context(), 2101+id))
		}
		assert.LessOrEqual(t, len(server.Requests()), 2, "who is refused once is not asked again")
	})
}
