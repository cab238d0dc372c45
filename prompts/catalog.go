// Package prompts holds the recipes that a user picks: one table, and a text
// for each in text/. A recipe names only tools that are served, says where to stop
// and ask, and begins with what Syncro says right now about the customer or the
// machine that it is for.
package prompts

import (
	"context"
	"embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"text/template"
	"time"

	"syncro-mcp/internal/tool"
)

//go:embed text/*.md
var texts embed.FS

// Complete gives values that begin with a prefix.
type Complete func(ctx context.Context, prefix string) ([]string, error)

// Options are what the prompts need. A function that is nil knows nothing.
type Options struct {
	Served []tool.Tool // the tools that the texts may name; nil: all of them

	// Customer and Asset look up what a name or an id means: a few records where
	// it could be more than one, none where there is none.
	Customer func(ctx context.Context, nameOrID string) ([]Customer, error)
	Asset    func(ctx context.Context, nameOrID string) ([]Asset, error)

	Customers, Assets, AssetTypes, Scripts Complete // for arguments

	Now func() time.Time // nil: time.Now
}

// recipe is one row of the table.
type recipe struct {
	name, title, description string
	needs                    []string
	arguments                []tool.PromptArgument
}

// Catalog is the one list of the prompts, in the order of a machine's life.
func Catalog(o Options) []tool.Prompt {
	if o.Now == nil {
		o.Now = time.Now
	}
	desk := desk{Options: o, texts: template.Must(template.New("").Funcs(template.FuncMap{"has": o.has}).ParseFS(texts, "text/*.md"))}
	var all []tool.Prompt
	for _, r := range o.table() {
		all = append(all, tool.Prompt{
			Name: r.name, Title: r.title, Description: r.description, Needs: r.needs, Arguments: r.arguments,
			Write: func(ctx context.Context, given map[string]string) (string, error) {
				return desk.write(ctx, r.name, given)
			},
		})
	}
	return all
}

func (o Options) table() []recipe {
	customer := argument("customer", "Customer, by name or id.", o.Customers)
	asset := required(argument("asset", "Machine, by name or id.", o.Assets))
	return []recipe{
		{
			name: "deploy_asset", title: "Deploy a machine", description: "Put a new machine into service: record, agent, first checks, notes.",
			needs: []string{"search_assets", "create_asset", "get_asset", "update_asset"},
			arguments: []tool.PromptArgument{
				required(customer), required(argument("asset_name", "Name or hostname of the new machine.", nil)),
				required(argument("asset_type", "Type, such as Laptop.", o.AssetTypes)), argument("serial_number", "Serial number.", nil),
				argument("model", "Model.", nil), argument("manufacturer", "Manufacturer.", nil),
				argument("purchase_date", "Day of purchase, YYYY-MM-DD.", nil), argument("warranty_expires", "Last day of warranty, YYYY-MM-DD.", nil),
			},
		},
		{
			name: "audit_assets", title: "Audit a customer's machines", description: "Compare Syncro's records with what is really there, and put them right.",
			needs: []string{"audit_assets", "get_asset"},
			arguments: []tool.PromptArgument{
				required(customer), argument("naming_pattern", "Pattern that every name must match.", nil),
				argument("stale_days", "Days of silence after which a machine counts as stale.", nil),
			},
		},
		{
			name: "track_warranties", title: "Track warranties", description: "Which warranties end soon or are not recorded, and what to tell each customer.",
			needs:     []string{"report_warranties"},
			arguments: []tool.PromptArgument{customer, argument("within_days", "How many days to look ahead.", nil)},
		},
		{
			name: "review_patches", title: "Review patches", description: "Where updates are missing or fail, or which machines lack one update.",
			needs:     []string{"report_patches", "get_asset_patches"},
			arguments: []tool.PromptArgument{customer, argument("kb", "One update, such as KB5034441.", nil)},
		},
		{
			name: "triage_asset", title: "Look into a machine", description: "What is wrong with a machine, from its state, alerts, tickets and updates.",
			needs: []string{"get_asset", "get_asset_patches"}, arguments: []tool.PromptArgument{asset, argument("symptom", "What the user complains of.", nil)},
		},
		{
			name: "decommission_asset", title: "Decommission a machine", description: "Take a machine out of service without losing what should be kept.",
			needs: []string{"get_asset", "decommission_asset"},
			arguments: []tool.PromptArgument{
				asset, argument("reason", "Why it goes.", nil), argument("uninstall_script", "Script that removes the agent.", o.Scripts),
			},
		},
	}
}

func argument(name, description string, complete Complete) tool.PromptArgument {
	return tool.PromptArgument{Name: name, Description: description, Complete: complete}
}

func required(a tool.PromptArgument) tool.PromptArgument {
	a.Required = true
	return a
}

// has tells a text whether it may name a tool.
func (o Options) has(name string) bool {
	if o.Served == nil {
		return true
	}
	for _, t := range o.Served {
		if t.Name() == name {
			return true
		}
	}
	return false
}

// desk writes texts.
type desk struct {
	Options
	texts *template.Template
}

// page is what a text may fill in. All of it is quoted or checked already.
type page struct {
	Today    string
	Given    map[string]string // the arguments
	Customer string            // sentences on what the customer is
	Owner    string            // how tools are told the customer
	Asset    string            // sentences on what the machine is
	Machine  string            // how tools are told the machine
}

func (d desk) write(ctx context.Context, name string, given map[string]string) (string, error) {
	if err := check(given, d.Now()); err != nil {
		return "", err
	}
	p := page{Today: d.Now().UTC().Format(time.DateOnly), Given: map[string]string{}}
	for argument, value := range given {
		switch argument {
		case "within_days", "stale_days", "purchase_date", "warranty_expires": // digits and dashes, as check has seen
			p.Given[argument] = value
		case "kb":
			p.Given[argument] = "KB" + strings.TrimLeft(value, "KkBb ")
		default:
			p.Given[argument] = tool.Quote(value, longestGiven)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	p.Customer, p.Owner = d.customer(ctx, given["customer"])
	switch {
	case given["asset"] != "":
		p.Asset, p.Machine = d.machine(ctx, given["asset"])
	case given["asset_name"] != "":
		p.Asset = d.namesake(ctx, given["asset_name"])
	}
	var text strings.Builder
	err := d.texts.ExecuteTemplate(&text, name+".md", p)
	return numbered(text.String()), err
}

// numbered counts the steps anew, since some were left out. Texts speak only of
// steps with a number that comes before all that may be left out.
func numbered(text string) string {
	step := 0
	return regexp.MustCompile(`(?m)^[0-9]+\.`).ReplaceAllStringFunc(strings.TrimSpace(text), func(string) string {
		step++
		return fmt.Sprintf("%d.", step)
	})
}

const longestWindow = 3650 // days, as the tools have it

// check refuses arguments that no tool would take, since their form is known.
func check(given map[string]string, now time.Time) error {
	for _, name := range []string{"within_days", "stale_days"} {
		if n, err := strconv.Atoi(given[name]); given[name] != "" && (err != nil || n < 1 || n > longestWindow) {
			return wrong(name, given[name], fmt.Sprintf("a number of days from 1 to %d", longestWindow))
		}
	}
	for _, name := range []string{"purchase_date", "warranty_expires"} {
		if _, err := time.Parse(time.DateOnly, given[name]); given[name] != "" && err != nil {
			return wrong(name, given[name], "a date such as "+now.Format(time.DateOnly))
		}
	}
	if kb := given["kb"]; kb != "" && !regexp.MustCompile(`^(?i:kb ?)?[0-9]{4,10}$`).MatchString(kb) {
		return wrong("kb", kb, "the number of an update, such as KB5034441")
	}
	if _, err := regexp.Compile(given["naming_pattern"]); err != nil {
		return wrong("naming_pattern", given["naming_pattern"], "a regular expression, such as ^ACME-(WKS|LAP|SRV)-[0-9]{3}$")
	}
	return nil
}

func wrong(name, value, takes string) error {
	return tool.Errorf(tool.InvalidArgument, "%s is %s, and takes %s. Put it right and start the prompt again.", name, tool.Quote(value, 80), takes)
}
