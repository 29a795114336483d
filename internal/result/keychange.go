package result

import (
	"bytes"

	"jard/internal/stocktake"
)

// KeyChangeSchema is the id of the form that KeyChange describes.
const KeyChangeSchema = "jard.key-change/1"

// KeyChange replaces a society's signing key. It takes a place of its own in the chain of results, so that a result
// signed with the old key cannot slip in behind it: of two documents that would follow the same one, the store takes
// the first and the other is made again. The new key signs from the next place on; the old one stays good for what is
// before. Both keys sign: the old to pass its right on, the new to show that it is held.
type KeyChange struct {
	Schema   string              `json:"schema"`
	Society  stocktake.SocietyID `json:"society"`
	Series   uint64              `json:"series"`
	Number   uint64              `json:"number"`
	Previous stocktake.Hash      `json:"previous"`
	Old      PublicKey           `json:"old_key"`
	New      PublicKey           `json:"new_key"`
	From     Ref                 `json:"from"` // the first place that the new key signs
	Reason   string              `json:"reason,omitempty"`
	At       Instant             `json:"at"`
}

// Ref is the document's place.
func (c *KeyChange) Ref() Ref { return Ref{Series: c.Series, Number: c.Number} }

// Period is what the change brings about.
func (c *KeyChange) Period() KeyPeriod { return KeyPeriod{Key: c.New, From: c.From} }

// Check names every fault of the change by itself.
func (c *KeyChange) Check() []Fault {
	f := new(faults)
	if c.Schema != KeyChangeSchema {
		f.add("/schema", SchemaUnknown.New(c.Schema, KeyChangeSchema))
	}
	f.err("/society", stocktake.CheckID("society", string(c.Society)))
	f.err("/number", c.Ref().Check())
	f.wrong(!c.Previous.IsZero() || c.Number == 1, "/previous")
	f.wrong(!c.Old.IsZero(), "/old_key")
	f.wrong(!c.New.IsZero() && c.New != c.Old, "/new_key")
	f.wrong(c.From == c.Ref().Next(), "/from")
	f.text("/reason", c.Reason, 0, maxText)
	f.wrong(!c.At.IsZero(), "/at")
	return f.all()
}

// SignKeyChange fills in schema, both keys and From, and signs with both keys.
func SignKeyChange(c KeyChange, old, next Key) (Signed, error) {
	c.Schema, c.Old, c.New, c.From = KeyChangeSchema, old.Public(), next.Public(), c.Ref().Next()
	b, err := Canonical(&c)
	if err != nil {
		return Signed{}, err
	}
	return Signed{Document: b, Signature: append(append(old.Sign(b), '\n'), next.Sign(b)...)}, nil
}

// VerifyKeyChange reports whether a change of key is signed by the key in force at its place and by the new key that it
// names. It does not judge what else the change says: see Check.
func VerifyKeyChange(s Signed, inForce PublicKey) (*KeyChange, error) {
	first, second, ok := bytes.Cut(s.Signature, []byte{'\n'})
	if !ok {
		return nil, SignatureWrong.New()
	}
	if err := inForce.Verify(s.Document, first); err != nil {
		return nil, err
	}
	c := new(KeyChange)
	if err := ReadCanonical(s.Document, c); err != nil {
		return nil, err
	}
	if c.Old != inForce {
		return nil, SignatureWrong.New()
	}
	if err := c.New.Verify(s.Document, second); err != nil {
		return nil, err
	}
	return c, nil
}
