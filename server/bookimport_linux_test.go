package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"testing"
	"time"

	"jard/internal/link"
	"jard/internal/stocktake"
)

// bookTables are what PostgreSQL holds a book against as it comes in: the same that an import of one does, but for what people's files
// bring along besides (titles, totals, marks of other countries, barcodes for numbers).
const bookTables = `
create table section (id text primary key);
create table item (id text primary key);
create table book (
  section text not null references section, item text not null references item,
  quantity numeric not null check (abs(quantity) <= 9007199254740.991 and scale(quantity) <= 3),
  cost numeric not null check (cost >= 0 and cost <= 9007199254.740991 and scale(cost) <= 6),
  check (abs(quantity * cost) <= 9007199254740.991),
  primary key (section, item)
);
create index on book (item);
create table unchecked (section text not null, item text not null, quantity numeric not null, cost numeric not null, primary key (section, item));
create index on unchecked (item);
create table keyed (section text not null, item text not null, quantity numeric not null, cost numeric not null, primary key (section, item));
create table heap (section text not null, item text not null, quantity numeric not null, cost numeric not null);`

// goodsBook is the file, in the order in which an ERP's index gives it.
func goodsBook() []byte {
	var b bytes.Buffer
	b.WriteString("section,item,quantity,cost\n")
	for n := range goodsLines {
		fmt.Fprintf(&b, "S%02d,%06d,%d.%03d,%d.%06d\n", n/goodsItems, n%goodsItems, n%97, n%1000, n%7, n%999983)
	}
	return b.Bytes()
}

// BenchmarkImportBesidePostgres prints how long a book of a million lines takes from its file until it is published and durable, beside
// PostgreSQL's COPY of the same file: into a table with a primary key, with a second index, with both and held against sections and items, and,
// for what remains of it, into one with no index at all.
func BenchmarkImportBesidePostgres(b *testing.B) {
	c := startCluster(b)
	text := goodsBook()
	dir := tempDir(b)
	defer os.RemoveAll(dir)
	n, err := openNode(dataFlags{Data: dir}, slog.New(slog.DiscardHandler))
	must(b, err)
	ctx := context.Background()
	name := stocktake.Name{Arabic: "السوق المركزي"}
	must(b, n.db.PutSociety(ctx, stocktake.Society{ID: benchSociety, Name: name, Governorate: stocktake.Hawalli}))
	site := stocktake.Site{ID: "central", Name: name, Kind: stocktake.CentralMarket}
	var sections, goods bytes.Buffer
	for s := range goodsSections {
		id := fmt.Sprintf("S%02d", s)
		site.Sections = append(site.Sections, stocktake.Section{ID: stocktake.SectionID(id), Name: name})
		fmt.Fprintln(&sections, id)
	}
	var items []stocktake.Item
	for i := range goodsItems {
		id := fmt.Sprintf("%06d", i)
		items = append(items, stocktake.Item{ID: stocktake.ItemID(id), Name: name, Unit: stocktake.Piece})
		fmt.Fprintln(&goods, id)
	}
	place, err := stocktake.NewDocument(site)
	must(b, err)
	must(b, n.db.Publish(ctx, benchSociety, link.SiteName(site.ID), place))
	head, chunks, err := stocktake.NewCatalogue(items)
	must(b, err)
	must(b, n.db.Publish(ctx, benchSociety, link.CatalogueName, head, chunks...))
	importer := link.NewImporter(n.db, link.Limits{})
	by := stocktake.Person{Society: benchSociety, ID: "erp", Roles: []stocktake.Role{stocktake.Integrator}}
	c.sql(b, bookTables, nil)
	c.sql(b, "copy section from stdin", &sections)
	c.sql(b, "copy item from stdin", &goods)
	c.sql(b, "vacuum analyze", nil)
	var taken, read []time.Duration
	tables := []string{"heap", "keyed", "unchecked", "book"}
	copied := map[string][]time.Duration{}
	for round := range goodsRounds { // by turns: others may be at work
		c.sql(b, "truncate heap, keyed, unchecked, book; checkpoint", nil) // nobody's leg waits for what another's left to write
		debug.FreeOSMemory()
		file := link.File{Name: "book.csv", Size: int64(len(text)), Data: bytes.NewReader(text)}
		began := time.Now()
		r, err := importer.ImportBook(ctx, by, file, site.ID, time.Now().Add(-time.Duration(goodsRounds-round)*time.Hour), "1", link.Mapping{}, link.Options{})
		taken = append(taken, time.Since(began))
		must(b, err)
		if r.Stats.Lines != goodsLines || !r.Published {
			b.Fatalf("%d lines, published %t", r.Stats.Lines, r.Published)
		}
		began = time.Now()
		_, err = link.ReadBook(ctx, file, link.Book{Site: site, Items: items, AsOf: time.Now()}, link.Mapping{}, link.Limits{}, nil)
		read = append(read, time.Since(began))
		must(b, err)
		for _, table := range tables {
			c.sql(b, "checkpoint", nil)
			began = time.Now()
			c.sql(b, "copy "+table+" from stdin with (format csv, header)", bytes.NewReader(text))
			copied[table] = append(copied[table], time.Since(began))
		}
		b.Logf("round %d: %s, %s; %v", round, taken[round], read[round], copied)
	}
	must(b, n.close())
	fmt.Printf("\na book of %d lines, %d MB of CSV, medians of %d; %s\n\n| | seconds | times Jard's |\n|---|---|---|\n| Jard, every check, published and durable | %.2f | |\n"+
		"| … of which reading and checking | %.2f | |\n", goodsLines, len(text)>>20, goodsRounds, time.Now().UTC().Format("2006-01-02 15:04 UTC"), middle(taken).Seconds(), middle(read).Seconds())
	for n, says := range []string{"no index, unchecked", "its primary key, unchecked", "its primary key and an index by item, unchecked", "both, that also holds it against sections and items, and checks ranges"} {
		took := middle(copied[tables[n]]).Seconds()
		fmt.Printf("| PostgreSQL, COPY into a table with %s | %.2f | %.2f |\n", says, took, took/middle(taken).Seconds())
	}
	fmt.Println()
}
