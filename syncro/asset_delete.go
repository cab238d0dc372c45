package syncro

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// DeleteAsset deletes an asset: DELETE /customer_assets/{id}. An asset that is
// gone afterwards counts as deleted. Where the account's API has no delete the
// error is Unsupported and the asset stays.
func (c *Client) DeleteAsset(ctx context.Context, id int64) error {
	unlock, err := c.assetLocks.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	r := call{
		method: http.MethodDelete, path: fmt.Sprintf("/customer_assets/%d", id),
		doing: fmt.Sprintf("deleting asset %d", id), permission: "Assets - Delete",
	}
	got, err := c.do(ctx, r)
	if err == nil && got.status != http.StatusNoContent {
		_, err = got.object(r) // an empty answer is looked into
	}
	if err == nil {
		c.deleteRoute.Store(routeThere)
		return nil
	}
	if !maybeDone(err) && !IsKind(err, NotFound) {
		return err
	}
	// A 404 may mean that the asset is gone or that the account has no such
	// route, and a lost answer may mean anything: only a look tells.
	_, lookErr := c.Asset(ctx, id)
	switch {
	case IsKind(lookErr, NotFound):
		return nil
	case lookErr != nil:
		return &Error{Kind: OutcomeUnknown, Doing: r.doing, Err: errors.Join(err, lookErr),
			Message: "the delete was sent, but it is not known whether the asset is gone", Next: "Look at the asset before you repeat it"}
	case IsKind(err, NotFound):
		c.deleteRoute.Store(routeMissed)
		return &Error{Kind: Unsupported, Doing: r.doing, Err: err, Status: http.StatusNotFound,
			Message: "this Syncro account's API cannot delete assets, and the asset is still there",
			Next:    "Delete it on its page in Syncro's web app"}
	}
	return stillUnchanged(r, err, "the asset is still there")
}

// What is known of a route that not every account has.
const (
	routeThere int32 = iota + 1
	routeMissed
)

// Deletes tells whether the account's API deletes assets: known once one was
// deleted or could not be. Until then a record of the production dialect makes
// it unlikely.
func (c *Client) Deletes(a Asset) (likely, known bool) {
	switch c.deleteRoute.Load() {
	case routeThere:
		return true, true
	case routeMissed:
		return false, true
	}
	return !a.raw.production(), false
}
