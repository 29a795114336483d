package ministry

import (
	"jard/internal/result"
	"jard/internal/stocktake"
)

// examined is a document whose signature holds, with what is wrong with it by itself.
type examined struct {
	filing   Filing
	key      result.PublicKey // the one that it was verified with
	corrects *result.Corrects
	change   *result.KeyChange
	faults   []result.Fault
}

// judge adds what only the standing tells: the link to the document before, the uniqueness of the place, and what a
// correction corrects. Any fault refuses the document, which keeps its place all the same; a predecessor that has not
// arrived only holds it.
func (e *examined) judge(st Standing) (Verdict, []result.Fault, error) {
	if key, ok := result.KeyAt(st.Member.Keys, e.filing.At); !ok || key != e.key {
		return "", nil, result.SignatureWrong.New() // the key was changed between the two looks
	}
	faults := append([]result.Fault(nil), e.faults...)
	fault := func(path string, reason *stocktake.Error) { faults = append(faults, result.NewFault(path, reason)) }
	var waits []result.Fault
	wait := func(path string, reason *stocktake.Error) { waits = append(waits, result.NewFault(path, reason)) }

	if len(st.Twins) > 0 {
		fault("/number", NumberTaken.New(e.filing.At.String(), st.Twins[0].Hash.String()))
	}
	switch linked(e.filing, st) {
	case linkBroken:
		fault("/previous", result.ChainWrong.New())
	case linkAwaited:
		wait("/previous", PredecessorMissing.New(e.filing.At.String()))
	}
	if c := e.corrects; c != nil {
		switch was := st.Corrected; {
		case was == nil:
			wait("/corrects", CorrectedMissing.New(c.Ref().String()))
		case was.Kind != KindResult || was.At != c.Ref() || (was.Session != "" && was.Session != c.Session):
			fault("/corrects", CorrectionMismatch.New(c.Ref().String()))
		case was.Site != "" && was.Site != e.filing.Site:
			fault("/corrects", CorrectionMismatch.New(c.Ref().String()))
		case !was.CorrectedBy.IsZero() && was.CorrectedBy != e.filing.Hash:
			fault("/corrects", CorrectedAlready.New(c.Ref().String(), was.CorrectedBy.String()))
		}
	}
	if e.change != nil && st.Member.Head.Compare(e.filing.At) > 0 {
		fault("/from", KeyChangeLate.New(st.Member.Head.String()))
	}
	switch {
	case len(faults) > 0:
		return Refused, faults, nil
	case len(waits) > 0:
		return Held, waits, nil
	}
	return Accepted, nil, nil
}

type link int

const (
	linkSound link = iota
	linkBroken
	linkAwaited
)

// linked holds the document against what stands before it. Within a series that is number−1. A new series cites the
// last document that its server knew, perhaps not the last one here; where nothing at all is known here of earlier
// series, none need be cited.
func linked(f Filing, st Standing) link {
	for _, before := range st.Before {
		if before.Hash == f.Previous {
			return linkSound
		}
	}
	switch {
	case f.At.Number > 1:
		if len(st.Before) > 0 {
			return linkBroken
		}
		return linkAwaited
	case f.Previous.IsZero():
		if f.At.Series == 1 || st.First.IsZero() || st.First.Series >= f.At.Series {
			return linkSound
		}
		return linkBroken
	case f.At.Series == 1:
		return linkBroken
	}
	return linkAwaited
}

// Reasons for which a document is refused or held besides those of package result.
var (
	NumberTaken = stocktake.NewReason(stocktake.Conflict, "number-taken",
		"Another document with the number %s is here already: %s. Both are kept and looked into. Seal a correction with the next number.",
		"يوجد مستند آخر بالرقم %s وبصمته %s. حُفظ الاثنان وسيُنظر في الأمر. اختم تصحيحًا بالرقم التالي.")
	PredecessorMissing = stocktake.NewReason(stocktake.Conflict, "predecessor-missing",
		"The document before %s has not arrived. This one is held until it does; nothing need be done but to send that one.",
		"لم يصل المستند السابق للرقم %s. عُلّق هذا المستند إلى حين وصوله، ويكفي إرسال السابق.")
	CorrectedMissing = stocktake.NewReason(stocktake.Conflict, "corrected-missing",
		"The document that this one corrects, %s, has not arrived. This one is held until it does.",
		"لم يصل المستند %s الذي يصححه هذا المستند. عُلّق هذا المستند إلى حين وصوله.")
	CorrectionMismatch = stocktake.NewReason(stocktake.Invalid, "correction-mismatch",
		"What stands at %s is not the result of the session and site that this correction names. Seal a correction that names the right one.",
		"المستند ذو الرقم %s ليس نتيجة الجلسة والموقع المذكورين في التصحيح. اختم تصحيحًا يذكر المستند الصحيح.")
	CorrectedAlready = stocktake.NewReason(stocktake.Conflict, "corrected-already",
		"%s has a correction already: %s. Correct that one.",
		"للمستند %s تصحيح سابق: %s. صحّح ذلك التصحيح.")
	KeyChangeLate = stocktake.NewReason(stocktake.Conflict, "key-change-late",
		"Documents up to %s are here already; a key cannot be changed behind them. Change the key with the next number.",
		"وصلت مستندات حتى الرقم %s فلا يمكن تغيير المفتاح قبلها. غيّر المفتاح بالرقم التالي.")
)
