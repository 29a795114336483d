package wire

import (
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"jard/internal/stocktake"
)

// MaxRescue bounds a rescue file in bytes, and what the text of QR codes holds when it is unpacked. Some 100,000 events fit; of photos
// a device puts in what has room behind them.
const MaxRescue = 64 << 20

// Rescue is everything that a handheld held, carried by hand: section 15. Events are those of the present epoch, from First
// on; Earlier those that lie in earlier epochs alone.
type Rescue struct {
	Society stocktake.SocietyID
	Device  stocktake.DeviceID
	Name    string
	Epoch   string
	First   uint64
	Prev    stocktake.Hash
	Events  [][]byte
	Earlier [][]byte
	Photos  []stocktake.Document

	sum stocktake.Hash
	mac []byte
}

// Proves reports whether the file was made by who holds a token, or the store that keeps the token's hash: the key.
func (r *Rescue) Proves(key stocktake.Hash) bool {
	h := hmac.New(sha256.New, key[:])
	h.Write([]byte("jard.rescue.v1\n" + r.sum.String()))
	return len(r.mac) == sha256.Size && hmac.Equal(h.Sum(nil), r.mac)
}

// Digest is that of the stream after event seq, from First−1 to the last; ok is false elsewhere.
func (r *Rescue) Digest(seq uint64) (digest stocktake.Hash, ok bool) {
	if seq+1 < r.First || seq-(r.First-1) > uint64(len(r.Events)) {
		return digest, false
	}
	return DigestAfter(r.Prev, r.Events[:seq-(r.First-1)]), true
}

// Last is the number of the last event.
func (r *Rescue) Last() uint64 { return r.First - 1 + uint64(len(r.Events)) }

// The lines of the file: the first, an event's, a photo's and the last.
type (
	rescueHead struct {
		Type    string              `json:"t"`
		Version int                 `json:"v"`
		Society stocktake.SocietyID `json:"society"`
		Device  stocktake.DeviceID  `json:"device"`
		Name    string              `json:"name"`
		Epoch   string              `json:"epoch"`
		First   uint64              `json:"first"`
		Prev    stocktake.Hash      `json:"prev"`
		Events  int                 `json:"events"`
		Earlier int                 `json:"earlier"`
		Photos  int                 `json:"photos"`
	}
	rescueEvent struct {
		Seq    uint64         `json:"seq"`    // none of an earlier epoch's
		Digest stocktake.Hash `json:"digest"` // nor this
		Event  string         `json:"event"`
	}
	rescuePhoto struct {
		Photo stocktake.Hash `json:"photo"`
		JPEG  []byte         `json:"jpeg"`
	}
	rescueEnd struct {
		End int            `json:"end"`
		Sum stocktake.Hash `json:"sha256"`
		MAC string         `json:"mac"`
	}
)

// ParseRescue reads a rescue file, or the texts of its QR codes, a line each in any order. All of it is held against its
// own digests: what is damaged is refused whole.
func ParseRescue(b []byte) (*Rescue, error) {
	if len(b) > MaxRescue {
		return nil, RescueTooLarge.New(MaxRescue >> 20)
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if bytes.Contains(b, []byte("\r\n")) { // what carries text may change its ends
		b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	}
	if firstLine, _, _ := bytes.Cut(bytes.TrimSpace(b), []byte("\n")); !bytes.HasPrefix(firstLine, []byte("{")) && bytes.Contains(firstLine, []byte(rescueCode)) {
		var err error
		if b, err = joinCodes(b); err != nil {
			return nil, err
		}
	}
	b = append(bytes.TrimRight(b, "\n"), '\n')
	line, rest, _ := bytes.Cut(b, []byte("\n"))
	var head rescueHead
	if json.Unmarshal(line, &head) != nil || head.Type != "rescue" {
		return nil, RescueUnknown.New()
	}
	if head.Version != 1 {
		return nil, RescueVersion.New(head.Version)
	}
	r := &Rescue{
		Society: head.Society, Device: head.Device, Name: head.Name, Epoch: head.Epoch, First: head.First, Prev: head.Prev,
	}
	if err := r.check(head); err != nil {
		return nil, RescueDamaged.Wrap(err, 1)
	}
	lines := bytes.Count(b, []byte("\n"))
	if want := 2 + head.Events + head.Earlier + head.Photos; lines != want {
		return nil, RescueCut.New(lines, want)
	}
	digest := r.Prev
	for n := 1; n < lines-1; n++ {
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		if n > head.Events+head.Earlier {
			var p rescuePhoto
			if err := json.Unmarshal(line, &p); err != nil || p.JPEG == nil || stocktake.HashOf(p.JPEG) != p.Photo {
				return nil, RescueDamaged.Wrap(err, n+1)
			}
			r.Photos = append(r.Photos, stocktake.Document{Hash: p.Photo, Bytes: p.JPEG})
			continue
		}
		var e rescueEvent
		switch err := json.Unmarshal(line, &e); {
		case err != nil, e.Event == "", strings.Contains(e.Event, "\n"), len(e.Event) > ServerLimits.Bytes:
			return nil, RescueDamaged.Wrap(err, n+1)
		case n > head.Events:
			r.Earlier = append(r.Earlier, []byte(e.Event))
		case e.Seq != r.Last()+1:
			return nil, RescueDamaged.New(n + 1)
		default:
			r.Events = append(r.Events, []byte(e.Event))
			if digest = DigestAfter(digest, r.Events[len(r.Events)-1:]); digest != e.Digest {
				return nil, RescueChain.New(e.Seq, n+1)
			}
		}
	}
	var end rescueEnd
	if err := json.Unmarshal(rest, &end); err != nil {
		return nil, RescueDamaged.Wrap(err, lines)
	}
	r.sum = stocktake.HashOf(b[:len(b)-len(rest)])
	if end.End != lines-1 || end.Sum != r.sum {
		return nil, RescueChanged.New()
	}
	r.mac, _ = hex.DecodeString(end.MAC) // what is none proves nothing
	return r, nil
}

func (r *Rescue) check(head rescueHead) error {
	for what, id := range map[string]string{"society": string(r.Society), "device": string(r.Device), "epoch": r.Epoch} {
		if err := stocktake.CheckID(what, id); err != nil {
			return err
		}
	}
	if r.First == 0 || r.First > stocktake.MaxNumber || min(head.Events, head.Earlier, head.Photos) < 0 ||
		max(head.Events, head.Earlier, head.Photos) > MaxRescue || (r.First == 1) != r.Prev.IsZero() {
		return BadField.New("first, prev, events", "rescue")
	}
	return nil
}

// rescueCode begins the text of each QR code: JARD1.sum.part.parts.data.
const rescueCode = "JARD1."

// joinCodes gives the text that QR codes carry, compressed, in parts.
func joinCodes(b []byte) ([]byte, error) {
	parts := map[int]string{}
	var sum string
	of := 0
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		_, code, found := strings.Cut(line, rescueCode) // behind an AIM identifier, perhaps
		fields := strings.Split(code, ".")
		if !found || len(fields) != 4 {
			return nil, RescueCode.New(line[:min(len(line), 24)])
		}
		part, err := strconv.Atoi(fields[1])
		parted, err2 := strconv.Atoi(fields[2])
		if err != nil || err2 != nil || part < 1 || part > parted || parted > 1000 {
			return nil, RescueCode.New(line[:min(len(line), 24)])
		}
		if of != 0 && (fields[0] != sum || parted != of) {
			return nil, RescueMixed.New()
		}
		sum, of, parts[part] = fields[0], parted, fields[3]
	}
	var data strings.Builder
	var missing []string
	for n := 1; n <= of; n++ {
		if _, there := parts[n]; !there {
			missing = append(missing, strconv.Itoa(n))
		}
		data.WriteString(parts[n])
	}
	if len(missing) > 0 {
		return nil, RescueMissing.New(strings.Join(missing, ", "), of)
	}
	zipped, err := base64.RawURLEncoding.DecodeString(data.String())
	if err != nil || !strings.HasPrefix(stocktake.HashOf(zipped).String(), sum) || len(sum) < 8 {
		return nil, RescueChanged.Wrap(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		return nil, RescueChanged.Wrap(err)
	}
	text, err := io.ReadAll(io.LimitReader(z, MaxRescue+1))
	if err != nil {
		return nil, RescueChanged.Wrap(err)
	}
	if len(text) > MaxRescue {
		return nil, RescueTooLarge.New(MaxRescue >> 20)
	}
	return slices.Clip(text), nil
}

// Reasons for which a rescue file is refused. Nothing of it was taken in.
var (
	RescueUnknown = stocktake.NewReason(stocktake.Invalid, "rescue-unknown",
		"This is no file of a handheld's records. Take the one that the app saved, as it is.",
		"هذا ليس ملف سجلات جهاز يدوي. استعمل الملف الذي حفظه التطبيق كما هو.")
	RescueVersion = stocktake.NewReason(stocktake.Invalid, "rescue-version",
		"The file is of version %d, which this server does not know. Update the server, then import it again.",
		"الملف من الإصدار %d الذي لا يعرفه هذا الخادم. حدّث الخادم ثم أعد الاستيراد.")
	RescueTooLarge = stocktake.NewReason(stocktake.Invalid, "rescue-too-large",
		"The file is larger than %d MB, and no handheld makes one so large. Take the file that the app saved.",
		"الملف أكبر من %d م.ب، ولا يحفظ جهاز يدوي ملفًا بهذا الحجم. استعمل الملف الذي حفظه التطبيق.")
	RescueDamaged = stocktake.NewReason(stocktake.Invalid, "rescue-damaged",
		"Line %d of the file is damaged. Nothing was imported: save the records from the handheld again, or copy the file again.",
		"السطر %d من الملف تالف. لم يُستورد شيء: احفظ السجلات من الجهاز من جديد أو انسخ الملف من جديد.")
	RescueChain = stocktake.NewReason(stocktake.Invalid, "rescue-chain",
		"Event %d (line %d) is not what the handheld recorded: its digest does not follow from the one before it. Nothing was imported; copy the file again.",
		"الحدث %d (السطر %d) ليس ما سجّله الجهاز: بصمته لا تتبع ما قبلها. لم يُستورد شيء؛ انسخ الملف من جديد.")
	RescueCut = stocktake.NewReason(stocktake.Invalid, "rescue-cut",
		"The file has %d lines and should have %d: a part of it is missing. Nothing was imported; copy the whole file again.",
		"في الملف %d سطرًا والمفترض %d: جزء منه ناقص. لم يُستورد شيء؛ انسخ الملف كاملًا من جديد.")
	RescueChanged = stocktake.NewReason(stocktake.Invalid, "rescue-changed",
		"The file was changed after the handheld made it. Nothing was imported; copy it again, and open it in no other program before.",
		"تغيّر الملف بعد أن أنشأه الجهاز. لم يُستورد شيء؛ انسخه من جديد ولا تفتحه في برنامج آخر قبل ذلك.")
	RescueCode = stocktake.NewReason(stocktake.Invalid, "rescue-code",
		"%q is no code of a handheld's records. The file holds one code a line and nothing else.",
		"%q ليس من رموز سجلات جهاز يدوي. في كل سطر من الملف رمز واحد ولا شيء غيره.")
	RescueMixed = stocktake.NewReason(stocktake.Invalid, "rescue-mixed",
		"The codes are of two different savings. Scan the codes of one, from the first to the last, into a file of their own.",
		"الرموز من عمليتي حفظ مختلفتين. امسح رموز إحداهما من أولها إلى آخرها في ملف مستقل.")
	RescueMissing = stocktake.NewReason(stocktake.Invalid, "rescue-missing",
		"Codes %s of %d are missing. Scan them into the same file, in any order, and import it again.",
		"تنقص الرموز %s من %d. امسحها في الملف نفسه بأي ترتيب ثم أعد الاستيراد.")
)
