package web

import (
	"encoding/json"
	"html/template"
	"slices"
	"time"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// logField is one thing that an entry says, for people.
type logField struct {
	Key  string // of its label
	Text template.HTML
}

// most of a list that is shown; its body has all.
const mostListed = 20

// logRead says a value of a body for people; nothing where there is nothing to say.
type logRead func(*logReader, json.RawMessage) template.HTML

// logFields are what an entry says, in the order of people's interest. What only programs need stays in the body.
var logFields = []struct {
	key  string
	read logRead
}{
	{"kind", oneOf("session-kind.")}, {"planned", (*logReader).planned}, {"verdict", oneOf("verdict.")}, {"capacity", oneOf("capacity.")}, {"accept", (*logReader).yes}, {"set_aside", (*logReader).yes}, {"take_back", (*logReader).yes},
	{"location", one((*logReader).Place)}, {"from", one((*logReader).Place)}, {"to", one((*logReader).Place)}, {"section", one((*logReader).Section)}, {"item", one((*logReader).Item)}, {"person", one((*logReader).Person)},
	{"round", (*logReader).number}, {"mode", oneOf("log-mode.")}, {"code", (*logReader).code}, {"amount", (*logReader).quantity}, {"pack", (*logReader).quantity},
	{"price", (*logReader).fils}, {"unit_price", (*logReader).fils},
	{"condition", oneOf("condition.")}, {"lot", (*logReader).code}, {"expiry", (*logReader).code}, {"note", (*logReader).text}, {"all_here", (*logReader).yes}, {"undirected", (*logReader).yes}, {"photo", (*logReader).photo},
	{"observations", (*logReader).number}, {"quantity", (*logReader).quantity}, {"scanned_at", (*logReader).instant}, {"taken_at", (*logReader).instant}, {"at", (*logReader).instant},
	{"blind", (*logReader).yes}, {"due", (*logReader).day}, {"sections", each((*logReader).Section)}, {"locations", each((*logReader).Place)}, {"items", each((*logReader).Item)},
	{"committee", each((*logReader).Person)}, {"witness", one((*logReader).Person)}, {"tasks", (*logReader).tasks}, {"withdraw", (*logReader).howMany}, {"lines", (*logReader).lines},
	{"not_counted", (*logReader).number}, {"device", (*logReader).device}, {"devices", (*logReader).howMany}, {"last", (*logReader).number},
	{"series", (*logReader).number}, {"number", (*logReader).number}, {"result", (*logReader).code}, {"text", (*logReader).text}, {"reason", (*logReader).text},
}

// logReader reads bodies with the names of what they name by id.
type logReader struct {
	*tongue
	*seen
	devices map[stocktake.DeviceID]string
}

// fields are what a body says; none where it is no object.
func (r *logReader) fields(body []byte) []logField {
	var said map[string]json.RawMessage
	if json.Unmarshal(body, &said) != nil {
		return nil
	}
	var scope map[string]json.RawMessage
	if json.Unmarshal(said["scope"], &scope) == nil {
		for key, v := range scope {
			said[key] = v
		}
	}
	var list []logField
	for _, f := range logFields {
		if v, ok := said[f.key]; ok && f.key == "code" && said["verdict"] != nil { // a reason's, not what was scanned
			if name := r.CodeName(read[string](v)); name != (stocktake.Name{}) {
				list = append(list, logField{"sheet.code", r.named(name)})
			}
		} else if ok {
			if text := f.read(r, v); text != "" {
				list = append(list, logField{"log-field." + f.key, text})
			}
		}
	}
	return list
}

// planned says of which plan an issued session is, and whether anybody issued it.
func (r *logReader) planned(v json.RawMessage) template.HTML {
	p := read[count.Planned](v)
	text := r.moment(p.At)
	if p.Planner != "" {
		text += template.HTML(" · " + template.HTMLEscapeString(r.t("log.planned", r.name(r.Person(p.Planner)))))
	}
	if p.Automatic {
		text += template.HTML(" · " + template.HTMLEscapeString(r.t("log.planned-automatic")))
	}
	return text
}

// read is a value of a body; the zero one where it is of another type.
func read[T any](v json.RawMessage) (x T) {
	if json.Unmarshal(v, &x) != nil {
		var none T
		return none
	}
	return x
}

func (r *logReader) plain(s string) template.HTML {
	if s == "" {
		return ""
	}
	return template.HTML("<bdi>" + template.HTMLEscapeString(s) + "</bdi>")
}

// oneOf reads one of a family of words; nothing for a word that is not in it.
func oneOf(family string) logRead {
	return func(r *logReader, v json.RawMessage) template.HTML {
		if key := family + read[string](v); r.has(key) {
			return r.plain(r.t(key))
		}
		return ""
	}
}

// one reads an id as what it is called, and each a list of them.
func one[T any](called func(*logReader, T) stocktake.Name) logRead {
	return func(r *logReader, v json.RawMessage) template.HTML { return r.named(called(r, read[T](v))) }
}

func each[T any](called func(*logReader, T) stocktake.Name) logRead {
	return func(r *logReader, v json.RawMessage) template.HTML {
		all := read[[]T](v)
		return r.list(len(all), func(i int) template.HTML { return r.named(called(r, all[i])) })
	}
}

func (r *logReader) text(v json.RawMessage) template.HTML { return r.plain(read[string](v)) }

func (r *logReader) photo(v json.RawMessage) template.HTML {
	hash := read[string](v)
	if new(stocktake.Hash).UnmarshalText([]byte(hash)) != nil {
		return ""
	}
	at := template.HTMLEscapeString(r.PhotoPath(hash))
	return template.HTML(`<a href="` + at + `"><img class="photo" src="` + at + `" alt="` + template.HTMLEscapeString(r.t("photo.alt")) + `" loading="lazy"></a>`)
}

func (r *logReader) yes(v json.RawMessage) template.HTML {
	if read[bool](v) {
		return r.plain(r.t("log.yes"))
	}
	return r.plain(r.t("log.no"))
}

func (r *logReader) code(v json.RawMessage) template.HTML {
	if s := read[string](v); s != "" {
		return r.tongue.code(s)
	}
	return ""
}

func (r *logReader) number(v json.RawMessage) template.HTML { return r.tongue.number(read[int64](v)) }
func (r *logReader) quantity(v json.RawMessage) template.HTML {
	return r.tongue.number(read[stocktake.Quantity](v))
}

func (r *logReader) fils(v json.RawMessage) template.HTML {
	return r.tongue.number(read[stocktake.Fils](v))
}

func (r *logReader) howMany(v json.RawMessage) template.HTML {
	return r.tongue.number(len(read[[]json.RawMessage](v)))
}

func (r *logReader) instant(v json.RawMessage) template.HTML {
	if ms := read[int64](v); ms > 0 {
		return r.moment(time.UnixMilli(ms))
	}
	return ""
}

func (r *logReader) day(v json.RawMessage) template.HTML { return r.moment(read[time.Time](v)) }

func (r *logReader) named(n stocktake.Name) template.HTML { return r.plain(r.name(n)) }

func (r *logReader) device(v json.RawMessage) template.HTML {
	id := read[stocktake.DeviceID](v)
	if name := r.devices[id]; name != "" {
		return r.plain(name)
	}
	return r.plain(string(id))
}

// list shows the first of many, each on a line of its own, and says how many there are where it does not show all.
func (r *logReader) list(n int, show func(int) template.HTML) template.HTML {
	var all template.HTML
	for i := range min(n, mostListed) {
		if i > 0 {
			all += "<br>"
		}
		all += show(i)
	}
	if n > mostListed {
		all += "<br>" + r.plain(r.t("log.of-them", mostListed, n))
	}
	return all
}

// tasks are who is to count where, and what where it is not everything.
func (r *logReader) tasks(v json.RawMessage) template.HTML {
	all := read[[]count.Task](v)
	return r.list(len(all), func(i int) template.HTML {
		s := r.named(r.Place(all[i].Location))
		for _, item := range all[i].Items[:min(len(all[i].Items), mostListed)] {
			s += " · " + r.named(r.Item(item))
		}
		if all[i].Person != "" {
			s += " · " + r.named(r.Person(all[i].Person))
		}
		return s
	})
}

// lines are those that were decided on, or how many there were.
func (r *logReader) lines(v json.RawMessage) template.HTML {
	all := read[[]count.LineRef](v)
	if all == nil {
		return r.number(v)
	}
	all = slices.DeleteFunc(all, func(l count.LineRef) bool { return l.Item == "" })
	return r.list(len(all), func(i int) template.HTML {
		return r.named(r.Item(all[i].Item)) + " · " + r.named(r.Section(all[i].Section))
	})
}
