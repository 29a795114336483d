package live

import "jard/internal/stocktake"

// Reasons of the feed.
var (
	WrongOrigin = stocktake.NewReason(stocktake.Forbidden, "live-origin",
		"The live feed is opened by this server's own pages only. Open the board from the session's page.",
		"البث المباشر متاح لصفحات هذا الخادم وحدها. افتح اللوحة من صفحة الجلسة.")
	Crowded = stocktake.NewReason(stocktake.TooMany, "live-crowded",
		"Too many boards are open. Close one in another tab, then open this one again.",
		"عدد اللوحات المفتوحة كبير. أغلق إحداها في نافذة أخرى ثم أعد فتح هذه.")
	Stopping = stocktake.NewReason(stocktake.Unavailable, "live-stopping",
		"The server is stopping. The board comes back by itself.",
		"الخادم في طور الإيقاف. ستعود اللوحة تلقائيًا.")
)
