package tool

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"maps"
	"sync"
	"time"
)

const (
	approvalLife = 10 * time.Minute
	digestSize   = 16
	nonceSize    = 12

	mostBurnt   = 4_096 // approvals used in the last ten minutes: far more than the API's budget allows
	mostOffered = 1_024 // approvals whose targets are kept for the wording of a refusal
)

// purpose keeps the two signed things apart. A client shows the state of its
// question to the model in some implementations; if that state were taken as a
// confirm_token, the model could approve by itself.
type purpose uint8

const (
	forToken purpose = 1 + iota // handed to the model, comes back as confirm_token
	forState                    // handed to the client, comes back with its user's answer
)

// approval is what gets signed: everything that a yes is bound to. It has a fixed
// size, so that its text is short enough for a model to repeat.
type approval struct {
	Purpose purpose
	Expiry  int64 // Unix milliseconds
	Nonce   [nonceSize]byte
	Tool    [digestSize]byte
	Caller  [digestSize]byte
	Args    [digestSize]byte
	Targets [digestSize]byte
}

// approvals signs and verifies approvals, and sees to it that each works once.
// Replicas that share the secret accept one another's approvals, but each
// replica counts for itself which were used.
type approvals struct {
	secret []byte
	now    func() time.Time

	mu      sync.Mutex
	burnt   map[[nonceSize]byte]time.Time // used nonces until they expire
	offered map[[nonceSize]byte][]Target
	order   [][nonceSize]byte // of offered, the oldest first
}

func newApprovals(secret []byte, now func() time.Time) *approvals {
	if len(secret) == 0 {
		secret = make([]byte, 32)
		_, _ = rand.Read(secret) // crypto/rand never fails: it ends the program instead
	}
	return &approvals{
		secret: secret, now: now,
		burnt: map[[nonceSize]byte]time.Time{}, offered: map[[nonceSize]byte][]Target{},
	}
}

// errand is the call that an approval is for.
type errand struct {
	tool, caller string
	arguments    []byte // canonical
}

func (e errand) unsigned(p purpose) approval {
	return approval{Purpose: p, Tool: digest(e.tool), Caller: digest(e.caller), Args: digest(string(e.arguments))}
}

// issue signs an approval for this errand and these targets.
func (a *approvals) issue(p purpose, e errand, targets []Target) string {
	made := e.unsigned(p)
	made.Targets = digestTargets(targets)
	made.Expiry = a.now().Add(approvalLife).UnixMilli()
	_, _ = rand.Read(made.Nonce[:])

	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.order) == mostOffered {
		delete(a.offered, a.order[0])
		a.order = a.order[1:]
	}
	a.order = append(a.order, made.Nonce)
	a.offered[made.Nonce] = targets
	return a.sign(made)
}

// open verifies everything about an approval except its targets, which have to
// be read first.
func (a *approvals) open(p purpose, text string, e errand) (approval, error) {
	got, ok := a.verify(text)
	if !ok {
		return approval{}, p.refuse("is not one that this server gave, or it was altered on the way, or this server was started anew since")
	}
	want := e.unsigned(got.Purpose)
	switch {
	case got.Purpose != p:
		return approval{}, p.refuse("was given for " + got.Purpose.use() + ", not for " + p.use())
	case got.Caller != want.Caller:
		return approval{}, &Error{Forbidden, p.name() + " was given to another caller; nothing was done. " + p.goOn()}
	case got.Tool != want.Tool:
		return approval{}, p.refuse("was given for another tool")
	case got.Args != want.Args:
		return approval{}, p.refuse("was given for other arguments")
	case a.now().UnixMilli() >= got.Expiry:
		return approval{}, p.refuse("has expired: it is good for 10 minutes")
	case a.used(got):
		return approval{}, p.refuse("was used already: it works once")
	}
	return got, nil
}

// spend uses an approval up, if the targets found now are the ones approved.
// What it approves may be done only after spend gave no error.
func (a *approvals) spend(got approval, found []Target) error {
	if got.Targets != digestTargets(found) {
		a.mu.Lock()
		approved, known := a.offered[got.Nonce] // another replica may have offered it
		a.mu.Unlock()
		if !known {
			return targetsChanged("they differ in name, customer or serial number")
		}
		return targetsChanged(differences(approved, found))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	if len(a.burnt) >= mostBurnt {
		maps.DeleteFunc(a.burnt, func(_ [nonceSize]byte, until time.Time) bool { return !now.Before(until) })
	}
	switch _, used := a.burnt[got.Nonce]; {
	case used:
		return got.Purpose.refuse("was used already: it works once")
	case now.UnixMilli() >= got.Expiry:
		return got.Purpose.refuse("has expired: it is good for 10 minutes")
	case len(a.burnt) >= mostBurnt:
		return Errorf(Unavailable, "more confirmations were used in the last 10 minutes than this server remembers, so it takes no other; nothing was done. Wait 10 minutes and call again.")
	}
	a.burnt[got.Nonce] = time.UnixMilli(got.Expiry)
	return nil
}

func (a *approvals) used(got approval) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, used := a.burnt[got.Nonce]
	return used
}

func (a *approvals) sign(made approval) string {
	payload, err := binary.Append(nil, binary.BigEndian, made)
	if err != nil {
		panic(err) // a struct of fixed size always encodes
	}
	return base64.RawURLEncoding.EncodeToString(append(payload, a.mac(payload)...))
}

func (a *approvals) verify(text string) (got approval, ok bool) {
	signed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	size := binary.Size(got)
	if err != nil || len(signed) != size+sha256.Size || !hmac.Equal(signed[size:], a.mac(signed[:size])) {
		return approval{}, false
	}
	_, err = binary.Decode(signed[:size], binary.BigEndian, &got)
	return got, err == nil
}

func (a *approvals) mac(payload []byte) []byte {
	h := hmac.New(sha256.New, a.secret)
	h.Write([]byte("approval of a destructive call, version 1\n")) // the secret may sign other things elsewhere
	h.Write(payload)
	return h.Sum(nil)
}

func digest(text string) (d [digestSize]byte) {
	sum := sha256.Sum256([]byte(text))
	copy(d[:], sum[:])
	return d
}

func (p purpose) name() string {
	if p == forState {
		return "this answer"
	}
	return "this confirm_token"
}

func (p purpose) use() string {
	if p == forState {
		return "the question that the client puts to its user"
	}
	return "a yes that the user gives in the chat"
}

func (p purpose) goOn() string {
	if p == forState {
		return "Call again without it to have the question put anew."
	}
	return "Call again without confirm_token to get a new one, and ask the user again."
}

func (p purpose) refuse(why string) error {
	return &Error{InvalidArgument, p.name() + " " + why + "; nothing was done. " + p.goOn()}
}

// targetsChanged is the error for a target that is not the one approved.
func targetsChanged(changed string) error {
	return Errorf(InvalidArgument, "the records are no longer the ones that were approved (%s); nothing was done. Call again without confirm_token, and put the new question to the user.", changed)
}
