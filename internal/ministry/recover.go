package ministry

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"jard/internal/count"
	"jard/internal/result"
	"jard/internal/stocktake"
)

// Recover holds the society's chain against what the ministry has filed. Documents that the store has lost are fetched,
// verified (the ministry's receipt, the society's own signature, the links) and adopted; then signing is unlocked, if a
// restore had locked it. Where the ministry holds another document than the store at one place, nothing is changed:
// people decide, and may open a new series.
func (s *Signer) Recover(ctx context.Context, h *http.Client, society stocktake.SocietyID) error {
	identity, err := s.box.Identity(ctx, society)
	if err != nil {
		return err
	}
	if identity.Ministry == nil {
		return NotPinned.New()
	}
	c, err := newClient(h, identity.Ministry.URL, identity.Ministry.Key)
	if err != nil {
		return err
	}
	for {
		again, err := s.recoverPage(ctx, c, society, identity)
		if err != nil && !errors.Is(err, count.ChainMoved) || err == nil && !again {
			return err
		}
		if ctx.Err() != nil {
			return Unreachable.Wrap(ctx.Err())
		}
	}
}

// recoverPage adopts what one statement lists, and says whether there is more.
func (s *Signer) recoverPage(ctx context.Context, c *client, society stocktake.SocietyID, identity Identity) (bool, error) {
	chain, err := s.box.Chain(ctx, society)
	if err != nil {
		return false, err
	}
	// One place before the head is asked for too, to see whether the ministry has the same document there.
	since := chain.Ref
	if since.Number > 0 {
		since.Number--
	}
	statement, k, err := s.askHead(ctx, c, society, identity, since)
	if err != nil {
		return false, err
	}
	listed, err := s.lost(ctx, society, chain, statement.Documents)
	if err != nil {
		return false, err
	}
	a := Adoption{Society: society, IfHead: chain.Head, Keys: reconcileKeys(identity.Keys, statement.Keys)}
	head := chain.Head
	for _, l := range listed {
		d, err := c.fetch(ctx, society, k, l, s.clock.Now())
		if err != nil {
			return false, err
		}
		if err := verifyOwn(society, statement.Keys, d); err != nil {
			return false, err
		}
		d.Session = sessionOf(d)
		a.Documents = append(a.Documents, d)
		head = result.Head{Ref: d.At, Hash: d.Hash}
		if len(a.Documents) == maxAdopted {
			break
		}
	}
	more := head.Compare(statement.Head.Ref) < 0
	a.Unlock = !more && chain.Locked
	if more && len(a.Documents) == 0 {
		return false, ReceiptWrong.Wrap(errors.New("the ministry's head is not among its documents"))
	}
	if len(a.Documents) == 0 && !a.Unlock && slices.Equal(a.Keys, identity.Keys) {
		return more, nil
	}
	return more, s.box.Adopt(ctx, a)
}

// maxAdopted is how many documents are fetched before they are stored.
const maxAdopted = 10

// askHead asks with the newest key that the store knows, and then with every other that has a file: a key changed
// after the backup was made is in a file, not in the store.
func (s *Signer) askHead(ctx context.Context, c *client, society stocktake.SocietyID, identity Identity, since result.Ref,
) (*Statement, result.Key, error) {
	keys, err := s.all(society)
	if err != nil {
		return nil, result.Key{}, err
	}
	newest := identity.Keys[len(identity.Keys)-1].Key
	for i, k := range keys {
		if k.Public() == newest {
			keys[0], keys[i] = keys[i], keys[0]
		}
	}
	err = error(result.KeyFileMissing.New(s.path(society, newest)))
	for _, k := range keys {
		var statement *Statement
		statement, err = c.head(ctx, society, k, since, s.clock.Now())
		if !errors.Is(err, RequestUnsigned) {
			return statement, k, err
		}
	}
	return nil, result.Key{}, err
}

// lost picks the documents that the store does not have, one for each place: the ministry lists two where two came, in
// order of arrival.
func (s *Signer) lost(ctx context.Context, society stocktake.SocietyID, chain Chain, listed []Listed) ([]Listed, error) {
	var lost []Listed
	for n := 0; n < len(listed); {
		first := n
		for n < len(listed) && listed[n].Place == listed[first].Place {
			n++
		}
		if at := listed[first].Place; at.Compare(chain.Ref) > 0 {
			lost = append(lost, listed[first])
			continue
		}
		own, err := s.box.Result(ctx, society, listed[first].Place)
		if errors.Is(err, stocktake.Missing) {
			continue // a place left out by a gap or by a new series
		}
		if err != nil {
			return nil, err
		}
		same := false
		for _, l := range listed[first:n] {
			same = same || l.Document == own.Hash
		}
		if !same {
			return nil, ChainForked.New(own.At.String())
		}
	}
	return lost, nil
}

// verifyOwn reports whether the society itself signed a document that came back.
func verifyOwn(society stocktake.SocietyID, keys []result.KeyPeriod, d Stored) error {
	link, err := result.ReadLink(d.Signed.Document)
	if err != nil {
		return err
	}
	key, ok := result.KeyAt(keys, d.At)
	if !ok || link.Society != society || link.Ref() != d.At || link.Previous != d.Previous ||
		(link.Schema == result.KeyChangeSchema) != (d.Kind == KindKeyChange) {
		return result.SignatureWrong.New()
	}
	if d.Kind == KindKeyChange {
		_, err := result.VerifyKeyChange(d.Signed, key)
		return err
	}
	return key.Verify(d.Signed.Document, d.Signed.Signature)
}

// sessionOf reads which session a result is of, so that it can be corrected after a restore, too. A faulty document that
// keeps its place may not say.
func sessionOf(d Stored) stocktake.SessionID {
	if d.Kind != KindResult {
		return ""
	}
	parsed, err := result.Parse(d.Signed.Document)
	if err != nil {
		return ""
	}
	return parsed.Session.ID
}

// Reasons of recovery.
var (
	NotPinned = stocktake.NewReason(stocktake.Conflict, "ministry-not-pinned",
		"This society is not enrolled at a ministry. Enrol with a code, or open a new series.",
		"الجمعية غير مسجلة لدى وزارة. سجّل برمز، أو افتح سلسلة جديدة.")
	ChainForked = stocktake.NewReason(stocktake.Conflict, "chain-forked",
		"At %s the ministry has another document than this server. Nothing was changed. Restore the newest backup, or open a new series.",
		"لدى الوزارة عند الرقم %s مستند يخالف ما في هذا الخادم. لم يُغيَّر شيء. استعد أحدث نسخة احتياطية أو افتح سلسلة جديدة.")
)
