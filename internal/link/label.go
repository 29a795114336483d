package link

import "jard/internal/stocktake"

// label is what people call a field, in the words in which the console offers it.
func (f Field) label() stocktake.Name { return labels[f] }

var labels = map[Field]stocktake.Name{
	FieldItem:         {English: "item number", Arabic: "رقم الصنف"},
	FieldName:         {English: "name", Arabic: "الاسم"},
	FieldArabic:       {English: "Arabic name", Arabic: "الاسم العربي"},
	FieldEnglish:      {English: "English name", Arabic: "الاسم الإنجليزي"},
	FieldUnit:         {English: "unit", Arabic: "الوحدة"},
	FieldCategory:     {English: "category", Arabic: "الفئة"},
	FieldBarcode:      {English: "barcode", Arabic: "الباركود"},
	FieldPack:         {English: "pack quantity", Arabic: "العبوة"},
	FieldLots:         {English: "lots", Arabic: "له تشغيلات"},
	FieldSupply:       {English: "subsidised", Arabic: "تموين مدعوم"},
	FieldPrice:        {English: "selling price", Arabic: "سعر البيع"},
	FieldLocation:     {English: "location", Arabic: "الموقع"},
	FieldLocationName: {English: "location name", Arabic: "اسم الموقع"},
	FieldSection:      {English: "section", Arabic: "القسم"},
	FieldSectionName:  {English: "section name", Arabic: "اسم القسم"},
	FieldCustodian:    {English: "custodian", Arabic: "صاحب العهدة"},
	FieldKind:         {English: "kind of location", Arabic: "نوع الموقع"},
	FieldShared:       {English: "shared", Arabic: "مشترك"},
	FieldQuantity:     {English: "quantity", Arabic: "الكمية"},
	FieldCost:         {English: "unit cost", Arabic: "تكلفة الوحدة"},
	FieldValue:        {English: "value", Arabic: "القيمة"},
	FieldMovement:     {English: "movement number", Arabic: "رقم الحركة"},
	FieldMovementKind: {English: "kind of movement", Arabic: "نوع الحركة"},
	FieldBooked:       {English: "instant of booking", Arabic: "وقت القيد"},
	FieldTime:         {English: "time of day", Arabic: "الساعة"},
	FieldPosition:     {English: "position in the feed", Arabic: "موضع الربط"},
	FieldVoids:        {English: "movement taken back", Arabic: "الحركة الملغاة"},
	FieldPosts:        {English: "result posted", Arabic: "نتيجة الجرد المرحّلة"},
}

// unitNames are what people call the base units.
var unitNames = map[stocktake.Unit]stocktake.Name{
	stocktake.Piece:    {English: "pieces", Arabic: "حبة"},
	stocktake.Kilogram: {English: "kilograms", Arabic: "كجم"},
	stocktake.Litre:    {English: "litres", Arabic: "لتر"},
	stocktake.Metre:    {English: "metres", Arabic: "متر"},
}

// answer is a yes or no as people write it.
func answer(yes bool) stocktake.Name {
	if yes {
		return stocktake.Name{English: "yes", Arabic: "نعم"}
	}
	return stocktake.Name{English: "no", Arabic: "لا"}
}
