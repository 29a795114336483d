package wire

import "jard/internal/stocktake"

// Reasons for which a message is no frame. All of them close the socket with bye malformed, and none of them means
// that anything was written.
var (
	TooLarge = stocktake.NewReason(stocktake.Invalid, "frame-too-large",
		"The message has %d bytes; at most %d are read. Send fewer events at once.",
		"حجم الرسالة %d بايت والحد الأقصى %d. أرسل أحداثًا أقل في المرة الواحدة.")
	HeaderTooLarge = stocktake.NewReason(stocktake.Invalid, "frame-header-too-large",
		"The message's first line has %d bytes; at most %d are read. Update the app.",
		"حجم السطر الأول من الرسالة %d بايت والحد الأقصى %d. حدّث التطبيق.")
	Unreadable = stocktake.NewReason(stocktake.Invalid, "frame-unreadable",
		"The message's first line is no JSON object in UTF-8. Update the app.",
		"السطر الأول من الرسالة ليس كائن JSON بترميز UTF-8. حدّث التطبيق.")
	UnknownFrame = stocktake.NewReason(stocktake.Invalid, "frame-unknown",
		"%q is no frame of this protocol. Update the server or the app.",
		"النوع %q غير معروف في هذا البروتوكول. حدّث الخادم أو التطبيق.")
	BadField = stocktake.NewReason(stocktake.Invalid, "frame-field",
		"Field %s of the %q frame is missing, out of range or of the wrong type. Update the app.",
		"الحقل %s في إطار %q ناقص أو خارج المدى أو من نوع خاطئ. حدّث التطبيق.")
	TooManyEvents = stocktake.NewReason(stocktake.Invalid, "frame-too-many-events",
		"The push announces %d events; at most %d are read at once. Send fewer.",
		"الدفعة تعلن %d حدثًا والحد الأقصى %d في المرة الواحدة. أرسل أقل.")
	WrongCount = stocktake.NewReason(stocktake.Invalid, "frame-count",
		"The push announces %d events and carries %d lines. It was torn on its way; send it again.",
		"الدفعة تعلن %d حدثًا وفيها %d سطرًا. تلفت في الطريق؛ أعد إرسالها.")
	WrongDigest = stocktake.NewReason(stocktake.Invalid, "frame-digest",
		"Events %d to %d do not have the digest that the push names. They were damaged on their way; send them again.",
		"الأحداث من %d إلى %d لا تطابق البصمة المعلنة في الدفعة. تلفت في الطريق؛ أعد إرسالها.")
	EmptyEvent = stocktake.NewReason(stocktake.Invalid, "frame-empty-event",
		"Event %d of the push is an empty line. Update the app.",
		"الحدث رقم %d في الدفعة سطر فارغ. حدّث التطبيق.")
	TrailingLine = stocktake.NewReason(stocktake.Invalid, "frame-trailing-line",
		"The message ends in a line feed. Lines are separated by one, none stands at the end.",
		"الرسالة تنتهي بفاصل سطر. الفواصل بين السطور فقط ولا فاصل في النهاية.")
	UnexpectedLines = stocktake.NewReason(stocktake.Invalid, "frame-lines",
		"A %q frame is one line; only a push carries more.",
		"إطار %q سطر واحد؛ لا يحمل سطورًا أخرى إلا إطار push.")
)
