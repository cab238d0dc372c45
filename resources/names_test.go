package resources_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/client"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro/fake"
)

func TestCompletions(t *testing.T) {
	t.Parallel()
	eachWay(t, fake.Options{Demo: true}, func(t *testing.T, b *bench, c *client.Client, _ string) {
		const asset, patches = "syncro://assets/{asset_id}", "syncro://assets/{asset_id}/patches"
		const export, page = "syncro://customers/{customer_id}/assets.csv", "syncro://reference/{page}"
		assert.Equal(t, []string{"2101", "2102"}, complete(t, c, export, "customer_id", "northW"))
		assert.Len(t, complete(t, c, export, "customer_id", ""), 6)
		assert.Equal(t, []string{"2103"}, complete(t, c, export, "customer_id", "2103"))
		assert.Equal(t, []string{"70101"}, complete(t, c, asset, "asset_id", "nwd-wks-001"))
		assert.Equal(t, []string{"70101"}, complete(t, c, patches, "asset_id", "70101"))
		assert.Equal(t, []string{"agent-status"}, complete(t, c, page, "page", "ag"))
		assert.Empty(t, complete(t, c, page, "asset_id", ""))
		assert.Empty(t, complete(t, c, asset, "asset_id", "no such machine"))
		assert.Empty(t, complete(t, c, "syncro://nowhere/{x}", "x", ""))
		types, err := b.names.AssetTypes(t.Context(), "s")
		require.NoError(t, err)
		assert.Contains(t, types, "Server")
		scripts, err := b.names.ScriptNames(t.Context(), "")
		require.NoError(t, err)
		assert.NotEmpty(t, scripts)
	})
}

// TestTypingCostsNoBudget: a word typed letter by letter is looked up once, and
// again only after a minute.
func TestTypingCostsNoBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, fake.Options{Demo: true})
		b.server.Reset()
		word := "NWD-WKS-001"
		for i := range word {
			found, err := b.names.AssetNames(t.Context(), word[:i+1])
			require.NoError(t, err)
			assert.Contains(t, found, word)
		}
		cost := len(b.server.Requests())
		assert.LessOrEqual(t, cost, 4)
		time.Sleep(59 * time.Second)
		_, _ = b.names.AssetNames(t.Context(), "x")
		assert.Len(t, b.server.Requests(), cost)
		time.Sleep(time.Second)
		_, _ = b.names.AssetNames(t.Context(), "x")
		assert.Greater(t, len(b.server.Requests()), cost)
	})
}

// TestLargeAccounts: what is beyond the first pages is found by its name, and
// typing on asks no more once all that fits is known.
func TestLargeAccounts(t *testing.T) {
	t.Parallel()
	b := newBench(t, fake.Options{})
	customer := b.server.AddCustomer(map[string]any{"business_name": "Acme"})
	for i := range 400 {
		b.server.AddAsset(map[string]any{"customer_id": customer, "asset_type": "Desktop", "name": fmt.Sprintf("PC-%03d", i)})
	}
	found, err := b.names.AssetNames(t.Context(), "PC-39")
	require.NoError(t, err)
	assert.Len(t, found, 10)
	b.server.Reset()
	found, err = b.names.AssetNames(t.Context(), "PC-399")
	require.NoError(t, err)
	assert.Equal(t, []string{"PC-399"}, found)
	assert.Empty(t, b.server.Requests())
}

// TestFailuresCompleteNothing: no error reaches whoever types, and letters do
// not hammer a Syncro that is down.
func TestFailuresCompleteNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, fake.Options{Demo: true, Deny: []string{"customer.read"}})
	c := b.connect("2026-07-28")
	b.server.Reset()
	for range 5 {
		assert.Empty(t, complete(t, c, "syncro://customers/{customer_id}/assets.csv", "customer_id", "n"))
	}
	assert.LessOrEqual(t, len(b.server.Requests()), 2)
	types, err := b.names.AssetTypes(t.Context(), "l")
	require.NoError(t, err)
	assert.Equal(t, []string{"Laptop"}, types)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = b.names.CustomerNames(gone, "")
	assert.True(t, err != nil && !errors.Is(err, context.DeadlineExceeded))
}
