package fake_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro/fake"
)

func TestKeyAndPermissions(t *testing.T) {
	t.Parallel()
	s := smallAccount(t, fake.Options{Key: "secret", Deny: []string{"asset.delete", "script.execute", "rmm_alert.read"}})
	bad := call(t, s, "GET", "/customer_assets", "")
	assert.Equal(t, http.StatusUnauthorized, bad.status)
	assert.Equal(t, "Unauthorized", bad.body["error"])
	assertPage(t, call(t, s, "GET", "/no/such/route", ""))
	assertPage(t, call(t, s, "PATCH", "/customer_assets/11", "{}"))

	with := func(method, path string) result {
		r := request(t, method, "http://any.host/api/v1"+path, `{}`)
		r.Header.Set("Authorization", "Bearer secret")
		response, err := s.Transport().RoundTrip(r)
		require.NoError(t, err)
		return read(t, response)
	}
	denied := with("DELETE", "/customer_assets/11")
	assert.Equal(t, http.StatusUnauthorized, denied.status)
	assert.Equal(t, "Not authorized. Please ask account admin to update your group permissions.", denied.body["error"])
	assert.Len(t, s.Assets(), 3)

	me := with("GET", "/me")
	assert.NotEmpty(t, me.body["user_name"])
	assert.NotContains(t, me.text, "secret")
	permissions := me.body["permissions"].(object)
	assert.Equal(t, object{"read": true, "write": true, "delete": false}, permissions["asset"])
	assert.Equal(t, object{"execute": false}, permissions["script"])
	assert.Equal(t, object{"read": false}, permissions["rmm_alert"])
}

func TestOnlyUnderThePrefix(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{})
	response, err := s.Transport().RoundTrip(request(t, "GET", "http://demo/me", ""))
	require.NoError(t, err)
	assertPage(t, read(t, response))
}

func TestRequestLog(t *testing.T) {
	t.Parallel()
	s := smallAccount(t, fake.Options{})
	call(t, s, "GET", "/customer_assets?page=1", "")
	call(t, s, "PUT", "/customer_assets/99", `{"name": "x"}`)
	log := s.Requests()
	require.Len(t, log, 2)
	assert.Equal(t, "/customer_assets", log[0].Path)
	assert.Equal(t, "1", log[0].Query.Get("page"))
	assert.Equal(t, http.StatusOK, log[0].Status)
	assert.Equal(t, `{"name": "x"}`, string(log[1].Body))
	assert.Equal(t, "Bearer demo-key", log[1].Header.Get("Authorization"))
	assert.Equal(t, http.StatusNotFound, log[1].Status)
	s.Reset()
	assert.Empty(t, s.Requests())
	assert.Len(t, s.Assets(), 3)
}

func TestRateWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := fake.New(fake.Options{PerMinute: 3})
		defer s.Close()
		get := func() result { return call(t, s, "GET", "/me", "") }
		get()
		time.Sleep(20 * time.Second)
		get()
		get()
		limited := get()
		assert.Equal(t, http.StatusTooManyRequests, limited.status)
		assert.Equal(t, "40", limited.header.Get("Retry-After"))
		assert.Contains(t, limited.body["error"], "Rate limit exceeded. ")

		time.Sleep(40*time.Second - time.Millisecond)
		assert.Equal(t, "1", get().header.Get("Retry-After"))
		time.Sleep(time.Millisecond)
		assert.Equal(t, http.StatusOK, get().status, "the window slides")
		assert.Equal(t, http.StatusTooManyRequests, get().status)
		time.Sleep(20 * time.Second)
		assert.Equal(t, http.StatusOK, get().status)
	})
}

func TestUnlimited(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{PerMinute: -1})
	for range 200 {
		require.Equal(t, http.StatusOK, call(t, s, "GET", "/me", "").status)
	}
}

func TestLatency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := fake.New(fake.Options{Latency: 2 * time.Second})
		defer s.Close()
		began := time.Now()
		call(t, s, "GET", "/me", "")
		assert.Equal(t, 2*time.Second, time.Since(began))

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := s.Transport().RoundTrip(request(t, "GET", "http://demo/api/v1/me", "").WithContext(ctx))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		synctest.Wait()
		assert.Zero(t, s.Requests()[1].Status)
	})
}

// The bubble fails the test when a goroutine is left.
func TestTransportLeavesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := fake.New(fake.Options{Demo: true})
		s.Inject(fake.Fault{Path: "/customers", Do: fake.HangBefore})
		transport := s.Transport()
		call(t, s, "GET", "/customer_assets", "")
		unread, err := transport.RoundTrip(request(t, "GET", "http://demo/api/v1/customer_assets", ""))
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, unread.StatusCode)
		go func() {
			_, err := transport.RoundTrip(request(t, "GET", "http://demo/api/v1/customers", ""))
			assert.Error(t, err)
		}()
		synctest.Wait()
		s.Close()
		s.Close()
		_, err = s.Transport().RoundTrip(request(t, "GET", "http://demo/api/v1/me", ""))
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
	})
}

func TestOverTCP(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(start(t, fake.Options{Demo: true}))
	defer server.Close()
	response, err := server.Client().Do(request(t, "GET", server.URL+"/api/v1/customer_assets", ""))
	require.NoError(t, err)
	assert.Len(t, rows(t, read(t, response), "assets"), 25)
}
