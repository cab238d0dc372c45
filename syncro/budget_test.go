package syncro_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

// gate is a transport that notes when requests leave and answers at once or after a while.
type gate struct {
	mu      sync.Mutex
	left    []time.Time
	latency func() time.Duration
	answer  func(n int) *http.Response // nil: 200 with an asset
}

func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	g.mu.Lock()
	g.left = append(g.left, time.Now())
	n := len(g.left)
	g.mu.Unlock()
	if g.latency != nil {
		time.Sleep(g.latency())
	}
	if g.answer != nil {
		if response := g.answer(n); response != nil {
			return response, nil
		}
	}
	recorder := httptest.NewRecorder()
	_, _ = recorder.WriteString(`{"asset": {"id": 7, "name": "X", "serial_number": null}}`)
	return recorder.Result(), nil
}

func (g *gate) client(t *testing.T, rate int) *syncro.Client {
	t.Helper()
	client, err := syncro.New(syncro.Options{BaseURL: "http://localhost", Key: key, Rate: rate, Transport: g})
	require.NoError(t, err)
	return client
}

// mostInAWindow is the largest number of requests that left in any 60 s.
func mostInAWindow(left []time.Time) int {
	most, from := 0, 0
	for to := range left {
		for left[to].Sub(left[from]) >= time.Minute {
			from++
		}
		most = max(most, to-from+1)
	}
	return most
}

func TestBudgetOverAnHourOfRandomLoad(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 1))
			var mu sync.Mutex
			draw := func(most time.Duration) time.Duration {
				mu.Lock()
				defer mu.Unlock()
				return time.Duration(random.Int64N(int64(most)))
			}
			const rate = 180
			g := &gate{latency: func() time.Duration { return draw(400 * time.Millisecond) }}
			client := g.client(t, rate)
			start := time.Now()
			var callers sync.WaitGroup
			for i := range 24 {
				view := client
				if i%2 == 0 {
					view = client.Bulk()
				}
				callers.Go(func() {
					for time.Since(start) < time.Hour {
						if _, err := view.Asset(t.Context(), 7); err != nil {
							assert.True(t, syncro.IsKind(err, syncro.RateLimited), "%v", err) // no place in time
							time.Sleep(time.Second)
						}
						if i%3 == 0 {
							time.Sleep(draw(3 * time.Second))
						}
					}
				})
			}
			callers.Wait()
			assert.LessOrEqual(t, mostInAWindow(g.left), rate)
			assert.GreaterOrEqual(t, float64(len(g.left)), 0.95*60*rate, "what is free is used while there is demand")
		})
	}
}

func TestFreeBudgetMayBeUsedAtOnceButSmoothly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gate{}
		client := g.client(t, 180)
		start := time.Now()
		var calls sync.WaitGroup
		for range 180 {
			calls.Go(func() { _, err := client.Asset(t.Context(), 7); assert.NoError(t, err) })
		}
		calls.Wait()
		assert.Less(t, time.Since(start), 4*time.Second, "no waiting for a full window")
		for i := range g.left {
			if i >= 60 {
				assert.GreaterOrEqual(t, g.left[i].Sub(g.left[i-60]), time.Second, "about 50 a second")
			}
		}
	})
}

func TestALookupDuringAReportDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gate{latency: func() time.Duration { return 100 * time.Millisecond }}
		client := g.client(t, 180)
		ctx, cancel := context.WithCancel(t.Context())
		var report sync.WaitGroup
		for range 20 {
			report.Go(func() {
				for ctx.Err() == nil {
					_, _ = client.Bulk().Asset(ctx, 7)
				}
			})
		}
		for range 20 {
			time.Sleep(7 * time.Second)
			asked := time.Now()
			_, err := client.Asset(t.Context(), 7)
			require.NoError(t, err)
			assert.Less(t, time.Since(asked), 300*time.Millisecond)
		}
		cancel()
		report.Wait()
	})
}

func TestNoSlotBeforeTheDeadlineFailsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gate{}
		client := g.client(t, 2)
		for range 2 {
			_, err := client.Asset(t.Context(), 7)
			require.NoError(t, err)
		}
		time.Sleep(10 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		asked := time.Now()
		_, err := client.Asset(ctx, 7)
		assert.True(t, syncro.IsKind(err, syncro.RateLimited), "%v", err)
		assert.ErrorContains(t, err, "nothing was sent. Try again in 50 seconds")
		assert.Zero(t, time.Since(asked))
		time.Sleep(50 * time.Second)
		_, err = client.Asset(ctx, 7)
		assert.Error(t, err, "the deadline has passed")
		_, err = client.Asset(t.Context(), 7)
		assert.NoError(t, err)
	})
}

func TestTooManyRequestsPausesEverybody(t *testing.T) {
	t.Parallel()
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // when a bubble's time begins
	for _, test := range []struct {
		name, header string
		atLeast      time.Duration
	}{
		{"seconds", "7", 7 * time.Second},
		{"an HTTP date", now.Add(20 * time.Second).Format(http.TimeFormat), 19 * time.Second},
		{"far too long", "86400", 2 * time.Minute},
		{"none", "", 10 * time.Second},
		{"nonsense", "soon", 10 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := &gate{answer: func(n int) *http.Response {
					if n > 1 {
						return nil
					}
					recorder := httptest.NewRecorder()
					recorder.Header().Set("Retry-After", test.header)
					recorder.WriteHeader(http.StatusTooManyRequests)
					return recorder.Result()
				}}
				client := g.client(t, 180)
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				var calls sync.WaitGroup
				for range 10 {
					calls.Go(func() { _, err := client.Asset(ctx, 7); assert.NoError(t, err) })
					time.Sleep(time.Millisecond)
				}
				calls.Wait()
				for _, left := range g.left[1:] {
					assert.GreaterOrEqual(t, left.Sub(g.left[0]), test.atLeast)
					assert.Less(t, left.Sub(g.left[0]), test.atLeast+3*time.Second)
				}
			})
		})
	}
}

func TestTheMinuteAfterA429IsSpentMoreCarefully(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := account(t, fake.Options{PerMinute: -1})
		server.AddAsset(map[string]any{"id": 7, "name": "X"})
		server.Inject(fake.Fault{Times: 1, Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": "5"}})
		ctx, cancel := context.WithTimeout(t.Context(), 59*time.Second)
		defer cancel()
		var calls sync.WaitGroup
		for range 30 {
			calls.Go(func() {
				for ctx.Err() == nil {
					_, _ = client.Asset(ctx, 7)
					time.Sleep(10 * time.Millisecond) // a call that gets no place fails at once
				}
			})
		}
		calls.Wait()
		assert.LessOrEqual(t, len(server.Requests()), 90)
		assert.GreaterOrEqual(t, len(server.Requests()), 85)
	})
}
