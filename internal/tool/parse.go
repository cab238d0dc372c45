package tool

import (
	"bytes"
	"encoding/json"
)

const (
	mostArgumentBytes = 1 << 20
	deepestArgument   = 32
)

// object is a JSON object with its names in the caller's order. The other values
// are []any, string, json.Number, bool and nil.
type object struct {
	names  []string
	values map[string]any
}

// parseArguments reads the arguments of a call without interpreting them.
// No arguments at all are an empty object.
func parseArguments(raw json.RawMessage) (*object, error) {
	if len(raw) > mostArgumentBytes {
		return nil, Errorf(TooLarge, "the arguments have %s bytes, and at most %s are taken. Split the call into smaller ones.",
			thousands(len(raw)), thousands(mostArgumentBytes))
	}
	trimmed := bytes.TrimSpace(raw)
	if len(trimmed) == 0 || string(trimmed) == "null" {
		return &object{}, nil
	}
	if !json.Valid(trimmed) {
		return nil, Errorf(InvalidArgument, "the arguments are not valid JSON. Send one JSON object.")
	}
	p := parser{dec: json.NewDecoder(bytes.NewReader(trimmed))}
	p.dec.UseNumber()
	v, err := p.value("", 0)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*object)
	if !ok {
		return nil, Errorf(InvalidArgument, "the arguments are %s. Send one JSON object.", show(v))
	}
	return o, nil
}

// parser reads text that is known to be valid JSON, so its tokens need no checks.
type parser struct {
	dec *json.Decoder
}

func (p parser) value(path string, depth int) (any, error) {
	if depth > deepestArgument {
		return nil, Errorf(InvalidArgument, "the arguments are nested deeper than %d levels. Send them flatter.", deepestArgument)
	}
	token, err := p.dec.Token()
	if err != nil {
		return nil, Errorf(InvalidArgument, "the arguments are not valid JSON. Send one JSON object.")
	}
	switch token {
	case json.Delim('{'):
		return p.object(path, depth)
	case json.Delim('['):
		return p.array(path, depth)
	}
	return token, nil
}

// object refuses a name that comes twice: the two readers of such a text, for
// example a person and this program, may each believe another one.
func (p parser) object(path string, depth int) (any, error) {
	o := &object{values: map[string]any{}}
	for p.dec.More() {
		token, err := p.dec.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, Errorf(InvalidArgument, "the arguments are not valid JSON. Send one JSON object.")
		}
		at := joinPath(path, name)
		if _, twice := o.values[name]; twice {
			return nil, Errorf(InvalidArgument, "the argument %s comes twice. Send it once.", Quote(at, 60))
		}
		v, err := p.value(at, depth+1)
		if err != nil {
			return nil, err
		}
		o.names = append(o.names, name)
		o.values[name] = v
	}
	_, err := p.dec.Token()
	return o, err
}

func (p parser) array(path string, depth int) (any, error) {
	list := []any{}
	for p.dec.More() {
		v, err := p.value(path, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := p.dec.Token()
	return list, err
}

// plain turns parsed JSON into the values that encoding/json makes of it.
func plain(v any) any {
	switch v := v.(type) {
	case *object:
		m := make(map[string]any, len(v.names))
		for name, each := range v.values {
			m[name] = plain(each)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, each := range v {
			list[i] = plain(each)
		}
		return list
	}
	return v
}
