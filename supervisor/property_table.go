package supervisor

import (
	"slices"
	"strings"
	"sync"
)

// Emits says how clients of the bus are told of changes of a property.
type Emits byte

// What org.freedesktop.DBus.Property.EmitsChangedSignal may say.
const (
	EmitsConst       Emits = iota // it never changes, but by daemon-reload
	EmitsChange                   // with the new value
	EmitsInvalidates              // that it has changed
	EmitsFalse                    // not at all
)

// PropertySpec is what is known of a property without a unit.
type PropertySpec struct {
	Name      string
	Signature string // its D-Bus type
	Emits     Emits
}

// PropertiesOfUnit are those that every unit has (org.freedesktop.systemd1.Unit).
func PropertiesOfUnit() []PropertySpec { return unitSpecs() }

// PropertiesOfType are those that units of a type have besides, on the interface of their type.
func PropertiesOfType(unitType string) []PropertySpec {
	if specs := typeSpecs()[unitType]; specs != nil {
		return specs()
	}
	return nil
}

var unitSpecs = sync.OnceValue(func() []PropertySpec { return readSpecs(unitProperties) })

// typeSpecs are the tables of each type, made when they are first asked for.
var typeSpecs = sync.OnceValue(func() map[string]func() []PropertySpec {
	all := map[string]func() []PropertySpec{}
	for unitType, texts := range map[string][]string{
		"service":   {serviceProperties, cgroupProperties, execProperties, killProperties},
		"socket":    {socketProperties, cgroupProperties, execProperties, killProperties},
		"mount":     {mountProperties, cgroupProperties, execProperties, killProperties},
		"swap":      {swapProperties, cgroupProperties, execProperties, killProperties},
		"scope":     {scopeProperties, cgroupProperties, killProperties},
		"slice":     {cgroupProperties},
		"timer":     {timerProperties},
		"path":      {pathProperties},
		"automount": {automountProperties},
		"device":    {deviceProperties},
	} {
		all[unitType] = sync.OnceValue(func() []PropertySpec { return readSpecs(texts...) })
	}
	return all
})

// readSpecs reads the text of tables.
func readSpecs(texts ...string) (specs []PropertySpec) {
	for _, word := range strings.Fields(strings.Join(texts, " ")) {
		name, signature, _ := strings.Cut(word, ":")
		spec := PropertySpec{Name: name, Signature: strings.TrimRight(signature, "+-!")}
		switch signature[len(signature)-1] {
		case '+':
			spec.Emits = EmitsChange
		case '!':
			spec.Emits = EmitsInvalidates
		case '-':
			spec.Emits = EmitsFalse
		}
		specs = append(specs, spec)
	}
	return specs
}

// propertiesOf are all properties of a unit type in order.
func propertiesOf(unitType string) []PropertySpec {
	return slices.Concat(PropertiesOfType(unitType), PropertiesOfUnit())
}
