package syntax

import (
	"fmt"
	"reflect"
	"strings"
)

// Dump is the tree of a query, a stage or an expression as nested parentheses, without spans: for tests, where it shows
// what text leaves to the reader.
func Dump(n Node) string {
	var out strings.Builder
	dump(&out, reflect.ValueOf(n))
	return out.String()
}

func dump(out *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		dump(out, v.Elem())
	case reflect.Slice:
		out.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				out.WriteByte(' ')
			}
			dump(out, v.Index(i))
		}
		out.WriteByte(']')
	case reflect.Struct:
		dumpStruct(out, v)
	case reflect.String:
		if v.Type() == reflect.TypeFor[Op]() || v.Type() == reflect.TypeFor[Unit]() {
			out.WriteString(v.String())
			return
		}
		fmt.Fprintf(out, "%q", v.String())
	default:
		fmt.Fprint(out, v.Interface())
	}
}

// dumpStruct writes the type and the members that are set.
func dumpStruct(out *strings.Builder, v reflect.Value) {
	switch n := v.Addr().Interface().(type) {
	case *Field:
		out.WriteString(Text(n))
		return
	case *Binary:
		dumpList(out, string(n.Op), n.X, n.Y)
		return
	case *Unary:
		dumpList(out, string(n.Op), n.X)
		return
	case *Call:
		star := ""
		if n.Star {
			star = " *"
		}
		dumpList(out, n.Func+star, n.Args...)
		return
	case *Regex:
		out.WriteString(Text(n))
		return
	case *Item:
		dump(out, reflect.ValueOf(n.Expr))
		if n.Name != plainName(n.Expr) {
			fmt.Fprintf(out, ":%q", n.Name)
		}
		return
	case *Name:
		fmt.Fprintf(out, "%q", n.Text)
		return
	case *Duration:
		out.WriteString(Text(n))
		return
	case *String:
		fmt.Fprintf(out, "%q", n.Value)
		return
	case *Number:
		out.WriteString(n.Text)
		return
	case *Bool:
		fmt.Fprint(out, n.Value)
		return
	}
	fmt.Fprintf(out, "(%s", v.Type().Name())
	for i := range v.NumField() {
		member := v.Field(i)
		if v.Type().Field(i).Anonymous || member.IsZero() {
			continue
		}
		out.WriteByte(' ')
		switch kind := member.Kind(); {
		case kind == reflect.Bool:
			out.WriteString(strings.ToLower(v.Type().Field(i).Name))
			continue
		case kind != reflect.Interface:
			out.WriteString(strings.ToLower(v.Type().Field(i).Name) + "=")
		}
		dump(out, member)
	}
	out.WriteByte(')')
}

func dumpList(out *strings.Builder, head string, elements ...Expr) {
	out.WriteString("(" + head)
	for _, element := range elements {
		out.WriteByte(' ')
		dump(out, reflect.ValueOf(element))
	}
	out.WriteByte(')')
}
