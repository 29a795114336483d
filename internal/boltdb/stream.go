package boltdb

import (
	"encoding/binary"

	"go.etcd.io/bbolt"

	"jard/internal/count"
	"jard/internal/stocktake"
)

// stream is what the store knows of one stream: how far it is durable, which sessions it has joined, and which earlier
// epoch of its device it succeeds.
type stream struct {
	key      []byte
	epoch    string
	acked    uint64
	digest   stocktake.Hash
	fenced   bool
	joined   []stocktake.SessionID
	succeeds string
	touched  bool
}

func (s *stream) mark() count.Mark {
	return count.Mark{Epoch: s.epoch, Acked: s.acked, Digest: s.digest, Fenced: s.fenced}
}

// A stream is stored as version u8 · flags u8 · acked u64 · digest · succeeds · number of joined u16 · joined …;
// texts are a length byte and the bytes.
const (
	streamVersion = 1
	streamFixed   = 1 + 1 + 8 + 32
	flagFenced    = 1
)

func (s *stream) storedSize() int {
	size := streamFixed + 1 + len(s.succeeds) + 2
	for _, id := range s.joined {
		size += 1 + len(id)
	}
	return size
}

func (s *stream) appendStored(b []byte) []byte {
	flags := byte(0)
	if s.fenced {
		flags |= flagFenced
	}
	b = append(b, streamVersion, flags)
	b = binary.BigEndian.AppendUint64(b, s.acked)
	b = append(b, s.digest[:]...)
	b = append(b, byte(len(s.succeeds)))
	b = append(b, s.succeeds...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(s.joined)))
	for _, id := range s.joined {
		b = append(b, byte(len(id)))
		b = append(b, id...)
	}
	return b
}

func readStream(s *stream, b []byte) error {
	if len(b) < streamFixed || b[0] != streamVersion {
		return ValueDamaged.New("stream")
	}
	s.fenced = b[1]&flagFenced != 0
	s.acked = binary.BigEndian.Uint64(b[2:])
	copy(s.digest[:], b[10:streamFixed])
	text := func() (string, bool) {
		if len(b) < 1 || len(b) < 1+int(b[0]) {
			return "", false
		}
		v := string(b[1 : 1+b[0]])
		b = b[1+len(v):]
		return v, true
	}
	b = b[streamFixed:]
	ok := false
	if s.succeeds, ok = text(); !ok || len(b) < 2 {
		return ValueDamaged.New("stream")
	}
	n := binary.BigEndian.Uint16(b)
	b = b[2:]
	for range n {
		id, ok := text()
		if !ok {
			return ValueDamaged.New("stream")
		}
		s.joined = append(s.joined, stocktake.SessionID(id))
	}
	return nil
}

func storedStream(tx *bbolt.Tx, society stocktake.SocietyID, id count.Stream) (*stream, error) {
	s := &stream{key: streamKey(society, id), epoch: id.Epoch}
	if b := tx.Bucket(bucketStreams).Get(s.key); b != nil {
		if err := readStream(s, b); err != nil {
			return nil, err
		}
	}
	return s, nil
}

type streamID struct {
	society stocktake.SocietyID
	stream  count.Stream
}

// stream gives a stream's record from the cache or the store; a stream never seen has the zero record.
func (t *turn) stream(society stocktake.SocietyID, id count.Stream) (*stream, error) {
	if s := t.streams[streamID{society, id}]; s != nil {
		return s, nil
	}
	s, err := storedStream(t.tx, society, id)
	if err == nil {
		t.streams[streamID{society, id}] = s
	}
	return s, err
}

func (t *turn) touchStream(s *stream) {
	t.writes++
	if !s.touched {
		s.touched = true
		t.touchedStreams = append(t.touchedStreams, s)
	}
}

// openJoined gives the logs of the sessions that the stream has joined and that are still open.
func (t *turn) openJoined(society stocktake.SocietyID, s *stream) ([]*openLog, error) {
	var open []*openLog
	for _, session := range s.joined {
		l, err := t.log(society, session)
		if err != nil {
			return nil, err
		}
		if l.exists && l.head.State == count.LogOpen {
			open = append(open, l)
		}
	}
	return open, nil
}
