package bus

import (
	"os"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
)

// The interfaces that every object has (D-Bus specification, "Standard Interfaces").
const (
	peerName           = "org.freedesktop.DBus.Peer"
	introspectableName = "org.freedesktop.DBus.Introspectable"
	propertiesName     = "org.freedesktop.DBus.Properties"
)

// standardInterfaces are those of an object besides its own. Peer is answered on every path, also on one that
// is not there.
func standardInterfaces(o object) []*Interface {
	if o.kind == nothing {
		return standard()[:1:1]
	}
	return standard()
}

// standardTables are made when the first call comes.
var standardTables struct {
	once sync.Once
	all  []*Interface
}

func standard() []*Interface {
	standardTables.once.Do(func() { standardTables.all = makeStandard() })
	return standardTables.all
}

func makeStandard() []*Interface {
	return []*Interface{{
		Name: peerName,
		Methods: []Method{
			{Name: "Ping", Do: func(*Call) ([]any, error) { return nil, nil }},
			{Name: "GetMachineId", Out: "s", Args: "machine_uuid", Aside: true, Do: machineID},
		},
	}, {
		Name: introspectableName,
		Methods: []Method{
			{Name: "Introspect", Out: "s", Args: "xml_data", Do: func(c *Call) ([]any, error) { return []any{c.introspect()}, nil }},
		},
	}, {
		Name: propertiesName,
		Methods: []Method{
			{Name: "Get", In: "ss", Out: "v", Args: "interface_name property_name value", Do: getProperty},
			{Name: "GetAll", In: "s", Out: "a{sv}", Args: "interface_name props", Do: getAllProperties},
			{Name: "Set", In: "ssv", Args: "interface_name property_name value", Do: setProperty},
		},
		Signals: []Signal{
			{Name: "PropertiesChanged", Sig: "sa{sv}as", Args: "interface_name changed_properties invalidated_properties"},
		},
	}}
}

// machineID is the machine's id, which the D-Bus specification wants in this form, too (machine-id(5)).
func machineID(*Call) ([]any, error) {
	id, err := os.ReadFile("/etc/machine-id")
	if err != nil {
		return nil, err
	}
	return []any{strings.TrimSpace(string(id))}, nil
}

// entry is one entry of a dictionary a{sv}, in a list that keeps its order; see layout.
type entry struct {
	Name  string
	Value dbus.Variant
}

// having are the interfaces of the object of a call that a client means: one, or with "" all.
func (c *Call) having(name string) ([]*Interface, error) {
	own := c.object.interfaces()
	if name == "" {
		return own, nil
	}
	for _, i := range own {
		if i.Name == name {
			return []*Interface{i}, nil
		}
	}
	for _, i := range standardInterfaces(c.object) {
		if i.Name == name {
			return nil, nil // it has no properties
		}
	}
	return nil, Errorf(errUnknownInterface, "Unknown interface %s.", name)
}

func (c *Call) findProperty(iface, name string) (*Property, error) {
	all, err := c.having(iface)
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		if p := i.property(name); p != nil {
			return p, nil
		}
	}
	return nil, Errorf(errUnknownProperty, "Unknown interface %s or property %s.", iface, name)
}

func getProperty(c *Call) ([]any, error) {
	p, err := c.findProperty(c.Text(0), c.Text(1))
	if err != nil {
		return nil, err
	}
	return []any{c.value(p)}, nil
}

// value is a property's value, with its type.
func (c *Call) value(p *Property) dbus.Variant {
	return dbus.MakeVariantWithSignature(p.Get(c), dbus.ParseSignatureMust(p.Sig))
}

func getAllProperties(c *Call) ([]any, error) {
	all, err := c.having(c.Text(0))
	if err != nil {
		return nil, err
	}
	list := []entry{}
	for _, i := range all {
		for k := range i.Properties {
			if p := &i.Properties[k]; !p.Hidden {
				list = append(list, entry{p.Name, c.value(p)})
			}
		}
	}
	return []any{list}, nil
}

func setProperty(c *Call) ([]any, error) {
	p, err := c.findProperty(c.Text(0), c.Text(1))
	value, _ := c.Args[2].(dbus.Variant)
	switch {
	case err != nil:
		return nil, err
	case p.Set == nil:
		return nil, Errorf(errReadOnly, "Property '%s' is not writable.", p.Name)
	case !c.Peer.Privileged:
		return nil, Errorf(ErrAccessDenied, "Access to %s.%s() not permitted.", c.Text(0), p.Name)
	case value.Signature().String() != p.Sig:
		return nil, Errorf(ErrInvalidArgs, "Incorrect signature when setting property '%s', expected 'v/%s'.", p.Name, p.Sig)
	}
	return nil, p.Set(c, value.Value())
}
