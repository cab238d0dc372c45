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
	switch session := server.ClientSessionFromContext(ctx).(type) {
	case askingSession:
		return s.WithContext(ctx, askingCall{askingSession: session, queue: n.queue})
	case plainSession:
		return s.WithContext(ctx, plainCall{plainSession: session, queue: n.queue})
	}
	return ctx
}

// plainSession is what handlers use of a session.
type plainSession interface {
	server.SessionWithClientInfo
	server.SessionWithProtocolVersion
}

// askingSession can put questions to the user as well. Who could do that is told
// by the methods, so a session that cannot must not look as if it could.
type askingSession interface {
	plainSession
	server.SessionWithElicitation
	server.SessionWithLogging
}

// plainCall is a session as one call sees it.
type plainCall struct {
	plainSession
	queue chan<- mcp.JSONRPCNotification
}

// NotificationChannel takes the notices of this call alone.
func (c plainCall) NotificationChannel() chan<- mcp.JSONRPCNotification { return c.queue }

// askingCall is likewise.
type askingCall struct {
	askingSession
	queue chan<- mcp.JSONRPCNotification
}

// NotificationChannel takes the notices of this call alone.
func (c askingCall) NotificationChannel() chan<- mcp.JSONRPCNotification { return c.queue }
