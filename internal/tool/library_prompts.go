package tool

import (
	"context"
	"slices"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const (
	mostCompletions = 100             // that MCP allows in one answer
	completionTime  = 5 * time.Second // nobody who types waits longer
)

// RegisterPrompts adds the prompts whose tools the runner serves. It must be
// called before the server serves.
func RegisterPrompts(s *server.MCPServer, r *Runner, all []Prompt) {
	all = Available(all, r.Tools())
	if len(all) == 0 {
		return
	}
	server.WithPromptCapabilities(false)(s)
	server.WithCompletions()(s)
	server.WithPromptCompletionProvider(promptBook{r, all})(s)
	for _, each := range all {
		made := mcp.NewPrompt(each.Name, mcp.WithPromptTitle(each.Title), mcp.WithPromptDescription(each.Description))
		for _, argument := range each.Arguments {
			made.Arguments = append(made.Arguments, mcp.PromptArgument{Name: argument.Name, Description: argument.Description, Required: argument.Required})
		}
		s.AddPrompt(made, func(ctx context.Context, request mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			text, err := r.writePrompt(ctx, each, request.Params.Arguments)
			if err != nil {
				// The library makes every error of a handler an internal one, where
				// invalid params would be right; the text says what is wrong.
				return nil, r.shown("prompt", each.Name, err)
			}
			return mcp.NewGetPromptResult(each.Description, []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(text))}), nil
		})
	}
}

func (r *Runner) writePrompt(ctx context.Context, p Prompt, given map[string]string) (text string, err error) {
	defer r.survive("prompt", p.Name, &err)
	return p.Text(ctx, given)
}

// promptBook completes the arguments of prompts.
type promptBook struct {
	runner *Runner
	all    []Prompt
}

// CompletePromptArgument completes an argument of a prompt.
func (b promptBook) CompletePromptArgument(ctx context.Context, name string, typed mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	for _, prompt := range b.all {
		for _, argument := range prompt.Arguments {
			if prompt.Name == name && argument.Name == typed.Name && argument.Complete != nil {
				return b.runner.complete(ctx, name+" "+typed.Name, func(ctx context.Context) ([]string, error) {
					return argument.Complete(ctx, typed.Value)
				}), nil
			}
		}
	}
	return &mcp.Completion{}, nil
}

// complete never fails: somebody is typing, and an error would only disturb.
func (r *Runner) complete(ctx context.Context, what string, find func(context.Context) ([]string, error)) *mcp.Completion {
	ctx, cancel := context.WithTimeout(ctx, completionTime)
	defer cancel()
	values, err := r.guess(ctx, what, find)
	if err != nil {
		r.log.Debug("no completion", "of", what, "error", err)
		return &mcp.Completion{}
	}
	shown := make([]string, 0, len(values))
	for _, value := range values {
		// A value that cleaning changes would not find its record again.
		if value != "" && value == cleanLine(value) && !slices.Contains(shown, value) {
			shown = append(shown, value)
		}
		if len(shown) > mostCompletions {
			break
		}
	}
	made := &mcp.Completion{Values: shown}
	if len(shown) > mostCompletions {
		made.Values, made.HasMore = shown[:mostCompletions], true
	}
	return made
}

func (r *Runner) guess(ctx context.Context, what string, find func(context.Context) ([]string, error)) (values []string, err error) {
	defer r.survive("completion", what, &err)
	return find(ctx)
}
