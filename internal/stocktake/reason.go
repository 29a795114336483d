package stocktake

// Reasons that belong to the words themselves. Other packages declare theirs beside the rule.
var (
	Broken = NewReason(Internal, "internal",
		"Something went wrong in the server. Try again; if it stays, tell the administrator the time it happened.",
		"حدث خلل في الخادم. أعد المحاولة، وإن استمر فأبلغ مسؤول النظام بوقت حدوثه.")
	NotAllowed = NewReason(Forbidden, "role-missing",
		"You may not do this. It needs one of these roles: %v.",
		"لا تملك صلاحية هذا الإجراء. يلزم أحد هذه الأدوار: %v.")
	Missing = NewReason(NotFound, "not-found",
		"There is no %s %q here. Check the name.",
		"لم يُعثر هنا على %s %q. تحقّق من الاسم.")

	idEmpty = NewReason(Invalid, "id-empty",
		"The %s has no id: give it one.",
		"%s بلا رمز: أدخل رمزه.")
	idTooLong = NewReason(Invalid, "id-too-long",
		"The id of the %s is longer than %s: shorten it.",
		"رمز %s أطول من %s: اختصره.")
	idCharacters = NewReason(Invalid, "id-characters",
		"The id of the %s, %q, has a hidden character, outer white space or a leading '~': remove it.",
		"رمز %s (%q) فيه حرف خفي أو فراغ في طرفه أو يبدأ بالرمز '~': احذفه.")
	idRepeated = NewReason(Invalid, "id-repeated",
		"The %s %q stands twice: keep one.",
		"%s %q مذكور مرتين: أبقِ واحدًا.")
	textNotUTF8 = NewReason(Invalid, "text-not-utf8",
		"The id of the %s is damaged text: type it again.",
		"رمز %s نص تالف: اكتبه من جديد.")
	nameEmpty = NewReason(Invalid, "name-empty",
		"The %s has no name: give one in Arabic or English.",
		"%s بلا اسم: أدخل اسمًا بالعربية أو الإنجليزية.")
	nameTooLong = NewReason(Invalid, "name-too-long",
		"The name of the %s is longer than %s: shorten it.",
		"اسم %s أطول من %s: اختصره.")
	numberOverflow = NewReason(Invalid, "number-overflow",
		"The number is too large to be held exactly: check it for a missing decimal mark or a barcode in its place.",
		"العدد أكبر من أن يُحفظ بدقة: تحقّق من الفاصلة العشرية أو من وجود باركود مكانه.")
	numberMalformed = NewReason(Invalid, "number-malformed",
		"%q is not a decimal number.",
		"القيمة %q ليست عددًا عشريًا.")
	numberDecimals = NewReason(Invalid, "number-decimals",
		"%q has more than %d decimals: round it at its source.",
		"القيمة %q فيها أكثر من %d منازل عشرية: قرّبها في مصدرها.")
	quantityInexact = NewReason(Invalid, "quantity-inexact",
		"%s packs of %s is no whole number of thousandths: key the quantity in the base unit.",
		"الكمية %s من العبوة %s لا تساوي عددًا صحيحًا من الأجزاء الألف: أدخل الكمية بالوحدة الأساسية.")
	governorateUnknown = NewReason(Invalid, "governorate-unknown",
		"%q is no governorate: use KW-KU, KW-HA, KW-FA, KW-AH, KW-JA or KW-MU.",
		"القيمة %q ليست محافظة: استخدم KW-KU أو KW-HA أو KW-FA أو KW-AH أو KW-JA أو KW-MU.")
	siteKindUnknown = NewReason(Invalid, "site-kind-unknown",
		"%q is no kind of site: use central-market, branch, warehouse or supply-branch.",
		"القيمة %q ليست نوع موقع: استخدم central-market أو branch أو warehouse أو supply-branch.")
	locationKindUnknown = NewReason(Invalid, "location-kind-unknown",
		"%q is no kind of location: use floor, store, cold or receiving.",
		"القيمة %q ليست نوع مكان: استخدم floor أو store أو cold أو receiving.")
	sectionUnknown = NewReason(Invalid, "section-unknown",
		"There is no section %q in this site: add it first.",
		"لا يوجد قسم %q في هذا الموقع: أضفه أولًا.")
	unitUnknown = NewReason(Invalid, "unit-unknown",
		"%q is no base unit: use piece, kg, litre or metre.",
		"القيمة %q ليست وحدة أساسية: استخدم piece أو kg أو litre أو metre.")
	packRange = NewReason(Invalid, "pack-range",
		"The pack quantity of barcode %q must be above zero and at most ten million units.",
		"كمية العبوة للباركود %q يجب أن تكون أكبر من صفر ولا تتجاوز عشرة ملايين وحدة.")
	priceRange = NewReason(Invalid, "price-range",
		"The price %s of a base unit must be between zero and a million dinars.",
		"سعر الوحدة %s يجب أن يكون بين صفر ومليون دينار.")
	roleUnknown = NewReason(Invalid, "role-unknown",
		"%q is no role.",
		"القيمة %q ليست دورًا معروفًا.")
)
