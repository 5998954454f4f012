package command

import "github.com/spf13/pflag"

// Choice declares an option without a value that chooses one of several; the last one that is given counts.
func Choice[T any](f *pflag.FlagSet, into *T, value T, name, letter, usage string) {
	f.BoolFuncP(name, letter, usage, func(string) error {
		*into = value
		return nil
	})
}

// Optional declares an option that may have a value, but only after "=".
func Optional(f *pflag.FlagSet, name, without, usage string, set func(string) error) {
	f.Func(name, usage, set)
	f.Lookup(name).NoOptDefVal = without
}
