package syncro_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

const key = "key-that-must-never-be-seen"

// dialects are what every test of a behaviour runs on.
func dialects() []fake.Dialect { return []fake.Dialect{fake.Documented, fake.Production} }

// account makes an embedded Syncro and a client for it, over in-memory
// connections, so that both work under virtual time.
func account(t testing.TB, o fake.Options) (*syncro.Client, *fake.Server) {
	t.Helper()
	o.Key = key
	server := fake.New(o)
	t.Cleanup(server.Close)
	client, err := syncro.New(syncro.Options{BaseURL: "http://localhost", Key: key, Transport: server.Transport()})
	require.NoError(t, err)
	return client, server
}

// each runs a test on both dialects, in virtual time.
func each(t *testing.T, o fake.Options, test func(t *testing.T, client *syncro.Client, server *fake.Server)) {
	t.Helper()
	for _, dialect := range dialects() {
		t.Run(dialect.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := o // the other dialect runs at the same time
				o.Dialect = dialect
				client, server := account(t, o)
				test(t, client, server)
			})
		})
	}
}

// sent lists the requests that the server received, as METHOD path.
func sent(server *fake.Server) []string {
	lines := []string{}
	for _, r := range server.Requests() {
		lines = append(lines, r.Method+" "+r.Path)
	}
	return lines
}

func TestNewRefusesBadOptions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, base, key, want string }{
		{"no key", "https://acme.syncromsp.com", " \n", "API key is empty"},
		{"a key with a space", "https://acme.syncromsp.com", "Bearer abc", "holds a space"},
		{"no scheme", "acme.syncromsp.com", key, "not of the form"},
		{"plain http", "http://acme.syncromsp.com", key, "unencrypted"},
		{"plain http to a name like loopback", "http://127.0.0.1.example.com", key, "unencrypted"},
		{"another scheme", "ftp://acme.syncromsp.com", key, "neither https nor http"},
		{"a password", "https://u:p@acme.syncromsp.com", key, "not of the form"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := syncro.New(syncro.Options{BaseURL: test.base, Key: test.key})
			require.ErrorContains(t, err, test.want)
			assert.NotContains(t, err.Error(), key)
		})
	}
}

func TestBaseURLMayEndInTheAPIPath(t *testing.T) {
	t.Parallel()
	var path string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.Path
		_, _ = w.Write([]byte(`{"user_id": 1}`))
	}))
	t.Cleanup(server.Close)
	for _, base := range []string{server.URL, server.URL + "/", server.URL + "/api/v1", server.URL + "/api/v1/"} {
		client, err := syncro.New(syncro.Options{BaseURL: base, Key: key + "\n"})
		require.NoError(t, err)
		_, err = client.Me(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "/api/v1/me", path)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	reached := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(elsewhere.Close)
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusFound))
	t.Cleanup(server.Close)
	client, err := syncro.New(syncro.Options{BaseURL: server.URL, Key: key})
	require.NoError(t, err)
	_, err = client.Me(t.Context())
	require.ErrorContains(t, err, "redirect instead of data. Check the subdomain")
	assert.False(t, reached)
}

func TestMe(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Deny: []string{"asset.delete"}}, func(t *testing.T, client *syncro.Client, _ *fake.Server) {
		me, err := client.Me(t.Context())
		require.NoError(t, err)
		assert.NotEmpty(t, me.UserName)
		assert.True(t, me.Permissions["asset.read"])
		assert.Equal(t, []string{"asset.delete"}, me.Lacks("asset.write", "asset.delete", "never.heard.of"))
	})
}

func TestAccessRefused(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true, Deny: []string{"asset.read"}}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		_, err := client.Asset(t.Context(), 70101)
		assert.True(t, syncro.IsKind(err, syncro.Forbidden), "%v", err)
		assert.ErrorContains(t, err, `lacks the permission "Assets - View Details"`)

		stranger, err := syncro.New(syncro.Options{BaseURL: "http://localhost", Key: "wrong", Transport: server.Transport()})
		require.NoError(t, err)
		_, err = stranger.Asset(t.Context(), 70101)
		assert.True(t, syncro.IsKind(err, syncro.Unauthorized), "%v", err)
		assert.ErrorContains(t, err, "Syncro does not accept the API key")
		assert.NotContains(t, err.Error(), "wrong")
	})
}

func TestAnUnexplained401IsLookedInto(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		server.Inject(fake.Fault{Path: "/customer_assets/{id}", Status: http.StatusUnauthorized, Body: `{"error": "Unauthorized"}`})
		for range 2 {
			_, err := client.Asset(t.Context(), 70101)
			assert.True(t, syncro.IsKind(err, syncro.Forbidden), "%v", err)
		}
		assert.Equal(t, []string{"GET /customer_assets/70101", "GET /me", "GET /customer_assets/70101"}, sent(server), "/me is asked once")
	})
}

func TestAnotherKeySharesTheBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := account(t, fake.Options{Demo: true, PerMinute: -1})
		tight, err := syncro.New(syncro.Options{BaseURL: "http://localhost", Key: key, Rate: 2, Transport: server.Transport()})
		require.NoError(t, err)
		theirs, err := tight.WithKey("another-key\n")
		require.NoError(t, err)
		_, err = theirs.Asset(t.Context(), 70101)
		assert.True(t, syncro.IsKind(err, syncro.Unauthorized), "the account does not know the other key: %v", err)
		assert.Equal(t, "Bearer another-key", server.Requests()[0].Header.Get("Authorization"))
		used, limit := tight.BudgetUsed()
		assert.Equal(t, limit, used, "the request and the look at /me were counted for both")
		_, err = tight.WithKey(" ")
		assert.Error(t, err)
		_, err = client.Asset(t.Context(), 70101)
		assert.NoError(t, err)
	})
}
