package systemctl

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"pintle/applets/client"
)

// complete offers verbs, then what the verb takes, to shells.
func (c *control) complete(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	const plain = cobra.ShellCompDirectiveNoFileComp
	var list []string
	if len(args) == 0 {
		for _, v := range verbs() {
			list = append(list, v.name+"\t"+v.says)
		}
		return matching(list, word), plain
	}
	c.verb = args[0]
	switch c.verb {
	case "link", "bind", "mount-image":
		return nil, cobra.ShellCompDirectiveDefault
	case "enable", "disable", "reenable", "preset", "mask", "unmask", "is-enabled", "add-wants", "add-requires", "set-default", "revert", "edit", "cat":
		if files, err := c.files().List(nil, nil); err == nil {
			for _, f := range files {
				list = append(list, f.Path[strings.LastIndexByte(f.Path, '/')+1:])
			}
		}
	case "log-level":
		list = []string{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"}
	default:
		scope := client.System
		if c.user {
			scope = client.User
		}
		conn, err := client.Connect(scope)
		if err != nil {
			return nil, plain
		}
		defer conn.Close()
		known, err := conn.Units(nil, nil)
		if err != nil {
			return nil, plain
		}
		for _, u := range known {
			list = append(list, u.ID+"\t"+u.Description)
		}
	}
	slices.Sort(list)
	return matching(list, word), plain
}

func matching(list []string, word string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return !strings.HasPrefix(s, word) })
}
