package tool

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/invopop/jsonschema"
)

// tokenArgument is the argument that the adapter adds to tools that ask, and
// takes out again before the tool sees its arguments.
const tokenArgument = "confirm_token"

// Outcomes of the tools that ask.
const (
	OutcomeDone                 = "done"
	OutcomePartlyDone           = "partly_done"
	OutcomeFailed               = "failed"
	OutcomeUnanswered           = "unanswered"
	OutcomeDeclined             = "declined"
	OutcomeConfirmationRequired = "confirmation_required"
)

// inputSchema makes the schema of the arguments, or panics.
func inputSchema(tool string, t reflect.Type, asks bool) *jsonschema.Schema {
	law{tool: tool, input: true}.root(t)
	s := reflectSchema(t)
	mustDescribe(tool, "", s)
	mustDefault(tool, s)
	if !asks {
		return s
	}
	if _, taken := s.Properties.Get(tokenArgument); taken {
		panic(fmt.Sprintf("tool %s: the argument %s is the adapter's own", tool, tokenArgument))
	}
	s.Properties.Set(tokenArgument, &jsonschema.Schema{Type: "string", Description: "That of a " + OutcomeConfirmationRequired + " answer, after the user's yes."})
	return s
}

// outputSchema makes the schema of the results, or panics. Tools that ask
// sometimes answer with the state of the confirmation instead of their own
// result; a client that validates must accept that too, so nothing but the
// outcome can be required of them.
func outputSchema(tool string, t reflect.Type, asks bool) *jsonschema.Schema {
	law{tool: tool}.root(t)
	s := reflectSchema(t)
	if !asks {
		return s
	}
	s.Required = nil
	if _, own := s.Properties.Get("outcome"); own {
		s.Required = []string{"outcome"}
	}
	s.Properties.Set("outcome", &jsonschema.Schema{
		Type: "string",
		Enum: []any{OutcomeDone, OutcomePartlyDone, OutcomeFailed, OutcomeConfirmationRequired, OutcomeDeclined, OutcomeUnanswered},
	})
	for _, name := range []string{"message", "question", tokenArgument} {
		s.Properties.Set(name, &jsonschema.Schema{Type: "string"})
	}
	s.Properties.Set("preview", &jsonschema.Schema{Type: "object"})
	return s
}

// reflectSchema inlines everything: some clients resolve no references.
func reflectSchema(t reflect.Type) *jsonschema.Schema {
	reflector := jsonschema.Reflector{Anonymous: true, DoNotReference: true}
	s := reflector.ReflectFromType(t)
	s.Version, s.Definitions = "", nil
	return s
}

// properties yields the properties of an object's schema in the order of the fields.
func properties(s *jsonschema.Schema) (names []string) {
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		names = append(names, p.Key)
	}
	return names
}

// property gives the schema of one property; nil for one that does not exist.
func property(s *jsonschema.Schema, name string) *jsonschema.Schema {
	return s.Properties.Value(name)
}

// freeForm tells whether an object takes any name.
func freeForm(s *jsonschema.Schema) bool { return s.Properties == nil }

// mustDescribe panics unless every property at every depth has a description: a
// model has nothing else to go by.
func mustDescribe(tool, path string, s *jsonschema.Schema) {
	if s.Items != nil {
		mustDescribe(tool, path+"[]", s.Items)
	}
	if freeForm(s) {
		return
	}
	for _, name := range properties(s) {
		sub, at := property(s, name), joinPath(path, name)
		if sub.Description == "" {
			panic(fmt.Sprintf("tool %s: argument %s has no jsonschema_description", tool, at))
		}
		mustDescribe(tool, at, sub)
	}
}

// mustDefault panics where a default breaks its own schema, and rewrites the
// others in the form in which they are applied (the reflector leaves the
// numbers of a list as strings).
func mustDefault(tool string, s *jsonschema.Schema) {
	if s.Items != nil {
		mustDefault(tool, s.Items)
	}
	if freeForm(s) {
		return
	}
	for _, name := range properties(s) {
		sub := property(s, name)
		mustDefault(tool, sub)
		if sub.Default == nil {
			continue
		}
		if slices.Contains(s.Required, name) {
			panic(fmt.Sprintf("tool %s: %s has a default, so it needs omitempty", tool, name))
		}
		checked, err := checker{tool: tool}.value(name, sub, sub.Default)
		if err != nil {
			panic(fmt.Sprintf("tool %s: default of %s: %v", tool, name, err))
		}
		sub.Default = checked
	}
}

func mustMarshal(tool string, s *jsonschema.Schema) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("tool %s: schema: %v", tool, err))
	}
	return b
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
