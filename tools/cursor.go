package tools

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"syncro-mcp/internal/tool"
)

// window is the part of a list that a caller wants.
type window struct {
	Limit  int    `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100,default=25" jsonschema_description:"Rows."`
	Cursor string `json:"cursor,omitempty" jsonschema_description:"next_cursor of the answer before."`
}

// position is where a list goes on. It is bound to the list's arguments: in
// another list it would point at the wrong row.
type position struct {
	Of     string `json:"f"`
	Page   int    `json:"p,omitempty"`
	Offset int    `json:"o,omitempty"`
}

// read finds the position that a cursor stands for; the start where there is none.
func (w window) read(arguments any) (position, error) {
	start := position{Of: fingerprint(arguments), Page: 1}
	if w.Cursor == "" {
		return start, nil
	}
	var at position
	text, err := base64.RawURLEncoding.DecodeString(w.Cursor)
	if err != nil || json.Unmarshal(text, &at) != nil || at.Page < 1 || at.Offset < 0 {
		return position{}, tool.Errorf(tool.InvalidArgument, "cursor is not one that this server gave. Pass next_cursor of the last answer unchanged, or leave it out to start again.")
	}
	if at.Of != start.Of {
		return position{}, tool.Errorf(tool.InvalidArgument, "cursor belongs to a list with other arguments. Repeat the arguments of that call, or leave cursor out to start again.")
	}
	return at, nil
}

func (p position) cursor() string {
	text, _ := json.Marshal(p)
	return base64.RawURLEncoding.EncodeToString(text)
}

// fingerprint tells lists with different arguments apart.
func fingerprint(arguments any) string {
	text, _ := json.Marshal(arguments)
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

// slice is the wanted part of a list that is in memory whole.
func slice[T any](all []T, w window, arguments any) (part []T, next string, err error) {
	at, err := w.read(arguments)
	if err != nil {
		return nil, "", err
	}
	from := min(at.Offset, len(all))
	to := min(from+w.Limit, len(all))
	if to < len(all) {
		at.Offset = to
		next = at.cursor()
	}
	return all[from:to], next, nil
}
