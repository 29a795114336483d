// The Arabic texts of the app: the first language, and the one that decides which keys there are. {name} stands for a value;
// a text with plural forms chooses by {n}.
import type { Text } from './plural'

export const ar = {
  // Words of many screens
  'app.name': 'جرد',
  'app.line': 'العدّ بالجهاز اليدوي، مع الشبكة ومن دونها',
  'do.back': 'رجوع',
  'do.close': 'إغلاق',
  'do.cancel': 'إلغاء',
  'do.continue': 'متابعة',
  'do.retry': 'أعد المحاولة',
  'do.undo': 'تراجع',
  'do.done': 'تم',
  'do.search': 'بحث',
  'do.settings': 'الإعدادات',
  'unit.piece': 'حبة',
  'unit.carton': 'كرتون',
  'unit.kilo': 'كيلو',
  'unit.pack': 'عبوة',
  'unit.pack.of': 'عبوة من {n}',

  // The top line
  'link.online': 'متصل',
  'link.offline': 'غير متصل',
  'link.connecting': 'يتصل…',
  'link.refused': 'موقوف',
  'unsent.count': { zero: 'كل شيء مُرسَل', one: 'سجل واحد بانتظار المزامنة', two: 'سجلان بانتظار المزامنة', few: '{n} سجلات بانتظار المزامنة', many: '{n} سجلًا بانتظار المزامنة', other: '{n} سجل بانتظار المزامنة' },
  'notices.count': { zero: 'لا إشعارات', one: 'إشعار واحد', two: 'إشعاران', few: '{n} إشعارات', many: '{n} إشعارًا', other: '{n} إشعار' },
} satisfies Record<string, Text>

export type Key = keyof typeof ar
export type Catalogue = Record<Key, Text>
