package result

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"jard/internal/stocktake"
)

// Key is a private signing key. It prints as its public fingerprint only.
type Key struct {
	private ed25519.PrivateKey
}

// NewKey makes a random key.
func NewKey() (Key, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return Key{}, fmt.Errorf("generate key: %w", err)
	}
	return Key{private}, nil
}

// IsZero reports whether k is no key.
func (k Key) IsZero() bool { return k.private == nil }

// Public is the half that others verify with.
func (k Key) Public() PublicKey {
	var p PublicKey
	if !k.IsZero() {
		copy(p.x[:], k.private[ed25519.SeedSize:])
	}
	return p
}

// String is the fingerprint: the private half never reaches a log.
func (k Key) String() string { return k.Public().Fingerprint() }

// GoString is String.
func (k Key) GoString() string { return "result.Key(" + k.String() + ")" }

const pemType = "PRIVATE KEY"

// PEM is the key as a PKCS #8 file.
func (k Key) PEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemType, Bytes: der}), nil
}

// ParseKey reads a PKCS #8 file.
func ParseKey(b []byte) (Key, error) {
	block, rest := pem.Decode(b)
	if block == nil || block.Type != pemType || len(rest) > 0 {
		return Key{}, errors.New("no PEM file with one private key")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return Key{}, fmt.Errorf("decode key: %w", err)
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return Key{}, fmt.Errorf("key is %T, not Ed25519", parsed)
	}
	return Key{private}, nil
}

// LoadKey reads a key's file. One that everybody may read is refused: it may have been read.
func LoadKey(path string) (Key, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Key{}, KeyFileMissing.Wrap(err, path)
	}
	if err != nil {
		return Key{}, KeyFileUnreadable.Wrap(err, path)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return Key{}, KeyFileOpen.New(path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return Key{}, KeyFileUnreadable.Wrap(err, path)
	}
	k, err := ParseKey(b)
	if err != nil {
		return Key{}, KeyFileUnreadable.Wrap(err, path)
	}
	return k, nil
}

// Save writes the key to a new file that only its owner may read. It is complete and durable under its name, or absent;
// a file already there is never replaced (fs.ErrExist), for it may be the only copy of a key.
func (k Key) Save(path string) (err error) {
	b, err := k.PEM()
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".key-*") // mode 0600
	if err != nil {
		return fmt.Errorf("create key file: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(b)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("write key file: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil { // unlike a rename, fails when path exists
		return fmt.Errorf("name key file: %w", err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync key directory: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// LoadOrCreateKey reads the key at path, or makes one there at first start. Two processes that start at once end up
// with one key.
func LoadOrCreateKey(path string) (Key, error) {
	k, err := LoadKey(path)
	if !errors.Is(err, KeyFileMissing) {
		return k, err
	}
	if k, err = NewKey(); err != nil {
		return Key{}, err
	}
	switch err := k.Save(path); {
	case errors.Is(err, fs.ErrExist):
		return LoadKey(path)
	case err != nil:
		return Key{}, KeyFileUnreadable.Wrap(err, path)
	}
	return k, nil
}

// Reasons of key files.
var (
	KeyFileMissing = stocktake.NewReason(stocktake.Unavailable, "key-file-missing",
		"The signing key %q is not there. Put it back from the backup of keys, or enrol at the ministry again with a new code.",
		"مفتاح التوقيع %q غير موجود. أعده من نسخة المفاتيح الاحتياطية أو سجّل لدى الوزارة من جديد برمز جديد.")
	KeyFileUnreadable = stocktake.NewReason(stocktake.Unavailable, "key-file-unreadable",
		"The signing key %q cannot be read or written. Check the file and its directory, then restart.",
		"تعذّرت قراءة مفتاح التوقيع %q أو كتابته. افحص الملف ومجلده ثم أعد التشغيل.")
	KeyFileOpen = stocktake.NewReason(stocktake.Unavailable, "key-file-open",
		"Every user of this machine may read the signing key %q. Change its mode to 0600, then restart; if somebody may have copied it, change the key.",
		"يستطيع كل مستخدمي هذا الجهاز قراءة مفتاح التوقيع %q. غيّر صلاحياته إلى 0600 ثم أعد التشغيل، وإن احتمل أن أحدًا نسخه فغيّر المفتاح.")
)
