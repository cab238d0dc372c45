package syncro

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// refusal makes an error of an answer that is not 2xx.
func refusal(r call, response *http.Response, body []byte) *Error {
	status := response.StatusCode
	html := isHTML(response.Header, body)
	said := ""
	if !html {
		said = explain(body)
	}
	failure := &Error{Doing: r.doing, Status: status, Message: said, Kind: Unavailable}
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		refuseAccess(failure, r, status, said)
	case status == http.StatusNotFound:
		failure.Kind = NotFound
		failure.noRoute = said == ""
		failure.Message = "Syncro has no such record"
		if failure.noRoute {
			failure.Message = "Syncro has no such record, or its API has no such route"
		}
		failure.Next = "Check the id; search for the record by name"
	case status == http.StatusTooManyRequests:
		failure.Kind = RateLimited
		failure.RetryAfter = retryAfter(response.Header)
		failure.Message = "Syncro refused the request because too many came from this address in the last minute; nothing was done"
		failure.Next = "Try again in a minute"
	case status == http.StatusRequestEntityTooLarge:
		failure.Kind = TooLarge
		failure.Message = "Syncro found the request too large"
	case status >= 300 && status < 400:
		failure.Message = "Syncro's address answered with a redirect instead of data"
		failure.Next = "Check the subdomain or base URL setting"
	case status >= 400 && status < 500:
		failure.Kind = ValidationFailed
		failure.Message = refused(said, status)
		failure.Next = "Correct the values and try again"
	default:
		failure.maybeDone = r.changes()
		failure.Message = fmt.Sprintf("Syncro answered with status %d", status)
		if said != "" {
			failure.Message += " and says " + quoted(said)
		}
		failure.Next = "Try again in a minute; if it stays, look at Syncro's status page"
	}
	return failure
}

// refused is a refusal in Syncro's own words, where it has any.
func refused(said string, status int) string {
	if said == "" {
		return fmt.Sprintf("Syncro refused the request with status %d", status)
	}
	return "Syncro refused it and says " + quoted(said)
}

// quoted sets Syncro's words apart from ours: they may hold anybody's text.
func quoted(said string) string {
	return `"` + strings.ReplaceAll(strings.Join(strings.Fields(said), " "), `"`, "'") + `"`
}

// refuseAccess tells a bad key from a missing permission: both come as 401.
func refuseAccess(failure *Error, r call, status int, said string) {
	lower := strings.ToLower(said)
	if status == http.StatusForbidden || strings.Contains(lower, "permission") || strings.Contains(lower, "not authorized") {
		lacksPermission(failure, r)
		return
	}
	failure.Kind = Unauthorized
	failure.Message = "Syncro does not accept the API key"
	failure.Next = "Check the key and the subdomain in the settings of this server"
}

// lacksPermission makes a failure one of a token that may not do this.
func lacksPermission(failure *Error, r call) {
	failure.Kind = Forbidden
	failure.Message = "the API token lacks a permission for this"
	if r.permission != "" {
		failure.Message = fmt.Sprintf("the API token lacks the permission %q", r.permission)
	}
	failure.Next = "Ask a Syncro administrator to add it to the token under Admin, API Tokens"
}

// explain finds the sentence in an error body. Seen: {"error": text},
// {"errors": text, list, map of lists, or list of {field, message}},
// {"message": text or list}.
func explain(body []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var top any
	if decoder.Decode(&top) != nil {
		return ""
	}
	fields, ok := top.(map[string]any)
	if !ok {
		return clip(sentence(top))
	}
	for _, key := range []string{"error", "errors", "message"} {
		if said := sentence(fields[key]); said != "" {
			return clip(said)
		}
	}
	return ""
}

// sentence joins whatever texts a value holds.
func sentence(value any) string {
	switch v := value.(type) {
	case string:
		return strings.TrimRight(strings.TrimSpace(v), ".")
	case []any:
		var parts []string
		for _, each := range v {
			if said := sentence(each); said != "" {
				parts = append(parts, said)
			}
		}
		return strings.Join(parts, "; ")
	case map[string]any:
		if field, ok := v["field"].(string); ok {
			return strings.TrimSpace(field + " " + sentence(v["message"]))
		}
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if said := sentence(v[key]); said != "" {
				parts = append(parts, key+" "+said)
			}
		}
		return strings.Join(parts, "; ")
	}
	return ""
}

const longestSaid = 300 // runes of Syncro's own words in an error

func clip(said string) string {
	if runes := []rune(said); len(runes) > longestSaid {
		return string(runes[:longestSaid]) + "…"
	}
	return said
}

func isHTML(header http.Header, body []byte) bool {
	return strings.Contains(header.Get("Content-Type"), "html") || bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
}
