package tools

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"syncro-mcp/internal/tool"
)

// Script is a script that may run, as the scripts file lists it. Syncro's API
// cannot list scripts: their ids stand in the address of each script's page.
type Script struct {
	ID          int64             `json:"id"`
	Name        string            `json:"name"`
	Description string            `json:"description,omitempty"`
	Parameters  []ScriptParameter `json:"parameters,omitempty"`
}

// ScriptParameter is a runtime variable of a script.
type ScriptParameter struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Required    bool   `json:"required,omitempty"`
}

// Scripts are all scripts that may run.
type Scripts struct{ list []Script }

// ParseScripts reads the scripts file: a JSON array of scripts with id, name,
// description and parameters (name, description, required).
func ParseScripts(text []byte) (*Scripts, error) {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	decoder.DisallowUnknownFields()
	scripts := &Scripts{}
	if err := decoder.Decode(&scripts.list); err != nil {
		return nil, fmt.Errorf("it is not a JSON array of scripts: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the array of scripts")
	}
	if len(scripts.list) == 0 {
		return nil, fmt.Errorf("it lists no script")
	}
	ids, names := map[int64]bool{}, map[string]bool{}
	for i := range scripts.list {
		script := &scripts.list[i]
		script.Name = strings.TrimSpace(script.Name)
		name := strings.ToLower(script.Name)
		switch {
		case script.ID <= 0:
			return nil, fmt.Errorf("script %d has no id above 0", i+1)
		case name == "":
			return nil, fmt.Errorf("script %d (id %d) has no name", i+1, script.ID)
		case ids[script.ID] || names[name]:
			return nil, fmt.Errorf("script %q (id %d) is listed twice", script.Name, script.ID)
		}
		ids[script.ID], names[name] = true, true
		for _, parameter := range script.Parameters {
			if strings.TrimSpace(parameter.Name) == "" {
				return nil, fmt.Errorf("script %q has a parameter without a name", script.Name)
			}
		}
	}
	return scripts, nil
}

// choose finds the script that is meant. Without a list any id may be given,
// and nothing is known but the id.
func (s *Scripts) choose(id int64, name string) (Script, error) {
	if s == nil {
		if id == 0 {
			return Script{}, tool.Errorf(tool.InvalidArgument, "script %s cannot be looked up, since no list of scripts is set up. Give script_id, the number in the address of the script's page in Syncro.", tool.Quote(name, 80))
		}
		return Script{ID: id}, nil
	}
	var names []string
	for _, script := range s.list {
		if id != 0 && script.ID == id || id == 0 && strings.EqualFold(strings.TrimSpace(name), script.Name) {
			return script, nil
		}
		names = append(names, fmt.Sprintf("%s (script_id %d)", tool.Quote(script.Name, 60), script.ID))
	}
	wanted := tool.Quote(name, 80)
	if id != 0 {
		wanted = strconv.FormatInt(id, 10)
	}
	return Script{}, tool.Errorf(tool.InvalidArgument, "script %s is not one of those that may run: %s.", wanted, strings.Join(names, ", "))
}

// longestValue is what a question can show of one parameter.
const longestValue = 200

// check holds the given parameters against those that the script takes.
func (script Script) check(given map[string]any, listed bool) (map[string]string, error) {
	values := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value, err := scalar(given[name])
		if err != nil {
			return nil, tool.Errorf(tool.InvalidArgument, "parameter %s of the script must be a text, a number or a boolean.", tool.Quote(name, 60))
		}
		if !tool.Shows(value, longestValue) || !tool.Shows(name, longestValue) {
			return nil, tool.Errorf(tool.InvalidArgument, "parameter %s of the script is longer than %d characters or holds line breaks or invisible characters, so the question to the user could not show it whole; nothing was run. Give a plain value.", tool.Quote(name, 60), longestValue)
		}
		values[name] = value
	}
	if !listed {
		return values, nil
	}
	var names []string
	for _, parameter := range script.Parameters {
		names = append(names, parameter.Name)
		if parameter.Required && strings.TrimSpace(values[parameter.Name]) == "" {
			return nil, tool.Errorf(tool.InvalidArgument, "script %s needs the parameter %s (%s). Ask the user for it and pass it in parameters.",
				tool.Quote(script.Name, 60), parameter.Name, cmp.Or(parameter.Description, "the scripts file does not say what it is"))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(names, name) {
			takes := "no parameters"
			if len(names) > 0 {
				takes = strings.Join(names, ", ")
			}
			return nil, tool.Errorf(tool.InvalidArgument, "script %s has no parameter %s. It takes %s.", tool.Quote(script.Name, 60), tool.Quote(name, 60), takes)
		}
	}
	return values, nil
}

func scalar(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case json.Number:
		return v.String(), nil
	}
	return "", fmt.Errorf("not a scalar")
}
