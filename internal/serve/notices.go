package serve

import (
	"context"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const mostNotices = 100 // waiting to be written, as many as the library keeps

// notices carry what one call says about its progress to where its result will
// go. The library has one queue for a whole session: there a notice comes out on
// the stream of any call that happens to run, or after the result.
type notices struct {
	queue  chan mcp.JSONRPCNotification
	settle chan chan struct{}
	ended  chan struct{}
	gone   chan struct{}
}

// newNotices writes notices one after another until close is called. Where tick
// is given, it is called each time that every has passed.
func newNotices(write func(mcp.JSONRPCNotification), every time.Duration, tick func()) *notices {
	n := &notices{
		queue:  make(chan mcp.JSONRPCNotification, mostNotices),
		settle: make(chan chan struct{}), ended: make(chan struct{}), gone: make(chan struct{}),
	}
	go n.run(write, every, tick)
	return n
}

func (n *notices) run(write func(mcp.JSONRPCNotification), every time.Duration, tick func()) {
	defer close(n.gone)
	var ticks <-chan time.Time
	if tick != nil {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		ticks = ticker.C
	}
	for {
		select {
		case notice := <-n.queue:
			write(notice)
		case settled := <-n.settle:
			for len(n.queue) > 0 {
				write(<-n.queue)
			}
			close(settled)
		case <-ticks:
			tick()
		case <-n.ended:
			return
		}
	}
}

// settled returns once every notice that was sent before is written.
func (n *notices) settled() {
	done := make(chan struct{})
	select {
	case n.settle <- done:
		<-done
	case <-n.gone:
	}
}

// close ends the writing and waits for it. Notices sent later are lost.
func (n *notices) close() {
	close(n.ended)
	<-n.gone
}

// adopt gives a call these notices instead of those of its session.
func (n *notices) adopt(ctx context.Context, s *server.MCPServer) context.Context {
	session, ok := server.ClientSessionFromContext(ctx).(fullSession)
	if !ok {
		return ctx
	}
	return s.WithContext(ctx, callSession{fullSession: session, queue: n.queue})
}

// fullSession is what handlers use of the library's own sessions.
type fullSession interface {
	server.SessionWithClientInfo
	server.SessionWithElicitation
	server.SessionWithLogging
	server.SessionWithProtocolVersion
}

// callSession is a session as one call sees it.
type callSession struct {
	fullSession
	queue chan<- mcp.JSONRPCNotification
}

// NotificationChannel takes the notices of this call alone.
func (c callSession) NotificationChannel() chan<- mcp.JSONRPCNotification { return c.queue }
