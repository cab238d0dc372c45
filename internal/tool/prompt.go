package tool

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// longestPromptArgument bounds what somebody may type or paste into an argument.
const longestPromptArgument = 1000

// Prompt is a recipe that a user picks and a model follows.
type Prompt struct {
	Name, Title, Description string
	Needs                    []string // tools without which it is not offered
	Arguments                []PromptArgument

	// Write writes the recipe. The arguments are known, trimmed and not blank.
	// Whatever a person or the API wrote stands in it through Quote.
	Write func(ctx context.Context, given map[string]string) (string, error)
}

// PromptArgument is something that the user fills in. MCP has only texts here.
type PromptArgument struct {
	Name, Description string
	Required          bool
	// Complete gives values that begin with prefix; nil: none are known.
	Complete func(ctx context.Context, prefix string) ([]string, error)
}

func (p Prompt) needs() []string { return p.Needs }

// Text checks the arguments, which the MCP library does not, and writes the recipe.
func (p Prompt) Text(ctx context.Context, given map[string]string) (string, error) {
	var names []string
	for _, argument := range p.Arguments {
		names = append(names, argument.Name)
	}
	checked := map[string]string{}
	for name, value := range given {
		if !slices.Contains(names, name) {
			return "", p.unknown(name, names)
		}
		if n := utf8.RuneCountInString(value); n > longestPromptArgument {
			return "", Errorf(InvalidArgument, "%s of %s has %s characters, and at most %s are taken. Put longer texts into the chat.",
				name, p.Name, thousands(n), thousands(longestPromptArgument))
		}
		if value = strings.TrimSpace(value); value != "" {
			checked[name] = value
		}
	}
	var lacking []string
	for _, argument := range p.Arguments {
		if argument.Required && checked[argument.Name] == "" {
			lacking = append(lacking, fmt.Sprintf("%s (%s)", argument.Name, strings.TrimSuffix(argument.Description, ".")))
		}
	}
	if len(lacking) > 0 {
		return "", Errorf(InvalidArgument, "%s needs %s. Fill it in and start the prompt again.", p.Name, strings.Join(lacking, " and "))
	}
	text, err := p.Write(ctx, checked)
	return clean(text), err
}

func (p Prompt) unknown(name string, names []string) error {
	if near := nearest(name, names); near != "" {
		return Errorf(InvalidArgument, "%s has no argument %s: did you mean %s?", p.Name, Quote(name, 60), near)
	}
	return Errorf(InvalidArgument, "%s has no argument %s. It takes %s.", p.Name, Quote(name, 60), strings.Join(names, ", "))
}
