package prompts_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/tool"
	"syncro-mcp/prompts"
	"syncro-mcp/resources"
)

// designed are the tools of the design with their arguments.
func designed() map[string][]string {
	const customer = "customer_id customer "
	const fields = customer + "asset_type name serial_number model manufacturer purchase_date warranty_expires notes properties "
	const list = " limit cursor"
	made := map[string][]string{}
	for name, arguments := range map[string]string{
		"search_assets":          customer + "query asset_type status" + list,
		"get_asset":              "asset_id name include",
		"create_asset":           fields + "allow_duplicate",
		"update_asset":           fields + "asset_id clear confirm_token",
		"delete_asset":           "asset_id confirm_token",
		"decommission_asset":     "asset_id method close_tickets resolve_alerts uninstall_script reason confirm_token",
		"get_installed_software": "asset_id query" + list,
		"get_asset_patches":      "asset_id status query" + list,
		"list_scripts":           "",
		"run_script":             "asset_ids script_id script parameters run_at reason confirm_token",
		"report_patches":         customer + "asset_type kb" + list,
		"report_warranties":      customer + "within_days" + list,
		"audit_assets":           customer + "inventory naming_pattern stale_days" + list,
		"export_assets":          customer + "asset_type",
		"search_customers":       "query" + list,
		"search_tickets":         customer + "asset_id status query" + list,
		"create_ticket":          customer + "asset_id subject body priority problem_type",
		"update_ticket":          "ticket_id status priority comment public confirm_token",
		"list_alerts":            customer + "asset_id status" + list,
		"mute_alert":             "alert_id mute_for",
		"resolve_alert":          "alert_id confirm_token",
	} {
		made[name] = strings.Fields(arguments)
	}
	return made
}

// answered are words of answers that texts speak of.
func answered() []string {
	return strings.Fields(`outcome confirmation_required confirm_token not_saved next_cursor complete failed final_state steps partly_done
		last_seen status not_included only_in_inventory only_in_syncro differences duplicates incomplete stale naming expiring expired unknown days_left
		rejected not_listed online offline updating needs_attention unmanaged
		invalid_argument unauthorized forbidden not_found validation_failed rate_limited unavailable timeout outcome_unknown unsupported too_large internal`)
}

// everyGiven fills every argument of every prompt.
func everyGiven() map[string]string {
	return map[string]string{
		"customer": "Northwind Dental", "asset": "NWD-WKS-001", "asset_name": "NWD-NEW", "asset_type": "Laptop", "serial_number": "S1", "model": "M",
		"manufacturer": "Dell", "purchase_date": "2024-01-15", "warranty_expires": "2027-01-15", "naming_pattern": "^NWD", "stale_days": "30",
		"within_days": "60", "kb": "KB5034441", "symptom": "slow", "reason": "broken", "uninstall_script": "Remove agent",
	}
}

func given(p tool.Prompt, all bool) map[string]string {
	made := map[string]string{}
	for _, argument := range p.Arguments {
		if all || argument.Required {
			made[argument.Name] = everyGiven()[argument.Name]
		}
	}
	return made
}

// TestTextsNameWhatExists: in every step of every recipe and page each tool is
// one of the design, and every other word in code is an argument of a tool of that
// step, or a word of an answer.
func TestTextsNameWhatExists(t *testing.T) {
	t.Parallel()
	texts := map[string]string{}
	for _, p := range prompts.Catalog(prompts.Options{}) {
		for _, all := range []bool{true, false} {
			text, err := p.Text(t.Context(), given(p, all))
			require.NoError(t, err)
			texts[p.Name] += text + "\n\n"
		}
	}
	for _, page := range resources.Pages() {
		var text strings.Builder
		require.NoError(t, tool.ReadResource(t.Context(), resources.Catalog(resources.Options{}), "syncro://reference/"+page, &text))
		texts[page] = text.String()
	}
	word := regexp.MustCompile("`([^`]*)`")
	known, named := designed(), map[string]bool{}
	for name, text := range texts {
		for line := range strings.SplitSeq(text, "\n") {
			var tools []string
			words := word.FindAllStringSubmatch(line, -1)
			for _, each := range words {
				if _, isTool := known[each[1]]; isTool {
					tools = append(tools, each[1])
					named[each[1]] = true
				}
			}
			for _, each := range words {
				what := each[1]
				if slices.Contains(tools, what) || slices.Contains(answered(), what) || what == "code: what happened. What to do next." {
					continue
				}
				asked := func(tool string) bool { return slices.Contains(known[tool], what) }
				anyTool := len(tools) == 0 && (what == "customer_id" || what == "asset_id" || what == "cursor")
				assert.True(t, anyTool || slices.ContainsFunc(tools, asked), "%s: `%s` is neither a tool nor an argument of one in: %s", name, what, line)
			}
		}
		assert.NotContains(t, text, "<no value>", name)
		assert.NotContains(t, text, "\n\n\n", name)
	}
	for _, needed := range prompts.Catalog(prompts.Options{}) {
		for _, name := range needed.Needs {
			assert.Contains(t, known, name)
			assert.Contains(t, texts[needed.Name], "`"+name+"`", "%s needs %s and does not name it", needed.Name, name)
		}
	}
	assert.Greater(t, len(named), 18)
}

// stub is a tool that is only there.
func stub(name string) tool.Tool {
	return tool.NewRead(tool.Spec{Name: name, Title: "T", Toolset: "assets", Description: "D."}, nothing)
}

// TestTextsNameOnlyWhatIsServed: with the tools that a prompt needs and no
// others, its text names no other.
func TestTextsNameOnlyWhatIsServed(t *testing.T) {
	t.Parallel()
	for i, p := range prompts.Catalog(prompts.Options{}) {
		served := []tool.Tool{}
		for _, name := range p.Needs {
			served = append(served, stub(name))
		}
		text, err := prompts.Catalog(prompts.Options{Served: served})[i].Text(t.Context(), given(p, true))
		require.NoError(t, err)
		for name := range designed() {
			if !slices.Contains(p.Needs, name) {
				assert.NotContains(t, text, "`"+name+"`", p.Name)
			}
		}
		assert.NotContains(t, text, "\n\n\n", p.Name)
		for i, step := range regexp.MustCompile(`(?m)^[0-9]+\.`).FindAllString(text, -1) {
			assert.Equal(t, fmt.Sprintf("%d.", i+1), step, p.Name)
		}
	}
}

// TestRecipesStopAndKeepOrder: where to ask, and what must come before what.
func TestRecipesStopAndKeepOrder(t *testing.T) {
	t.Parallel()
	order := map[string][]string{
		"deploy_asset":       {"`search_assets`", "Stop: show the whole record", "`create_asset`", "`get_asset`", "`update_asset`", "`create_ticket`"},
		"audit_assets":       {"`export_assets`", "Stop: ask for the list", "`audit_assets`", "`complete`", "Stop: ask for each group", "`update_asset`", "`create_asset`", "Delete nothing"},
		"track_warranties":   {"`report_warranties`", "`complete`", "Stop: ask", "`update_asset`", "`search_tickets`"},
		"review_patches":     {"`report_patches`", "`complete`", "`get_asset_patches`", "Stop: show the plan", "`run_script`"},
		"triage_asset":       {"change nothing", "`get_asset`", "`list_alerts`", "Stop: tell the user", "`run_script`", "`resolve_alert`"},
		"decommission_asset": {"`get_asset`", "`get_installed_software`", "Stop: show name", "Stop: ask what you cannot see", "Do it in one call", "`decommission_asset`", "`steps`", "`final_state`", "Check: "},
	}
	all := prompts.Catalog(prompts.Options{})
	require.Len(t, all, len(order))
	for _, p := range all {
		text, err := p.Text(t.Context(), given(p, false))
		require.NoError(t, err)
		at := 0
		for _, part := range order[p.Name] {
			i := strings.Index(text[at:], part)
			require.GreaterOrEqual(t, i, 0, "%s: %s does not come after what is before it", p.Name, part)
			at += i
		}
		assert.Contains(t, text, "Never answer for the user")
		assert.Contains(t, text, "`confirmation_required`")
		assert.Less(t, len(text), 6500, p.Name)
		assert.LessOrEqual(t, len(p.Description), 100, p.Name)
	}
}
