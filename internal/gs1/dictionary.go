package gs1

// The dictionary of application identifiers: facts of the GS1 General Specifications, release 25, section 3.
//
// Deliberately not checked: whether country and currency numbers are assigned, whether a company prefix exists, and
// the inner structure of North American coupons. Those lists change, and a label is not wrong because ours is old.

// item is what an attribute of a trade item belongs to.
const item = "01 02 03 8006 8026"

// with lists what an identifier must come with; see ai.needs.
func with(needs ...string) []string { return needs }

var single = []ai{
	{"00", true, of(n(18, checkDigit)), nil, ""},
	{"01", true, of(n(14, checkDigit)), nil, "255 37"},
	{"02", true, of(n(14, checkDigit)), with("37"), "01 03"},
	{"03", true, of(n(14, checkDigit)), nil, "01 02 37"},
	{"10", false, of(xUpTo(20)), with(item), ""},
	{"11", true, of(n(6, dateOrMonth)), with(item), ""},
	{"12", true, of(n(6, dateOrMonth)), with("8020"), ""},
	{"13", true, of(n(6, dateOrMonth)), with(item), ""},
	{"15", true, of(n(6, dateOrMonth)), with(item), ""},
	{"16", true, of(n(6, dateOrMonth)), with(item), ""},
	{"17", true, of(n(6, dateOrMonth)), with(item + " 255"), ""},
	{"20", true, of(n(2)), with("01 02 8006 8026"), ""},
	{"21", false, of(xUpTo(20)), with("01 03 8006"), "235"},
	{"22", false, of(xUpTo(20)), with("01"), ""},
	{"235", false, of(xUpTo(28)), with("01"), ""},
	{"240", false, of(xUpTo(30)), with("01 02 8006 8026"), ""},
	{"241", false, of(xUpTo(30)), with("01 02 8006 8026"), ""},
	{"242", false, of(nUpTo(6)), with("01 02 8006 8026"), ""},
	{"243", false, of(xUpTo(20)), with("01"), ""},
	{"250", false, of(xUpTo(30)), with("01 8006", "21"), ""},
	{"251", false, of(xUpTo(30)), with("01 8006"), ""},
	{"253", false, of(n(13, checkDigit), optional(xUpTo(17))), nil, ""},
	{"254", false, of(xUpTo(20)), with("414"), ""},
	{"255", false, of(n(13, checkDigit), optional(nUpTo(12))), nil, "01 02 415 8006 8020 8026"},
	{"30", false, of(nUpTo(8)), with("01 02"), ""},
	{"37", false, of(nUpTo(8)), with("00", "02 8026"), ""},
	{"400", false, of(xUpTo(30)), nil, ""},
	{"401", false, of(xUpTo(30)), nil, ""},
	{"402", false, of(n(17, checkDigit)), nil, ""},
	{"403", false, of(xUpTo(30)), with("00"), ""},
	{"410", true, of(n(13, checkDigit)), nil, ""},
	{"411", true, of(n(13, checkDigit)), nil, ""},
	{"412", true, of(n(13, checkDigit)), nil, ""},
	{"413", true, of(n(13, checkDigit)), nil, ""},
	{"414", true, of(n(13, checkDigit)), nil, ""},
	{"415", true, of(n(13, checkDigit)), with("8020"), ""},
	{"416", true, of(n(13, checkDigit)), nil, ""},
	{"417", true, of(n(13, checkDigit)), nil, ""},
	{"420", false, of(xUpTo(20)), nil, "421"},
	{"421", false, of(n(3), xUpTo(9)), nil, "4307"},
	{"422", false, of(n(3)), with("01 02 8006 8026"), "426"},
	{"423", false, of(n(3), optional(n(3)), optional(n(3)), optional(n(3)), optional(n(3))), with("01 02"), "426"},
	{"424", false, of(n(3)), with("01 02"), "426"},
	{"425", false, of(n(3), optional(n(3)), optional(n(3)), optional(n(3)), optional(n(3))), with("01 02"), "426"},
	{"426", false, of(n(3)), with("01 02"), ""},
	{"427", false, of(xUpTo(3)), with("01 02", "422"), ""},
	{"4300", false, of(xUpTo(35, escaped)), with("00"), ""},
	{"4301", false, of(xUpTo(35, escaped)), with("00"), ""},
	{"4302", false, of(xUpTo(70, escaped)), with("00"), ""},
	{"4303", false, of(xUpTo(70, escaped)), with("4302"), ""},
	{"4304", false, of(xUpTo(70, escaped)), with("00"), ""},
	{"4305", false, of(xUpTo(70, escaped)), with("00"), ""},
	{"4306", false, of(xUpTo(70, escaped)), with("00"), ""},
	{"4307", false, of(x(2, upperCase)), with("00"), ""},
	{"4308", false, of(xUpTo(30)), with("00"), ""},
	{"4309", false, of(n(10, latitude), n(10, longitude)), with("00"), ""},
	{"4310", false, of(xUpTo(35, escaped)), with("00"), ""},
	{"4311", false, of(xUpTo(35, escaped)), with("00"), ""},
	{"4312", false, of(xUpTo(70, escaped)), with("00"), ""},
	{"4313", false, of(xUpTo(70, escaped)), with("4312"), ""},
	{"4314", false, of(xUpTo(70, escaped)), with("00"), ""},
	{"4315", false, of(xUpTo(70, escaped)), with("00"), ""},
	{"4316", false, of(xUpTo(70, escaped)), with("00"), ""},
	{"4317", false, of(x(2, upperCase)), with("00"), ""},
	{"4318", false, of(xUpTo(20)), with("00"), ""},
	{"4319", false, of(xUpTo(30)), with("00"), ""},
	{"4320", false, of(xUpTo(35, escaped)), with("00"), ""},
	{"4321", false, of(n(1, yesNo)), with("00"), ""},
	{"4322", false, of(n(1, yesNo)), with("00"), ""},
	{"4323", false, of(n(1, yesNo)), with("00"), ""},
	{"4324", false, of(n(6, dateOrMonth), n(4, timeOrNone)), with("00"), ""},
	{"4325", false, of(n(6, dateOrMonth), n(4, timeOrNone)), with("00"), ""},
	{"4326", false, of(n(6, date)), with("00"), ""},
	{"4330", false, of(n(6), optional(x(1, minus))), with("00"), "4331"},
	{"4331", false, of(n(6), optional(x(1, minus))), with("00"), "4330"},
	{"4332", false, of(n(6), optional(x(1, minus))), with("00"), "4333"},
	{"4333", false, of(n(6), optional(x(1, minus))), with("00"), "4332"},
	{"7001", false, of(n(13)), with("01 02 8006 8026"), ""},
	{"7002", false, of(xUpTo(30)), with("01 02"), ""},
	{"7003", false, of(n(6, date), n(4, timeOfDay)), with("01 02"), ""},
	{"7004", false, of(nUpTo(4)), with("01", "10"), ""},
	{"7005", false, of(xUpTo(12)), with("01 02"), ""},
	{"7006", false, of(n(6, date)), with("01 02"), ""},
	{"7007", false, of(n(6, date), optional(n(6, date))), with("01 02"), ""},
	{"7008", false, of(xUpTo(3)), with("01 02"), ""},
	{"7009", false, of(xUpTo(10)), with("01 02"), ""},
	{"7010", false, of(xUpTo(2)), with("01 02"), ""},
	{"7011", false, of(n(6, date), optional(n(4, timeOfDay))), with("01 02"), ""},
	{"7020", false, of(xUpTo(20)), with("01 8006", "416"), ""},
	{"7021", false, of(xUpTo(20)), with("01 8006"), ""},
	{"7022", false, of(xUpTo(20)), with("7021"), ""},
	{"7023", false, of(xUpTo(30)), nil, ""},
	{"7040", false, of(n(1), x(1), x(1), x(1)), nil, ""},
	{"7041", false, of(xUpTo(4)), with("00"), ""},
	{"7240", false, of(xUpTo(20)), with("01 8006"), ""},
	{"7241", false, of(n(2)), with("8017 8018"), ""},
	{"7242", false, of(xUpTo(25)), with("8017 8018"), ""},
	{"7250", false, of(n(8, longDate)), with("8018"), "7251"},
	{"7251", false, of(n(8, longDate), n(4, timeOfDay)), with("8018"), "7250"},
	{"7252", false, of(n(1)), with("8018"), ""},
	{"7253", false, of(xUpTo(40, escaped)), with("8017 8018"), "7256 7259"},
	{"7254", false, of(xUpTo(40, escaped)), with("8017 8018"), "7256 7259"},
	{"7255", false, of(xUpTo(10)), with("8017 8018"), "7256 7259"},
	{"7256", false, of(xUpTo(90, escaped)), with("8017 8018"), ""},
	{"7257", false, of(xUpTo(70, escaped)), with("8018"), ""},
	{"7258", false, of(x(3)), with("8018+7259"), ""},
	{"7259", false, of(xUpTo(40, escaped)), with("8018"), "7256"},
	{"8001", false, of(n(4, notZero), n(5, notZero), n(3, notZero), n(1, winding), n(1)), with("01"), ""},
	{"8002", false, of(xUpTo(20)), nil, ""},
	{"8003", false, of(n(1, zero), n(13, checkDigit), optional(xUpTo(16))), nil, ""},
	{"8004", false, of(xUpTo(30)), nil, ""},
	{"8005", false, of(n(6)), with("01 02"), ""},
	{"8006", false, of(n(14, checkDigit), n(4, pieceOfTotal)), nil, "01 37"},
	{"8007", false, of(xUpTo(34, iban)), with("415"), ""},
	{"8008", false, of(n(6, date), n(2, hour), optional(n(2, sixty)), optional(n(2, sixty))), with("01 02"), ""},
	{"8009", false, of(xUpTo(50)), with("00 01"), ""},
	{"8010", false, of(component{partRef, 1, 30, false, rule{}}), nil, ""},
	{"8011", false, of(nUpTo(12, noLeadingZero)), with("8010"), ""},
	{"8012", false, of(xUpTo(20)), with("01 8006"), ""},
	{"8013", false, of(xUpTo(25, checkPair)), nil, ""},
	{"8014", false, of(xUpTo(25, checkPair)), with("01"), ""},
	{"8017", false, of(n(18, checkDigit)), nil, "8018"},
	{"8018", false, of(n(18, checkDigit)), nil, "8017"},
	{"8019", false, of(nUpTo(10)), with("8017 8018"), ""},
	{"8020", false, of(xUpTo(25)), with("415"), ""},
	{"8026", false, of(n(14, checkDigit), n(4, pieceOfTotal)), with("37"), "02 8006"},
	{"8030", false, of(component{base64url, 1, 90, false, rule{}}),
		with("00 01+21 253 255 8003 8004 8006+21 8010+8011 8017 8018"), ""},
	{"8110", false, of(xUpTo(70)), nil, ""},
	{"8111", false, of(n(4)), with("255"), ""},
	{"8112", false, of(xUpTo(70)), nil, ""},
	{"8200", false, of(xUpTo(70)), with("01"), ""},
	{"90", false, of(xUpTo(30)), nil, ""},
}

// measured is what a price of a weighed or counted item belongs to.
const measured = "30 31nn 32nn 35nn 36nn"

// ranges are identifiers that differ in their last digit only.
var ranges = []struct {
	ai
	first, last rune
}{
	{ai{"390", false, of(nUpTo(15)), with("255 8020"), "390n 391n 394n 8111"}, '0', '9'},
	{ai{"391", false, of(n(3), nUpTo(15)), with("8020"), "391n"}, '0', '9'},
	{ai{"392", false, of(nUpTo(15)), with("01", measured), "392n 393n"}, '0', '9'},
	{ai{"393", false, of(n(3), nUpTo(15)), with(measured), "393n"}, '0', '9'},
	{ai{"394", false, of(n(4)), with("255"), "394n 8111"}, '0', '3'},
	{ai{"395", false, of(n(6)), with(measured), "392n 393n 395n 8005"}, '0', '5'},
	{ai{"703", false, of(n(3), xUpTo(27)), with("01 02"), ""}, '0', '9'},
	{ai{"71", false, of(xUpTo(20)), with("01"), ""}, '0', '7'},
	{ai{"723", false, of(x(2), xUpTo(28)), with("01 8004"), ""}, '0', '9'},
	{ai{"9", false, of(xUpTo(90)), nil, ""}, '1', '9'},
}

// measures are the four-digit families of six digits whose last digit, 0 to 5, says how many of them are decimals.
var measures = func() (all []struct {
	family string
	needs  []string
}) {
	// Net measures describe the item; gross and logistic ones may also describe a whole pallet.
	net, gross := with("01 02"), with("00 01")
	for _, group := range []struct {
		needs    []string
		families []string
	}{
		{net, []string{"310", "311", "312", "313", "314", "315", "316"}},
		{net, []string{"320", "321", "322", "323", "324", "325", "326", "327", "328", "329"}},
		{gross, []string{"330", "331", "332", "333", "334", "335", "336"}},
		{with("01"), []string{"337"}},
		{gross, []string{"340", "341", "342", "343", "344", "345", "346", "347", "348", "349"}},
		{net, []string{"350", "351", "352", "356", "357", "360", "361", "364", "365", "366"}},
		{gross, []string{"353", "354", "355", "362", "363", "367", "368", "369"}},
	} {
		for _, f := range group.families {
			all = append(all, struct {
				family string
				needs  []string
			}{f, group.needs})
		}
	}
	return all
}()
