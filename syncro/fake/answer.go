package fake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

const (
	typeJSON = "application/json; charset=utf-8"
	typeHTML = "text/html; charset=utf-8"

	notFoundPage = "<!DOCTYPE html>\n<html><head><title>The page you were looking for doesn't exist (404)</title></head>" +
		"<body><h1>The page you were looking for doesn't exist.</h1></body></html>\n"
	strayPage = "<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head>" +
		"<body><p>Checking your browser before accessing the site.</p></body></html>\n"

	notAuthorized = "Not authorized. Please ask account admin to update your group permissions."
)

// answer is a whole response, held back so that a fault may still spoil its delivery.
type answer struct {
	status int
	header map[string]string
	body   []byte
}

func page(status int, html string) answer {
	return answer{status: status, header: map[string]string{"Content-Type": typeHTML}, body: []byte(html)}
}

func reply(status int, value any) answer {
	body, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("fake: not a JSON value: %v", err)) // records went through JSON on their way in
	}
	return answer{status: status, header: map[string]string{"Content-Type": typeJSON}, body: body}
}

func ok(value any) answer { return reply(http.StatusOK, value) }

func failure(status int, message string) answer {
	return reply(status, record{"error": message})
}

// invalid refuses a record in the wording of the dialect: production adds the parameters it understood on create only.
func (s *Server) invalid(params record, messages ...string) answer {
	if s.options.Dialect == Documented {
		return reply(http.StatusUnprocessableEntity, record{"errors": messages})
	}
	body := record{"success": false, "message": messages}
	if params != nil {
		body["params"] = params
	}
	return reply(http.StatusUnprocessableEntity, body)
}

// send writes an answer with its full length and only the first n bytes of its body.
func (a answer) send(w http.ResponseWriter, n int) {
	header := w.Header()
	header.Set("Content-Length", strconv.Itoa(len(a.body)))
	for name, value := range a.header {
		header.Set(name, value)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body[:n]) // a client that went away is not the server's concern
}
