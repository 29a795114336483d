package simulate

import "time"

// Habits is how a counter works: chances from 0 to 1, thrown with seeded dice. The zero value never errs.
type Habits struct {
	Each     float64 // a pass is counted piece by piece
	AllHere  float64 // a quantity is declared to be all of the item at the location
	Bare     float64 // the imager sends no AIM identifier
	Keyed    float64 // a code is keyed by hand
	Case     float64 // whole cases are counted by the case's barcode, where there is one
	Label    float64 // of goods sold by weight, some packages are scanned by the scale's labels
	Mistake  float64 // a wrong quantity is keyed, noticed, reversed and observed again
	Miss     float64 // an item is overlooked
	Miscount float64 // a wrong quantity is keyed and never noticed
	Zero     float64 // an empty facing is recorded as zero
	Find     float64 // goods beside the assignment are recorded, as undirected
	Unknown  float64 // a location yields a scan of a code that no catalogue knows
	Offline  float64 // the network is gone for a pass or more
}

// Ordinary is a careful person on an ordinary day.
var Ordinary = Habits{
	Each: 0.1, AllHere: 0.8, Bare: 0.2, Keyed: 0.03, Case: 0.3, Label: 0.7, Mistake: 0.05, Miss: 0.01, Miscount: 0.02, Zero: 0.9,
	Find: 0.9, Unknown: 0.02, Offline: 0.15,
}

// Faultless is Ordinary without the errors that nobody notices: what is counted is the truth.
var Faultless = Habits{Each: 0.1, AllHere: 0.8, Bare: 0.2, Keyed: 0.03, Case: 0.3, Label: 0.7, Mistake: 0.05, Zero: 1, Find: 1}

func (h *Habits) chances() map[string]float64 {
	return map[string]float64{
		"Each": h.Each, "AllHere": h.AllHere, "Bare": h.Bare, "Keyed": h.Keyed, "Case": h.Case, "Label": h.Label, "Mistake": h.Mistake,
		"Miss": h.Miss, "Miscount": h.Miscount, "Zero": h.Zero, "Find": h.Find, "Unknown": h.Unknown, "Offline": h.Offline,
	}
}

// Pace is how long things take, on average. The zero value takes no time at all.
type Pace struct {
	Walk time.Duration // to the next location
	Look time.Duration // to the next scan
	Key  time.Duration // from the scan to the last key
}

// Stroll is the pace of a person.
var Stroll = Pace{Walk: 20 * time.Second, Look: 4 * time.Second, Key: 3 * time.Second}
