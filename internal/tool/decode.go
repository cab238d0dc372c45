package tool

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// decode checks the arguments of a call and brings them into one canonical form:
// numbers as numbers, words as the schema writes them, defaults filled in. Calls
// that mean the same have the same bytes. The confirm_token comes separately.
func (t Tool) decode(raw json.RawMessage) (arguments []byte, token string, err error) {
	o, err := parseArguments(raw)
	if err != nil {
		return nil, "", err
	}
	checked, err := checker{tool: t.Name()}.object("", t.schema, o)
	if err != nil {
		return nil, "", err
	}
	if t.asks {
		token, _ = checked[tokenArgument].(string)
		delete(checked, tokenArgument)
	}
	arguments, err = json.Marshal(checked)
	return arguments, strings.TrimSpace(token), err
}

// decodeInto fills a tool's own struct from checked arguments. Numbers in a
// map[string]any arrive as json.Number, so that long ids stay exact.
func decodeInto[In any](arguments []byte) (in In, err error) {
	dec := json.NewDecoder(bytes.NewReader(arguments))
	dec.UseNumber()
	if err := dec.Decode(&in); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return in, Errorf(InvalidArgument, "%s does not take this %s: it is out of range or of the wrong form. Give another value.", wrong.Field, wrong.Value)
		}
		return in, Errorf(InvalidArgument, "the arguments could not be read. Give every argument in the form its description names.")
	}
	rules, ok := any(&in).(interface{ Validate() error })
	if !ok {
		return in, nil
	}
	err = rules.Validate()
	if _, own := errors.AsType[*Error](err); err != nil && !own {
		err = Errorf(InvalidArgument, "%s", sentence(err.Error()))
	}
	return in, err
}

// checker checks parsed arguments against a schema.
type checker struct {
	tool string
}

// object checks a JSON object. null counts as absent: models send it for
// arguments that they do not use.
func (c checker) object(path string, s *jsonschema.Schema, o *object) (map[string]any, error) {
	if freeForm(s) {
		return c.free(path, s, o)
	}
	for _, name := range o.names {
		if property(s, name) == nil {
			return nil, c.unknown(path, name, properties(s))
		}
	}
	checked := map[string]any{}
	var missing []string
	for _, name := range properties(s) {
		sub, at := property(s, name), joinPath(path, name)
		v, required := o.values[name], slices.Contains(s.Required, name)
		switch {
		case v == nil && required:
			missing = append(missing, fmt.Sprintf("%s (%s)", at, takes(sub)))
			continue
		case v == nil && sub.Default != nil:
			checked[name] = sub.Default
			continue
		case v == nil:
			continue
		}
		if text, isText := v.(string); isText && required && strings.TrimSpace(text) == "" {
			return nil, Errorf(InvalidArgument, "%s is blank. It takes %s.", at, takes(sub))
		}
		each, err := c.value(at, sub, v)
		if err != nil {
			return nil, err
		}
		checked[name] = each
	}
	if len(missing) > 0 {
		return nil, Errorf(InvalidArgument, "%s needs %s. Add what is missing and call again.", c.tool, strings.Join(missing, " and "))
	}
	return checked, nil
}

// free checks an object that takes any name.
func (c checker) free(path string, s *jsonschema.Schema, o *object) (map[string]any, error) {
	if s.AdditionalProperties == nil {
		return plain(o).(map[string]any), nil
	}
	checked := map[string]any{}
	for _, name := range o.names {
		if o.values[name] == nil {
			continue
		}
		v, err := c.value(joinPath(path, name), s.AdditionalProperties, o.values[name])
		if err != nil {
			return nil, err
		}
		checked[name] = v
	}
	return checked, nil
}

func (c checker) array(path string, s *jsonschema.Schema, v any) (any, error) {
	list, ok := v.([]any)
	if !ok {
		if _, isObject := v.(*object); isObject || s.Items.Type == "array" {
			return nil, wrong(path, s, v)
		}
		item, err := c.value(path, s.Items, v) // a single value where a list of them is taken
		if err != nil {
			return nil, wrong(path, s, v)
		}
		return []any{item}, nil
	}
	n := uint64(len(list))
	if s.MinItems != nil && n < *s.MinItems || s.MaxItems != nil && n > *s.MaxItems {
		return nil, Errorf(InvalidArgument, "%s takes %s, and got %d.", cleanLine(path), takes(s), n)
	}
	checked := make([]any, 0, len(list))
	for i, each := range list {
		item, err := c.value(fmt.Sprintf("%s[%d]", path, i), s.Items, each)
		if err != nil {
			return nil, err
		}
		checked = append(checked, item)
	}
	return checked, nil
}

// unknown says that an argument does not exist, and which do.
func (c checker) unknown(path, name string, names []string) error {
	guess := ""
	if near := nearest(name, names); near != "" {
		guess = fmt.Sprintf(": did you mean %s?", near)
	}
	if path == "" {
		return Errorf(InvalidArgument, "%s has no argument %s%s It takes %s.", c.tool, Quote(name, 60), orStop(guess), listOf(names))
	}
	return Errorf(InvalidArgument, "%s of %s has no field %s%s It takes %s.", cleanLine(path), c.tool, Quote(name, 60), orStop(guess), listOf(names))
}

func orStop(text string) string {
	if text == "" {
		return "."
	}
	return text
}

func listOf(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
