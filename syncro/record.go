package syncro

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
	"time"
)

// record is one JSON object of the API, read field by field: Syncro sends
// booleans as true or "true", numbers as 1 or "1", absent values as null, ""
// or a missing key, and now and then an empty array where an object belongs.
type record map[string]any

// object decodes an answer that must be one JSON object.
func (a answer) object(r call) (record, error) {
	fail := func(message string) error {
		return &Error{Kind: Unavailable, Doing: r.doing, Status: a.status, maybeDone: r.changes(), Message: message,
			Next: "Check the subdomain or base URL setting, and Syncro's status page"}
	}
	switch {
	case a.html:
		return nil, fail("Syncro's address answered with a web page instead of data")
	case len(bytes.TrimSpace(a.body)) == 0:
		return nil, fail("Syncro's answer is empty")
	}
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.UseNumber()
	var top any
	if err := decoder.Decode(&top); err != nil {
		return nil, fail("Syncro's answer is not JSON, or broke off")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fail("Syncro's answer holds more than one JSON value")
	}
	fields, ok := top.(map[string]any)
	if !ok {
		return nil, fail(fmt.Sprintf("Syncro's answer is %s, not an object", shape(top)))
	}
	// Some refusals come with status 200.
	if said, present := fields["success"]; present && r.changes() {
		if success, known := asBool(said); known && !success {
			return nil, &Error{Kind: ValidationFailed, Doing: r.doing, Status: a.status,
				Message: refused(explain(a.body), a.status), Next: "Correct the values and try again"}
		}
	}
	return fields, nil
}

// under returns the record that an answer holds under key, or bare.
func (a answer) under(r call, key string) (record, error) {
	top, err := a.object(r)
	if err != nil {
		return nil, err
	}
	fields, ok := top[key].(map[string]any)
	if !ok && top["id"] != nil {
		fields, ok = top, true
	}
	if !ok {
		return nil, undecodable(r, fmt.Errorf("field %s is %s, not an object", key, shape(top[key])))
	}
	return fields, nil
}

// reader reads one record and keeps the first field that cannot be read.
type reader struct {
	of  record
	err error
}

// text reads a scalar as text; absent is "".
func (r *reader) text(key string) string {
	text, ok := asText(r.of[key])
	if !ok {
		r.unreadable(key, "a text")
	}
	return text
}

// id reads a positive integer; absent is 0.
func (r *reader) id(key string) int64 {
	text, ok := asText(r.of[key])
	if text == "" && ok {
		return 0
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil || id < 0 {
		r.unreadable(key, "an id")
		return 0
	}
	return id
}

// moment reads a timestamp; absent is the zero time, and so is one that nobody
// can read: a list must not fail over when one of its records was made.
func (r *reader) moment(key string) time.Time {
	at, _ := parseMoment(r.text(key))
	return at
}

func (r *reader) unreadable(key, want string) {
	if r.err == nil {
		r.err = fmt.Errorf("field %s is %s, not %s", key, shape(r.of[key]), want)
	}
}

// object returns a nested object; an absent one, or an array in its place, is empty.
func (r record) object(key string) record {
	fields, _ := r[key].(map[string]any)
	return fields
}

// list returns the objects of an array.
func (r record) list(key string) []record {
	values, _ := r[key].([]any)
	var records []record
	for _, value := range values {
		if fields, ok := value.(map[string]any); ok {
			records = append(records, fields)
		}
	}
	return records
}

// first is the first of the keys that holds a text.
func (r record) first(keys ...string) string {
	for _, key := range keys {
		if text, _ := asText(r[key]); text != "" {
			return text
		}
	}
	return ""
}

// clone copies the map, not what is nested in it.
func (r record) clone() record {
	if r == nil {
		return record{}
	}
	return maps.Clone(r)
}

// asText reads a scalar; ok is false for an object or a filled array.
func asText(value any) (text string, ok bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return strings.TrimSpace(v), true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	case []any:
		return "", len(v) == 0
	}
	return "", false
}

// asBool reads true, "true", 1, "1", "yes" and their opposites.
func asBool(value any) (flag, known bool) {
	text, _ := asText(value)
	switch strings.ToLower(text) {
	case "true", "1", "yes":
		return true, true
	case "false", "0", "no":
		return false, true
	}
	return false, false
}

func shape(value any) string {
	switch v := value.(type) {
	case nil:
		return "missing"
	case string:
		return fmt.Sprintf("the text %.40q", v)
	case json.Number:
		return "the number " + v.String()
	case bool:
		return strconv.FormatBool(v)
	case []any:
		return "an array"
	}
	return "an object"
}

// parseMoment reads the forms of timestamps seen; those without an offset are taken as UTC.
func parseMoment(text string) (time.Time, bool) {
	for _, layout := range []string{
		time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05",
		"2006-01-02T15:04:05-0700", "2006-01-02 15:04", time.DateOnly, "01/02/2006 15:04:05", "01/02/2006 15:04", "01/02/2006",
	} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// day brings a date to the form 2024-01-15 where it can be read, else leaves it as it is.
func day(text string) string {
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		return text
	}
	for _, layout := range []string{"01/02/2006", "1/2/2006", "2006/01/02", "Jan 2, 2006"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.Format(time.DateOnly)
		}
	}
	// A timestamp keeps the calendar day of its own offset.
	if len(text) > len(time.DateOnly) && (text[10] == 'T' || text[10] == ' ') {
		if _, err := time.Parse(time.DateOnly, text[:10]); err == nil {
			return text[:10]
		}
	}
	return text
}
