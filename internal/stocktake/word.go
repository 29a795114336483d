package stocktake

import "fmt"

// Word is one of the words for things in both languages, for a sentence that names it; a word that is not among them
// stands as it is.
func Word(english string) Name { return Name{English: english, Arabic: words[english]} }

var words = map[string]string{
	"society": "الجمعية", "site": "المقر", "section": "القسم", "location": "الموقع", "item": "الصنف", "barcode": "الباركود",
	"session": "الجلسة", "person": "الشخص", "device": "الجهاز", "pass": "الجولة", "task": "المهمة", "test": "العدّ الاختباري", "signatory": "الموقِّع", "line": "البند",
	"event": "الحدث", "movement": "الحركة", "held event": "الحدث المحجوز", "unknown code": "الرمز المجهول", "dispute": "التعارض", "stream": "سلسلة الجهاز",
	"location in scope": "موقع ضمن النطاق", "result": "النتيجة", "sealed result of session": "نتيجة مختومة للجلسة", "place": "الرقم",
	"filing": "المستند المستلَم", "document": "المستند", "chunk": "جزء المستند", "identity": "هوية الجمعية", "mapping": "ربط الأعمدة",
	"sign-in": "تسجيل الدخول", "live feed": "البث المباشر", "photo": "الصورة", "plan": "خطة الجرد",
	"policy": "السياسة", "reason code": "رمز السبب",
}

// NoSuch is Missing for a thing by its word and its name.
func NoSuch[T ~string](word string, name T) *Error { return Missing.New(Word(word), string(name)) }

// Letters says how many letters have room in so many bytes: an Arabic one takes two.
func Letters(bytes int) Name {
	return Name{
		English: fmt.Sprintf("%d characters (%d in Arabic)", bytes, bytes/2),
		Arabic:  arabicLetters(bytes, "لاتيني") + " أو " + arabicLetters(bytes/2, "عربي"),
	}
}

// arabicLetters counts letters as Arabic does: by the last two digits of the number.
func arabicLetters(n int, script string) string {
	switch last := n % 100; {
	case last > 10:
		return fmt.Sprintf("%d حرفًا %sًا", n, script)
	case last > 2:
		return fmt.Sprintf("%d أحرف %sة", n, script)
	}
	return fmt.Sprintf("%d حرف %s", n, script)
}
