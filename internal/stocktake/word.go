package stocktake

// Word is one of the words for things in both languages, for a sentence that names it; a word that is not among them
// stands as it is.
func Word(english string) Name { return Name{English: english, Arabic: words[english]} }

var words = map[string]string{
	"society": "الجمعية", "site": "المقر", "section": "القسم", "location": "الموقع", "item": "الصنف", "barcode": "الباركود",
	"session": "الجلسة", "person": "الشخص", "device": "الجهاز", "pass": "الجولة", "task": "المهمة", "line": "البند",
	"event": "الحدث",
}
