// What the app says when no language's texts could be had: it comes with the code, in both.
export const silent = {
  ar: 'تعذّر تحميل نصوص التطبيق. تحقّق من الشبكة ثم أعد التحميل.',
  en: 'The texts of the app could not be loaded. Check the network, then reload.',
  reload: { ar: 'إعادة التحميل', en: 'Reload' },
}
