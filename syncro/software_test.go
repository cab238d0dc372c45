package syncro_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

func TestSoftware(t *testing.T) {
	t.Parallel()
	client, server := account(t, fake.Options{Dialect: fake.Production, PageSize: 10})
	server.AddAsset(map[string]any{"id": 7, "name": "X"})
	server.AddAsset(map[string]any{"id": 8, "name": "Y"})
	var applications []map[string]any
	for i := range 34 {
		applications = append(applications, map[string]any{"name": fmt.Sprint("App ", i), "vendor": nil, "version": i, "installed_at": "2024-01-15T10:00:00Z"})
	}
	applications[1] = applications[0] // entered twice: two rows
	server.SetSoftware(7, applications)
	found, missed, err := client.Software(t.Context(), 7)
	require.NoError(t, err)
	assert.Zero(t, missed)
	require.Len(t, found, 34)
	assert.Equal(t, "33", found[33].Version)
	assert.Equal(t, 2024, found[0].InstalledAt.Year())
	assert.Len(t, sent(server), 4)

	found, _, err = client.Software(t.Context(), 8)
	require.NoError(t, err)
	assert.Empty(t, found)
	_, _, err = client.Software(t.Context(), 99)
	assert.True(t, syncro.IsKind(err, syncro.NotFound), "%v", err)
}

func TestSoftwareThatSyncroCountsButDoesNotSend(t *testing.T) {
	t.Parallel()
	client := pages(t, func(page int) string {
		return fmt.Sprintf(`{"installed_applications": [{"name": "A"}, {"name": "B%d"}], "meta": {"page": %d, "total_pages": 2, "total_entries": 4}}`, page, page)
	})
	found, missed, err := client.Software(t.Context(), 7)
	require.NoError(t, err)
	assert.Len(t, found, 3, "A moved to the second page and pushed one out")
	assert.Equal(t, 1, missed)
}

func TestAccountsWithoutSoftware(t *testing.T) {
	t.Parallel()
	client, server := account(t, fake.Options{})
	server.AddAsset(map[string]any{"id": 7, "name": "X"})
	_, _, err := client.Software(t.Context(), 7)
	assert.True(t, syncro.IsKind(err, syncro.Unsupported), "%v", err)
	assert.ErrorContains(t, err, "does not list installed software")
	_, _, err = client.Software(t.Context(), 99)
	assert.True(t, syncro.IsKind(err, syncro.NotFound), "%v", err)
}
