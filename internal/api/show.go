package api

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"tailrace/internal/api/wire"
)

// echo is a value as a message repeats it, cut to maxEcho.
func echo(value string) string {
	if len(value) > maxEcho {
		end := maxEcho
		for !utf8.RuneStart(value[end]) {
			end--
		}
		value = value[:end] + "..."
	}
	return "Value '" + value + "'"
}

// show prints a value as AWS does: [a, b], {k=v}, Name(member=value, other=null).
func show(value any) string {
	var b strings.Builder
	showValue(&b, reflect.ValueOf(value))
	return b.String()
}

func showValue(b *strings.Builder, v reflect.Value) {
	if b.Len() > maxEcho {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			b.WriteString("null")
			return
		}
		showValue(b, v.Elem())
	case reflect.Slice:
		showList(b, v)
	case reflect.Map:
		showMap(b, v)
	case reflect.Struct:
		showStructure(b, v)
	case reflect.String:
		b.WriteString(v.String())
	case reflect.Float64:
		b.Write(wire.AppendDouble(nil, v.Float()))
	default:
		fmt.Fprint(b, v.Interface())
	}
}

func showList(b *strings.Builder, v reflect.Value) {
	if text, ok := v.Interface().([]byte); ok {
		b.Write(text)
		return
	}
	b.WriteByte('[')
	for i := range v.Len() {
		if b.Len() > maxEcho {
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		showValue(b, v.Index(i))
	}
	b.WriteByte(']')
}

func showMap(b *strings.Builder, v reflect.Value) {
	b.WriteByte('{')
	entries := v.Interface().(map[string]string)
	for i, key := range slices.Sorted(maps.Keys(entries)) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(key + "=" + entries[key])
	}
	b.WriteByte('}')
}

// shownOrder is the order in which AWS prints the members of a structure, where a capture shows that it is not the model's.
var shownOrder = map[string][]string{
	"MetricTransformation": {"MetricName", "MetricNamespace", "MetricValue", "DefaultValue", "Unit", "Dimensions"},
}

func showStructure(b *strings.Builder, v reflect.Value) {
	t := v.Type()
	if strings.HasPrefix(t.Name(), "Opt[") {
		if !v.FieldByName("Set").Bool() {
			b.WriteString("null")
			return
		}
		showValue(b, v.FieldByName("Value"))
		return
	}
	b.WriteString(t.Name() + "(")
	names := shownOrder[t.Name()]
	if names == nil {
		for i := range t.NumField() {
			names = append(names, t.Field(i).Name)
		}
	}
	for i, name := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		member := strings.ReplaceAll(name, "ID", "Id")
		b.WriteString(strings.ToLower(member[:1]) + member[1:] + "=")
		field := v.FieldByName(name)
		if k := field.Kind(); (k == reflect.Slice || k == reflect.Map) && field.IsNil() {
			b.WriteString("null")
			continue
		}
		showValue(b, field)
	}
	b.WriteByte(')')
}
