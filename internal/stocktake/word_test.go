package stocktake_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jard/internal/stocktake"
)

// TestFaultsOfIDsAreSaidInTheReadersLanguage: what is wrong names the thing and counts letters, not bytes.
func TestFaultsOfIDsAreSaidInTheReadersLanguage(t *testing.T) {
	for name, err := range map[string]error{
		"empty":      stocktake.CheckID("section", ""),
		"long":       stocktake.CheckID("section", strings.Repeat("ق", 33)),
		"characters": stocktake.CheckID("section", "~x"),
		"nameless":   stocktake.Name{}.Check("section"),
		"long name":  stocktake.Name{Arabic: strings.Repeat("ق", 300)}.Check("section"),
	} {
		e := stocktake.Fault(err)
		if ar, en := e.Arabic(), e.English(); !strings.Contains(ar, "القسم") || strings.Contains(ar, "section") || strings.Contains(ar, "بايت") ||
			!strings.Contains(en, "section") || strings.Contains(en, "bytes") {
			t.Errorf("%s: %q, %q", name, ar, en)
		}
	}
	if e := stocktake.NoSuch("item", stocktake.ItemID("4711")); e.English() != `There is no item "4711" here. Check the name.` || e.Arabic() != `لم يُعثر هنا على الصنف "4711". تحقّق من الاسم.` {
		t.Errorf("what is missing: %s; %s", e.English(), e.Arabic())
	}
	if e := stocktake.Fault(stocktake.CheckID("epoch", "")); !strings.Contains(e.Arabic(), "epoch") || !strings.Contains(e.English(), "epoch") {
		t.Errorf("a word that has no translation is left out: %q, %q", e.Arabic(), e.English())
	}
}

// TestEveryWordHasItsArabic looks through all packages for the words that sentences are made of.
func TestEveryWordHasItsArabic(t *testing.T) {
	said := regexp.MustCompile(`\b(?:NoSuch|Word)\("([^"]*)"`)
	unsaid := regexp.MustCompile(`\bMissing\.New\("[^"]*"`)
	found := 0
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, root := range []string{"..", "../../server"} {
		must(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if m := unsaid.Find(text); m != nil {
				t.Errorf("%s: %s says its word in English alone: use NoSuch", path, m)
			}
			for _, m := range said.FindAllSubmatch(text, -1) {
				found++
				if w := stocktake.Word(string(m[1])); w.Arabic == "" {
					t.Errorf("%s: %q has no Arabic", path, m[1])
				}
			}
			return err
		}))
	}
	if found < 50 {
		t.Errorf("only %d words were found", found)
	}
}

// TestRoomIsToldInLetters holds that a limit in bytes is told as letters of either script, counted as Arabic counts.
func TestRoomIsToldInLetters(t *testing.T) {
	for bytes, want := range map[int]stocktake.Name{
		64:   {English: "64 characters (32 in Arabic)", Arabic: "64 حرفًا لاتينيًا أو 32 حرفًا عربيًا"},
		1000: {English: "1000 characters (500 in Arabic)", Arabic: "1000 حرف لاتيني أو 500 حرف عربي"},
		10:   {English: "10 characters (5 in Arabic)", Arabic: "10 أحرف لاتينية أو 5 أحرف عربية"},
	} {
		if got := stocktake.Letters(bytes); got != want {
			t.Errorf("%d: %q", bytes, got)
		}
	}
}
