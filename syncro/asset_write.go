package syncro

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// NotSaved is a value that Syncro was asked to store and does not have.
type NotSaved struct {
	Field  string // a documented field, customer_id, or properties.NAME
	Asked  any
	Stored any // nil: nothing
	Reason string
}

// CreateAsset creates an asset: POST /customer_assets, and a PUT after it
// where the account's create ignores some of the fields. It returns the record
// that Syncro then has and what of the change is not in it.
//
// Unless allowDuplicate it refuses a serial number, or without one a name, that
// the customer has already. A creation whose answer was lost is never sent again: the record is looked
// for, and the error (OutcomeUnknown) says what was found.
func (c *Client) CreateAsset(ctx context.Context, change AssetChange, allowDuplicate bool) (Asset, []NotSaved, error) {
	if err := change.check(); err != nil {
		return Asset{}, nil, err
	}
	if !allowDuplicate {
		unlock, err := c.createLocks.lock(ctx, change.CustomerID) // two equal creations must see one another
		if err != nil {
			return Asset{}, nil, err
		}
		defer unlock()
		if err := c.refuseDuplicate(ctx, change); err != nil {
			return Asset{}, nil, err
		}
	}
	r := call{
		method: http.MethodPost, path: "/customer_assets", body: change.create(),
		doing: fmt.Sprintf("creating asset %q", change.Fields[Name]), permission: "Assets - Create",
	}
	created, err := c.send(ctx, r, 0)
	if maybeDone(err) {
		return Asset{}, nil, c.lookForCreated(ctx, change, err)
	}
	if err != nil {
		return Asset{}, nil, withTypesHint(err)
	}
	if !sameText(created.Name, change.Fields[Name]) || created.CustomerID != change.CustomerID {
		return Asset{}, nil, c.lookForCreated(ctx, change, &Error{Kind: OutcomeUnknown, Doing: r.doing, maybeDone: true,
			Message: fmt.Sprintf("Syncro answered with asset %d, which is not the one that was asked for", created.ID)})
	}
	missing := created.missing(change)
	if len(missing) == 0 {
		return created, nil, nil
	}
	// The production dialect ignores most fields of a create; its PUT stores them.
	completed, err := c.putAsset(ctx, created, change)
	if err != nil {
		reason := "the asset was created, but the update that stores this failed: " + err.Error()
		for i := range missing {
			missing[i].Reason = reason
		}
		return created, missing, nil
	}
	return completed, completed.missing(change), nil
}

// UpdateAsset stores a change in an asset: GET and PUT /customer_assets/{id}.
// It returns the record before and after, and what of the change Syncro does
// not have. Properties that the change does not name keep their values.
func (c *Client) UpdateAsset(ctx context.Context, id int64, change AssetChange) (before, after Asset, missing []NotSaved, err error) {
	if err := change.check(); err != nil {
		return Asset{}, Asset{}, nil, err
	}
	unlock, err := c.assetLocks.lock(ctx, id)
	if err != nil {
		return Asset{}, Asset{}, nil, err
	}
	defer unlock()
	before, err = c.Asset(ctx, id)
	if err != nil {
		return Asset{}, Asset{}, nil, err
	}
	if len(before.missing(change)) == 0 { // all of it is so already
		return before, before, nil, nil
	}
	if err := change.checkManaged(before); err != nil {
		return before, Asset{}, nil, err
	}
	after, err = c.putAsset(ctx, before, change)
	if err != nil {
		return before, Asset{}, nil, withTypesHint(err)
	}
	return before, after, keptFrom(before, change, after.missing(change)), nil
}

// putAsset sends a change of a record just read. Where the answer was lost or
// is no record, the asset is read again: what it holds then is the truth.
func (c *Client) putAsset(ctx context.Context, current Asset, change AssetChange) (Asset, error) {
	r := call{
		method: http.MethodPut, path: fmt.Sprintf("/customer_assets/%d", current.ID), body: current.raw.update(change),
		doing: fmt.Sprintf("updating asset %d", current.ID), permission: "Assets - Edit",
	}
	after, err := c.send(ctx, r, current.ID)
	if err == nil && !after.raw.partial() {
		return after, nil
	}
	if err != nil && !maybeDone(err) {
		return Asset{}, err
	}
	after, lookErr := c.Asset(ctx, current.ID)
	if lookErr != nil {
		return Asset{}, &Error{Kind: OutcomeUnknown, Doing: r.doing, Err: errors.Join(err, lookErr),
			Message: "the update was sent, but neither its answer nor the record could be read",
			Next:    "Look at the asset before you repeat it"}
	}
	if missing := after.missing(change); err != nil && len(missing) > 0 && len(missing) == len(current.missing(change)) {
		return Asset{}, stillUnchanged(r, err, "nothing of the update is stored")
	}
	return after, nil
}

// partial tells a record that lacks what every whole one has.
func (r record) partial() bool {
	for _, key := range []string{"name", "customer_id", "properties"} {
		if _, there := r[key]; !there {
			return true
		}
	}
	return false
}

// stillUnchanged is the error of a change that was looked for and not found.
func stillUnchanged(r call, err error, found string) error {
	var cause *Error
	errors.As(err, &cause)
	return &Error{Kind: cause.Kind, Doing: r.doing, Status: cause.Status, Err: err,
		Message: cause.Message + "; a look at the record shows that " + found, Next: "Try again in a minute"}
}

// send sends a create or update and reads the record that comes back.
func (c *Client) send(ctx context.Context, r call, id int64) (Asset, error) {
	got, err := c.do(ctx, r)
	if err != nil {
		return Asset{}, err
	}
	return got.asset(r, id)
}

// lookForCreated says what is known of a creation whose answer was lost.
func (c *Client) lookForCreated(ctx context.Context, change AssetChange, cause error) error {
	var failure *Error
	errors.As(cause, &failure)
	unknown := &Error{Kind: OutcomeUnknown, Doing: failure.Doing, Status: failure.Status, Err: cause}
	filter := AssetFilter{CustomerID: change.CustomerID, Query: change.Fields[Name]}
	var coverage Coverage
	for asset, err := range c.Assets(ctx, filter, &coverage) {
		if err != nil {
			break
		}
		serial := change.Fields[SerialNumber]
		if strings.EqualFold(asset.Name, change.Fields[Name]) && (serial == "" || asset.Serial == "" || strings.EqualFold(asset.Serial, serial)) {
			unknown.Message = fmt.Sprintf("%s; the customer has an asset %d of that name, created %s, which may be the one asked for",
				failure.Message, asset.ID, asset.CreatedAt.Format("2006-01-02 15:04 MST"))
			unknown.Next = fmt.Sprintf("Read asset %d and update what is missing; do not create it again", asset.ID)
			return unknown
		}
	}
	if coverage.Complete {
		unknown.Message = failure.Message + "; a look at the customer's assets does not show it now"
		unknown.Next = "Search for it once more in a minute; create it again only if it is not there"
		return unknown
	}
	unknown.Message = failure.Message + "; whether the asset was created could not be looked up"
	unknown.Next = "Search for it by name and serial before you create it again"
	return unknown
}

// withTypesHint says where asset types come from when Syncro refused one.
func withTypesHint(err error) error {
	var refused *Error
	if errors.As(err, &refused) && refused.Kind == ValidationFailed && strings.Contains(strings.ToLower(refused.Message), "type") {
		hinted := *refused
		hinted.Next = "Use an asset type that the account has: search_assets shows those in use, and an administrator can add types in Syncro"
		return &hinted
	}
	return err
}
