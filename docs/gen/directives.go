package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"

	"pintle/units"
)

// unitsDir is where the settings structs are, seen from the folder of the module or of this program.
var unitsDir = []string{"units", "../../units"}

// directives lists every setting of unit files from the table in package units, one table a man page.
func directives() string {
	docs := fieldDocs()
	var pages []string
	rows := map[string][]string{}
	seen := map[string]bool{}
	for _, section := range units.Sections() {
		for _, s := range units.Settings(section) {
			key := s.Field() + "/" + s.Name
			if seen[key] || s.Obsolete {
				continue
			}
			seen[key] = true
			page := s.Page
			if page == "systemd.unit(5)" {
				page += ", [" + section + "]"
			}
			if rows[page] == nil {
				pages = append(pages, page)
			}
			rows[page] = append(rows[page], directiveRow(s, docs))
		}
	}
	var b strings.Builder
	for _, page := range pages {
		fmt.Fprintf(&b, "\n### %s\n\n| setting | level | default | meaning |\n| --- | --- | --- | --- |\n%s", page, strings.Join(rows[page], ""))
	}
	return b.String() + "\n"
}

func directiveRow(s units.Setting, docs map[string]string) string {
	name, fallback := "`"+s.Name+"=`", ""
	for _, alias := range s.Aliases {
		name += ", `" + alias + "=`"
	}
	if s.Default != "" {
		fallback = "`" + s.Default + "`"
	}
	doc := docs[s.Field()]
	// A comment begins with the field's name; a sentence of a table with its verb.
	doc = strings.TrimPrefix(doc, s.Name+" ")
	if s.Note != "" {
		doc += " *" + strings.ToUpper(s.Note[:1]) + s.Note[1:] + ".*"
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", name, s.Level, fallback, strings.ReplaceAll(doc, "|", "\\|"))
}

// fieldDocs reads the comments of the settings structs.
func fieldDocs() map[string]string {
	docs := map[string]string{}
	for _, dir := range unitsDir {
		paths, _ := filepath.Glob(filepath.Join(dir, "settings_*.go"))
		for _, path := range append(paths, filepath.Join(dir, "unit.go")) {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
			if err == nil {
				structDocs(file, docs)
			}
		}
	}
	return docs
}

// structDocs adds the comments of the fields of a file's structs.
func structDocs(file *ast.File, docs map[string]string) {
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if body, ok := spec.Type.(*ast.StructType); ok {
			for _, f := range body.Fields.List {
				for _, name := range f.Names {
					docs[spec.Name.Name+"."+name.Name] = strings.Join(strings.Fields(f.Doc.Text()), " ")
				}
			}
		}
		return false
	})
}
