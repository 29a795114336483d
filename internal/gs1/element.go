package gs1

import "strings"

// separator is FNC1 as readers transmit it between elements: the control character GS.
const separator = '\x1d'

// separatorAt returns the length of the separator that s begins with, or 0.
func (d *Decoder) separatorAt(s string) int {
	if s != "" && s[0] == separator {
		return 1
	}
	if d.fnc1 != "" && strings.HasPrefix(s, d.fnc1) {
		return len(d.fnc1)
	}
	return 0
}

// run returns s up to its first separator.
func (d *Decoder) run(s string) string {
	if i := strings.IndexByte(s, separator); i >= 0 {
		s = s[:i]
	}
	if d.fnc1 != "" {
		s, _, _ = strings.Cut(s, d.fnc1)
	}
	return s
}

// parse reads the element string that begins at byte start of text.
func (d *Decoder) parse(text string, start int) ([]Element, *Fault) {
	if start == len(text) {
		return nil, &Fault{Reason: Empty}
	}
	year := d.year()
	var elements []Element
	for at := start; at < len(text); {
		a := identify(d.run(text[at:]))
		if a == nil {
			return nil, faultAt(UnknownAI, "", text, at)
		}
		begin := at + len(a.code)
		run := d.run(text[begin:])
		length, why, where := a.match(run, year)
		if why != "" {
			return nil, faultAt(why, a.code, text, begin+where)
		}
		end := begin + length
		if length < len(run) && !a.predefined {
			return nil, faultAt(MissingSeparator, a.code, text, end)
		}
		elements = append(elements, Element{AI: a.code, Value: text[begin:end], at: at})
		// A separator behind a predefined length or at the very end is not needed and does no harm.
		at = end + d.separatorAt(text[end:])
	}
	return elements, conflict(text, elements)
}

// conflict returns the fault of two elements that contradict each other: one identifier with two values, or one
// measure with its decimal point in two places.
func conflict(text string, elements []Element) *Fault {
	seen := make(map[string]Element, len(elements))
	for _, e := range elements {
		name := family(e.AI)
		first, again := seen[name]
		if again && (first.AI != e.AI || first.Value != e.Value) {
			return faultAt(Conflict, e.AI, text, e.at)
		}
		seen[name] = e
	}
	return nil
}

// family returns the identifier under which GS1 writes a measure or an amount whose last digit places the decimal
// point (310n), and any other identifier as it is.
func family(code string) string {
	if len(code) == 4 && code[0] == '3' {
		return code[:3] + "n"
	}
	return code
}
