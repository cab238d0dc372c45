package serve

import (
	"container/list"
	"crypto/rand"
	"errors"
	"sync"
)

// mostSessions is how many sessions one caller may have open. A client that
// opens one for every call and never closes any must not fill the memory.
const mostSessions = 10_000

// errNoSession is the same for an id that never was and one that has ended.
var errNoSession = errors.New("no such session")

// sessions are the session ids of one caller: an id that another caller was
// given, that has ended or that was made up does not exist here.
type sessions struct {
	most int

	mu    sync.Mutex
	byID  map[string]*list.Element
	order *list.List // of *session, the one used last in front
}

type session struct {
	id      string
	running int // requests under way
}

func newSessions(most int) *sessions {
	return &sessions{most: most, byID: map[string]*list.Element{}, order: list.New()}
}

// Generate opens a session; the library calls it on initialize.
func (s *sessions) Generate() string {
	id := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID[id] = s.order.PushFront(&session{id: id})
	return id
}

// Validate refuses what is no open session; the library answers 404 then.
func (s *sessions) Validate(id string) (terminated bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.byID[id]
	if !ok {
		return false, errNoSession
	}
	s.order.MoveToFront(at)
	return false, nil
}

// Terminate ends a session.
func (s *sessions) Terminate(id string) (notAllowed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.byID[id]; ok {
		s.remove(at)
	}
	return false, nil
}

func (s *sessions) remove(at *list.Element) {
	delete(s.byID, at.Value.(*session).id)
	s.order.Remove(at)
}

// hold keeps a session from being surplus until release is called.
func (s *sessions) hold(id string) (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.byID[id]
	if !ok {
		return func() {}
	}
	held := at.Value.(*session)
	held.running++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		held.running--
	}
}

// surplus takes out the sessions that are too many, those first that were idle
// for longest. The library keeps more for each, which the caller has to end.
func (s *sessions) surplus() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []string
	for at := s.order.Back(); at != nil && s.order.Len() > s.most; {
		before := at.Prev()
		if one := at.Value.(*session); one.running == 0 {
			ids = append(ids, one.id)
			s.remove(at)
		}
		at = before
	}
	return ids
}
