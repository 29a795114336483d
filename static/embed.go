// Package static holds everything that a browser is served: the handheld app (scanner), the console's islands (console),
// fonts, and the design tokens that both share. The builds are committed, so that Go alone builds the server; CI proves
// that they are what the sources give. It holds files and no code: who serves them, and with which headers, is web's
// business.
package static

import "embed"

// Files are the files, under their paths here: scanner/…, console/…, font/…, tokens.css.
//
//go:embed all:scanner all:console font tokens.css
var Files embed.FS
