package tool_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
)

func TestOpenAudit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	for range 2 {
		a, err := tool.OpenAudit(path, nil)
		require.NoError(t, err)
		r := newRunner(t, tool.Options{Tools: []tool.Tool{newDesk().moveTool()}, Audit: a})
		assert.False(t, r.Call(t.Context(), tool.Call{Tool: "update_asset", Arguments: []byte(`{"asset_id":1}`)}).IsError)
		require.NoError(t, a.Close())
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Regexp(t, `^(\{.*"outcome":"done".*\}\n){2}$`, string(text))

	_, err = tool.OpenAudit(filepath.Dir(path), nil)
	require.ErrorContains(t, err, "opening the audit log")

	standard, err := tool.OpenAudit("", os.Stderr)
	require.NoError(t, err)
	require.NoError(t, standard.Close())
	_, err = os.Stderr.Stat()
	require.NoError(t, err, "standard error stays open")
}
