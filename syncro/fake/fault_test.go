package fake_test

import (
	"context"
	"io"
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

const createBody = `{"customer_id": 1, "name": "N", "asset_type": "Laptop"}`

// TestEffects looks at what the client gets and whether the server has acted, over the pipes and over TCP.
func TestEffects(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fault  fake.Fault
		acted  bool
		status int // as logged; 0 means that the client got an error
	}{
		{"respond", fake.Fault{Status: 503, Body: `{"error":"down"}`, Header: map[string]string{"Retry-After": "7"}}, false, 503},
		{"reset before", fake.Fault{Do: fake.ResetBefore}, false, 0},
		{"reset after", fake.Fault{Do: fake.ResetAfter}, true, 0},
		{"html", fake.Fault{Do: fake.HTML}, false, 200},
		{"empty", fake.Fault{Do: fake.Empty}, true, 200},
	}
	for _, test := range tests {
		for _, over := range []string{"pipe", "tcp"} {
			t.Run(test.name+" over "+over, func(t *testing.T) {
				t.Parallel()
				s := smallAccount(t, fake.Options{})
				fault := test.fault
				fault.Method, fault.Path = "POST", "/customer_assets"
				s.Inject(fault)
				response, err := send(t, s, over)
				if test.status == 0 {
					require.Error(t, err)
				} else {
					require.NoError(t, err)
					got := read(t, response)
					assert.Equal(t, test.status, got.status)
					assert.Equal(t, test.fault.Header["Retry-After"], got.header.Get("Retry-After"))
					if test.fault.Do == fake.Empty {
						assert.Empty(t, got.text)
					}
				}
				require.Len(t, s.Requests(), 1)
				assert.Equal(t, test.status, s.Requests()[0].Status)
				assert.Equal(t, test.acted, len(s.Assets()) == 4)
			})
		}
	}
}

// send posts a new asset.
func send(t *testing.T, s *fake.Server, over string) (*http.Response, error) {
	t.Helper()
	if over == "pipe" {
		return s.Transport().RoundTrip(request(t, "POST", "http://demo/api/v1/customer_assets", createBody))
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return server.Client().Do(request(t, "POST", server.URL+"/api/v1/customer_assets", createBody))
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	for _, over := range []string{"pipe", "tcp"} {
		t.Run(over, func(t *testing.T) {
			t.Parallel()
			s := smallAccount(t, fake.Options{})
			s.Inject(fake.Fault{Do: fake.Truncate})
			response, err := send(t, s, over)
			require.NoError(t, err)
			text, err := io.ReadAll(response.Body)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			require.NoError(t, response.Body.Close())
			assert.NotEmpty(t, text)
			assert.Greater(t, response.ContentLength, int64(len(text)))
			assert.Len(t, s.Assets(), 4)
			assert.Equal(t, http.StatusCreated, s.Requests()[0].Status)
		})
	}
}

func TestHang(t *testing.T) {
	t.Parallel()
	for effect, assets := range map[fake.Effect]int{fake.HangBefore: 3, fake.HangAfter: 4} {
		synctest.Test(t, func(t *testing.T) {
			s := smallAccount(t, fake.Options{})
			defer s.Close()
			s.Inject(fake.Fault{Do: effect})
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			_, err := s.Transport().RoundTrip(request(t, "POST", "http://demo/api/v1/customer_assets", createBody).WithContext(ctx))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Len(t, s.Assets(), assets)
			assert.Zero(t, s.Requests()[0].Status)
		})
	}
}

func TestHangEndsWithTheClientOverTCP(t *testing.T) {
	t.Parallel()
	s := start(t, fake.Options{})
	s.Inject(fake.Fault{Do: fake.HangBefore})
	ctx, leave := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leave()
		s.ServeHTTP(w, r)
	}))
	_, err := server.Client().Do(request(t, "GET", server.URL+"/api/v1/me", "").WithContext(ctx))
	require.ErrorIs(t, err, context.Canceled)
	server.Close() // waits for the handler
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	s := smallAccount(t, fake.Options{})
	client := &http.Client{Transport: s.Transport()}
	try := func(method string) error {
		response, err := client.Do(request(t, method, "http://demo/api/v1/customer_assets", createBody))
		if err == nil {
			read(t, response)
		}
		return err
	}
	require.NoError(t, try("GET"))
	s.Inject(fake.Fault{Method: "POST", Path: "/customer_assets", Times: 1, Do: fake.Refuse})
	require.NoError(t, try("GET"), "another method")
	require.ErrorIs(t, try("POST"), syscall.ECONNREFUSED)
	assert.Len(t, s.Assets(), 3)
	assert.Equal(t, 1, s.Refused())
	assert.Len(t, s.Requests(), 2)
	require.NoError(t, try("POST"), "once only")
	assert.Len(t, s.Assets(), 4)
}

func TestSkipTimesAndOrder(t *testing.T) {
	t.Parallel()
	s := smallAccount(t, fake.Options{})
	s.Inject(fake.Fault{Path: "/customer_assets/{id}", Skip: 1, Times: 2, Status: 500})
	s.Inject(fake.Fault{Path: "/customer_assets/{id}", Times: 1, Status: 502, Skip: 1})
	status := func(path string) int { return call(t, s, "GET", path, "").status }
	assert.Equal(t, 200, status("/customer_assets"), "{id} is one segment")
	assert.Equal(t, []int{200, 500, 500, 502, 200}, []int{
		status("/customer_assets/11"), status("/customer_assets/12"), status("/customer_assets/11"),
		status("/customer_assets/11"), status("/customer_assets/11"),
	})
	s.Inject(fake.Fault{Status: 500})
	assert.Equal(t, 500, status("/me"))
	assert.Equal(t, 500, status("/me"), "no Times is for ever")
	s.ClearFaults()
	assert.Equal(t, 200, status("/me"))
}
