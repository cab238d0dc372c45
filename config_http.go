package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"syncro-mcp/internal/serve"
	"syncro-mcp/tools"
)

// httpConfig is what settings say about serving over HTTP.
type httpConfig struct {
	listen          string // "": standard input and output
	sse             bool
	callers         []serve.Caller
	callersFile     string
	origins, hosts  []string
	tlsCert, tlsKey string
}

func (v values) http() (httpConfig, error) {
	c := httpConfig{
		listen: v["listen"], callersFile: v["callers"], tlsCert: v["tls-cert"], tlsKey: v["tls-key"],
		origins: commaList(v["allowed-origins"]), hosts: commaList(v["allowed-hosts"]),
	}
	var err error
	if c.sse, err = strconv.ParseBool(v["sse"]); err != nil {
		return c, v.bad("sse", "takes true or false")
	}
	token := v["SYNCRO_MCP_TOKEN"]
	if c.listen == "" {
		return c, nil
	}
	switch {
	case token != "" && c.callersFile != "":
		return c, errors.New("SYNCRO_MCP_TOKEN and --callers (SYNCRO_MCP_CALLERS) are both set: use one of them")
	case token != "":
		if n := len(token); n < serve.ShortestToken {
			return c, fmt.Errorf("SYNCRO_MCP_TOKEN has %d characters, and needs at least %d", n, serve.ShortestToken)
		}
		c.callers = []serve.Caller{{Name: "token", Token: token}}
	case c.callersFile != "":
		if c.callers, err = readCallers(c.callersFile); err != nil {
			return c, fmt.Errorf("--callers (SYNCRO_MCP_CALLERS): %w", err)
		}
	}
	return c, nil
}

func readCallers(path string) ([]serve.Caller, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the file cannot be read: %w", err)
	}
	callers, err := serve.ParseCallers(text)
	if err == nil && len(callers) == 0 {
		err = errors.New("the file lists nobody")
	}
	for _, caller := range callers {
		for _, name := range caller.Toolsets {
			if !slices.Contains(tools.Toolsets(), name) {
				return nil, fmt.Errorf("the caller %q has the toolset %q, which is none of %s", caller.Name, name, strings.Join(tools.Toolsets(), ", "))
			}
		}
	}
	return callers, err
}

func commaList(text string) []string {
	var list []string
	for each := range strings.SplitSeq(text, ",") {
		if each = strings.TrimSpace(each); each != "" {
			list = append(list, each)
		}
	}
	return list
}
