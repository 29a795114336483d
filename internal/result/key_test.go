package result_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"jard/internal/result"
)

func newKey(t testing.TB) result.Key {
	t.Helper()
	k, err := result.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "society.pem")
	if _, err := result.LoadKey(path); !errors.Is(err, result.KeyFileMissing) {
		t.Fatalf("no file: %v", err)
	}
	k := newKey(t)
	if err := k.Save(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	if again, err := result.LoadKey(path); err != nil || again.Public() != k.Public() {
		t.Fatalf("loaded %v, %v", again, err)
	}
	if err := newKey(t).Save(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a key was replaced: %v", err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	if err := os.Chmod(path, 0o604); err != nil {
		t.Fatal(err)
	}
	if _, err := result.LoadKey(path); !errors.Is(err, result.KeyFileOpen) {
		t.Errorf("a key that everybody may read: %v", err)
	}
	if err := os.WriteFile(path, []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := result.LoadOrCreateKey(path); !errors.Is(err, result.KeyFileUnreadable) {
		t.Errorf("a torn file: %v", err)
	}
}

// TestFirstStart: several processes that start at once end up with one key.
func TestFirstStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "society.pem")
	keys := make([]result.Key, 16)
	var group sync.WaitGroup
	for i := range keys {
		group.Go(func() {
			k, err := result.LoadOrCreateKey(path)
			if err != nil {
				t.Error(err)
			}
			keys[i] = k
		})
	}
	group.Wait()
	for _, k := range keys {
		if k.Public() != keys[0].Public() {
			t.Fatal("two keys")
		}
	}
}

func TestKeyIsNeverPrinted(t *testing.T) {
	k := newKey(t)
	pem, err := k.PEM()
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.Split(string(pem), "\n")[1][22:40]
	b, _ := json.Marshal(struct{ Key any }{k})
	for _, s := range []string{fmt.Sprint(k), fmt.Sprintf("%+v", k), fmt.Sprintf("%#v", k), fmt.Sprintf("key %s", k), string(b)} {
		if strings.Contains(s, secret) || len(s) > 100 {
			t.Errorf("printed as %q", s)
		}
	}
}

func TestPublicKeyText(t *testing.T) {
	k := newKey(t).Public()
	if again, err := result.ParsePublicKey(k.String()); err != nil || again != k {
		t.Errorf("%v, %v", again, err)
	}
	for _, s := range []string{"", "ed25519:", k.String() + "A", k.String() + "=", k.String()[:50], "rsa:" + k.String()[8:],
		strings.ToUpper(k.String()), k.String()[:20] + "\n" + k.String()[20:], "ed25519:" + strings.Repeat("A", 43)} {
		if _, err := result.ParsePublicKey(s); !errors.Is(err, result.KeyMalformed) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestKeyAt(t *testing.T) {
	a, b, c := newKey(t).Public(), newKey(t).Public(), newKey(t).Public()
	periods := []result.KeyPeriod{
		{Key: a, From: result.Ref{Series: 1, Number: 1}}, {Key: b, From: result.Ref{Series: 1, Number: 5}}, {Key: c, From: result.Ref{Series: 3, Number: 1}},
	}
	for at, want := range map[result.Ref]result.PublicKey{
		{Series: 1, Number: 1}: a, {Series: 1, Number: 4}: a, {Series: 1, Number: 5}: b, {Series: 2, Number: 1}: b, {Series: 3, Number: 9}: c,
	} {
		if got, ok := result.KeyAt(periods, at); !ok || got != want {
			t.Errorf("at %s: %v", at, got)
		}
	}
	if _, ok := result.KeyAt(periods[1:], result.Ref{Series: 1, Number: 4}); ok {
		t.Error("a key before the first period")
	}
}
