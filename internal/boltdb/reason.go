package boltdb

import "jard/internal/stocktake"

// Reasons that belong to the store itself.
var (
	StoreLocked = stocktake.NewReason(stocktake.Unavailable, "store-locked",
		"Another process has the store %q open. Stop the other server (or the backup tool), then start again.",
		"المخزن %q مفتوح في عملية أخرى. أوقف الخادم الآخر أو أداة النسخ الاحتياطي ثم أعد التشغيل.")
	StoreDamaged = stocktake.NewReason(stocktake.Internal, "store-damaged",
		"The store %q is torn or is no store of Jard. Nothing was changed. Keep the file, and restore the last verified backup.",
		"المخزن %q تالف أو ليس من مخازن جرد. لم يُغيَّر شيء. احتفظ بالملف واستعد آخر نسخة احتياطية موثوقة.")
	StoreNewer = stocktake.NewReason(stocktake.Conflict, "store-newer",
		"The store has schema %d, this server knows schemas up to %d. Start the newer server.",
		"مخطط المخزن %d وهذا الخادم يعرف المخططات حتى %d. شغّل الإصدار الأحدث.")
	StoreFull = stocktake.NewReason(stocktake.Unavailable, "store-full",
		"The server's disk is full: nothing of this request was saved. Devices keep their counts and send them again. Free space on the disk; the server goes on by itself.",
		"قرص الخادم ممتلئ ولم يُحفظ شيء من هذا الطلب. تحتفظ الأجهزة بعدّها وتعيد إرساله. وفّر مساحة على القرص وسيتابع الخادم وحده.")
	PhotosWait = stocktake.NewReason(stocktake.Unavailable, "photos-wait",
		"The server's disk is nearly full, so it takes no photos: what is left is for counts. Devices keep their photos and send them again. Free space on the disk; the server goes on by itself.",
		"قرص الخادم يوشك أن يمتلئ فلا يقبل صورًا، وما بقي فيه للعدّ. تحتفظ الأجهزة بصورها وتعيد إرسالها. وفّر مساحة على القرص وسيتابع الخادم وحده.")
	StoreFailed = stocktake.NewReason(stocktake.Unavailable, "store-failed",
		"The server could not write to its disk: nothing of this request was saved. Try again; if it stays, check the disk.",
		"تعذّر على الخادم الكتابة على قرصه ولم يُحفظ شيء من هذا الطلب. أعد المحاولة، وإن استمر فافحص القرص.")
	StoreUncertain = stocktake.NewReason(stocktake.Unavailable, "store-uncertain",
		"The disk failed in the middle of a write, so the server writes nothing more until it is restarted. Check the disk, then restart the server.",
		"فشل القرص أثناء الكتابة، فلن يكتب الخادم شيئًا حتى يعاد تشغيله. افحص القرص ثم أعد تشغيل الخادم.")
	StoreClosed = stocktake.NewReason(stocktake.Unavailable, "store-closed",
		"The server is shutting down. Try again in a moment.",
		"الخادم قيد الإيقاف. أعد المحاولة بعد قليل.")
	GaveUp = stocktake.NewReason(stocktake.Unavailable, "wait-ended",
		"The request ended before the store answered: it may or may not have been saved. Look before you repeat it.",
		"انتهى الطلب قبل أن يجيب المخزن: ربما حُفظ وربما لم يُحفظ. تحقّق قبل أن تكرره.")
	ValueDamaged = stocktake.NewReason(stocktake.Internal, "value-damaged",
		"A stored %s cannot be read: the store is damaged. Run the verification, and restore the last verified backup.",
		"تعذّرت قراءة %s من المخزن: المخزن تالف. شغّل التحقق واستعد آخر نسخة احتياطية موثوقة.")
	HashWrong = stocktake.NewReason(stocktake.Invalid, "hash-wrong",
		"The bytes of document %s do not have that hash. Send them again.",
		"محتوى المستند %s لا يطابق بصمته. أعد إرساله.")
	NameMalformed = stocktake.NewReason(stocktake.Invalid, "name-malformed",
		"%q cannot name a published document: use 1 to 255 bytes without control characters.",
		"القيمة %q لا تصلح اسمًا لمستند منشور: استخدم من 1 إلى 255 بايت بلا محارف تحكم.")
	DraftMalformed = stocktake.NewReason(stocktake.Invalid, "draft-malformed",
		"The entry cannot be written: %s.",
		"لا يمكن كتابة القيد: %s.")
	BackupForeign = stocktake.NewReason(stocktake.Conflict, "backup-foreign",
		"This is no backup of this store as it goes on now: it is of another one, or from before a restore or a found loss. Make a new backup, copy it away, and confirm that.",
		"ليست هذه نسخة احتياطية من هذا المخزن بحاله الآن: هي من مخزن آخر، أو سابقة لاستعادة أو لفقد مكتشف. أنشئ نسخة جديدة وانقلها إلى خارج الجهاز ثم أكّدها.")
	FileExists = stocktake.NewReason(stocktake.Conflict, "file-exists",
		"There is a file %q already. Name another file, or move that one away.",
		"يوجد ملف %q. اختر اسمًا آخر أو انقل ذلك الملف.")
)
