// Why the database could not do it, in words.

const words: Record<string, { ar: string; en: string }> = {
  'storage-full': {
    ar: 'امتلأت ذاكرة الجهاز ولم يُسجَّل هذا الإدخال. أفرغ مساحة على الجهاز أو زامِن ما لديك، ثم أعد المسح.',
    en: 'The device is out of storage and this entry was not recorded. Free space or sync what you hold, then scan again.',
  },
  'storage-failed': {
    ar: 'تعذّرت الكتابة في ذاكرة الجهاز ولم يُسجَّل هذا الإدخال. أغلق التطبيق وافتحه ثم أعد المحاولة؛ ما سُجّل قبله محفوظ.',
    en: 'The device could not write, and this entry was not recorded. Close the app, open it and try again; what was recorded before is kept.',
  },
  'storage-unread': {
    ar: 'تعذّرت القراءة من ذاكرة الجهاز. أغلق التطبيق وافتحه ثم أعد المحاولة؛ لم يُحذف شيء.',
    en: 'The device could not read its memory. Close the app, open it and try again; nothing was deleted.',
  },
  'storage-newer': {
    ar: 'سُجّلت بيانات هذا الجهاز بإصدار أحدث من التطبيق. حدّث التطبيق؛ ما سُجّل محفوظ.',
    en: 'This device\'s data was written by a newer version of the app. Update the app; what was recorded is kept.',
  },
  'nothing-held': {
    ar: 'لا سجلات على هذا الجهاز.',
    en: 'There are no records on this device.',
  },
  'event-too-large': {
    ar: 'هذا الإدخال أطول مما يمكن تسجيله. أعد المسح.',
    en: 'This entry is longer than can be recorded. Scan again.',
  },
}

export class StoreFailed extends Error {
  readonly ar: string
  readonly en: string

  constructor(readonly key: keyof typeof words & string, options?: { cause: unknown }) {
    super(key, options)
    this.ar = words[key]!.ar
    this.en = words[key]!.en
  }

  static from(e: unknown): StoreFailed {
    if (e instanceof StoreFailed) return e
    const { name, message } = e instanceof Error || e instanceof DOMException ? e : { name: '', message: '' }
    // Chromium's quota has a name of its own, a disk without room only this message: the database is closed by then.
    const key = name === 'QuotaExceededError' || message.includes('FILE_ERROR_NO_SPACE') ? 'storage-full' : name === 'VersionError' ? 'storage-newer' : 'storage-failed'
    return new StoreFailed(key, { cause: e })
  }
}
