package web

import "jard/internal/stocktake"

// Reasons of the API itself.
var (
	RouteUnknown = stocktake.NewReason(stocktake.NotFound, "route-unknown",
		"There is nothing at this address. Check it.",
		"لا يوجد شيء في هذا العنوان. تحقّق منه.")
	MethodUnknown = stocktake.NewReason(stocktake.Invalid, "method-unknown",
		"This address does not take this method. Check the request.",
		"هذا العنوان لا يقبل هذه الطريقة. تحقّق من الطلب.")
	BodyType = stocktake.NewReason(stocktake.Invalid, "body-type",
		"The request body must be %s.",
		"يجب أن يكون محتوى الطلب من النوع %s.")
	BodyTooLarge = stocktake.NewReason(stocktake.Invalid, "body-too-large",
		"The request is larger than %d bytes. Split it.",
		"الطلب أكبر من %d بايت. قسّمه.")
	BodyMalformed = stocktake.NewReason(stocktake.Invalid, "body-malformed",
		"The request body is not the JSON object expected here: %s.",
		"محتوى الطلب ليس كائن JSON المتوقع هنا: %s.")
	FieldsWrong = stocktake.NewReason(stocktake.Invalid, "fields-wrong",
		"Some fields are missing or out of bounds. Mend them.",
		"بعض الحقول ناقصة أو خارج الحدود. صحّحها.")
	QueryWrong = stocktake.NewReason(stocktake.Invalid, "query-wrong",
		"The parameter %q is not what is expected here. Correct it.",
		"المعامل %q ليس كما هو متوقع هنا. صحّحه.")
	TooFast = stocktake.NewReason(stocktake.TooMany, "too-fast",
		"Too many requests from your network. Wait %d s.",
		"طلبات كثيرة من شبكتك. انتظر قليلًا (%d ث).")
	TimedOut = stocktake.NewReason(stocktake.Unavailable, "timed-out",
		"The server took too long. Try again; if it stays, tell the administrator.",
		"استغرق الخادم وقتًا طويلًا. أعد المحاولة، وإن استمر فأبلغ مسؤول النظام.")
	NotOffered = stocktake.NewReason(stocktake.Unavailable, "not-offered",
		"This server is not set up for that. Tell its administrator.",
		"هذا الخادم غير مهيأ لذلك. أبلغ مسؤول النظام.")
	ImportBusy = stocktake.NewReason(stocktake.Unavailable, "import-busy",
		"Other files are being imported. Try again in a minute.",
		"تُستورد ملفات أخرى الآن. أعد المحاولة بعد دقيقة.")
	UploadNoSpace = stocktake.NewReason(stocktake.Unavailable, "upload-no-space",
		"The server's disk is full, so the file could not be taken in, and nothing was changed. Free space on it, then send the file again.",
		"قرص الخادم ممتلئ فلم يُستلم الملف ولم يتغيّر شيء. وفّر مساحة عليه ثم أرسل الملف من جديد.")
	ChooseSide = stocktake.NewReason(stocktake.Invalid, "choose-side",
		"Choose the count that is right, then say why.",
		"اختر العدّ الصحيح ثم اذكر السبب.")
	ChooseLines = stocktake.NewReason(stocktake.Invalid, "choose-lines",
		"Choose at least one line first.",
		"اختر بندًا واحدًا على الأقل أولًا.")
	RecountSize = stocktake.NewReason(stocktake.Invalid, "recount-size",
		"This would ask for %d locations; one order takes 1 to %d. Choose other lines.",
		"سيشمل هذا %d موقعًا، ويقبل الأمر الواحد من 1 إلى %d. اختر بنودًا أخرى.")
	CloseUnsure = stocktake.NewReason(stocktake.Invalid, "close-unsure",
		"Counting is not finished: see what is left, and tick that it is to end all the same.",
		"لم يكتمل العد: راجع ما بقي، ثم ضع علامة على أنه ينتهي رغم ذلك.")
	SealStill = stocktake.NewReason(stocktake.Conflict, "seal-still-blocked",
		"The session cannot be sealed yet: settle what is listed here first.",
		"لا يمكن ختم الجلسة بعد: احسم ما هو مدرج هنا أولًا.")
	ReceiptAwaited = stocktake.NewReason(stocktake.NotFound, "receipt-awaited",
		"The ministry has not answered this result yet.",
		"لم ترد الوزارة على هذه النتيجة بعد.")
)

// Reasons of the console's forms.
var (
	FormMalformed = stocktake.NewReason(stocktake.Invalid, "form-malformed",
		"The form did not arrive whole. Go back and send it again.",
		"لم يصل النموذج كاملًا. ارجع وأرسله من جديد.")
	CrossOrigin = stocktake.NewReason(stocktake.Forbidden, "cross-origin",
		"This was sent from another site's page, so it was not done. Open the console and repeat it there.",
		"وصل هذا الطلب من صفحة موقع آخر فلم يُنفَّذ. افتح لوحة المتابعة وأعده منها.")
	FieldMissing = stocktake.NewReason(stocktake.Invalid, "field-missing",
		"Fill this in.",
		"املأ هذه الخانة.")
	RepeatDiffers = stocktake.NewReason(stocktake.Invalid, "repeat-differs",
		"The two are not the same. Type the new password again.",
		"القيمتان غير متطابقتين. اكتب كلمة المرور الجديدة مرة أخرى.")
	OldPasswordWrong = stocktake.NewReason(stocktake.Invalid, "old-password-wrong",
		"This is not your present password.",
		"هذه ليست كلمة مرورك الحالية.")
)

// What is wrong with a field, by validator's tag. Args of each: none, or the bound.
var fieldTexts = map[string][2]string{
	"required": {"is missing", "ناقص"},
	"max":      {"is longer or more than %s", "أكثر من %s"},
	"min":      {"is shorter or less than %s", "أقل من %s"},
	"oneof":    {"is none of: %s", "ليس من: %s"},
}
