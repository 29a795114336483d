// Why the app itself does not do something, and what to do instead. The server's reasons come in its own words.
import type { Refusal } from './types'

const words = {
  'answer-first': ['أجب عن السؤال الظاهر أولًا، ثم أعد المسح.', 'Answer the question on the screen first, then scan again.'],
  'confirm-first': ['أدخل العدد أو ألغِ الصنف الحالي أولًا.', 'Key the number of the present item, or discard it, first.'],
  'no-pass': ['امسح ملصق الموقع أو اختره من القائمة أولًا.', 'Scan the label of a location, or choose one from the list, first.'],
  'pass-open': ['أقفل الموقع الحالي أولًا.', 'Close the present location first.'],
  'pass-empty-mode': ['بدأ العد في هذا الموقع. تتغيّر الطريقة عند الموقع التالي.', 'Counting has begun here. The mode can change at the next location.'],
  'no-session': ['اختر جلسة جرد أولًا.', 'Choose a count session first.'],
  'no-pack': ['حزمة هذه الجلسة ليست على الجهاز. نزّلها وأنت متصل بالشبكة.', 'This device does not hold the session\'s pack. Download it while there is a network.'],
  'not-paired': ['سجّل الجهاز أولًا: امسح رمز التسجيل من صفحة «الأجهزة».', 'Pair the device first: scan the code on the Devices page.'],
  'code-missing': ['هذا ليس رمز تسجيل. امسح الرمز من صفحة «الأجهزة» أو اكتبه كما هو.', 'This is no pairing code. Scan the one on the Devices page, or type it as it stands.'],
  'not-signed-in': ['سجّل الدخول باسمك ورقمك السري أولًا.', 'Sign in with your name and PIN first.'],
  'location-unknown': ['هذا الموقع غير موجود في الجلسة. امسح ملصق موقع آخر أو أبلغ المشرف.', 'The session has no such location. Scan another label, or tell the supervisor.'],
  'item-unknown': ['هذا الصنف ليس في دليل الجلسة.', 'The session\'s catalogue has no such item.'],
  'session-closing': ['أوقف المشرف العد في هذه الجلسة. يسلّم الجهاز ما لديه تلقائيًا.', 'The supervisor has stopped counting in this session. The device hands in what it holds by itself.'],
  'session-over': ['انتهت هذه الجلسة. اختر جلسة أخرى.', 'This session is over. Choose another one.'],
  'device-revoked': ['أُوقف هذا الجهاز. سلّمه إلى المشرف؛ ما عليه محفوظ.', 'This device was revoked. Hand it to the supervisor; what it holds is kept.'],
  'app-outdated': ['حدّث التطبيق قبل فتح موقع جديد. ما سُجّل محفوظ ويُرسَل.', 'Update the app before you open another location. What was recorded is kept and sent.'],
  'zero-unknown': ['لا يُعرف هذا الباركود، فلا يُسجَّل صفرًا. ابحث عن الصنف باسمه.', 'Nobody knows this barcode, so there is no zero of it. Find the item by its name.'],
  'label-again': ['الملصق نفسه في اللحظة نفسها. امسحه مرة أخرى للانتقال.', 'The same label in the same moment. Scan it once more to go there.'],
  'scan-too-long': ['القراءة أطول من أن تكون رمزًا. أعد المسح.', 'What was read is too long for a code. Scan again.'],
  'scan-empty': ['لم يُقرأ شيء. أعد المسح.', 'Nothing was read. Scan again.'],
  'number-too-large': ['هذا العدد أكبر من أن يكون كمية. إن كان رمزًا فامسحه من جديد.', 'This is too large for a quantity. If it is a code, scan it again.'],
  'number-decimals': ['يُعدّ هذا الصنف بأعداد صحيحة: أُهملت الفاصلة وما بعدها. للتصحيح اضغط زر الحذف.',
    'This item is counted in whole numbers: the point and what follows were left out. To correct, press the erase key.'],
  'number-inexact': ['لا تُقسم هذه العبوة بهذه الدقة. بدّل الوحدة أو صحّح العدد.', 'This pack cannot be divided so finely. Switch the unit, or correct the number.'],
  'nothing-pending': ['امسح صنفًا أو ابحث عنه أولًا.', 'Scan an item, or search for it, first.'],
  'nothing-to-undo': ['لا شيء للتراجع عنه هنا.', 'There is nothing to take back here.'],
  'nothing-asked': ['لم يُسأل شيء.', 'Nothing was asked.'],
  'lot-date': ['ليس هذا تاريخًا. اكتب اليوم ثم الشهر ثم السنة، مثل 310327، أو الشهر والسنة فقط، مثل 0327.', 'This is no date. Key day, month and year, such as 310327, or month and year, such as 0327.'],
  'move-from': ['امسح أولًا ملصق الموقع الذي أُخذت منه البضاعة.', 'First scan the label of the location that the goods are taken from.'],
  'move-same': ['من هذا الموقع أُخذت البضاعة. امسح ملصق الموقع الذي وُضعت فيه.', 'The goods were taken from this location. Scan the label of the one where they were placed.'],
  'move-to': ['امسح ملصق الموقع الذي وُضعت فيه البضاعة، ثم أكّد.', 'Scan the label of the location where the goods were placed, then confirm.'],
  'move-number': ['أدخل عدد كل صنف منقول أولًا.', 'Key how many of each item you carry first.'],
  'move-invalid': ['لم يُقرأ الباركود كاملًا. أعد المسح؛ إن قُرئ كذلك مرة ثانية أُخذ كما قُرئ.', 'The barcode was not read in full. Scan it again: read the same twice, it is taken as it was read.'],
  'move-large': ['العدد كبير. راجع الأعداد، ثم أكّد مرة ثانية إن كانت صحيحة.', 'This is a large number. Look at the numbers again, then confirm once more if they are right.'],
  'move-empty': ['امسح البضاعة المنقولة أولًا.', 'Scan the goods that you carry first.'],
  'training': ['هذا تدريب. أنهِ التدريب أولًا.', 'This is training. End it first.'],
  'photo-no-room': ['لا مكان لصورة على الجهاز. تابع العدّ من دونها؛ لم يتأثر ما سُجّل.', 'There is no room for a photo on the device. Go on counting without it; nothing recorded is touched.'],
  'photo-late': ['أُلغي الصنف الذي التُقطت له الصورة، فلم تُحفظ. تابع العدّ.', 'What this photo shows was discarded or taken back meanwhile, so it was not kept. Go on counting.'],
  'photo-unfit': ['تعذّر استعمال هذه الصورة. التقطها من جديد، أو تابع من دونها.', 'This photo cannot be used. Take it again, or go on without it.'],
  'starting': ['التطبيق يبدأ. انتظر لحظة.', 'The app is starting. Wait a moment.'],
  'part-missing': ['لم يُحمَّل هذا الجزء من التطبيق بعد. تحقّق من الشبكة ثم أعد المحاولة.', 'This part of the app has not been loaded yet. Check the network, then try again.'],
  'unexpected': ['حدث خطأ غير متوقع ولم يُسجَّل هذا الإدخال. أعد المحاولة.', 'Something unexpected happened and this entry was not recorded. Try again.'],
} as const

export type RefusalKey = keyof typeof words

export function refusal(key: RefusalKey): Refusal {
  return { key, ar: words[key][0], en: words[key][1] }
}

/** Thrown within the model, and handed to the screen as an outcome. */
export class Refuse extends Error {
  readonly refused: Refusal

  constructor(key: RefusalKey) {
    super(key)
    this.refused = refusal(key)
  }
}

/** The words of whatever was thrown: ours, the server's, or the database's. */
export function refusalOf(e: unknown): Refusal {
  if (e instanceof Refuse) return e.refused
  const { key, ar, en } = e as Partial<Refusal>
  return key && ar && en ? { key, ar, en } : refusal('unexpected')
}
