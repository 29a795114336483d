package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"jard/internal/gs1"
)

// maxScanLine bounds the memory that one line of input takes. It leaves room for every scan that gs1 reads, escaped as
// JSON, and for telling a long scan from an endless one; what is beyond it is answered as too long.
const maxScanLine = 1 << 20

// decodeCmd answers scans on standard input, so that a label, a reader's configuration or a scheme can be tried.
type decodeCmd struct {
	Scheme    []string `help:"What a scale's labels mean, repeatable: prefix=21,item=5,value=5,kind=weight,decimals=3 reads 21 IIIII WWWWW C as five item digits and grams; kind=price,decimals=3 reads fils; kind=count pieces. verifier=1 expects a price verifier digit before the value. Prefix, item, verifier, value and the check digit make 13 digits." placeholder:"prefix=…,item=…,value=…,kind=…" sep:"none"`
	UnitPrice []string `name:"unit-price" help:"What a kilogram of an item costs, in fils, repeatable: a label that says a price and no weight gets the weight that this makes. 40001=1250 is of the item 40001 (the label's item digits, or its GTIN); 1250 alone is of every other." placeholder:"ITEM=FILS" sep:"none"`
	FNC1      string   `name:"fnc1" env:"JARD_FNC1" help:"Text that the reader sends in place of the separator GS (0x1D), such as ^." placeholder:"TEXT"`
}

// Run reads one scan a line, as raw text or as a JSON string, and writes one JSON object a line.
func (c *decodeCmd) Run(s *streams) error {
	decoder, err := c.decoder()
	if err != nil {
		return err
	}
	prices, err := readUnitPrices(c.UnitPrice)
	if err != nil {
		return err
	}
	in, out := bufio.NewReaderSize(s.In, 64<<10), bufio.NewWriter(s.Out)
	encode := json.NewEncoder(out)
	encode.SetEscapeHTML(false)
	for {
		line, err := readScanLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return errors.Join(err, out.Flush())
		}
		end := err != nil
		if end && len(line) == 0 {
			return out.Flush()
		}
		scan := decoder.Decode(scanText(line, end))
		prices.weigh(&scan)
		if err := encode.Encode(scan); err != nil {
			return err
		}
		// Whoever feeds a pipe scan by scan waits for this answer; whoever sends a file does not.
		if next, _ := in.Peek(in.Buffered()); bytes.IndexByte(next, '\n') < 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		if end {
			return nil
		}
	}
}

func (c *decodeCmd) decoder() (*gs1.Decoder, error) {
	schemes, err := gs1.ParseSchemes(c.Scheme)
	if err != nil {
		return nil, err
	}
	var options []gs1.Option
	if c.FNC1 != "" {
		options = append(options, gs1.FNC1(c.FNC1))
	}
	return gs1.NewDecoder(schemes, options...)
}

// readScanLine returns the next line with its newline. Of a line beyond maxScanLine it returns the beginning, which is
// too long for any scan, and drops the rest. The error is io.EOF with the last line that has no newline.
func readScanLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if room := maxScanLine - len(line); len(part) > room {
			line = append(line, part[:room]...)
		} else {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// scanText returns the scan that a line holds: the text of a JSON string, or the line itself without its own line end.
// Separators and other control characters within it are part of the scan.
func scanText(line []byte, last bool) string {
	if trimmed, ok := bytes.CutSuffix(line, []byte("\n")); ok || last {
		line = bytes.TrimSuffix(trimmed, []byte("\r"))
	}
	var text string
	if len(line) > 0 && line[0] == '"' && json.Unmarshal(line, &text) == nil {
		return text
	}
	return string(line)
}

// unitPrices are prices of a kilogram in fils, by item digits or GTIN of 14 digits; "" is of every other.
type unitPrices map[string]int64

func readUnitPrices(given []string) (unitPrices, error) {
	prices := unitPrices{}
	for _, text := range given {
		item, fils, named := strings.Cut(text, "=")
		if !named {
			item, fils = "", text
		}
		n, err := strconv.ParseInt(fils, 10, 64)
		if err != nil || n <= 0 || n > gs1.MaxUnitPrice || named && item == "" {
			return nil, fmt.Errorf("unit price %q: want fils from 1 to %d, such as 1250 or 40001=1250", text, int64(gs1.MaxUnitPrice))
		}
		if named {
			if item, err = labelItem(item); err != nil {
				return nil, fmt.Errorf("unit price %q: %w", text, err)
			}
		}
		if _, twice := prices[item]; twice {
			return nil, fmt.Errorf("unit price %q: the item has one already", text)
		}
		prices[item] = n
	}
	return prices, nil
}

// labelItem reads what a unit price is of: the item digits of a label, 1 to 10, as they are, or a longer GTIN as scans give it.
func labelItem(text string) (string, error) {
	if len(text) > 10 {
		return gs1.GTIN14(text)
	}
	if strings.Trim(text, "0123456789") != "" {
		return "", fmt.Errorf("%q is neither the item digits of a label nor a GTIN", text)
	}
	return text, nil
}

func (u unitPrices) weigh(s *gs1.Scan) {
	price, ok := u[cmp.Or(s.Item, s.GTIN14)]
	if !ok {
		price = u[""]
	}
	s.Weigh(price)
}
