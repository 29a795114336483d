package gs1_test

import (
	"errors"
	"testing"

	"jard/internal/gs1"
)

func TestCheckDigit(t *testing.T) {
	for body, want := range map[string]byte{
		"629104150021": '3', "03600029145": '2', "9638507": '4', "0627110001001": '3', "10614141192837465": '7', "0": '0',
	} {
		if got, ok := gs1.CheckDigit(body); !ok || got != want {
			t.Errorf("CheckDigit(%q) = %c, %v, want %c", body, got, ok, want)
		}
	}
	for _, body := range []string{"", "12a4", "٦٢٧", " 1"} {
		if got, ok := gs1.CheckDigit(body); ok {
			t.Errorf("CheckDigit(%q) = %c, want none", body, got)
		}
	}
}

// Every single wrong digit is found, and of swapped neighbours all but those five apart: that is what modulo 10 with
// weights 3 and 1 promises.
func TestCheckDigitFindsMisreadings(t *testing.T) {
	const right = "6271100010013"
	for i := range len(right) {
		for d := byte('0'); d <= '9'; d++ {
			wrong := []byte(right)
			wrong[i] = d
			if got := gs1.ValidGTIN(string(wrong)); got != (d == right[i]) {
				t.Errorf("ValidGTIN(%s) = %v", wrong, got)
			}
		}
	}
	for i := range len(right) - 1 {
		wrong := []byte(right)
		wrong[i], wrong[i+1] = wrong[i+1], wrong[i]
		unseen := (int(wrong[i])-int(wrong[i+1]))%5 == 0
		if got := gs1.ValidGTIN(string(wrong)); got != unseen {
			t.Errorf("ValidGTIN(%s) = %v, want %v", wrong, got, unseen)
		}
	}
}

// The two examples of the General Specifications, and all that a single wrong digit may do.
func TestPriceVerifier(t *testing.T) {
	for price, want := range map[string]byte{"2875": '9', "14685": '6', "0000": '0', "00000": '0'} {
		if got, ok := gs1.PriceVerifier(price); !ok || got != want {
			t.Errorf("PriceVerifier(%s) = %c, %v, want %c", price, got, ok, want)
		}
		for i := range len(price) {
			for d := byte('0'); d <= '9'; d++ {
				wrong := []byte(price)
				wrong[i] = d
				if got, _ := gs1.PriceVerifier(string(wrong)); (got == want) != (d == price[i]) {
					t.Errorf("PriceVerifier(%s) = %c, PriceVerifier(%s) = %c", price, want, wrong, got)
				}
			}
		}
	}
	for _, price := range []string{"", "123", "123456", "12a4"} {
		if got, ok := gs1.PriceVerifier(price); ok {
			t.Errorf("PriceVerifier(%q) = %c, want none", price, got)
		}
	}
}

func TestGTIN14(t *testing.T) {
	for s, want := range map[string]string{
		"96385074": "00000096385074", "036000291452": "00036000291452", "6271100010013": "06271100010013",
		"16271100010010": "16271100010010",
	} {
		if got, err := gs1.GTIN14(s); err != nil || got != want {
			t.Errorf("GTIN14(%s) = %s, %v, want %s", s, got, err, want)
		}
	}
	for s, want := range map[string]string{
		"6271100010015": "bad-check-digit at 13", "627110001001": "bad-check-digit at 12", "123": "bad-length",
		"": "bad-length", "62711O0010012": "bad-character at 6",
	} {
		got, err := gs1.GTIN14(s)
		var fault *gs1.Fault
		if got != "" || !errors.As(err, &fault) || fault.Error() != want {
			t.Errorf("GTIN14(%q) = %q, %v, want %s", s, got, err, want)
		}
	}
}

func TestExpandUPCE(t *testing.T) {
	for s, want := range map[string]string{
		"01234565": "012345000065", "04252614": "042100005264", "01278907": "012000007897",
	} {
		if got, err := gs1.ExpandUPCE(s); err != nil || got != want {
			t.Errorf("ExpandUPCE(%s) = %s, %v, want %s", s, got, err, want)
		}
	}
	for s, want := range map[string]string{
		"01234566": "bad-check-digit at 8", "21234565": "bad-upc-e at 1", "123456": "bad-length", "0123456x": "bad-character at 8",
	} {
		if got, err := gs1.ExpandUPCE(s); err == nil || err.Error() != want || got != "" {
			t.Errorf("ExpandUPCE(%q) = %q, %v, want %s", s, got, err, want)
		}
	}
}
