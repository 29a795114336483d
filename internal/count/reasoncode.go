package count

import "jard/internal/stocktake"

// UsualCodes are the reasons that a society's first policy begins with. Each may be renamed or left out.
func UsualCodes() []ReasonCode {
	return []ReasonCode{
		{Key: "count-error", Name: stocktake.Name{Arabic: "خطأ في العد", English: "Count error"}, Note: true},
		{Key: "pack-as-pieces", Name: stocktake.Name{Arabic: "عبوة عُدّت قطعًا", English: "Pack counted as pieces"}},
		{Key: "wrong-section", Name: stocktake.Name{Arabic: "عُدّ في قسم آخر", English: "Counted in another section"}},
		{Key: "items-swapped", Name: stocktake.Name{Arabic: "خلط بين صنفين", English: "Two items mistaken for each other"}},
		{Key: "transfer-unbooked", Name: stocktake.Name{Arabic: "تحويل غير مقيّد", English: "Transfer not booked"}, Note: true},
		{Key: "receipt-unbooked", Name: stocktake.Name{Arabic: "استلام غير مقيّد", English: "Receipt not booked"}, Sign: Surpluses, Note: true},
		{Key: "return-unbooked", Name: stocktake.Name{Arabic: "مرتجع غير مقيّد", English: "Return not booked"}, Sign: Surpluses},
		{Key: "supplier-short", Name: stocktake.Name{Arabic: "نقص في توريد المورد", English: "Supplier delivered short"}, Sign: Shortages, Note: true},
		{Key: "damaged", Name: stocktake.Name{Arabic: "تالف", English: "Damaged"}, Sign: Shortages, Photo: true},
		{Key: "expired", Name: stocktake.Name{Arabic: "منتهي الصلاحية", English: "Expired"}, Sign: Shortages},
		{Key: "theft-suspected", Name: stocktake.Name{Arabic: "اشتباه سرقة", English: "Theft suspected"}, Sign: Shortages, Note: true},
		{Key: "unexplained", Name: stocktake.Name{Arabic: "غير معلوم السبب", English: "Unexplained"}, Note: true},
	}
}
