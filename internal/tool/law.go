package tool

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/invopop/jsonschema"
)

// law holds the rules for the types of arguments and results. The reflector
// ignores what it does not understand, and some clients drop a whole server over
// one odd schema, so a type that breaks a rule panics while the catalogue is
// built, where any test finds it.
type law struct {
	tool  string
	input bool // arguments; otherwise results
}

func (l law) broken(path, format string, a ...any) {
	side := "result"
	if l.input {
		side = "argument"
	}
	panic(fmt.Sprintf("tool %s: %s %s: %s", l.tool, side, path, fmt.Sprintf(format, a...)))
}

func (l law) root(t reflect.Type) {
	if t.Kind() != reflect.Struct {
		l.broken("type", "%s is not a struct", t)
	}
	l.fields("", t, nil)
}

func (l law) fields(path string, t reflect.Type, above []reflect.Type) {
	if slices.Contains(above, t) {
		l.broken(path, "%s contains itself", t)
	}
	above = append(slices.Clone(above), t)
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
			l.fields(path, f.Type, above)
			continue
		}
		if name == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		if name == "" {
			l.broken(f.Name, "no json tag names it")
		}
		at := joinPath(path, name)
		l.keywords(at, f.Tag.Get("jsonschema"))
		if !l.input && f.Type.Kind() == reflect.Pointer && !strings.Contains(options, "omit") {
			l.broken(at, "could be null: add omitempty")
		}
		l.value(at, f.Type, above)
	}
}

// value checks one type: that of a field, or of an element.
func (l law) value(path string, t reflect.Type, above []reflect.Type) {
	if t == reflect.TypeFor[time.Time]() || l.described(path, t) {
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		l.fields(path, t, above)
	case reflect.Pointer:
		l.value(path, t.Elem(), above)
	case reflect.Slice, reflect.Array:
		l.value(path, t.Elem(), above)
	case reflect.Map:
		if t.Key().Kind() != reflect.String {
			l.broken(path, "the keys of %s are not strings", t)
		}
		if t.Elem().Kind() != reflect.Interface {
			l.value(path, t.Elem(), above)
		}
	case reflect.Interface:
		l.broken(path, "%s has no schema; use a struct or map[string]any", t)
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer, reflect.Uintptr:
		l.broken(path, "%s has no JSON", t)
	}
}

// described tells whether a type brings its own schema, and insists on that
// where it brings its own JSON: the reflector would describe its fields instead.
func (l law) described(path string, t reflect.Type) bool {
	if t.Implements(reflect.TypeFor[interface{ JSONSchema() *jsonschema.Schema }]()) {
		return true
	}
	for _, own := range []reflect.Type{reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()} {
		if t.Implements(own) || reflect.PointerTo(t).Implements(own) {
			l.broken(path, "%s writes its own JSON and has no method JSONSchema", t)
		}
	}
	return false
}

// keywords refuses what the decoder would not enforce, misspellings above all.
func (l law) keywords(path, tag string) {
	if tag == "" {
		return
	}
	known := []string{"minimum", "maximum", "maxLength", "minItems", "maxItems", "enum", "default", "format"}
	for part := range strings.SplitSeq(tag, ",") {
		keyword, value, _ := strings.Cut(part, "=")
		if !slices.Contains(known, keyword) {
			l.broken(path, "unknown keyword %q; there are %s", part, strings.Join(known, ", "))
		}
		if keyword == "format" && value != "date" && value != "date-time" {
			l.broken(path, "unknown format %q; there are date and date-time", value)
		}
	}
}
