package web_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jard/internal/web"
)

// families are keys made up of parts at run time: what begins so is used.
var families = []string{
	"act.", "barred.", "done.", "hint.", "feed-kind.", "governorate.", "import-field.", "import-hint.", "import-kind.", "import-severity.", "issue-step.", "labels.stock-", "location-kind.", "location-status.",
	"sign.", "classes-by.",
	"duty-rule.", "paper.aside-", "paper.condition-", "paper.kind-", "paper.site-", "paper.status-", "paper.unit-", "paper.verdict-",
	"proof.", "role.", "role-hint.", "session-kind.", "session-state.", "site-kind.", "time.month-", "tone.",
	"assign.begun-", "aside.", "block.", "capacity.", "signature-state.", "condition.", "held.", "line.status-", "location.status-", "log.kind-", "log-field.", "log-mode.", "pass.status-", "result.kind-",
	"calendar.day-", "occurrence.", "plan-kind.", "plan-kind-hint.", "practice.", "recurrence.", "recurrence-every.",
	"movement.", "recount-all.", "posting.", "voucher.", "sheet.confirm-", "sheet.decided-", "sheet.do-", "unit.", "verdict.", "void.",
}

type said = map[string]any

func readCatalogue(t *testing.T, lang string) said {
	t.Helper()
	b, err := os.ReadFile("text/" + lang + ".json")
	must(t, err)
	var c said
	must(t, json.Unmarshal(b, &c))
	return c
}

var placeholder = regexp.MustCompile(`\{[0-9]+\}`)

// placeholders are the arguments that a text takes, sorted. Of plural forms it is those of "other": one and two may say
// the number in words.
func placeholders(v any) []string {
	s, ok := v.(string)
	if !ok {
		s, _ = v.(said)["other"].(string)
	}
	all := placeholder.FindAllString(s, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

func TestCataloguesSayTheSame(t *testing.T) {
	arabic, english := readCatalogue(t, "ar"), readCatalogue(t, "en")
	for key, v := range arabic {
		other, ok := english[key]
		if !ok {
			t.Errorf("%s is in ar.json only", key)
			continue
		}
		if a, e := placeholders(v), placeholders(other); !slices.Equal(a, e) {
			t.Errorf("%s takes %v in Arabic and %v in English", key, a, e)
		}
		forms, plural := v.(said)
		if _, too := other.(said); plural != too {
			t.Errorf("%s has plural forms in one language only", key)
		}
		if plural {
			for _, form := range []string{"zero", "one", "two", "few", "many", "other"} {
				if s, _ := forms[form].(string); s == "" {
					t.Errorf("%s lacks the Arabic form %q", key, form)
				}
			}
		}
		if s, ok := v.(string); ok && s == other {
			t.Errorf("%s is the same in both languages: %q", key, s)
		}
	}
	for key := range english {
		if _, ok := arabic[key]; !ok {
			t.Errorf("%s is in en.json only", key)
		}
	}
}

var (
	quoted  = regexp.MustCompile(`"(?:hint=)?([a-z0-9-]+(?:\.[a-z0-9-]+)*\.?)"`)
	spoken  = regexp.MustCompile(`\bt "([^"]+[^".])"`)
	comment = regexp.MustCompile(`(?m)//.*$`)
)

func TestEveryTextIsThereAndUsed(t *testing.T) {
	arabic := readCatalogue(t, "ar")
	topics := map[string]bool{}
	for key := range arabic {
		if topic, _, ok := strings.Cut(key, "."); ok {
			topics[topic] = true
		}
	}
	used := map[string]bool{}
	pages, err := filepath.Glob("html/*.html")
	must(t, err)
	sources, err := filepath.Glob("*.go")
	must(t, err)
	for _, file := range append(pages, sources...) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		b, err := os.ReadFile(file)
		must(t, err)
		text := string(b)
		if strings.HasSuffix(file, ".go") {
			text = comment.ReplaceAllString(text, "")
		}
		for _, m := range spoken.FindAllStringSubmatch(text, -1) {
			if _, ok := arabic[m[1]]; !ok {
				t.Errorf("%s says %q, which no catalogue has", file, m[1])
			}
		}
		for _, m := range quoted.FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
			topic, _, key := strings.Cut(m[1], ".")
			if _, ok := arabic[m[1]]; key && topics[topic] && !ok && !slices.Contains(families, m[1]) {
				t.Errorf("%s names %q, which no catalogue has", file, m[1])
			}
		}
	}
	for key := range arabic {
		if !used[key] && !slices.ContainsFunc(families, func(f string) bool { return strings.HasPrefix(key, f) }) {
			t.Errorf("nothing says %q: remove it from the catalogues", key)
		}
	}
}

var segmentInQuery = regexp.MustCompile(`[?&]\w+=\{\{[^}]*\bseg\b`)

// A template escapes what it puts in a query by itself: what seg has escaped there is read back as it was escaped once.
func TestNoQueryIsEscapedTwice(t *testing.T) {
	pages, err := filepath.Glob("html/*.html")
	must(t, err)
	for _, file := range pages {
		b, err := os.ReadFile(file)
		must(t, err)
		for _, found := range segmentInQuery.FindAllString(string(b), -1) {
			t.Errorf("%s: %s}}: name the value alone", file, found)
		}
	}
}

func TestPlurals(t *testing.T) {
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{
		{"ar", 0, "zero"}, {"ar", 1, "one"}, {"ar", 2, "two"}, {"ar", 3, "few"}, {"ar", 10, "few"}, {"ar", 11, "many"},
		{"ar", 99, "many"}, {"ar", 100, "other"}, {"ar", 101, "other"}, {"ar", 102, "other"}, {"ar", 103, "few"}, {"ar", 111, "many"},
		{"en", 0, "other"}, {"en", 1, "one"}, {"en", 2, "other"},
	} {
		if got := web.Plural(c.lang, c.n); got != c.want {
			t.Errorf("%d in %s is %q, not %q", c.n, c.lang, got, c.want)
		}
	}
}

func TestCodesAndNegativeNumbersStayWhole(t *testing.T) {
	for said, want := range map[string]string{
		`الإجمالي "/totals/shortage/value" يذكر -33931، والحقل id ناقص.`: "الإجمالي \u2066\"/totals/shortage/value\"\u2069 يذكر \u2066-33931\u2069، والحقل \u2066id\u2069 ناقص.",
		`الصنف "Basmati Rice 5kg" مكرر.`:                                 "الصنف \u2066\"Basmati Rice 5kg\"\u2069 مكرر.",
		`لا يتسع Code 128 له.`:                                           "لا يتسع \u2066Code 128\u2069 له.",
	} {
		if got := web.Isolated(said); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestEveryPageIsReadable, since a page is put together when it is first shown.
func TestEveryPageIsReadable(t *testing.T) {
	if err := web.ReadPages(); err != nil {
		t.Error(err)
	}
}

// Who counts is «القائم بالعد»: a «عدّاد» is a meter, and a word that people take badly.
func TestNobodyIsCalledAMeter(t *testing.T) {
	b, err := os.ReadFile("text/ar.json")
	must(t, err)
	if at := strings.Index(string(b), "عدّاد"); at >= 0 {
		t.Errorf("ar.json says %q", string(b)[at:min(len(b), at+60)])
	}
}
