package link

import "jard/internal/stocktake"

// Reasons that concern movements and the instants at which they were booked.
var (
	momentWrong = stocktake.NewReason(stocktake.Invalid, "moment-wrong",
		"%q is no date and time. Write it as 2026-11-24 14:05:33, in Kuwait's time or with its zone.",
		"القيمة %q ليست تاريخًا ووقتًا. اكتبها بصيغة 2026-11-24 14:05:33 بتوقيت الكويت أو مع المنطقة الزمنية.")
	momentNoTime = stocktake.NewReason(stocktake.Invalid, "moment-without-time",
		"%q says the day and not the time of day, and the shop was open. Export the time too.",
		"القيمة %q تذكر اليوم دون الساعة والجمعية مفتوحة. صدّر الساعة أيضًا.")
	momentDoubtful = stocktake.NewReason(stocktake.Invalid, "moment-doubtful",
		"%q may begin with its day or its month: nothing in the file shows which. Write 2026-11-24, or set the order of dates (dmy or mdy) in the mapping.",
		"التاريخ %q قد يبدأ باليوم أو بالشهر ولا شيء في الملف يبيّن ذلك. اكتبه بصيغة 2026-11-24 أو حدّد ترتيب التاريخ (dmy أو mdy) في ربط الأعمدة.")
	momentOrder = stocktake.NewReason(stocktake.Invalid, "moment-other-order",
		"%q does not fit the order of dates, %s, that line %d shows (0: the mapping). Write all dates in one way.",
		"التاريخ %q لا يوافق ترتيب التاريخ %s الظاهر في السطر %d (0: ربط الأعمدة). اكتب التواريخ بطريقة واحدة.")
	momentFuture = stocktake.NewReason(stocktake.Invalid, "moment-in-future",
		"%q is in the future. Check the clock of the till and the time zone of the export.",
		"الوقت %q في المستقبل. تحقّق من ساعة نقطة البيع ومن المنطقة الزمنية للتصدير.")
	movementTwice = stocktake.NewReason(stocktake.Invalid, "movement-two-contents",
		"Movement %q stands in line %d and, with other content, in line %d. An id names one movement of one item: where a receipt has several lines, add the line's number to it.",
		"الحركة %q في السطر %d وبمحتوى آخر في السطر %d. لكل حركة صنف رقمها: إن كان للفاتورة عدة بنود فأضف رقم البند.")
	movementItem = stocktake.NewReason(stocktake.Invalid, "movement-item-unknown",
		"Item %q is not in the published catalogue. The movement was taken; send the item too.",
		"الصنف %q غير موجود في الدليل المنشور. قُبلت الحركة، فأرسل الصنف أيضًا.")
	movementKindWord = stocktake.NewReason(stocktake.Invalid, "movement-kind-word",
		"%q is no known kind of movement. Write sale, return, receipt, transfer or write-off, or say in the mapping (kinds) which it is.",
		"نوع الحركة %q غير معروف. اكتب بيع أو مرتجع أو استلام أو تحويل أو إتلاف، أو حدّد معناه في ربط الأعمدة (kinds).")
	movementNothing = stocktake.NewReason(stocktake.Invalid, "movement-of-nothing",
		"A movement of zero changes nothing. Leave it out.",
		"حركة كميتها صفر لا تغيّر شيئًا. احذفها.")
	movementSigned = stocktake.NewReason(stocktake.Invalid, "movement-signed",
		"The quantity has a minus sign, and the mapping says that the kind of movement gives the sign. Leave the sign out and name the kind for it (a void names what it voids), or change signs in the mapping.",
		"الكمية مسبوقة بإشارة سالب وإعداد الأعمدة ينص على أن نوع الحركة هو الذي يحدد الإشارة. احذف الإشارة واذكر النوع المناسب (والإلغاء يذكر الحركة الملغاة)، أو غيّر إعداد الإشارات.")
	movementDirection = stocktake.NewReason(stocktake.Invalid, "movement-direction",
		"%q does not say whether the goods came or left. Write transfer in or transfer out, or give quantities a sign.",
		"النوع %q لا يبيّن أدخلت البضاعة أم خرجت. اكتب تحويل وارد أو تحويل صادر، أو اكتب إشارة الكمية.")
	movementSigns = stocktake.NewReason(stocktake.Invalid, "movement-signs",
		"Sales take out (a negative quantity) and returns bring back (a positive one). Give quantities their sign, name the movement that this one takes back, or set signs to kind in the mapping.",
		"البيع يُخرج (كمية سالبة) والمرتجع يُعيد (كمية موجبة). اكتب إشارة الكمية، أو اذكر الحركة الملغاة، أو اجعل signs في ربط الأعمدة kind.")
	movementConflict = stocktake.NewReason(stocktake.Conflict, "movement-conflict",
		"Movement %q came earlier with other content, which stands: %s of item %q on %s (entry %d). If that was wrong, send a new movement that takes it back, and another that is right.",
		"الحركة %q وصلت سابقًا بمحتوى آخر وهو القائم: %s من الصنف %q بتاريخ %s (القيد %d). إن كان خطأً فأرسل حركة جديدة تلغيه وأخرى صحيحة.")
	locationUnknown = stocktake.NewReason(stocktake.Invalid, "location-not-in-site",
		"Site %q has no location %q. Import its places first, mend the location, or leave it out.",
		"لا مكان في الموقع %q برقم %q. استورد أماكنه أولًا أو صحّح الرقم أو احذفه.")
	locationElsewhere = stocktake.NewReason(stocktake.Invalid, "location-of-other-section",
		"Location %q is in section %q, not in %q. Mend one of the two.",
		"المكان %q في القسم %q وليس في القسم %q. صحّح أحدهما.")
	positionWrong = stocktake.NewReason(stocktake.Invalid, "position-wrong",
		"The feed position %q is no whole number from 1 to 2⁵³−1. Mend it, or leave it out.",
		"موضع الربط %q ليس عددًا صحيحًا من 1 إلى 2⁵³−1. صحّحه أو احذفه.")
	watermarkAhead = stocktake.NewReason(stocktake.Invalid, "watermark-ahead",
		"The watermark %s is in the future: nobody knows yet what will be booked until then. Check the clock and the time zone.",
		"علامة الاكتمال %s في المستقبل: لا أحد يعرف ما سيُقيَّد حتى ذلك الحين. تحقّق من الساعة والمنطقة الزمنية.")
	quarantineWhole = stocktake.NewReason(stocktake.Invalid, "quarantine-movements-only",
		"Only files of movements may be taken in part: a book or a catalogue without some of its lines would say that there is none of them. Mend the file.",
		"لا يُقبل جزئيًا إلا ملف الحركات: رصيد أو دليل تنقصه أسطر يعني أن أصنافها غير موجودة. أصلح الملف.")
	replaceByMachine = stocktake.NewReason(stocktake.Forbidden, "replace-by-machine",
		"An integrator may not confirm that items are removed. Send what changed with merge, or ask the society's administrator.",
		"لا يجوز لنظام الربط أن يؤكد حذف الأصناف. أرسل التغييرات بطريقة الدمج أو اطلب ذلك من مسؤول النظام في الجمعية.")
)
