package tool

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

const mostResultBytes = 4 << 20

// Result is how a call ended.
type Result struct {
	JSON    json.RawMessage // the one object, compact; nil for an error
	Text    string          // the same JSON, or the error's text
	IsError bool
	Code    string // of an error
	Ask     *Ask   // nothing else is set: the client has to ask its user and call again
}

// Ask is a question for a client that takes questions as results. It calls again
// with the same arguments and a Reply.
type Ask struct {
	Question string
	State    string // signed; belongs into the Reply unchanged
}

// encode writes a result. It is the only place that does, so that no tool can
// forget to clean what the API sent.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return cleanJSON(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// cleanJSON cleans every string of a valid JSON document.
func cleanJSON(doc []byte) []byte {
	made := make([]byte, 0, len(doc))
	for len(doc) > 0 {
		start := bytes.IndexByte(doc, '"')
		if start < 0 {
			return append(made, doc...)
		}
		made = append(made, doc[:start]...)
		end := start + literalLength(doc[start:])
		made = append(made, cleanLiteral(doc[start:end])...)
		doc = doc[end:]
	}
	return made
}

// literalLength is the length of the string literal that text starts with.
func literalLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

func cleanLiteral(literal []byte) []byte {
	suspect := func(r rune) bool { return r == '\\' || r >= 0x7F }
	if bytes.IndexFunc(literal, suspect) < 0 {
		return literal
	}
	var text string
	if err := json.Unmarshal(literal, &text); err != nil {
		return []byte(`""`) // cannot be: the encoder wrote it
	}
	cleaned := clean(text)
	if cleaned == text && utf8.Valid(literal) {
		return literal
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(cleaned); err != nil {
		return []byte(`""`) // likewise: a string always encodes
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// errorResult is the result for an error whose text may be shown.
func errorResult(e *Error) Result {
	return Result{Text: e.Error(), IsError: true, Code: string(e.Code)}
}
