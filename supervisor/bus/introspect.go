package bus

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"pintle/supervisor"
)

// introspect describes the object that was called, in the format of the D-Bus specification.
func (c *Call) introspect() string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"` + "\n" +
		`"https://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">` + "\n<node>\n")
	for _, i := range slices.Concat(standardInterfaces(c.object), c.object.interfaces()) {
		i.describe(&b)
	}
	for _, name := range c.Server.children(c.Path) {
		fmt.Fprintf(&b, " <node name=\"%s\"/>\n", html.EscapeString(name))
	}
	b.WriteString("</node>\n")
	return b.String()
}

func (i *Interface) describe(b *strings.Builder) {
	fmt.Fprintf(b, " <interface name=\"%s\">\n", i.Name)
	for k := range i.Methods {
		if m := &i.Methods[k]; !m.Hidden {
			m.describe(b)
		}
	}
	for _, s := range i.Signals {
		fmt.Fprintf(b, "  <signal name=\"%s\">\n", s.Name)
		describeArgs(b, s.Sig, argNames(s.Args, s.Sig)[0], "")
		b.WriteString("  </signal>\n")
	}
	for k := range i.Properties {
		if p := &i.Properties[k]; !p.Hidden {
			p.describe(b)
		}
	}
	b.WriteString(" </interface>\n")
}

func (m *Method) describe(b *strings.Builder) {
	if m.In == "" && m.Out == "" && !m.Deprecated {
		fmt.Fprintf(b, "  <method name=\"%s\"/>\n", m.Name)
		return
	}
	fmt.Fprintf(b, "  <method name=\"%s\">\n", m.Name)
	names := argNames(m.Args, m.In, m.Out)
	describeArgs(b, m.In, names[0], "in")
	describeArgs(b, m.Out, names[1], "out")
	if m.Deprecated {
		annotate(b, "org.freedesktop.DBus.Deprecated", "true")
	}
	b.WriteString("  </method>\n")
}

func describeArgs(b *strings.Builder, sig string, names []string, direction string) {
	for _, name := range names {
		var one string
		one, sig = firstType(sig)
		fmt.Fprintf(b, "   <arg type=\"%s\"", one)
		if name != "" {
			fmt.Fprintf(b, " name=\"%s\"", name)
		}
		if direction != "" {
			fmt.Fprintf(b, " direction=\"%s\"", direction)
		}
		b.WriteString("/>\n")
	}
}

func (p *Property) describe(b *strings.Builder) {
	access := "read"
	if p.Set != nil {
		access = "readwrite"
	}
	fmt.Fprintf(b, "  <property name=\"%s\" type=\"%s\" access=\"%s\">\n", p.Name, p.Sig, access)
	if p.Deprecated {
		annotate(b, "org.freedesktop.DBus.Deprecated", "true")
	}
	switch p.Emits {
	case supervisor.EmitsFalse:
		annotate(b, "org.freedesktop.DBus.Property.EmitsChangedSignal", "false")
	case supervisor.EmitsConst:
		annotate(b, "org.freedesktop.DBus.Property.EmitsChangedSignal", "const")
	case supervisor.EmitsInvalidates:
		annotate(b, "org.freedesktop.DBus.Property.EmitsChangedSignal", "invalidates")
	}
	b.WriteString("  </property>\n")
}

func annotate(b *strings.Builder, name, value string) {
	fmt.Fprintf(b, "   <annotation name=\"%s\" value=\"%s\"/>\n", name, value)
}
