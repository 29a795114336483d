package gs1

import "strings"

// associations returns a warning for each identifier that should come with others that are missing, or should not
// come with one that is there. They only warn: real labels break these rules, and what they need may stand on another
// symbol of the same package.
func associations(elements []Element) []string {
	var warnings []string
	for i, e := range elements {
		if indexOf(elements, e.AI) != i {
			continue // said twice, warned once
		}
		a := identifiers[e.AI]
		for _, alternatives := range a.needs {
			if !anyOf(elements, alternatives) {
				warnings = append(warnings, WarnNeeds+" ("+a.code+")")
				break
			}
		}
		for other := range strings.FieldsSeq(a.excludes) {
			if family(a.code) != other && present(elements, other) {
				warnings = append(warnings, WarnExcludes+" ("+a.code+")")
				break
			}
		}
	}
	return warnings
}

func indexOf(elements []Element, code string) int {
	for i, e := range elements {
		if e.AI == code {
			return i
		}
	}
	return -1
}

// anyOf reports whether one of the alternatives is there: "01 8006+21" asks for (01), or for (8006) with (21).
func anyOf(elements []Element, alternatives string) bool {
next:
	for group := range strings.FieldsSeq(alternatives) {
		for pattern := range strings.SplitSeq(group, "+") {
			if !present(elements, pattern) {
				continue next
			}
		}
		return true
	}
	return false
}

// present reports whether an identifier like pattern is there, where n in pattern is any digit.
func present(elements []Element, pattern string) bool {
	stem := strings.TrimRight(pattern, "n")
	for _, e := range elements {
		if len(e.AI) == len(pattern) && strings.HasPrefix(e.AI, stem) {
			return true
		}
	}
	return false
}
