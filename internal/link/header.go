package link

import (
	"slices"
	"strings"
)

// Guess maps the columns of a file by their headers, in Arabic or English, as ERPs and people write them. A field
// with several likely columns gets the likeliest, then the leftmost. What it does not know is not mapped.
func Guess(kind Kind, header []string) Mapping {
	m := Mapping{Kind: kind, Columns: make(map[Field]string)}
	best := make(map[Field]int)
	for _, title := range header {
		field, rank, ok := recognise(kind, title)
		if !ok {
			continue
		}
		if r, taken := best[field]; !taken || rank < r {
			best[field], m.Columns[field] = rank, cleanText(title)
			if field == FieldCost || field == FieldPrice {
				m.Money = ""
				if folded := foldHeader(title); strings.Contains(folded, "فلس") || strings.HasSuffix(folded, "fils") {
					m.Money = "fils"
				}
			}
		}
	}
	return m
}

// recognise gives the field that a header names in a file of this kind; a lower rank is a surer name. A remark in
// brackets ("(KD)", "(حبة)") is left aside when the whole header is not known.
func recognise(kind Kind, title string) (Field, int, bool) {
	known := spellings[kind]
	if s, ok := known[foldHeader(title)]; ok {
		return s.field, s.rank, true
	}
	if open := strings.IndexAny(title, "([{"); open > 0 {
		if s, ok := known[foldHeader(title[:open])]; ok {
			return s.field, s.rank, true
		}
	}
	return "", 0, false
}

type spelling struct {
	field Field
	rank  int
}

// spellings are the folded headers that each kind of file may have. Written with the surest name of each field first.
var spellings = func() map[Kind]map[string]spelling {
	item := []string{"رقم الصنف", "كود الصنف", "رمز الصنف", "رقم المادة", "كود المادة", "رمز المادة", "رقم المنتج",
		"كود المنتج", "رمز المنتج", "رقم السلعة", "كود السلعة", "رقم البند", "معرف الصنف", "رقم صنف", "item no",
		"item number", "item code", "item id", "item", "item num", "item #", "itemnmbr", "sku", "sku code",
		"stock code", "product code", "product id", "product no", "article", "article no", "article number",
		"article code", "material", "material no", "material number", "part no", "part number", "plu", "no.", "code",
		"الكود", "الرمز", "كود", "رقم", "id"}
	barcode := []string{"الباركود", "باركود", "بار كود", "رقم الباركود", "كود الباركود", "باركود الصنف", "الرمز الشريطي",
		"الترميز الشريطي", "الكود الدولي", "الرقم الدولي", "barcode", "bar code", "barcodes", "item barcode",
		"barcode no", "barcode number", "ean", "ean13", "ean 13", "ean code", "ean/upc", "ean upc", "gtin", "gtin13",
		"gtin 14", "upc", "upc code", "scan code", "scancode", "intl code", "الباركودات"}
	section := []string{"رقم القسم", "كود القسم", "رمز القسم", "رقم المخزن", "كود المخزن", "رمز المخزن", "section id",
		"section code", "section no", "section", "القسم", "المخزن", "رقم المستودع", "كود المستودع", "المستودع",
		"department code", "department id", "department no", "dept code", "dept", "department", "store code",
		"store id", "storage location", "sloc", "warehouse code", "warehouse id", "warehouse no", "warehouse",
		"whs code", "whse", "wh", "العهدة", "رقم العهدة", "القسم/المخزن"}
	table := map[Kind]map[Field][]string{
		ItemsFile: {
			FieldItem:    item,
			FieldBarcode: barcode,
			FieldName: {"اسم الصنف", "وصف الصنف", "اسم المادة", "اسم المنتج", "اسم السلعة", "بيان الصنف", "الصنف", "البيان",
				"الوصف", "الاسم", "المادة", "المنتج", "السلعة", "item name", "item description", "description",
				"product name", "product description", "article name", "material description", "item desc", "desc",
				"product", "name", "itemdesc"},
			FieldArabic: {"الاسم العربي", "الاسم بالعربي", "الاسم بالعربية", "اسم الصنف عربي", "اسم الصنف العربي",
				"اسم الصنف بالعربي", "اسم الصنف بالعربية", "اسم الصنف (عربي)", "الوصف العربي", "الوصف بالعربي", "اسم عربي",
				"arabic name", "arabic description", "name ar", "name arabic", "description ar", "description arabic",
				"item name ar", "item name arabic", "ar name", "local name"},
			FieldEnglish: {"الاسم الانجليزي", "الاسم بالانجليزي", "الاسم بالانجليزية", "اسم الصنف انجليزي",
				"اسم الصنف الانجليزي", "اسم الصنف بالانجليزي", "اسم الصنف بالإنجليزية", "اسم الصنف (انجليزي)",
				"الوصف الانجليزي", "الوصف بالانجليزي", "اسم انجليزي", "الاسم اللاتيني", "english name",
				"english description", "name en", "name english", "description en", "description english",
				"item name en", "item name english", "en name", "foreign name"},
			FieldUnit: {"الوحدة", "وحدة القياس", "وحدة البيع", "وحدة الصنف", "اسم الوحدة", "وحدة", "unit", "unit of measure",
				"units", "uom", "base uom", "base unit", "base unit of measure", "um", "u/m", "unit name", "sales unit",
				"unit code", "measure"},
			FieldCategory: {"الفئة", "التصنيف", "المجموعة", "مجموعة الصنف", "اسم المجموعة", "فئة الصنف", "تصنيف الصنف",
				"القسم", "اسم القسم", "العائلة", "category", "item category", "category name", "item group", "group",
				"group name", "product group", "material group", "product category", "family", "class", "department",
				"category code", "section"},
			FieldPack: {"التعبئة", "العبوة", "عدد الحبات", "الكمية في الكرتون", "حبات الكرتون", "عدد العبوة", "محتوى العبوة",
				"معامل التحويل", "معامل الوحدة", "الشدة", "كمية العبوة", "pack", "pack qty", "pack quantity", "pack size",
				"packing", "packaging", "case qty", "case quantity", "case size", "units per case", "units per pack",
				"qty per unit", "qty per pack", "qty per unit of measure", "pieces per carton", "pcs per carton",
				"pcs/ctn", "conversion", "conversion factor", "factor", "conv factor", "inner qty", "carton qty"},
			FieldLots: {"تتبع التشغيلة", "بتشغيلة", "له تاريخ صلاحية", "يتطلب صلاحية", "متابعة الصلاحية", "صلاحية",
				"تاريخ صلاحية", "lots", "lot", "lot tracked", "lot control", "lot tracking", "batch", "batch managed",
				"batch tracked", "expiry tracked", "has expiry", "track expiry", "expiry"},
			FieldSupply: {"تموين", "التموين", "صنف تموين", "مواد تموينية", "تمويني", "سلعة تموينية", "مدعوم", "supply",
				"subsidised", "subsidized", "supply item", "ration", "is supply"},
			FieldPrice: {"سعر البيع", "سعر بيع الوحدة", "سعر الوحدة", "سعر المستهلك", "سعر التجزئة", "سعر البيع بالفلس",
				"السعر بالفلس", "السعر", "selling price", "sales price", "sale price", "retail price", "shelf price",
				"unit price", "price", "price kd", "price kwd", "selling price fils", "unit price fils", "price fils"},
		},
		PlacesFile: {
			FieldLocation: {"رقم الموقع", "كود الموقع", "رمز الموقع", "باركود الموقع", "الموقع", "رقم الرف", "كود الرف",
				"رمز الرف", "باركود الرف", "الرف", "رقم الممر", "كود الخانة", "رقم الخانة", "الخانة", "الممر", "المكان",
				"رقم المكان", "location id", "location code", "location no", "location barcode", "location", "shelf id",
				"shelf code", "shelf no", "shelf", "bin", "bin code", "bin id", "bin no", "bin location", "aisle", "bay"},
			FieldLocationName: {"اسم الموقع", "وصف الموقع", "اسم الرف", "وصف الرف", "بيان الموقع", "اسم المكان", "وصف المكان",
				"location name", "location description", "shelf name", "shelf description", "bin name",
				"bin description", "name", "description", "الوصف", "الاسم"},
			FieldSection: section,
			FieldSectionName: {"اسم القسم", "اسم المخزن", "وصف القسم", "اسم المستودع", "section name",
				"section description", "department name", "dept name", "warehouse name", "store name"},
			FieldCustodian: {"صاحب العهدة", "أمين العهدة", "اسم صاحب العهدة", "أمين المخزن", "المسؤول", "مسؤول القسم",
				"مسؤول العهدة", "المستلم", "custodian", "custodian name", "storekeeper", "store keeper", "keeper",
				"responsible", "responsible person", "in charge", "section head"},
			FieldKind: {"نوع الموقع", "نوع المكان", "النوع", "نوع الرف", "location type", "location kind", "kind", "type",
				"zone", "zone type"},
			FieldShared: {"مشترك", "موقع مشترك", "مشترك بين عدادين", "shared", "is shared", "split"},
		},
		BookFile: {
			FieldItem:    item,
			FieldBarcode: barcode,
			FieldSection: append(section, "اسم القسم", "اسم المخزن", "section name", "department name", "store name",
				"warehouse name", "store", "location", "location code", "الموقع", "الفرع"),
			FieldQuantity: {"الكمية الدفترية", "الرصيد الدفتري", "الرصيد", "رصيد الصنف", "الرصيد الحالي", "الكمية",
				"الكمية الحالية", "الكمية المتوفرة", "الكمية المتاحة", "رصيد المخزون", "رصيد آخر المدة", "رصيد الكمية",
				"إجمالي الكمية", "المخزون", "book qty", "book quantity", "on hand", "qty on hand", "quantity on hand",
				"on hand qty", "on hand quantity", "onhand", "qoh", "soh", "stock on hand", "quantity", "qty",
				"stock qty", "stock quantity", "stock", "balance", "current stock", "closing qty", "closing stock",
				"closing balance", "balance qty", "available qty", "unrestricted", "unrestricted stock", "inventory"},
			FieldCost: {"تكلفة الوحدة", "متوسط التكلفة", "متوسط تكلفة الوحدة", "متوسط سعر التكلفة", "سعر التكلفة", "التكلفة",
				"تكلفة الصنف", "كلفة الوحدة", "متوسط الكلفة", "سعر الكلفة", "الكلفة", "تكلفة الوحدة بالفلس",
				"التكلفة بالفلس", "متوسط التكلفة بالفلس", "unit cost", "average cost", "avg cost", "avg. cost",
				"average unit cost", "avg unit cost", "moving average", "moving average price", "moving price", "map",
				"weighted average cost", "wac", "cost", "cost price", "item cost", "standard cost", "std cost",
				"unit cost kd", "unit cost kwd", "cost kd", "cost kwd", "unit cost fils", "cost fils"},
			FieldValue: {"قيمة المخزون", "القيمة", "إجمالي التكلفة", "قيمة الرصيد", "إجمالي القيمة", "القيمة الإجمالية",
				"قيمة التكلفة", "stock value", "inventory value", "total cost", "total value", "value", "extended cost",
				"ext cost", "cost value", "value kd", "value kwd", "amount"},
		},
		MovementsFile: {
			FieldMovement: {"رقم الحركة", "معرف الحركة", "رقم القيد", "مسلسل الحركة", "المسلسل", "movement id", "movement no",
				"movement number", "transaction id", "transaction no", "transaction number", "entry no", "entry number", "line id",
				"trans id", "trans no", "id"},
			FieldMovementKind: {"نوع الحركة", "نوع القيد", "نوع المستند", "النوع", "movement type", "movement kind", "kind", "type",
				"transaction type", "trans type", "document type", "doc type", "entry type"},
			FieldItem:    slices.DeleteFunc(slices.Clone(item), func(s string) bool { return s == "id" || s == "no." || s == "رقم" }),
			FieldBarcode: barcode,
			FieldQuantity: {"الكمية", "كمية الحركة", "الكميه", "quantity", "qty", "movement qty", "movement quantity", "qty change",
				"quantity change", "transaction qty", "change", "العدد"},
			FieldBooked: {"تاريخ الحركة", "وقت الحركة", "تاريخ ووقت الحركة", "تاريخ القيد", "وقت القيد", "التاريخ والوقت",
				"تاريخ العملية", "التاريخ", "booked at", "booked", "posting time", "posted at", "timestamp", "date time", "datetime",
				"transaction date", "transaction time", "posting date", "movement date", "date"},
			FieldTime:     {"الوقت", "الساعة", "ساعة الحركة", "ساعة القيد", "time", "time of day", "posting time of day"},
			FieldPosition: {"موضع الربط", "الموضع", "position", "feed position", "sequence", "seq", "sequence no", "offset"},
			FieldSection:  section,
			FieldLocation: {"رقم الموقع", "كود الموقع", "رمز الموقع", "الموقع", "الرف", "رقم الرف", "location id", "location code", "location",
				"shelf", "bin", "bin code"},
			FieldVoids: {"الحركة الملغاة", "ملغاة برقم", "تلغي الحركة", "voids", "reverses", "reversal of", "void of", "cancels"},
			FieldPosts: {"نتيجة الجرد المرحلة", "نتيجة الجرد", "posts", "result", "stocktake result"},
		},
	}
	known := make(map[Kind]map[string]spelling, len(table))
	for kind, fields := range fieldsOf {
		known[kind] = make(map[string]spelling)
		for _, field := range fields {
			known[kind][foldHeader(string(field))] = spelling{field, 0} // our own words are headers too
		}
		for _, field := range fields {
			for rank, name := range table[kind][field] {
				if key := foldHeader(name); known[kind][key].field == "" {
					known[kind][key] = spelling{field, rank}
				}
			}
		}
	}
	return known
}()
