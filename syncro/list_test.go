package syncro_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

func TestWalksCoverEveryPage(t *testing.T) {
	t.Parallel()
	for _, o := range []fake.Options{{Demo: true}, {Demo: true, HonourPerPage: true}, {Demo: true, BareMeta: true}, {Demo: true, PageSize: 7, BareMeta: true}} {
		each(t, o, func(t *testing.T, client *syncro.Client, server *fake.Server) {
			found, coverage := walk(t, client, syncro.AssetFilter{})
			assert.Len(t, found, len(server.Assets()))
			assert.True(t, coverage.Complete)
			assert.Equal(t, len(found), coverage.Read)
		})
	}
}

func TestFiltersAreCheckedOnTheAnswer(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		servers, coverage := walk(t, client, syncro.AssetFilter{Type: "server"})
		require.NotEmpty(t, servers)
		assert.True(t, coverage.Complete)
		want := 0
		for _, record := range server.Assets() {
			if record["asset_type"] == "Server" {
				want++
			}
		}
		assert.Len(t, servers, want)
		for _, a := range servers {
			assert.Equal(t, "Server", a.Type)
		}
		owned, _ := walk(t, client, syncro.AssetFilter{CustomerID: servers[0].CustomerID, Query: servers[0].Name})
		require.NotEmpty(t, owned)
		for _, a := range owned {
			assert.Equal(t, servers[0].CustomerID, a.CustomerID)
		}
	})
}

// pages answers a list of assets from a function of the page number.
func pages(t *testing.T, answer func(page int) string) *syncro.Client {
	t.Helper()
	g := &gate{}
	number := 0
	g.answer = func(int) *http.Response {
		number++
		return response(answer(number))
	}
	return g.client(t, -1)
}

func asset(id int) string {
	return fmt.Sprintf(`{"id": %d, "name": "A%d", "serial_number": null}`, id, id)
}

func TestListsThatMisbehave(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		answer   func(page int) string
		ids      []int64
		complete bool
	}{
		{"a row that moved to the next page comes once, and the one it pushed out is missed", func(page int) string {
			return []string{
				`{"assets": [` + asset(1) + "," + asset(2) + `], "meta": {"page": 1, "total_pages": 2, "total_entries": 4}}`,
				`{"assets": [` + asset(2) + "," + asset(3) + `], "meta": {"page": 2, "total_pages": 2, "total_entries": 4}}`,
			}[page-1]
		}, []int64{1, 2, 3}, false},
		{"a list that repeats its last page for ever", func(int) string {
			return `{"assets": [` + asset(1) + `], "meta": {}}`
		}, []int64{1}, false},
		{"no meta at all, an empty page ends it", func(page int) string {
			if page > 2 {
				return `{"assets": []}`
			}
			return `{"assets": [` + asset(page) + `]}`
		}, []int64{1, 2}, true},
		{"meta as text", func(page int) string {
			return fmt.Sprintf(`{"assets": [%s], "meta": {"total_pages": "3", "total_entries": "3"}}`, asset(page))
		}, []int64{1, 2, 3}, true},
		{"a list that grows while it is read", func(page int) string {
			return fmt.Sprintf(`{"assets": [%s], "meta": {"total_pages": %d, "total_entries": %d}}`, asset(min(page, 4)), page+1, page+1)
		}, []int64{1, 2, 3, 4}, false},
		{"an array for meta", func(int) string { return `{"assets": [], "meta": []}` }, nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found, coverage := walk(t, pages(t, test.answer), syncro.AssetFilter{})
			var ids []int64
			for _, a := range found {
				ids = append(ids, a.ID)
			}
			assert.Equal(t, test.ids, ids)
			assert.Equal(t, test.complete, coverage.Complete)
		})
	}
}

func TestAPageThatFailsIsAskedAgainAlone(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		server.Inject(fake.Fault{Path: "/customer_assets", Skip: 1, Times: 1, Status: http.StatusBadGateway})
		found, coverage := walk(t, client, syncro.AssetFilter{})
		assert.Len(t, found, len(server.Assets()))
		assert.True(t, coverage.Complete)
		assert.Len(t, server.Requests(), (len(found)+24)/25+1)
	})
}

func TestAnswersThatCannotBeReadNameTheField(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ body, want string }{
		{`{"assets": {}}`, "field assets is an object, not a list"},
		{`{}`, "field assets is missing, not a list"},
		{`{"assets": [7]}`, "entry 1 of assets is the number 7, not an object"},
		{`{"assets": [{"id": 1, "serial_number": null}, {"id": "x"}]}`, `entry 2 (id x): field id is the text "x", not an id`},
		{`[]`, "is an array, not an object"},
		{`{"assets": []} trailing`, "more than one JSON value"},
		{`{"assets": [`, "not JSON, or broke off"},
		{`  `, "answer is empty"},
		{`<html></html>`, "a web page instead of data"},
		{`{"assets": [], "pad": "` + strings.Repeat("x", 32<<20) + `"}`, "larger than 32 MiB"},
	} {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()
			client := pages(t, func(int) string { return test.body })
			_, err := client.AssetRows(t.Context(), syncro.AssetFilter{}, 1)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestErrorBodies(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ body, want string }{
		{`{"error": "Name is \"bad\"."}`, `Syncro refused it and says "Name is 'bad'". Correct`},
		{`{"errors": ["Name is bad", "Type too"]}`, "Name is bad; Type too"},
		{`{"errors": "Name is bad"}`, "Name is bad"},
		{`{"errors": {"name": ["is bad"], "type": ["is worse"]}}`, "name is bad; type is worse"},
		{`{"errors": [{"field": "name", "message": "is required"}]}`, "name is required"},
		{`{"success": false, "message": ["Asset type can't be blank"], "params": {"name": "x"}}`, "Asset type can't be blank"},
		{`{"message": "Name is bad"}`, "Name is bad"},
		{`"plain"`, "plain"},
		{`<html>oops</html>`, "refused the request with status 422"},
		{``, "refused the request with status 422"},
		{`{"error": "` + strings.Repeat("long ", 200) + `"}`, "…"},
	} {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()
			g := &gate{answer: func(int) *http.Response {
				r := response(test.body)
				r.StatusCode = http.StatusUnprocessableEntity
				return r
			}}
			_, err := g.client(t, -1).Asset(t.Context(), 7)
			require.ErrorContains(t, err, test.want)
			assert.True(t, syncro.IsKind(err, syncro.ValidationFailed))
			assert.Less(t, len(err.Error()), 450)
		})
	}
}
