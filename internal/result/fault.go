package result

import (
	"strconv"
	"strings"

	"jard/internal/stocktake"
)

// Fault is one thing that is wrong with a document: where (a JSON pointer into it) and what, in both languages.
type Fault struct {
	Key     string `json:"key"`
	Path    string `json:"path"`
	English string `json:"en"`
	Arabic  string `json:"ar"`
}

// NewFault is a reason at a place in a document.
func NewFault(path string, e *stocktake.Error) Fault {
	return Fault{Key: e.Reason.Key, Path: path, English: e.English(), Arabic: e.Arabic()}
}

// MaxFaults bounds the faults that are named of one document; after that, one more says how many there are.
const MaxFaults = 1000

// faults collects what Check finds.
type faults struct {
	list List[Fault]
	more int
}

func (f *faults) add(path string, e *stocktake.Error) {
	if len(f.list) >= MaxFaults {
		f.more++
		return
	}
	f.list = append(f.list, NewFault(path, e))
}

// err adds an error where there is one.
func (f *faults) err(path string, err error) {
	if err != nil {
		f.add(path, stocktake.Fault(err))
	}
}

// wrong adds FieldWrong at path unless ok.
func (f *faults) wrong(ok bool, path string) {
	if !ok {
		f.add(path, FieldWrong.New(path[strings.LastIndexByte(path, '/')+1:]))
	}
}

func (f *faults) all() []Fault {
	if f.more > 0 {
		f.list = append(f.list, NewFault("", FaultsOmitted.New(f.more)))
	}
	return f.list
}

func at(path string, i int) string { return path + "/" + strconv.Itoa(i) }

// Reasons for which a document is refused. Those of the form are in canonical.go and document.go.
var (
	FieldWrong = stocktake.NewReason(stocktake.Invalid, "field-wrong",
		"%q is missing, out of range or contradicts another field. Correct it at its source and seal a correction.",
		"الحقل %q ناقص أو خارج المدى أو يناقض حقلًا آخر. صحّحه في مصدره واختم تصحيحًا.")
	FaultsOmitted = stocktake.NewReason(stocktake.Invalid, "faults-omitted",
		"There are %d more faults. Correct those named, then look again.",
		"توجد %d أخطاء أخرى. صحّح المذكور منها ثم راجع من جديد.")
	LinesUnsorted = stocktake.NewReason(stocktake.Invalid, "lines-unsorted",
		"The line of item %q in section %q must stand earlier: lines are in order of section and item.",
		"بند الصنف %q في القسم %q يجب أن يسبق: البنود مرتبة حسب القسم ثم الصنف.")
	LineTwice = stocktake.NewReason(stocktake.Invalid, "line-twice",
		"Item %q of section %q stands more than once in the result. Keep one line.",
		"الصنف %q في القسم %q مذكور أكثر من مرة في النتيجة. أبقِ بندًا واحدًا.")
	ListUnsorted = stocktake.NewReason(stocktake.Invalid, "list-unsorted",
		"This list is out of order or names something twice.",
		"هذه القائمة غير مرتبة أو فيها تكرار.")
	ExpectedWrong = stocktake.NewReason(stocktake.Invalid, "expected-wrong",
		"Snapshot %s and movements %s do not add up to the expected %s.",
		"رصيد اللقطة %s مع الحركات %s لا يساوي المتوقع %s.")
	ObservedWrong = stocktake.NewReason(stocktake.Invalid, "observed-wrong",
		"The breakdown adds up to %s, but %s is given as observed.",
		"مجموع التفصيل %s والمذكور أنه رُصد %s.")
	CountedWrong = stocktake.NewReason(stocktake.Invalid, "counted-wrong",
		"Observed %s and settled %s do not add up to the counted %s.",
		"المرصود %s مع التسوية %s لا يساوي المعدود %s.")
	VarianceWrong = stocktake.NewReason(stocktake.Invalid, "variance-wrong",
		"Counted %s less expected %s is not the variance %s.",
		"المعدود %s ناقص المتوقع %s لا يساوي الفرق %s.")
	ValueWrong = stocktake.NewReason(stocktake.Invalid, "value-wrong",
		"%s at a unit cost of %s fils is worth %s dinars, not %s.",
		"قيمة الكمية %s بتكلفة وحدة %s فلس هي %s دينار وليست %s.")
	BandWrong = stocktake.NewReason(stocktake.Invalid, "band-wrong",
		"The variance %s is outside its band from %s to %s, or the band of an exact line is not zero wide.",
		"الفرق %s خارج مداه من %s إلى %s، أو أن مدى بند دقيق ليس صفرًا.")
	GTINWrong = stocktake.NewReason(stocktake.Invalid, "gtin-wrong",
		"%q is no GTIN of 14 digits with a right check digit.",
		"القيمة %q ليست رقم GTIN من 14 خانة برقم تحقق صحيح.")
	TotalWrong = stocktake.NewReason(stocktake.Invalid, "total-wrong",
		"The number of %s is given as %d, but the document holds %d.",
		"عدد %s المذكور %d، والموجود في المستند %d.")
	WorthWrong = stocktake.NewReason(stocktake.Invalid, "total-value-wrong",
		"The %s is given as KD %s in all, but the lines add up to KD %s.",
		"مجموع %s المذكور %s د.ك، ومجموع البنود %s د.ك.")
	CustodiesWrong = stocktake.NewReason(stocktake.Invalid, "custodies-wrong",
		"The totals by section or by condition do not fit the lines.",
		"إجماليات الأقسام أو الحالات لا تطابق البنود.")
	CorrectionWrong = stocktake.NewReason(stocktake.Invalid, "correction-wrong",
		"A correction names an earlier document and the session that it replaces; an original names none.",
		"التصحيح يذكر مستندًا أسبق والجلسة التي يحل محلها، والأصل لا يذكر شيئًا.")
	ChainWrong = stocktake.NewReason(stocktake.Invalid, "previous-wrong",
		"The document before this one is not the one that it names. The chain is broken here.",
		"المستند السابق ليس هو المذكور هنا. السلسلة مكسورة عند هذا الموضع.")
)
