package tool

import (
	"context"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// RegisterResources adds the resources whose tools the runner serves. It must
// be called before the server serves.
func RegisterResources(s *server.MCPServer, r *Runner, all []Resource) {
	all = Available(all, r.Tools())
	if len(all) == 0 {
		return
	}
	shelf := shelf{bridge: bridge{server: s, runner: r}, all: all}
	server.WithResourceCapabilities(false, false)(s)
	server.WithCompletions()(s)
	server.WithResourceCompletionProvider(shelf)(s)
	server.WithMethodCacheHints(mcp.MethodResourcesRead, 0, mcp.CacheScopePrivate)(s)
	hooks := s.GetHooks()
	if hooks == nil {
		hooks = &server.Hooks{}
		server.WithHooks(hooks)(s)
	}
	hooks.AddBeforeReadResource(shelf.fetch)
	for _, each := range all {
		if each.template() {
			s.AddResourceTemplate(mcp.NewResourceTemplate(each.URI, each.Name, mcp.WithTemplateTitle(each.Title),
				mcp.WithTemplateDescription(each.Description), mcp.WithTemplateMIMEType(each.MIME)), shelf.hand)
			continue
		}
		s.AddResource(mcp.NewResource(each.URI, each.Name, mcp.WithResourceTitle(each.Title),
			mcp.WithResourceDescription(each.Description), mcp.WithMIMEType(each.MIME)), shelf.hand)
	}
}

// shelf reads resources for the library.
type shelf struct {
	bridge
	all []Resource
}

// fetchedKey is where a request carries what was read for it. A client cannot
// put a *fetched there.
const fetchedKey = "syncro-mcp/fetched"

type fetched struct {
	contents []mcp.ResourceContents
	err      error
}

// fetch reads the resource before the library looks for its handler. Whatever
// a handler returns becomes an internal error; only where the library itself
// finds no handler does it give the code that this protocol version has for
// "not found". So a resource that turns out not to exist gets an address that
// no handler has, which the library then shows together with the reason.
func (l shelf) fetch(ctx context.Context, _ any, request *mcp.ReadResourceRequest) {
	meta := &mcp.Meta{}
	if request.Params.Meta != nil {
		meta.ProgressToken = request.Params.Meta.ProgressToken
	}
	if meta.ProgressToken != nil {
		var sent atomic.Bool
		ctx = withProgress(ctx, l.progress(ctx, meta.ProgressToken, &sent), l.runner.now)
		defer drain(ctx, &sent)
	}
	contents, err := l.read(ctx, request.Params.URI)
	if err != nil {
		shown := l.runner.shown("resource", request.Params.URI, err)
		if shown.Code == NotFound {
			request.Params.URI = cut(cleanLine(request.Params.URI), 200) + " (" + shown.Error() + ")"
			return
		}
		err = shown
	}
	meta.AdditionalFields = map[string]any{fetchedKey: &fetched{contents, err}}
	request.Params.Meta = meta
}

// hand gives the library what fetch has read.
func (l shelf) hand(_ context.Context, request mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
	if request.Params.Meta != nil {
		if got, ok := request.Params.Meta.AdditionalFields[fetchedKey].(*fetched); ok {
			return got.contents, got.err
		}
	}
	return nil, l.runner.shown("resource", request.Params.URI, &panicked{}) // cannot be: fetch runs before
}

func (l shelf) read(ctx context.Context, uri string) (contents []mcp.ResourceContents, err error) {
	defer l.runner.survive("resource", uri, &err)
	text := &bounded{uri: uri, limit: mostResourceBytes}
	if err := ReadResource(ctx, l.all, uri, text); err != nil {
		return nil, err
	}
	made := mcp.TextResourceContents{URI: uri, Text: text.String()}
	for _, each := range l.all {
		if _, ok := each.match(uri); ok {
			made.MIMEType = each.MIME
		}
	}
	return []mcp.ResourceContents{made}, nil
}

// CompleteResourceArgument completes a variable of an address.
func (l shelf) CompleteResourceArgument(ctx context.Context, uri string, argument mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	for _, each := range l.all {
		if each.URI == uri && each.Complete != nil {
			return l.runner.complete(ctx, argument.Name, func(ctx context.Context) ([]string, error) {
				return each.Complete(ctx, argument.Name, argument.Value)
			}), nil
		}
	}
	return &mcp.Completion{}, nil
}
