// Why the app itself does not do something, and what to do instead. The server's reasons come in its own words.
import type { countingWords } from './counting-words'
import type { Refusal } from './types'

const words = {
  'confirm-first': ['أدخل العدد أو ألغِ الصنف الحالي أولًا.', 'Key the number of the present item, or discard it, first.'],
  'no-pass': ['امسح ملصق الموقع أو اختره من القائمة أولًا.', 'Scan the label of a location, or choose one from the list, first.'],
  'pass-open': ['أقفل الموقع الحالي أولًا.', 'Close the present location first.'],
  'no-session': ['اختر جلسة جرد أولًا.', 'Choose a count session first.'],
  'not-paired': ['سجّل الجهاز أولًا: امسح رمز التسجيل من صفحة «الأجهزة».', 'Pair the device first: scan the code on the Devices page.'],
  'code-missing': ['هذا ليس رمز تسجيل. امسح الرمز من صفحة «الأجهزة» أو اكتبه كما هو.', 'This is no pairing code. Scan the one on the Devices page, or type it as it stands.'],
  'not-signed-in': ['سجّل الدخول باسمك ورقمك السري أولًا.', 'Sign in with your name and PIN first.'],
  'session-closing': ['أوقف المشرف العد في هذه الجلسة. يسلّم الجهاز ما لديه تلقائيًا.', 'The supervisor has stopped counting in this session. The device hands in what it holds by itself.'],
  'session-over': ['انتهت هذه الجلسة. اختر جلسة أخرى.', 'This session is over. Choose another one.'],
  'device-revoked': ['أُوقف هذا الجهاز. سلّمه إلى المشرف؛ ما عليه محفوظ.', 'This device was revoked. Hand it to the supervisor; what it holds is kept.'],
  'app-outdated': ['حدّث التطبيق قبل فتح موقع جديد. ما سُجّل محفوظ ويُرسَل.', 'Update the app before you open another location. What was recorded is kept and sent.'],
  'training': ['هذا تدريب. أنهِ التدريب أولًا.', 'This is training. End it first.'],
  'photo-no-room': ['لا مكان لصورة على الجهاز. تابع العدّ من دونها؛ لم يتأثر ما سُجّل.', 'There is no room for a photo on the device. Go on counting without it; nothing recorded is touched.'],
  'photo-unfit': ['تعذّر استعمال هذه الصورة. التقطها من جديد، أو تابع من دونها.', 'This photo cannot be used. Take it again, or go on without it.'],
  'starting': ['التطبيق يبدأ. انتظر لحظة.', 'The app is starting. Wait a moment.'],
  'part-missing': ['لم يُحمَّل هذا الجزء من التطبيق بعد. تحقّق من الشبكة ثم أعد المحاولة.', 'This part of the app has not been loaded yet. Check the network, then try again.'],
  'unexpected': ['حدث خطأ غير متوقع ولم يُسجَّل هذا الإدخال. أعد المحاولة.', 'Something unexpected happened and this entry was not recorded. Try again.'],
} as const

export type RefusalKey = keyof typeof words | keyof typeof countingWords

/** The words of each key; those of counting come with the part that counts. */
const known: Partial<Record<RefusalKey, readonly [ar: string, en: string]>> = { ...words }

export function learnRefusals(more: typeof countingWords): void {
  Object.assign(known, more)
}

export function refusal(key: RefusalKey): Refusal {
  const [ar, en] = known[key]!
  return { key, ar, en }
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
