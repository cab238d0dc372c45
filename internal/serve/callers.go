package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"unicode"
)

const (
	// ShortestToken is the least a bearer token needs: shorter ones can be guessed.
	ShortestToken = 24
	longestName   = 64
)

// localCaller is who calls where no token is demanded.
const localCaller = "local"

// Caller is one who may call over HTTP. SyncroKey, Mode and Toolsets are the
// server's own where they are empty.
type Caller struct {
	Name      string   `json:"name"`
	Token     string   `json:"token"`
	SyncroKey string   `json:"syncro_key"`
	Mode      string   `json:"mode"`
	Toolsets  []string `json:"toolsets"`
}

// String is the name alone, so that no message prints a secret by accident.
func (c Caller) String() string { return c.Name }

// GoString does the same for %#v.
func (c Caller) GoString() string { return fmt.Sprintf("serve.Caller{%q}", c.Name) }

// LogValue does the same for logs.
func (c Caller) LogValue() slog.Value { return slog.StringValue(c.Name) }

func (c Caller) same(other Caller) bool {
	return c.Name == other.Name && c.Token == other.Token && c.SyncroKey == other.SyncroKey &&
		c.Mode == other.Mode && slices.Equal(c.Toolsets, other.Toolsets)
}

// ParseCallers reads the callers file: a JSON array of objects with name, token
// and, where wanted, syncro_key, mode and toolsets. Its errors name the entry and
// print neither a token nor a key.
func ParseCallers(text []byte) ([]Caller, error) {
	var entries []json.RawMessage
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&entries); err != nil {
		return nil, fmt.Errorf("the callers file is not a JSON array of callers%s", position(err))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the callers file goes on after its JSON array")
	}
	callers := make([]Caller, len(entries))
	for i, entry := range entries {
		if err := parseCaller(entry, &callers[i]); err != nil {
			return nil, fmt.Errorf("caller %d of the callers file %w", i+1, err)
		}
	}
	if len(callers) == 0 {
		return nil, errors.New("the callers file names nobody; leave it out to serve without tokens on loopback")
	}
	return callers, checkCallers(callers)
}

// position tells where JSON broke off; the rest of the decoder's words may quote the file.
func position(err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Sprintf(": it breaks off at byte %d", syntax.Offset)
	}
	return ""
}

func parseCaller(entry []byte, c *Caller) error {
	decoder := json.NewDecoder(bytes.NewReader(entry))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(c)
	if err == nil {
		return nil
	}
	const fields = "name, token, syncro_key, mode, toolsets"
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && slices.Contains(strings.Split(fields, ", "), wrong.Field) {
		kind := "a string"
		if wrong.Field == "toolsets" {
			kind = "an array of strings"
		}
		return fmt.Errorf("has a %s that is not %s", wrong.Field, kind)
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok && len(field) < ShortestToken {
		return fmt.Errorf("has the unknown field %s; there are %s", field, fields)
	}
	// A name long enough to be a misplaced token is not repeated.
	return fmt.Errorf("is not an object of %s", fields)
}

// checkCallers refuses callers that could be mistaken for one another, or guessed.
func checkCallers(callers []Caller) error {
	for i, c := range callers {
		if err := c.check(); err != nil {
			return fmt.Errorf("caller %d (%s) %w", i+1, c.shown(), err)
		}
		for _, before := range callers[:i] {
			if strings.EqualFold(before.Name, c.Name) {
				return fmt.Errorf("caller %d (%s) has a name that was given before", i+1, c.shown())
			}
			if before.Token == c.Token {
				return fmt.Errorf("caller %d (%s) has the token of %s; everybody needs an own one", i+1, c.shown(), before.shown())
			}
		}
	}
	return nil
}

func (c Caller) check() error {
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	blank := func(r rune) bool { return r <= ' ' || r > '~' }
	switch {
	case strings.TrimSpace(c.Name) == "":
		return errors.New("has no name")
	case len(c.Name) > longestName || strings.ContainsFunc(c.Name, unprintable) || strings.TrimSpace(c.Name) != c.Name:
		return fmt.Errorf("has a name that is longer than %d bytes, or has control characters or spaces around it", longestName)
	case c.Token == "":
		return errors.New("has no token")
	case len(c.Token) < ShortestToken:
		return fmt.Errorf("has a token of %d characters; at least %d are needed (openssl rand -hex 24 makes a good one)", len(c.Token), ShortestToken)
	case strings.ContainsFunc(c.Token, blank):
		return errors.New("has a token with spaces, or with characters that a header cannot carry")
	case strings.ContainsFunc(c.SyncroKey, blank):
		return errors.New("has a syncro_key with spaces, or with characters that a header cannot carry")
	case !slices.Contains([]string{"", "read", "write", "full"}, c.Mode):
		return errors.New("has a mode that is none of read, write, full")
	case slices.Contains(c.Toolsets, ""):
		return errors.New("has an empty toolset")
	}
	return nil
}

// shown is the name for an error; what is no name could be a misplaced token.
func (c Caller) shown() string {
	if len(c.Name) >= ShortestToken {
		return fmt.Sprintf("%.12q...", c.Name)
	}
	return fmt.Sprintf("%q", c.Name)
}
