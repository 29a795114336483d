package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"jard/internal/stocktake"
)

//go:embed text/*.json
var textFiles embed.FS

// languages are those that the console speaks, Arabic first.
var languages = []string{"ar", "en"}

// catalogue is what the console says in one language, by key. An entry is one text, or one for each plural form of the
// language, chosen by the first argument.
type catalogue map[string]phrase

type phrase struct {
	text  string
	forms map[string]string // by CLDR plural category
}

// UnmarshalJSON reads a text, or an object of texts by plural category.
func (p *phrase) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '{' {
		return json.Unmarshal(b, &p.forms)
	}
	return json.Unmarshal(b, &p.text)
}

func loadCatalogue(lang string) (catalogue, error) {
	b, err := textFiles.ReadFile("text/" + lang + ".json")
	if err != nil {
		return nil, err
	}
	var c catalogue
	if err := json.Unmarshal(b, &c); err != nil {
		return nil, fmt.Errorf("web: text/%s.json: %w", lang, err)
	}
	return c, nil
}

// Marks that keep a number, or a text of unknown direction, from reordering what stands around it.
const (
	isolateLTR   = "\u2066"
	isolateFirst = "\u2068"
	isolateEnd   = "\u2069"
	rightToLeft  = "\u200f" // seen by nobody; a text that begins with it runs from right to left
)

// tongue says things in one language, with one kind of digits.
type tongue struct {
	lang   string
	indic  bool // Arabic-Indic digits
	phrase catalogue
}

// dir is the direction of the language's script.
func (g *tongue) dir() string {
	if g.lang == "ar" {
		return "rtl"
	}
	return "ltr"
}

// t is the text under a key with its arguments {0}, {1} … filled in, each isolated from the words around it. A missing
// key shows as itself in brackets, for tests to find.
func (g *tongue) t(key string, args ...any) string {
	p, ok := g.phrase[key]
	if !ok {
		return "⟦" + key + "⟧"
	}
	text := p.text
	if p.forms != nil {
		n := 0
		if len(args) > 0 {
			n, _ = whole(args[0])
		}
		if text, ok = p.forms[plural(g.lang, n)]; !ok {
			text = p.forms["other"]
		}
	}
	for i, arg := range args {
		text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", g.isolated(arg))
	}
	return text
}

// has reports whether there is a text under a key.
func (g *tongue) has(key string) bool { _, ok := g.phrase[key]; return ok }

// isolated is an argument as it stands inside a text.
func (g *tongue) isolated(arg any) string {
	switch v := arg.(type) {
	case stocktake.Name:
		return isolateFirst + g.name(v) + isolateEnd
	case stocktake.Quantity:
		return isolateLTR + g.decimal(v.String()) + isolateEnd
	case stocktake.Fils:
		return isolateLTR + g.decimal(v.String()) + isolateEnd
	case *stocktake.Quantity:
		return g.isolated(*v)
	case *stocktake.Fils:
		return g.isolated(*v)
	}
	if n, ok := whole(arg); ok {
		return isolateLTR + g.decimal(strconv.Itoa(n)) + isolateEnd
	}
	return isolateFirst + fmt.Sprint(arg) + isolateEnd
}

// whole is an integer argument of any type.
func whole(v any) (int, bool) {
	switch n := v.(type) {
	case int:
		return n, true
	case int64:
		return int(n), true
	case uint64:
		return int(n), true
	}
	return 0, false
}

// name is what a thing is called in the language, or else in the other.
func (g *tongue) name(n stocktake.Name) string {
	if g.lang == "en" && n.English != "" {
		return n.English
	}
	return n.String()
}

// say is what an error tells people.
func (g *tongue) say(e *stocktake.Error) string { return g.sentence(e.English(), e.Arabic()) }

// sentence is that of the two which is in the language.
func (g *tongue) sentence(english, arabic string) string {
	if g.lang == "en" {
		return english
	}
	return isolated(arabic)
}

var foreign = regexp.MustCompile(`"?[-/~]?[A-Za-z0-9](?:[-A-Za-z0-9_./: ]*[A-Za-z0-9_/])?"?`)

// isolated keeps codes, paths, negative numbers and Latin words that follow each other in an Arabic sentence whole: left to
// the algorithm, the sign of a number, the ends of a path and the words change sides.
func isolated(arabic string) string {
	return foreign.ReplaceAllStringFunc(arabic, func(s string) string { return isolateLTR + s + isolateEnd })
}

// plural is the CLDR plural category of a whole number.
func plural(lang string, n int) string {
	if n < 0 {
		n = -n
	}
	if lang != "ar" {
		if n == 1 {
			return "one"
		}
		return "other"
	}
	switch h := n % 100; {
	case n == 0:
		return "zero"
	case n == 1:
		return "one"
	case n == 2:
		return "two"
	case h >= 3 && h <= 10:
		return "few"
	case h >= 11:
		return "many"
	}
	return "other"
}
