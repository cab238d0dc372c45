package syncro

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// NewComment is what to add to a ticket. Subject and Body are required.
type NewComment struct {
	Subject string
	Body    string
	Public  bool // the customer sees it and gets it by e-mail; else it is an internal note
}

// CommentTicket adds a comment to a ticket: POST /tickets/{id}/comment, after
// a GET of the ticket. A comment whose answer was lost is never sent again: a
// look at the ticket tells whether it is there, and where it is not the error
// is OutcomeUnknown.
func (c *Client) CommentTicket(ctx context.Context, id int64, comment NewComment) error {
	r := call{
		method: http.MethodPost, path: fmt.Sprintf("/tickets/%d/comment", id),
		body:  record{"subject": comment.Subject, "body": comment.Body, "hidden": !comment.Public, "do_not_email": !comment.Public},
		doing: fmt.Sprintf("commenting on ticket %d", id), permission: "Tickets - Edit",
	}
	if strings.TrimSpace(comment.Subject) == "" || strings.TrimSpace(comment.Body) == "" {
		return &Error{Kind: InvalidArgument, Doing: r.doing, Message: "a comment needs a subject and a text", Next: "Name both"}
	}
	before, err := c.Ticket(ctx, id) // only what was there before tells a new comment from an old one of the same words
	if err != nil {
		return err
	}
	stored, err := c.sendComment(ctx, r)
	if maybeDone(err) {
		stored, err = c.lookForComment(ctx, before, comment, err)
	}
	if err != nil {
		return err
	}
	if hidden, told := asBool(stored["hidden"]); told && hidden == comment.Public {
		seen := "shows it to the customer, although it was meant as an internal note"
		if hidden {
			seen = "hides it from the customer, although it was meant for them"
		}
		return &Error{Kind: OutcomeUnknown, Doing: r.doing, Message: "the comment is stored, but Syncro " + seen,
			Next: "Look at the ticket in Syncro's web app; do not send the comment again"}
	}
	return nil
}

func (c *Client) sendComment(ctx context.Context, r call) (record, error) {
	got, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	return got.under(r, "comment")
}

// lookForComment finds the comment of a call whose answer was lost, among
// those that were not there before it.
func (c *Client) lookForComment(ctx context.Context, before Ticket, asked NewComment, cause error) (record, error) {
	var failure *Error
	errors.As(cause, &failure)
	unknown := &Error{Kind: OutcomeUnknown, Doing: failure.Doing, Status: failure.Status, Err: cause}
	after, err := c.Ticket(ctx, before.ID)
	if err != nil {
		unknown.Err = errors.Join(cause, err)
		unknown.Message = failure.Message + "; whether the ticket has the comment could not be looked up"
		unknown.Next = "Look at the ticket before you send it again"
		return nil, unknown
	}
	known := func(comment Comment) bool {
		return slices.ContainsFunc(before.Comments, func(old Comment) bool { return old.ID == comment.ID })
	}
	for _, fields := range after.raw.list("comments") {
		comment := decodeComment(fields)
		if !known(comment) && sameWords(comment.Subject, asked.Subject) && sameWords(comment.Body, asked.Body) {
			return fields, nil
		}
	}
	unknown.Message = failure.Message + "; a look at the ticket does not show the comment now"
	unknown.Next = "Look at the ticket once more in a minute; send it again only if it is not there"
	return nil, unknown
}
