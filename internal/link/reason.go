package link

import "jard/internal/stocktake"

// Reasons that concern a file as a whole.
var (
	fileTooLarge = stocktake.NewReason(stocktake.Invalid, "file-too-large",
		"The file has %d MB; at most %d MB are taken. Export less at a time.",
		"حجم الملف %d ميغابايت، والحد الأقصى %d. صدّر بيانات أقل في كل مرة.")
	fileEmpty = stocktake.NewReason(stocktake.Invalid, "file-empty",
		"The file has no rows below its header. Export it again.",
		"لا صفوف في الملف تحت العناوين. صدّره من جديد.")
	fileUnreadable = stocktake.NewReason(stocktake.Invalid, "file-unreadable",
		"The file could not be read to its end. Send it again.",
		"تعذّرت قراءة الملف حتى نهايته. أرسله مرة أخرى.")
	fileOldExcel = stocktake.NewReason(stocktake.Invalid, "file-old-excel",
		"This is a workbook of Excel 97–2003 or a locked one. Save it as XLSX or CSV without a password.",
		"هذا ملف إكسل قديم (97–2003) أو محمي بكلمة مرور. احفظه بصيغة XLSX أو CSV بلا كلمة مرور.")
	fileNotTable = stocktake.NewReason(stocktake.Invalid, "file-not-table",
		"This is a web page, XML or a PDF, whatever its name says. Save it as XLSX or CSV.",
		"هذا الملف صفحة ويب أو XML أو PDF مهما كان اسمه. احفظه بصيغة XLSX أو CSV.")
	workbookBroken = stocktake.NewReason(stocktake.Invalid, "workbook-broken",
		"The workbook is damaged or no XLSX. Open it, save it as XLSX again and resend it.",
		"ملف الإكسل تالف أو ليس بصيغة XLSX. افتحه واحفظه بصيغة XLSX ثم أعد إرساله.")
	workbookTooLarge = stocktake.NewReason(stocktake.Invalid, "workbook-too-large",
		"Unpacked, a part of the workbook is larger than %d bytes. Export it as CSV.",
		"حجم جزء من ملف الإكسل بعد فك ضغطه أكبر من %d بايت. صدّره بصيغة CSV.")
	sheetMissing = stocktake.NewReason(stocktake.Invalid, "sheet-missing",
		"The workbook has no sheet %q. It has: %s.",
		"لا توجد ورقة باسم %q في الملف. أوراقه: %s.")
	mappingWrong = stocktake.NewReason(stocktake.Invalid, "mapping-wrong",
		"The mapping's %s cannot be %q. Choose another value.",
		"الإعداد %s في ربط الأعمدة لا يقبل القيمة %q. اختر قيمة أخرى.")
	publishedChanged = stocktake.NewReason(stocktake.Conflict, "published-changed",
		"Something else was published since this file was looked at, so it was not applied. Check the new outcome, then apply it.",
		"نُشر شيء آخر منذ فُحص هذا الملف، فلم يُطبَّق. راجع النتيجة الجديدة ثم طبّقه.")
	fileRefused = stocktake.NewReason(stocktake.Invalid, "file-refused",
		"Nothing was imported: the file has faults (%d). Mend the lines in the list and send it again.",
		"لم يُستورد شيء: في الملف أخطاء (عددها %d). أصلح الأسطر المذكورة ثم أعد إرساله.")
	tooManyRows = stocktake.NewReason(stocktake.Invalid, "rows-too-many",
		"The file has more than %d rows. Send it in parts.",
		"في الملف أكثر من %d صفًا. أرسله على أجزاء.")
	catalogueFirst = stocktake.NewReason(stocktake.Conflict, "catalogue-first",
		"This society has no items yet. Import the items before the book stock.",
		"لا أصناف لهذه الجمعية بعد. استورد الأصناف قبل الرصيد الدفتري.")
	catalogueShrinks = stocktake.NewReason(stocktake.Conflict, "catalogue-shrinks",
		"Nothing was imported. The file has %d items, and taking it in place of the list would remove %d of its %d. Add the file to what is there instead; or, if those items are really gone, confirm their removal.",
		"لم يُستورد شيء. أصناف الملف عددها %d، ولو حلّ محل القائمة لحُذف منها %d من أصل %d. اختر إضافته إلى الموجود، أو أكّد الحذف إن كانت تلك الأصناف قد أُلغيت فعلًا.")
	asOfMissing = stocktake.NewReason(stocktake.Invalid, "as-of-missing",
		"Say as of when the book stock holds.",
		"حدّد تاريخ ووقت الرصيد الدفتري.")
)

// Reasons that concern a row, its columns or a cell.
var (
	columnMissing = stocktake.NewReason(stocktake.Invalid, "column-missing",
		"No column holds the %s. Choose the column that does; the headers are: %s.",
		"لا عمود يحمل «%s». اختر العمود الذي يحمله. العناوين الموجودة: %s.")
	columnUnknown = stocktake.NewReason(stocktake.Invalid, "column-unknown",
		"The mapping looks for a column %q that the file does not have. The headers are: %s.",
		"يشير ربط الأعمدة إلى عمود %q غير موجود في الملف. العناوين الموجودة: %s.")
	columnsTooMany = stocktake.NewReason(stocktake.Invalid, "columns-too-many",
		"The row has more than %d columns. Remove the needless ones.",
		"في الصف أكثر من %d عمودًا. احذف ما لا يلزم.")
	rowWide = stocktake.NewReason(stocktake.Invalid, "row-wide",
		"The row has %d cells, the header %d: a name may hold the delimiter. Put it in quotes.",
		"في الصف %d خلية وفي العناوين %d: ربما احتوى اسم على الفاصل. ضعه بين علامتي اقتباس.")
	quoteUnclosed = stocktake.NewReason(stocktake.Invalid, "quote-unclosed",
		"A cell in this line opens with a quote that never closes. Close it, or double a quote that belongs to the text.",
		"خلية في هذا السطر تبدأ بعلامة اقتباس لا تُغلق. أغلقها، أو كرّر العلامة إن كانت من النص.")
	lineTooLong = stocktake.NewReason(stocktake.Invalid, "line-too-long",
		"The line is longer than %d bytes. Export the file with line ends.",
		"السطر أطول من %d بايت. صدّر الملف بنهايات أسطر.")
	textBroken = stocktake.NewReason(stocktake.Invalid, "text-broken",
		"The text is damaged: it is no UTF-8. Export the file again as UTF-8.",
		"النص تالف: ليس بترميز UTF-8. أعد تصدير الملف بترميز UTF-8.")
	cellError = stocktake.NewReason(stocktake.Invalid, "cell-error",
		"The cell holds the spreadsheet error %s. Mend its formula.",
		"في الخلية خطأ الجدول %s. أصلح معادلتها.")
	cellEmpty = stocktake.NewReason(stocktake.Invalid, "cell-empty",
		"The %s is empty. Fill it in.",
		"خانة «%s» فارغة. املأها.")
	cellWrong = stocktake.NewReason(stocktake.Invalid, "id-malformed",
		"The %s must have at most %s, none hidden, and no leading '~'. Mend it.",
		"خانة «%s» يجب ألا تتجاوز %s، وألا تحتوي حرفًا خفيًا أو تبدأ بالرمز '~'. أصلحها.")
	nameTooLong = stocktake.NewReason(stocktake.Invalid, "text-too-long",
		"The %s is longer than %s. Shorten it.",
		"خانة «%s» أطول من %s. اختصرها.")
	numberWrong = stocktake.NewReason(stocktake.Invalid, "number-wrong",
		"%q is no number. Write digits and one decimal mark.",
		"القيمة %q ليست عددًا. اكتب أرقامًا وفاصلة عشرية واحدة.")
	numberDoubtful = stocktake.NewReason(stocktake.Invalid, "number-doubtful",
		"%q may be a thousand times more or less: nothing in the file shows its decimal mark. Write at least one number of the file so that it shows, such as 1.25.",
		"القيمة %q تحتمل قراءتين: لا شيء في الملف يبيّن الفاصلة العشرية. اكتب في الملف عددًا واحدًا على الأقل يبيّنها، مثل 1.25.")
	numberMark = stocktake.NewReason(stocktake.Invalid, "number-mark",
		"%q does not fit the decimal mark %q that was set for these files. Mend the number.",
		"القيمة %q لا توافق الفاصلة العشرية %q المحددة لهذه الملفات. أصلح العدد.")
	numberOtherMark = stocktake.NewReason(stocktake.Invalid, "number-other-mark",
		"%q does not fit the decimal mark %q that line %d shows. Write all numbers in one way.",
		"القيمة %q لا توافق الفاصلة العشرية %q الظاهرة في السطر %d. اكتب الأعداد بطريقة واحدة.")
	numberDecimals = stocktake.NewReason(stocktake.Invalid, "number-too-fine",
		"%q has more than %d decimals. Round it at its source.",
		"في القيمة %q أكثر من %d منازل عشرية. قرّبها في مصدرها.")
	numberTooLarge = stocktake.NewReason(stocktake.Invalid, "number-too-large",
		"%q is too large. Look for a missing decimal mark, or a barcode in the wrong column.",
		"القيمة %q كبيرة جدًا. تحقّق من الفاصلة العشرية أو من وجود باركود في غير عموده.")
	flagUnknown = stocktake.NewReason(stocktake.Invalid, "flag-unknown",
		"%q is neither yes nor no. Write yes or no.",
		"القيمة %q ليست نعم ولا لا. اكتب نعم أو لا.")
)
