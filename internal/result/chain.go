package result

import (
	"encoding/json"

	"jard/internal/stocktake"
)

// Link is what every document of a chain says of its place in it.
type Link struct {
	Schema   string              `json:"schema"`
	Society  stocktake.SocietyID `json:"society"`
	Series   uint64              `json:"series"`
	Number   uint64              `json:"number"`
	Previous stocktake.Hash      `json:"previous"`
}

// Ref is the place.
func (l *Link) Ref() Ref { return Ref{Series: l.Series, Number: l.Number} }

// ReadLink reads where a document says that it stands, whatever else it holds, even where it cannot be parsed as a
// result: a document that is validly signed but faulty keeps its place.
func ReadLink(b []byte) (*Link, error) {
	l := new(Link)
	if len(b) > MaxDocument {
		return nil, DocumentTooLarge.New(len(b), MaxDocument)
	}
	if err := json.Unmarshal(b, l); err != nil {
		return nil, DocumentUnreadable.Wrap(err, err.Error())
	}
	if err := stocktake.CheckID("society", string(l.Society)); err != nil {
		return nil, err
	}
	if err := l.Ref().Check(); err != nil {
		return nil, err
	}
	return l, nil
}

// Chain verifies a society's documents one after the other, from the first on, with nothing but their own bytes,
// signatures and the keys: what `verify` does, on either side, years later.
type Chain struct {
	Society stocktake.SocietyID
	Keys    []KeyPeriod

	head   Head
	hashes map[stocktake.Hash]Ref
}

// Next verifies the next document and names what is wrong with it and with its link to the one before. A gap or a
// broken link is reported once; what follows is held against the document at hand.
func (c *Chain) Next(s Signed) []Fault {
	f := new(faults)
	link, err := ReadLink(s.Document)
	if err != nil {
		f.err("", err)
		return f.all()
	}
	f.wrong(link.Society == c.Society, "/society")
	c.checkLink(f, link)
	c.head = Head{Ref: link.Ref(), Hash: s.Hash()}
	c.hashes[c.head.Hash] = c.head.Ref

	key, ok := KeyAt(c.Keys, link.Ref())
	if !ok {
		f.add("", SignatureWrong.New())
		return f.all()
	}
	if link.Schema == KeyChangeSchema {
		change, err := VerifyKeyChange(s, key)
		if err != nil {
			f.err("", err)
			return f.all()
		}
		return append(f.all(), change.Check()...)
	}
	if err := key.Verify(s.Document, s.Signature); err != nil {
		f.err("", err)
		return f.all()
	}
	d, err := Parse(s.Document)
	if err != nil {
		f.err("", err)
		return f.all()
	}
	return append(f.all(), Check(d)...)
}

// Head is where the chain stands.
func (c *Chain) Head() Head { return c.head }

func (c *Chain) checkLink(f *faults, l *Link) {
	if c.hashes == nil {
		c.hashes = make(map[stocktake.Hash]Ref)
		c.head = Start()
	}
	_, cited := c.hashes[l.Previous]
	switch at := l.Ref(); {
	case at == c.head.Next() && l.Previous == c.head.Hash:
	case at.Series > c.head.Series && at.Number == 1 && (cited || len(c.hashes) == 0):
		// A new series cites the last document that its server knew: after a restore, perhaps not the last one here.
	default:
		f.add("/previous", ChainWrong.New())
	}
}
