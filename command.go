package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"syncro-mcp/internal/tool"
	"syncro-mcp/syncro"
)

// check says in plain words what the key can do, having tried it.
func (h *house) check(ctx context.Context, std streams) int {
	me, err := h.client.Me(ctx)
	if err != nil {
		fmt.Fprintln(std.out, "The API key could not be checked.", sentence(err))
		return exitFailed
	}
	shown := func(text string) string { return tool.Quote(text, 100) }
	fmt.Fprintf(std.out, "The key works: it belongs to %s, %s, of the account %s.\n", shown(me.UserName), shown(me.UserEmail), shown(me.Subdomain))
	uses := map[string]string{
		"asset.read": "reading assets and patches", "asset.write": "creating and changing assets", "asset.delete": "deleting assets",
		"customer.read": "finding customers by name", "script.execute": "running scripts",
	}
	for _, name := range slices.Sorted(maps.Keys(uses)) {
		granted, told := me.Permissions[name]
		word := "not told by Syncro"
		switch {
		case told && granted:
			word = "yes"
		case told:
			word = "NO: add it to the token under Admin, API Tokens in Syncro"
		}
		fmt.Fprintf(std.out, "  %-15s %-30s %s\n", name, uses[name], word)
	}
	rows, err := h.client.AssetRows(ctx, syncro.AssetFilter{PerPage: 25}, 1)
	if err != nil {
		fmt.Fprintln(std.out, "Assets could not be listed.", sentence(err))
		return exitFailed
	}
	count := fmt.Sprintf("%d on the first page, the total is not told", len(rows.Sent))
	if rows.Total >= 0 {
		count = fmt.Sprint(rows.Total)
	}
	fmt.Fprintf(std.out, "Assets can be listed: %s.\n", count)
	return exitOK
}

func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

func (h *house) listTools(std streams) int {
	table := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	for _, t := range h.runner.Tools() {
		kind := t.Kind().String()
		if t.Asks() && t.Kind() != tool.Destroy {
			kind += ", sometimes asks"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", t.Name(), kind, t.Toolset(), t.Description())
	}
	_ = table.Flush()
	return exitOK
}

// call runs one tool as a client would, with the terminal as the one who is asked.
func (h *house) call(ctx context.Context, arguments []string, std streams) int {
	if len(arguments) == 0 || len(arguments) > 2 {
		return usage(std, fmt.Errorf("call takes a tool and, if it has any, its arguments as one JSON object; flags come before them"))
	}
	input := json.RawMessage("{}")
	if len(arguments) == 2 {
		input = json.RawMessage(arguments[1])
	}
	if strings.HasPrefix(arguments[len(arguments)-1], "-") {
		return usage(std, fmt.Errorf("flags come before the tool: syncro-mcp call %s %s", arguments[len(arguments)-1], arguments[0]))
	}
	if !slices.ContainsFunc(h.runner.Tools(), func(t tool.Tool) bool { return t.Name() == arguments[0] }) {
		return usage(std, fmt.Errorf("no tool %q is served; syncro-mcp tools lists them", arguments[0]))
	}
	result := h.runner.Call(ctx, tool.Call{Tool: arguments[0], Arguments: input, Caller: "terminal", Session: "terminal", Asker: &terminal{std: std}})
	if result.IsError {
		fmt.Fprintln(std.err, result.Text)
		return exitFailed
	}
	var shown strings.Builder
	encoder := json.NewEncoder(&shown)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(result.JSON); err != nil {
		fmt.Fprintln(std.err, "the result cannot be shown:", err)
		return exitFailed
	}
	fmt.Fprint(std.out, shown.String())
	var said struct{ Outcome string }
	_ = json.Unmarshal(result.JSON, &said) // an answer without an outcome is simply done
	if !slices.Contains([]string{"", tool.OutcomeDone, tool.OutcomeConfirmationRequired}, said.Outcome) {
		return exitFailed
	}
	return exitOK
}

// read writes one resource to standard output, however large it is.
func (h *house) read(ctx context.Context, arguments []string, std streams) int {
	served := tool.Available(h.beside.Resources, h.runner.Tools())
	if len(arguments) != 1 {
		return usage(std, fmt.Errorf("read takes one resource, for example syncro://assets.csv"))
	}
	ctx = h.runner.WithProgress(ctx, func(_, _ float64, message string) {
		fmt.Fprintf(std.err, "\r%-60s", message)
	})
	out := bufio.NewWriter(std.out)
	err := tool.ReadResource(ctx, served, arguments[0], out)
	if err == nil {
		err = out.Flush()
	}
	fmt.Fprintln(std.err)
	if err != nil {
		fmt.Fprintln(std.err, "what was written is not the whole resource:", tool.Clip(err.Error(), 500))
		return exitFailed
	}
	return exitOK
}

// terminal asks the person at it.
type terminal struct{ std streams }

// Ask puts the question; anything but a clear yes is a no.
func (t *terminal) Ask(ctx context.Context, question string) (tool.Answer, error) {
	fmt.Fprintf(t.std.err, "%s [y/N] ", question)
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(t.std.in).ReadString('\n')
		line <- text
	}()
	select {
	case text := <-line:
		if word := strings.ToLower(strings.TrimSpace(text)); word == "y" || word == "yes" {
			return tool.Accepted, nil
		}
		return tool.Declined, nil
	case <-ctx.Done():
		return tool.Cancelled, ctx.Err()
	}
}
