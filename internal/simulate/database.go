package simulate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"jard/internal/count"
	"jard/internal/stocktake"
)

const (
	eventsName = "events"
	stateName  = "state.json"
)

// Database is what a device keeps: every event that it ever recorded, one a line in a file that is only appended to and
// synced before Append returns, and a small state that is replaced as a whole. A copy of the directory, taken at any
// moment, is a clone of the device.
//
// Epochs are windows onto the one file: the events of the current epoch are those after the state's Base. A new epoch
// moves the base, so the bytes of an event are written once whatever happens to streams.
//
// A Database is for one goroutine at a time; Device holds the lock.
type Database struct {
	dir      string
	nosync   bool
	detached bool // has no files: a device that only calls
	file     *os.File
	ends     []int64          // ends[n] is where line n stops, without its LF
	chain    []stocktake.Hash // chain[n] is the digest after n events of the current epoch
	state    state
}

// state is everything else that survives a kill.
type state struct {
	Device      stocktake.DeviceID                 `json:"device,omitempty"`
	Token       string                             `json:"token,omitempty"`
	Society     json.RawMessage                    `json:"society,omitempty"`
	Epoch       string                             `json:"epoch"`
	Succeeds    string                             `json:"succeeds,omitempty"`
	Base        uint64                             `json:"base,omitempty"`   // events of earlier epochs that are not in this one
	Acked       uint64                             `json:"acked,omitempty"`  // the last mark verified in this epoch
	Oldest      uint64                             `json:"oldest,omitempty"` // lowest seq still held; 0 is 1
	Incarnation string                             `json:"incarnation,omitempty"`
	Contact     *contact                           `json:"contact,omitempty"`
	People      []stocktake.PersonID               `json:"people,omitempty"` // signed in on this device
	Sessions    map[stocktake.SessionID]*Attending `json:"sessions,omitempty"`
}

// OpenDatabase opens the database in dir, or makes one with a fresh epoch. A last line without its LF was never
// promised to anybody (the kill came first) and is cut off. Nosync gives up durability for load tests.
func OpenDatabase(dir string, nosync bool) (*Database, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open device database: %w", err)
	}
	b := &Database{dir: dir, nosync: nosync}
	raw, err := os.ReadFile(filepath.Join(dir, stateName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		b.state.Epoch = stocktake.RandomID()
		if err := b.save(); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, fmt.Errorf("open device database: %w", err)
	default:
		if err := json.Unmarshal(raw, &b.state); err != nil {
			return nil, DatabaseBroken.Wrap(err, dir)
		}
	}
	if b.state.Sessions == nil {
		b.state.Sessions = make(map[stocktake.SessionID]*Attending)
	}
	b.file, err = os.OpenFile(filepath.Join(dir, eventsName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open device database: %w", err)
	}
	if err := lock(b.file); err != nil {
		_ = b.file.Close()
		return nil, DatabaseInUse.Wrap(err, dir)
	}
	if err := b.load(); err != nil {
		_ = b.file.Close()
		return nil, err
	}
	return b, nil
}

func (b *Database) load() error {
	all, err := io.ReadAll(b.file)
	if err != nil {
		return fmt.Errorf("read device events: %w", err)
	}
	var end int64
	for {
		n := bytes.IndexByte(all[end:], '\n')
		if n < 0 {
			break
		}
		b.ends = append(b.ends, end+int64(n))
		end += int64(n) + 1
	}
	if end < int64(len(all)) {
		if err := b.file.Truncate(end); err != nil {
			return fmt.Errorf("cut torn device event: %w", err)
		}
	}
	if b.state.Base+b.state.Acked > uint64(len(b.ends)) {
		// More was acknowledged than is here: the file lost its tail. What is left goes out in a new epoch.
		return b.Renew(min(b.state.Base, uint64(len(b.ends))))
	}
	return b.rechain()
}

// rechain computes the digests of the current epoch anew from the bytes on disk.
func (b *Database) rechain() error {
	b.chain = append(b.chain[:0], stocktake.Hash{})
	for n := b.state.Base; n < uint64(len(b.ends)); n++ {
		event, err := b.line(n)
		if err != nil {
			return err
		}
		b.chain = append(b.chain, count.NextDigest(b.chain[len(b.chain)-1], event))
	}
	return nil
}

func (b *Database) line(n uint64) ([]byte, error) {
	var start int64
	if n > 0 {
		start = b.ends[n-1] + 1
	}
	event := make([]byte, b.ends[n]-start)
	if _, err := b.file.ReadAt(event, start); err != nil {
		return nil, fmt.Errorf("read device event: %w", err)
	}
	return event, nil
}

// Append makes an event durable and gives its seq. The digest is computed before the write, as the app does before it
// opens its transaction. After an error nothing was recorded.
func (b *Database) Append(event []byte) (uint64, error) {
	if len(event) == 0 || len(event) > count.MaxEvent || bytes.IndexByte(event, '\n') >= 0 {
		return 0, EventShape.New(len(event), count.MaxEvent)
	}
	digest := count.NextDigest(b.chain[len(b.chain)-1], event)
	var start int64
	if n := len(b.ends); n > 0 {
		start = b.ends[n-1] + 1
	}
	line := append(append(make([]byte, 0, len(event)+1), event...), '\n')
	_, err := b.file.WriteAt(line, start)
	if err == nil && !b.nosync {
		err = b.file.Sync()
	}
	if err != nil {
		_ = b.file.Truncate(start)
		return 0, DatabaseFull.Wrap(err)
	}
	b.ends = append(b.ends, start+int64(len(event)))
	b.chain = append(b.chain, digest)
	return b.Last(), nil
}

// Last is the seq of the newest event of the current epoch; zero before the first.
func (b *Database) Last() uint64 { return uint64(len(b.chain) - 1) }

// Oldest is the lowest seq of the current epoch that the device still holds.
func (b *Database) Oldest() uint64 { return max(1, b.state.Oldest) }

// Digest is the chain's after event seq. It is there even for events that the device has let go of.
func (b *Database) Digest(seq uint64) (stocktake.Hash, bool) {
	if seq > b.Last() {
		return stocktake.Hash{}, false
	}
	return b.chain[seq], true
}

// Read gives the events of the current epoch from seq first on, at most n of them and at most size bytes together, but
// never none for the size alone.
func (b *Database) Read(first uint64, n, size int) ([][]byte, error) {
	var events [][]byte
	for seq := first; seq >= 1 && seq <= b.Last() && len(events) < n; seq++ {
		event, err := b.line(b.state.Base + seq - 1)
		if err != nil {
			return nil, err
		}
		if size -= len(event) + 1; size < 0 && len(events) > 0 {
			break
		}
		events = append(events, event)
	}
	return events, nil
}

// Each calls f with every event ever recorded, those of earlier epochs too, oldest first, with its seq in the current
// epoch (zero where it belongs to an earlier one only) and whether a verified mark covers it.
func (b *Database) Each(f func(event []byte, seq uint64, acked bool) error) error {
	for n := range uint64(len(b.ends)) {
		event, err := b.line(n)
		if err != nil {
			return err
		}
		var seq uint64
		if n >= b.state.Base {
			seq = n - b.state.Base + 1
		}
		if err := f(event, seq, n < b.state.Base+b.state.Acked); err != nil {
			return err
		}
	}
	return nil
}

// Renew starts a new epoch that begins after the first base events of the file. It is durable when it returns.
func (b *Database) Renew(base uint64) error {
	b.state.Succeeds, b.state.Epoch = b.state.Epoch, stocktake.RandomID()
	b.state.Base, b.state.Acked, b.state.Oldest = base, 0, 0
	b.unsettle()
	if err := b.rechain(); err != nil {
		return err
	}
	return b.save()
}

// unsettle forgets which sessions were drained: a new stream, or a restored server, must be told again.
func (b *Database) unsettle() {
	for _, a := range b.state.Sessions {
		a.Drained = false
	}
}

// save replaces the state: written beside, synced, renamed, and the directory synced so that the name holds too.
func (b *Database) save() error {
	if b.detached {
		return nil
	}
	raw, err := json.Marshal(&b.state)
	if err != nil {
		return fmt.Errorf("encode device state: %w", err)
	}
	return replaceFile(filepath.Join(b.dir, stateName), raw, b.nosync)
}

// Close ends the use of the files. What was appended stays.
func (b *Database) Close() error { return b.file.Close() }

// replaceFile puts raw under name so that a kill leaves the old bytes or the new, never a part.
func replaceFile(name string, raw []byte, nosync bool) error {
	temp, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return fmt.Errorf("replace %s: %w", filepath.Base(name), err)
	}
	_, err = temp.Write(raw)
	if err == nil && !nosync {
		err = temp.Sync()
	}
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temp.Name(), name)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
		return fmt.Errorf("replace %s: %w", filepath.Base(name), err)
	}
	if nosync {
		return nil
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return fmt.Errorf("replace %s: %w", filepath.Base(name), err)
	}
	defer func() { _ = dir.Close() }()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("replace %s: %w", filepath.Base(name), err)
	}
	return nil
}

// Reasons of the device's database.
var (
	DatabaseBroken = stocktake.NewReason(stocktake.Internal, "device-database-broken",
		"The device database in %q cannot be read. Keep the directory for a supervisor and enrol the device anew in an empty one.",
		"تعذّرت قراءة قاعدة بيانات الجهاز في %q. احتفظ بالمجلد للمشرف وسجّل الجهاز من جديد في مجلد فارغ.")
	DatabaseInUse = stocktake.NewReason(stocktake.Conflict, "device-database-in-use",
		"Another simulation runs on the device database in %q. Stop it, or choose another directory.",
		"تعمل محاكاة أخرى على قاعدة بيانات الجهاز في %q. أوقفها أو اختر مجلدًا آخر.")
	DatabaseFull = stocktake.NewReason(stocktake.Unavailable, "device-database-full",
		"The device could not store the event: nothing was recorded. Free space, then scan again.",
		"تعذّر على الجهاز حفظ الحدث ولم يُسجَّل شيء. أفرغ مساحة ثم أعد المسح.")
	EventShape = stocktake.NewReason(stocktake.Invalid, "device-event-shape",
		"An event is one line of 1 byte to the limit; this one has %d bytes and the limit is %d.",
		"الحدث سطر واحد لا يتجاوز الحد؛ حجم هذا الحدث %d بايت والحد %d.")
)
