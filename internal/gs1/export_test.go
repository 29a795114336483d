package gs1

import (
	"fmt"
	"strings"
)

// TableRow is one identifier of the dictionary, or a family of them, as the handheld's twin reads it.
type TableRow struct {
	// AI is "01", or "310 0-5" for a family with the span of its last digit.
	AI string `json:"ai"`
	// Predefined is true where no separator is needed.
	Predefined bool `json:"predefined,omitempty"`
	// Value lists the components: set, length ("14", or "..20" for up to 20), ":rule", "?" where optional.
	Value string `json:"value"`
}

// AssociationRow is what an identifier, or a family of them, wants beside it and what not.
type AssociationRow struct {
	AI       string   `json:"ai"`
	Needs    []string `json:"needs,omitempty"`
	Excludes string   `json:"excludes,omitempty"`
}

// Tables is what the twin has from this package: facts, so that nobody writes them twice.
type Tables struct {
	Identifiers  []TableRow
	Associations []AssociationRow
	LinkKeys     map[string]string
	// ArabicKeys are the keys of Android's Arabic layout: Arabic, US, Arabic with shift, US with shift.
	ArabicKeys []string
}

// TwinTables returns the tables as they are.
func TwinTables() Tables {
	t := Tables{LinkKeys: linkKeys}
	row := func(a ai, code string) {
		var value []string
		for _, c := range a.parts {
			text := fmt.Sprintf("%c%d", c.set, c.max)
			if c.min < c.max {
				text = fmt.Sprintf("%c..%d", c.set, c.max)
			}
			if c.rule.check != nil {
				text += ":" + c.rule.name
			}
			if c.optional {
				text += "?"
			}
			value = append(value, text)
		}
		t.Identifiers = append(t.Identifiers, TableRow{code, a.predefined, strings.Join(value, " ")})
		if len(a.needs) > 0 || a.excludes != "" {
			t.Associations = append(t.Associations, AssociationRow{code, a.needs, a.excludes})
		}
	}
	for _, a := range single {
		row(a, a.code)
	}
	for _, r := range ranges {
		row(r.ai, fmt.Sprintf("%s %c-%c", r.code, r.first, r.last))
	}
	for _, f := range measures {
		row(*identifiers[f.family+"0"], f.family+" 0-5")
	}
	for _, k := range arabicKeys {
		t.ArabicKeys = append(t.ArabicKeys, string([]rune{k.arabic, rune(k.us), k.arabicShift, rune(k.usShift)}))
	}
	return t
}

// ExpandUPCE is expandUPCE; the error is a *Fault.
func ExpandUPCE(s string) (string, error) {
	upca, f := expandUPCE(s)
	if f != nil {
		return "", f
	}
	return upca, nil
}
