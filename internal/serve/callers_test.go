package serve_test

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/serve"
)

func TestParseCallersReadsAll(t *testing.T) {
	t.Parallel()
	got, err := serve.ParseCallers([]byte(`[
		{"name": "ann", "token": "` + annsToken + `"},
		{"name": "Bob Ö.", "token": "` + bobsToken + `", "syncro_key": "T-123", "mode": "read", "toolsets": ["assets", "patches"]}
	]`))
	require.NoError(t, err)
	assert.Equal(t, []serve.Caller{
		{Name: "ann", Token: annsToken},
		{Name: "Bob Ö.", Token: bobsToken, SyncroKey: "T-123", Mode: "read", Toolsets: []string{"assets", "patches"}},
	}, got)
}

func TestParseCallersRefusesWithoutPrintingATokenOrKey(t *testing.T) {
	t.Parallel()
	ann := `{"name":"ann","token":"` + annsToken + `"}`
	for text, want := range map[string]string{
		``:                              "not a JSON array",
		`{}`:                            "not a JSON array",
		`[`:                             "not a JSON array",
		`{"` + annsToken + `":"ann"}`:   "not a JSON array",
		`[]`:                            "names nobody",
		`[` + ann + `] x`:               "goes on after",
		`[` + ann + `,` + ann + `]`:     `caller 2 ("ann") has a name that was given before`,
		`["` + annsToken + `"]`:         "caller 1 of the callers file is not an object of name, token",
		`[{"` + annsToken + `":"ann"}]`: "caller 1 of the callers file is not an object of name, token",
		`[{"name":"ann","tokn":"` + annsToken + `"}]`:                             `unknown field "tokn"; there are name, token`,
		`[{"name":"ann","token":5}]`:                                              "caller 1 of the callers file has a token that is not a string",
		`[{"name":"ann","token":"` + annsToken + `","toolsets":"assets"}]`:        "toolsets that is not an array",
		`[{"token":"` + annsToken + `"}]`:                                         "has no name",
		`[{"name":" ","token":"` + annsToken + `"}]`:                              "has no name",
		`[{"name":"a\nb","token":"` + annsToken + `"}]`:                           "control characters",
		`[{"name":"ann"}]`:                                                        `caller 1 ("ann") has no token`,
		`[{"name":"ann","token":"s3cret-of-23-characters"}]`:                      "has a token of 23 characters; at least 24",
		`[{"name":"ann","token":"s3cret with spaces 0123456789"}]`:                "spaces",
		`[` + ann + `,{"name":"ANN","token":"` + bobsToken + `"}]`:                "given before",
		`[` + ann + `,{"name":"bob","token":"` + annsToken + `"}]`:                `caller 2 ("bob") has the token of "ann"`,
		`[{"name":"` + annsToken + `","token":"x"}]`:                              "has a token of 1 characters",
		`[{"name":"ann","token":"` + annsToken + `","mode":"all"}]`:               "none of read, write, full",
		`[{"name":"ann","token":"` + annsToken + `","syncro_key":"s3cret k"}]`:    "syncro_key",
		`[{"name":"ann","token":"` + annsToken + `","toolsets":[""]}]`:            "empty toolset",
		`[{"name":"ann","token":"` + annsToken + `","unknown_s3cret_0123456":1}]`: "is not an object of",
	} {
		_, err := serve.ParseCallers([]byte(text))
		if assert.ErrorContains(t, err, want, text) {
			assert.NotContains(t, err.Error(), annsToken, text)
			assert.NotContains(t, err.Error(), "s3cret", text)
		}
	}
}

func TestACallerPrintsAsItsName(t *testing.T) {
	t.Parallel()
	c := serve.Caller{Name: "ann", Token: annsToken, SyncroKey: "T-secret"}
	var log lockedBuffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "caller", c)
	for _, text := range []string{fmt.Sprint(c), fmt.Sprintf("%v %+v %#v %s", c, c, c, c), fmt.Sprintf("%+v", []serve.Caller{c}), log.String()} {
		assert.Contains(t, text, "ann")
		assert.NotContains(t, text, annsToken)
		assert.NotContains(t, text, "T-secret")
	}
}
