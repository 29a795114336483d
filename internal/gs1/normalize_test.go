package gs1_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"testing"

	"jard/internal/gs1"
)

func TestNormalize(t *testing.T) {
	for raw, want := range map[string]string{
		"6271100010013":      "6271100010013",
		"]E06271100010013\r": "6271100010013",
		"]C0 A-17 \t\r\n":    " A-17",
		"٦٢٧۱۱0":             "627110",
		"]E٠٦٢٧":             "627",
		"]C1]C1AB":           "AB",
		"ab\x1dcd":           "ab\x1dcd",
		"]":                  "]",
		"]zz1":               "]zz1",
		"\xff٣\xfe":          "\xff3\xfe",
		"حليب ٥":             "حليب 5",
		"":                   "",
	} {
		if got := gs1.Normalize(raw); got != want {
			t.Errorf("Normalize(%q) = %q, want %q", raw, got, want)
		}
	}
}

const dataDir = "../../../shared/data/"

// table reads a tab-separated file of real data, without its heading, or skips the test where it is absent.
func table(t testing.TB, name string) [][]string {
	t.Helper()
	f, err := os.Open(dataDir + name)
	if err != nil {
		t.Skip("real data is not here: ", name)
	}
	defer f.Close()
	var rows [][]string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		rows = append(rows, strings.Split(lines.Text(), "\t"))
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func TestArabicLayoutIsAndroids(t *testing.T) {
	rows := table(t, "android_arabic_layout.tsv")
	if len(rows) != 47 {
		t.Fatalf("%d keys", len(rows))
	}
	for _, row := range rows {
		for i, us := range row[1:3] {
			code, err := strconv.ParseUint(strings.TrimPrefix(row[5+i], "U+"), 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			// A letter of another key proves that the layout is Arabic; what is before it must come back.
			got, ok := gs1.FromArabicLayout("ش" + string(rune(code)))
			if !ok || got != "a"+us {
				t.Errorf("key %s: U+%04X is %q, %v, want %q", row[0], code, got, ok, us)
			}
		}
	}
}

// TestArabicLayoutStays holds every character that the layout writes, where the real table is absent, too: the sum was taken
// while TestArabicLayoutIsAndroids passed.
func TestArabicLayoutStays(t *testing.T) {
	const want = "0ef268901faeb35394490a1363c913f28ba718f6e2da826544136bdbe5aa7997"
	sum := sha256.New()
	keys := 0
	for r := rune(' '); r <= 0xffff; r++ {
		if got, ok := gs1.FromArabicLayout("ش" + string(r)); ok {
			sum.Write([]byte(got[1:] + "\t" + strconv.FormatInt(int64(r), 16) + "\n"))
			keys++
		}
	}
	// 47 keys with and without shift, the space, and the digits of caps lock.
	if got := hex.EncodeToString(sum.Sum(nil)); got != want || keys != 2*47+1+10 {
		t.Errorf("the layout writes %d characters, their sum is %s", keys, got)
	}
}

func TestFromArabicLayout(t *testing.T) {
	for raw, want := range map[string]string{
		"د\u064f٠٦٢٧":     "]E0627", // ] shift-E 0
		"د}١١٠\ufefb\r\n": "]C110b",
		"ش\x1dس":          "a\x1ds",
		"د\u064f0123":     "]E0123", // caps lock leaves the digits
	} {
		if got, ok := gs1.FromArabicLayout(raw); !ok || got != want {
			t.Errorf("FromArabicLayout(%q) = %q, %v, want %q", raw, got, ok, want)
		}
	}
	for _, raw := range []string{"", "627", "]E0627", "شa", "گ", "\xffش", "شé"} {
		if got, ok := gs1.FromArabicLayout(raw); ok {
			t.Errorf("FromArabicLayout(%q) = %q, want none", raw, got)
		}
	}
}
