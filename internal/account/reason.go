package account

import "jard/internal/stocktake"

// Reasons that stores answer with.
var (
	Moved = stocktake.NewReason(stocktake.Conflict, "person-changed",
		"Somebody else changed people's accounts meanwhile. Look again, then repeat.",
		"غيّر شخص آخر حسابات الأشخاص في هذه الأثناء. راجع من جديد ثم أعد المحاولة.")
	PersonExists = stocktake.NewReason(stocktake.Conflict, "person-exists",
		"There is a person %q already. Choose another id.",
		"يوجد شخص باسم المستخدم %q. اختر اسمًا آخر.")
	DeviceExists = stocktake.NewReason(stocktake.Conflict, "device-exists",
		"There is a device %q already. Enrol again.",
		"يوجد جهاز بالمعرّف %q. أعد التسجيل.")
	CodeTaken = stocktake.NewReason(stocktake.Conflict, "code-taken",
		"This pairing code is in use. Ask for another.",
		"رمز التسجيل هذا مستخدم. اطلب رمزًا آخر.")
	CodeUnknown = stocktake.NewReason(stocktake.Unauthenticated, "code-unknown",
		"This pairing code is wrong, used or expired. Ask the society administrator for a new one.",
		"رمز التسجيل غير صحيح أو مستخدم أو منتهٍ. اطلب رمزًا جديدًا من مسؤول الجمعية.")
	DeviceRevoked = stocktake.NewReason(stocktake.Forbidden, "device-revoked",
		"This handheld was disabled. Hand it to the society administrator; what it holds can still be sent.",
		"أُوقف هذا الجهاز اليدوي. سلّمه إلى مسؤول الجمعية، ويمكن إرسال ما هو محفوظ عليه.")
)

// Reasons of Service.
var (
	SignInFirst = stocktake.NewReason(stocktake.Unauthenticated, "sign-in-first",
		"Your sign-in has ended. Sign in again.",
		"انتهى تسجيل دخولك. سجّل الدخول مرة أخرى.")
	SignInWrong = stocktake.NewReason(stocktake.Unauthenticated, "sign-in-wrong",
		"The society, the name or the password is wrong. Check them; the society administrator can set a new password.",
		"الجمعية أو الاسم أو كلمة المرور غير صحيحة. تحقّق منها، ويمكن لمسؤول الجمعية تعيين كلمة مرور جديدة.")
	PasswordWrong = stocktake.NewReason(stocktake.Forbidden, "password-wrong",
		"The password is wrong. Type it again; the society administrator can set a new one.",
		"كلمة المرور غير صحيحة. أعد كتابتها، ويمكن لمسؤول الجمعية تعيين كلمة مرور جديدة.")
	PINWrong = stocktake.NewReason(stocktake.Unauthenticated, "pin-wrong",
		"The name or the PIN is wrong. Try again; the society administrator can set a new PIN.",
		"الاسم أو الرقم السري غير صحيح. أعد المحاولة، ويمكن لمسؤول الجمعية تعيين رقم سري جديد.")
	SlowDown = stocktake.NewReason(stocktake.TooMany, "slow-down",
		"Too many attempts. Try again in %d s.",
		"محاولات كثيرة. أعد المحاولة بعد مهلة قصيرة (%d ث).")
	Crowded = stocktake.NewReason(stocktake.Unavailable, "sign-in-crowded",
		"Many people are signing in at this moment. Try again in a few seconds.",
		"يسجّل كثيرون الدخول في هذه اللحظة. أعد المحاولة بعد ثوانٍ.")
	DeviceUnknown = stocktake.NewReason(stocktake.Unauthenticated, "device-unknown",
		"This handheld is not enrolled. Ask the society administrator for an enrolment code.",
		"هذا الجهاز اليدوي غير مسجّل. اطلب رمز تسجيل من مسؤول الجمعية.")
	OwnRoles = stocktake.NewReason(stocktake.Forbidden, "own-roles",
		"Nobody may change their own roles. Ask another society administrator.",
		"لا يجوز لأحد تغيير أدواره بنفسه. اطلب ذلك من مسؤول جمعية آخر.")
	LastAdministrator = stocktake.NewReason(stocktake.Conflict, "last-administrator",
		"%q is the last society administrator who can sign in. Appoint another one first.",
		"الشخص %q هو آخر مسؤول جمعية يستطيع الدخول. عيّن مسؤولًا آخر أولًا.")
	AdministratorExists = stocktake.NewReason(stocktake.Conflict, "administrator-exists",
		"Society %q has an administrator already. Ask that person.",
		"للجمعية %q مسؤول بالفعل. راجع ذلك الشخص.")
	PersonDisabledAlready = stocktake.NewReason(stocktake.Conflict, "person-disabled",
		"%q is disabled. Enable the account first.",
		"حساب %q موقوف. فعّله أولًا.")

	roleElsewhere = stocktake.NewReason(stocktake.Invalid, "role-elsewhere",
		"The role %q is not given in this society. Choose another role.",
		"الدور %q لا يُمنح في هذه الجمعية. اختر دورًا آخر.")
	machineAlone = stocktake.NewReason(stocktake.Invalid, "integrator-alone",
		"An integrator is a machine: it holds that role alone and has a key in place of a password and PIN.",
		"جهة الربط نظام آلي: لها هذا الدور وحده، ولها مفتاح بدل كلمة المرور والرقم السري.")
	notMachine = stocktake.NewReason(stocktake.Invalid, "integrator-only",
		"Keys are for integrators only. Give %q a password.",
		"المفاتيح لجهات الربط فقط. عيّن كلمة مرور لـ %q.")
	keyLife = stocktake.NewReason(stocktake.Invalid, "key-life",
		"A key is valid for 1 to %d days.",
		"مدة المفتاح من يوم واحد إلى %d يومًا.")
	passwordLength = stocktake.NewReason(stocktake.Invalid, "password-length",
		"A password has at least %d characters, and at most %s. Choose another.",
		"كلمة المرور لا تقل عن %d أحرف ولا تتجاوز %s. اختر غيرها.")
	passwordWeak = stocktake.NewReason(stocktake.Invalid, "password-weak",
		"This password is the person's id or one repeated character. Choose another.",
		"كلمة المرور هذه هي اسم المستخدم أو محرف مكرر. اختر غيرها.")
	pinShape = stocktake.NewReason(stocktake.Invalid, "pin-shape",
		"A PIN has 4 to 8 digits and nothing else. Choose another.",
		"الرقم السري من 4 إلى 8 أرقام فقط. اختر غيره.")
	pinWeak = stocktake.NewReason(stocktake.Invalid, "pin-weak",
		"This PIN is one repeated digit or a straight row. Choose another.",
		"هذا الرقم السري رقم مكرر أو تسلسل مباشر. اختر غيره.")
	reasonMissing = stocktake.NewReason(stocktake.Invalid, "reason-missing",
		"Say why, in at most %s.",
		"اذكر السبب بما لا يتجاوز %s.")
	deviceName = stocktake.NewReason(stocktake.Invalid, "device-name",
		"A handheld's name is plain text of at most %s. Give it one.",
		"اسم الجهاز اليدوي نص عادي لا يتجاوز %s. أدخل اسمًا.")
)
