package stocktake_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"jard/internal/stocktake"
)

// verb is one argument's place in a text.
var verb = regexp.MustCompile(`%(?:\[(\d+)\])?[+#]?[a-zA-Z%]`)

// verbs lists which argument is written how, in the arguments' order.
func verbs(text string) []string {
	var list []string
	next := 1
	for _, m := range verb.FindAllStringSubmatch(text, -1) {
		if m[0] == "%%" {
			continue
		}
		if m[1] != "" {
			next, _ = strconv.Atoi(m[1])
		}
		list = append(list, fmt.Sprint(next, " ", m[0][len(m[0])-1:]))
		next++
	}
	slices.Sort(list)
	return list
}

// text evaluates a literal or a sum of literals.
func text(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(x.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		a, ok := text(x.X)
		b, also := text(x.Y)
		return a + b, ok && also
	}
	return "", false
}

// Every reason of the project, whichever package declares it: both languages are there, both take the same arguments,
// and no two of a package have one key.
func TestEveryReason(t *testing.T) {
	keys, found := map[string]string{}, 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 4 {
				return true
			}
			name := ""
			switch f := call.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				name = f.Sel.Name
			}
			if name != "NewReason" {
				return true
			}
			found++
			where := files.Position(call.Pos()).String()
			key, a := text(call.Args[1])
			english, b := text(call.Args[2])
			arabic, c := text(call.Args[3])
			if !a || !b || !c {
				t.Errorf("%s: a reason's texts are literals, so that they can be read", where)
				return true
			}
			own := filepath.Dir(path) + " " + key
			if other, taken := keys[own]; taken {
				t.Errorf("%s: the key %q is taken at %s", where, key, other)
			}
			keys[own] = where
			if !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(key) {
				t.Errorf("%s: key %q", where, key)
			}
			if english == "" || strings.ContainsFunc(english, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
				t.Errorf("%s: English is %q", where, english)
			}
			if !strings.ContainsFunc(arabic, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
				t.Errorf("%s: Arabic is %q", where, arabic)
			}
			if !slices.Equal(verbs(english), verbs(arabic)) {
				t.Errorf("%s: %s takes %v in English and %v in Arabic", where, key, verbs(english), verbs(arabic))
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 50 {
		t.Fatalf("only %d reasons were found", found)
	}
}

func TestReasonsThatCannotBeBuilt(t *testing.T) {
	for _, texts := range [][3]string{{"", "a", "ب"}, {"k", "", "ب"}, {"k", "a", ""}, {"k", "a %s", "ب"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q was built", texts)
				}
			}()
			stocktake.NewReason(stocktake.Invalid, texts[0], texts[1], texts[2])
		}()
	}
}

func TestErrorTellsItsReason(t *testing.T) {
	reason := stocktake.NewReason(stocktake.Conflict, "k", "%s and %d", "%[2]d ثم %[1]s")
	cause := errors.New("cause")
	err := fmt.Errorf("wrapped: %w", reason.Wrap(cause, "a", 7))
	if !errors.Is(err, reason) || !errors.Is(err, cause) || errors.Is(err, stocktake.Missing) {
		t.Error("the reason or the cause is lost")
	}
	if stocktake.CodeOf(err) != stocktake.Conflict || stocktake.CodeOf(cause) != stocktake.Internal {
		t.Error("the code is another")
	}
	f := stocktake.Fault(err)
	if f.English() != "a and 7" || f.Arabic() != "7 ثم a" || f.Error() != "k: a and 7: cause" {
		t.Errorf("%q, %q, %q", f.English(), f.Arabic(), f.Error())
	}
	if f := stocktake.Fault(cause); f.Reason != stocktake.Broken || strings.Contains(f.English(), "cause") || !errors.Is(f, cause) {
		t.Errorf("an error without a reason is %v", f)
	}
}

// Roles are said in words, in each language its own.
func TestReasonsSayRolesInWords(t *testing.T) {
	err := stocktake.NotAllowed.New([]stocktake.Role{stocktake.FinancialController, stocktake.Manager})
	if s := err.English(); !strings.HasSuffix(s, ": financial controller, manager.") {
		t.Error(s)
	}
	if s := err.Arabic(); !strings.HasSuffix(s, ": المراقب المالي، المدير العام.") {
		t.Error(s)
	}
	for _, r := range []stocktake.Role{
		stocktake.Counter, stocktake.Supervisor, stocktake.Manager, stocktake.FinancialController, stocktake.AdministrativeController,
		stocktake.CommitteeMember, stocktake.Witness, stocktake.SocietyAdministrator, stocktake.MinistryOfficer, stocktake.Integrator,
	} {
		one := stocktake.NotAllowed.New(r)
		if s := one.Arabic(); strings.Contains(s, string(r)) || strings.Contains(s, ": .") {
			t.Error(s)
		}
		if s := one.English(); !strings.Contains(s, strings.ReplaceAll(string(r), "-", " ")) {
			t.Error(s)
		}
	}
}
