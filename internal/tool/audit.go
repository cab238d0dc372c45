package tool

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

const mostAuditedArguments = 2 << 10

// Audit is the log of what was done, by whom and with whose approval: lines of
// JSON, one for every call, and one more before a destructive call acts.
type Audit struct {
	mu   sync.Mutex
	to   io.Writer
	file *os.File // where Close has one to close
}

// OpenAudit opens the log at path, which is created with mode 0600 if it is
// missing and appended to otherwise. Where path is empty, the log goes to
// otherwise, which is standard error in practice.
func OpenAudit(path string, otherwise io.Writer) (*Audit, error) {
	if path == "" {
		return NewAudit(otherwise), nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the audit log: %w", err)
	}
	return &Audit{to: f, file: f}, nil
}

// NewAudit writes the log to w.
func NewAudit(w io.Writer) *Audit { return &Audit{to: w} }

// Close closes the file that OpenAudit opened.
func (a *Audit) Close() error {
	if a.file == nil {
		return nil
	}
	return a.file.Close()
}

// Confirmations as the audit log names them.
const (
	confirmationNotNeeded = "not_needed"
	confirmationByClient  = "client"
	confirmationByToken   = "token"
)

const (
	outcomeSending   = "approved, sending"
	outcomeAsked     = "asked"
	outcomeCancelled = "cancelled"
)

// entry is one line of the log.
type entry struct {
	Time         string          `json:"time"`
	Caller       string          `json:"caller"`
	Session      string          `json:"session,omitempty"`
	Tool         string          `json:"tool"`
	Kind         string          `json:"kind,omitempty"`
	Arguments    json.RawMessage `json:"arguments,omitempty"`
	ArgumentsCut string          `json:"arguments_cut,omitempty"` // instead of Arguments, where they are long
	Targets      []auditTarget   `json:"targets,omitempty"`
	Confirmation string          `json:"confirmation,omitempty"`
	Answer       string          `json:"answer,omitempty"`
	Outcome      string          `json:"outcome"`
	Milliseconds int64           `json:"duration_ms"`
}

type auditTarget struct {
	ID   int64  `json:"id"`
	Name string `json:"name,omitempty"`
}

func (e *entry) setTargets(targets []Target) {
	e.Targets = nil
	for _, t := range targets {
		e.Targets = append(e.Targets, auditTarget{t.ID, t.Name})
	}
}

// setArguments notes the arguments without their secrets, if it can read them.
func (e *entry) setArguments(arguments []byte) (noted bool) {
	o, err := parseArguments(arguments)
	if err != nil {
		return false
	}
	if o.values != nil {
		delete(o.values, tokenArgument)
	}
	doc, err := encode(masked(plain(o)))
	if err != nil {
		return false
	}
	if len(doc) > mostAuditedArguments {
		e.Arguments, e.ArgumentsCut = nil, strings.ToValidUTF8(string(doc[:mostAuditedArguments]), "")
		return true
	}
	e.Arguments, e.ArgumentsCut = doc, ""
	return true
}

// masked replaces values whose name looks secret. Script parameters also come as
// a name beside a value.
func masked(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, each := range v {
			if secretName(name) {
				v[name] = "***"
			} else {
				v[name] = masked(each)
			}
		}
		if name, _ := v["name"].(string); secretName(name) && v["value"] != nil {
			v["value"] = "***"
		}
	case []any:
		for i, each := range v {
			v[i] = masked(each)
		}
	}
	return v
}

func secretName(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"pass", "pwd", "token", "secret", "key", "credential"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return r < 'a' || r > 'z' })
	return slices.Contains(words, "pin") || slices.Contains(words, "pw") || slices.Contains(words, "otp")
}

// write appends one line. A nil Audit takes everything and keeps nothing.
func (a *Audit) write(e entry, at, started time.Time) error {
	if a == nil {
		return nil
	}
	e.Time = at.UTC().Format("2006-01-02T15:04:05.000Z")
	e.Milliseconds = at.Sub(started).Milliseconds()
	line, err := encode(e)
	if err != nil {
		return fmt.Errorf("writing the audit log: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, err := a.to.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("writing the audit log: %w", err)
	}
	return nil
}
