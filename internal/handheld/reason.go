package handheld

import "jard/internal/stocktake"

// Reasons of the gateway itself.
var (
	NoToken = stocktake.NewReason(stocktake.Unauthenticated, "token-missing",
		"This device has no token here. Enrol it with a code from the supervisor.",
		"لا يحمل هذا الجهاز رمز دخول. سجّله برمز من المشرف.")
	BadRequest = stocktake.NewReason(stocktake.Invalid, "request-unreadable",
		"The request is not what the protocol asks for: %s. Update the app.",
		"الطلب لا يطابق البروتوكول: %s. حدّث التطبيق.")
	NotWhole = stocktake.NewReason(stocktake.Unavailable, "request-incomplete",
		"The request did not arrive whole in time. Try again where the network is better; nothing recorded is lost.",
		"لم يصل الطلب كاملًا في الوقت المحدد. أعد المحاولة حيث الشبكة أفضل؛ لم يُفقد شيء مما سُجّل.")
	TooLong = stocktake.NewReason(stocktake.Invalid, "request-too-large",
		"The request is larger than %d bytes. Send less at once.",
		"الطلب أكبر من %d بايت. أرسل أقل في المرة الواحدة.")
	NoSubprotocol = stocktake.NewReason(stocktake.Invalid, "subprotocol-unsupported",
		"This server speaks %q and nothing else. Update the app or the server.",
		"هذا الخادم يتحدث البروتوكول %q فقط. حدّث التطبيق أو الخادم.")
	WrongOrigin = stocktake.NewReason(stocktake.Forbidden, "origin-unknown",
		"This page comes from another address than the server. Open the app at the server's own address.",
		"هذه الصفحة من عنوان غير عنوان الخادم. افتح التطبيق من عنوان الخادم نفسه.")
	SessionClosing = stocktake.NewReason(stocktake.Conflict, "session-closing",
		"Session %q is being closed and takes no new devices. Choose another session.",
		"الجلسة %q قيد الإغلاق ولا تقبل أجهزة جديدة. اختر جلسة أخرى.")
	Unexpected = stocktake.NewReason(stocktake.Invalid, "frame-unexpected",
		"A %q frame is not expected here. Update the app.",
		"إطار %q غير متوقع هنا. حدّث التطبيق.")
	Revoked = stocktake.NewReason(stocktake.Forbidden, "device-revoked",
		"This device was revoked. What it holds is kept for review; hand it to the supervisor.",
		"أُوقف هذا الجهاز. ما سُجّل عليه محفوظ للمراجعة؛ سلّمه إلى المشرف.")
	Replaced = stocktake.NewReason(stocktake.Conflict, "device-replaced",
		"This device is connected from another window. Count in that one, or close it and reconnect.",
		"هذا الجهاز متصل من نافذة أخرى. واصل العد هناك أو أغلقها وأعد الاتصال.")
	Stopping = stocktake.NewReason(stocktake.Unavailable, "server-stopping",
		"The server is stopping. Count on; the device reconnects by itself.",
		"الخادم يتوقف. واصل العد وسيعيد الجهاز الاتصال تلقائيًا.")
	Renewed = stocktake.NewReason(stocktake.Unavailable, "store-renewed",
		"The server was restored from a backup. Count on; the device reconnects and sends again what the server lost.",
		"استُعيد الخادم من نسخة احتياطية. واصل العد وسيعيد الجهاز الاتصال ويرسل ما فقده الخادم.")
	TooSlow = stocktake.NewReason(stocktake.Unavailable, "device-silent",
		"Nothing was heard from this device in time. It reconnects by itself.",
		"لم يصل شيء من هذا الجهاز في الوقت المحدد. سيعيد الاتصال تلقائيًا.")
)
