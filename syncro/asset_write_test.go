package syncro_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/syncro"
	"syncro-mcp/syncro/fake"
)

// whole is a change that names every field.
func whole(customer int64) syncro.AssetChange {
	return syncro.AssetChange{
		CustomerID: customer,
		Fields: map[string]string{
			syncro.Name: "ACME-WKS-001", syncro.AssetType: "Desktop", syncro.SerialNumber: "ABC123456", syncro.Model: "OptiPlex 7090",
			syncro.Manufacturer: "Dell", syncro.PurchaseDate: "2024-01-15", syncro.WarrantyExpires: "2027-01-15", syncro.Notes: "Finance\ndepartment",
		},
		Properties: map[string]any{"Location": "2nd floor"},
	}
}

func TestCreateStoresEveryFieldOnBothDialects(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		customer := server.AddCustomer(map[string]any{"business_name": "Acme"})
		asset, missing, err := client.CreateAsset(t.Context(), whole(customer), false)
		require.NoError(t, err)
		assert.Empty(t, missing)
		stored, err := client.Asset(t.Context(), asset.ID)
		require.NoError(t, err)
		for field, value := range whole(customer).Fields {
			assert.Equal(t, value, stored.Field(field), field)
		}
		assert.Equal(t, customer, stored.CustomerID)
		assert.Equal(t, "2nd floor", stored.Property("location"))
		raw, _ := server.Asset(asset.ID)
		if properties, _ := raw["properties"].(map[string]any); raw["serial_number"] != nil {
			assert.NotContains(t, properties, "model", "a documented record keeps its fields out of the properties")
		}
	})
}

func TestCreateRefusesDuplicates(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		customer := server.AddCustomer(map[string]any{"business_name": "Acme"})
		other := server.AddCustomer(map[string]any{"business_name": "Beta"})
		first, _, err := client.CreateAsset(t.Context(), whole(customer), false)
		require.NoError(t, err)

		again := whole(customer)
		again.Fields[syncro.Name], again.Fields[syncro.SerialNumber] = "ANOTHER", "abc123456"
		_, _, err = client.CreateAsset(t.Context(), again, false)
		require.ErrorContains(t, err, "the customer already has asset")
		require.ErrorContains(t, err, `with the serial number "ABC123456"; nothing was created`)

		byName := syncro.AssetChange{CustomerID: customer, Fields: map[string]string{syncro.Name: "acme-wks-001", syncro.AssetType: "Desktop"}}
		_, _, err = client.CreateAsset(t.Context(), byName, false)
		require.ErrorContains(t, err, `with the name "ACME-WKS-001"; nothing was created`)
		assert.Len(t, server.Assets(), 1)

		_, _, err = client.CreateAsset(t.Context(), again, true)
		require.NoError(t, err)
		_, _, err = client.CreateAsset(t.Context(), whole(other), false)
		require.NoError(t, err, "another customer may have the same serial")
		assert.NotZero(t, first.ID)
		assert.Len(t, server.Assets(), 3)
	})
}

func TestTwoEqualCreationsAtOnceMakeOneAsset(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		customer := server.AddCustomer(map[string]any{"business_name": "Acme"})
		var both sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			both.Go(func() { _, _, errs[i] = client.CreateAsset(t.Context(), whole(customer), false) })
		}
		both.Wait()
		assert.Len(t, server.Assets(), 1)
		assert.True(t, (errs[0] == nil) != (errs[1] == nil))
	})
}

func TestUpdateKeepsWhatItDoesNotName(t *testing.T) {
	t.Parallel()
	for _, replace := range []bool{false, true} {
		each(t, fake.Options{Demo: true, Replace: replace}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
			for _, record := range server.Assets() {
				id := int64(record["id"].(float64))
				before, _ := record["properties"].(map[string]any)
				change := syncro.AssetChange{Fields: map[string]string{syncro.WarrantyExpires: "2031-05-06"}, Properties: map[string]any{"Shelf": "B"}}
				_, after, missing, err := client.UpdateAsset(t.Context(), id, change)
				require.NoError(t, err)
				assert.Empty(t, missing)
				assert.Equal(t, "2031-05-06", after.WarrantyExpires)
				stored, _ := server.Asset(id)
				properties, _ := stored["properties"].(map[string]any)
				for key, value := range before {
					if key != "Warranty Expires" {
						assert.Equal(t, value, properties[key], "%s of asset %d", key, id)
					}
				}
				for _, field := range []string{"name", "customer_id", "asset_serial", "serial_number", "model", "notes", "asset_type"} {
					assert.Equal(t, record[field], stored[field], field)
				}
			}
		})
	}
}

func TestUpdateWritesWhereTheAccountKeepsTheField(t *testing.T) {
	t.Parallel()
	client, server := account(t, fake.Options{Dialect: fake.Production})
	id := server.AddAsset(map[string]any{"id": 7, "name": "X", "asset_serial": nil, "properties": map[string]any{
		"Warranty Expires": "01/02/2025", "model": "", "kabuto_information": map[string]any{"general": map[string]any{"model": "ThinkPad"}},
	}})
	_, after, missing, err := client.UpdateAsset(t.Context(), id, syncro.AssetChange{Fields: map[string]string{syncro.WarrantyExpires: "2030-01-01", syncro.Notes: "hi", syncro.SerialNumber: "S1"}})
	require.NoError(t, err)
	assert.Empty(t, missing)
	assert.Equal(t, "ThinkPad", after.Model, "what only the agent knows is shown")
	stored, _ := server.Asset(id)
	properties := stored["properties"].(map[string]any)
	assert.Equal(t, "2030-01-01", properties["Warranty Expires"])
	assert.NotContains(t, properties, "warranty_expires")
	assert.Equal(t, "hi", properties["notes"])
	assert.Equal(t, "S1", stored["asset_serial"])
	assert.Equal(t, "ThinkPad", properties["kabuto_information"].(map[string]any)["general"].(map[string]any)["model"])

	_, _, missing, err = client.UpdateAsset(t.Context(), id, syncro.AssetChange{Fields: map[string]string{syncro.Model: "", syncro.Notes: ""}})
	require.NoError(t, err)
	assert.Empty(t, missing, "nobody has entered a model, so there is none to empty")
}

func TestUpdateThatIsSoAlreadySendsNothing(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		asset, err := client.Asset(t.Context(), 70101)
		require.NoError(t, err)
		server.Reset()
		_, _, missing, err := client.UpdateAsset(t.Context(), asset.ID, syncro.AssetChange{Fields: map[string]string{syncro.Name: asset.Name}})
		require.NoError(t, err)
		assert.Empty(t, missing)
		assert.Equal(t, []string{"GET /customer_assets/70101"}, sent(server))
	})
}

func TestWhatSyncroDoesNotStoreIsSaid(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Unsaved: []string{"warranty_expires", "notes", "Shelf"}}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		customer := server.AddCustomer(map[string]any{"business_name": "Acme"})
		change := whole(customer)
		change.Properties["Shelf"] = "B"
		asset, missing, err := client.CreateAsset(t.Context(), change, false)
		require.NoError(t, err)
		fields := func(missing []syncro.NotSaved) (names []string) {
			for _, each := range missing {
				names = append(names, each.Field)
				assert.Contains(t, each.Reason, "stored nothing")
			}
			return names
		}
		assert.Equal(t, []string{"warranty_expires", "notes", "properties.Shelf"}, fields(missing))

		_, _, missing, err = client.UpdateAsset(t.Context(), asset.ID, syncro.AssetChange{Fields: map[string]string{syncro.Notes: "x", syncro.Model: "y"}})
		require.NoError(t, err)
		assert.Equal(t, []string{"notes"}, fields(missing))
	})
}

func TestCreateThatCannotBeCompletedSaysSo(t *testing.T) {
	t.Parallel()
	client, server := account(t, fake.Options{Dialect: fake.Production})
	customer := server.AddCustomer(map[string]any{"business_name": "Acme"})
	server.Inject(fake.Fault{Method: http.MethodPut, Status: http.StatusUnprocessableEntity, Body: `{"success": false, "message": ["Properties are odd"]}`})
	asset, missing, err := client.CreateAsset(t.Context(), whole(customer), false)
	require.NoError(t, err)
	assert.NotZero(t, asset.ID)
	require.NotEmpty(t, missing)
	assert.Contains(t, missing[0].Reason, "the asset was created, but the update that stores this failed: updating asset")
	assert.Contains(t, missing[0].Reason, "Properties are odd")
}

func TestTwoUpdatesAtOnceDoNotUndoEachOther(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true, Replace: true, Latency: 1e6}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		var both sync.WaitGroup
		for _, name := range []string{"A", "B", "C", "D"} {
			both.Go(func() {
				_, _, _, err := client.UpdateAsset(t.Context(), 70101, syncro.AssetChange{Properties: map[string]any{name: name}})
				assert.NoError(t, err)
			})
		}
		both.Wait()
		asset, err := client.Asset(t.Context(), 70101)
		require.NoError(t, err)
		for _, name := range []string{"A", "B", "C", "D"} {
			assert.Equal(t, name, asset.Property(name))
		}
	})
}

func TestPropertiesThatBelongElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{Demo: true}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		for key, want := range map[string]string{
			"Warranty Expires": "which is a field of its own", "kabuto_information": "which the agent reports", "online": "which the agent reports", "customer_id": "field of its own",
		} {
			_, _, _, err := client.UpdateAsset(t.Context(), 70101, syncro.AssetChange{Properties: map[string]any{key: "x"}})
			require.ErrorContains(t, err, want)
			assert.True(t, syncro.IsKind(err, syncro.InvalidArgument))
		}
		assert.Empty(t, sent(server))
	})
}

func TestValidationErrorsAreTold(t *testing.T) {
	t.Parallel()
	each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
		customer := server.AddCustomer(map[string]any{"business_name": "Acme"})
		change := whole(customer)
		change.Fields[syncro.AssetType] = "Teapot"
		_, _, err := client.CreateAsset(t.Context(), change, false)
		assert.True(t, syncro.IsKind(err, syncro.ValidationFailed), "%v", err)
		assert.ErrorContains(t, err, "Use an asset type that the account has")
		assert.Empty(t, server.Assets())
	})
}

func TestDelete(t *testing.T) {
	t.Parallel()
	t.Run("documented", func(t *testing.T) {
		t.Parallel()
		client, server := account(t, fake.Options{Demo: true})
		require.NoError(t, client.DeleteAsset(t.Context(), 70101))
		assert.Equal(t, []string{"DELETE /customer_assets/70101"}, sent(server))
		_, stands := server.Asset(70101)
		assert.False(t, stands)
	})
	t.Run("an account without delete", func(t *testing.T) {
		t.Parallel()
		client, server := account(t, fake.Options{Dialect: fake.Production, Demo: true})
		err := client.DeleteAsset(t.Context(), 70101)
		assert.True(t, syncro.IsKind(err, syncro.Unsupported), "%v", err)
		assert.ErrorContains(t, err, "cannot delete assets, and the asset is still there")
		_, stands := server.Asset(70101)
		assert.True(t, stands)
	})
	t.Run("gone already", func(t *testing.T) {
		t.Parallel()
		each(t, fake.Options{}, func(t *testing.T, client *syncro.Client, server *fake.Server) {
			require.NoError(t, client.DeleteAsset(t.Context(), 5))
			assert.Equal(t, []string{"DELETE /customer_assets/5", "GET /customer_assets/5"}, sent(server))
		})
	})
}
