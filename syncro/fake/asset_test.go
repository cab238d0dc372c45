package fake_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro/fake"
)

// smallAccount has customers 1 and 2, and assets 11, 12 and 13.
func smallAccount(t *testing.T, o fake.Options) *fake.Server {
	t.Helper()
	s := start(t, o)
	serial := "serial_number"
	if o.Dialect == fake.Production {
		serial = "asset_serial"
	}
	s.AddCustomer(object{"id": 1, "business_name": "Acme", "firstname": "Ann", "lastname": "Lee"})
	s.AddCustomer(object{"id": 2, "business_name": "Café Zoë"})
	s.AddAsset(object{"id": 11, "customer_id": 1, "name": "ACME-WKS-001", "asset_type": "Desktop", serial: "ABC123"})
	s.AddAsset(object{"id": 12, "customer_id": 1, "name": "ACME-SRV-001", "asset_type": "Server", serial: "XYZ777",
		"properties": object{"Location": "Rack", "online": true, "kabuto_information": object{"last_user": "bob"}}})
	s.AddAsset(object{"id": 13, "customer_id": 2, "name": "ZOE-PRN", "asset_type": "Printer"})
	return s
}

func TestListFilters(t *testing.T) {
	t.Parallel()
	all := []string{"ACME-WKS-001", "ACME-SRV-001", "ZOE-PRN"}
	tests := []struct {
		query                  string
		documented, production []string
	}{
		{"", all, all},
		{"?query=acme-", all[:2], all[:2]},
		{"?query=xyz7", all[1:2], all[1:2]},
		{"?customer_id=2", all[2:], all[2:]},
		{"?customer_id=1&query=srv", all[1:2], all[1:2]},
		{"?customer_id=99", []string{}, []string{}},
		{"?asset_type=Server", all[1:2], all},
		{"?asset_type_id=3", all, all[1:2]},
		{"?snmp_enabled=true", all, []string{}},
		{"?no_such_filter=1", all, all},
		{"?page=2", []string{}, []string{}},
		{"?page=nonsense", all, all},
		{"?per_page=1", all, all},
	}
	for _, test := range tests {
		for dialect, want := range map[fake.Dialect][]string{fake.Documented: test.documented, fake.Production: test.production} {
			t.Run(fmt.Sprint(dialect, " ", test.query), func(t *testing.T) {
				t.Parallel()
				got := call(t, smallAccount(t, fake.Options{Dialect: dialect}), "GET", "/customer_assets"+test.query, "")
				assert.Equal(t, http.StatusOK, got.status)
				assert.Equal(t, want, names(rows(t, got, "assets")))
			})
		}
	}
}

func TestListMeta(t *testing.T) {
	t.Parallel()
	full := call(t, smallAccount(t, fake.Options{PageSize: 2}), "GET", "/customer_assets?page=2", "")
	assert.Equal(t, object{"page": 2.0, "per_page": 2.0, "total_pages": 2.0, "total_entries": 3.0}, full.body["meta"])
	assert.Equal(t, []string{"ZOE-PRN"}, names(rows(t, full, "assets")))

	bare := call(t, smallAccount(t, fake.Options{BareMeta: true}), "GET", "/customer_assets", "")
	assert.Equal(t, object{"page": 1.0, "total_pages": 1.0}, bare.body["meta"])

	honoured := call(t, smallAccount(t, fake.Options{HonourPerPage: true}), "GET", "/customer_assets?per_page=1&page=3", "")
	assert.Equal(t, []string{"ZOE-PRN"}, names(rows(t, honoured, "assets")))
}

func TestRecordTellsItsDialect(t *testing.T) {
	t.Parallel()
	documented := asset(t, call(t, smallAccount(t, fake.Options{}), "GET", "/customer_assets/13", ""))
	assert.Contains(t, documented, "serial_number")
	assert.Contains(t, documented, "recent_activity")
	assert.NotContains(t, documented, "asset_serial")

	production := asset(t, call(t, smallAccount(t, fake.Options{Dialect: fake.Production}), "GET", "/customer_assets/13", ""))
	assert.Contains(t, production, "asset_serial")
	assert.Nil(t, production["asset_serial"])
	assert.NotContains(t, production, "serial_number")
	assert.Equal(t, "Café Zoë", production["customer"].(object)["business_name"])
	triggers := production["rmm_store"].(object)["triggers"].(object)
	assert.Len(t, triggers, 10)
	assert.Equal(t, "false", triggers["agent_offline_triggered"])
}

func TestCreate(t *testing.T) {
	t.Parallel()
	const both = `"asset_type": "Laptop", "asset_type_name": "Laptop", "serial_number": "S1", "asset_serial": "S1"`
	tests := []struct {
		name    string
		dialect fake.Dialect
		body    string
		status  int
		want    string // part of the answer
	}{
		{"whole", fake.Documented, `{"customer_id": 1, "name": "N", "notes": "n", "properties": {"Location": "x"}, ` + both + `}`, 201, `"Location":"x"`},
		{"no customer", fake.Documented, `{"name": "N", "asset_type": "Laptop"}`, 422, "customer_id is required"},
		{"unknown customer", fake.Documented, `{"customer_id": 9, "name": "N", "asset_type": "Laptop"}`, 422, "customer_id"},
		{"no name", fake.Documented, `{"customer_id": 1, "asset_type": "Laptop"}`, 422, "name is required"},
		{"wrong type", fake.Documented, `{"customer_id": 1, "name": "N", "asset_type": "Toaster"}`, 422, "Invalid asset_type"},
		{"production type name only", fake.Documented, `{"customer_id": 1, "name": "N", "asset_type_name": "Laptop"}`, 422, "Invalid asset_type"},
		{"bad date", fake.Documented, `{"customer_id": 1, "name": "N", "asset_type": "Laptop", "purchase_date": "soon"}`, 400, "Invalid parameters"},
		{"name not text", fake.Documented, `{"customer_id": 1, "name": 5, "asset_type": "Laptop"}`, 400, "Invalid parameters"},
		{"whole", fake.Production, `{"customer_id": "1", "name": "N", ` + both + `}`, 200, `"asset_serial":"S1"`},
		{"type by id", fake.Production, `{"name": "N", "asset_type_id": 3}`, 200, `"asset_type":"Server"`},
		{"no type", fake.Production, `{"name": "No type"}`, 422, `"Asset type can't be blank"`},
		{"documented type only", fake.Production, `{"name": "N", "asset_type": "Laptop"}`, 422, `"params":{"name":"N"}`},
		{"unknown type", fake.Production, `{"name": "N", "asset_type_name": "Toaster"}`, 422, `"success":false`},
		{"no name", fake.Production, `{"asset_type_name": "Laptop"}`, 422, "Name can't be blank"},
		{"not JSON", fake.Documented, `name=N`, 400, `"error"`},
		{"not JSON", fake.Production, `[1]`, 400, `"error"`},
	}
	for _, test := range tests {
		t.Run(test.dialect.String()+" "+test.name, func(t *testing.T) {
			t.Parallel()
			s := smallAccount(t, fake.Options{Dialect: test.dialect})
			got := call(t, s, "POST", "/customer_assets", test.body)
			assert.Equal(t, test.status, got.status, got.text)
			assert.Contains(t, got.text, test.want)
			if test.status < 300 {
				id := int64(asset(t, got)["id"].(float64))
				stored, found := s.Asset(id)
				require.True(t, found)
				assert.Equal(t, asset(t, got), stored)
			} else {
				assert.Len(t, s.Assets(), 3)
			}
		})
	}
}

func TestProductionCreateForgetsWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	s := smallAccount(t, fake.Options{Dialect: fake.Production})
	got := asset(t, call(t, s, "POST", "/customer_assets",
		`{"customer_id": 1, "name": "N", "asset_type_name": "Laptop", "notes": "x", "properties": {"Model": "y"}}`))
	assert.Empty(t, got["properties"])
	assert.NotContains(t, got, "notes")
	assert.NotContains(t, got, "asset_type_name")
	assert.Equal(t, "Acme", got["customer"].(object)["business_name"])
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	for _, dialect := range []fake.Dialect{fake.Documented, fake.Production} {
		t.Run(dialect.String(), func(t *testing.T) {
			t.Parallel()
			s := smallAccount(t, fake.Options{Dialect: dialect})
			got := asset(t, call(t, s, "PUT", "/customer_assets/12", `{"name": "NEW", "serial_number": null, "asset_serial": null,
				"customer_id": 2, "nonsense": 1, "properties": {"Owner": "Zoë", "Location": null}}`))
			assert.Equal(t, "NEW", got["name"])
			assert.Nil(t, got["serial_number"])
			assert.Nil(t, got["asset_serial"])
			assert.NotContains(t, got, "nonsense")
			properties := got["properties"].(object)
			assert.Equal(t, "Zoë", properties["Owner"])
			assert.Nil(t, properties["Location"])
			assert.Equal(t, true, properties["online"], "properties are merged")
			if dialect == fake.Production {
				assert.Equal(t, "Café Zoë", got["customer"].(object)["business_name"])
			}
			stored, _ := s.Asset(12)
			assert.Equal(t, got, stored)

			for _, body := range []string{`{"name": ""}`, `{"customer_id": 99}`, `{"asset_type": "Toaster", "asset_type_name": "Toaster"}`} {
				assert.Equal(t, http.StatusUnprocessableEntity, call(t, s, "PUT", "/customer_assets/12", body).status, body)
			}
			assert.Equal(t, http.StatusNotFound, call(t, s, "PUT", "/customer_assets/99", `{}`).status)
		})
	}
}

func TestUpdateOddities(t *testing.T) {
	t.Parallel()
	replacing := smallAccount(t, fake.Options{Replace: true})
	got := asset(t, call(t, replacing, "PUT", "/customer_assets/12", `{"properties": {"A": 1}}`))
	assert.Equal(t, object{"A": 1.0}, got["properties"])

	forgetful := smallAccount(t, fake.Options{Unsaved: []string{"notes", "Owner"}})
	got = asset(t, call(t, forgetful, "PUT", "/customer_assets/12", `{"notes": "x", "model": "m", "properties": {"Owner": "y", "Room": 1}}`))
	assert.Nil(t, got["notes"])
	assert.Equal(t, "m", got["model"])
	assert.NotContains(t, got["properties"], "Owner")
	assert.Contains(t, got["properties"], "Room")
}

func TestDelete(t *testing.T) {
	t.Parallel()
	documented := smallAccount(t, fake.Options{})
	assert.Equal(t, http.StatusOK, call(t, documented, "DELETE", "/customer_assets/11", "").status)
	gone := call(t, documented, "DELETE", "/customer_assets/11", "")
	assert.Equal(t, http.StatusNotFound, gone.status)
	assert.Equal(t, "Asset not found", gone.body["error"])
	assert.Len(t, documented.Assets(), 2)

	for _, o := range []fake.Options{{Dialect: fake.Production}, {Without: []string{"DELETE /customer_assets/{id}"}}} {
		s := smallAccount(t, o)
		assertPage(t, call(t, s, "DELETE", "/customer_assets/11", ""))
		assert.Len(t, s.Assets(), 3)
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	s := smallAccount(t, fake.Options{})
	copied, found := s.Asset(11)
	require.True(t, found)
	copied["properties"].(object)["x"] = 1
	again, _ := s.Asset(11)
	assert.Empty(t, again["properties"], "a copy is deep")

	assert.True(t, s.EditAsset(11, func(r map[string]any) { r["properties"], r["id"] = []string{"odd"}, "11" }))
	odd := asset(t, call(t, s, "GET", "/customer_assets/11", ""))
	assert.Equal(t, []any{"odd"}, odd["properties"])
	assert.Equal(t, "11", odd["id"])
	assert.False(t, s.EditAsset(99, func(map[string]any) {}))

	first := s.AddAsset(object{"name": "A", "customer_id": 1})
	s.RemoveAsset(first)
	assert.Greater(t, s.AddAsset(object{"name": "B"}), first, "ids are not given twice")
}
