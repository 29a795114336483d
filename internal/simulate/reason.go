package simulate

import "jard/internal/stocktake"

// Reasons for which a simulation cannot begin.
var (
	ConfigMissing = stocktake.NewReason(stocktake.Invalid, "simulate-config-missing",
		"The simulation needs %s: set it.",
		"تحتاج المحاكاة إلى %s: حدّده.")
	ConfigRange = stocktake.NewReason(stocktake.Invalid, "simulate-config-range",
		"%s is %v; it must be from %v to %v.",
		"قيمة %s هي %v؛ يجب أن تكون من %v إلى %v.")
	ConfigRepeated = stocktake.NewReason(stocktake.Invalid, "simulate-config-repeated",
		"%s %q stands twice in the simulation: keep one.",
		"الحقل %s مكرر بالقيمة %q في المحاكاة: أبقِ واحدًا.")
	ConfigStand = stocktake.NewReason(stocktake.Invalid, "simulate-config-stand",
		"The truth at %q is wrong: %s.",
		"الحقيقة في المكان %q خاطئة: %s.")
	SchemeUnusable = stocktake.NewReason(stocktake.Invalid, "simulate-scheme",
		"The server declares the label scheme %q, which cannot be read: update this program.",
		"يعلن الخادم نظام ملصقات %q لا تمكن قراءته: حدّث هذا البرنامج.")
)
