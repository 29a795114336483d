// Command lint runs every static check of this repository in one pass: staticcheck's, wrapped errors,
// structured logs, and the house's own ban on sleeping. Its go.mod pins them; the program itself is the
// configuration.
package main

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/polyfloyd/go-errorlint/errorlint"
	"go-simpler.org/sloglint"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/multichecker"
	"golang.org/x/tools/go/analysis/passes/nilness"
	"golang.org/x/tools/go/analysis/passes/unusedwrite"
	"honnef.co/go/tools/analysis/lint"
	"honnef.co/go/tools/simple"
	"honnef.co/go/tools/staticcheck"
	"honnef.co/go/tools/stylecheck"
	"honnef.co/go/tools/unused"
)

// Style checks worth stopping for: package comments, error strings, receiver names, doc comments that start with the name.
var style = map[string]bool{
	"ST1000": true, "ST1005": true, "ST1006": true, "ST1008": true, "ST1012": true, "ST1013": true, "ST1016": true,
	"ST1017": true, "ST1019": true, "ST1020": true, "ST1021": true, "ST1022": true, "ST1023": true,
}

func main() {
	checks := []*analysis.Analyzer{
		errorlint.NewAnalyzer(),
		nilness.Analyzer,
		unusedwrite.Analyzer,
		unused.Analyzer.Analyzer,
		sleep,
		sloglint.New(&sloglint.Options{NoMixedArguments: true, StaticMessage: true}),
	}
	for _, group := range [][]*lint.Analyzer{staticcheck.Analyzers, simple.Analyzers} {
		for _, a := range group {
			checks = append(checks, a.Analyzer)
		}
	}
	for _, a := range stylecheck.Analyzers {
		if style[a.Analyzer.Name] {
			checks = append(checks, a.Analyzer)
		}
	}
	multichecker.Main(checks...)
}

// sleep forbids time.Sleep: code waits on events, and tests own their clock.
var sleep = &analysis.Analyzer{
	Name: "nosleep",
	Doc:  "forbid time.Sleep: wait for the event itself, or inject a clock",
	Run: func(pass *analysis.Pass) (any, error) {
		for _, file := range pass.Files {
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				name, ok := call.Fun.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if f, ok := pass.TypesInfo.Uses[name.Sel].(*types.Func); ok && strings.HasPrefix(f.FullName(), "time.Sleep") {
					pass.Reportf(call.Pos(), "time.Sleep: wait for the event itself, or inject a clock")
				}
				return true
			})
		}
		return nil, nil
	},
}
