package boltdb

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"jard/internal/stocktake"
)

// Options are what a caller of Open may choose.
type Options struct {
	// Clock gives the recorded-at of entries. Nil means time.Now.
	Clock func() time.Time

	// InitialMmapSize is the address space set aside for the file, so that its growth never waits for readers. Zero
	// means 10 GiB on 64-bit Linux, where it costs nothing, and bbolt's own default elsewhere.
	InitialMmapSize int

	// Unsynced writes without waiting for the disk until Close: for a store that is being made and is thrown away where its
	// making is broken off. What it acknowledges is not durable before Close returns without an error.
	Unsynced bool
}

// lockTimeout is how long Open waits for another process to let go of the file.
const lockTimeout = time.Second

// DB is one open store. It is safe for concurrent use.
type DB struct {
	path  string
	clock func() time.Time
	bolt  *bbolt.DB

	queue   chan *request
	quit    chan struct{} // closed by Close: take no more requests
	stopped chan struct{} // closed by the writer when it has answered the last one
	close   func() error

	notifier *notifier
}

// Open opens the store at path and creates it when there is none. It answers StoreLocked when another process holds
// the file, StoreDamaged when it is torn or something else, and StoreNewer when a later version of Jard wrote it.
func Open(path string, opts Options) (*DB, error) {
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	if opts.InitialMmapSize == 0 && runtime.GOOS == "linux" && strconv.IntSize == 64 {
		opts.InitialMmapSize = 10 << 30
	}
	switch _, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		if err := create(path); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, fmt.Errorf("open store: %w", err)
	}
	bolt, err := openFile(path, opts.InitialMmapSize)
	if err != nil {
		return nil, err
	}
	if err := checkSchema(bolt); err != nil {
		return nil, errors.Join(err, bolt.Close())
	}
	db := &DB{
		path: path, clock: opts.Clock, bolt: bolt,
		queue: make(chan *request, queueLength), quit: make(chan struct{}), stopped: make(chan struct{}),
		notifier: newNotifier(),
	}
	bolt.NoSync = opts.Unsynced
	db.close = sync.OnceValue(db.shutdown)
	go newWriter(db).run()
	return db, nil
}

// Close answers every request that is queued, then closes the file. Later requests get StoreClosed.
func (db *DB) Close() error { return db.close() }

func (db *DB) shutdown() error {
	close(db.quit)
	<-db.stopped
	db.notifier.stop()
	var err error
	if db.bolt.NoSync {
		err = db.bolt.Sync()
	}
	return errors.Join(err, db.bolt.Close())
}

// Path is where the store's file is.
func (db *DB) Path() string { return db.path }

func openFile(path string, mmap int) (bolt *bbolt.DB, err error) {
	if err := checkIntact(path); err != nil {
		return nil, err
	}
	defer func() {
		// With no free list in the file bbolt walks every page on opening, and panics on one that is torn.
		if p := recover(); p != nil {
			bolt, err = nil, StoreDamaged.Wrap(fmt.Errorf("%v", p), path)
		}
	}()
	bolt, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:         lockTimeout,
		FreelistType:    bbolt.FreelistMapType,
		NoFreelistSync:  true,
		InitialMmapSize: mmap,
	})
	switch {
	case errors.Is(err, bbolterrors.ErrTimeout):
		return nil, StoreLocked.Wrap(err, path)
	case errors.Is(err, bbolterrors.ErrInvalid), errors.Is(err, bbolterrors.ErrChecksum), errors.Is(err, bbolterrors.ErrVersionMismatch):
		return nil, StoreDamaged.Wrap(err, path)
	case err != nil:
		return nil, fmt.Errorf("open store: %w", err)
	}
	return bolt, nil
}

// create makes an empty store under another name and moves it to path only once it is whole and on disk: a power cut
// during bbolt's first writes would leave a file that nobody can open.
func create(path string) error {
	dir := filepath.Dir(path)
	temp := filepath.Join(dir, "."+filepath.Base(path)+"."+stocktake.RandomID())
	defer func() { _ = os.Remove(temp) }()
	if err := initialise(temp); err != nil {
		return fmt.Errorf("create store: %w", writeFault(err))
	}
	// A link, unlike a rename, never replaces a file that another process has put there meanwhile.
	if err := os.Link(temp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		if err := os.Rename(temp, path); err != nil { // a file system without hard links
			return fmt.Errorf("create store: %w", err)
		}
	}
	return syncDirectory(dir)
}

func initialise(path string) error {
	bolt, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockTimeout, NoFreelistSync: true})
	if err != nil {
		return err
	}
	err = bolt.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		id := []byte(stocktake.RandomID())
		meta := tx.Bucket(bucketMeta)
		return errors.Join(
			meta.Put(metaSchema, binary.BigEndian.AppendUint64(nil, schemaVersion)),
			meta.Put(metaBorn, id),
			meta.Put(metaIncarnation, id))
	})
	return errors.Join(err, bolt.Close())
}

// checkSchema refuses a file of a later version, and brings one of an earlier one up to this.
func checkSchema(bolt *bbolt.DB) error {
	missing, version := false, uint64(0)
	err := bolt.View(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			missing = missing || tx.Bucket(name) == nil
		}
		err := checkVersion(tx, bolt.Path())
		if err == nil {
			version = binary.BigEndian.Uint64(tx.Bucket(bucketMeta).Get(metaSchema))
		}
		return err
	})
	if err != nil || !missing && version == schemaVersion {
		return err
	}
	return writeFault(bolt.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		if version < 2 {
			if err := indexPostings(tx); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketMeta).Put(metaSchema, binary.BigEndian.AppendUint64(nil, schemaVersion))
	}))
}

// checkVersion refuses what is no store of Jard, or one of a later version.
func checkVersion(tx *bbolt.Tx, path string) error {
	meta := tx.Bucket(bucketMeta)
	if meta == nil || len(meta.Get(metaSchema)) != 8 {
		return StoreDamaged.New(path)
	}
	if v := binary.BigEndian.Uint64(meta.Get(metaSchema)); v > schemaVersion {
		return StoreNewer.New(v, schemaVersion)
	}
	return nil
}

func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	return nil
}

// view runs f in a read transaction. f must be short, must not wait for anything, must not begin another, and must
// copy what it keeps.
func (db *DB) view(ctx context.Context, f func(tx *bbolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return GaveUp.Wrap(err)
	}
	err := db.bolt.View(f)
	if errors.Is(err, bbolterrors.ErrDatabaseNotOpen) {
		return StoreClosed.Wrap(err)
	}
	return err
}

// readJSON decodes the value at key into v and reports whether there is one.
func readJSON(tx *bbolt.Tx, bucket, key []byte, v any) (bool, error) {
	b := tx.Bucket(bucket).Get(key)
	if b == nil {
		return false, nil
	}
	if err := json.Unmarshal(b, v); err != nil {
		return false, ValueDamaged.Wrap(err, string(bucket))
	}
	return true, nil
}

// eachValue decodes the values under a prefix in order of key, until f says no.
func eachValue[T any](tx *bbolt.Tx, bucket, prefix []byte, f func(T) bool) error {
	return eachFrom(tx, bucket, prefix, prefix, f)
}

// eachFrom is eachValue from a key on.
func eachFrom[T any](tx *bbolt.Tx, bucket, from, prefix []byte, f func(T) bool) error {
	rows := tx.Bucket(bucket).Cursor()
	for key, value := rows.Seek(from); key != nil && bytes.HasPrefix(key, prefix); key, value = rows.Next() {
		var v T
		if err := json.Unmarshal(value, &v); err != nil {
			return ValueDamaged.Wrap(err, string(bucket))
		}
		if !f(v) {
			return nil
		}
	}
	return nil
}
