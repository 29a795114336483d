package stocktake

// Word is one of the words for things in both languages, for a sentence that names it; a word that is not among them
// stands as it is.
func Word(english string) Name {
	if arabic, ok := words[english]; ok {
		return Name{English: english, Arabic: arabic}
	}
	return Name{English: english, Arabic: english}
}

var words = map[string]string{
	"society": "الجمعية", "site": "المقر", "section": "القسم", "location": "الموقع", "item": "الصنف", "barcode": "الباركود",
	"session": "الجلسة", "person": "الشخص", "device": "الجهاز", "pass": "الجولة", "task": "المهمة", "line": "البند",
}
