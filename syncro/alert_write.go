package syncro

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// MuteDurations lists the lengths for which Syncro can mute an alert.
func MuteDurations() []string {
	return []string{"1-hour", "1-day", "2-days", "1-week", "2-weeks", "1-month", "forever"}
}

// muteLeast is what must at least be left of a mute just made.
func muteLeast(muteFor string) time.Duration {
	const day = 24 * time.Hour
	length := map[string]time.Duration{"1-hour": time.Hour, "1-day": day, "2-days": 2 * day, "1-week": 7 * day, "2-weeks": 14 * day,
		"1-month": 28 * day, "forever": 365 * day}[muteFor]
	return length - clockSkew
}

// MuteAlert keeps an alert silent for one of [MuteDurations]: POST
// /rmm_alerts/{id}/mute. It returns the alert as it then is. A mute whose
// answer was lost is never sent again; it ends as OutcomeUnknown unless the
// alert shows it.
func (c *Client) MuteAlert(ctx context.Context, id int64, muteFor string) (Alert, error) {
	r := call{
		method: http.MethodPost, path: fmt.Sprintf("/rmm_alerts/%d/mute", id),
		// One of the two is read; which one, the published file and those who use it do not agree.
		query: url.Values{"mute_for": {muteFor}}, body: record{"mute_for": muteFor},
		doing: fmt.Sprintf("muting alert %d", id), permission: "RMM Alerts - Clear/Manage",
	}
	if !slices.Contains(MuteDurations(), muteFor) {
		return Alert{}, &Error{Kind: InvalidArgument, Doing: r.doing, Message: fmt.Sprintf("mute_for is %q, which Syncro does not know", muteFor),
			Next: "Use one of " + strings.Join(MuteDurations(), ", ")}
	}
	before := time.Now()
	err := c.order(ctx, r)
	if err != nil && !maybeDone(err) {
		return Alert{}, err
	}
	alert, lookErr := c.Alert(ctx, id)
	if lookErr != nil {
		return Alert{}, &Error{Kind: OutcomeUnknown, Doing: r.doing, Err: errors.Join(err, lookErr),
			Message: "the mute was sent, but the alert could not be read after it", Next: "Look at the alert before you repeat it"}
	}
	_, told := alert.raw["muted_until"]
	switch muted := alert.MutedUntil.After(before.Add(muteLeast(muteFor))); {
	case muted, err == nil && !told: // few accounts show a mute; then Syncro's yes has to do
		return alert, nil
	case err == nil:
		return Alert{}, &Error{Kind: Unavailable, Doing: r.doing, Message: "Syncro took the mute without an error, but the alert is not muted so long",
			Next: "Mute it in Syncro's web app"}
	}
	var failure *Error
	errors.As(err, &failure)
	unknown := &Error{Kind: OutcomeUnknown, Doing: r.doing, Status: failure.Status, Err: err,
		Message: failure.Message + "; the alert does not tell whether it is muted", Next: "Look at the alert in Syncro's web app before you repeat it"}
	if told {
		unknown.Message = failure.Message + "; a look at the alert does not show the mute now"
		unknown.Next = "Look at the alert once more in a minute; mute it again only if it is not muted"
	}
	return Alert{}, unknown
}

// ResolveAlert resolves an alert: DELETE /rmm_alerts/{id}, after which it must
// read as resolved. One that cannot be read any more was cleared for good and
// counts as resolved too.
func (c *Client) ResolveAlert(ctx context.Context, id int64) (Alert, error) {
	r := call{
		method: http.MethodDelete, path: fmt.Sprintf("/rmm_alerts/%d", id),
		doing: fmt.Sprintf("resolving alert %d", id), permission: "RMM Alerts - Delete",
	}
	err := c.order(ctx, r)
	if err != nil && !maybeDone(err) && !IsKind(err, NotFound) {
		return Alert{}, err
	}
	alert, lookErr := c.Alert(ctx, id)
	switch {
	case lookErr == nil && alert.Resolved:
		return alert, nil
	case IsKind(lookErr, NotFound) && (err == nil || IsKind(err, NotFound) && maybeDone(err)):
		return Alert{ID: id, Resolved: true, Status: AlertsResolved}, nil
	case IsKind(lookErr, NotFound) && IsKind(err, NotFound):
		return Alert{}, lookErr
	case lookErr != nil:
		return Alert{}, &Error{Kind: OutcomeUnknown, Doing: r.doing, Err: errors.Join(err, lookErr),
			Message: "the order to resolve was sent, but the alert could not be read after it", Next: "Look at the alert before you repeat it"}
	case IsKind(err, NotFound):
		return Alert{}, &Error{Kind: Unsupported, Doing: r.doing, Err: err, Status: http.StatusNotFound,
			Message: "this Syncro account's API cannot resolve alerts, and the alert is still active", Next: "Resolve it in Syncro's web app"}
	case err == nil:
		return Alert{}, &Error{Kind: Unavailable, Doing: r.doing, Message: "Syncro took the order without an error, but the alert is still active",
			Next: "Look at it in Syncro's web app"}
	}
	return Alert{}, stillUnchanged(r, err, "the alert is still active")
}

// order sends a change whose answer says no more than yes; an empty one is a yes too.
func (c *Client) order(ctx context.Context, r call) error {
	got, err := c.do(ctx, r)
	if err == nil && len(got.body) > 0 {
		_, err = got.object(r)
	}
	return err
}
