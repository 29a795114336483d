package label

import "jard/internal/stocktake"

// Why a code cannot be drawn.
var (
	Empty = stocktake.NewReason(stocktake.Invalid, "label-empty",
		"There is no code to draw. Enter one.",
		"لا يوجد رمز لطباعته. أدخل رمزًا.")
	Digits = stocktake.NewReason(stocktake.Invalid, "label-digits",
		"%s holds digits only, and %q has another character. Correct it, or choose Code 128.",
		"الترميز %s للأرقام فقط، وفي %q محرف آخر. صحّحه أو اختر Code 128.")
	Length = stocktake.NewReason(stocktake.Invalid, "label-length",
		"%s has %d digits, and %q has %d. Correct it, or choose Code 128.",
		"الترميز %s من %d رقمًا، وفي %q عدد %d. صحّحه أو اختر Code 128.")
	CheckDigit = stocktake.NewReason(stocktake.Invalid, "label-check-digit",
		"The last digit of %q should be %c. Correct it, or choose Code 128 for an in-house code.",
		"يجب أن يكون آخر رقم في %q هو %c. صحّحه أو اختر Code 128 للرموز الداخلية.")
	Character = stocktake.NewReason(stocktake.Invalid, "label-character",
		"Code 128 cannot hold the character %q (place %d) of %q. Choose QR, or a code of Latin letters and digits.",
		"لا يتسع Code 128 للمحرف %q (الموضع %d) في %q. اختر QR أو رمزًا بحروف لاتينية وأرقام.")
	Control = stocktake.NewReason(stocktake.Invalid, "label-control",
		"%q has a control character at place %d, which a scanner would type as a key. Remove it.",
		"في %q محرف تحكم في الموضع %d يرسله الماسح كضغطة مفتاح. احذفه.")
	Elements = stocktake.NewReason(stocktake.Invalid, "label-elements",
		"%q is no GS1 element string: %s. Write it as (01)…(17)…(10)….",
		"القيمة %q ليست سلسلة عناصر GS1: %s. اكتبها بالصيغة (01)…(17)…(10)….")
	TooLong = stocktake.NewReason(stocktake.Invalid, "label-too-long",
		"%q has %d characters; %s holds at most %v. Shorten it.",
		"في %q عدد %d محرفًا، ويتسع %s لـ %v على الأكثر. اختصره.")
	SymbologyUnknown = stocktake.NewReason(stocktake.Invalid, "label-symbology",
		"%q is no symbology of labels.",
		"القيمة %q ليست ترميزًا معروفًا للملصقات.")
)
