package tool

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/invopop/jsonschema"
)

// value checks one value and gives its canonical form. It is generous with
// spelling that cannot be misread, "98765" for 98765, and strict with the rest.
func (c checker) value(path string, s *jsonschema.Schema, v any) (any, error) {
	ok := false
	checked := v
	switch s.Type {
	case "object":
		if o, is := v.(*object); is {
			return c.object(path, s, o)
		}
	case "array":
		return c.array(path, s, v)
	case "string":
		if text, is := v.(string); is {
			checked, ok = checkText(s, text)
		}
	case "integer":
		checked, ok = checkInteger(s, v)
	case "number":
		checked, ok = checkNumber(s, v)
	case "boolean":
		checked, ok = checkBoolean(v)
	}
	if !ok {
		return nil, wrong(path, s, v)
	}
	return checked, nil
}

func checkText(s *jsonschema.Schema, text string) (any, bool) {
	if len(s.Enum) > 0 {
		for _, word := range s.Enum {
			if word, is := word.(string); is && strings.EqualFold(word, strings.TrimSpace(text)) {
				return word, true
			}
		}
		return nil, false
	}
	if s.MaxLength != nil && uint64(utf8.RuneCountInString(text)) > *s.MaxLength {
		return nil, false
	}
	var err error
	switch s.Format {
	case "date":
		_, err = time.Parse(time.DateOnly, text)
	case "date-time":
		_, err = time.Parse(time.RFC3339, text)
	}
	return text, err == nil
}

func checkInteger(s *jsonschema.Schema, v any) (any, bool) {
	text, ok := numeral(v)
	if !ok {
		return nil, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		// 98765.0 and 1e3 are integers too, as far as a float holds them exactly.
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			return nil, false
		}
		n = int64(f)
	}
	return json.Number(strconv.FormatInt(n, 10)), within(s, float64(n))
}

func checkNumber(s *jsonschema.Schema, v any) (any, bool) {
	text, ok := numeral(v)
	if !ok {
		return nil, false
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, false
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, 64)), within(s, f)
}

// numeral gives the text of a number, or of a string that holds a JSON number.
func numeral(v any) (string, bool) {
	switch v := v.(type) {
	case json.Number:
		return v.String(), true
	case string:
		text := strings.TrimSpace(v)
		var n json.Number
		return text, text != "" && text[0] != '"' && json.Unmarshal([]byte(text), &n) == nil && n != ""
	}
	return "", false
}

func within(s *jsonschema.Schema, f float64) bool {
	if least, err := s.Minimum.Float64(); err == nil && f < least {
		return false
	}
	if most, err := s.Maximum.Float64(); err == nil && f > most {
		return false
	}
	if len(s.Enum) == 0 {
		return true
	}
	for _, each := range s.Enum {
		if n, is := each.(json.Number); is {
			if e, err := n.Float64(); err == nil && e == f {
				return true
			}
		}
	}
	return false
}

func checkBoolean(v any) (any, bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "true":
			return true, true
		case "false":
			return false, true
		}
	}
	return nil, false
}

// wrong is the error for a value that does not fit: which argument, what it
// takes, what it got.
func wrong(path string, s *jsonschema.Schema, v any) error {
	got := show(v)
	if text, is := v.(string); is && s.MaxLength != nil && len(s.Enum) == 0 {
		if n := utf8.RuneCountInString(text); uint64(n) > *s.MaxLength {
			got = "one of " + thousands(n)
		}
	}
	return Errorf(InvalidArgument, "%s takes %s, not %s.", cut(cleanLine(path), 100), takes(s), got)
}

// takes says in words what a schema takes.
func takes(s *jsonschema.Schema) string {
	if len(s.Enum) > 0 {
		words := make([]string, len(s.Enum))
		for i, word := range s.Enum {
			words[i] = fmt.Sprint(word)
		}
		return "one of " + strings.Join(words, ", ")
	}
	switch s.Type {
	case "integer":
		return "a whole number" + span(string(s.Minimum), string(s.Maximum))
	case "number":
		return "a number" + span(string(s.Minimum), string(s.Maximum))
	case "boolean":
		return "true or false"
	case "array":
		return "a list" + itemSpan(s) + ", each " + takes(s.Items)
	case "object":
		return "an object"
	}
	switch {
	case s.Format == "date":
		return "a calendar date as YYYY-MM-DD"
	case s.Format == "date-time":
		return "a time with its zone, as 2026-01-31T18:00:00Z"
	case s.MaxLength != nil:
		return "a text of at most " + thousands(int(*s.MaxLength)) + " characters"
	}
	return "a text"
}

func span(least, most string) string {
	switch {
	case least != "" && most != "":
		return " from " + least + " to " + most
	case least != "":
		return " of at least " + least
	case most != "":
		return " of at most " + most
	}
	return ""
}

func itemSpan(s *jsonschema.Schema) string {
	switch {
	case s.MinItems != nil && s.MaxItems != nil:
		return fmt.Sprintf(" of %d to %d items", *s.MinItems, *s.MaxItems)
	case s.MinItems != nil:
		return fmt.Sprintf(" of at least %d items", *s.MinItems)
	case s.MaxItems != nil:
		return fmt.Sprintf(" of at most %d items", *s.MaxItems)
	}
	return ""
}

// show names a value in an error text.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return Quote(v, 60)
	case []any:
		return "a list"
	case *object:
		return "an object"
	}
	return cut(fmt.Sprint(v), 60)
}
