package tool

import (
	"encoding/json"
	"reflect"
	"strings"
)

// fillNil replaces nil lists and maps by empty ones, so that a result holds []
// and {} where its schema promises a list or an object, and never null. v is this
// package's own; what it points to may be shared with the tool, so that is
// copied and never written to. leaveOut tells that nil is not written at all.
func fillNil(v reflect.Value, leaveOut bool) {
	if v.Type().Implements(reflect.TypeFor[json.Marshaler]()) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		fillFields(v)
	case reflect.Pointer:
		if !v.IsNil() && holdsLists(v.Type().Elem()) {
			own := reflect.New(v.Type().Elem())
			own.Elem().Set(v.Elem())
			fillNil(own.Elem(), false)
			v.Set(own)
		}
	case reflect.Slice:
		if v.IsNil() && !leaveOut {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		if v.Len() > 0 && holdsLists(v.Type().Elem()) {
			own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(own, v)
			for i := range own.Len() {
				fillNil(own.Index(i), false)
			}
			v.Set(own)
		}
	case reflect.Map:
		if v.IsNil() && !leaveOut {
			v.Set(reflect.MakeMap(v.Type()))
		}
		if v.Len() > 0 && holdsLists(v.Type().Elem()) {
			own := reflect.MakeMapWithSize(v.Type(), v.Len())
			for each := v.MapRange(); each.Next(); {
				value := reflect.New(v.Type().Elem()).Elem()
				value.Set(each.Value())
				fillNil(value, false)
				own.SetMapIndex(each.Key(), value)
			}
			v.Set(own)
		}
	}
}

func fillFields(v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.IsExported() || f.Anonymous && f.Type.Kind() == reflect.Struct {
			fillNil(v.Field(i), strings.Contains(f.Tag.Get("json"), ",omit"))
		}
	}
}

// holdsLists tells whether a value of this type can hold a nil list or map that
// would be written. The values of map[string]any are the API's own and stay.
func holdsLists(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct, reflect.Slice, reflect.Map:
		return true
	case reflect.Pointer:
		return holdsLists(t.Elem())
	}
	return false
}
