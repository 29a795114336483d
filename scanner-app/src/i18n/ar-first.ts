// The Arabic texts of what comes with the first load (ui/app.tsx): a key moves here when something of it says it first.
import type { Text } from './plural'

export const arFirst = {
  // Words of many screens
  'app.name': 'جرد',
  'app.line': 'العدّ بالجهاز اليدوي، مع الشبكة ومن دونها',
  'do.back': 'رجوع',
  'do.close': 'إغلاق',
  'do.continue': 'متابعة',
  'do.retry': 'أعد المحاولة',
  'do.settings': 'الإعدادات',
  'unknown': 'باركود غير معرّف',
  'undirected': 'خارج التكليف',
  'round': 'الجولة {n}',
  'zero': 'صفر',

  // The top line and what waits in it
  'link.online': 'متصل',
  'link.offline': 'غير متصل',
  'link.connecting': 'يتصل…',
  'link.revoked': 'موقوف',
  'link.unenrolled': 'غير مسجّل',
  'link.replaced': 'نافذة أخرى',
  'link.outdated': 'إصدار قديم',
  'notices.title': 'الإشعارات',
  'notice.recount': { zero: 'لا إعادة عد', one: 'طُلبت إعادة العد في موقع واحد', two: 'طُلبت إعادة العد في موقعين', few: 'طُلبت إعادة العد في {n} مواقع', many: 'طُلبت إعادة العد في {n} موقعًا', other: 'طُلبت إعادة العد في {n} موقع' },
  'notice.recount.do': 'تجدها أول قائمة المهام بعد إنهاء هذا الموقع.',
  'notice.battery': 'البطارية {n}%',
  'notice.battery.do': 'بدّل البطارية أو اشحنها قريبًا. ما سجّلته محفوظ على الجهاز.',
  'notice.unenrolled': 'الخادم لا يعرف هذا الجهاز',
  'notice.unenrolled.do': 'تابع العد: كل شيء محفوظ هنا. لإرساله اطلب من المشرف رمز تسجيل جديدًا وأعد تسجيل الجهاز.',
  'notice.replaced': 'هذا الجهاز متصل من نافذة أخرى',
  'notice.replaced.do': 'يمكنك متابعة العد هنا. لإرساله أغلق النافذة الأخرى، ثم اضغط «زامن الآن» في شاشة المزامنة.',
  'notice.outdated': 'إصدار التطبيق قديم',
  'notice.outdated.do': 'يُرسَل ما سجّلته كالمعتاد. لتنزيل جلسة جديدة حدّث التطبيق من شاشة المزامنة.',
  'notice.server': 'من الخادم',
  'notice.late': { zero: 'كل شيء مُرسَل', one: 'سجل واحد لم يُرسَل منذ مدة', two: 'سجلان لم يُرسَلا منذ مدة', few: '{n} سجلات لم تُرسَل منذ مدة', many: '{n} سجلًا لم يُرسَل منذ مدة', other: '{n} سجل لم يُرسَل منذ مدة' },
  'notice.late.do': 'كلها محفوظة على الجهاز. اقترب من الشبكة عندما يتيسّر.',
  'notice.keyboard': 'لوحة مفاتيح الجهاز عربية',
  'notice.keyboard.do': 'يُصحَّح الباركود حيث أمكن. في إعدادات الجهاز: اللغات والإدخال، لوحة المفاتيح الفعلية، اختر الإنجليزية؛ أو اطلب ذلك من المشرف.',
  'storage.full': 'امتلأت ذاكرة الجهاز',
  'storage.full.do': 'ما سجّلته محفوظ. لا يمكن تسجيل المزيد قبل توفير مساحة: احذف صورًا أو تطبيقات، أو اتصل بالشبكة لإرسال ما سُجّل.',
  'storage.low': 'ذاكرة الجهاز على وشك الامتلاء',
  'storage.low.do': 'يمكنك متابعة العدّ مدة. احذف صورًا أو تطبيقات من الجهاز، واقترب من الشبكة.',
  'storage.loose': 'المتصفح لا يضمن بقاء ما لم يُرسَل',
  'storage.loose.do': 'ثبّت التطبيق على الشاشة الرئيسية من قائمة المتصفح، وزامن كثيرًا.',
  'storage.kept': 'مضمون البقاء',
  'storage.unkept': 'غير مضمون',
  'update.waiting': 'إصدار جديد جاهز',
  'update.now': 'طبّقه من شاشة المزامنة. يستغرق لحظات ولا يمسّ ما سُجّل.',
  'update.later': 'يُطبَّق بعد إنهاء هذا الموقع.',

  // States that take the screen
  'starting': 'يفتح السجل…',
  'part.coming': 'جارٍ التحميل…',
  'part.failed': 'تعذّر تحميل هذا الجزء',
  'part.failed.do': 'تحقّق من الشبكة ثم أعد المحاولة. إن تكرر ذلك والشبكة موجودة فأعد فتح التطبيق؛ ما سُجّل محفوظ.',
  'failed': 'تعذّر فتح السجل على هذا الجهاز',
  'failed.do': 'أعد المحاولة. إن تكرّر ذلك فسلّم الجهاز إلى المشرف ولا تحذف بياناته.',
  'other': 'التطبيق مفتوح في نافذة أخرى',
  'other.do': 'العد يجري هناك. تابعه في تلك النافذة، أو أغلقها ثم افتح هنا.',
  'other.retry': 'افتح هنا',
  'revoked': 'أُوقف هذا الجهاز',
  'revoked.unsent': { zero: 'أُرسل كل ما سُجّل.', one: 'سجل واحد لم يُرسَل بعد؛ يُرسَل ما دامت الشبكة متاحة.', two: 'سجلان لم يُرسَلا بعد؛ يُرسَلان ما دامت الشبكة متاحة.', few: '{n} سجلات لم تُرسَل بعد؛ تُرسَل ما دامت الشبكة متاحة.', many: '{n} سجلًا لم يُرسَل بعد؛ تُرسَل ما دامت الشبكة متاحة.', other: '{n} سجل لم يُرسَل بعد؛ تُرسَل ما دامت الشبكة متاحة.' },
  'revoked.sent': 'وصل إلى الخادم كل ما سُجّل هنا، ليراجعه المشرف.',
  'revoked.do': 'سلّم الجهاز إلى المشرف. إن أراد إعادته إلى العمل أعطاك رمز تسجيل جديدًا.',
  'revoked.again': 'أعد تسجيل الجهاز',
  'session.unknown': 'الخادم لا يعرف هذه الجلسة',
  'session.unknown.do': 'تابع العد؛ كل شيء محفوظ على الجهاز. أخبر المشرف بذلك.',

  // Pairing and signing in
  'pair.scan': 'امسح رمز التسجيل',
  'pair.scan.do': 'وجّه القارئ إلى الرمز المربع في صفحة «الأجهزة»، أو اكتب الرمز.',
  'pair.code': 'رمز التسجيل',
  'pair.name': 'اسم الجهاز (اختياري)',
  'pair.missing': 'اكتب الرمز الذي يظهر في صفحة «الأجهزة».',
  'pair.do': 'تسجيل الجهاز',
  'pair.busy': 'يجري التسجيل…',
  'signin.who': 'من القائم بالعد؟',
  'signin.another': 'اسم آخر',
  'signin.title': 'تسجيل الدخول',
  'signin.name': 'اسم الدخول',
  'signin.missing': 'اكتب اسم الدخول الذي أعطاك إياه المشرف.',
  'signin.network': 'عند أول دخول على هذا الجهاز يلزم الاتصال بالشبكة.',
  'signin.first': 'يلزم الاتصال أول مرة',
  'signin.pin': 'الرقم السري',
  'signin.pin.keyed': { zero: 'لم تكتب شيئًا بعد', one: 'كُتب رقم واحد', two: 'كُتب رقمان', few: 'كُتبت {n} أرقام', many: 'كُتب {n} رقمًا', other: 'كُتب {n} رقم' },
  'signin.do': 'دخول',
  'signin.busy': 'يتحقّق…',

  // Counting
  'scan.bounced': 'الملصق نفسه مرتين معًا: أُخذ مرة واحدة',
  'scan.sink': 'يستقبل المسح من القارئ',
  'undone': 'أُلغي: {name} · {quantity}',
  'undone.replaced': 'أُلغي الاستبدال، عاد العدد {quantity}',
  'undone.scan': 'أُلغي مسح {name}',
  'keypad': 'لوحة الأرقام',
  'keypad.point': 'الفاصلة العشرية',
  'keypad.erase': 'احذف آخر رقم',
  'condition': 'حالة الصنف',

  // How the work stands with the server
  'sync.title': 'المزامنة',
  'sync.unsent': 'بانتظار المزامنة',
  'sync.storage': 'بقاء البيانات على الجهاز',
  'sync.now': 'زامن الآن',

  // Carrying records by hand
  'rescue.open': 'احفظ السجلات في ملف',
  'photo': 'صورة (اختيارية)',

  // The menu and the settings
  'menu.open': 'القائمة:',
  'camera.title': 'المسح بالكاميرا',

  // The tour and training
  'training': 'تدريب',
  'training.progress': 'أُنجز:',
} satisfies Record<string, Text>

export type FirstKey = keyof typeof arFirst
export type First = Record<FirstKey, Text>
