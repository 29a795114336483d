package link

import "jard/internal/stocktake"

// Reasons that concern codes, items, places and book lines.
var (
	codeMangled = stocktake.NewReason(stocktake.Invalid, "code-mangled",
		"A spreadsheet has turned the code into %q and its digits are lost. Format the column as text and export it again.",
		"حوّل برنامج الجداول الكود إلى %q فضاعت أرقامه. نسّق العمود كنص ثم أعد التصدير.")
	codeCheckDigit = stocktake.NewReason(stocktake.Invalid, "code-check-digit",
		"The check digit of %q should be %s. Scan the pack again, or keep it as an in-house code.",
		"رقم التحقق في %q يجب أن يكون %s. امسح العبوة من جديد أو احتفظ به كودًا داخليًا.")
	codeLength = stocktake.NewReason(stocktake.Invalid, "code-length",
		"%q (%d characters) is no GTIN: those have 8, 12, 13 or 14 digits. Mend it, or keep it as an in-house code.",
		"الكود %q (طوله %d) ليس GTIN: طوله 8 أو 12 أو 13 أو 14 رقمًا. أصلحه أو احتفظ به كودًا داخليًا.")
	codeZeros = stocktake.NewReason(stocktake.Invalid, "code-zeros",
		"%q would be the GTIN %q: a spreadsheet may have eaten its leading zeros. Format the column as text and export it again.",
		"قد يكون %q هو GTIN %q: ربما حذف برنامج الجداول أصفاره الأولى. نسّق العمود كنص ثم أعد التصدير.")
	codeFloat = stocktake.NewReason(stocktake.Invalid, "code-decimal",
		"%q was exported as a decimal number; %q was taken. Export the column as text.",
		"صُدّر %q كعدد عشري، فاعتُمد %q. صدّر العمود كنص.")
	codeTaken = stocktake.NewReason(stocktake.Invalid, "code-of-two-items",
		"Barcode %q belongs to item %q already (line %d; 0 is the published catalogue). One code means one item: keep one.",
		"الباركود %q مسجل للصنف %q (السطر %d، و0 هو الدليل المنشور). لكل باركود صنف واحد: أبقِ واحدًا.")
	codeRepeated = stocktake.NewReason(stocktake.Invalid, "code-repeated",
		"The item has barcode %q already (line %d). The repetition has no effect; remove it.",
		"الباركود %q مسجل للصنف نفسه (السطر %d). لا أثر للتكرار، فاحذفه.")
	codePack = stocktake.NewReason(stocktake.Invalid, "code-two-packs",
		"Barcode %q has a pack of %s here and of %s in line %d. Keep the right one.",
		"الباركود %q عبوته هنا %s وفي السطر %[4]d %[3]s. أبقِ الصحيحة.")
	codeLoose = stocktake.NewReason(stocktake.Invalid, "case-of-one",
		"%q is a case's code (14 digits), yet its pack is one. Check the pack quantity.",
		"الكود %q لكرتون (14 رقمًا) وعبوته واحد. تحقّق من كمية العبوة.")
	packWrong = stocktake.NewReason(stocktake.Invalid, "pack-wrong",
		"%q is no pack quantity. Write how many base units it holds, above zero, such as 12 or 4x6.",
		"القيمة %q ليست كمية عبوة. اكتب عدد الوحدات فيها، أكبر من صفر، مثل 12 أو 4x6.")
	packMissing = stocktake.NewReason(stocktake.Invalid, "pack-missing",
		"The item is sold in other units too (line %d), so a %q needs its pack quantity. Fill it in.",
		"للصنف وحدات أخرى (السطر %d)، فيلزم تحديد كمية العبوة للوحدة %q. أدخلها.")
	unitWrong = stocktake.NewReason(stocktake.Invalid, "unit-wrong",
		"%q is an unknown unit. Write piece, kg, litre, metre or carton.",
		"الوحدة %q غير معروفة. اكتب حبة أو كجم أو لتر أو متر أو كرتون.")
	unitMixed = stocktake.NewReason(stocktake.Invalid, "unit-mixed",
		"The item is in %s here and in %s in line %d. An item has one base unit: keep one.",
		"وحدة الصنف هنا %s وفي السطر %[3]d %[2]s. للصنف وحدة أساسية واحدة: أبقِ واحدة.")
	priceWrong = stocktake.NewReason(stocktake.Invalid, "price-wrong",
		"%q is no price of one base unit and was left out. Mend it if labels that bear a price are to be weighed by it.",
		"القيمة %q ليست سعرًا لوحدة واحدة فتُركت. أصلحها إن كانت ملصقات السعر ستُحوَّل إلى وزن.")
	priceDiffers = stocktake.NewReason(stocktake.Invalid, "price-differs",
		"The selling price differs from line %d, which has %s and was kept. Mend the wrong one.",
		"سعر البيع يختلف عن السطر %d وفيه %s وقد اعتُمد. أصلح الخطأ منهما.")
	rowDiffers = stocktake.NewReason(stocktake.Invalid, "row-differs",
		"The %s differs from line %d, which has %q. Rows of one thing must agree: mend one.",
		"خانة «%s» تختلف عن السطر %d وفيه %q. صفوف الشيء الواحد يجب أن تتفق: أصلح أحدها.")
	rowRepeated = stocktake.NewReason(stocktake.Invalid, "row-repeated",
		"The row says nothing that line %d has not said. It has no effect; remove it.",
		"لا جديد في هذا الصف عن السطر %d. لا أثر له، فاحذفه.")
	itemUnknown = stocktake.NewReason(stocktake.Invalid, "item-unknown",
		"Item %q is not in the published catalogue. Import the items first, or check its leading zeros.",
		"الصنف %q غير موجود في الدليل المنشور. استورد الأصناف أولًا أو تحقّق من الأصفار الأولى.")
	barcodeUnknown = stocktake.NewReason(stocktake.Invalid, "barcode-unknown",
		"Barcode %q is not in the published catalogue. Import the items first, or give the item number.",
		"الباركود %q غير موجود في الدليل المنشور. استورد الأصناف أولًا أو أدخل رقم الصنف.")
	barcodeOther = stocktake.NewReason(stocktake.Invalid, "barcode-of-other-item",
		"Barcode %q belongs to item %q, not to the item of this row. Mend one of the two.",
		"الباركود %q للصنف %q وليس لصنف هذا الصف. أصلح أحدهما.")
	barcodeCase = stocktake.NewReason(stocktake.Invalid, "barcode-of-pack",
		"Barcode %q is a pack of %s, so the unit of the quantity is in doubt. Give the item number instead.",
		"الباركود %q لعبوة من %s فوحدة الكمية غير مؤكدة. أدخل رقم الصنف بدلًا منه.")
	sectionUnknown = stocktake.NewReason(stocktake.Invalid, "section-not-in-site",
		"Site %q has no section %q. Import its places first, or mend the section.",
		"لا قسم في الموقع %q باسم %q. استورد أماكنه أولًا أو أصلح القسم.")
	sectionDoubtful = stocktake.NewReason(stocktake.Invalid, "section-doubtful",
		"Several sections are called %q. Give the section's id.",
		"عدة أقسام باسم %q. أدخل رقم القسم.")
	lineRepeated = stocktake.NewReason(stocktake.Invalid, "line-repeated",
		"Section %q has item %q already in line %d. Keep one, or add the two up.",
		"القسم %q فيه الصنف %q في السطر %d. أبقِ واحدًا أو اجمع الكميتين.")
	lineAverage = stocktake.NewReason(stocktake.Invalid, "line-averaged",
		"The cost differs from line %d, which this line was added to: the average by quantity was taken.",
		"التكلفة تختلف عن السطر %d الذي جُمع إليه هذا السطر: اعتُمد المتوسط المرجح بالكمية.")
	lineMixed = stocktake.NewReason(stocktake.Invalid, "line-cannot-average",
		"The cost differs from line %d and a quantity is not positive, so no average can be taken. Sum the lines at their source.",
		"التكلفة تختلف عن السطر %d وإحدى الكميات غير موجبة فلا يمكن حساب المتوسط. اجمع السطرين في المصدر.")
	costNegative = stocktake.NewReason(stocktake.Invalid, "cost-negative",
		"A unit cost cannot be negative. Mend the cost, or the sign of value and quantity.",
		"تكلفة الوحدة لا تكون سالبة. أصلح التكلفة أو إشارة القيمة والكمية.")
	costRounded = stocktake.NewReason(stocktake.Invalid, "cost-rounded",
		"The cost %s has been rounded to a thousandth of a fils.",
		"قُرّبت التكلفة %s إلى جزء من ألف من الفلس.")
	valueAlone = stocktake.NewReason(stocktake.Invalid, "value-without-quantity",
		"The line has a value of %s and no quantity, so no unit cost. Give the cost.",
		"للبند قيمة %s بلا كمية فلا تكلفة للوحدة. أدخل التكلفة.")
	valueInexact = stocktake.NewReason(stocktake.Invalid, "value-inexact",
		"Quantity by unit cost gives %s, the file says %s. The unit cost was taken.",
		"حاصل الكمية في تكلفة الوحدة %s وفي الملف %s. اعتُمدت تكلفة الوحدة.")
	lineTooLarge = stocktake.NewReason(stocktake.Invalid, "line-value-too-large",
		"The value of the line is too large to be held exactly. Check the quantity and the cost.",
		"قيمة البند أكبر من أن تُحفظ بدقة. تحقّق من الكمية والتكلفة.")
	kindUnknown = stocktake.NewReason(stocktake.Invalid, "location-kind-wrong",
		"%q is no kind of location. Write floor, store, cold or receiving.",
		"القيمة %q ليست نوع مكان. اكتب صالة أو مخزن أو مبرّد أو استلام.")
	locationRepeated = stocktake.NewReason(stocktake.Invalid, "location-repeated",
		"Location %q is in line %d already. Keep one.",
		"الموقع %q موجود في السطر %d. أبقِ واحدًا.")
)
