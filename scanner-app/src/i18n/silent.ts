// What the app says where no texts can be relied on: it comes with the code, in both languages.
export const silent = {
  name: { ar: 'جرد', en: 'Jard' },
  lost: { ar: 'تعذّر تحميل نصوص التطبيق. تحقّق من الشبكة ثم أعد التحميل.', en: 'The texts of the app could not be loaded. Check the network, then reload.' },
  broken: { ar: 'تعذّر عرض هذه الشاشة. ما سُجّل محفوظ على الجهاز. أعد التحميل ثم تابع.', en: 'This screen could not be shown. What was recorded is kept on the device. Reload, then go on.' },
  reload: { ar: 'إعادة التحميل', en: 'Reload' },
}
