package gs1

// charset names the characters that a component of a value may hold.
type charset byte

const (
	digits    charset = 'N'
	anything  charset = 'X' // GS1's encodable set 82
	partRef   charset = 'Y' // GS1's encodable set 39, of component and part identifiers
	base64url charset = 'Z' // the set 64 of digital signatures
)

// component is one part of an identifier's value.
type component struct {
	set      charset
	min, max int  // characters; equal for a fixed length
	optional bool // may be left out together with all that follow it
	rule     rule // what else must hold, if anything
}

// ai is one application identifier: what its value looks like and what it goes with.
type ai struct {
	code string
	// predefined lengths need no separator behind the value: its end is known from the identifier's first digits.
	predefined bool
	parts      []component
	// needs lists what must be on the same label, each entry alternatives in a row: "01 02". "01+21" means both.
	needs []string
	// excludes lists what must not be, separated by spaces; a trailing n is any digit.
	excludes string
}

// parts of the dictionary below
func n(length int, r ...rule) component  { return component{digits, length, length, false, one(r)} }
func nUpTo(max int, r ...rule) component { return component{digits, 1, max, false, one(r)} }
func x(length int, r ...rule) component  { return component{anything, length, length, false, one(r)} }
func xUpTo(max int, r ...rule) component { return component{anything, 1, max, false, one(r)} }
func optional(c component) component     { c.optional = true; return c }
func of(c ...component) []component      { return c }
func one(r []rule) rule {
	if len(r) == 0 {
		return rule{}
	}
	return r[0]
}

// identifiers holds the dictionary by code. No code is the beginning of another.
var identifiers = func() map[string]*ai {
	m := make(map[string]*ai, 600)
	add := func(a ai) {
		if m[a.code] != nil {
			panic("gs1: two entries for identifier " + a.code)
		}
		m[a.code] = &a
	}
	for _, a := range single {
		add(a)
	}
	for _, r := range ranges {
		for last := r.first; last <= r.last; last++ {
			a := r.ai
			a.code += string(last)
			add(a)
		}
	}
	for _, f := range measures {
		for last := '0'; last <= '5'; last++ {
			add(ai{code: f.family + string(last), predefined: true, parts: of(n(6)), needs: f.needs, excludes: f.family + "n"})
		}
	}
	return m
}()

// identify returns the identifier that s begins with, or nil.
func identify(s string) *ai {
	for length := 2; length <= 4 && length <= len(s); length++ {
		if a := identifiers[s[:length]]; a != nil {
			return a
		}
	}
	return nil
}

// match checks the beginning of run, which ends at a separator or at the end of the scan, against the value format.
// It returns how much of run the value takes, or why it cannot be one and at which byte of run.
func (a *ai) match(run string, year int) (length int, why Reason, at int) {
	for _, c := range a.parts {
		rest := run[length:]
		if rest == "" && c.optional {
			break
		}
		take := min(len(rest), c.max)
		for i := range take {
			if !c.set.has(rest[i]) {
				return 0, BadCharacter, length + i
			}
		}
		if take < c.min {
			return 0, Truncated, len(run)
		}
		if c.rule.check != nil {
			if why, at := c.rule.check(rest[:take], year); why != "" {
				return 0, why, length + at
			}
		}
		length += take
	}
	return length, "", 0
}

// proves reports whether the value carries a check digit that vouches for the whole scan.
func (a *ai) proves() bool {
	switch a.code {
	case "00", "01", "02", "03", "8006", "8026":
		return true
	}
	return false
}

var indexOf82 = func() (index [256]int8) {
	for i := range index {
		index[i] = -1
	}
	for i := range len(cset82) {
		index[cset82[i]] = int8(i)
	}
	return index
}()

func (set charset) has(c byte) bool {
	upper, lower := c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z'
	switch set {
	case digits:
		return isDigit(c)
	case partRef:
		return isDigit(c) || upper || c == '#' || c == '-' || c == '/'
	case base64url:
		return isDigit(c) || upper || lower || c == '-' || c == '_' || c == '='
	default:
		return indexOf82[c] >= 0
	}
}
