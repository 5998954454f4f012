package pid1

import (
	"cmp"
	"errors"
	"reflect"
	"slices"

	"github.com/BurntSushi/toml"
)

// tableKey is a key of one table of a list, where a file has it.
type tableKey struct {
	name  string
	value any
	line  int
}

// tables gives a key its list of tables. What is wrong in one of them costs that line.
func (l *configLoader) tables(file string, line int, name string, k ConfigKey, meta toml.MetaData, p toml.Primitive) {
	field := reflect.ValueOf(&l.config).Elem().FieldByIndex(k.index)
	var tables []map[string]toml.Primitive
	value, _ := locate(meta, p)
	if !isTables(value) || meta.PrimitiveDecode(p, &tables) != nil {
		l.problem(file, line, "cannot use %s = %s: it must be a list of tables; %s stays", name, formatValue(value), formatValue(field.Interface()))
		return
	}
	list := reflect.MakeSlice(field.Type(), len(tables), len(tables))
	for i, table := range tables {
		var keys []tableKey
		for name, p := range table {
			value, line := locate(meta, p)
			keys = append(keys, tableKey{name, value, line})
		}
		slices.SortFunc(keys, func(a, b tableKey) int { return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.name, b.name)) })
		for _, key := range keys {
			l.tableKey(file, name, k.Keys(), list.Index(i), key)
		}
	}
	field.Set(list)
}

// isTables tells what the parser does not: whether a list is one of tables.
func isTables(value any) bool {
	switch list := value.(type) {
	case []map[string]any:
		return true
	case []any:
		return !slices.ContainsFunc(list, func(v any) bool { _, table := v.(map[string]any); return !table })
	}
	return false
}

func (l *configLoader) tableKey(file, of string, known []ConfigKey, table reflect.Value, key tableKey) {
	i := slices.IndexFunc(known, func(k ConfigKey) bool { return k.Name == key.name })
	if i < 0 {
		best, _ := closest(key.name, known, func(k ConfigKey) string { return k.Name })
		l.problem(file, key.line, "cannot use key %q of %s: it is unknown; the nearest known one is %q", key.name, of, best)
		return
	}
	if err := setField(table.Field(known[i].index[0]), known[i], key.value); err != nil {
		l.problem(file, key.line, "cannot use %s = %s of %s: %v; it is left out", key.name, formatValue(key.value), of, err)
	}
}

// tablesOf takes a list of tables from a variable, in the form that TOML has for it.
func (l *configLoader) tablesOf(variable string, k ConfigKey, text string) {
	var list map[string]toml.Primitive
	meta, err := toml.Decode(k.Name+" = "+text, &list)
	if err != nil || len(list) != 1 {
		if e, ok := errors.AsType[toml.ParseError](err); ok {
			err = errors.New(e.Message)
		}
		l.problem(environment, 0, `cannot use %s=%s: it must be a list of tables as TOML has it, such as %s: %v`, variable, text, k.Default, err)
		return
	}
	l.tables(environment, 0, variable, k, meta, list[k.Name])
}
