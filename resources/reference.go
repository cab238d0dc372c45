package resources

import (
	"context"
	"embed"
	"io"
	"slices"
	"strings"

	"syncro-mcp/internal/tool"
)

//go:embed reference/*.md
var pages embed.FS

// Pages are the names of the pages of reference, in reading order.
func Pages() []string {
	return []string{"asset-types", "agent-status", "errors", "best-practices", "workflows"}
}

func (l *library) reference() []tool.Resource {
	return []tool.Resource{{
		URI: "syncro://reference/{page}", Name: "reference", Title: "Reference", MIME: typeMarkdown,
		Description: "Short pages about Syncro assets: " + strings.Join(Pages(), ", ") + ".",
		Read:        readPage,
		Complete: func(_ context.Context, variable, prefix string) ([]string, error) {
			if variable != varPage {
				return nil, nil
			}
			return slices.DeleteFunc(Pages(), func(page string) bool { return !begins(page, prefix) }), nil
		},
	}}
}

func readPage(_ context.Context, vars map[string]string, w io.Writer) error {
	page := vars[varPage]
	if !slices.Contains(Pages(), page) {
		return tool.Errorf(tool.NotFound, "there is no page %s. There are %s.", tool.Quote(page, 60), strings.Join(Pages(), ", "))
	}
	text, err := pages.ReadFile("reference/" + page + ".md")
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}
