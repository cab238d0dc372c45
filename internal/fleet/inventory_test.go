package fleet_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/fleet"
	"syncro-mcp/syncro"
)

// described writes an inventory as one line a record.
func described(inv fleet.Inventory) string {
	var lines []string
	for _, r := range inv.Records {
		line := fmt.Sprintf("%d:", r.Line)
		for _, field := range []string{"name", "serial_number", "model", "manufacturer", "asset_type", "purchase_date", "warranty_expires", "logged_in_user", "customer"} {
			if value := r.Field(field); value != "" {
				line += " " + field + "=" + value
			}
		}
		lines = append(lines, line)
	}
	for _, bad := range inv.Unusable {
		lines = append(lines, fmt.Sprintf("%d! %s", bad.Line, bad.Reason))
	}
	return strings.Join(lines, "\n")
}

func TestInventoriesAsPeopleHaveThem(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"plain", "Serial,Name\nS1,A\nS2,B\n", "2: name=A serial_number=S1\n3: name=B serial_number=S2"},
		{"any order, any spelling", "COMPUTER NAME, Make ,s/n\nA,Dell,S1", "2: name=A serial_number=S1 manufacturer=Dell"},
		{"underscores and dots", "asset_name;Serial No.;Warranty-Expires\nA;S1;2027-01-01", "2: name=A serial_number=S1 warranty_expires=2027-01-01"},
		{"semicolons, BOM, Windows line ends", "\ufeffHostname;Serial Number;Modell\r\nA;S1;X, Y\r\nB;S2;\r\n",
			"2: name=A serial_number=S1 model=X, Y\n3: name=B serial_number=S2"},
		{"tabs with an empty cell", "Hostname\tUser\tSerial\nA\t\tS1\n", "2: name=A serial_number=S1"},
		{"bars", "Hostname|Serial\nA|S1\n", "2: name=A serial_number=S1"},
		{"it says its separator", "sep=;\nHostname;Serial\nA;S1\n", "3: name=A serial_number=S1"},
		{"old line ends", "Hostname,Serial\rA,S1\rB,S2", "2: name=A serial_number=S1\n3: name=B serial_number=S2"},
		{"quotes", "Name,Serial,User\n\"A, the first\",\"S\"\"1\",\"two\nlines\"\nB,S2,x\n", "2: name=A, the first serial_number=S\"1 logged_in_user=two\nlines\n4: name=B serial_number=S2 logged_in_user=x"},
		{"a title above, blank lines between", "Inventory 2026\n\nSerial,Name\n\nS1,A\n,,\nS2,B\n", "5: name=A serial_number=S1\n7: name=B serial_number=S2"},
		{"inches", "Name,Model,Serial\nA,24\" monitor,S1\nB,Plain,S2\n", "2: name=A serial_number=S1 model=24\" monitor\n3: name=B serial_number=S2 model=Plain"},
		{"a quote that is never closed spoils one row", "Name,Serial\nA,S1\n\"B,S2\nC,S3\nD,S4\n",
			"2: name=A serial_number=S1\n4: name=C serial_number=S3\n5: name=D serial_number=S4\n3! its quotes do not match"},
		{"too many cells", "Name,Serial\nA,S1,oops\nB,S2,,\n", "3: name=B serial_number=S2\n2! it has 3 cells and the heading 2, so they cannot be told apart"},
		{"too few cells", "Name,Serial,Model\nA,S1\n", "2: name=A serial_number=S1"},
		{"neither serial nor name", "Name,Serial,Model\n,,X\nB,,\n", "3: name=B\n2! it has neither a serial number nor a name"},
		{"a serial that is none", "Name,Serial\nA,N/A\n,unknown\n", "2: name=A\n3! it has neither a serial number nor a name"},
		{"the plainer heading wins", "Name,Hostname,Serial\nMara,PC-1,S1\n", "2: name=PC-1 serial_number=S1"},
		{"numbers kept from the spreadsheet", "Name,Serial\nA,=\"00123\"\n", "2: name=A serial_number=00123"},
		{"our own export", "id,name,serial_number,notes\n7,'-A-,S1,\"'=1+1\"\n", "2: name=-A- serial_number=S1"},
		{"names only", "Hostname\nA\nB\n", "2: name=A\n3: name=B"},
		{"a JSON list", `[{"Serial": "S1", "Hostname": "A"}, {"Serial": 123, "User": null}]`, "1: name=A serial_number=S1\n2: serial_number=123"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inv, err := fleet.ParseInventory(test.text)
			require.NoError(t, err)
			assert.Equal(t, test.want, described(inv))
		})
	}
}

func TestInventoriesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Make,Colour\nDell,grey\n": `no column of serial numbers or names. Its first line is "Make,Colour"`,
		"S1\nS2\n":                 "no column of serial numbers or names",
		"Serial,Name\n":            "a heading and no rows",
		`["S1"]`:                   "no column of serial numbers or names",
		`[{"colour": "grey"}]`:     "have no serial numbers or names",
		"sep=\"\nSerial\n":         "no column of serial numbers or names",
	} {
		_, err := fleet.ParseInventory(text)
		assert.True(t, syncro.IsKind(err, syncro.InvalidArgument), text)
		assert.ErrorContains(t, err, want, text)
	}
}

func TestRowsOfAnInventory(t *testing.T) {
	t.Parallel()
	inv, err := fleet.InventoryOf([]map[string]any{
		{"serial_number": "S1", "Computer Name": " A ", "colour": "grey"},
		{"serial": json.Number("00123"), "user": nil},
		{"serial": []any{"S3"}},
		{"serial": 4.0, "name": true},
		{},
	})
	require.NoError(t, err)
	assert.Equal(t, "1: name=A serial_number=S1\n2: serial_number=00123\n4: name=true serial_number=4\n"+
		"3! its \"serial\" is neither a text nor a number\n5! it has neither a serial number nor a name", described(inv))
	assert.Equal(t, []string{"colour"}, inv.Ignored)
}

func TestALargeOrHostileInventoryIsReadInTime(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{"plain": "A%d,S%d\n", "inches": "A%d,5\" S%d\n", "open quotes": "\"A%d,S%d\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := &strings.Builder{}
			text.WriteString("Name,Serial\n")
			for i := range 20_000 {
				fmt.Fprintf(text, line, i, i)
			}
			began := time.Now()
			inv, err := fleet.ParseInventory(text.String())
			require.NoError(t, err)
			assert.Equal(t, 20_000, len(inv.Records)+len(inv.Unusable))
			assert.Less(t, time.Since(began), 20*time.Second)
		})
	}
}

// FuzzInventory: whatever is pasted, each row is either a record or named, and
// nothing breaks.
func FuzzInventory(f *testing.F) {
	for _, seed := range []string{"Serial,Name\nS1,A\n", "\ufeffs/n;name\r\n\"a\";b", "sep=|\nname|x\n\"", "[{\"serial\": 1}]", "name\n\"\n\"\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		inv, err := fleet.ParseInventory(text)
		if err != nil {
			require.True(t, syncro.IsKind(err, syncro.InvalidArgument))
			return
		}
		lines := strings.Count(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n"), "\n") + 1
		seen := map[int]bool{}
		for _, r := range inv.Records {
			require.False(t, seen[r.Line])
			seen[r.Line] = true
			require.NotEmpty(t, r.Field("name")+r.Field("serial_number"))
			if !strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(text, "\ufeff")), "[") {
				require.LessOrEqual(t, r.Line, lines)
			}
		}
		for _, bad := range inv.Unusable {
			require.False(t, seen[bad.Line])
			require.NotEmpty(t, bad.Reason)
		}
	})
}
