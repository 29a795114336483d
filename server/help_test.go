package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCalledAs: what is printed to be typed starts the program as it was started.
func TestCalledAs(t *testing.T) {
	hash := strings.Repeat("0af3", 16)
	for started, want := range map[string]string{
		"jard": "jard", "./jard": "./jard", "bin/jard": "./bin/jard", "../jard": "../jard", "/usr/local/bin/jard": "jard",
		"/tmp/go-build71/b001/exe/server": "go run ./server", "/root/.cache/go-build/0a/" + hash + "-d/server": "go run ./server",
		"/srv/cache/0a/" + hash + "-d/server": "go run ./server", // a GOCACHE of one's own
		"/home/noura/go-build/bin/jard":       "jard", "/srv/" + hash + "/jard": "jard",
	} {
		if got := calledAs(started); got != want {
			t.Errorf("%s is called %s, want %s", started, got, want)
		}
	}
}

// TestFlagCountsBeforeTheEnvironment: a variable left over from another day, which names a file that is gone, harms nobody who
// says on the command line which one is meant.
func TestFlagCountsBeforeTheEnvironment(t *testing.T) {
	dir := t.TempDir()
	gone, password := filepath.Join(dir, "gone"), filepath.Join(dir, "password")
	if err := os.WriteFile(password, []byte("kunafa with cheese\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("JARD_PASSWORD_FILE", gone)
	args := []string{"ministry", "officer", "noura", "--arabic", "نورة", "--data", filepath.Join(dir, "none")}
	if got := shell(t)(2, args...); !strings.Contains(got, gone) {
		t.Errorf("the variable alone is not read: %s", got)
	}
	if got := shell(t)(1, append(args, "--password-file", password)...); strings.Contains(got, gone) {
		t.Error(got)
	}
}

// TestHelp: no command is answered with help, a flag with a placeholder shows its default, and a mistake leads to the help
// of the command that was meant.
func TestHelp(t *testing.T) {
	jard := func(want int, args ...string) string {
		t.Helper()
		return strings.Join(strings.Fields(shell(t)(want, args...)), " ")
	}
	if got, want := jard(0), jard(0, "--help"); got != want || !strings.Contains(got, "electronic stocktaking") {
		t.Error(got)
	}
	for _, x := range []struct{ command, part string }{
		{"serve", "Default: 127.0.0.1:8420."}, {"verify", "Default: var."}, {"tls init", "Default: var/tls."}, {"session list", "Default: http://127.0.0.1:8420."},
	} {
		if got := jard(0, append(strings.Fields(x.command), "--help")...); !strings.Contains(got, x.part) {
			t.Errorf("%s: %s", x.command, got)
		}
	}
	if got := jard(0, "import", "file", "--help"); strings.Contains(got, `=""`) || !strings.Contains(got, "--site-kind=KIND") {
		t.Error(got)
	}
	if got := jard(2, "session", "issue", "central"); !strings.HasSuffix(got, " session issue --help") {
		t.Error(got)
	}
}
