package wire

import (
	"encoding/hex"
	"encoding/json"

	"jard/internal/stocktake"
)

// Append appends f's message to b. Parse gives f back.
func Append(b []byte, f Frame) []byte {
	switch f := f.(type) {
	case *Push:
		return f.append(b)
	case *Ack:
		return f.append(b)
	case *Feed:
		if f.Tasks == nil { // a reader finds an array, never null
			whole := *f
			whole.Tasks = []Task{}
			return appendObject(b, &whole)
		}
	}
	return appendObject(b, f)
}

func appendObject(b []byte, f Frame) []byte {
	body, err := json.Marshal(f)
	if err != nil {
		panic("wire: a frame that cannot be encoded: " + err.Error()) // texts, numbers and hashes always can
	}
	b = append(b, `{"t":"`...)
	b = append(b, f.Type()...)
	b = append(b, '"')
	if len(body) > len("{}") {
		b = append(b, ',')
	}
	return append(b, body[1:]...)
}

// Encode is Append to nothing.
func Encode(f Frame) []byte { return Append(nil, f) }

func appendHash(b []byte, h stocktake.Hash) []byte { return hex.AppendEncode(b, h[:]) }
