package account

import "jard/internal/stocktake"

// Reasons that stores answer with.
var (
	Moved = stocktake.NewReason(stocktake.Conflict, "person-changed",
		"Somebody else changed people's accounts meanwhile. Look again, then repeat.",
		"غيّر شخص آخر حسابات الأشخاص في هذه الأثناء. راجع من جديد ثم أعد المحاولة.")
	PersonExists = stocktake.NewReason(stocktake.Conflict, "person-exists",
		"There is a person %q already. Choose another id.",
		"يوجد شخص بالمعرّف %q. اختر معرّفًا آخر.")
	DeviceExists = stocktake.NewReason(stocktake.Conflict, "device-exists",
		"There is a device %q already. Enrol again.",
		"يوجد جهاز بالمعرّف %q. أعد التسجيل.")
	CodeTaken = stocktake.NewReason(stocktake.Conflict, "code-taken",
		"This enrolment code is in use. Ask for another.",
		"رمز التسجيل هذا مستخدم. اطلب رمزًا آخر.")
	CodeUnknown = stocktake.NewReason(stocktake.Unauthenticated, "code-unknown",
		"This enrolment code is wrong, used or expired. Ask the society administrator for a new one.",
		"رمز التسجيل غير صحيح أو مستخدم أو منتهٍ. اطلب رمزًا جديدًا من مسؤول الجمعية.")
	DeviceRevoked = stocktake.NewReason(stocktake.Forbidden, "device-revoked",
		"This handheld was disabled. Hand it to the society administrator; what it holds can still be sent.",
		"أُوقف هذا الجهاز اليدوي. سلّمه إلى مسؤول الجمعية، ويمكن إرسال ما هو محفوظ عليه.")
)
