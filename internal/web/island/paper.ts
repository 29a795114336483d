// The print button of pages that are printed. The browser's own print command does the same.
document.querySelector('[data-print]')?.addEventListener('click', () => print())

export {}
