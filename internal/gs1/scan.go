package gs1

// MaxScan is the length in bytes of the longest scan that is read. No symbology holds more than 7,089 characters and
// no GS1 carrier more than 2,000: what is longer is two scans run together or a stuck key.
const MaxScan = 4096

// Kind says what a scan is.
type Kind string

// The kinds of scan.
const (
	// GTIN is a plain EAN-13, EAN-8, UPC-A, UPC-E, ITF-14 or GTIN-14 number.
	GTIN Kind = "gtin"
	// ElementString is a sequence of GS1 application identifiers and their values.
	ElementString Kind = "gs1"
	// SSCC is an element string that holds a serial shipping container code, (00), and nothing else.
	SSCC Kind = "sscc"
	// DigitalLink is a GS1 Digital Link URI.
	DigitalLink Kind = "digital-link"
	// VariableMeasure is a restricted-circulation number, as scales print them. It means something only where a
	// Scheme says what, and is never a GTIN.
	VariableMeasure Kind = "variable-measure"
	// Unknown is readable but no GS1 code; it can be counted under its text.
	Unknown Kind = "unknown"
	// Invalid looks like a GS1 code and breaks its rules, or is no scan at all (empty, too long).
	Invalid Kind = "invalid"
)

// Scan is the answer to "what does this scan say". What the scan does not say is absent, both here (zero or nil) and
// in JSON. An invalid scan says nothing but why: half-trusted data is worse than a second scan.
type Scan struct {
	Kind Kind `json:"kind"`
	// GTIN14 is the trade item number as 14 digits with a correct check digit, from a plain number or from (01),
	// else (02), else (03).
	GTIN14 string `json:"gtin14,omitempty"`
	// Item is the item part of a variable-measure number, leading zeros kept, without the scheme's prefix.
	Item string `json:"item,omitempty"`
	// Lot is (10), at most 20 characters.
	Lot string `json:"lot,omitempty"`
	// Expiry is (17) as YYYY-MM-DD; a label's day 00 is the last day of its month.
	Expiry string `json:"expiry,omitempty"`
	// BestBefore is (15), written like Expiry.
	BestBefore string `json:"best_before,omitempty"`
	// Production is (11), written like Expiry.
	Production string `json:"production,omitempty"`
	// WeightG is the net weight in grams, from (310n) when that is a whole number of grams or from a scheme.
	WeightG *int64 `json:"weight_g,omitempty"`
	// PriceFils is the price in thousandths of a Kuwaiti dinar, from (392n), from (393n) in currency 414, or from a
	// scheme; at most 2⁵³−1.
	PriceFils *int64 `json:"price_fils,omitempty"`
	// Quantity is a number of pieces, from (30), (37) or a scheme.
	Quantity *int64 `json:"quantity,omitempty"`
	// Serial is (21), at most 20 characters.
	Serial string `json:"serial,omitempty"`
	// SSCC is (00), 18 digits with a correct check digit.
	SSCC string `json:"sscc,omitempty"`
	// Warnings are codes, each followed by the identifier that it is about where there is one: "restricted (01)".
	Warnings []string `json:"warnings,omitempty"`
	// Error is the text of the Fault that made the scan invalid; only an invalid scan has one.
	Error string `json:"error,omitempty"`

	// AIM is the symbology identifier that came with the scan, such as "]C1", or "".
	AIM string `json:"-"`
	// Elements are the identifiers of an element string or Digital Link in the order read, values decoded.
	Elements []Element `json:"-"`
}

// Element is one application identifier and its value.
type Element struct {
	AI    string // 2 to 4 digits
	Value string // never empty, checked against the identifier's format
	at    int    // where the identifier begins, in bytes of the text
}

// Warning codes. The scan holds in spite of them.
const (
	// WarnArabicKeyboard: the scan was typed through an Arabic keyboard layout and has been recovered, or begins like
	// one that was and could not be. Set the device's physical keyboard to English.
	WarnArabicKeyboard = "arabic-keyboard"
	// WarnEightDigits: the eight digits pass as EAN-8 and as UPC-E; EAN-8 was taken.
	WarnEightDigits = "eight-digits-ambiguous"
	// WarnRestricted: the number is for use inside one company or country, yet stands where a GTIN should.
	WarnRestricted = "restricted"
	// WarnNoScheme: no declared scheme says what this variable-measure number means.
	WarnNoScheme = "no-scheme"
	// WarnAddOn: the two or five digits of an EAN supplement were left out.
	WarnAddOn = "add-on-ignored"
	// WarnNotMarked: reads like an element string, but its symbol does not declare itself GS1, or does so by a
	// separator in the first place instead of FNC1.
	WarnNotMarked = "not-marked-gs1"
	// WarnWeight: (310n) is no whole number of grams, so there is no weight_g.
	WarnWeight = "weight-not-whole-grams"
	// WarnWeightFromPrice: the weight was worked out from the label's price and the item's (Scan.Weigh), to the gram.
	WarnWeightFromPrice = "weight-from-price"
	// WarnPrice: the price has a fraction of a fils or is beyond 2⁵³−1, so there is no price_fils.
	WarnPrice = "price-not-in-fils"
	// WarnCurrency: (393n) is in a currency other than the Kuwaiti dinar, so there is no price_fils.
	WarnCurrency = "price-currency"
	// WarnTwoPrices: (392n) and (393n) disagree, so there is no price_fils.
	WarnTwoPrices = "two-prices"
	// WarnNeeds: the identifier should come with another that is not there.
	WarnNeeds = "needs"
	// WarnExcludes: the identifier should not come with another that is there.
	WarnExcludes = "excludes"
	// WarnLinkOrder: an identifier stands in a Digital Link where the standard does not put it.
	WarnLinkOrder = "link-order"
	// WarnText: the scan is not valid UTF-8, or holds no text at all.
	WarnText = "unreadable-text"
)
