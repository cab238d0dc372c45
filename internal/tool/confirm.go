package tool

import (
	"context"
	"errors"
	"fmt"
)

// confirmation is the result of a call that did not act, because nobody said yes to it yet.
type confirmation struct {
	Outcome  string `json:"outcome"`
	Message  string `json:"message"`
	Question string `json:"question,omitempty"`
	Preview  any    `json:"preview,omitempty"`
	Token    string `json:"confirm_token,omitempty"`
}

func (s *run) errand() errand {
	return errand{tool: s.tool.Name(), caller: s.call.Caller, arguments: s.arguments}
}

// reply is the answer that came with the call, where one may come.
func (s *run) reply() *Reply {
	if !s.tool.asks || !s.call.Defers || s.confirm == ConfirmToken {
		return nil
	}
	return s.call.Reply
}

// presented verifies the approval that came with the call; nil where none came.
func (s *run) presented(token string) (*approval, error) {
	var got approval
	var err error
	switch reply := s.reply(); {
	case reply != nil:
		s.entry.Confirmation = confirmationByClient
		got, err = s.approvals.open(forState, reply.State, s.errand())
	case token != "" && s.confirm != ConfirmElicit:
		s.entry.Confirmation = confirmationByToken
		got, err = s.approvals.open(forToken, token, s.errand())
	default:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &got, nil
}

// mayAsk refuses what must not be put to anybody: acts that the mode leaves out,
// and plans too poor to approve.
func (s *run) mayAsk(p proposal) error {
	if s.mode != ModeFull {
		return Errorf(Forbidden, "this call needs a person's yes (%s), which this server does not ask for with --mode %s; nothing was done. Leave that part out, or tell the owner that it needs --mode full.",
			cut(p.question, 300), s.mode)
	}
	if p.question == "" || len(p.targets) == 0 {
		return fmt.Errorf("the plan of %s has no question or no targets", s.tool.Name())
	}
	return nil
}

// seekApproval gets the user's yes in the best way that is open.
func (s *run) seekApproval(ctx context.Context, p proposal) Result {
	key := sessionKey(s.call.Session, s.call.Caller)
	switch {
	case s.confirm == ConfirmToken:
		return s.handOutToken(p)
	case s.call.Defers:
		s.entry.Confirmation, s.entry.Outcome = confirmationByClient, outcomeAsked
		return Result{Ask: &Ask{Question: p.question, State: s.approvals.issue(forState, s.errand(), p.targets)}}
	case s.call.Asker != nil && (s.confirm == ConfirmElicit || !s.silent.has(key)):
		return s.askAndAct(ctx, p, key)
	case s.confirm == ConfirmElicit:
		return s.fail(Errorf(Unsupported, "%s needs the user's yes through the client, and this client cannot ask its user; nothing was done. Use a client that supports elicitation, or tell the owner that --confirm auto also takes a yes from the chat.", s.tool.Name()))
	}
	return s.handOutToken(p)
}

// askAndAct asks while the call waits. Between the question and the yes minutes
// may pass, so the targets are read again before anything happens.
func (s *run) askAndAct(ctx context.Context, p proposal, key string) Result {
	s.entry.Confirmation = confirmationByClient
	asked := s.now()
	answer, err := s.put(ctx, p.question)
	if ctx.Err() != nil {
		if s.now().Sub(asked) >= impatience && s.confirm != ConfirmElicit {
			s.silent.add(key)
		}
		return s.fail(ctx.Err())
	}
	if err != nil {
		s.log.Warn("the client could not ask its user", "tool", s.tool.Name(), "error", err)
		return s.fail(Errorf(Unavailable, "the question could not be put to the user; nothing was sent to Syncro. %s", s.withoutAnswer(key)))
	}
	s.entry.Answer = answer.String()
	if answer != Accepted {
		return s.notApproved(answer, p.question)
	}
	now, err := s.plan(ctx)
	if err != nil {
		return s.failReread(err)
	}
	s.entry.setTargets(now.targets)
	if changed := differences(p.targets, now.targets); changed != "" {
		return s.fail(targetsChanged(changed))
	}
	return s.execute(ctx, now)
}

// actOn acts on an approval that came with the call; p is the second reading.
func (s *run) actOn(ctx context.Context, given *approval, p proposal) Result {
	if err := s.approvals.spend(*given, p.targets); err != nil {
		return s.fail(err)
	}
	s.entry.Answer = Accepted.String()
	return s.execute(ctx, p)
}

// execute does what was approved. From here on the call runs to its end, whether
// or not its caller still waits: half a decommissioning is worse than one that
// nobody watched. It leaves a trace first, so that a crash does not hide it.
func (s *run) execute(ctx context.Context, p proposal) Result {
	trace := s.entry
	trace.Outcome = outcomeSending
	if err := s.audit.write(trace, s.now(), s.started); err != nil {
		s.log.Error("audit", "tool", s.tool.Name(), "error", err)
		return s.fail(Errorf(Internal, "the audit log could not be written, so nothing was done. Tell the owner of this server."))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestAct)
	defer cancel()
	s.acting = true
	out, err := s.do(ctx, p)
	if _, broke := errors.AsType[*panicked](err); broke {
		err = Errorf(OutcomeUnknown, "this server ran into a fault of its own while it acted, so it is not known what was done. Read the record to see, and do not simply call again.")
	}
	if err != nil {
		return s.fail(err)
	}
	return s.finish(out)
}

func (s *run) handOutToken(p proposal) Result {
	s.entry.Confirmation = confirmationByToken
	return s.finish(confirmation{
		Outcome: OutcomeConfirmationRequired,
		Message: fmt.Sprintf("Nothing has happened yet. Put the question to the user, with what the preview shows. Only after the user said yes, call %s again with the same arguments and this confirm_token: that call carries it out. The token is good for 10 minutes and works once.",
			s.tool.Name()),
		Question: p.question, Preview: p.preview,
		Token: s.approvals.issue(forToken, s.errand(), p.targets),
	})
}

// notApproved is the result for every answer but yes.
func (s *run) notApproved(answer Answer, question string) Result {
	switch answer {
	case Declined:
		return s.finish(confirmation{Outcome: OutcomeDeclined, Message: "The answer was not a yes. Nothing was sent to Syncro."})
	case Cancelled:
		return s.finish(confirmation{Outcome: OutcomeDeclined, Message: "The user closed the question without an answer. Nothing was sent to Syncro."})
	}
	return s.finish(confirmation{
		Outcome: OutcomeUnanswered, Question: question,
		Message: "Nobody answered the question in time. Nothing was sent to Syncro. " + s.withoutAnswer(sessionKey(s.call.Session, s.call.Caller)),
	})
}

// withoutAnswer is the way on when the client brought no answer: the rest of the
// session goes by token, where that is allowed.
func (s *run) withoutAnswer(key string) string {
	if s.confirm == ConfirmElicit {
		return "Call again to have the question put once more."
	}
	s.silent.add(key)
	return fmt.Sprintf("Ask the user in the chat and call %s again with the same arguments: that call hands out a confirm_token.", s.tool.Name())
}

// failReread is the error when the second reading of the targets fails.
func (s *run) failReread(err error) Result {
	shown, known := explain(err, false)
	if !known {
		s.log.Error("tool failed", "tool", s.tool.Name(), "error", err)
	}
	result := s.fail(Errorf(shown.Code, "nothing was done, because the second look at the records before acting failed: %s", shown.Text))
	if errors.Is(err, context.Canceled) {
		s.entry.Outcome = outcomeCancelled
	}
	return result
}
