package serve_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/serve"
)

// It counts goroutines, so it does not run beside other tests.
func TestACrowdGetsRightAnswersAndLeavesNothingBehind(t *testing.T) {
	sessions := 200
	if testing.Short() {
		sessions = 50
	}
	before, heap := rest()
	shop := newShop()
	close(shop.release)
	callers := make([]serve.Caller, 10)
	for i := range callers {
		callers[i] = serve.Caller{Name: fmt.Sprintf("caller-%d", i), Token: fmt.Sprintf("token-%d-0123456789abcdefgh", i)}
	}
	var wrong atomic.Int64
	t.Run("crowd", func(t *testing.T) {
		s := open(t, shop.options(callers...))
		var crowd sync.WaitGroup
		for n := range sessions {
			crowd.Go(func() {
				c := join(t, s.URL, callers[n%len(callers)].Token, n)
				for turn := range 5 {
					if !rightAnswer(t, c, callers[n%len(callers)].Name, fmt.Sprintf("%d-%d", n, turn)) {
						wrong.Add(1)
					}
				}
			})
		}
		crowd.Wait()
	})
	assert.Zero(t, wrong.Load())
	http.DefaultClient.CloseIdleConnections()
	require.Eventually(t, func() bool {
		now, size := rest()
		return now <= before+2 && size < heap+4<<20
	}, soon, 20*time.Millisecond, "%d goroutines and %d bytes before", before, heap)
}

// rest counts goroutines, and the bytes that are still in use.
func rest() (goroutines int, heap uint64) {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return runtime.NumGoroutine(), memory.HeapAlloc
}

// join opens one of the mixed clients.
func join(t *testing.T, address, token string, n int) *client.Client {
	versions := []string{mcp.ProtocolVersion20250326, mcp.ProtocolVersion20250618, mcp.ProtocolVersion20251125, newest}
	user := withUser(says(mcp.ElicitationResponseActionAccept))
	if n%5 == 4 {
		return connectSSE(t, address, token, mcp.ProtocolVersion20241105)
	}
	return connect(t, address, token, versions[n%len(versions)], user)
}

// rightAnswer makes one call of any kind, and checks that the answer is this
// caller's and this call's.
func rightAnswer(t *testing.T, c *client.Client, caller, text string) bool {
	name := []string{"say", "slow", "count", "remove"}[rand.IntN(4)]
	got, err := call(t.Context(), c, name, text)
	if !assert.NoError(t, err, "%s of %s", name, caller) {
		return false
	}
	if name == "remove" {
		return assert.Contains(t, []string{"done", "confirmation_required"}, got["outcome"])
	}
	return assert.Equal(t, map[string]any{"text": text, "caller": caller}, got, name)
}
