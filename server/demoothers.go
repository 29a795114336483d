package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"jard/internal/count"
	"jard/internal/ministry"
	"jard/internal/simulate"
	"jard/internal/stocktake"
)

// The other societies of the ministry's demo are made up, all but their governorates.
var demoOthers = []stocktake.Society{
	{ID: "nakheel", Name: stocktake.Name{Arabic: "جمعية النخيل التعاونية", English: "Nakheel Cooperative"}, Governorate: stocktake.Hawalli},
	{ID: "sahel", Name: stocktake.Name{Arabic: "جمعية الساحل التعاونية", English: "Sahel Cooperative"}, Governorate: stocktake.Hawalli},
	{ID: "rayhan", Name: stocktake.Name{Arabic: "جمعية الريحان التعاونية", English: "Rayhan Cooperative"}, Governorate: stocktake.Farwaniya},
	{ID: "basateen", Name: stocktake.Name{Arabic: "جمعية البساتين التعاونية", English: "Basateen Cooperative"}, Governorate: stocktake.Farwaniya},
	{ID: "marfa", Name: stocktake.Name{Arabic: "جمعية المرفأ التعاونية", English: "Marfa Cooperative"}, Governorate: stocktake.Ahmadi},
	{ID: "kuthban", Name: stocktake.Name{Arabic: "جمعية الكثبان التعاونية", English: "Kuthban Cooperative"}, Governorate: stocktake.Jahra},
	{ID: "sadaf", Name: stocktake.Name{Arabic: "جمعية الصدف التعاونية", English: "Sadaf Cooperative"}, Governorate: stocktake.MubarakAlKabeer},
	{ID: "hadaba", Name: stocktake.Name{Arabic: "جمعية الهضبة التعاونية", English: "Hadaba Cooperative"}, Governorate: stocktake.Ahmadi},
}

// sending is a result that one of them sent.
type sending struct {
	society  int // of demoOthers; the last one has sent nothing
	daysAgo  int
	careless bool // refused
	corrects bool // replaces the one before
}

var demoSendings = []sending{
	{society: 0, daysAgo: 96}, {society: 2, daysAgo: 90}, {society: 5, daysAgo: 84, careless: true}, {society: 5, daysAgo: 82, corrects: true},
	{society: 1, daysAgo: 61}, {society: 3, daysAgo: 40}, {society: 0, daysAgo: 21}, {society: 6, daysAgo: 12, careless: true},
	{society: 4, daysAgo: 5},
}

// neighbours are the other societies at work. They live in a store of their own, which is thrown away: what the ministry
// has of them is all that is left.
type neighbours struct {
	*builder
	node     *node
	sessions *count.Service
	ahead    []sending // what they have still to send, the oldest first
	last     map[int]stocktake.SessionID
}

// others enrols the other societies.
func (b *builder) others(ctx context.Context) (*neighbours, error) {
	n, err := openNodeWith(dataFlags{filepath.Join(b.dir, "others")}, slog.New(slog.DiscardHandler), setting{clock: b.clock, unsynced: true})
	if err != nil {
		return nil, err
	}
	o := &neighbours{b, n, count.NewService(n.db, n.db, n.db, b.clock.Now), demoSendings, map[int]stocktake.SessionID{}}
	for _, s := range demoOthers {
		if _, err := n.addSociety(ctx, s); err != nil {
			return nil, errors.Join(err, o.close())
		}
		if err := b.enrol(ctx, n, s); err != nil {
			return nil, errors.Join(err, o.close())
		}
	}
	return o, nil
}

func (o *neighbours) close() error {
	o.sessions.Close()
	return errors.Join(o.node.close(), os.RemoveAll(o.node.Data))
}

// until lets them count, seal and send what they had sent so many days ago: the clock goes one way.
func (o *neighbours) until(ctx context.Context, daysAgo int) error {
	for len(o.ahead) > 0 && o.ahead[0].daysAgo > daysAgo {
		s := o.ahead[0]
		id, err := o.send(ctx, o.node, o.sessions, len(demoSendings)-len(o.ahead), s, o.last[s.society])
		if err != nil {
			return fmt.Errorf("%s: %w", demoOthers[s.society].ID, err)
		}
		o.last[s.society], o.ahead = id, o.ahead[1:]
	}
	return nil
}

// send is one count of one of them, from the issue to the ministry's answer.
func (b *builder) send(ctx context.Context, n *node, sessions *count.Service, k int, s sending, before stocktake.SessionID) (stocktake.SessionID, error) {
	society := demoOthers[s.society]
	site, book, truth, items := b.corner(s.society)
	x := bygone{
		plan: count.Plan{
			Session: stocktake.SessionID(fmt.Sprintf("count-%d", k+1)), Name: stocktake.Name{Arabic: "جرد السوق المركزي", English: "Count of the central market"},
			Site: site.ID, Kind: count.Full, Blind: true, Tiers: []count.Tier{{Role: stocktake.Manager}},
		},
		site: site, items: items, truth: slightlyOff(truth),
		walkers:    []walker{{count.Stream{Device: "CT30-1", Epoch: "e1"}, "counter-1"}},
		supervisor: stocktake.Person{Society: society.ID, ID: "supervisor", Roles: []stocktake.Role{stocktake.Supervisor}},
		manager:    stocktake.Person{Society: society.ID, ID: "manager", Roles: []stocktake.Role{stocktake.Manager}},
		began:      b.MadeAt.AddDate(0, 0, -s.daysAgo),
	}
	x.approvers = []stocktake.Person{x.manager}
	issuer := ministry.NewIssuer(n.db, n.db, n.signer, software())
	x.issuer = issuer
	if s.careless {
		x.issuer = careless{issuer, n.signer}
	}
	if s.corrects {
		return x.plan.Session, errors.Join(x.correct(ctx, sessions, b.clock, before), b.deliver(ctx, n))
	}
	head, chunks, err := stocktake.NewCatalogue(listed(items))
	if err != nil {
		return "", err
	}
	b.clock.move(x.began)
	if err := n.db.Publish(ctx, society.ID, "catalogue", head, chunks...); err != nil {
		return "", err
	}
	if err := publishSite(ctx, n, society.ID, site, book, x.began, ""); err != nil {
		return "", err
	}
	if err := x.make(ctx, n, sessions, b.clock); err != nil {
		return "", err
	}
	return x.plan.Session, b.deliver(ctx, n)
}

// corner is a small part of the home society's market, another one for each: one aisle of the groceries.
func (b *builder) corner(k int) (stocktake.Site, []stocktake.BookLine, simulate.Truth, map[stocktake.ItemID]stocktake.Item) {
	whole := b.made.Central
	site := whole.Site
	n := slices.IndexFunc(site.Sections, func(s stocktake.Section) bool { return s.ID == "groceries" })
	site.Sections, site.Locations = site.Sections[n:n+1], nil
	at := map[stocktake.LocationID]bool{}
	for _, l := range whole.Locations {
		if l.Section == site.Sections[0].ID && len(site.Locations) < 4 {
			site.Locations = append(site.Locations, l)
			at[l.ID] = true
		}
	}
	counted := map[stocktake.ItemID]bool{}
	var truth simulate.Truth
	for n, stand := range whole.Truth {
		if at[stand.Location] && n%9 == k && stand.Quantity > 0 {
			truth = append(truth, stand)
			counted[stand.Item] = true
		}
	}
	var book []stocktake.BookLine
	for _, l := range whole.Book {
		if l.Section == site.Sections[0].ID && counted[l.Item] {
			l.Quantity = truth.Total(l.Item, locationIDs(site)...)
			book = append(book, l)
		}
	}
	items := map[stocktake.ItemID]stocktake.Item{}
	for _, g := range b.made.Goods {
		if counted[g.ID] {
			items[g.ID] = g.Item
		}
	}
	return site, book, truth, items
}

func locationIDs(s stocktake.Site) []stocktake.LocationID {
	all := make([]stocktake.LocationID, 0, len(s.Locations))
	for _, l := range s.Locations {
		all = append(all, l.ID)
	}
	return all
}

func listed(items map[stocktake.ItemID]stocktake.Item) []stocktake.Item {
	all := make([]stocktake.Item, 0, len(items))
	for _, i := range items {
		all = append(all, i)
	}
	return all
}

// slightlyOff is what is found where one line in eleven differs from what should be there.
func slightlyOff(t simulate.Truth) simulate.Truth {
	t = slices.Clone(t)
	for n := range t {
		switch q := t[n].Quantity; {
		case n%11 == 3 && q >= 3000:
			t[n].Quantity -= 2000
		case n%11 == 8:
			t[n].Quantity += 1000
		}
	}
	return t
}
