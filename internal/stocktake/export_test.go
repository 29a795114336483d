package stocktake

// NumberOverflow is the reason of numbers that may not travel.
var NumberOverflow = numberOverflow
