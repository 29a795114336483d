package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"jard/internal/stocktake"
)

// siteEditors may change sites: those whose files of places are taken in.
var siteEditors = []stocktake.Role{stocktake.SocietyAdministrator, stocktake.Supervisor, stocktake.Manager}

func (k *console) sitePages() []route {
	return []route{
		{path: "/sites", roles: siteEditors, get: k.showSites},
		{path: "/sites/new", roles: siteEditors, get: k.showNewSite, post: k.newSite},
		{path: "/sites/:site", roles: siteEditors, get: k.showSite, post: k.changeSite},
		{path: "/sites/:site/sections/:section", roles: siteEditors, get: k.showSection, post: k.changeSection},
	}
}

// sitePage is a site, or one section of it, with what the form must bring back: the plan that was seen.
type sitePage struct {
	Site      stocktake.Site
	Was       stocktake.Hash
	Kinds     []option
	Section   stocktake.Section
	Locations []stocktake.Location // of the section
	Held      map[stocktake.SectionID]int
	Spots     []option // kinds of location
	Others    []option // the other sections
	Do        string
	Asked     []stocktake.Location // to be removed, once somebody has said that they mean it
}

func (v *visit) siteKinds() []option {
	var list []option
	for _, kind := range []stocktake.SiteKind{stocktake.CentralMarket, stocktake.Branch, stocktake.Warehouse, stocktake.SupplyBranch} {
		list = append(list, option{Value: string(kind), Text: v.tongue.t("site-kind." + string(kind))})
	}
	return list
}

func (k *console) showSites(v *visit) error {
	if k.Places == nil {
		return NotOffered.New()
	}
	sites, err := k.Places.Sites(v.Request().Context(), v.by)
	if err != nil {
		return err
	}
	return v.show("sites", frame{Title: "sites.title", Nav: "sites", Data: sites})
}

func (k *console) showNewSite(v *visit) error {
	return v.show("site-new", frame{Title: "site.new", Nav: "sites", Data: sitePage{Kinds: v.siteKinds()}})
}

func (k *console) newSite(v *visit) error {
	if k.Places == nil {
		return NotOffered.New()
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	site := stocktake.Site{ID: stocktake.SiteID(f.need("id")), Name: nameIn(f, "name"), Kind: stocktake.SiteKind(f.Get("kind"))}
	if site.Name == (stocktake.Name{}) {
		f.wrong("name-ar", FieldMissing.New())
	}
	if f.good() {
		err := k.Places.SaveSite(v.Request().Context(), v.by, site, stocktake.Hash{})
		if err == nil {
			return v.done(siteAddress(site.ID), "done.site-added")
		}
		if err := f.blame(err, "site-exists", "id", "id-empty", "id", "id-too-long", "id", "id-characters", "id", "name-too-long", "name-ar"); err != nil {
			return err
		}
	}
	return v.again("site-new", frame{Title: "site.new", Nav: "sites", Form: f, Data: sitePage{Kinds: v.siteKinds()}})
}

func siteAddress(id stocktake.SiteID) string { return "/sites/" + url.PathEscape(string(id)) }

// sitePage looks at the site of the address, and at its section where the address names one.
func (k *console) sitePage(v *visit, section bool) (sitePage, error) {
	if k.Places == nil {
		return sitePage{}, NotOffered.New()
	}
	id, err := param(v, "site")
	if err != nil {
		return sitePage{}, err
	}
	p := sitePage{Kinds: v.siteKinds(), Held: map[stocktake.SectionID]int{}}
	if p.Site, p.Was, err = k.Places.Site(v.Request().Context(), v.by, stocktake.SiteID(id)); err != nil {
		return p, err
	}
	for _, l := range p.Site.Locations {
		p.Held[l.Section]++
	}
	if !section {
		return p, nil
	}
	if id, err = param(v, "section"); err != nil {
		return p, err
	}
	found := false
	for _, s := range p.Site.Sections {
		if string(s.ID) == id {
			p.Section, found = s, true
		} else {
			p.Others = append(p.Others, option{Value: string(s.ID), Text: v.tongue.name(s.Name)})
		}
	}
	if !found {
		return p, stocktake.NoSuch("section", id)
	}
	for _, l := range p.Site.Locations {
		if l.Section == p.Section.ID {
			p.Locations = append(p.Locations, l)
		}
	}
	for _, kind := range []stocktake.LocationKind{stocktake.Floor, stocktake.Store, stocktake.Cold, stocktake.Receiving} {
		p.Spots = append(p.Spots, option{Value: string(kind), Text: v.tongue.t("location-kind." + string(kind))})
	}
	return p, nil
}

// siteForm is a form about a site with what is known of it.
func (v *visit) siteForm(p sitePage) *form {
	return v.newForm("name-ar", p.Site.Name.Arabic, "name-en", p.Site.Name.English, "kind", string(p.Site.Kind))
}

func (k *console) showSite(v *visit) error {
	p, err := k.sitePage(v, false)
	if err != nil {
		return err
	}
	return v.show("site", frame{Title: "sites.title", Nav: "sites", Data: p, Form: v.siteForm(p)})
}

// was is the plan that the form was filled in on.
func (f *form) was() (h stocktake.Hash, err error) {
	if h.UnmarshalText([]byte(f.Get("was"))) != nil {
		return h, FormMalformed.New()
	}
	return h, nil
}

// changeSite changes what the site is called, or adds a section.
func (k *console) changeSite(v *visit) error {
	p, err := k.sitePage(v, false)
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	was, err := f.was()
	if err != nil {
		return err
	}
	p.Do = f.Get("do")
	site, done := p.Site, "done.site-saved"
	switch p.Do {
	case "site":
		site.Name, site.Kind = nameIn(f, "name"), stocktake.SiteKind(f.Get("kind"))
		if site.Name == (stocktake.Name{}) {
			f.wrong("name-ar", FieldMissing.New())
		}
	case "section":
		s := stocktake.Section{ID: stocktake.SectionID(f.need("section-id")), Name: nameIn(f, "section-name"), Custodian: nameIn(f, "custodian")}
		if s.Name == (stocktake.Name{}) {
			f.wrong("section-name-ar", FieldMissing.New())
		}
		site.Sections = append(slices.Clone(site.Sections), s)
		done = "done.section-added"
	default:
		return FormMalformed.New()
	}
	if f.good() {
		err := k.Places.SaveSite(v.Request().Context(), v.by, site, was)
		if err == nil {
			return v.done(siteAddress(site.ID), done)
		}
		field := map[string]string{"site": "name-ar", "section": "section-id"}[p.Do]
		if err := f.blame(err, "id-repeated", field, "id-empty", field, "id-too-long", field, "id-characters", field); err != nil {
			return err
		}
	}
	for name, values := range v.siteForm(p).Values {
		if _, typed := f.Values[name]; !typed {
			f.Values[name] = values
		}
	}
	return v.again("site", frame{Title: "sites.title", Nav: "sites", Form: f, Data: p})
}

func (v *visit) sectionForm(p sitePage) *form {
	return v.newForm("section-name-ar", p.Section.Name.Arabic, "section-name-en", p.Section.Name.English,
		"custodian-ar", p.Section.Custodian.Arabic, "custodian-en", p.Section.Custodian.English)
}

func (k *console) showSection(v *visit) error {
	p, err := k.sitePage(v, true)
	if err != nil {
		return err
	}
	return v.show("section", frame{Title: "sites.title", Nav: "sites", Data: p, Form: v.sectionForm(p)})
}

// changeSection changes a section's name and custodian, adds locations by range, and moves, marks, labels or removes some.
func (k *console) changeSection(v *visit) error {
	p, err := k.sitePage(v, true)
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	was, err := f.was()
	if err != nil {
		return err
	}
	p.Do = f.Get("do")
	site := p.Site
	site.Sections, site.Locations = slices.Clone(site.Sections), slices.Clone(site.Locations)
	to, done := siteAddress(site.ID)+"/sections/"+url.PathEscape(string(p.Section.ID)), "done.site-saved"
	switch p.Do {
	case "section":
		editSection(f, &site, p.Section.ID)
	case "range":
		done = "done.locations-added"
		addRange(f, &site, p.Section.ID)
	case "tick-all", "tick-none":
		f.Values["location"] = nil
		for _, l := range p.Locations {
			if p.Do == "tick-all" {
				f.Values.Add("location", string(l.ID))
			}
		}
		return k.showSectionForm(v, p, f)
	case "labels": // of those ticked; of all where none is
		place := labelPlace(site.ID, p.Section.ID, f.All("location"))
		return v.Redirect(http.StatusSeeOther, "/labels?"+url.Values{"place": {place}}.Encode())
	case "remove", "remove-section":
		for _, l := range p.Locations {
			if p.Do == "remove" && f.Has("location", string(l.ID)) {
				p.Asked = append(p.Asked, l)
			}
		}
		if len(p.Asked) > 0 || p.Do == "remove-section" {
			return k.showSectionForm(v, p, f)
		}
		f.Fault = v.tongue.say(ChooseOne.New())
	case "remove-section-sure":
		to, done = siteAddress(site.ID), "done.section-removed"
		if len(p.Locations) > 0 {
			f.Fault = v.tongue.say(SectionHolds.New(len(p.Locations)))
		}
		site.Sections = slices.DeleteFunc(site.Sections, func(s stocktake.Section) bool { return s.ID == p.Section.ID })
	case "remove-sure", "move", "kind", "shared", "unshared":
		editLocations(f, &site, p.Section.ID, p.Do)
	default:
		return FormMalformed.New()
	}
	if f.good() {
		err := k.Places.SaveSite(v.Request().Context(), v.by, site, was)
		if err == nil {
			return v.done(to, done)
		}
		if err := f.blame(err, "id-repeated", "from", "name-too-long", map[bool]string{true: "pattern-ar", false: "section-name-ar"}[p.Do == "range"]); err != nil {
			return err
		}
	}
	v.fillSection(p, f)
	return v.again("section", frame{Title: "sites.title", Nav: "sites", Form: f, Data: p})
}

// fillSection puts what is known of the section into the fields that were not sent.
func (v *visit) fillSection(p sitePage, f *form) {
	for name, values := range v.sectionForm(p).Values {
		if _, typed := f.Values[name]; !typed {
			f.Values[name] = values
		}
	}
}

// showSectionForm shows the section again with what is ticked: nothing was done yet.
func (k *console) showSectionForm(v *visit, p sitePage, f *form) error {
	v.fillSection(p, f)
	return v.show("section", frame{Title: "sites.title", Nav: "sites", Form: f, Data: p})
}

func editSection(f *form, site *stocktake.Site, id stocktake.SectionID) {
	for i := range site.Sections {
		if s := &site.Sections[i]; s.ID == id {
			s.Name, s.Custodian = nameIn(f, "section-name"), nameIn(f, "custodian")
			if s.Name == (stocktake.Name{}) {
				f.wrong("section-name-ar", FieldMissing.New())
			}
		}
	}
}

func addRange(f *form, site *stocktake.Site, id stocktake.SectionID) {
	from, to := f.need("from"), f.Get("to")
	if from == "" {
		return
	}
	ids := []stocktake.LocationID{stocktake.LocationID(from)}
	if to != "" {
		var err error
		if ids, err = stocktake.LocationRange(stocktake.LocationID(from), stocktake.LocationID(to)); err != nil {
			f.wrong("to", stocktake.Fault(err))
			return
		}
	}
	pattern := nameIn(f, "pattern")
	for _, l := range ids {
		name := stocktake.Name{Arabic: numbered(pattern.Arabic, l, len(ids) > 1), English: numbered(pattern.English, l, len(ids) > 1)}
		if name == (stocktake.Name{}) {
			name.Arabic = string(l)
		}
		site.Locations = append(site.Locations, stocktake.Location{ID: l, Name: name, Section: id,
			Kind: stocktake.LocationKind(f.Get("location-kind")), Shared: f.Get("shared") != ""})
	}
}

// numbered is a name with the number of a location's id in the place of #, or after it where several would be called the same.
func numbered(pattern string, id stocktake.LocationID, several bool) string {
	head := strings.TrimRight(string(id), "0123456789")
	n := strings.TrimLeft(string(id)[len(head):], "0")
	switch {
	case pattern == "":
		return ""
	case strings.Contains(pattern, "#"):
		return strings.ReplaceAll(pattern, "#", cmp.Or(n, "0"))
	case several:
		return pattern + " " + cmp.Or(n, "0")
	}
	return pattern
}

// editLocations does one thing to the locations of a section that are ticked.
func editLocations(f *form, site *stocktake.Site, id stocktake.SectionID, do string) {
	ticked := f.All("location")
	if len(ticked) == 0 {
		f.Fault = f.tongue.say(ChooseOne.New())
		return
	}
	meant := func(l *stocktake.Location) bool { return l.Section == id && slices.Contains(ticked, string(l.ID)) }
	if do == "remove-sure" {
		site.Locations = slices.DeleteFunc(site.Locations, func(l stocktake.Location) bool { return meant(&l) })
		return
	}
	for i := range site.Locations {
		l := &site.Locations[i]
		switch {
		case !meant(l):
		case do == "move":
			l.Section = stocktake.SectionID(f.Get("into"))
		case do == "kind":
			l.Kind = stocktake.LocationKind(f.Get("as"))
		default:
			l.Shared = do == "shared"
		}
	}
}

// SectionHolds answers whoever removes a section that still has locations.
var SectionHolds = stocktake.NewReason(stocktake.Conflict, "section-holds",
	"The section still has %d locations. Move or remove them first.",
	"ما زال في القسم %d موقع. انقلها أو احذفها أولًا.")
