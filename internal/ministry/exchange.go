package ministry

import (
	"bytes"
	"encoding/json"
	"fmt"

	"jard/internal/result"
	"jard/internal/stocktake"
)

// What the two sides say to each other besides results and receipts. Each is canonical JSON, signed by who says it.

// Enrolment is a society's request to enrol a key: signed with that key, to show that it is held. From is the first
// place that the key has signed or will sign.
type Enrolment struct {
	Schema  string              `json:"schema"`
	Society stocktake.SocietyID `json:"society"`
	Code    string              `json:"code"` // the secret part of the one-time code
	Key     result.PublicKey    `json:"key"`
	From    result.Ref          `json:"from"`
	At      result.Instant      `json:"at"`
}

// EnrolmentSchema is the id of the form of an Enrolment.
const EnrolmentSchema = "jard.enrolment/1"

// Statement is what the ministry says of a society: where its chain stands here, the keys that are good for it, and
// the documents filed after a place that the society named. Request is the hash of the signature of the request that
// it answers, so that no older statement can be played back.
type Statement struct {
	Schema      string                        `json:"schema"`
	Society     stocktake.SocietyID           `json:"society"`
	Name        stocktake.Name                `json:"name"`
	Governorate stocktake.Governorate         `json:"governorate"`
	Head        result.Head                   `json:"head"`
	Keys        result.List[result.KeyPeriod] `json:"keys"`
	Documents   result.List[Listed]           `json:"documents"`
	Request     stocktake.Hash                `json:"request"`
	At          result.Instant                `json:"at"`
}

// Listed is one document of a statement.
type Listed struct {
	Place    result.Ref     `json:"place"`
	Kind     Kind           `json:"kind"`
	Document stocktake.Hash `json:"document"`
	Previous stocktake.Hash `json:"previous"`
}

// StatementSchema is the id of the form of a Statement.
const StatementSchema = "jard.statement/1"

// maxListed bounds the documents that one statement lists; the society asks on from the last.
const maxListed = 500

// signedJSON is a signed document inside JSON: its canonical bytes stand there as they are.
//
//	{"document":{…},"signature":"…"}
type signedJSON struct {
	Document  json.RawMessage `json:"document"`
	Signature string          `json:"signature"`
}

// appendSigned writes signedJSON. It is written by hand because a JSON encoder would re-write the document.
func appendSigned(b []byte, s result.Signed) []byte {
	b = append(b, `{"document":`...)
	b = append(b, s.Document...)
	b = append(b, `,"signature":`...)
	text, err := json.Marshal(string(s.Signature))
	if err != nil {
		panic("ministry: a text is JSON: " + err.Error())
	}
	b = append(b, text...)
	return append(b, '}')
}

func (s signedJSON) signed() result.Signed {
	return result.Signed{Document: bytes.Clone(s.Document), Signature: []byte(s.Signature)}
}

// readSigned reads signedJSON, keeping the document's bytes.
func readSigned(b []byte) (result.Signed, error) {
	var s signedJSON
	if err := json.Unmarshal(b, &s); err != nil {
		return result.Signed{}, fmt.Errorf("read signed document: %w", err)
	}
	return s.signed(), nil
}

// filedJSON is what GET of a document answers.
type filedJSON struct {
	signedJSON
	Kind    Kind       `json:"kind"`
	Receipt signedJSON `json:"receipt"`
}

func appendFiled(b []byte, f Filing) []byte {
	b = appendSigned(b, f.Signed)
	b = append(b[:len(b)-1], `,"kind":"`...)
	b = append(b, f.Kind...)
	b = append(b, `","receipt":`...)
	b = appendSigned(b, f.Answer.Signed)
	return append(b, '}')
}

func seal(v any, k result.Key) (result.Signed, error) {
	b, err := result.Canonical(v)
	if err != nil {
		return result.Signed{}, err
	}
	return result.Signed{Document: b, Signature: k.Sign(b)}, nil
}
