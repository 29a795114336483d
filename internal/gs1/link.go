package gs1

import "strings"

// linkKeys are the identifiers that a Digital Link's path may begin with, each with the identifiers that may qualify it
// there, in order; alternative orders are separated by "|".
var linkKeys = map[string]string{
	"00": "", "01": "22 10 21|235", "253": "", "255": "", "401": "", "402": "", "414": "254|7040", "415": "8020",
	"417": "7040", "8003": "", "8004": "7040", "8006": "22 10 21", "8010": "8011", "8013": "", "8017": "8019", "8018": "8019",
}

// segment is one part of a link and where it begins in the text.
type segment struct {
	text string
	at   int
}

// link answers the URI that begins at byte start of text. It reports false for what is no GS1 Digital Link, such as
// any other web address, which is then unknown.
func (d *Decoder) link(text string, start int) (Scan, bool) {
	path, query, ok := splitLink(text, start)
	if !ok {
		return Scan{}, false
	}
	key, fault, ok := findKey(path)
	switch {
	case !ok:
		return Scan{}, false
	case fault == Truncated:
		return invalid(faultAt(fault, path[key].text, text, path[key].at)), true
	case fault != "":
		return invalid(faultAt(fault, "", text, path[key].at)), true
	}
	s := Scan{Kind: DigitalLink}
	qualifiers := linkKeys[path[key].text]
	var order strings.Builder
	for i := key; i < len(path); i += 2 {
		e, f := d.linkElement(text, path[i], path[i+1], false)
		if f != nil {
			return invalid(f), true
		}
		s.Elements = append(s.Elements, e)
		if i > key {
			order.WriteString(e.AI + " ")
			if !inOrder(order.String(), qualifiers) {
				s.warn(WarnLinkOrder, e.AI)
			}
		}
	}
	for _, q := range query {
		name, value, _ := strings.Cut(q.text, "=")
		if !allDigits(name) || len(name) < 2 || len(name) > 4 {
			continue // every other parameter is the resolver's affair
		}
		e, f := d.linkElement(text, segment{name, q.at}, segment{value, q.at + min(len(name)+1, len(q.text))}, true)
		if f != nil {
			return invalid(f), true
		}
		s.Elements = append(s.Elements, e)
		if inOrder(e.AI, qualifiers) {
			s.warn(WarnLinkOrder, e.AI) // what qualifies the key belongs into the path
		}
	}
	if f := conflict(text, s.Elements); f != nil {
		return invalid(f), true
	}
	d.answer(&s)
	return s, true
}

// splitLink returns the path segments and query parameters of an http or https URI with a domain. The scheme may be
// all lower or all upper case, as the standard has it: upper case makes a smaller QR code.
func splitLink(text string, start int) (path, query []segment, ok bool) {
	rest, found := text[start:], false
	for _, scheme := range []string{"https://", "http://", "HTTPS://", "HTTP://"} {
		if strings.HasPrefix(rest, scheme) {
			rest, found = rest[len(scheme):], true
			break
		}
	}
	domain := strings.IndexAny(rest, "/?#")
	if !found || domain < 1 || rest[domain] != '/' || strings.ContainsAny(rest[:domain], "@ \\\x1d") {
		return nil, nil, false
	}
	at := len(text) - len(rest) + domain + 1
	rest, _, _ = strings.Cut(rest, "#")
	pathText, queryText, _ := strings.Cut(rest[domain+1:], "?")
	path = split(strings.TrimSuffix(pathText, "/"), at, "/")
	query = split(queryText, at+len(pathText)+1, "&;")
	return path, query, true
}

// split cuts s, which begins at byte at of the text, at any of the separators.
func split(s string, at int, separators string) []segment {
	var parts []segment
	for {
		i := strings.IndexAny(s, separators)
		if i < 0 {
			return append(parts, segment{s, at})
		}
		parts = append(parts, segment{s[:i], at})
		s, at = s[i+1:], at+i+1
	}
}

// findKey returns the index of the path segment that names the link's primary key: the last one from which the rest of
// the path is pairs of identifier and value. A key that clearly is one, but is followed by something else, is a fault
// of the segment returned. It reports false for a path that is no GS1 one; a blog's /2026/01/title is none.
func findKey(path []segment) (key int, why Reason, ok bool) {
	for i := len(path) - 2; i >= 0 && identifiers[path[i].text] != nil; i -= 2 {
		if _, isKey := linkKeys[path[i].text]; isKey {
			return i, "", identifiers[path[i].text].parts[0].set != digits || countDigits(path[i+1].text) >= 6
		}
	}
	for i := 0; i+1 < len(path); i++ {
		if c := path[i].text; (c == "00" || c == "01" || c == "8006") && len(path[i+1].text) >= 12 && checked(path[i+1].text) {
			i += 2
			for i+1 < len(path) && identifiers[path[i].text] != nil {
				i += 2
			}
			if identifiers[path[i].text] != nil {
				return i, Truncated, true // the last identifier has no value
			}
			return i, UnknownAI, true
		}
	}
	return 0, "", false
}

func countDigits(s string) (count int) {
	for i := range len(s) {
		if isDigit(s[i]) {
			count++
		}
	}
	return count
}

// inOrder reports whether the qualifiers used, each followed by a space, are some of one alternative, in its order.
func inOrder(used, alternatives string) bool {
next:
	for alternative := range strings.SplitSeq(alternatives, "|") {
		allowed := strings.Fields(alternative)
		for code := range strings.FieldsSeq(used) {
			for len(allowed) > 0 && allowed[0] != code {
				allowed = allowed[1:]
			}
			if len(allowed) == 0 {
				continue next
			}
			allowed = allowed[1:]
		}
		return true
	}
	return false
}

// linkElement checks one identifier of a link and its percent-encoded value.
func (d *Decoder) linkElement(text string, name, value segment, inQuery bool) (Element, *Fault) {
	a := identifiers[name.text]
	if a == nil {
		return Element{}, faultAt(UnknownAI, "", text, name.at)
	}
	plain, bad := unescape(value.text, inQuery)
	if bad >= 0 {
		return Element{}, faultAt(BadEscape, a.code, text, value.at+bad)
	}
	if length := len(plain); a.code == "01" && length < 14 && allDigits(plain) && (length == 8 || length >= 12) {
		plain = pad14(plain) // early links carried GTINs in their own length
	}
	length, why, where := a.match(plain, d.year())
	switch {
	case why == "" && length < len(plain):
		return Element{}, faultAt(BadLength, a.code, text, value.at)
	case why != "" && plain == value.text:
		return Element{}, faultAt(why, a.code, text, value.at+where)
	case why != "": // where counts decoded bytes, which have no place of their own
		return Element{}, faultAt(why, a.code, text, value.at)
	}
	return Element{AI: a.code, Value: plain, at: name.at}, nil
}

// unescape decodes percent-encoding, and in a query + as a space. bad is the byte of a broken escape, or -1.
func unescape(s string, inQuery bool) (plain string, bad int) {
	if !strings.ContainsAny(s, "%+") {
		return s, -1
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '+' && inQuery:
			b.WriteByte(' ')
		case s[i] != '%':
			b.WriteByte(s[i])
		case i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]):
			return "", i
		default:
			b.WriteByte(nibble(s[i+1])<<4 | nibble(s[i+2]))
			i += 2
		}
	}
	return b.String(), -1
}

func nibble(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return (c | 0x20) - 'a' + 10
}
